"""Modules, layers, losses, SGD and files; LeNet-5 learns."""

import copy
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import nn
from autograd import Tensor, gradcheck, gradients, no_grad
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from autograd.files import replacing
from nn import bars
from nn import functional as F
from nn.storage import StorageError
from nn.training.log import CSVLog


def small():
    return nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3)
    )


# -- the lectures' numbers -----------------------------------------------------------------------

CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
EDGE = [[1, 0, -1]] * 3
GOLDEN = [
    (
        [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]],
        CROSS, 1, [[4, 3, 4], [2, 4, 3], [2, 3, 4]],
    ),
    (
        [[3, 0, 1, 2, 7, 4], [1, 5, 8, 9, 3, 1], [2, 7, 2, 5, 1, 3], [0, 1, 3, 1, 7, 8],
         [4, 2, 1, 6, 2, 8], [2, 4, 5, 2, 3, 9]],
        EDGE, 1, [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]],
    ),
    ([[10, 10, 10, 0, 0, 0]] * 6, EDGE, 1, [[0, 30, 30, 0]] * 4),
    (
        [[2, 3, 7, 4, 6, 2, 9], [6, 6, 9, 8, 7, 4, 3], [3, 4, 8, 3, 8, 9, 7], [7, 8, 3, 6, 6, 3, 4],
         [4, 2, 1, 8, 3, 4, 6], [3, 2, 4, 1, 9, 8, 3], [0, 1, 3, 9, 2, 1, 4]],
        [[3, 4, 4], [1, 0, 2], [-1, 0, 3]], 2, [[91, 100, 88], [69, 91, 117], [44, 72, 74]],
    ),
]  # fmt: skip


@pytest.mark.parametrize("image, kernel, stride, expected", GOLDEN)
def test_convolutions_of_the_lectures(image, kernel, stride, expected):
    x, w = (np.array(a, float)[None, None] for a in (image, kernel))
    np.testing.assert_array_equal(F.conv2d(x, w, stride=stride)[0, 0], expected)


def test_pooling_of_the_lectures():
    x = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]], float)[None, None]
    np.testing.assert_array_equal(F.max_pool2d(x, 2)[0, 0], [[6, 8], [3, 4]])
    np.testing.assert_array_equal(F.avg_pool2d(x, 2)[0, 0], [[3.25, 5.25], [2, 2]])


def test_pooling_gives_ties_to_the_first_and_adds_where_windows_overlap():
    x = Tensor(np.ones((1, 1, 3, 3)), requires_grad=True)
    F.max_pool2d(x, 2, stride=1).backward(np.array([[[[1.0, 10.0], [100.0, 1000.0]]]]))
    np.testing.assert_array_equal(x.grad[0, 0], [[1, 10, 0], [100, 1000, 0], [0, 0, 0]])
    x = Tensor(np.array([[0, 0, 0], [0, 5, 0], [0, 0, 0.0]])[None, None], requires_grad=True)
    F.max_pool2d(x, 2, stride=1).sum().backward()
    assert x.grad[0, 0, 1, 1] == 4


def test_sizes_of_the_lectures():
    layer = nn.Conv2d(3, 10, 5, stride=1, padding=2)
    assert layer(np.zeros((1, 3, 32, 32), np.float32)).shape == (1, 10, 32, 32)
    assert layer.count_parameters() == 760
    assert nn.models.lenet5().count_parameters() == 61_706
    assert nn.models.lenet5(image=32)(np.zeros((2, 1, 32, 32), np.float32)).shape == (2, 10)
    assert nn.models.lenet5()(np.zeros((2, 1, 28, 28), np.float32)).shape == (2, 10)


def test_fully_connected_layer_of_the_lectures():
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((1, 4)), rng.standard_normal((1, 3))
    layer, t = nn.Linear(4, 3).astype(float), Tensor(x, requires_grad=True)
    layer(t).backward(g)
    np.testing.assert_allclose(layer.weight.grad, g.T @ x)
    np.testing.assert_allclose(layer.bias.grad, g[0])
    np.testing.assert_allclose(t.grad, g @ layer.weight.data)


def test_cross_entropy_gradient_is_p_minus_label():
    y = Tensor(np.random.default_rng(0).standard_normal((4, 3)), requires_grad=True)
    labels = np.array([0, 2, 1, 1])
    loss = F.cross_entropy(y, labels)
    p = np.exp(y.data) / np.exp(y.data).sum(1, keepdims=True)
    assert loss.item() == pytest.approx(-np.log(p[np.arange(4), labels]).mean())
    loss.backward()
    np.testing.assert_allclose(y.grad, (p - np.eye(3)[labels]) / 4, atol=1e-15)
    gradcheck(lambda y: F.cross_entropy(y, labels, reduction="none"), y)
    extreme = Tensor([[1e4, -1e4]], requires_grad=True)
    assert F.cross_entropy(extreme, [1]).item() == 2e4


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm(training):
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((3, 2, 2, 2)), rng.standard_normal(2), rng.standard_normal(2)
    mean, var = rng.standard_normal(2), rng.random(2) + 0.5
    gradcheck(lambda x, w, b: F.batch_norm(x, mean.copy(), var.copy(), w, b, training), x, w, b)
    y = F.batch_norm(x, mean, var, training=training, momentum=0.25)
    if training:
        np.testing.assert_allclose(y.mean((0, 2, 3)), 0, atol=1e-12)
        np.testing.assert_allclose(y.std((0, 2, 3)), 1, atol=1e-4)
        rng = np.random.default_rng(0)
        rng.standard_normal(24 + 4)
        was = rng.standard_normal(2)
        np.testing.assert_allclose(mean, 0.75 * was + 0.25 * x.mean((0, 2, 3)))


def test_batch_norm_module_switches_with_eval():
    layer = nn.BatchNorm2d(2)
    x = np.random.default_rng(0).standard_normal((4, 2, 3, 3)).astype(np.float32)
    layer(x)
    running = layer.running_mean.copy()
    assert not np.array_equal(running, np.zeros(2))
    layer.eval()
    layer(x)
    np.testing.assert_array_equal(layer.running_mean, running)
    with pytest.raises(ShapeError, match="more than one value per channel"):
        layer.train()(x[:1, :, :1, :1])


# -- modules -------------------------------------------------------------------------------------


class Tied(nn.Module):
    def __init__(self):
        self.first = nn.Linear(2, 2)
        self.second = [nn.Linear(2, 2), nn.Linear(2, 2)]
        self.second[1].weight = self.first.weight
        self.steps = np.zeros(1, int)
        self._cache = Tensor(0.0, requires_grad=True)

    def forward(self, x):
        return self.second[1](self.second[0](self.first(x)))


def test_a_module_is_its_attributes():
    m = Tied()
    assert [n for n, _ in m.named_parameters()] == [
        "first.weight", "first.bias", "second.0.weight", "second.0.bias", "second.1.bias",
    ]  # fmt: skip
    assert [n for n, _ in m.named_modules()] == ["", "first", "second.0", "second.1"]
    assert set(m.state_dict()) >= {"steps", "second.1.weight"}
    assert m.count_parameters() == 4 + 2 + 4 + 2 + 2


def test_repr_is_a_tree():
    assert repr(nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Tanh()))) == (
        "Sequential(\n  (0): Linear(2, 3)\n  (1): Sequential(\n    (0): Tanh()\n  )\n)"
    )
    assert repr(nn.Conv2d(1, 2, 3, 2)) == "Conv2d(1, 2, kernel_size=(3, 3), stride=(2, 2))"


def test_freezing():
    m = small()
    m[0].requires_grad_(False)
    F.cross_entropy(m(np.ones((2, 1, 6, 6), np.float32)), [0, 1]).backward()
    assert m[0].weight.grad is None
    assert m[4].weight.grad is not None
    assert m.count_parameters() == 27
    nn.SGD(m.parameters(), lr=0.1).step()


def test_train_and_eval_reach_everything():
    m = Tied()
    assert m.eval() is m
    assert not m.second[0].training
    assert m.train().second[1].training


def test_deep_copies_are_independent():
    m = small()
    twin = copy.deepcopy(m)
    with no_grad():
        m[0].weight.assign(0.0)
    assert np.any(twin[0].weight.data)
    assert twin[0].weight.requires_grad


def test_state_dict_round_trip_and_mismatches():
    m, other = small(), small()
    x = np.ones((2, 1, 6, 6), np.float32)
    assert not np.array_equal(m(x).data, other(x).data)
    other.load_state_dict(m.state_dict())
    np.testing.assert_array_equal(m(x).data, other(x).data)
    state = m.state_dict()
    state["0.wait"] = state.pop("0.weight")
    with pytest.raises(ValueRangeError, match=r"missing: 0.weight; unknown: 0.wait"):
        other.load_state_dict(state)
    other.load_state_dict(state, strict=False)
    state = m.state_dict() | {"4.bias": np.zeros(4, np.float32), "0.weight": np.zeros((2, 1, 3, 3))}
    before = other.state_dict()
    with pytest.raises(ShapeError, match=r"4.bias is \(3,\), got \(4,\)"):
        other.load_state_dict(state)
    for k, v in other.state_dict().items():
        np.testing.assert_array_equal(v, before[k])


# -- files ---------------------------------------------------------------------------------------


def test_a_file_of_pytorch_is_not_taken_for_arrays(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as file:
        file.writestr("model/data.pkl", b"\x80\x02}.")
    with pytest.raises(StorageError, match="nn.load_torch reads PyTorch's files"):
        nn.load(tmp_path / "model.pt")


def test_the_path_comes_first():
    with pytest.raises(TypeError, match=r"nn.load\(path, into=model\)"):
        nn.load(nn.Linear(2, 2), "model.npz")
    with pytest.raises(TypeError, match=r"save: .* nn.save\(model, path\); got Linear for it"):
        nn.save("model.npz", nn.Linear(2, 2))


def test_a_loop_of_ones_own_is_saved_whole_and_goes_on_bit_for_bit(tmp_path):
    def start():
        model = nn.Linear(3, 2)
        return model, nn.optim.Adam(model.parameters(), lr=0.1)

    def train(model, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            F.mse_loss(model(np.ones((4, 3), np.float32)), np.zeros((4, 2))).backward()
            optimizer.step()

    model, optimizer = start()
    train(model, optimizer, 3)
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
    nn.save({**state, "weight": model.weight}, tmp_path / "run.npz")
    twin, other = start()
    state = nn.load(tmp_path / "run.npz")
    twin.load_state_dict(state["model"])
    other.load_state_dict(state["optimizer"])
    assert state["epoch"] == 3
    np.testing.assert_array_equal(state["weight"], model.weight.data)
    train(model, optimizer, 2)
    train(twin, other, 2)
    np.testing.assert_array_equal(model.weight.data, twin.weight.data)
    with pytest.raises(ValueRangeError, match="'model' is of type Linear.*such as a state_dict"):
        nn.save({"model": model, "epoch": 3}, tmp_path / "run.npz")
    nn.save({"a": {"b": np.zeros(1)}, "a/b": np.ones(1)}, tmp_path / "alike.npz")
    np.testing.assert_equal(
        nn.load(tmp_path / "alike.npz"), {"a": {"b": np.zeros(1)}, "a/b": np.ones(1)}
    )


def test_save_and_load(tmp_path):
    m, path = small(), tmp_path / "sub" / "m.npz"
    nn.save(m, path)
    twin = nn.load(path, into=small())
    for (name, a), b in zip(m.state_dict().items(), twin.state_dict().values(), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=name)
    assert set(nn.load(path)) == set(m.state_dict())
    assert [p.name for p in path.parent.iterdir()] == ["m.npz"]


def test_arrays_of_any_name_are_saved(tmp_path):
    path, a = tmp_path / "m.npz", np.arange(3)
    names = ["w", "w.npy", "w.npy.npy", ".npy", "", "file", "allow_pickle", "arr_0", "a/b", "größe"]
    state = {name: a + k for k, name in enumerate(names)}
    nn.save(state, path)
    np.testing.assert_equal(nn.load(path), state)
    with np.load(path) as arrays:
        assert arrays.files == names
        np.testing.assert_array_equal(arrays["file"], state["file"])
    np.savez(path, w=a, v=a.T)  # as files were written before
    np.testing.assert_equal(nn.load(path), {"w": a, "v": a})
    m = nn.Linear(2, 2)
    m.file = Tensor(np.ones(2), requires_grad=True)
    nn.save(m, path)
    np.testing.assert_equal(nn.load(path), m.state_dict())
    for name in (1, "a\0b"):
        with pytest.raises(ValueRangeError, match="names must be texts"):
            nn.save({name: a}, path)


def test_what_would_not_come_back_is_not_saved(tmp_path):
    path, a = tmp_path / "m.npz", np.arange(3.0)
    for state in ({"tree.json": a}, {"tree.json": a, "epoch": 3}, {"tree.json": 3, "a": a}):
        nn.save(state, path)
        np.testing.assert_equal(nn.load(path), state)
    aligned = np.zeros(2, np.dtype([("a", "i1"), ("b", "f8")], align=True))
    nn.save({"a": aligned}, path)
    for bad, error, message in [
        ({"a": {(1, 2): a}}, ValueRangeError, r"'a' has the key \(1, 2\) of type tuple"),
        ({"a": {np.int64(1): a}}, ValueRangeError, "of type int64, expected texts or numbers of"),
        ({"a": np.ma.masked_array(a, a > 1)}, DtypeError, "'a': the mask of a MaskedArray would"),
        ({"a": np.ma.masked_array(a, a > 1), "n": 1}, DtypeError, "'a': the mask of a Masked"),
        ([{"weight": a, "bias": a}], DtypeError, "module or a dict of arrays by name, got list"),
    ]:
        with pytest.raises(error, match=message):
            nn.save(bad, path)
    ml_dtypes = pytest.importorskip("ml_dtypes")
    with pytest.raises(ValueRangeError, match=r"'a' is of dtype bfloat16.*astype\(np.float32\)"):
        nn.save({"a": a.astype(ml_dtypes.bfloat16)}, path)
    np.testing.assert_equal(nn.load(path)["a"], aligned)


def test_a_crash_while_saving_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "m.npz"
    nn.save({"a": np.ones(3)}, path)

    def crash(f, array, **options):
        f.write(b"half a file")
        raise OSError("disk full")

    monkeypatch.setattr(np.lib.format, "write_array", crash)
    with pytest.raises(OSError, match="disk full"):
        nn.save({"a": np.zeros(3)}, path)
    np.testing.assert_array_equal(nn.load(path)["a"], np.ones(3))
    assert [p.name for p in tmp_path.iterdir()] == ["m.npz"]


def test_a_file_takes_the_place_of_another_when_it_is_whole(tmp_path, monkeypatch):
    path, on_disk = tmp_path / "sub" / "rows.csv", []
    monkeypatch.setattr(os, "fsync", on_disk.append)
    with replacing(path, "w", encoding="utf-8") as file:
        file.write("ä\n")
        assert not path.exists()
    assert path.read_text("utf-8") == "ä\n" and len(on_disk) == 1
    (tmp_path / "plain").touch()
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode  # others may read it
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_text("utf-8") == "ä\n"
    assert [p.name for p in path.parent.iterdir()] == ["rows.csv"]


def test_a_symbolic_link_stays_one(tmp_path):
    kept = tmp_path / "kept.npz"
    nn.save({"a": np.zeros(2)}, kept)
    (tmp_path / "latest.npz").symlink_to("kept.npz")
    nn.save({"a": np.ones(2)}, tmp_path / "latest.npz")
    assert (tmp_path / "latest.npz").is_symlink()
    np.testing.assert_array_equal(nn.load(kept)["a"], np.ones(2))


def test_a_state_of_ragged_lists_is_refused_by_its_path():
    with pytest.raises(ShapeError, match="weight is not a full array of numbers"):
        nn.Linear(2, 2).load_state_dict({"weight": [[1.0], [2.0, 3.0]], "bias": [0.0, 0.0]})


def test_a_crash_while_a_log_begins_again_leaves_the_old_rows(tmp_path):
    log = CSVLog(tmp_path / "log.csv")
    log.restart([{"epoch": 1}])

    def rows():
        yield {"epoch": 2}
        raise MemoryError

    with pytest.raises(MemoryError):
        log.restart(rows())
    assert log.path.read_text() == "epoch\n1\n" and len(list(tmp_path.iterdir())) == 1


def test_bars(capsys, monkeypatch):
    pytest.importorskip("tqdm")
    assert list(bars.bar("abc", "letters", True)) == ["a", "b", "c"]
    with bars.counter("bytes", True) as show:
        for done in (2, 1, 5):
            show(done)
    out = capsys.readouterr().out
    assert "letters: 100%" in out and "3/3" in out and "bytes: 5it" in out
    hidden = [1]
    assert bars.bar(hidden, "", False) is hidden
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert bars.bar(hidden, "", True) is hidden
    with bars.counter("", True) as show:
        show(1)
    assert not capsys.readouterr().out


def test_broken_and_hostile_files(tmp_path):
    path = tmp_path / "m.npz"
    nn.save({"a": np.ones(300)}, path)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"no zip at all"):
        path.write_bytes(content)
        with pytest.raises(StorageError, match=r"m.npz' is not a whole .npz file"):
            nn.load(path)
    for content in (b"{", b'{"array": "gone"}', b'{"dict": 3}'):
        np.savez(path, **{"tree.json": np.frombuffer(content, np.uint8)})
        with pytest.raises(StorageError, match=r"m.npz' was not written by save"):
            nn.load(path)
    np.savez_compressed(path, a=np.ones(300))
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"m.npz' is not a whole .npz file"):
        nn.load(path)
    np.savez(path, a=np.array([{"code": "runs"}], dtype=object))
    with pytest.raises(StorageError):
        nn.load(path)
    with pytest.raises(ValueRangeError, match="no array of numbers"):
        nn.save({"a": np.array([object()])}, path)


# -- training ------------------------------------------------------------------------------------


def test_sgd_follows_its_formula():
    w = Tensor(np.array([1.0, -2.0]), requires_grad=True)
    optimizer = nn.SGD([w], lr=0.1, momentum=0.9, weight_decay=0.5)
    expected, velocity = w.data.copy(), 0
    for _ in range(4):
        optimizer.zero_grad()
        (w * w * w).sum().backward()
        optimizer.step()
        velocity = 0.9 * velocity + 3 * expected**2 + 0.5 * expected
        expected = expected - 0.1 * velocity
        np.testing.assert_allclose(w.data, expected, rtol=1e-12)


def test_a_step_releases_the_graph_that_fed_it():
    w = Tensor(np.ones(2), requires_grad=True, name="w")
    h = w * 2
    loss = (h * h).sum()
    loss.backward()
    nn.SGD([w], lr=0.1).step()
    assert loss.node.parents == ()
    with pytest.raises(GraphError, match=r"SGD.step\(\) has released this sum"):
        loss.backward()
    with pytest.raises(GraphError, match="detach"):
        (h * 3).sum().backward()
    (h.detach() * w).sum().backward()


def test_a_step_makes_other_graphs_refuse():
    w = Tensor(np.ones(2), requires_grad=True, name="w")
    other = (w * w).sum()
    (w * 3).sum().backward()
    nn.SGD([w], lr=0.1).step()
    with pytest.raises(GraphError, match=r"SGD.step\(\) on 'w' has changed it in place"):
        other.backward()


def test_no_gradient_is_computed_for_the_images():
    x = Tensor(np.ones((2, 1, 6, 6), np.float32))
    loss = F.cross_entropy(small()(x), [0, 1])
    from autograd.graph import reachable

    conv = [n for n in reachable(loss.node) if n.plan and n.plan.op.__name__ == "conv"]
    assert [n.plan.of(0) for n in conv] == ["w"]
    assert [p.shape for p in conv[0].parents] == [(2, 1, 3, 3), (2,)]  # weights, bias


def test_whole_network_against_finite_differences():
    m = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8, 3),
        nn.Sigmoid(),
    ).astype(float)  # fmt: skip
    x = np.random.default_rng(0).standard_normal((2, 1, 4, 4))
    names, ps = zip(*m.named_parameters(), strict=True)

    def loss(*values):
        for name, v in zip(names, values, strict=True):
            layer, _, attribute = name.rpartition(".")
            setattr(m[layer], attribute, v)
        return F.cross_entropy(m(x), [0, 2])

    assert gradcheck(loss, *ps).ok


def test_reproducible_from_one_seed():
    def run():
        nn.init.seed(3)
        m = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
        rng = np.random.default_rng(1)
        data = (rng.standard_normal((64, 4)).astype(np.float32), rng.integers(0, 2, 64))
        optimizer = nn.SGD(m.parameters(), lr=0.1, momentum=0.9)
        for x, y in nn.data.DataLoader(data, batch_size=10, shuffle=True, seed=2):
            loss = F.cross_entropy(m(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return m.state_dict()

    for a, b in zip(run().values(), run().values(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_lenet5_learns_real_digits():
    train, test = nn.data.mnist(verbose=False)
    model = nn.models.lenet5()
    optimizer = nn.SGD(model.parameters(), lr=0.05, momentum=0.9)
    images, labels = train.images[:1500], train.labels[:1500]
    loader = nn.data.DataLoader((images, labels), batch_size=32, shuffle=True, seed=0)
    for _ in range(4):
        for x, y in loader:
            loss = F.cross_entropy(model((x - np.float32(0.13)) / np.float32(0.31)), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with no_grad():
        scores = model((test.images[:500] - np.float32(0.13)) / np.float32(0.31))
    assert np.mean(scores.argmax(axis=1) == test.labels[:500]) > 0.85


def test_gradients_through_a_model_to_its_input():
    x = Tensor(np.ones((1, 1, 6, 6), np.float32), requires_grad=True)
    g = gradients(small()(x).sum(), x)
    assert g.shape == x.shape
    assert g.dtype == np.float32


def test_what_is_seldom_used_is_imported_when_it_is_asked_for():
    code = (
        "import sys, nn\n"
        "later = ('nn.data', 'nn.insight', 'nn.models', 'nn.search', 'nn.training')\n"
        "print(*(name for name in later if name in sys.modules))\n"
        "assert {'data', 'insight', 'models', 'search', 'Trainer', 'load_torch'} <= set(dir(nn))\n"
        "assert nn.training.Trainer is nn.Trainer and callable(nn.summary)\n"
        "import nn.insight; assert callable(nn.summary)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
