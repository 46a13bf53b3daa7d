"""Files of PyTorch, read without PyTorch: arrays come out, and nothing of a file is executed."""

import os
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nn.data.errors import DataError
from nn.data.pickles import Named, read_pickle

LEGACY = 0x1950A86A20F9469CFC6C  # the number that files before PyTorch 1.6 begin with
DTYPES = {  # 'bf' is bfloat16: the upper half of a float32
    "Float": "f4", "Double": "f8", "Half": "f2", "BFloat16": "bf", "Long": "i8", "Int": "i4",
    "Short": "i2", "Char": "i1", "Byte": "u1", "Bool": "?", "ComplexFloat": "c8",
    "ComplexDouble": "c16",
}  # fmt: skip
SAFETENSORS = {
    "F16": "f2", "F32": "f4", "F64": "f8", "BF16": "bf", "I8": "i1", "I16": "i2", "I32": "i4",
    "I64": "i8", "U8": "u1", "U16": "u2", "U32": "u4", "U64": "u8", "BOOL": "?", "C64": "c8",
}  # fmt: skip
HOW = ": torch.save(model.state_dict(), path)"


def load_torch(path: str | os.PathLike) -> Any:
    """What ``torch.save`` wrote, with arrays for tensors; or the arrays of a ``.safetensors`` file.

    Both of PyTorch's formats are read: zip files (from 1.6 on) and the legacy one before it.  The
    pickle in them may build tensors, numbers, texts, lists, tuples and dicts.  A file that asks
    for anything else is refused, and what it asked for is named; nothing has been run then.

    Parameters
    ----------
    path : path
        The file.  If its name ends in ``.safetensors``, the package safetensors reads it.

    Returns
    -------
    dict of str to ndarray
        For a state dict; `Module.load_state_dict` takes it.  For other files what they hold: a
        checkpoint's dict of dicts, one array.  Tensors that share memory give arrays that do,
        views of one array.  bfloat16 becomes float32, which holds all its values.

    Raises
    ------
    DataError
        If the file is missing, truncated, damaged, no file of PyTorch, or asks for more.

    Examples
    --------
    >>> model.load_state_dict(load_torch("resnet18.pth"))  # doctest: +SKIP
    """
    path = Path(path).expanduser()
    source = f"load_torch: {str(path)!r}"
    try:
        with open(path, "rb") as file:
            if path.suffix == ".safetensors":
                return _safetensors(file.read(), source)
            start = file.read(512)
            file.seek(0)
            if start[:2] == b"PK":
                return _zip(file, source)
            if start[:1] == b"\x80":
                return _legacy(file, source)
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error}") from error
    kind = " It is the tar format before PyTorch 0.2." if start[257:262] == b"ustar" else ""
    raise DataError(
        f"{source} is no file of PyTorch: it begins with the bytes [{start[:8].hex(' ')}] "
        f"{start[:24]!r}.{kind} Expected a zip file, or one of before 1.6. Check that the download "
        "is the file itself and no page about it."
    )


# --- the zip format ------------------------------------------------------------------------------


def _zip(file: BinaryIO, source: str) -> Any:
    """A pickle in ``name/data.pkl``, and in ``name/data/key`` the bytes of each storage."""
    import zipfile

    try:
        with zipfile.ZipFile(file) as archive:
            return _from_archive(archive, os.fstat(file.fileno()).st_size, source)
    except DataError:
        raise
    except Exception as error:  # zipfile has many ways to say that a file is damaged
        raise DataError(
            f"{source} is truncated or damaged ({error}). Download or copy it again."
        ) from error


def _from_archive(archive, size, source):
    infos = archive.infolist()
    names = {info.filename for info in infos}
    roots = [name[: -len("data.pkl")] for name in names if name.split("/")[1:] == ["data.pkl"]]
    if len(roots) != 1 or f"{roots[0]}constants.pkl" in names:
        raise DataError(
            f"{source} is a zip file, but not of torch.save: expected one name/data.pkl, and no "
            f"program (TorchScript). In PyTorch, save the arrays{HOW}."
        )
    if any(info.compress_type for info in infos):
        raise DataError(f"{source} has compressed parts, which PyTorch never writes. Repack it.")
    if sum(info.file_size for info in infos) > size:
        raise DataError(f"{source} has parts that overlap: together they are larger than the file.")
    (root,) = roots
    order = archive.read(f"{root}byteorder") if f"{root}byteorder" in names else b"little"
    storages: dict[str, _Storage] = {}

    def stored(reference):
        kind, key, count = _reference(reference, source)
        if key not in storages:
            name = f"{root}data/{key}"
            if name not in names:
                raise DataError(f"{source} lacks the part {name}. Download or copy it again.")
            storages[key] = storage = _Storage(kind, count, archive.getinfo(name).file_size, source)
            storage.fill(archive.read(name), "<" if order == b"little" else ">")
        return storages[key]

    return _unpickled(archive.read(f"{root}data.pkl"), source, stored)


# --- the legacy format ---------------------------------------------------------------------------


def _legacy(file: BinaryIO, source: str) -> Any:
    """Five pickles (magic, version, system, content, keys), then the bytes of each storage."""
    size = os.fstat(file.fileno()).st_size
    magic = read_pickle(file, source, how=HOW)
    if magic != LEGACY:
        raise DataError(
            f"{source} is a pickle, but no file of PyTorch: that begins with the number {LEGACY}, "
            f"and this with another {type(magic).__name__}. In PyTorch, save the arrays{HOW}."
        )
    version, _ = (read_pickle(file, source, how=HOW) for _ in range(2))
    if version != 1001:
        raise DataError(f"{source} has another version of the legacy format than 1001.")
    storages: dict[str, _Storage] = {}

    def stored(reference):
        kind, key, count = _reference(reference, source)
        if key not in storages:
            left = size - file.tell() - sum(s.nbytes for s in storages.values())
            storages[key] = _Storage(kind, count, left, source)
        return storages[key]

    result = _unpickled(file, source, stored)
    keys = read_pickle(file, source, how=HOW)
    known = isinstance(keys, list) and all(isinstance(key, (str, int)) for key in keys)
    if known:  # as texts, but for integers too long to be one
        keys = [str(key) if isinstance(key, str) or abs(key) < 1 << 64 else "" for key in keys]
    if not known or sorted(keys) != sorted(storages):
        raise DataError(f"{source} is damaged: its list of storages is not what its tensors need.")
    for key in keys:
        storage = storages[key]
        count, content = int.from_bytes(file.read(8), "little"), file.read(storage.nbytes)
        if count != storage.count or len(content) != storage.nbytes:
            raise DataError(
                f"{source} is truncated or damaged: storage {key} has {len(content):,} bytes for "
                f"{count:,} elements, expected {storage.nbytes:,} for {storage.count:,}. Download "
                "or copy it again."
            )
        storage.fill(content, "<")  # on every machine
    return result


# --- storages and tensors ------------------------------------------------------------------------


def _unpickled(content: bytes | BinaryIO, source: str, stored: Callable[[Any], Any]) -> Any:
    def tensor(storage, offset, size, stride, grad=False, hooks=(), metadata=None, *_):
        _check_metadata(metadata, source)
        return _tensor(storage, storage.array, offset, size, stride, source)

    def typed(storage, offset, size, stride, grad, hooks, dtype, metadata=None, *_):
        _check_metadata(metadata, source)
        if not isinstance(dtype, np.dtype):
            raise TypeError(f"a tensor of dtype {type(dtype).__name__}")
        return _tensor(storage, storage.array.view(dtype), offset, size, stride, source)

    names: dict[str, Any] = {f"torch.{name}Storage": code for name, code in DTYPES.items()}
    names |= dict.fromkeys(("torch.UntypedStorage", "torch.storage.UntypedStorage"), "u1")
    names |= {f"torch.{name}": np.dtype(name) for name in ("uint16", "uint32", "uint64")}
    names |= {
        "torch._utils._rebuild_tensor": Named(tensor),
        "torch._utils._rebuild_tensor_v2": Named(tensor),
        "torch._utils._rebuild_tensor_v3": Named(typed),
        "torch._utils._rebuild_parameter": Named(lambda data, *_: data),
        "torch._utils._rebuild_parameter_with_state": Named(lambda data, *_: data),
        "torch.Size": Named(lambda size=(): tuple(size)),
        "collections.OrderedDict": Named(_ordered),
    }
    return read_pickle(content, source, names, stored, HOW)


def _ordered(items=()):
    result = {}
    for key, value in items:
        if not isinstance(key, (str, int)):
            raise TypeError(f"a {type(key).__name__} as the key of an OrderedDict")
        result[key] = value
    return result


def _reference(reference, source) -> tuple[str, str, int]:
    """Dtype, key and number of elements, from what stands for a storage in the pickle."""
    match reference:
        case ("storage", str(kind), str(key) | int(key), _, int(count), *rest):
            if kind in DTYPES.values() and count >= 0 and rest in ([], [None]):
                return kind, str(key), count
    raise DataError(f"{source} refers to a storage as {_short(reference)}, which is not read.")


def _short(value) -> str:
    """A text of what a stranger's file has built: that may be endless, as tuples of tuples."""
    import reprlib

    return reprlib.repr(value)


class _Storage:
    """The memory that tensors are views of."""

    def __init__(self, kind: str, count: int, available: int, source: str):
        self.count, self.kind, self.source = count, kind, source
        self.nbytes = count * (2 if kind == "bf" else np.dtype(kind).itemsize)
        # Before memory is asked for: a small file may claim a huge storage.
        if self.nbytes > available:
            raise DataError(
                f"{source} is truncated or damaged: a storage of {count:,} elements takes "
                f"{self.nbytes:,} bytes, but there are {max(available, 0):,}."
            )
        self.array = np.zeros(count, "f4" if kind == "bf" else kind)

    def fill(self, content: bytes, order: str) -> None:
        """Take over its bytes; the tensors made of it by now see them."""
        self.array[:] = _decoded(content[: self.nbytes], self.kind, order)


def _decoded(content, kind, order="<"):
    if kind == "bf":
        upper = np.frombuffer(content, f"{order}u2").astype(np.uint32)
        return (upper << 16).view(np.float32)
    return np.frombuffer(content, np.dtype(kind).newbyteorder(order))


def _check_metadata(metadata, source):
    """Refuse views that conjugate or negate: their storages hold other numbers than they show."""
    if type(metadata) is dict and any(metadata.get(k) for k in ("conj", "neg")):
        raise DataError(
            f"{source} has a tensor that is the conjugate or negative view of what is stored. In "
            "PyTorch, save tensor.resolve_conj().resolve_neg()."
        )


def _tensor(storage, flat, offset, size, stride, source):
    """The view of a flat array that a tensor is."""
    numbers = (offset, *size, *stride)
    if len(size) != len(stride) or not all(type(k) is int and k >= 0 for k in numbers):
        raise DataError(
            f"{source} has a tensor of size {_short(size)}, stride {_short(stride)}, offset "
            f"{_short(offset)}."
        )
    if prod(size) == 0:
        return np.zeros(size, flat.dtype)
    last = offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    if last >= len(flat):
        raise DataError(
            f"{source} is damaged: a tensor of size {size} and stride {stride} at {offset} reaches "
            f"beyond its storage of {len(flat):,} elements."
        )
    strides = tuple(s * flat.itemsize for s in stride)
    view = np.lib.stride_tricks.as_strided(flat[offset:], size, strides)
    if 0 in [s for n, s in zip(size, stride, strict=True) if n > 1]:
        view.flags.writeable = False  # an expanded tensor: several elements are one
    return view


# --- safetensors ---------------------------------------------------------------------------------


def _safetensors(content: bytes, source: str) -> dict[str, np.ndarray]:
    try:
        from safetensors import SafetensorError, deserialize
    except ImportError as error:
        raise DataError(
            f'{source}: needs the package safetensors: pip install "chalkgrad[pretrained]"'
        ) from error
    try:
        parts = deserialize(content)
    except SafetensorError as error:
        raise DataError(
            f"{source} is truncated, damaged or no safetensors file ({error})."
        ) from error
    arrays = {}
    for name, part in parts:
        if part["dtype"] not in SAFETENSORS:
            raise DataError(f"{source}: {name} is of dtype {part['dtype']}, which NumPy has not.")
        flat = _decoded(part["data"], SAFETENSORS[part["dtype"]])
        arrays[name] = np.array(flat.reshape(part["shape"]), flat.dtype.newbyteorder("="))
    return arrays
