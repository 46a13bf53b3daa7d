"""CIFAR-10, scikit-learn's digits and photos, folders of images, normalisation.  No network."""

import collections
import dataclasses
import gzip
import hashlib
import io
import os
import pickle
import sys
import tarfile
import warnings

import numpy as np
import pytest

from autograd.errors import AutogradError, DtypeError, IndexRangeError, ShapeError, ValueRangeError
from nn.data import (
    CIFAR10_CLASSES,
    DataError,
    DataLoader,
    Digits,
    ImageFolder,
    Images,
    Normalize,
    cifar10,
    digits,
    photo,
    read_image,
)
from nn.data.pickles import Named, read_pickle

cifar_module = sys.modules["nn.data.cifar"]
ARCHIVE = "cifar-10-python.tar.gz"


@pytest.fixture(autouse=True)
def _no_network_and_an_empty_home(monkeypatch, tmp_path):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("CHALKGRAD_DATA", raising=False)
    _change_source(monkeypatch, address="http://127.0.0.1:1/")


def _change_source(monkeypatch, **changes):
    source = dataclasses.replace(cifar_module.CIFAR10, **changes)
    monkeypatch.setattr(cifar_module, "CIFAR10", source)


# --- pickles of strangers -----------------------------------------------------------------------

PLAIN = [
    None, True, 3, -(2**70), 2.5, "text: é", (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [],
    [1, [2, [3]]], {}, {"a": {1: (2, "x")}, 2.5: None, False: 1, "": "v"}, list(range(3000)),
    {str(k): k for k in range(3000)},
]  # fmt: skip


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", PLAIN, ids=lambda v: repr(v)[:20])
def test_plain_pickles(value, protocol):
    result = read_pickle(pickle.dumps(value, protocol), "a test")
    assert result == value and type(result) is type(value)


@pytest.mark.parametrize("value", [b"bytes", bytearray(b"array"), {b"key": b"v" * 300}])
def test_pickled_bytes(value):  # earlier protocols write them as a call
    assert read_pickle(pickle.dumps(value, 5), "a test") == value


def test_shared_and_recursive_lists():
    a = [1]
    b = read_pickle(pickle.dumps([a, a]), "a test")
    assert b[0] is b[1]
    a.append(a)
    c = read_pickle(pickle.dumps(a), "a test")
    assert c[1] is c


def test_names_of_a_table_and_the_rest_of_the_file():
    content = io.BytesIO(pickle.dumps(collections.Counter("aab"), 2) + b"rest")
    names = {"collections.Counter": Named(lambda items: sorted(items.items()))}
    assert read_pickle(content, "a test", names) == [("a", 2), ("b", 1)]
    assert content.read() == b"rest"


class Calls:
    """Pickles as a call of anything."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def _deep(depth):
    """A pickle of ((((...),),),), far deeper than Python's stack, as the key of a dict."""
    return b"\x80\x02})" + b"\x85" * depth + b"K\x01s."


class Stateful:
    def __init__(self):
        self.x = 1


# 60 tuples, each of two of the one before: as a text 2 to the power of 60 numbers long
ENDLESS = b"K\x01" + b"".join(b"q%ch%c\x86" % (k, k) for k in range(60))

HOSTILE = {
    "os.system": (pickle.dumps(Calls(os.system, "echo hacked > hacked")), r"asks for \w+\.system"),
    "eval": (pickle.dumps(Calls(eval, "1 + 1")), r"asks for (__builtin__|builtins)\.eval"),
    "exec, protocol 0": (pickle.dumps(Calls(exec, "1"), 0), r"asks for __builtin__\.exec"),
    "open": (b"\x80\x04\x8c\x02io\x8c\x04open\x93.", r"asks for io\.open"),
    "an object": (pickle.dumps(Stateful()), r"asks for (copyreg|copy_reg|.*Stateful)"),
    "an object, protocol 4": (pickle.dumps(Stateful(), 4), r"asks for tests.*\.Stateful"),
    "inst": (b"(S'echo'\nios\nsystem\n.", "asks for the operation INST"),
    "obj": (b"(cos\nsystem\nS'echo'\no.", r"asks for os\.system"),
    "extension": (b"\x80\x02\x82\x01.", "operation EXT1"),
    "call of a text": (b"\x80\x02X\x01\x00\x00\x00aK\x01\x85R.", "a call of str"),
    "state of a list": (b"\x80\x02]}b.", "set the state of a list"),
    "persistent": (b"\x80\x02K\x01Q.", "persistent id"),
    "an endless name": (b"\x80\x04" + ENDLESS + b"\x8c\x01a\x93.", "a name that is no text"),
    "deep key": (_deep(200_000), "a tuple as the key of a dict"),
    "a set": (pickle.dumps({1}, 4), "operation EMPTY_SET"),
    "dotted name": (b"\x80\x04\x8c\x02os\x8c\x0bpath.exists\x93.", r"asks for os\.path\.exists"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickle_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, message = HOSTILE[name]
    with pytest.raises(DataError, match=f"a test: the pickle in it .*{message}"):
        read_pickle(content, "a test")
    assert os.listdir(tmp_path) == []


def test_an_endless_persistent_id_is_refused():
    """Before it is told to anyone who might write it into a message."""
    with pytest.raises(DataError, match="damaged .*a nested persistent id"):
        read_pickle(b"\x80\x02" + ENDLESS + b"Q.", "a test", persistent=str)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b".",
        b"\x80",
        b"\x80\x63.",
        b"garbage",
        pickle.dumps([1, 2, "abc"])[:-4],
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fab.",  # bytes: so many announced
        b"\x80\x04B\xff\xff\xff\xffab.",
        b"\x80\x02K\x01r\xff\xff\xff\xff",  # kept at a huge place, then nothing
        b"\x80\x02j\xff\xff\xff\xff.",  # fetched from nowhere
        b"\x80\x02a.",
        b"\x80\x02\x87.",
        b"\x80\x02t.",
        b"\x80\x02K\x01K\x02.",  # two results
        b"\x80\x02K\x01K\x02a.",  # append to a number
        b"\x80\x02](K\x01K\x02u.",
        b"\x80\x02}(K\x01u.",
        b"I" + b"9" * 5000 + b"\n.",
        b"\x80\x04K\x01K\x02\x93.",
    ],
)
def test_damaged_pickle(content):
    with pytest.raises(DataError, match="a test: the pickle in it"):
        read_pickle(content, "a test")


def test_deep_nesting_is_no_problem():
    value = read_pickle(b"\x80\x02)" + b"\x85" * 200_000 + b".", "a test")
    depth = 0
    while value:
        (value,) = value
        depth += 1
    assert depth == 200_000


# --- CIFAR-10 -----------------------------------------------------------------------------------


def _batches(n=4):
    """Six batches as Python 3 would pickle them."""
    rng = np.random.default_rng(0)
    names = [f"data_batch_{k}" for k in range(1, 6)] + ["test_batch"]
    return {
        name: {
            "batch_label": name,
            "labels": rng.integers(0, 10, n).tolist(),
            "data": rng.integers(0, 256, (n, 3072)).astype(np.uint8),
            "filenames": [f"{k}.png" for k in range(n)],
        }
        for name in names
    }


def _archive(contents):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, content in contents.items():
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


def _pickled(batches, protocol=2):
    return {name: pickle.dumps(batch, protocol) for name, batch in batches.items()}


def _check_cifar(result, batches):
    for part, names in zip(result, (list(batches)[:5], list(batches)[5:]), strict=True):
        assert type(part) is Images
        pixels = np.concatenate([batches[name]["data"] for name in names])
        assert part.images.dtype == np.float32 and part.labels.dtype == np.int64
        np.testing.assert_allclose(
            part.images, pixels.reshape(-1, 3, 32, 32) / 255, rtol=1e-6, strict=False
        )
        assert part.labels.tolist() == [
            label for name in names for label in batches[name]["labels"]
        ]


@pytest.mark.parametrize("protocol", range(5))
def test_cifar_of_ones_own(tmp_path, capsys, protocol):
    batches = _batches()
    (tmp_path / "cifar10").mkdir()
    (tmp_path / "cifar10" / ARCHIVE).write_bytes(_archive(_pickled(batches, protocol)))
    _check_cifar(cifar10(tmp_path), batches)
    assert capsys.readouterr().out == f"cifar10: 20 + 4 images from {tmp_path / 'cifar10'}\n"


def _as_python_2(batch):
    """The bytes that Python 2 and its NumPy wrote, as those of the true archive are."""

    def text(s):
        return b"U" + bytes([len(s)]) + s.encode("latin-1")

    data = batch["data"].tobytes()
    n = len(batch["labels"])
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87R"
        b"(K\x01" + b"M" + n.to_bytes(2, "little") + b"M\x00\x0c\x86"
        b"cnumpy\ndtype\nq\x03U\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
        b"K\x00tb\x89T" + len(data).to_bytes(4, "little") + data + b"tb"
    )
    labels = b"](" + b"".join(b"K" + bytes([k]) for k in batch["labels"]) + b"e"
    return b"\x80\x02}(" + text("data") + array + text("labels") + labels + b"u."


def test_cifar_by_python_2(tmp_path, monkeypatch):
    batches = _batches()
    contents = {name: _as_python_2(batch) for name, batch in batches.items()}
    (tmp_path / ARCHIVE).write_bytes(_archive(contents))
    monkeypatch.setenv("CHALKGRAD_DATA", str(tmp_path))
    _check_cifar(cifar10(verbose=False), batches)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_cifar_pickled_again_with_keys_of_bytes_and_columns_first(tmp_path, protocol):
    """As after ``pickle.load(file, encoding="bytes")``, and from an array in Fortran's order."""
    batches = _batches()
    again = {
        name: {k.encode(): v for k, v in batch.items()}
        | {b"data": np.asfortranarray(batch["data"])}
        for name, batch in batches.items()
    }
    (tmp_path / ARCHIVE).write_bytes(_archive(_pickled(again, protocol)))
    _check_cifar(cifar10(tmp_path, verbose=False), batches)


def _without(batches, name):
    return {k: v for k, v in batches.items() if k != name}


def _changed(**changes):
    batches = _batches()
    batches["data_batch_3"].update(changes)
    return _pickled(batches)


def _call(name, argument):
    """A pickle that calls this name with what these operations put on the stack."""
    return b"\x80\x02c" + name.replace(" ", "\n").encode() + b"\n" + argument + b"\x85R."


WRONG_ARCHIVES = {
    "truncated": (_archive(_pickled(_batches()))[:-1000], "is damaged.*whole gzip"),
    "no gzip": (b"<html>", "is damaged"),
    "no tar": (gzip.compress(b"text" * 500), "lacks a file or is damaged"),
    "lacks a batch": (_archive(_without(_pickled(_batches()), "test_batch")), "lacks a file"),
    "hostile": (
        _archive(_pickled(_batches()) | {"data_batch_2": HOSTILE["os.system"][0]}),
        r"data_batch_2: the pickle in it asks for \w+\.system",
    ),
    "hostile in the data": (_archive(_changed(data=Calls(eval, "1"))), "data_batch_3.*eval"),
    "object array": (_archive(_changed(data=np.array([[None]]))), "dtype 'O8'"),
    "floats": (_archive(_changed(data=np.zeros((4, 3072)))), "dtype 'f8'"),
    "endless dtype": (
        _archive(_pickled(_batches()) | {"test_batch": _call("numpy dtype", ENDLESS)}),
        "test_batch: the pickle .*no dtype",
    ),
    "other shape": (_archive(_changed(data=np.zeros((4, 3000), np.uint8))), r"\(n, 3072\)"),
    "labels out of range": (_archive(_changed(labels=[1, 2, 3, 10])), "integers from 0 to 9"),
    "too few labels": (_archive(_changed(labels=[1, 2, 3])), "n integers"),
    "no dict": (_archive({k: pickle.dumps([1]) for k in _batches()}), "no batch of CIFAR-10"),
}


@pytest.mark.parametrize("kind", WRONG_ARCHIVES)
def test_wrong_cifar(kind, tmp_path, monkeypatch):
    content, message = WRONG_ARCHIVES[kind]
    (tmp_path / ARCHIVE).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=message):
        cifar10(tmp_path)
    assert os.listdir(tmp_path) == [ARCHIVE]


def test_cifar_is_downloaded_checked_and_kept(monkeypatch):
    batches = _batches()
    content = _archive(_pickled(batches))
    asked = []

    def fetched(address, progress):
        asked.append(address)
        return content

    monkeypatch.setattr(sys.modules["nn.data.sources"], "download", fetched)
    with pytest.raises(
        DataError, match=rf"{ARCHIVE} has \d.* bytes with md5 .*expected md5 c58f30"
    ):
        cifar10()
    cache = cifar_module.CIFAR10.cache
    assert not cache.exists()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    _change_source(monkeypatch, md5={ARCHIVE: md5})
    for _ in range(2):
        _check_cifar(cifar10(verbose=False), batches)
    assert asked == [f"http://127.0.0.1:1/{ARCHIVE}"] * 2  # the second time it was kept
    (cache / ARCHIVE).write_bytes(content[:100])
    _check_cifar(cifar10(verbose=False), batches)
    assert len(asked) == 3 and (cache / ARCHIVE).read_bytes() == content


def test_cifar_from_nowhere_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match="cifar10: found no data") as error:
        cifar10()
    cache = str(cifar_module.CIFAR10.cache)
    for text in ("http://127.0.0.1:1/", ARCHIVE, cache, "$CHALKGRAD_DATA", "refused"):
        assert text in str(error.value)
    with pytest.raises(DataError, match=f"cifar10: found no files of it in root=.*{ARCHIVE}"):
        cifar10(tmp_path)
    assert len(CIFAR10_CLASSES) == 10


# --- scikit-learn's digits and photos -----------------------------------------------------------


def test_digits():
    pytest.importorskip("sklearn")
    train, test = digits()
    assert type(train) is Digits
    assert train.images.shape == (1433, 1, 8, 8) and test.images.shape == (364, 1, 8, 8)
    for part in (train, test):
        assert part.images.dtype == np.float32 and part.labels.dtype == np.int64
        assert part.images.min() == 0 and part.images.max() == 1
        assert len(set(part.labels[:60])) == 10  # shuffled
    counts = np.bincount(train.labels) / np.bincount(np.concatenate([train.labels, test.labels]))
    assert np.allclose(counts, 0.8, atol=0.01)
    both = np.concatenate([train.images, test.images]).reshape(1797, 64)
    assert len(np.unique(both, axis=0)) == 1797  # none is in both
    np.testing.assert_array_equal(digits()[1].labels, test.labels)
    ink = [train.images[train.labels == k, 0, 3:5, 3:5].mean() for k in range(10)]
    assert np.argmin(ink) == 0  # a 0 is empty in the middle


def test_photos():
    pytest.importorskip("sklearn")
    pytest.importorskip("PIL")
    china = photo("china")
    assert china.shape == (3, 427, 640) and china.dtype == np.float32
    assert 0 <= china.min() < 0.1 and 0.9 < china.max() <= 1
    assert photo("flower")[0].mean() != china[0].mean()
    with pytest.raises(ValueRangeError, match="'china' and 'flower', got 'cat'"):
        photo("cat")


@pytest.mark.parametrize(
    ("call", "module"), [(digits, "sklearn.datasets"), (lambda: photo("china"), "sklearn.datasets")]
)
def test_missing_package(call, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DataError, match=r'scikit-learn.*pip install "chalkgrad\[data\]"'):
        call()


# --- images of one's own ------------------------------------------------------------------------

Image = pytest.importorskip("PIL.Image")


def _save(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path, **options)
    return path


def _ramp(h, w):
    y, x = np.mgrid[:h, :w]
    return np.stack([y * 255 / (h - 1), x * 255 / (w - 1), 0 * x + 128], -1).astype(np.uint8)


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "ppm", "webp"])
def test_read_image(tmp_path, ending):
    options = {"lossless": True} if ending == "webp" else {}
    path = _save(tmp_path / f"a.{ending}", _ramp(4, 6), **options)
    x = read_image(path)
    assert x.shape == (3, 4, 6) and x.dtype == np.float32 and x.flags.c_contiguous
    np.testing.assert_allclose(x, _ramp(4, 6).transpose(2, 0, 1) / 255, atol=1e-6)


def test_grey_is_luminance(tmp_path):
    path = _save(tmp_path / "a.png", _ramp(4, 6))
    expected = np.tensordot([0.299, 0.587, 0.114], read_image(path), 1)
    np.testing.assert_allclose(read_image(str(path), mode="L"), expected[np.newaxis], atol=1 / 255)


@pytest.mark.parametrize(
    ("size", "shape"), [(8, (8, 8)), ((4, 9), (4, 9)), ((40, 20), (40, 20)), ((60, 60), (60, 60))]
)
def test_size_covers_and_cuts_the_middle(tmp_path, size, shape):
    path = _save(tmp_path / "a.png", _ramp(20, 40))
    x = read_image(path, size)
    assert x.shape == (3, *shape)
    rows, columns = x[0].mean(1), x[1].mean(0)  # the ramps are about the middle still
    np.testing.assert_allclose(rows + rows[::-1], 1, atol=0.02)
    np.testing.assert_allclose(columns + columns[::-1], 1, atol=0.02)
    # Nothing is distorted: per pixel, both ramps grow as their sizes say, 39 to 19.
    steps = np.diff(rows).mean() / np.diff(columns).mean()
    assert steps == pytest.approx(39 / 19, rel=0.2)


def test_transparency_is_on_white(tmp_path):
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0] = 255, 0, 0, 255
    path = _save(tmp_path / "a.png", pixels)
    x = read_image(path)
    assert x[:, 0, 0].tolist() == [1, 0, 0] and x[:, 1, 1].tolist() == [1, 1, 1]
    palette = Image.fromarray(pixels).convert("P")
    palette.info["transparency"] = bytes([0] * 256)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        palette.save(tmp_path / "p.png", transparency=bytes([0] * 256))
    assert read_image(tmp_path / "p.png").min() == 1


def test_16_bits_are_scaled(tmp_path):
    pixels = np.array([[0, 32768], [65535, 256]], np.uint16)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    np.testing.assert_allclose(
        read_image(tmp_path / "a.png", mode="L")[0], pixels / 65535, atol=0.002
    )


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.array([[0, 255]], np.float32), r"from 0 to 255, but of floats 0 to 1 is expected"),
        (np.array([[-0.1, 1]], np.float32), r"from -0.1 to 1, but of floats 0 to 1"),
        (np.array([[np.nan, 1]], np.float32), r"from nan to nan, but of floats 0 to 1"),
        (np.array([[0, 70_000]], np.int32), r"from 0 to 70000, but of integers .* 0 to 65535"),
    ],
)
def test_pixels_out_of_range_are_refused(tmp_path, pixels, message):
    Image.fromarray(pixels).save(tmp_path / "a.tiff")
    with pytest.raises(DataError, match=rf"a\.tiff.*{message}.*Scale them"):
        read_image(tmp_path / "a.tiff")


def test_floating_pixels_are_from_0_to_1(tmp_path):
    pixels = np.array([[0, 0.4], [1, 1 + 1e-6]], np.float32)
    Image.fromarray(pixels).save(tmp_path / "a.tiff")
    np.testing.assert_allclose(read_image(tmp_path / "a.tiff", mode="L")[0], pixels, atol=1e-5)


def test_photo_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # held with the right side down
    Image.fromarray(_ramp(10, 20)).save(tmp_path / "a.jpg", exif=exif, quality=95)
    x = read_image(tmp_path / "a.jpg")
    assert x.shape == (3, 20, 10)
    assert np.all(np.diff(x[1].mean(1)) > 0)  # the ramp to the right now goes down


def test_broken_images_are_named(tmp_path, monkeypatch):
    good = _save(tmp_path / "good.png", np.random.default_rng(0).integers(0, 255, (50, 50, 3)))
    content = good.read_bytes()
    for name, bad in {
        "short.png": content[: len(content) // 2],
        "text.png": b"this is text",
        "empty.png": b"",
        "header.png": content[:40],
    }.items():
        (tmp_path / name).write_bytes(bad)
        with pytest.raises(DataError, match=rf"{name}.*damaged or no image"):
            read_image(tmp_path / name)
    with pytest.raises(DataError, match=r"gone\.png.*is missing"):
        read_image(tmp_path / "gone.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(DataError, match=r"good\.png.*(bomb|limit)"):
        read_image(good)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"mode": "CMYK"}, ValueRangeError, "'RGB' or 'L', got 'CMYK'"),
        ({"size": 0}, ValueRangeError, "positive"),
        ({"size": 2.5}, DtypeError, r"an int or \(height, width\), got 2.5"),
        ({"size": (1, 2, 3)}, DtypeError, r"got \(1, 2, 3\)"),
    ],
)
def test_wrong_options(tmp_path, options, error, message):
    path = _save(tmp_path / "c" / "a.png", _ramp(4, 6))
    with pytest.raises(error, match=message):
        read_image(path, **options)
    with pytest.raises(error, match=message):
        ImageFolder(tmp_path, **options)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "animals"
    for k, name in enumerate(["dog/2.png", "dog/1.PNG", "cat/deep/a.png", "bird/b.png"]):
        _save(root / name, np.full((6, 8, 3), 10 * k))
    for name in ("dog/readme.txt", "dog/.hidden.png", ".git/x.png", "notes.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("no image")
    return root


def test_image_folder(folder):
    animals = ImageFolder(folder)
    assert animals.classes == ["bird", "cat", "dog"]
    assert [p.name for p in animals.paths] == ["b.png", "a.png", "1.PNG", "2.png"]
    np.testing.assert_array_equal(animals.labels, np.array([0, 1, 2, 2]), strict=True)
    assert len(animals) == 4
    image, label = animals[-1]
    assert image.shape == (3, 6, 8) and label == 2 and image.max() == 0
    assert "4 images of bird, cat, dog" in repr(animals)
    with pytest.raises(IndexRangeError, match="no image 4 of 4"):
        animals[4]
    (images, labels), *rest = DataLoader(animals, 3)
    assert images.shape == (3, 3, 6, 8) and labels.tolist() == [0, 1, 2] and len(rest) == 1
    grey = ImageFolder(str(folder), size=(3, 5), mode="L").load(verbose=False)
    assert type(grey) is Images and grey.images.shape == (4, 1, 3, 5)
    np.testing.assert_allclose(grey.images[:, 0, 0, 0] * 255, [30, 20, 10, 0], atol=0.5)


def test_image_folder_shows_progress(folder, capsys):
    pytest.importorskip("tqdm")
    ImageFolder(folder).load()
    assert "images: 100%" in capsys.readouterr().err


def test_image_folder_with_sizes_that_differ_or_a_broken_file(folder):
    _save(folder / "cat" / "wide.png", np.zeros((6, 9, 3)))
    with pytest.raises(ShapeError, match=r"wide\.png' is \(3, 6, 9\).*b\.png.*size=224"):
        ImageFolder(folder).load(verbose=False)
    (folder / "cat" / "wide.png").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"cat/wide\.png.*damaged"):
        list(DataLoader(ImageFolder(folder), 2))


def test_image_folder_errors(tmp_path, folder):
    with pytest.raises(DataError, match="there is no folder"):
        ImageFolder(tmp_path / "nowhere")
    with pytest.raises(DataError, match="has no folders in it.*root/cat/1.jpg"):
        ImageFolder(folder / "dog")
    (folder / "fish").mkdir()
    with pytest.raises(DataError, match="no images in fish"):
        ImageFolder(folder)


# --- Normalize ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(700, 3, 4, 5), (700, 3), (700, 3, 6)])
def test_normalize(shape, dtype):
    x = np.random.default_rng(0).normal(1000, 1, shape).astype(dtype)
    x[:, 1] *= 10
    x[:, 2] = 0.1  # never changes
    axes = (0, *range(2, x.ndim))
    for dataset in (x, (x, np.arange(700)), {"x": x}, list(x)):
        normalize = Normalize.fit(dataset)
        np.testing.assert_allclose(normalize.mean, x.astype(np.float64).mean(axes), rtol=1e-12)
        std = x.astype(np.float64).std(axes)
        np.testing.assert_allclose(normalize.std, [*std[:2], 1], rtol=1e-9)
    y = normalize(x)
    assert y.dtype == dtype and y.shape == x.shape
    tolerance = 1e-3 if dtype == np.float32 else 1e-8
    np.testing.assert_allclose(y.astype(np.float64).mean(axes), 0, atol=tolerance)
    np.testing.assert_allclose(normalize.inverse(y), x, rtol=tolerance)


def test_training_numbers_go_for_all_sets():
    train, test = np.zeros((4, 1, 2, 2)), np.ones((2, 1, 2, 2))
    train[::2] = 2
    normalize = Normalize.fit(Images(train, np.arange(4)))
    np.testing.assert_allclose(normalize(test), 0)
    np.testing.assert_allclose(normalize(train)[:2, 0, 0, 0], [1, -1])
    batch = next(iter(DataLoader((test, np.arange(2)), 2, transform=normalize)))
    np.testing.assert_allclose(batch[0], 0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Normalize(0, 0), ValueRangeError, "std must be positive"),
        (lambda: Normalize([0, 1], [1, -1]), ValueRangeError, "std must be positive"),
        (lambda: Normalize(np.nan, 1), ValueRangeError, "not finite"),
        (lambda: Normalize([[0]], 1), ShapeError, r"shapes \(1, 1\)"),
        (lambda: Normalize([0, 1], [1, 1])(np.zeros((2, 3, 4))), ShapeError, "3 channels"),
        (lambda: Normalize(0, 1)(np.zeros(3)), ShapeError, r"\(N, C, ...\), got \(3,\)"),
        (lambda: Normalize(0, 1)(np.zeros((2, 3), np.uint8)), DtypeError, "got uint8.*astype"),
        (lambda: Normalize(0, 1)([1.0]), DtypeError, "got list"),
        (lambda: Normalize.fit(np.zeros((2, 3), int)), DtypeError, "got int64"),
        (lambda: Normalize.fit(np.full((2, 3), np.nan)), ValueRangeError, "not finite"),
    ],
)
def test_normalize_errors(call, error, message):
    with pytest.raises(error, match=message) as raised:
        call()
    assert isinstance(raised.value, AutogradError)
