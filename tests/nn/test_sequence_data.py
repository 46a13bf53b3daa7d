"""Text, series and videos: what they hold, and the commands that learn from them."""

import importlib.util
import sys

import numpy as np
import pytest

from autograd.errors import DtypeError, IndexRangeError, ShapeError, ValueRangeError
from nn import data
from nn.data import DataError, Vocabulary, moving_digits, stream, windows
from nn.tasks.shakespeare import Reader

rng = np.random.default_rng(5)


@pytest.fixture(autouse=True)
def without_data(monkeypatch):
    monkeypatch.delenv("CHALKGRAD_DATA", raising=False)


# -- text -----------------------------------------------------------------------------------------


def test_vocabulary():
    letters = Vocabulary(["ab", "cb"], first=2)
    assert len(letters) == 5 and letters.encode("cab").tolist() == [4, 2, 3]
    assert letters.decode([0, 4, 1, 2]) == "ca"
    assert letters.decode(letters.encode("")) == ""


def test_texts_come_from_the_folder_else_from_python(tmp_path, monkeypatch, capsys):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "names.txt").write_text("ada\ngrace\n")
    (tmp_path / "tinyshakespeare.txt").write_text("To be")
    assert data.names(tmp_path, verbose=False) == ["ada", "grace"]
    monkeypatch.setenv("CHALKGRAD_DATA", str(tmp_path))
    assert data.shakespeare() == "To be"
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path.parent))
    assert data.shakespeare(f"~/{tmp_path.name}", verbose=False) == "To be"
    assert "5 characters from " + str(tmp_path) in capsys.readouterr().out
    monkeypatch.delenv("CHALKGRAD_DATA")
    words = data.names(verbose=False)
    assert len(words) > 500 and "partition" in words and all(w.isalpha() for w in words)
    assert len(data.shakespeare(verbose=False)) > 100_000


def test_the_reference_of_python_may_be_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    assert len(data.shakespeare(verbose=False)) > 10_000


def test_snippets_of_other_files_for_the_test():
    (train, labels), (test, test_labels) = data.snippets(("email", "xml"), 64, 40)
    assert len(train) == len(labels) == 80 and len(test) == len(test_labels) == 20
    assert np.bincount(labels).tolist() == [40, 40] and {len(t) for t in train + test} == {64}
    again = data.snippets(("email", "xml"), 64, 40)[0][0]
    assert again == train and not set(train) & set(test)


def test_a_stream_goes_on_where_it_ended():
    ids = np.arange(103)
    pieces = list(stream(ids, batch=4, steps=10))
    x, y = (np.concatenate(part) for part in zip(*pieces, strict=True))
    assert x.shape == (25, 4) and (y == x + 1).all() and (np.diff(x, axis=0) == 1).all()
    assert np.array_equal(np.sort(x.ravel()), np.arange(100))


def test_windows():
    x, y = windows(np.arange(10.0), 4)
    assert x.shape == y.shape == (4, 6, 1) and (y == x + 1).all()
    assert windows(np.ones((9, 2)), 3)[0].shape == (3, 6, 2)


def test_the_airline_series():
    time, values = data.airline()
    assert values.sum() == 40363 and values[[0, -1]].tolist() == [112, 432] and len(time) == 144


# -- video ----------------------------------------------------------------------------------------

STEPS = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]


def test_digits_move_as_their_label_says():
    images = np.ones((3, 1, 4, 4), np.float32)
    clips, directions, digits = moving_digits(
        images, [4, 5, 6], 200, frames=5, size=16, speed=2, noise=0
    )
    assert clips.shape == (200, 1, 5, 16, 16) and clips.dtype == np.float32
    assert set(directions) == set(range(8)) and set(digits) == {4, 5, 6}
    assert (clips.sum(axis=(1, 3, 4)) == 16).all()  # always within the frame
    grid = np.arange(16)
    y, x = (np.sum(clips[:, 0] * g, axis=(2, 3)) / 16 for g in (grid[:, None], grid))
    moved = np.stack([np.diff(y, axis=1), np.diff(x, axis=1)], axis=-1)
    assert np.allclose(moved, 2 * np.array(STEPS)[directions][:, None], atol=1e-5)


def test_videos_from_one_seed_are_the_same():
    images, labels = rng.random((5, 1, 28, 28)), np.arange(5)
    a, b, c = (moving_digits(images, labels, 3, seed=s) for s in (1, 1, 2))
    assert np.array_equal(a.clips, b.clips) and not np.array_equal(a.clips, c.clips)
    assert a.clips.min() >= 0 and a.clips.max() <= 1


DIGITS = np.ones((2, 1, 8, 8)), np.arange(2)
MISTAKES = [
    (lambda: Vocabulary(""), ValueRangeError, "the text is empty"),
    (lambda: Vocabulary("ab").encode("abc"), ValueRangeError, "character 'c' is not among the 2"),
    (lambda: Vocabulary("ab").decode([2]), IndexRangeError, "id 2 is not between 0 and 1"),
    (lambda: Vocabulary("ab").decode([0.7]), DtypeError, "ids must be integers, got float64"),
    (lambda: data.names("/nowhere"), DataError, "no names.txt in /nowhere"),
    (lambda: data.snippets(("this_is_no_package",)), DataError, "too little source of 'this_is"),
    (lambda: list(stream(np.ones((2, 2)), 1, 1)), ShapeError, "one sequence"),
    (lambda: list(stream(np.ones(9), 0, 1)), DtypeError, "batch must be a positive integer"),
    (lambda: list(stream(np.ones(3), 5, 1)), ValueRangeError, "3 ids are too few for 5 rows"),
    (lambda: windows(np.ones(5), 5), ValueRangeError, "length must be between 1 and 4"),
    (lambda: windows(np.ones((5, 1, 1)), 2), ShapeError, "values must be"),
    (lambda: windows(np.ones(5), 2.0), DtypeError, "windows: length must be an int, got 2.0"),
    (lambda: moving_digits(np.ones((2, 8, 8)), [0, 1], 3), ShapeError, "expected images"),
    (lambda: moving_digits(np.ones((2, 1, 8, 8), int), [0, 1], 3), DtypeError, "expected floats"),
    (lambda: moving_digits(DIGITS[0], [0.5, 1.5], 3), DtypeError, "labels must be integers"),
    (lambda: moving_digits(np.ones((0, 1, 8, 8)), [], 3), ShapeError, "M > 0, got"),
    (lambda: moving_digits(*DIGITS, 3, size=30.0), DtypeError, "size must be an int, got 30.0"),
    (lambda: moving_digits(DIGITS[0], [0], 3), ShapeError, "2 images need as many labels"),
    (lambda: moving_digits(*DIGITS, 3, size=16), ValueRangeError, "a size of at least 22, got 16"),
    (lambda: moving_digits(*DIGITS, 3, frames=1), ValueRangeError, "frames must be 2 or more and"),
]


@pytest.mark.parametrize("call, error, message", MISTAKES, ids=[r[2] for r in MISTAKES])
def test_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call()


# -- commands -------------------------------------------------------------------------------------


def run(task, *more, quiet=True):
    module = importlib.import_module(f"nn.tasks.{task}")
    return module.main(["--quick", *(["--quiet"] if quiet else []), *more])


def test_names():
    found = run("names")
    assert found["bits"] < 4.5 and found["losses"][-1] < found["losses"][0]
    assert len(found["invented"]) == 12


def test_shakespeare():
    found = run("shakespeare", "--write", "30", "--cell", "gru")
    assert len(found["written"]) == 30 and found["losses"][-1] < found["losses"][0]


def test_pieces_of_shakespeare_count_by_their_length():
    found = run("shakespeare", "--write", "1", "--steps", "200")  # 200 and 49
    text = data.shakespeare(verbose=False)[:20_000]
    ids = Vocabulary(text).encode(text)
    ((x, y),) = stream(ids[18_000:], 8, 249)
    loss = Reader(found["model"])(x, y)
    assert found["bits"] == pytest.approx(loss.item() / np.log(2), rel=1e-6)


def test_short_texts_are_learned_and_held_out_too(tmp_path, monkeypatch):
    """All of these failed after the training."""
    (tmp_path / "names.txt").write_text("ada grace hedy")
    (tmp_path / "tinyshakespeare.txt").write_text("To be, or not to be,\nthat is the question")
    monkeypatch.setenv("CHALKGRAD_DATA", str(tmp_path))
    assert run("names", "--epochs", "1")["bits"] > 0
    assert run("shakespeare", "--write", "1")["bits"] > 0
    assert run("text", "--pieces", "3", "--epochs", "1")["accuracy"] <= 1


def test_a_text_too_short_to_hold_out_is_refused_before_the_training(tmp_path, monkeypatch):
    (tmp_path / "tinyshakespeare.txt").write_text("\nTo be")
    monkeypatch.setenv("CHALKGRAD_DATA", str(tmp_path))
    monkeypatch.setattr("nn.tasks.common.fit", None)
    with pytest.raises(ValueRangeError, match="stream: 1 ids are too few"):
        run("shakespeare", "--batch", "1")


def test_forecast(tmp_path):
    pytest.importorskip("matplotlib")
    found = run("forecast", "--plot", str(tmp_path / "plot.png"))
    assert found["forecast"].shape == (24,) and found["errors"]["network"] < 200
    assert found["losses"][-1] < found["losses"][0]
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_what_would_fail_after_the_training_is_refused_before(tmp_path, monkeypatch, capsys):
    from nn.tasks import common

    def fit(*args):
        raise AssertionError("trained")

    monkeypatch.setattr(common, "fit", fit)
    rows = [
        (("names", "--temperature", "-1"), "--temperature must be 0 or more"),
        (("shakespeare", "--temperature", "nan"), "--temperature must be 0 or more"),
        (("shakespeare", "--begin", ""), "--begin must be a character or more"),
        (("forecast", "--window", "12"), "--window must be above 12"),
    ]
    if importlib.util.find_spec("matplotlib"):
        rows += [
            (("forecast", "--plot", f"{tmp_path}/gone/a.png"), "--plot: there is no folder"),
            (("forecast", "--plot", f"{tmp_path}/a.xyz"), "--plot: pictures end in .png"),
            (("boxes", "--out", f"{tmp_path}/a.xyz"), "--out: pictures end in .png"),
        ]
    for options, message in rows:
        with pytest.raises(SystemExit):
            run(*options)
        assert message in capsys.readouterr().err
    with pytest.raises(ValueRangeError, match="character '☃' is not among"):
        run("shakespeare", "--begin", "☃")


def test_text():
    found = run("text", "--epochs", "2")
    assert found["accuracy"] > 1 / 6 and found["losses"][-1] < found["losses"][0]


def test_rows(capsys):
    pytest.importorskip("sklearn")
    found = run("rows", "--cell", "gru", quiet=False)
    assert found["accuracy"] > 0.8
    assert "accuracy on 364 test images" in capsys.readouterr().out


@pytest.mark.parametrize("model", ["cnn_lstm", "cnn_3d"])
def test_video(model):
    pytest.importorskip("sklearn")
    found = run("video", "--model", model, "--epochs", "1", "--videos", "32")
    assert 0 <= found["accuracy"] <= 1 and all(np.isfinite(found["losses"]))


@pytest.mark.parametrize("more", [["--epochs", "0"], ["--lr", "-1"], ["--cell", "mlp"]])
def test_wrong_options_say_so(more, capsys):
    with pytest.raises(SystemExit):
        run("names", *more)
    assert more[0] in capsys.readouterr().err
