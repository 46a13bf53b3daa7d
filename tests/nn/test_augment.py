"""Augmentation: identities, known movements, ranges, seeds, dtypes and errors."""

import numpy as np
import pytest

import nn
from autograd.errors import AutogradError, DtypeError, ShapeError, ValueRangeError
from nn.data import (
    ColorPCA,
    ColorShift,
    Compose,
    Cutout,
    DataLoader,
    ElasticTransform,
    Normalize,
    RandomCrop,
    RandomHorizontalFlip,
    RandomRescale,
    RandomRotation,
    RandomShear,
    RandomStretch,
    RandomTranslation,
    RandomVerticalFlip,
    Transform,
    affine,
    sample,
    ten_crop,
)
from nn.data.affine import Affine
from nn.data.compose import merged

PCA = ColorPCA(np.eye(3), [0.3, 0.2, 0.1])
ALL = [
    RandomHorizontalFlip(),
    RandomVerticalFlip(),
    RandomCrop(10, padding=2),
    RandomRotation(),
    RandomTranslation(),
    RandomRescale(),
    RandomShear(),
    RandomStretch(),
    RandomRotation(fill="edge"),
    ElasticTransform(),
    ColorShift(),
    PCA,
    Cutout(4),
    Compose([RandomHorizontalFlip(), RandomRotation(), RandomCrop(8), lambda x: x * 2]),
]
IDENTITIES = [
    RandomHorizontalFlip(0),
    RandomVerticalFlip(p=0),
    RandomCrop((10, 12)),
    RandomRotation(0),
    RandomTranslation(0),
    RandomRescale(1),
    RandomShear(0),
    RandomStretch(1),
    RandomStretch(1, fill="edge"),
    ElasticTransform(alpha=0),
    ColorShift(0),
    ColorPCA(np.eye(3), [1, 1, 1], std=0),
    Compose([]),
    Compose([RandomRotation(0), RandomShear(0), RandomHorizontalFlip(0), RandomRescale(1)]),
]
named = {"ids": lambda t: repr(t)[:40]}


def _images(n=6, c=3, h=10, w=12, dtype=np.float64):
    return np.random.default_rng(0).random((n, c, h, w)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("transform", ALL, **named)
def test_same_seed_same_result_and_the_dtype_stays(transform, dtype):
    x = _images(dtype=dtype)
    before = x.copy()
    first, again = transform(x, rng=3), transform(x, np.random.default_rng(3))
    assert first.dtype == dtype and first.ndim == 4 and len(first) == 6
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, transform(x, rng=4))
    np.testing.assert_array_equal(x, before)
    assert not np.shares_memory(first, x)
    assert np.isfinite(first).all()


@pytest.mark.parametrize("transform", ALL, **named)
def test_without_rng_the_numbers_are_those_of_nn_seed(transform):
    nn.init.seed(8)
    first = transform(_images())
    nn.init.seed(8)
    np.testing.assert_array_equal(transform(_images()), first)
    assert transform(_images()[:0]).shape[0] == 0  # no images, no error


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("transform", IDENTITIES, **named)
def test_identity(transform, dtype):
    x = _images(dtype=dtype)
    np.testing.assert_array_equal(transform(x, rng=0), x, strict=True)


def test_images_differ_from_one_another():
    x = np.repeat(_images(1), 6, axis=0)
    for transform in (t for t in ALL if not isinstance(t, RandomHorizontalFlip)):
        assert len(np.unique(transform(x, rng=0).reshape(6, -1), axis=0)) > 1, transform


# --- the sampler --------------------------------------------------------------------------------


def _turn(degrees):
    """A rotation that is always by this angle."""

    class Fixed:
        def uniform(self, low, high, n):
            return np.full(n, degrees)

    return RandomRotation(fill=7).matrices(6, Fixed())


@pytest.mark.parametrize("shape", [(8, 8), (7, 7)])
@pytest.mark.parametrize("turns", [-1, 0, 1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_right_angles_are_exact_and_to_the_left(turns, shape, dtype):
    x = _images(h=shape[0], w=shape[1], dtype=dtype)
    y = affine(x, _turn(90 * turns), fill=7)
    np.testing.assert_array_equal(y, np.rot90(x, turns, axes=(2, 3)), strict=True)


def test_half_a_turn_of_an_oblong():
    x = _images()
    np.testing.assert_array_equal(affine(x, _turn(180)), x[:, :, ::-1, ::-1])


def test_bilinear_by_hand():
    x = np.array([[1.0, 2.0], [3.0, 5.0]])[np.newaxis, np.newaxis]
    rows = np.array([[[0, 0.5, 1, -0.5, -1, 0.25]]])
    columns = np.array([[[0.5, 0.5, 1, 0, 0, 2.5]]])
    y = sample(x, rows, columns, fill=10)
    np.testing.assert_allclose(y[0, 0, 0], [1.5, 2.75, 5, 5.5, 10, 10])
    y = sample(x, rows, columns, fill="edge")
    np.testing.assert_allclose(y[0, 0, 0], [1.5, 2.75, 5, 1, 1, 2 + 0.25 * 3])


@pytest.mark.parametrize("fill", [0.0, -2.5, "edge"])
def test_sampler_against_the_definition(fill):
    """The four neighbours, in loops."""
    x, rng = _images(2, 3, 5, 4), np.random.default_rng(1)
    rows, columns = rng.uniform(-3, 8, (2, 2, 3, 6))

    def pixel(n, c, i, j):
        if fill == "edge":
            i, j = np.clip(i, 0, 4), np.clip(j, 0, 3)
        return x[n, c, i, j] if 0 <= i < 5 and 0 <= j < 4 else fill

    y = sample(x, rows, columns, fill)
    assert y.shape == (2, 3, 3, 6)
    for (n, a, b), r in np.ndenumerate(rows):
        s = columns[n, a, b]
        i, j = int(np.floor(r)), int(np.floor(s))
        for c in range(3):
            expected = sum(
                (1 - abs(r - p)) * (1 - abs(s - q)) * pixel(n, c, p, q)
                for p in (i, i + 1)
                for q in (j, j + 1)
            )
            assert y[n, c, a, b] == pytest.approx(expected, abs=1e-12)


def test_one_pixel_and_far_away():
    x = np.full((2, 1, 1, 1), 3.0)
    far = np.full((2, 1, 1), 1e9)
    assert sample(x, far, -far, fill=1).tolist() == [[[[1.0]]]] * 2
    assert sample(x, far, -far, fill="edge").tolist() == [[[[3.0]]]] * 2
    assert sample(x, 0 * far, 0 * far, fill="edge").tolist() == [[[[3.0]]]] * 2


class Draws:
    """A generator whose uniform numbers are all at one end of their range."""

    def __init__(self, end):
        self.end = end

    def uniform(self, low, high, size):
        return np.full(size, (low, high)[self.end], float)


def _moved(transform, end, x, y):
    """Where the point (x, y), from the middle and downwards, is seen after the transform."""
    m = transform.matrices(1, Draws(end))[0]
    return (np.linalg.inv(m) @ [x, y, 1])[:2].round(9).tolist()


@pytest.mark.parametrize(
    ("transform", "low", "high"),
    [  # of the point 3 to the right and 2 down
        (RandomRotation(90), [-2, 3], [2, -3]),
        (RandomTranslation(10), [13, 12], [-7, -8]),
        (RandomRescale(1.6), [4.8, 3.2], [1.875, 1.25]),
        (RandomStretch(1.3), [3.9, 2 / 1.3], [3 / 1.3, 2.6]),
        (RandomShear(45), [5, 2], [1, 2]),
    ],
)
def test_ends_of_the_ranges(transform, low, high):
    ends = sorted(_moved(transform, end, 3, 2) for end in (0, 1))
    np.testing.assert_allclose(ends, sorted([low, high]), atol=1e-8)


def _quantities(transform, n=4000):
    """What each transform draws, from its matrices."""
    m = transform.matrices(n, np.random.default_rng(0))
    return {
        RandomRotation: lambda: np.degrees(np.arctan2(m[:, 1, 0], m[:, 0, 0])),
        RandomTranslation: lambda: m[:, :2, 2].ravel(),
        RandomRescale: lambda: np.log(m[:, 0, 0]),
        RandomShear: lambda: np.degrees(np.arctan(m[:, 0, 1])),
        RandomStretch: lambda: np.log(m[:, 1, 1]),
    }[type(transform)]()


@pytest.mark.parametrize(
    ("transform", "limit"),
    [
        (RandomRotation(), 180),
        (RandomRotation(30), 30),
        (RandomTranslation(), 10),
        (RandomRescale(), np.log(1.6)),
        (RandomShear(), 20),
        (RandomStretch(), np.log(1.3)),
    ],
)
def test_uniform_in_the_range(transform, limit):
    values = np.sort(_quantities(transform)) / limit
    assert -1 <= values[0] < -0.99 and 0.99 < values[-1] <= 1
    # The largest distance of the empirical distribution from the uniform one (Kolmogorov).
    expected = np.linspace(-1, 1, len(values))
    assert abs(values - expected).max() < 4 / np.sqrt(len(values))


def test_area_stays_when_stretched_or_sheared():
    for transform in (RandomStretch(), RandomShear(), RandomRotation()):
        determinants = np.linalg.det(transform.matrices(50, np.random.default_rng(0)))
        np.testing.assert_allclose(determinants, 1)


# --- several matrices, one sampling -------------------------------------------------------------

FIVE = [
    RandomRotation(),
    RandomTranslation(2),
    RandomHorizontalFlip(),
    RandomRescale(),
    RandomShear(),
    RandomStretch(),
]


def test_matrices_are_merged():
    assert len(list(merged(FIVE))) == 1
    crop, noise = RandomCrop(5), lambda x: x
    kinds = list(merged([FIVE[0], FIVE[1], crop, FIVE[2], noise, RandomVerticalFlip()]))
    assert len(kinds) == 5 and kinds[1] is crop and kinds[2] is FIVE[2] and kinds[3] is noise
    edge = RandomShear(fill="edge")
    parts = list(merged([FIVE[2], FIVE[0], FIVE[2], edge, RandomVerticalFlip()]))
    assert [part.fill for part in parts] == [0, "edge"]


def test_merged_is_what_one_after_another_gives():
    """On a smooth image, where sampling twice blurs little; the middle, which never leaves it."""
    y, x = np.mgrid[:61, :61] / 60 * 2 - 1
    smooth = np.stack([np.sin(2 * x + y), np.cos(x - 2 * y)])[np.newaxis].repeat(5, 0)
    once = Compose(FIVE)(smooth, rng=2)
    rng, many = np.random.default_rng(2), smooth
    for transform in FIVE:
        many = transform(many, rng=rng)
    middle = (slice(None), slice(None), slice(25, 36), slice(25, 36))
    np.testing.assert_allclose(once[middle], many[middle], atol=0.01)
    assert abs(smooth[middle] - many[middle]).max() > 0.3


def test_flips_are_exact_in_the_middle_of_others():
    x = _images()
    both = Compose([RandomHorizontalFlip(1), RandomRotation(0), RandomVerticalFlip(1)])
    np.testing.assert_array_equal(both(x, rng=0), x[:, :, ::-1, ::-1])


def test_compose_gives_functions_the_generator_if_they_want_it():
    def noise(x, rng):
        return x + rng.normal(size=x.shape)

    x = _images()
    y = Compose([np.sqrt, noise, Normalize(0, 2)])(x, rng=5)
    expected = (np.sqrt(x) + np.random.default_rng(5).normal(size=x.shape)) / 2
    np.testing.assert_allclose(y, expected)


def test_in_a_loader():
    x = _images(20, dtype=np.float32)
    augment = Compose([RandomCrop((10, 12), padding=2), RandomRotation(10), Normalize(0.5, 0.2)])
    loader = DataLoader((x, np.arange(20)), 8, shuffle=True, seed=0, transform=augment)
    first = list(loader)
    loader.epoch = 0
    for (a, i), (b, j) in zip(first, loader, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(i, j)
    assert first[0][0].dtype == np.float32


# --- the others ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("flip", "axis"), [(RandomHorizontalFlip, 3), (RandomVerticalFlip, 2)])
def test_flips(flip, axis):
    x = _images(400)
    y = flip()(x, rng=0)
    same = (y == x).all((1, 2, 3))
    np.testing.assert_array_equal(y[~same], np.flip(x[~same], axis))
    assert 150 < same.sum() < 250
    np.testing.assert_array_equal(flip(1)(x, rng=0), np.flip(x, axis))
    matrices = flip(1).matrices(400, np.random.default_rng(0))
    np.testing.assert_array_equal(affine(x, matrices), np.flip(x, axis))


def test_crops_are_everywhere():
    """The pixels number themselves, so a crop tells where it is from."""
    x = np.arange(1.0, 121).reshape(1, 1, 10, 12).repeat(900, 0)
    y = RandomCrop((8, 9))(x, rng=0)
    assert y.shape == (900, 1, 8, 9)
    corners = y[:, 0, 0, 0] - 1
    places, counts = np.unique(corners, return_counts=True)
    assert places.tolist() == [12 * i + j for i in range(3) for j in range(4)]
    assert counts.min() > 40
    offsets = y - y[:, :, :1, :1]
    np.testing.assert_array_equal(offsets, np.broadcast_to(x[:1, :, :8, :9] - 1, y.shape))
    padded = RandomCrop((10, 12), padding=(0, 3), fill=-1)(x, rng=0)
    missing = (padded[:, 0] == -1).all(1).sum(1)  # columns of padding
    assert set(missing.tolist()) == {0, 1, 2, 3} and not (padded[:, 0] == -1).all(2).any()


def test_cutout():
    x = np.ones((500, 2, 10, 12))
    y = Cutout((3, 5), fill=0.5)(x, rng=0)
    np.testing.assert_array_equal(y[:, 0], y[:, 1])
    hole = y[:, 0] == 0.5
    assert set(np.unique(y)) == {0.5, 1}
    rows, columns = hole.any(2).sum(1), hole.any(1).sum(1)
    np.testing.assert_array_equal(hole.sum((1, 2)), rows * columns)
    assert set(rows) == {2, 3} and set(columns) == {3, 4, 5}  # less where it sticks out
    assert hole.any(0).all()


def test_elastic_field():
    """A ramp shows by how much its columns have moved: smoothly, by about alpha times the noise."""
    ramp = np.tile(np.arange(64.0), (1, 1, 64, 1)).repeat(30, 0)
    moved = ElasticTransform(34, 4, fill="edge")(ramp, rng=0) - ramp
    inside = moved[:, 0, 12:-12, 12:-12]
    expected = 34 / np.sqrt(3) / (2 * 4 * np.sqrt(np.pi))  # white noise through a Gaussian
    assert inside.std() == pytest.approx(expected, rel=0.1) and abs(inside.mean()) < 0.3
    steps = np.diff(inside, axis=1)
    assert steps.std() < inside.std() / 4


def test_color_shift():
    x = _images(2000, 3, 2, 2)
    shift = ColorShift(0.2)(x, rng=0) - x
    np.testing.assert_allclose(shift, np.broadcast_to(shift[:, :, :1, :1], x.shape), atol=1e-12)
    each = shift[:, :, 0, 0]
    assert abs(each).max() <= 0.2 and each.std() == pytest.approx(0.2 / np.sqrt(3), rel=0.05)
    assert abs(np.corrcoef(each.T) - np.eye(3)).max() < 0.1


def test_color_pca_follows_the_data():
    rng = np.random.default_rng(0)
    mixing = np.array([[3.0, 0, 0], [2, 1, 0], [1, 1, 0.1]])
    pixels = rng.normal(size=(300, 8, 8, 3)) @ mixing.T + [1, 2, 3]
    x = pixels.transpose(0, 3, 1, 2)
    pca = ColorPCA.fit((x, np.arange(300)), std=0.5)
    covariance = np.cov(x.transpose(1, 0, 2, 3).reshape(3, -1), bias=True)
    np.testing.assert_allclose(pca.components @ pca.components.T, np.eye(3), atol=1e-12)
    rebuilt = pca.components.T @ np.diag(pca.deviations**2) @ pca.components
    np.testing.assert_allclose(rebuilt, covariance, rtol=1e-9)
    assert np.all(np.diff(pca.deviations) < 0)
    few = np.zeros((20_000, 3, 1, 1))
    shifts = pca(few, rng=0)[:, :, 0, 0]
    np.testing.assert_allclose(np.cov(shifts.T), covariance * 0.25, rtol=0.1, atol=0.02)


def test_ten_crop():
    x = _images(2, 3, 10, 12)
    views = ten_crop(x, (7, 8))
    assert views.shape == (10, 2, 3, 7, 8)
    for k, (top, left) in enumerate([(0, 0), (0, 4), (3, 0), (3, 4), (2, 2)]):
        part = x[:, :, top : top + 7, left : left + 8]
        np.testing.assert_array_equal(views[k], part)
        np.testing.assert_array_equal(views[k + 5], part[..., ::-1])
    np.testing.assert_array_equal(ten_crop(x[..., :10], 10)[:5], np.stack([x[..., :10]] * 5))


@pytest.mark.parametrize("transform", ALL, **named)
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.zeros((3, 10, 12)), ShapeError, r"\(N, C, H, W\), got \(3, 10, 12\).*newaxis"),
        (np.zeros((2, 3, 0, 12)), ShapeError, r"got \(2, 3, 0, 12\)"),
        (np.zeros((2, 3, 10, 12), np.uint8), DtypeError, r"floats, got uint8.*astype"),
        ([[1.0]], DtypeError, "got list"),
    ],
)
def test_errors_of_images(transform, x, error, message):
    with pytest.raises(error, match=message) as raised:
        transform(x)
    assert str(raised.value).startswith(type(transform).__name__)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: RandomHorizontalFlip(1.5), ValueRangeError, "p must be at least 0 and at most 1"),
        (lambda: RandomVerticalFlip("no"), DtypeError, "RandomVerticalFlip: p must be a number"),
        (lambda: RandomRotation(-1), ValueRangeError, "degrees must be at least 0, got -1"),
        (lambda: RandomRotation((0, 90)), DtypeError, r"degrees must be a number, got \(0, 90\)"),
        (lambda: RandomTranslation(np.nan), ValueRangeError, "pixels"),
        (lambda: RandomTranslation(np.inf), ValueRangeError, "pixels"),
        (lambda: RandomRescale(0.5), ValueRangeError, "factor must be at least 1, got 0.5"),
        (lambda: RandomStretch(0), ValueRangeError, "factor"),
        (lambda: RandomShear(90), ValueRangeError, "degrees must be at least 0 and at most 89"),
        (lambda: RandomShear(fill="black"), ValueRangeError, "a number or 'edge', got 'black'"),
        (lambda: RandomShear(fill=None), DtypeError, "a number or 'edge', got None"),
        (lambda: ElasticTransform(sigma=0), ValueRangeError, "sigma"),
        (lambda: ColorShift(-1), ValueRangeError, "amount"),
        (lambda: ColorPCA(np.eye(2), [1, 2, 3]), ShapeError, r"got \(2, 2\) and \(3,\)"),
        (lambda: PCA(np.zeros((2, 1, 4, 4))), ShapeError, r"fitted on 3 channels.*\(2, 1, 4, 4\)"),
        (lambda: ColorPCA.fit(np.zeros((4, 3))), ShapeError, r"got \(4, 3\)"),
        (lambda: RandomCrop(0), ValueRangeError, "size must be 1 or more"),
        (lambda: RandomCrop(2.5), DtypeError, r"size must be an int or \(height, width\), got 2.5"),
        (lambda: RandomCrop(5, padding=-1), ValueRangeError, "padding must be 0 or more"),
        (lambda: RandomCrop(13)(_images()), ShapeError, "10 x 12 pixels are smaller.*13 x 13"),
        (lambda: ten_crop(_images(), 11), ShapeError, "ten_crop: images of 10 x 12.*11 x 11"),
        (lambda: ten_crop(_images()[0], 5), ShapeError, "ten_crop"),
        (lambda: RandomCrop(5, 2, "edge"), DtypeError, "RandomCrop: fill must be a number, got"),
        (lambda: Cutout(0), ValueRangeError, "size"),
        (lambda: Cutout(3, fill="edge"), DtypeError, "Cutout: fill must be a number, got 'edge'"),
        (lambda: Compose([RandomRotation(), 3]), DtypeError, "expected transforms, got 3"),
        (lambda: affine(_images(), np.eye(2)), ShapeError, r"\(6, 3, 3\) or \(3, 3\), got \(2, 2"),
        (
            lambda: sample(_images(), np.zeros((2, 3, 4)), np.zeros((2, 3, 4))),
            ShapeError,
            r"N = 6, got \(2, 3, 4\)",
        ),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message) as raised:
        call()
    assert isinstance(raised.value, AutogradError)


def test_unfinished_subclasses_say_so():
    class Mine(Transform):
        pass

    class Matrix(Affine):
        pass

    with pytest.raises(NotImplementedError, match="Mine has no apply"):
        Mine()(_images())
    with pytest.raises(NotImplementedError, match="Matrix has no matrices"):
        Matrix()(_images())


def test_reprs():
    transform = Compose([RandomCrop(28, padding=2), RandomRotation(10)])
    assert repr(transform) == (
        "Compose([RandomCrop(size=(28, 28), padding=(2, 2), fill=0.0), "
        "RandomRotation(degrees=10.0, fill=0.0)])"
    )
    assert repr(PCA) == "ColorPCA(deviations=[0.3, 0.2, 0.1], std=0.1)"


@pytest.mark.parametrize("channels", [1, 3])
def test_picture_of_all(channels):
    pytest.importorskip("matplotlib")
    x = _images(1, channels, 28, 30)[0]
    figure = nn.data.show_augmentations(x, columns=4)
    labels = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert len(labels) == 15 and "rotate, any angle" in labels
    shown = [len(ax.images) for ax in figure.axes]
    assert len(shown) == 15 * 5 and sum(shown) == 75
    one = nn.data.show_augmentations(x, {"flip": RandomVerticalFlip()}, columns=2, seed=1)
    assert len(one.axes) == 3
    with pytest.raises(ShapeError, match="an image"):
        nn.data.show_augmentations(x[np.newaxis])
