"""Modules: the tree, hooks, freezing, state dicts, where an error comes from."""

import copy

import numpy as np
import pytest

import nn
from autograd import Tensor, no_grad
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from nn.modes import evaluating


class Block(nn.Module):
    def __init__(self):
        self.body = [nn.Linear(2, 2), nn.BatchNorm1d(2)]
        self.heads = {"a": nn.Linear(2, 3), "b": nn.Linear(2, 1)}
        self.scale = Tensor(np.ones(2, np.float32), requires_grad=True)

    def forward(self, x):
        for layer in self.body:
            x = layer(x)
        return self.heads["a"](x * self.scale)

    def extra_repr(self):
        return "residual"


def net():
    return nn.Sequential({"stem": nn.Linear(4, 2), "block": Block(), "out": np.tanh})


X = np.ones((3, 4), np.float32)


def test_lists_and_dicts_of_modules_are_children():
    m = net()
    assert [n for n, _ in m.named_modules()] == [
        "", "stem", "block", "block.body.0", "block.body.1", "block.heads.a", "block.heads.b",
    ]  # fmt: skip
    assert [n for n, _ in m.named_buffers()] == [
        f"block.body.1.{n}" for n in ("running_mean", "running_var", "num_batches_tracked")
    ]
    assert len(list(m.buffers())) == 3
    assert list(m.children()) == [m["stem"], m["block"]]
    assert m.get_submodule("block.heads.b") is m["block"].heads["b"]
    assert m.get_submodule("") is m


def test_repr_is_a_tree_with_functions_and_options():
    assert repr(net()) == (
        "Sequential(\n"
        "  (stem): Linear(4, 2)\n"
        "  (block): Block(\n"
        "    residual\n"
        "    (body.0): Linear(2, 2)\n"
        "    (body.1): BatchNorm1d(2)\n"
        "    (heads.a): Linear(2, 3)\n"
        "    (heads.b): Linear(2, 1)\n"
        "  )\n"
        "  (out): tanh\n"
        ")"
    )


REPRS = [
    (nn.Linear(2, 3, bias=False), "Linear(2, 3, bias=False)"),
    (
        nn.Conv1d(4, 6, 3, padding="same", groups=2),
        "Conv1d(4, 6, kernel_size=(3,), padding='same', groups=2)",
    ),
    (
        nn.ConvTranspose2d(1, 2, 3, 2, output_padding=1),
        "ConvTranspose2d(1, 2, kernel_size=(3, 3), stride=(2, 2), output_padding=1)",
    ),
    (nn.MaxPool2d(3, 2, 1), "MaxPool2d(3, stride=2, padding=1)"),
    (nn.BatchNorm2d(4, momentum=None), "BatchNorm2d(4, momentum=None)"),
    (nn.InstanceNorm2d(4, affine=True), "InstanceNorm2d(4, affine=True)"),
    (nn.Dropout(0.3), "Dropout(p=0.3)"),
    (nn.LeakyReLU(0.2, inplace=True), "LeakyReLU(0.2)"),
    (nn.GELU("tanh"), "GELU(approximate='tanh')"),
    (nn.Embedding(5, 2, -1), "Embedding(5, 2, padding_idx=4)"),
    (nn.Softmax(1), "Softmax(dim=1)"),
    (nn.Upsample(scale_factor=2), "Upsample(scale_factor=2, mode='nearest')"),
    (nn.CrossEntropyLoss(reduction="sum"), "CrossEntropyLoss(reduction='sum')"),
]


@pytest.mark.parametrize("layer, text", REPRS)
def test_repr_shows_what_is_not_the_default(layer, text):
    assert repr(layer) == text


def test_freezing_and_unfreezing():
    m = net()
    assert m["block"].freeze() is m["block"]
    assert m.count_parameters() == 10
    m(X).sum().backward()
    assert m["stem"].weight.grad is not None and m["block"].scale.grad is None
    assert m.unfreeze().count_parameters() == 10 + 6 + 4 + 9 + 3 + 2
    m.requires_grad_(False)
    assert m.count_parameters() == 0


def test_eval_mode_for_a_while():
    model = net()
    norm = model["block"].body[1].eval()
    own = [m for m in model.modules() if "training" in vars(m)]
    with evaluating(model):
        assert not any(m.training for m in model.modules())
    with pytest.raises(KeyboardInterrupt), evaluating(model):
        raise KeyboardInterrupt
    assert [m for m in model.modules() if not m.training] == [norm]
    assert [m for m in model.modules() if "training" in vars(m)] == own


def test_apply_visits_children_first():
    seen = []
    m = net()
    assert m.apply(lambda layer: seen.append(type(layer).__name__)) is m
    assert seen == ["Linear", "Linear", "BatchNorm1d", "Linear", "Linear", "Block", "Sequential"]


def test_hooks_see_and_replace_inputs_and_outputs():
    layer, x = nn.Linear(2, 2).astype(float), np.ones((1, 2))
    plain, seen = layer(x).data, []
    before = layer.register_forward_pre_hook(lambda m, inputs: (inputs[0] * 2,))
    look = layer.register_forward_hook(lambda m, inputs, y: seen.append((m, inputs, y)))
    after = layer.register_forward_hook(lambda m, inputs, y: y - m.bias)
    np.testing.assert_allclose(layer(x).data, 2 * (plain - layer.bias.data))
    (module, inputs, y) = seen[0]
    assert module is layer and np.all(inputs[0] == 2) and y.requires_grad
    before.remove()
    after.remove()
    after.remove()
    np.testing.assert_array_equal(layer(x).data, plain)
    with layer.register_forward_pre_hook(lambda m, inputs: inputs[0] * 0):
        np.testing.assert_array_equal(layer(x).data[0], layer.bias.data)
    assert len(seen) == 3
    look.remove()
    assert "hook" not in "".join(layer.state_dict()) and list(layer.children()) == []


def test_a_hook_may_remove_itself_and_one_function_may_be_hooked_twice():
    layer, calls = nn.Identity(), []

    def once(module, inputs):
        calls.append(1)
        handles.pop().remove()

    handles = [layer.register_forward_pre_hook(once) for _ in range(2)]
    layer(1)
    layer(1)
    assert len(calls) == 2 and not layer._forward_pre_hooks


def test_a_deep_copy_has_hooks_of_its_own():
    layer, calls = nn.Linear(2, 2), []
    handle = layer.register_forward_hook(lambda *_: calls.append(1))
    twin = copy.deepcopy(layer)
    handle.remove()
    twin(X[:, :2])
    layer(X[:, :2])
    assert len(calls) == 1


def test_an_error_says_in_which_module():
    m = nn.Sequential({"trunk": net(), "head": nn.Linear(7, 2)})
    with pytest.raises(ShapeError) as e:
        m(X)
    assert e.value.__notes__ == ["in the module 'head' of Sequential: Linear(7, 2)"]
    with pytest.raises(ShapeError) as e:
        m(X[:, :3])
    assert e.value.__notes__ == ["in the module 'trunk.stem' of Sequential: Linear(4, 2)"]
    with pytest.raises(ShapeError) as e:
        nn.Linear(7, 2)(X)
    assert not hasattr(e.value, "__notes__")


def test_float64_stays_and_float32_stays():
    m = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)
    )
    x = np.ones((2, 1, 4, 4), np.float32) * np.arange(4, dtype=np.float32)
    assert m(x).dtype == np.float32
    m.astype(np.float64)
    assert {v.dtype.name for v in m.state_dict().values()} == {"float64", "int64"}
    y = m(x.astype(float))
    y.sum().backward()
    assert y.dtype == float and m[0].weight.grad.dtype == float
    assert m[1].running_mean.dtype == float and m[1].num_batches_tracked == 2


def test_state_dict_refused_as_a_whole():
    m = net()
    before = m.state_dict()
    state = m.state_dict()
    state["stem.bias"] = state["stem.bias"] + 1
    bad = [
        (
            state | {"block.scale": np.ones(2, complex)},
            DtypeError,
            "block.scale is float32, got co",
        ),
        (state | {"block.scale": ["a", "b"]}, DtypeError, "block.scale is no array of numbers"),
        (state | {"block.scale": np.ones(5)}, ShapeError, r"block.scale is \(2,\), got \(5,\)"),
        (state | {"more": np.ones(5)}, ValueRangeError, "unknown: more"),
        ({}, ValueRangeError, "missing: block.body.0.bias, block.body.0.weight"),
        (m, DtypeError, "expected a dict of arrays by name, got Sequential"),
    ]
    for wrong, error, text in bad:
        with pytest.raises(error, match=text):
            m.load_state_dict(wrong)
        for k, v in m.state_dict().items():
            np.testing.assert_array_equal(v, before[k])
    assert m.load_state_dict(state) is m
    np.testing.assert_array_equal(m["stem"].bias.data, before["stem.bias"] + 1)


def test_a_state_that_cannot_be_put_into_place_changes_nothing():
    class Tied(nn.Module):
        def __init__(self):
            self.code = nn.Linear(2, 2)
            self.decoding = self.code.weight.T

    m = Tied()
    state = {k: v + 1 for k, v in m.state_dict().items()}
    before = m.state_dict()
    with pytest.raises(GraphError, match="decoding: the result of an operation.*in forward"):
        m.load_state_dict(state)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        m = nn.Linear(2, 2)
        before = m.state_dict()
        m.load_state_dict({"weight": np.zeros((2, 2)), "bias": np.full(2, 1e300)})
    for k, v in m.state_dict().items():
        np.testing.assert_array_equal(v, before[k])


def test_a_shared_module_is_in_the_state_under_each_of_its_paths_as_in_pytorch():
    class Twice(nn.Module):
        def __init__(self):
            self.a = nn.Linear(2, 2, bias=False)
            self.b = nn.Sequential(self.a)
            self.b[0].above = self

    m = Twice()
    assert list(m.state_dict()) == ["a.weight", "b.0.weight"]
    assert [n for n, _ in m.named_parameters()] == ["a.weight"]
    m.load_state_dict(dict.fromkeys(["a.weight", "b.0.weight"], np.ones((2, 2))))
    assert m.b[0].weight.data.min() == 1


@pytest.mark.parametrize("dtype", [int, bool, "foo", None])
def test_a_module_has_no_dtype_but_floating_ones(dtype):
    m = nn.Linear(2, 2)
    before = m.state_dict()
    with pytest.raises(DtypeError, match="astype of Linear: expected a floating dtype"):
        m.astype(dtype)
    for k, v in m.state_dict().items():
        np.testing.assert_array_equal(v, before[k])


def test_state_dict_is_a_copy_and_loads_into_state_too():
    m, twin = net(), net()
    m(X)
    state = m.state_dict()
    twin.load_state_dict(state)
    state["block.body.1.running_mean"][:] = 99
    assert twin.get_submodule("block.body.1").running_mean.max() < 99
    assert twin.get_submodule("block.body.1").num_batches_tracked == 1


MISTAKES = [
    (
        lambda: net().get_submodule("block.tail"),
        ValueRangeError,
        "no 'tail' in 'block'; it has body",
    ),
    (lambda: net().get_submodule("stem.x"), ValueRangeError, "no 'x' in 'stem'; it has no modules"),
    (lambda: net().register_forward_hook(3), DtypeError, "expected a function, got int"),
    (lambda: net().zero_grad(set_to_none=True), DtypeError, "'set_to_none'. Grad.*leave it out"),
    (lambda: nn.Sequential(nn.ReLU), ValueRangeError, r"layer '0' is the class ReLU; make one"),
    (lambda: net().get_submodule(0), DtypeError, "expected a path such as '0.conv', got 0"),
    (lambda: nn.Sequential(3), ValueRangeError, "layer '0' must be a module or function, got 3"),
]


@pytest.mark.parametrize("call, error, text", MISTAKES)
def test_mistakes(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_lists_of_lists_are_refused():
    m = nn.Module()
    m.grid = [[nn.Linear(1, 1)], [nn.Linear(1, 1)]]
    with pytest.raises(ValueRangeError, match="grid is a list of lists of modules.*Sequential"):
        list(m.parameters())
    m.grid = [[1, 2], [3, 4]]
    assert list(m.parameters()) == []


class Looking(nn.Module):
    """Keeps what it computes, as one does to look at it."""

    def __init__(self):
        self._fc = nn.Linear(4, 2)
        self._cache = np.zeros(3)
        self.attention = None
        self.seen = np.zeros(1, np.float32)

    def forward(self, x):
        self.attention = self._fc(x)
        self.inputs, self.layers = x, [self.attention]
        self.seen = self.seen + np.float32(len(x))
        return self.attention


def test_what_forward_sets_is_a_result_and_no_part_of_the_module():
    m = Looking()
    names = list(m.state_dict())
    m(X)
    with no_grad():
        m(X)
    assert m.inputs is X and list(m.state_dict()) == names and m.seen == 6
    assert nn.SGD(m.parameters(), lr=0.1)
    Looking().load_state_dict(m.state_dict())
    m(Tensor(X, requires_grad=True))  # as a saliency map does
    m(X)
    assert list(m.state_dict()) == names
    fresh = Looking()
    nn.summary(fresh, (4,))
    assert list(fresh.state_dict()) == names
    copied = copy.deepcopy(m)
    assert list(copied.state_dict()) == names
    assert m.attention.requires_grad and not copied.attention.requires_grad
    m.attention = m.attention * 1  # by hand, it may be what the copy is to be trained by
    with pytest.raises(GraphError, match="would cut the graph"):
        copy.deepcopy(m)
    del m.attention
    copied.inputs = np.ones(2)  # by hand, it is state like any other array
    assert "inputs" in copied.state_dict()


def test_what_forward_builds_to_be_trained_is_found():
    class Lazy(nn.Module):
        def forward(self, x):
            if not hasattr(self, "fc"):
                self.fc = nn.Linear(x.shape[1], 2)
                self.scale = Tensor(np.ones(2, np.float32), requires_grad=True)
                self.more = [nn.Linear(2, 2)]
            return self.more[0](self.fc(x) * self.scale)

    m = Lazy()
    m(X)
    assert {n for n, _ in m.named_parameters()} == {
        "fc.weight", "fc.bias", "scale", "more.0.weight", "more.0.bias",
    }  # fmt: skip


def test_an_error_in_forward_leaves_the_module_as_it_was():
    m = Looking()
    with pytest.raises(ShapeError):
        m(np.ones((3, 5), np.float32))
    m.mean = np.zeros(2)
    assert "mean" in m.state_dict()


def test_modules_are_found_under_any_name():
    assert [n for n, _ in Looking().named_parameters()] == ["_fc.weight", "_fc.bias"]
    assert [n for n, _ in Looking().named_buffers()] == ["seen"]


def test_a_layer_of_a_sequential_is_replaced_by_its_name_or_place():
    m = nn.Sequential({"fc": nn.Linear(4, 2), "act": nn.ReLU()})
    m.fc = nn.Linear(4, 3)
    assert m["fc"] is m.fc and m(X).shape == (3, 3)
    m[-1] = nn.Tanh()
    m["fc"] = nn.Linear(4, 5)
    assert m(X).shape == (3, 5) and repr(m.act) == "Tanh()"
    with pytest.raises(ValueRangeError, match="no layer 'head' to replace; it has fc, act"):
        m.head = nn.Linear(5, 2)
    with pytest.raises(ValueRangeError, match="no layer '2' to replace"):
        m["2"] = nn.Linear(5, 2)
    with pytest.raises(ValueRangeError, match="layer 'fc' must be a module or function"):
        m.fc = 3
    with pytest.raises(ValueRangeError, match=r"layer '0' is a list.*Sequential\(\*layers\)"):
        nn.Sequential([nn.ReLU()])
    assert copy.deepcopy(m).fc is not m.fc


def test_a_sequential_with_a_forward_of_its_own_has_attributes_of_its_own():
    class Residual(nn.Sequential):
        def __init__(self):
            super().__init__(nn.Linear(4, 2))
            self.shortcut = nn.Linear(4, 2)

        def forward(self, x):
            return super().forward(x) + self.shortcut(x)

    m = Residual()
    assert [n for n, _ in m.named_parameters()] == [
        "0.weight", "0.bias", "shortcut.weight", "shortcut.bias",
    ]  # fmt: skip
    assert m(X).shape == (3, 2) and "(shortcut): Linear(4, 2)" in repr(m)


class Broken(nn.Module):
    @property
    def half_done(self):
        return self.forgotten


def test_a_parameter_is_not_replaced_by_an_array():
    m = nn.Linear(2, 3)
    for value in (np.zeros((3, 2), np.float32), 3.0, np.float32(3), [[0.0, 1.0]]):
        with pytest.raises(DtypeError, match="weight is a parameter.*plain .*module.weight.assign"):
            m.weight = value
    assert m.weight.requires_grad and m.count_parameters() == 9
    m.weight = Tensor(np.zeros((3, 2), np.float32), requires_grad=True)
    m.bias = None
    assert m.count_parameters() == 6


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("nn.ModuleList", "plain list or dict of modules"),
        ("nn.Parameter", "requires_grad=True"),
        ("nn.manual_seed", "nn.init.seed"),
        ("nn.data.TensorDataset", r"DataLoader\(\(images, labels\)\)"),
        ("nn.optim.lr_scheduler", "nn.optim.StepLR"),
        ("nn.ReLU().cuda", "on the CPU"),
        ("nn.ReLU().to", "astype"),
        ("nn.Sequential().append", r"Sequential\(\*layers\)"),
        ("nn.ReLU().register_buffer", "state of the module"),
        ("nn.MSELoss().backward", r"loss = nn.CrossEntropyLoss\(\)\(scores, labels\)"),
        ("nn.F", "It is nn.functional."),
        ("nn.Dense", r"It is nn.Linear\(in_features, out_features\)"),
        ("nn.ReLU().fit", r"nn.Trainer\(model, loss, optimizer, loader\).fit\(epochs\)"),
        ("nn.ReLU().predict", r"model.eval\(\), then model\(x\)"),
        ("nn.MultiheadAttention", r"nn.functional.scaled_dot_product_attention\(q, k, v\)"),
        ("nn.TransformerEncoderLayer", r"x \+ attention\(norm\(x\)\)"),
        ("nn.CTCLoss", "np.logaddexp"),
        ("nn.optim.LBFGS", "scipy.optimize.minimize"),
        ("nn.optim.CyclicLR", "nn.optim.OneCycleLR"),
        ("nn.functional.gumbel_softmax", "rng.gumbel"),
        ("nn.functional.grid_sample", "nn.data"),
        ("nn.functional.relu_", r"It is x = relu\(x\)"),
        ("nn.functional.no_such_name", "nn.functional has no attribute 'no_such_name'$"),
        ("nn.init.kaiming_normal", r"in place by kaiming_normal_\(tensor\)"),
        ("nn.init.xavier_uniform", r"xavier_uniform_\(tensor\)"),
        ("nn.utils.parameters_to_vector", r"np.concatenate\(\[p.data.ravel\(\)"),
        ("Tensor(1.0).lgamma", "gammaln"),
        ("Tensor(1.0).logit", r"np.log\(t / \(1 - t\)\)"),
        ("nn.no_such_name", "nn has no attribute 'no_such_name'$"),
        ("nn.Adam", "nn has no attribute .Adam.. It is nn.optim.Adam."),
        ("nn.ReLU().no_such_name", "'ReLU' object has no attribute 'no_such_name'$"),
        ("Broken().half_done", "'Broken' object has no attribute 'forgotten'$"),
    ],
)
def test_names_of_pytorch_that_are_not_here_say_what_takes_their_place(expression, says):
    with pytest.raises(AttributeError, match=says):
        eval(expression)


def test_two_parts_of_one_path_are_not_saved_as_one():
    alike = nn.Sequential({"a": nn.Sequential({"b": nn.Linear(1, 1)}), "a.b": nn.Linear(1, 1)})
    alone = nn.Sequential({"a.b": nn.Linear(1, 1)})
    state = alone.state_dict()
    assert list(state) == ["a.b.weight", "a.b.bias"]
    alone.load_state_dict(state)
    for call in (alike.state_dict, lambda: alike.load_state_dict(state)):
        with pytest.raises(ValueRangeError, match=r"two parts have the path 'a\.b\.weight'"):
            call()
