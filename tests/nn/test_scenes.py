"""Scenes: what is said about the digit is true of the pixels."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.data.scenes import INK, cluttered_digits

CLEAN = {"clutter": 0, "noise": 0.0}


def glyphs():
    """Three letters that no turn or mirroring maps onto themselves, (3, 1, 28, 28)."""
    x = np.zeros((3, 1, 28, 28), np.float32)
    x[0, 0, 4:24, 6:11] = x[0, 0, 19:24, 6:20] = 1  # L
    x[1, 0, 3:21, 9:14] = x[1, 0, 3:8, 9:24] = x[1, 0, 11:15, 9:19] = 1  # F
    x[2, 0, 8:14, 2:26] = x[2, 0, 8:25, 2:8] = 1
    return x, np.array([3, 0, 9])


def scenes(count=40, **options):
    return cluttered_digits(*glyphs(), count, **options)


@pytest.fixture(scope="module")
def clean():
    return scenes(200, **CLEAN)


def inside(points, corners):
    """How far each place (N, K, 2) is within the box (N, 4, 2) along both sides, 0 to 1."""
    origin = corners[:, :1]
    sides = corners[:, [1, 3]] - origin  # rightwards and downwards, at a right angle
    lengths = np.sum(sides**2, axis=2)
    return np.einsum("nkc,nsc->nks", points - origin, sides) / lengths[:, np.newaxis]


def test_shapes_and_types():
    s = scenes(5, size=32)
    assert [v.shape for v in s] == [(5, 1, 32, 32), (5,), (5, 4, 2), (5, 5, 2), (5, 32, 32)]
    assert [v.dtype for v in s] == [np.float32, np.int64, np.float32, np.float32, np.uint8]
    assert s.images.min() >= 0 and s.images.max() <= 1
    assert set(s.labels) <= {0, 3, 9} and set(np.unique(s.masks)) <= {0, 1, 4, 10}


def test_same_seed_same_scenes():
    a, b, c = scenes(seed=(1, 2)), scenes(seed=(1, 2)), scenes(seed=(1, 3))
    for x, y in zip(a, b, strict=True):
        assert (x == y).all()
    assert (a.images != c.images).any()


def test_the_mask_is_the_ink_and_names_the_digit(clean):
    ink = clean.images[:, 0] > INK
    assert ((clean.masks > 0) == ink).all() and ink.any(axis=(1, 2)).all()
    for mask, label in zip(clean.masks, clean.labels, strict=True):
        assert set(np.unique(mask)) == {0, label + 1}


def test_the_box_is_a_rectangle_within_the_image_that_the_ink_fills(clean):
    size = clean.images.shape[-1]
    assert clean.corners.min() >= -1e-6 and clean.corners.max() <= 1 + 1e-6
    a, b, c, d = clean.corners.transpose(1, 0, 2).astype(float)
    assert_allclose(a + c, b + d, atol=1e-6)
    assert_allclose(np.sum((b - a) * (d - a), axis=1), 0, atol=1e-6)
    for n, mask in enumerate(clean.masks):
        y, x = np.nonzero(mask)
        places = (np.stack([x, y], axis=1)[np.newaxis] + 0.5) / size
        along = inside(places, clean.corners[n : n + 1])[0]
        slack = 0.8 / (0.4 * size * 0.5)  # most of a pixel, on the shortest side there may be
        assert (along > -slack).all() and (along < 1 + slack).all()
        assert (along.min(axis=0) < 2 * slack).all() and (along.max(axis=0) > 1 - 2 * slack).all()


def test_corners_turn_with_the_digit(clean):
    """The L has its ink at three of its corners, and none at the top right."""
    size = clean.images.shape[-1]
    for n in np.flatnonzero(clean.labels == 3):
        corners = clean.corners[n].astype(float)
        middle = corners.mean(axis=0)
        x, y = np.floor((0.85 * corners + 0.15 * middle) * size).astype(int).T
        assert (clean.masks[n, y, x] > 0).tolist() == [True, False, True, True]


def test_upright_scenes_have_upright_boxes():
    s = scenes(angle=0, **CLEAN)
    assert_allclose(s.corners[:, 0, 1], s.corners[:, 1, 1], atol=1e-6)
    assert (s.corners[:, 0, 0] < s.corners[:, 1, 0]).all()
    assert (s.corners[:, 0, 1] < s.corners[:, 3, 1]).all()


@pytest.mark.parametrize("angle", [30.0, 180.0])
def test_angles_are_all_of_the_range(angle):
    top = np.subtract(*scenes(400, angle=angle, **CLEAN).corners[:, [1, 0]].transpose(1, 0, 2))
    angles = np.degrees(np.arctan2(-top[:, 1], top[:, 0]))
    assert np.abs(angles).max() <= angle + 1e-3
    assert angles.min() < -0.9 * angle and angles.max() > 0.9 * angle


def test_the_longer_side_is_of_the_scale_asked_for():
    corners = scenes(400, scale=(0.3, 0.6), **CLEAN).corners.astype(float)
    sides = np.linalg.norm(corners[:, [1, 3]] - corners[:, :1], axis=2).max(axis=1)
    assert 0.3 - 1e-6 <= sides.min() < 0.32 and 0.58 < sides.max() <= 0.6 + 1e-6


def test_key_points_are_on_the_sides_of_the_box(clean):
    along = inside(clean.key_points.astype(float), clean.corners.astype(float))
    for point, (axis, where) in enumerate([(1, 0), (0, 1), (1, 1), (0, 0)]):
        assert_allclose(along[:, point, axis], where, atol=1e-5)
    # Of the L: half of the stem is at the top, the foot reaches to the right.
    along = along[clean.labels == 3]
    expected = [[2.5 / 14, 0], [1, 17.5 / 20], [0.5, 1], [0, 0.5]]
    assert_allclose(along[:, :4], np.broadcast_to(expected, (len(along), 4, 2)), atol=1e-5)


def test_the_centre_is_the_centre_of_mass(clean):
    size = clean.images.shape[-1]
    weights = clean.images[:, 0] / clean.images.sum(axis=(1, 2, 3))[:, np.newaxis, np.newaxis]
    middles = (np.arange(size) + 0.5) / size
    found = np.stack([weights.sum(axis=1) @ middles, weights.sum(axis=2) @ middles], axis=1)
    assert_allclose(clean.key_points[:, 4], found, atol=0.3 / size)


def test_clutter_and_noise_come_on_top():
    s, clean = scenes(noise=0.0), scenes(**CLEAN)
    ink = s.masks > 0
    assert (s.images[:, 0] > INK)[ink].all()  # the digit is never hidden
    share = ((s.images[:, 0] > INK) & ~ink).sum() / ink.sum()
    assert share > 0.3  # and much of the ink is clutter
    assert (clean.images[:, 0] > INK).sum() == (clean.masks > 0).sum()
    noisy = scenes(clutter=0, noise=0.1).images[clean.images == 0]
    # Below paper it is cut off: what remains is half of a normal distribution.
    assert abs(np.sqrt(np.mean(noisy[noisy > 0] ** 2)) - 0.1) < 0.005


def test_more_scenes_than_are_made_at_once():
    s = cluttered_digits(*glyphs(), 300, size=16, clutter=1)
    assert len(s.images) == 300 and (s.masks > 0).any(axis=(1, 2)).all()
    assert len(np.unique(s.corners[:, 0, 0])) > 290


def test_float64_and_other_sizes_of_digits_are_taken():
    small = np.zeros((1, 1, 5, 9))
    small[0, 0, 1:4, 2:8] = 1
    s = cluttered_digits(small, [1], 4, size=24, clutter=0)
    assert s.images.dtype == np.float32 and (s.masks == 2).any(axis=(1, 2)).all()


def blank():
    x, labels = glyphs()
    x[1] = 0
    return cluttered_digits(x, labels, 4)


MISTAKES = [
    (lambda: cluttered_digits(glyphs()[0][:, 0], [1, 2, 3], 4), ShapeError, r"\(N, C, H, W\)"),
    (lambda: cluttered_digits(np.zeros((2, 3, 8, 8)), [1, 2], 4), ShapeError, r"\(M, 1, h, w\)"),
    (lambda: cluttered_digits(glyphs()[0], [1, 2], 4), ShapeError, "3 images need as many labels"),
    (lambda: cluttered_digits(glyphs()[0], [1.0, 2, 3], 4), DtypeError, "labels must be integers"),
    (lambda: cluttered_digits(glyphs()[0], [1, 2, 255], 4), ValueRangeError, r"in 0\.\.254"),
    (lambda: scenes(0), ValueRangeError, "count must be 1 or more"),
    (lambda: scenes(2.0), DtypeError, "count must be an int, got 2.0"),
    (lambda: scenes(size=4), ValueRangeError, "size must be 8 or more, got 4"),
    (lambda: scenes(clutter=-1), ValueRangeError, "clutter must be 0 or more"),
    (lambda: scenes(scale=(0.5, 0.9)), ValueRangeError, r"greatest <= 0\.7"),
    (lambda: scenes(scale=(0.6, 0.5)), ValueRangeError, r"least <= greatest"),
    (lambda: scenes(scale=0.5), DtypeError, r"scale must be \(least, greatest\)"),
    (lambda: scenes(angle=200), ValueRangeError, "angle must be at least 0 and at most 180"),
    (lambda: scenes(noise=-1), ValueRangeError, "noise must be at least 0"),
    (lambda: cluttered_digits(glyphs()[0][:1], [1], 4), ValueRangeError, "a single image"),
    (blank, ValueRangeError, r"1 of the images have no ink.*images\[1\]"),
]


@pytest.mark.parametrize("call, error, message", MISTAKES, ids=[r[2] for r in MISTAKES])
def test_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call()
