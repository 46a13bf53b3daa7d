"""Boxes and pixels: how overlap is measured, what is drawn, and the two commands."""

import importlib
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose

from autograd.errors import DtypeError, IndexRangeError, ShapeError, ValueRangeError
from nn.tasks.overlap import class_iou, mean_distance, quadrilateral_iou

SQUARE = np.array([[0.0, 0], [2, 0], [2, 2], [0, 2]])
BOW = SQUARE[[0, 2, 1, 3]]  # its sides cross in the middle: the triangles at the left and right
DART = np.array([[0.0, 0], [4, 0], [1, 1], [0, 4]])  # the third corner points inwards, area 4
TRIANGLE = SQUARE[[0, 0, 1, 2]]
DIAMOND = np.array([[1.0, -1], [3, 1], [1, 3], [-1, 1]])  # around the square, twice its area
IOUS = [
    ("the same", SQUARE, SQUARE, 1),
    ("the other way round", SQUARE, SQUARE[::-1], 1),
    ("from another corner", SQUARE, np.roll(SQUARE, 1, axis=0), 1),
    ("half over", SQUARE, SQUARE + [1, 0], 1 / 3),
    ("a quarter over", SQUARE, SQUARE + [1, 1], 1 / 7),
    ("side by side", SQUARE, SQUARE + [2, 0], 0),
    ("apart", SQUARE, SQUARE + [9, 9], 0),
    ("inside", SQUARE, SQUARE / 2 + 0.5, 1 / 4),
    ("turned", SQUARE, DIAMOND, 1 / 2),
    ("an octagon", SQUARE, 1 + (DIAMOND - 1) / np.sqrt(2), np.sqrt(2) / 2),
    ("no area", SQUARE, np.ones((4, 2)), 0),
    ("neither has area", np.zeros((4, 2)), np.ones((4, 2)), 0),
    ("a line", SQUARE, SQUARE[[0, 1, 1, 0]], 0),
    *(
        (
            f"a triangle, corners {k} and {k + 1} are one",
            SQUARE,
            np.roll(TRIANGLE, k, axis=0),
            1 / 2,
        )
        for k in range(4)
    ),
    ("crossed and square", BOW, SQUARE, 1 / 2),
    ("crossed at the other sides", np.roll(BOW, 1, axis=0), SQUARE, 1 / 2),
    ("crossed and itself", BOW, BOW, 1),
    ("crossed, half of it covered", BOW, SQUARE * [0.5, 1], 1 / 3),
    ("a dart and itself", DART, DART, 1),
    ("a dart from each corner", np.roll(DART, 3, axis=0), DART, 1),
    ("a dart and a square in it", DART, SQUARE / 2, 1 / 4),
    ("a dart and what it leaves out", DART, DART[2] + SQUARE, 0),
]


@pytest.mark.parametrize("a, b, expected", [r[1:] for r in IOUS], ids=[r[0] for r in IOUS])
def test_iou(a, b, expected):
    both = quadrilateral_iou([a, b], [b, a])
    assert_allclose(both, [expected] * 2, atol=1e-12)


def test_iou_of_any_quadrilaterals_against_counted_places():
    rng = np.random.default_rng(0)
    a, b = rng.random((2, 60, 4, 2))
    middles = (np.arange(160) + 0.5) / 160
    places = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
    p, q = (np.array([covered(quad, places) for quad in quads]) for quads in (a, b))
    counted = (p & q).sum(axis=1) / (p | q).sum(axis=1)
    assert counted.max() > 0.3
    assert_allclose(quadrilateral_iou(a, b), counted, atol=0.02)


def covered(quad, places):
    """Even-odd rule: a ray to the right crosses the sides an odd number of times."""
    inside = np.zeros(len(places), bool)
    x, y = places.T
    for (x1, y1), (x2, y2) in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        inside ^= ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    return inside


def test_iou_does_not_depend_on_turn_or_unit():
    rng = np.random.default_rng(1)
    a, b = rng.random((2, 20, 4, 2))
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]]) * 40
    assert_allclose(quadrilateral_iou(a @ turn + 7, b @ turn + 7), quadrilateral_iou(a, b))


def test_mean_distance():
    a = np.zeros((2, 3, 2))
    b = a.copy()
    b[0, 1], b[:, 2] = (3, 4), (0, 1)
    assert_allclose(mean_distance(a, b), [0, 2.5, 1])
    assert_allclose(mean_distance(a.astype(np.uint8), b.astype(np.uint8)), [0, 2.5, 1])


def test_class_iou():
    true = np.array([[0, 0, 0, 1, 1, 3]], np.uint8)
    found = np.array([[0, 0, 1, 1, 3, 3]])
    assert_allclose(class_iou(found, true, 5), [2 / 3, 1 / 3, np.nan, 1 / 2, np.nan])


def draw(name, *args, **options):
    return getattr(importlib.import_module("nn.tasks.pictures"), name)(*args, **options)


IMAGES, POINTS = np.full((3, 1, 8, 10), 0.5, np.float32), np.full((3, 4, 2), 0.5)
NAN = np.full((1, 4, 2), np.nan)
MISTAKES = [
    (lambda: quadrilateral_iou(SQUARE, SQUARE), ShapeError, r"expected two \(N, 4, 2\)"),
    (lambda: quadrilateral_iou(NAN, NAN), ValueRangeError, "must be finite"),
    (lambda: mean_distance(POINTS, POINTS[:, :2]), ShapeError, r"expected two \(N, points, 2\)"),
    (lambda: class_iou([0, 1], [0], 2), ShapeError, "differ in shape"),
    (lambda: class_iou([0.5], [0], 2), DtypeError, "predicted must be integers"),
    (lambda: class_iou([0], [2], 2), IndexRangeError, r"true must be in 0\.\.1, got 2 to 2"),
    (lambda: draw("draw_points", IMAGES, POINTS[:2]), ShapeError, r"predicted points \(3, points"),
    (lambda: draw("draw_points", IMAGES, POINTS, SQUARE), ShapeError, "expected true points"),
    (lambda: draw("draw_points", IMAGES[0], POINTS[:1]), ShapeError, r"expected images \(N, 1 or"),
    (lambda: draw("draw_masks", IMAGES, np.zeros((3, 8, 9), int), "a"), ShapeError, "do not fit"),
    (
        lambda: draw("draw_masks", IMAGES, np.full((3, 8, 10), 2), "a"),
        IndexRangeError,
        r"masks must be in 0\.\.1",
    ),
    (
        lambda: draw("draw_points", IMAGES, POINTS, titles=["one"]),
        ShapeError,
        "3 images need as many titles, got 1",
    ),
]


@pytest.mark.parametrize("call, error, message", MISTAKES, ids=[r[2] for r in MISTAKES])
def test_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_boxes_are_drawn_where_they_are():
    pytest.importorskip("matplotlib")
    box = np.array([[[0.1, 0.25], [0.9, 0.25], [0.9, 0.75], [0.1, 0.75]]] * 3)
    figure = draw("draw_points", IMAGES, box, box / 2, titles=["a", "b", "c"], columns=2)
    axes = [ax for ax in figure.axes if ax.lines]
    assert len(axes) == 3 and [ax.get_title() for ax in axes] == ["a", "b", "c"]
    for ax in axes:
        assert ax.get_xlim() == (0, 10) and ax.get_ylim() == (8, 0)
        true, dot, found, _ = (line.get_xydata() for line in ax.lines)
        assert_allclose(found, [[1, 2], [9, 2], [9, 6], [1, 6], [1, 2]])
        assert_allclose(true, found / 2)
        assert_allclose(dot, [[0.5, 1]])  # where the box begins
    assert [text.get_text() for text in figure.legends[0].texts] == ["true", "predicted"]


def test_key_points_are_not_joined():
    pytest.importorskip("matplotlib")
    ax = draw("draw_points", IMAGES[:1], POINTS[:1], closed=False).axes[0]
    assert [line.get_linestyle() for line in ax.lines] == ["None"]


def test_masks_are_drawn_in_the_colour_of_their_class():
    pytest.importorskip("matplotlib")
    masks = np.zeros((1, 8, 10), np.uint8)
    masks[0, 2, 3], masks[0, 5, 6] = 1, 3
    photo = np.random.default_rng(0).random((1, 3, 8, 10))
    figure = draw("draw_masks", photo, masks, ["cat", "dog", "cow"])
    under, over = (image.get_array() for image in figure.axes[0].images)
    assert under.shape == (8, 10, 3)
    assert ((over[..., 3] > 0) == (masks[0] > 0)).all()
    legend = figure.legends[0]
    assert [text.get_text() for text in legend.texts] == ["cat", "cow"]
    for patch, place in zip(legend.get_patches(), [(2, 3), (5, 6)], strict=True):
        assert_allclose(patch.get_facecolor()[:3], over[place][:3])


@pytest.mark.parametrize("name", ["draw_points", "draw_masks"])
def test_without_matplotlib_it_says_what_to_install(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    more = (POINTS,) if name == "draw_points" else (np.zeros((3, 8, 10), int), ["a"])
    with pytest.raises(ImportError, match=r"chalkgrad\[viz\]"):
        draw(name, IMAGES, *more)


# -- commands -------------------------------------------------------------------------------------


def run(task, *more, quiet=True):
    module = importlib.import_module(f"nn.tasks.{task}")
    return module.main(["--quick", *(["--quiet"] if quiet else []), *more])


def falls(losses):
    """From third to third, the wild first one left aside."""
    first, second, last = (np.mean(part) for part in np.array_split(losses, 3))
    return last < 0.95 * second and second < first


def test_boxes(tmp_path, capsys):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    found = run("boxes", "--out", str(tmp_path / "boxes.png"), quiet=False)
    assert falls(found["losses"])
    assert found["accuracy"] > 0.2  # by chance 0.1
    assert found["error"] < 0.6 * found["blind error"]
    assert found["iou"] > 1.5 * found["blind iou"]
    assert found["points"].shape == found["scenes"].corners.shape
    assert 0.2 < found["validation"]["accuracy"] != found["accuracy"]
    assert set(found["errors"]) == {"top left", "top right", "bottom right", "bottom left"}
    assert (tmp_path / "boxes.png").read_bytes().startswith(b"\x89PNG")
    told = capsys.readouterr().out
    assert told.index("validation, 240 scenes") < told.index("test, 240 scenes of other digits")


def test_key_points():
    pytest.importorskip("sklearn")
    found = run("boxes", "--points", "key_points", "--epochs", "3", "--scenes", "480")
    assert found["points"].shape == (120, 5, 2) and "iou" not in found
    assert min(found["errors"], key=found["errors"].get) == "centre"
    assert found["error"] < 0.8 * found["blind error"]


def test_pixels(tmp_path):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    found = run("pixels", "--out", str(tmp_path / "pixels.png"))
    assert falls(found["losses"])
    assert found["accuracy"] > found["background"] + 0.01
    assert found["digit iou"] > 0.5  # of calling all background 0, of calling all digit 0.09
    assert found["iou"] > 2 * found["background"] / 11  # twice that of all background
    assert found["masks"].shape == found["scenes"].masks.shape
    assert (tmp_path / "pixels.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_seed_gives_the_same_network():
    pytest.importorskip("sklearn")
    more = ("--epochs", "1", "--scenes", "64")
    a, b, c = (run("boxes", *more, "--seed", seed) for seed in ("1", "1", "2"))
    assert a["losses"] == b["losses"] and (a["points"] == b["points"]).all()
    assert a["losses"] != c["losses"]


def test_every_epoch_has_fresh_scenes():
    pytest.importorskip("sklearn")
    from nn.tasks import clutter

    p = clutter.parser("about", epochs=1, scenes=8, hidden=4)
    options = clutter.parsed(p, ["--quick", "--quiet"])
    prepared = clutter.prepare(options)
    first, second = prepared.epoch(), prepared.epoch()
    assert (first.images != second.images).any()
    assert (first.images != prepared.test().images[:8]).any()


def spied(monkeypatch):
    """What scenes were made of: (digits, seed), call by call."""
    from nn.tasks import clutter

    made, make = [], clutter.cluttered_digits

    def noted(images, labels, *args, seed, **options):
        made.append(({image.tobytes() for image in images}, len(images), seed))
        return make(images, labels, *args, seed=seed, **options)

    monkeypatch.setattr(clutter, "cluttered_digits", noted)
    return made


@pytest.mark.parametrize("task", ["boxes", "pixels"])
def test_scenes_to_train_choose_and_test_share_no_digit_and_no_seed(task, monkeypatch):
    pytest.importorskip("sklearn")
    made = spied(monkeypatch)
    run(task, "--epochs", "2", "--scenes", "32")
    validation, first, second, test = made
    assert first[0] == second[0]
    assert not (validation[0] & first[0] or validation[0] & test[0] or first[0] & test[0])
    assert [part[1] for part in (first, validation, test)] == [1195, 238, 364]
    # NumPy fills up what it is seeded with by zeros: (0, 1) and (0, 1, 0) are the same
    assert len({(*seed, 0, 0)[:4] for _, _, seed in made}) == 4


@pytest.mark.parametrize("task", ["boxes", "pixels"])
def test_while_options_are_chosen_no_test_scene_is_made(task, monkeypatch, capsys):
    pytest.importorskip("sklearn")
    made = spied(monkeypatch)
    found = run(task, "--epochs", "1", "--scenes", "32", "--validate", quiet=False)
    assert len(made) == 2 and "test" not in capsys.readouterr().out
    assert found["scenes"] is found["validation"]["scenes"]


def test_the_held_out_digits_do_not_depend_on_the_seed(monkeypatch):
    pytest.importorskip("sklearn")
    made = spied(monkeypatch)
    for seed in ("0", "1"):
        run("boxes", "--epochs", "1", "--scenes", "16", "--validate", "--seed", seed)
    assert made[0][0] == made[2][0] and made[0][2] != made[2][2]


WRONG = [
    ("--scenes", "0"),
    ("--size", "28"),
    ("--clutter", "-1"),
    ("--epochs", "0"),
    ("--out", "no/such/folder/a.png"),
]


@pytest.mark.parametrize("task", ["boxes", "pixels"])
@pytest.mark.parametrize("more", WRONG, ids=[w[0] for w in WRONG])
def test_wrong_options_say_so(task, more, capsys):
    with pytest.raises(SystemExit):
        run(task, *more)
    assert more[0] in capsys.readouterr().err


def test_a_picture_that_cannot_be_drawn_is_refused_before_training(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setattr("nn.tasks.clutter.prepare", None)
    with pytest.raises(ImportError, match=r"chalkgrad\[viz\]"):
        run("boxes", "--out", "boxes.png")
