"""Numbers, arrays, names and shapes as short text."""

import numpy as np

FULL = 6  # arrays of up to this many elements are written in full
WIDE = 26  # characters of a line of numbers
LONGEST = 28  # characters of a name in a box; the tooltip has all of it
CHUNK = 1 << 20  # elements of a large array that are looked at in one go

TIMES, MINUS = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"
NARROW = ".-ifj"  # characters of numbers about as narrow as a space, half as wide as a digit
SYMBOLS = {
    "add": "+", "subtract": MINUS, "multiply": TIMES,
    "divide": "÷", "power": "**", "negative": MINUS,
    "matmul": "@", "remainder": "%", "floor_divide": "//", "absolute": "abs",
}  # fmt: skip


def small(v) -> bool:
    """Whether an array is written in full."""
    return np.size(v) <= FULL


def number(v, digits: int = 4) -> str:
    """A number with so many significant digits; whole numbers in full."""
    v = complex(v) if np.iscomplexobj(v) else float(v)
    if isinstance(v, float) and v.is_integer() and abs(v) < 1e6:
        return str(int(v))  # without the sign of -0.0
    return f"{v:.{digits}g}"


def array(v, digits: int = 4) -> str:
    """A small array in full, on one line."""
    if np.ndim(v) == 0:
        return number(v, digits)
    v = np.array(v.tolist() if hasattr(v, "tolist") else v)  # from a GPU, too
    text = np.array2string(v, separator=", ", formatter={"all": lambda x: number(x, digits)})
    return " ".join(text.split()).replace("[ ", "[")


def listing(v) -> list[str]:
    """A small array in full: the rows of a matrix, a long vector on two lines."""
    if np.ndim(v) == 2 and np.shape(v)[0] > 1 and np.size(v):
        return _aligned([[number(x, 3) for x in row] for row in v])
    text = array(np.ravel(v) if np.ndim(v) > 2 else v, 3)
    words = text.split(", ")
    if len(text) <= WIDE or len(words) == 1:
        return [text]
    half = (len(words) + 1) // 2
    return [", ".join(words[:half]) + ",", ", ".join(words[half:])]


def _aligned(rows: list[list[str]]) -> list[str]:
    """Rows of a matrix, with spaces in front so that columns stand under each other."""
    columns = []
    for column in zip(*rows, strict=True):
        widths = [sum(1 if c in NARROW else 2 for c in text) for text in column]
        missing = [max(widths) - width for width in widths]
        columns.append([f"{' ' * n}{text}" for n, text in zip(missing, column, strict=True)])
    return [f"[{', '.join(row)}]" for row in zip(*columns, strict=True)]


def term(v) -> str:
    """A number as a part of a sum or product: negative ones in parentheses."""
    text = array(v)
    return f"({text})" if text.startswith("-") else text


def value(v) -> str:
    """An array in full if small, else its mean ± standard deviation."""
    return array(v) if small(v) else statistic(v)


def statistic(v) -> str:
    """Mean ± standard deviation."""
    mean, deviation = moments(v)
    return f"{number(mean, 3)} ± {number(deviation, 3)}"


def moments(v) -> tuple:
    """Mean and standard deviation in double precision, chunk by chunk: no copy of a large array."""
    with np.errstate(all="ignore"):
        mean = sum(np.sum(c) for c in _chunks(v)) / np.size(v)
    return mean, norm(v, mean) / np.size(v) ** 0.5


def norm(v, center=0.0) -> float:
    """Euclidean norm of ``v - center`` in double precision, also where squares leave its range."""
    with np.errstate(all="ignore"):
        squares = sum(np.sum(np.abs(c - center) ** 2) for c in _chunks(v))
        if not 1e-280 < squares < np.inf:
            largest = max((float(np.max(np.abs(c - center))) for c in _chunks(v)), default=0.0)
            if 0 < largest < np.inf:
                scaled = sum(np.sum(np.abs((c - center) / largest) ** 2) for c in _chunks(v))
                return largest * float(scaled**0.5)
        return float(squares**0.5)


def _chunks(v):
    flat = np.reshape(v, -1)
    for k in range(0, flat.size, CHUNK):
        chunk = flat[k : k + CHUNK]
        yield chunk.astype(complex if chunk.dtype.kind == "c" else float)


def clean(name) -> str:
    """A name as one line of characters that every format can hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(name)).split())


def clipped(name: str) -> str:
    """A name with its middle cut out if it is long: both ends tell names apart."""
    half = (LONGEST - 3) // 2
    return name if len(name) <= LONGEST else f"{name[:half]}...{name[-half:]}"


def operation(op) -> str:
    """What a primitive is called."""
    return clean(op.__name__)


def counted(n: int, what: str) -> str:
    """``1 node``, ``2,000 nodes``."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def ordinal(k: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(k, f"{k}th")
