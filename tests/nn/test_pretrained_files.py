"""load_torch: what PyTorch wrote comes out as arrays; what is hostile, damaged or no such file is
refused.  The files are made by torch_saved/make.py."""

import io
import os
import pickle
import shutil
import struct
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from autograd.errors import AutogradError
from nn.data import DataError
from nn.torch_files import LEGACY, load_torch

SAVED = Path(__file__).parent / "torch_saved"
FORMATS = ["zip", "legacy"]


@pytest.fixture(scope="module")
def expected():
    with np.load(SAVED / "expected.npz") as arrays:
        return dict(arrays)


def _model(expected):
    return {k.removeprefix("model."): v for k, v in expected.items() if k.startswith("model.")}


def _same(found, arrays):
    assert list(found) == list(arrays)
    for name, a in arrays.items():
        assert type(found[name]) is np.ndarray, name
        np.testing.assert_array_equal(found[name], a, strict=True, err_msg=name)


@pytest.mark.parametrize("kind", FORMATS)
def test_tensors_of_every_dtype_and_layout(kind, expected):
    found = load_torch(SAVED / f"tensors-{kind}.pth")
    _same(found, {k: v for k, v in expected.items() if not k.startswith("model.")})
    assert type(found) is dict
    assert found["dtype.bfloat16"].dtype == np.float32
    # As in PyTorch: three tensors in one memory, and an expanded one that cannot be written to.
    found["base"][1, 1, 0] = 99
    assert found["transposed"][0, 1, 1] == 99 and found["part"][0, 0] == 99
    assert not found["expanded"].flags.writeable


@pytest.mark.parametrize("kind", FORMATS)
def test_checkpoint(kind, expected):
    found = load_torch(str(SAVED / f"checkpoint-{kind}.pth"))
    assert list(found) == ["model", "optimizer", "epoch", "best", "notes"]
    _same(found["model"], _model(expected))
    assert (found["epoch"], found["best"]) == (3, 0.5)
    assert found["notes"] == ["text", None, True, (1, 2), (3, 4)]
    state = found["optimizer"]
    assert state["param_groups"][0]["momentum"] == 0.9
    assert state["state"][0]["momentum_buffer"].shape == (4, 3, 3, 3)


def test_one_tensor_other_protocols_and_new_dtypes(expected):
    for kind in FORMATS:
        np.testing.assert_array_equal(
            load_torch(SAVED / f"one-{kind}.pth"), np.arange(3), strict=True
        )
    _same(load_torch(SAVED / "protocol4-zip.pth"), _model(expected))
    found = load_torch(SAVED / "uint16-zip.pth")
    np.testing.assert_array_equal(found["a"], np.array([1, 2, 65535], np.uint16), strict=True)


def test_a_state_dict_fits_a_module():
    import nn

    arrays = load_torch(SAVED / "protocol4-zip.pth")
    model = nn.Sequential(nn.Conv2d(3, 4, 3))
    model.load_state_dict({k: v for k, v in arrays.items() if k.startswith("0.")})
    np.testing.assert_array_equal(model[0].weight.data, arrays["0.weight"])


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("module-zip", r"torch\.nn\.modules\.linear\.Linear"),
        ("sparse-zip", r"torch\._utils\._rebuild_sparse_tensor"),
        ("sparse-legacy", r"torch\._utils\._rebuild_sparse_tensor"),
    ],
)
def test_what_is_not_arrays_is_refused_by_name(name, asked):
    with pytest.raises(DataError, match=rf"{name}.*asks for {asked}\..*model\.state_dict\(\)"):
        load_torch(SAVED / f"{name}.pth")


# --- hostile files ------------------------------------------------------------------------------


def _zipped(path, pickled, parts=None, root="x", compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr(f"{root}/data.pkl", pickled)
        for name, content in (parts or {}).items():
            archive.writestr(f"{root}/{name}", content)
    return path


def _legacy(path, pickled, keys=(), storages=b"", magic=LEGACY, version=1001):
    head = b"".join(pickle.dumps(v, 2) for v in (magic, version, {"little_endian": True}))
    path.write_bytes(head + pickled + pickle.dumps(list(keys), 2) + storages)
    return path


class Calls:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def _text(s):
    return b"X" + struct.pack("<I", len(s)) + s.encode()


def _int(n):
    content = n.to_bytes(9, "little", signed=True)
    return b"\x8a" + bytes([len(content)]) + content


def _storage(kind="Float", key="0", count=4):
    return (
        b"("
        + _text("storage")
        + f"ctorch\n{kind}Storage\n".encode()
        + _text(key)
        + _text("cpu")
        + _int(count)
        + b"tQ"
    )


def _tuple(numbers):
    return b"(" + b"".join(map(_int, numbers)) + b"t"


def _tensor(storage=None, offset=0, size=(4,), stride=(1,), metadata=b""):
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + (_storage() if storage is None else storage)
        + _int(offset)
        + _tuple(size)
        + _tuple(stride)
        + b"\x89}"
        + metadata
        + b"tR"
    )


def _program(value):
    return b"\x80\x02" + value + b"."


FOUR = np.arange(4, dtype=np.float32).tobytes()
HOSTILE = {
    "os.system": (pickle.dumps(Calls(os.system, "echo > hacked"), 2), r"asks for \w+\.system"),
    "eval": (pickle.dumps({"a": Calls(eval, "1")}, 2), r"asks for __builtin__\.eval"),
    "a type that torch has": (
        _program(b"ctorch._utils\n_import_dotted_name\n"),
        r"torch\._utils\._import_dotted_name",
    ),
    "torch.load itself": (_program(b"ctorch\nload\n"), r"asks for torch\.load"),
    "numpy": (_program(b"cnumpy.core.multiarray\n_reconstruct\n"), "asks for numpy"),
    "deep": (_program(b"}" + b")" + b"\x85" * 30_000 + b"K\x01s"), "a tuple as the key"),
    "deep reference": (_program(b")" + b"\x85" * 30_000 + b"Q"), "damaged|refers to a storage"),
    "deep ordered": (
        _program(b"ccollections\nOrderedDict\n(](" + b")" + b"\x85" * 9999 + b"K\x01\x86etR"),
        "key of an OrderedDict",
    ),
    "negative offset": (_program(_tensor(offset=-1)), "offset -1"),
    "negative stride": (_program(_tensor(offset=3, stride=(-1,))), r"stride \(-1,\)"),
    "negative size": (_program(_tensor(size=(-4,))), r"size \(-4,\)"),
    "ranks differ": (_program(_tensor(size=(2, 2))), r"size \(2, 2\), stride \(1,\)"),
    "beyond": (_program(_tensor(size=(5,))), r"size \(5,\).*beyond its storage of 4"),
    "far beyond": (_program(_tensor(offset=2**60, size=(2**60,), stride=(2**60,))), "beyond"),
    "huge and empty": (_program(_tensor(size=(0, 2**62, 2**62), stride=(1, 1, 1))), "damaged"),
    "too many axes": (_program(_tensor(size=(1,) * 99, stride=(1,) * 99)), "damaged"),
    "huge storage": (_program(_tensor(_storage(count=2**50))), "1,125,899,906,842,624 elements"),
    "negative storage": (_program(_tensor(_storage(count=-4))), "refers to a storage as"),
    "unknown dtype": (_program(_tensor(_storage(kind="QInt8"))), r"asks for torch\.QInt8Storage"),
    "dtype of one's own": (
        _program(_tensor(_storage().replace(b"ctorch\nFloatStorage\n", _text("O")))),
        "refers to a storage as",
    ),
    "no storage": (_program(_tensor(b"]")), "damaged"),
    "no reference": (_program(_tensor(_text("storage") + b"Q")), "refers to a storage as"),
    "call of an array": (_program(_tensor() + b")R"), "a call of ndarray"),
    "state of an array": (_program(_tensor() + b"}b"), "set the state of a ndarray"),
    "conjugate view": (
        _program(_tensor(metadata=b"}" + _text("conj") + b"\x88s")),
        r"conjugate or negative view.*resolve_conj\(\)\.resolve_neg",
    ),
    "negative view": (
        _program(_tensor(metadata=b"}" + _text("neg") + b"\x88s")), "conjugate or negative view"
    ),
    "typed by a text": (
        _program(
            b"ctorch._utils\n_rebuild_tensor_v3\n(" + _storage() + _int(0) + _tuple([1])
            + _tuple([1]) + b"\x89}" + _text("O") + b"tR"
        ),
        "a tensor of dtype str",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name, kind, tmp_path, monkeypatch):
    pickled, message = HOSTILE[name]
    path = tmp_path / "a.pth"
    if kind == "zip":
        _zipped(path, pickled, {"data/0": FOUR})
    else:
        _legacy(path, pickled, ["0"], struct.pack("<q", 4) + FOUR)
    monkeypatch.chdir(tmp_path)
    tracemalloc.start()
    with pytest.raises(DataError, match=rf"a\.pth.*({message})") as raised:
        load_torch(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(raised.value, AutogradError)
    assert peak < 60e6  # nothing was made of what the file claims
    assert os.listdir(tmp_path) == ["a.pth"]


def test_the_crafted_files_are_right_but_for_the_crafted_part(tmp_path):
    """Otherwise they would be refused for another reason."""
    plain = _program(_tensor(metadata=b"}" + _text("conj") + b"\x89s"))
    path = _zipped(tmp_path / "a.pth", plain, {"data/0": FOUR})
    np.testing.assert_array_equal(load_torch(path), np.arange(4, dtype=np.float32), strict=True)
    path = _legacy(path, _program(_tensor()), ["0"], struct.pack("<q", 4) + FOUR)
    np.testing.assert_array_equal(load_torch(path), np.arange(4, dtype=np.float32), strict=True)


def test_big_endian(tmp_path):
    parts = {"data/0": np.arange(4, dtype=">f4").tobytes(), "byteorder": b"big"}
    path = _zipped(tmp_path / "a.pth", _program(_tensor()), parts)
    np.testing.assert_array_equal(load_torch(path), np.arange(4, dtype=np.float32), strict=True)


def test_wrong_zip_files(tmp_path):
    good = _program(_tensor())
    cases = {
        "lacks a part": (lambda p: _zipped(p, good), "lacks the part x/data/0"),
        "short part": (lambda p: _zipped(p, good, {"data/0": FOUR[:-1]}), "16 bytes.*there are 15"),
        "another zip": (lambda p: _zipped(p, b"", root="x/y"), "not of torch.save"),
        "TorchScript": (lambda p: _zipped(p, good, {"constants.pkl": b""}), "TorchScript"),
        "compressed": (
            lambda p: _zipped(p, good, {"data/0": FOUR}, compression=zipfile.ZIP_DEFLATED),
            "has compressed parts",
        ),
        "empty zip": (lambda p: zipfile.ZipFile(p, "w").close(), "not of torch.save"),
    }
    for name, (make, message) in cases.items():
        path = tmp_path / f"{name}.pth"
        make(path)
        with pytest.raises(DataError, match=message):
            load_torch(path)


def test_parts_that_overlap(tmp_path):
    """A small zip whose directory says that many parts are the same bytes."""
    path = _zipped(tmp_path / "a.pth", _program(_tensor()), {f"data/{k}": FOUR for k in range(4)})
    content = bytearray(path.read_bytes())
    for info in zipfile.ZipFile(io.BytesIO(bytes(content))).infolist():
        at = content.rindex(info.filename.encode())  # in the directory; sizes are 26 before
        content[at - 26 : at - 18] = struct.pack("<II", 400, 400)
    path.write_bytes(content)
    with pytest.raises(DataError, match="overlap|truncated or damaged"):
        load_torch(path)


@pytest.mark.parametrize("name", [f"{n}-{k}" for n in ("tensors", "checkpoint") for k in FORMATS])
def test_truncated_anywhere(name, tmp_path):
    content = (SAVED / f"{name}.pth").read_bytes()
    path = tmp_path / "a.pth"
    for length in [*range(0, len(content), 97), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(DataError, match=r"a\.pth"):
            load_torch(path)


@pytest.mark.parametrize("name", ["tensors-zip", "tensors-legacy"])
def test_flipped_bytes_never_crash(name, tmp_path):
    """They give another number, or the error; nothing else."""
    content = (SAVED / f"{name}.pth").read_bytes()
    path, rng, refused = tmp_path / "a.pth", np.random.default_rng(0), 0
    for _ in range(200):
        bad = bytearray(content)
        bad[rng.integers(len(bad))] ^= 1 << rng.integers(8)
        path.write_bytes(bad)
        try:
            load_torch(path)
        except DataError:
            refused += 1
    assert refused > 50


def test_wrong_legacy_files(tmp_path):
    good, path = _program(_tensor()), tmp_path / "a.pth"
    storage = struct.pack("<q", 4) + FOUR
    for options, message in [
        ({"magic": 5}, "no file of PyTorch: that begins with the number 1195470371460388013333"),
        ({"magic": {"a": 1}}, "this with another dict"),
        ({"version": 1002}, "another version"),
        ({"keys": ["1"]}, "list of storages"),
        ({"keys": ["0", "0"]}, "list of storages"),
        ({"keys": [("0",)]}, "list of storages"),
        ({"storages": storage[:-1]}, "storage 0 has 15 bytes for 4 elements, expected 16"),
        ({"storages": struct.pack("<q", 5) + FOUR}, "for 5 elements, expected 16 for 4"),
    ]:
        _legacy(path, good, **({"keys": ["0"], "storages": storage} | options))
        with pytest.raises(DataError, match=message):
            load_torch(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no file of PyTorch: it begins with"),
        (b"<!DOCTYPE html>", r"\[3c 21 44 4f 43 54 59 50\] b'<!DOCTYPE html>'"),
        (b"version https://git-lfs.github.com/spec/v1", "no page about it"),
        (b"\0" * 257 + b"ustar" + b"\0" * 300, "tar format before PyTorch 0.2"),
    ],
)
def test_no_file_of_pytorch(content, message, tmp_path):
    path = tmp_path / "a.pth"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_torch(path)


def test_no_file_at_all(tmp_path):
    with pytest.raises(DataError, match=r"gone\.pth.*cannot be read.*No such file"):
        load_torch(tmp_path / "gone.pth")
    with pytest.raises(DataError, match="cannot be read.*directory"):
        load_torch(tmp_path)


def test_never_imports_torch_or_pickle_loads(monkeypatch):
    def refuse(*args, **options):
        raise AssertionError("a real unpickler was used")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setitem(sys.modules, "torch", None)
    for kind in FORMATS:
        load_torch(SAVED / f"checkpoint-{kind}.pth")


# --- safetensors --------------------------------------------------------------------------------


def test_safetensors(tmp_path, expected):
    numpy = pytest.importorskip("safetensors.numpy")
    arrays = {
        k: np.ascontiguousarray(v)
        for k, v in expected.items()
        if k != "dtype.complex128" and "bfloat16" not in k
    }
    path = tmp_path / "a.safetensors"
    numpy.save_file(arrays, path)
    found = load_torch(path)
    assert set(found) == set(arrays)
    for name, a in arrays.items():
        np.testing.assert_array_equal(found[name], a, strict=True)
        assert found[name].flags.writeable
    content = path.read_bytes()
    for bad in (b"", content[:-1], content[:50], b"PK" + content):
        path.write_bytes(bad)
        with pytest.raises(DataError, match=r"a\.safetensors.*truncated, damaged or no safetens"):
            load_torch(path)


def test_safetensors_of_bfloat16_and_of_what_numpy_has_not(tmp_path):
    pytest.importorskip("safetensors")
    values = np.array([1.0, -2.5, 3.140625], np.float32)  # exact with 8 bits
    upper = (values.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    path = tmp_path / "a.safetensors"
    header = b'{"x":{"dtype":"%s","shape":[%d],"data_offsets":[0,%d]}}'
    for dtype, n in ((b"BF16", 3), (b"F8_E4M3", 6)):
        text = header % (dtype, n, len(upper))
        path.write_bytes(struct.pack("<Q", len(text)) + text + upper)
        if dtype == b"BF16":
            np.testing.assert_array_equal(load_torch(path)["x"], values, strict=True)
        else:
            with pytest.raises(DataError, match="x is of dtype F8_E4M3"):
                load_torch(path)


def test_safetensors_is_missing(tmp_path, monkeypatch):
    shutil.copy(SAVED / "one-zip.pth", tmp_path / "a.safetensors")
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(DataError, match=r'pip install "chalkgrad\[pretrained\]"'):
        load_torch(tmp_path / "a.safetensors")
