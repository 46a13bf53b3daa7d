"""DataLoader: batches, their order, transforms, prefetch, and going on where a run stopped."""

import gc
import os
import subprocess
import sys
import threading
import time
import traceback
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd.errors import AutogradError, DtypeError, ShapeError, ValueRangeError
from autograd.memory import keep as keep_saved
from autograd.tensor import Tensor
from nn.data import DataLoader, Digits, RandomHorizontalFlip
from nn.data.errors import DataError
from nn.data.prefetch import Prefetch


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


def test_what_a_prompt_shows():
    digits = Digits(np.zeros((5, 1, 2, 2), np.float32), np.arange(5))
    assert repr(digits) == "Digits(images=float32[5, 1, 2, 2], labels=int64[5])"
    loader = DataLoader(digits, 2, shuffle=True, seed=3)
    assert repr(loader) == "DataLoader(5 samples shuffled with seed 3, 3 batches)"
    assert loader.samples == 5 and DataLoader([4, 5]).samples == 2
    assert repr(DataLoader(range(1000))) == "DataLoader(1,000 samples in order, 1,000 batches)"


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
        ((np.zeros(3), [1, 2, 3]), {}, DtypeError, "tuple of arrays, got list at 1.*np.asarray"),
        ((np.zeros(3), Tensor([1.0, 2.0, 3.0])), {}, DtypeError, "got Tensor at 1"),
        (Tensor([1.0, 2.0]), {}, DtypeError, r"got a Tensor.*\.data"),
        ({"x": np.zeros(3), "y": [1, 2, 3]}, {}, DtypeError, "dict of arrays, got list at 'y'"),
        ({"x": np.zeros(3), "y": np.zeros(2)}, {}, ShapeError, r"\[3, 2\] samples"),
        ({}, {}, ValueRangeError, "empty"),
        (np.arange(3), {"prefetch": -1}, ValueRangeError, "prefetch must be 0 or more"),
        (np.arange(3), {"num_workers": 4}, DtypeError, "no option 'num_workers'. prefetch=2, the"),
        (np.arange(3), {"pin_memory": True}, DtypeError, "'pin_memory'. .*leave it out"),
        (np.arange(3), {"bach_size": 3}, DtypeError, "there is no option 'bach_size'$"),
        (np.arange(3), {"seed": np.arange(2)}, DtypeError, "seed must be an int"),
        (np.arange(3), {"transform": 3}, DtypeError, "transform must be callable, got int"),
        (np.arange(3), {"collate_fn": "pad"}, DtypeError, "collate_fn must be callable, got str"),
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
        ([{"x": 1}, {"y": 1}], ShapeError, "0 is a dict of 'x', but sample 1 is a dict of 'y'"),
        ([{"x": {"y": 1}}] * 2, DtypeError, r"dataset\[0\]\['x'\] is a dict of 'y'"),
        ([[np.zeros(2), 1]] * 2, DtypeError, r"dataset\[0\] is of type list.*\(image, label\)"),
    ],
)
def test_errors_of_samples(samples, error, message):
    with pytest.raises(error, match=message):
        list(DataLoader(samples, 2))


@pytest.mark.parametrize("epoch", [-1, 1.5])
def test_error_of_epoch(epoch):
    loader = DataLoader(np.arange(3), shuffle=True)
    with pytest.raises(AutogradError, match="epoch must be"):
        loader.epoch = epoch
    assert loader.epoch == 0


# --- dicts, collate_fn, transforms --------------------------------------------------------------


def test_dicts_give_dicts():
    x, y = _pair()
    arrays = {"image": x, "label": y}
    samples = [{"image": a, "label": b} for a, b in zip(x, y, strict=True)]
    for dataset in (arrays, samples):
        batch = list(DataLoader(dataset, 4))[1]
        assert list(batch) == ["image", "label"]
        np.testing.assert_array_equal(batch["image"], x[4:])
        np.testing.assert_array_equal(batch["label"], y[4:])


@pytest.mark.parametrize("dataset", [["a", "bcd", "ef"], np.array(["a", "bcd", "ef"])])
def test_collate_fn_gets_the_samples(dataset):
    loader = DataLoader(dataset, 2, collate_fn=lambda texts: [len(t) for t in texts])
    assert list(loader) == [[1, 3], [2]]


def test_collate_fn_gets_samples_of_tuples_and_dicts():
    x, y = _pair()
    first = next(iter(DataLoader(Digits(x, y), 2, collate_fn=lambda samples: samples)))
    assert [type(s) for s in first] == [Digits] * 2 and first[1].labels == 1
    first = next(iter(DataLoader({"x": x, "y": y}, 2, collate_fn=lambda samples: samples)))
    np.testing.assert_array_equal(first[1]["x"], x[1])


def _noisy(x, rng):
    return x + rng.normal(size=x.shape)


@pytest.mark.parametrize("prefetch", [0, 1, 3])
@pytest.mark.parametrize("kind", ["array", "tuple", "namedtuple", "dict", "samples"])
def test_transform_gets_the_images_of_a_batch(kind, prefetch):
    x, y = _pair()
    dataset = {
        "array": x,
        "tuple": (x, y),
        "namedtuple": Digits(x, y),
        "dict": {"x": x, "y": y},
        "samples": list(zip(x, y, strict=True)),
    }[kind]

    def double(batch):
        assert batch.shape[1:] == (2, 3)
        batch *= 2  # in place: nobody else has this memory
        return batch[:, :, ::-1]

    for k, batch in enumerate(DataLoader(dataset, 4, transform=double, prefetch=prefetch)):
        images = batch if kind == "array" else batch["x"] if kind == "dict" else batch[0]
        np.testing.assert_array_equal(images, 2 * x[4 * k : 4 * k + 4, :, ::-1])
        assert images.flags.c_contiguous and not images.flags.writeable
        assert kind != "namedtuple" or type(batch) is Digits
        if kind != "array":
            labels = batch["y"] if kind == "dict" else batch[1]
            np.testing.assert_array_equal(labels, y[4 * k : 4 * k + 4])
    np.testing.assert_array_equal(x, _pair()[0])


def test_random_transform_depends_on_seed_epoch_and_batch_only():
    def epochs(prefetch, seed=5):
        loader = DataLoader(np.zeros((9, 2)), 4, seed=seed, transform=_noisy, prefetch=prefetch)
        return [[batch.copy() for batch in loader] for _ in range(2)]

    first, second = epochs(0)
    for again, batches in zip(epochs(3), (first, second), strict=True):
        for a, b in zip(again, batches, strict=True):
            np.testing.assert_array_equal(a, b)
    everything = np.concatenate([*first, *second]).ravel()
    assert len(np.unique(everything)) == everything.size  # no batch has another one's numbers
    assert not np.array_equal(epochs(0, seed=6)[0][0], first[0])


class Mirrored:
    """A data set that augments its samples itself, as is usual in PyTorch."""

    def __init__(self):
        self.mirror = RandomHorizontalFlip()

    def __len__(self):
        return 40

    def __getitem__(self, i):
        return self.mirror(np.array([[[[i, -i]]]], float))[0]


@pytest.mark.parametrize("kind", ["transform without rng", "data set", "collate_fn"])
def test_random_numbers_drawn_without_rng_are_those_of_the_batch(kind):
    mirror, x = RandomHorizontalFlip(), np.arange(80.0).reshape(40, 1, 1, 2)
    dataset, options = {
        "transform without rng": (x, {"transform": lambda images: mirror(images)}),
        "data set": (Mirrored(), {}),
        "collate_fn": (x, {"collate_fn": lambda samples: mirror(np.stack(samples))}),
    }[kind]

    def epochs(prefetch):
        nn.init.seed(1)
        loader = DataLoader(dataset, 8, seed=5, prefetch=prefetch, **options)
        mine, seen = [], []
        for _ in range(2):
            for batch in loader:
                seen.append(batch.copy())
                mine.append(nn.init.generator().random())  # dropout, say
        return np.array(seen), mine

    first, mine = epochs(0)
    for prefetch in (1, 3, 3):
        again, others = epochs(prefetch)
        np.testing.assert_array_equal(again, first)
        assert others == mine
    assert mine == np.random.default_rng(1).random(len(mine)).tolist()
    mirrored = first[:, :, 0, 0, 0] > first[:, :, 0, 0, 1]
    assert len({tuple(batch) for batch in mirrored}) == 10  # no two batches are mirrored alike


def test_seed_within_a_data_set_holds_there_alone():
    class Seeded(Mirrored):
        def __getitem__(self, i):
            nn.init.seed(i)
            return nn.init.generator().random()

    nn.init.seed(1)
    for prefetch in (0, 2):
        got = np.concatenate(list(DataLoader(Seeded(), 8, prefetch=prefetch)))
        assert got.tolist() == [np.random.default_rng(i).random() for i in range(40)]
    assert nn.init.generator().random() == np.random.default_rng(1).random()


def test_transform_must_give_an_array():
    loader = DataLoader(np.zeros((4, 2)), 2, transform=lambda x: Tensor(x))
    with pytest.raises(DtypeError, match="transform returned Tensor, expected an ndarray"):
        next(iter(loader))


# --- going on where a run stopped ---------------------------------------------------------------


def _loader(**options):
    x, y = _pair(23)
    given = {"batch_size": 4, "shuffle": True, "transform": _noisy, "seed": 9} | options
    return DataLoader((x, y), **given)


def _run(loader, batches):
    """So many batches, over the ends of epochs."""
    seen = []
    while True:
        for x, y in loader:
            seen.append((x.copy(), y.copy()))
            if len(seen) == batches:
                return seen, loader.state_dict()


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("prefetch", [0, 2])
@pytest.mark.parametrize("stop", [1, 4, 5, 6, 7, 11, 12, 14])
def test_resumed_run_sees_the_same_bits(stop, prefetch, drop_last):
    options = {"prefetch": prefetch, "drop_last": drop_last}
    whole, end = _run(_loader(**options), 20)
    first, state = _run(_loader(**options), stop)
    resumed = _loader(**options, seed=1234).load_state_dict(state)  # the seed comes with the state
    assert resumed.state_dict() == state
    rest, resumed_end = _run(resumed, 20 - stop)
    for (x, y), (expected_x, expected_y) in zip(first + rest, whole, strict=True):
        np.testing.assert_array_equal(x, expected_x, strict=True)
        np.testing.assert_array_equal(y, expected_y, strict=True)
    assert resumed_end == end


def test_state_survives_numpy_and_json(tmp_path):
    import json

    _, state = _run(_loader(), 8)
    np.savez(tmp_path / "state.npz", **state)
    with np.load(tmp_path / "state.npz") as arrays:
        assert _loader().load_state_dict(dict(arrays)).state_dict() == state
    assert _loader().load_state_dict(json.loads(json.dumps(state))).state_dict() == state


def test_state_after_an_exception_is_that_of_the_interrupted_epoch():
    loader = _loader()
    with pytest.raises(KeyboardInterrupt):
        for k, _ in enumerate(loader):
            if k == 2:
                raise KeyboardInterrupt
    state = loader.state_dict()
    assert (state["epoch"], state["batch"]) == (0, 3)
    assert loader.epoch == 1
    loader.epoch = 0
    assert loader.state_dict()["batch"] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": 24}, r"samples=24 \(here 23\)"),
        ({"batch_size": 5, "shuffle": 0}, r"batch_size=5 \(here 4\), shuffle=0 \(here 1\)"),
        ({"epoch": -1}, "epoch must be 0 or more"),
        ({"batch": 6}, "batch 6 of 6"),
        ({"batch": 1.5}, "batch must be an int"),
    ],
)
def test_wrong_state_changes_nothing(change, message):
    loader = _loader()
    loader.epoch = 3
    before = loader.state_dict()
    with pytest.raises(AutogradError, match=message):
        loader.load_state_dict({**before, "seed": 1, **change})
    assert loader.state_dict() == before
    with pytest.raises(ValueRangeError, match=r"lacks batch, seed.*state_dict\(\)"):
        loader.load_state_dict({k: v for k, v in before.items() if k not in ("batch", "seed")})


# --- prefetch -----------------------------------------------------------------------------------


def _threads():
    return [t for t in threading.enumerate() if t.name == "DataLoader"]


def _until(condition):
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        gc.collect()
        time.sleep(0.01)
    assert condition()


def test_batches_are_made_ahead_but_not_too_many():
    made = []

    def make(k):
        made.append(k)
        return k

    items = Prefetch(make, range(10), ahead=3)
    _until(lambda: len(made) == 4)  # three lie ready, one waits for room
    time.sleep(0.05)
    assert made == [0, 1, 2, 3]
    assert next(items) == 0
    _until(lambda: len(made) == 5)
    assert list(items) == list(range(1, 10)) and next(items, "end") == "end"
    _until(lambda: not _threads())


def test_thread_works_while_the_caller_does():
    """The thread finishes its second batch while the loop is still in the body of the first."""
    second = threading.Event()

    def transform(x):
        if x[0] == 2:
            second.set()
        return x

    for x in DataLoader(np.arange(4), 2, transform=transform):
        assert x[0] > 0 or second.wait(10)


class Broken:
    def __init__(self, error):
        self.error = error

    def __len__(self):
        return 10

    def __getitem__(self, i):
        if i == 5:
            raise self.error
        return i


@pytest.mark.parametrize("prefetch", [0, 2])
@pytest.mark.parametrize("error", [KeyError("five"), SystemExit(3), StopIteration()])
def test_error_comes_in_its_place_with_its_traceback(error, prefetch):
    loader = DataLoader(Broken(error), 2, prefetch=prefetch)
    batches = iter(loader)
    assert [next(batches)[0], next(batches)[0]] == [0, 2]
    expected = RuntimeError if isinstance(error, StopIteration) else type(error)
    with pytest.raises(expected) as raised:
        next(batches)
    cause = raised.value.__cause__ or raised.value
    assert cause is error
    lines = [frame.line for frame in traceback.extract_tb(cause.__traceback__)]
    assert "raise self.error" in lines
    assert next(batches, "end") == "end"
    assert loader.state_dict()["batch"] == 2
    _until(lambda: not _threads())


def test_leaving_early_stops_the_thread():
    loader = DataLoader(np.arange(1000), 2, transform=lambda x: x)
    for _ in loader:
        break
    _until(lambda: not _threads())
    batches = iter(loader)
    next(batches)
    assert _threads()
    del batches
    _until(lambda: not _threads())


def test_leaving_early_does_not_wait_for_a_batch_that_hangs():
    hang = threading.Event()

    def transform(x):
        if x[0] > 0:
            hang.wait(20)
        return x

    start = time.monotonic()
    for _ in DataLoader(np.arange(100), 2, transform=transform):
        break
    assert time.monotonic() - start < 10
    hang.set()
    _until(lambda: not _threads())


@pytest.mark.parametrize(
    "end", ["pass", "sys.exit(0)", "del batches", "raise SystemExit(0)", "loader = None"]
)
def test_the_program_ends_with_batches_in_the_air(end):
    code = (
        "import sys, time, numpy as np\n"
        "from nn.data import DataLoader\n"
        "def slow(x):\n"
        "    if x[0] > 0: time.sleep(60)\n"
        "    return x\n"
        "loader = DataLoader(np.arange(100), 2, transform=slow)\n"
        f"batches = iter(loader); next(batches)\n{end}\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=55)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_process_is_told():
    code = (
        "import os, warnings, numpy as np\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"  # of fork beside threads
        "from nn.data import DataLoader\n"
        "batches = iter(DataLoader(np.arange(100), 2, transform=lambda x: x, prefetch=1))\n"
        "next(batches)\n"
        "import time; time.sleep(0.1)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    try: [b for b in batches]\n"
        "    except RuntimeError as e: os._exit(7 if 'forked' in str(e) else 1)\n"
        "    os._exit(2)\n"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=55)
    assert run.returncode == 7, run.stderr


def test_thread_that_dies_is_noticed(monkeypatch):
    monkeypatch.setattr(sys.modules["nn.data.prefetch"], "_work", lambda *args: None)
    with pytest.raises(DataError, match="thread that prepares batches is gone"):
        next(Prefetch(lambda k: k, range(3), 2))


def test_callers_errstate_holds_in_the_thread():
    def divide(x):
        return x / 0.0

    loader = DataLoader(np.ones(4), 2, transform=divide)
    with np.errstate(divide="ignore"):
        assert np.isinf(next(iter(loader))).all()
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        next(iter(loader))
