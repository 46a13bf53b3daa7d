"""An array of another library: it has NumPy's protocols and refuses to become an ndarray."""

import numpy as np


class Duck:
    """Wraps an ndarray as a GPU array would: every NumPy function on it gives a Duck."""

    def __init__(self, array):
        self._array = np.asarray(array)

    shape = property(lambda self: self._array.shape)
    ndim = property(lambda self: self._array.ndim)
    size = property(lambda self: self._array.size)
    dtype = property(lambda self: self._array.dtype)
    base = None

    def __array__(self, dtype=None, copy=None):
        raise TypeError("a Duck does not turn into an ndarray")

    def __array_ufunc__(self, ufunc, method, *args, out=None, **options):
        if out is not None:
            options["out"] = tuple(map(_bare, out))
        y = getattr(ufunc, method)(*map(_bare, args), **options)
        return self if out is not None else _clad(y)

    def __array_function__(self, function, types, args, options):
        return _clad(function(*map(_bare, args), **{k: _bare(v) for k, v in options.items()}))

    def __getitem__(self, index):
        return _clad(self._array[_bare(index)])

    def __setitem__(self, index, value):
        self._array[_bare(index)] = _bare(value)

    def astype(self, dtype, copy=True):
        return Duck(self._array.astype(dtype))

    def copy(self):
        return Duck(self._array.copy())

    def item(self):
        return self._array.item()

    def __bool__(self):
        return bool(self._array)

    def __len__(self):
        return len(self._array)

    def __repr__(self):
        return f"Duck({self._array!r})"


def _bare(v):
    if type(v) is Duck:
        return v._array
    return type(v)(map(_bare, v)) if type(v) in (list, tuple) else v


def _clad(y):
    if isinstance(y, (np.ndarray, np.generic)):
        return Duck(y)
    return (
        tuple(map(_clad, y)) if isinstance(y, tuple) else [*map(_clad, y)] if type(y) is list else y
    )


def _operator(ufunc, swap=False):
    return lambda a, b: ufunc(b, a) if swap else ufunc(a, b)


for _name, _ufunc in {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "pow": np.power,
    "mod": np.remainder, "floordiv": np.floor_divide, "matmul": np.matmul, "and": np.bitwise_and,
    "or": np.bitwise_or, "xor": np.bitwise_xor,
}.items():  # fmt: skip
    setattr(Duck, f"__{_name}__", _operator(_ufunc))
    setattr(Duck, f"__r{_name}__", _operator(_ufunc, swap=True))
for _name, _ufunc in {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal,
    "ne": np.not_equal,
}.items():  # fmt: skip
    setattr(Duck, f"__{_name}__", _operator(_ufunc))
for _name, _ufunc in {"neg": np.negative, "abs": np.absolute, "invert": np.invert}.items():
    setattr(Duck, f"__{_name}__", lambda a, _f=_ufunc: _f(a))
