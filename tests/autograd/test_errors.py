"""Mistakes a user makes, and the message each gives: what, where, expected, what to do."""

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, as_tensor, gradients, jvp, no_grad, ops, primitive, tensor
from autograd.errors import AutogradError

x = Tensor(np.ones((2, 3)), requires_grad=True)
s = Tensor(1.0, requires_grad=True)
image = Tensor(np.ones((1, 3, 5, 5)), requires_grad=True)


@primitive
def half(x, scale=1):
    return x * scale / 2


def wrong_shape():
    f = primitive(lambda x: np.sum(x)).vjp(x=lambda g: np.ones(7))
    f(x).backward()


def no_return():
    f = primitive(lambda x: 2 * x).vjp(x=lambda g: None)
    f(x).backward(np.ones((2, 3)))


def imaginary_hook():
    y = x * 2
    y.register_hook(lambda g: 1j * g)
    y.sum().backward()


def changed_while_frozen():
    w = Tensor(np.ones(3), requires_grad=True)
    y = (w * w).sum()
    w.requires_grad = False
    w.assign(2.0)
    w.requires_grad = True
    y.backward()


def in_place_array():
    a = np.ones((2, 3))
    a += x


def writes_into_its_input():
    @primitive
    def added(x):
        x += 1
        return x

    added(x)


def under_no_grad():
    with no_grad():
        y = (x * x).sum()
    y.backward()


def in_a_hook():
    y = s * 2
    y.register_hook(lambda g: (s * s).backward())
    y.backward()


def changed_in_jvp():
    c = Tensor(3.0, requires_grad=True)

    def f(x):
        y = x * c
        with no_grad():
            c.assign(4.0)
        return y

    jvp(f, (1.0,), (1.0,))


TRANSFORMS = (
    autograd.grad, autograd.value_and_grad, autograd.elementwise_grad, autograd.jacobian,
    autograd.hessian, autograd.hvp,
)  # fmt: skip
MISTAKES = [
    # shapes
    (lambda: ops.linear(x, np.ones((3, 3, 3))), ValueError, r"linear: .*got \(2, 3\), \(3, 3, 3\)"),
    (lambda: ops.linear(x, np.ones((4, 3)), np.ones((2, 4))), ValueError, r"b \(out,\), got"),
    (lambda: ops.batch_norm(np.ones((3, 0))), ValueError, "more than one value per channel"),
    (lambda: ops.batch_norm(np.ones((4, 3), int)), TypeError, "must be real and floating, got int"),
    (lambda: ops.layer_norm(x, np.ones(2)), ValueError, r"weight of shape \(3,\).*got \(2,\)"),
    (lambda: ops.layer_norm(np.float64(1)), ValueError, r"expected x of shape \(\.\.\., n\)"),
    (lambda: ops.layer_norm(x * 1j), TypeError, "layer_norm: x must be real and floating"),
    (lambda: ops.layer_norm(x, eps=None), TypeError, "layer_norm: eps must be a number, got None"),
    (lambda: ops.batch_norm(x, eps=[1]), TypeError, r"batch_norm: eps must be a number, got \[1\]"),
    (lambda: x + np.ones((4, 5)), ValueError, r"add: .*\(2,3\) \(4,5\).*float64\[2, 3\]"),
    (lambda: x @ np.ones((2, 3)), ValueError, r"\., k, m\).*float64\[2, 3\]"),
    (lambda: np.reshape(x, (4, 2)), ValueError, r"reshape: .*size 6 into shape \(4,2\)"),
    (lambda: np.concatenate([x, np.ones(3)]), ValueError, "concatenate: .*dimension"),
    (lambda: np.stack([x, np.ones(3)]), ValueError, "stack: .*same shape"),
    (lambda: np.split(x, 2, axis=1), ValueError, "split: 3 elements do not part into 2"),
    (lambda: np.sum(x, axis=2), ValueError, "sum: axis 2 is out of bounds"),
    (lambda: np.sort(s), ValueError, r"axis -1 is out of bounds for an array of shape \(\)"),
    (lambda: np.take_along_axis(x, [[0]], 5), ValueError, "axis 5 is out of bounds"),
    (lambda: x[5], IndexError, "getitem: index 5 is out of bounds"),
    (lambda: x[0.5], IndexError, "getitem: .*indices"),
    (lambda: x[s], TypeError, "index must be integer or bool, got float64"),
    (lambda: np.einsum("ij,jk", x), ValueError, "einsum: 'ij,jk' is for 2 arrays, got 1"),
    (lambda: np.einsum("ijk", x), ValueError, r"einsum: 'ijk' .* shape \(2, 3\)"),
    (lambda: np.tensordot(x, x, 1), ValueError, r"shapes \(2, 3\) and \(2, 3\) differ"),
    # dtypes
    (lambda: Tensor("three"), TypeError, "expected numbers .* got dtype <U5"),
    (lambda: Tensor([1.0, "x"]), TypeError, "expected numbers"),
    (lambda: x.register_hook(3), TypeError, "register_hook: expected a function .*, got 3"),
    (lambda: Tensor([{}, None]), TypeError, "got dtype object"),
    (lambda: x * np.ones(3, object), TypeError, r"multiply: .* got object"),
    (lambda: x * np.ones(3, "m8[s]"), TypeError, r"multiply: .* got timedelta64"),
    (lambda: Tensor([[1.0], [1.0, 2.0]]), ValueError, "not a full array of numbers"),
    (lambda: ops.gelu([1.0, [2.0]]), ValueError, "gelu: .* is not a full array of numbers"),
    (lambda: x + "text", TypeError, "add: .*'text'"),
    (lambda: x * None, TypeError, "multiply: "),
    (lambda: Tensor(3, requires_grad=True), TypeError, "floating dtype, got int64.*3.0 instead"),
    (lambda: Tensor([True], requires_grad=True), TypeError, "got bool"),
    (lambda: tensor("a", dtype=float), ValueError, "not a full array of numbers"),
    # the graph
    (lambda: (x * x).backward(), ValueError, r"shape \(2, 3\) is not a scalar.*y.sum\(\)"),
    (lambda: x.sum().backward([1.0, 2.0]), ValueError,
     r"cotangent has shape \(2,\), expected \(\)"),
    (lambda: s.backward(1j), TypeError, "cotangent has dtype complex128"),
    (lambda: Tensor(1.0).backward(), RuntimeError, "no graph behind this Tensor"),
    (under_no_grad, RuntimeError, "computed under no_grad"),
    (in_a_hook, RuntimeError, r"in a hook, where `with enable_grad\(\):`.* records it"),
    (changed_in_jvp, RuntimeError, "^the derivative of multiply needs 'b' .* Differentiate before"),
    (lambda: gradients(x.sum(), Tensor(1.0)), RuntimeError, r"xs\[0\] must be a Tensor that req"),
    (lambda: gradients(x.sum(), [x, np.ones(2)]), RuntimeError, r"xs\[1\] .* got ndarray"),
    (lambda: gradients(3.0, x), RuntimeError, "expected a Tensor to differentiate, got float"),
    (lambda: setattr(x * 2, "requires_grad", False), RuntimeError, "result of multiply.*detach"),
    # NumPy's ways around the graph
    (in_place_array, TypeError, "np.add with out= .*array = array \\+ tensor"),
    (lambda: np.exp(x, out=np.ones((2, 3))), TypeError, "np.exp with out="),
    (lambda: np.exp(x, where=np.ones((2, 3), bool)), TypeError, r"np.exp: the options \['where'\]"),
    (lambda: np.array(x), TypeError, "would cut the graph.*np.stack"),
    (lambda: np.mean([s, s]), TypeError, r"for np.mean\(\[t, u\]\) too"),
    (lambda: s.backward(retain_graph=True), TypeError, "no option retain_graph.*is kept as long"),
    (lambda: np.asarray([s, s]), TypeError, "would cut the graph"),
    (lambda: np.nextafter(x[0], 1.0), TypeError, "np.nextafter has no derivative here.*t.data"),
    (lambda: np.add.at(x, 0, 1.0), TypeError, r"np.add.at writes into an array.*ops.scatter_add"),
    (lambda: np.sum(x, out=np.ones(())), TypeError, "np.sum with out="),
    (lambda: np.einsum("ij->ji", x, order="C"), TypeError, r"np.einsum: the options \['order'\]"),
    (lambda: np.einsum("ij->i", x, out=np.ones(2)), TypeError, "np.einsum with out="),
    (lambda: np.max(x, where=[True, False, True]), ValueError, "max: .* initial= value is needed"),
    (lambda: np.sum(x, where=s), TypeError, "sum: the argument 'where' has no derivative"),
    (lambda: np.sum([1.0], where=s), TypeError, "sum: the argument 'where' has no derivative"),
    (lambda: np.max([1.0], initial=0, where=s), TypeError, "max: the argument 'where' has no"),
    (lambda: np.linalg.norm(x[0], s), TypeError, "norm: the argument 'ord' has no derivative"),
    (lambda: np.linalg.vector_norm(x, ord=s + 1), TypeError, "vector_norm: the argument 'ord' has"),
    (lambda: np.std(x, ddof=1, correction=1), ValueError, "ddof and correction are the same"),
    (lambda: np.subtract.reduce(x[:0]), ValueError, "subtract.reduce: axis 0 .* is empty"),
    (lambda: np.subtract.reduce(x, axis=None), ValueError, "subtract.reduce: give one axis, not"),
    (lambda: np.add.outer(x, x, dtype=float), TypeError, r"np.add.outer: the options \['dtype'\]"),
    (lambda: np.add.reduce(x, out=np.ones(3)), TypeError, "np.sum with out="),
    (lambda: np.reshape(x, -1, order="K"), ValueError, "order must be 'C', 'F' or 'A', got 'K'"),
    (lambda: np.ravel(np.broadcast_to(s, 3), "K"), ValueError, "ravel: what is broadcast has"),
    (lambda: ops.one_hot([1], 2.5), ValueError, "one_hot: classes must be a pos.* got 2.5"),
    (lambda: pow(s, 3, 5), TypeError, r"pow: a modulus is not supported .* Write t\*\*3 % 5"),
    (lambda: np.sort(x, order="f"), TypeError, "sort: order= is for structured arrays"),
    (lambda: np.concatenate([x, x], dtype=int), TypeError, "float64 does not become .*'same_kind'"),
    (lambda: np.pad(x, 1, lambda *v: None), ValueError, "pad: mode .* is not supported on Tensors"),
    (lambda: np.trim_zeros(x, "both"), ValueError, "trim must be 'f', 'b' or 'fb', got 'both'"),
    (lambda: np.linalg.lstsq(x, np.ones(3)), ValueError, r"lstsq: .* got \(2, 3\) and \(3,\)"),
    (lambda: np.gradient(x, edge_order=2), ValueError, "gradient: at least 3 elements .* got 2"),
    (lambda: np.gradient(x, edge_order=3), ValueError, "edge_order must be 1 or 2, got 3"),
    (lambda: np.quantile(x[0], 0.5, weights=x[1], method="inverted_cdf"), TypeError,
     "quantile: the argument 'weights' has no derivative"),
    (lambda: np.cov(x, aweights=[1.0, 2.0]), ValueError, "3 observations, but weights of shape"),
    (lambda: np.polydiv(x, x[0]), ValueError, r"polydiv: expected a row .* got shape \(2, 3\)"),
    (lambda: np.polyfit([1.0, 2.0], x[:, 0], 1, cov=True), ValueError, "2 points are too few"),
    (lambda: np.exp([s, s]), TypeError, "would cut the graph.*np.stack"),
    (lambda: ops.rnn(np.ones((2, 1, 3)), np.ones((4, 3), int), np.ones((4, 4))), TypeError,
     "rnn_tanh: w_ih must be floating, got int64"),
    (lambda: len(s), TypeError, "0-d"),
    (lambda: list(s), TypeError, "0-d"),
    (lambda: type("Mine", (Tensor,), {}), TypeError, "cannot be subclassed"),
    # names from elsewhere
    (lambda: x.view(-1), AttributeError, r"'view'; write t.reshape\(shape\), with t.shape\[0\]"),
    (lambda: x.split(1), AttributeError, r"range\(n, len\(t\), n\)\) for pieces of n"),
    (lambda: x.flatten(1), TypeError, r"write t.reshape\(\*t.shape\[:start_dim\], -1\)"),
    (lambda: Tensor(1.0, device="cpu"), TypeError, "Tensor: .* option 'device'; write nothing"),
    (lambda: tensor(1.0, device="cpu"), TypeError, "tensor: .* every array is in memory"),
    (lambda: as_tensor(1.0, copy=True), TypeError, r"as_tensor: .*write Tensor\(data\) for a copy"),
    (lambda: Tensor(1.0, shape=1), TypeError, "Tensor: there is no option 'shape'$"),
    *(
        (lambda f=f: f(np.sin, argnums=0), TypeError, f"^{f.__name__}: .* 'argnums'; write argnum=")
        for f in TRANSFORMS
    ),
    (lambda: autograd.value_and_grad(np.sin, has_aux=True), TypeError, "autograd.grad_and_aux"),
    (lambda: jvp(np.sin, (1.0,), (1.0,), has_aux=True), TypeError, "^jvp: .* 'has_aux'"),
    (lambda: autograd.vjp(np.sin, 1.0, has_aux=True), TypeError, "^vjp: .* 'has_aux'"),
    (lambda: x.flatten(start_dim=1), TypeError, "t.flatten: there is no option 'start_dim'"),
    (lambda: image.transpose(1, 2), ValueError, r"expected all 4 axes.*write t.swapaxes\(1, 2\)"),
    (lambda: autograd.zeros, AttributeError, "module 'autograd' has no .*'zeros'; write np.zeros"),
    (lambda: autograd.Variable, AttributeError, r"write Tensor\(array, requires_grad=True\)"),
    (lambda: autograd.stop_gradient, AttributeError, r"write t.detach\(\)"),
    (lambda: autograd.vmap, AttributeError, "write f for whole arrays"),
    (lambda: autograd.jit, AttributeError, "write f as it is"),
    (lambda: autograd.Value(2.0), AttributeError, "write Tensor"),
    (lambda: autograd.nn.Linear, AttributeError, "write import nn"),
    (lambda: x.at[0].set(1.0), AttributeError, r"write t\[i\] = v"),
    (lambda: autograd.Function, AttributeError, "write @primitive"),
    (lambda: autograd.custom_vjp, AttributeError, r"write @primitive, and f.vjp\(x=...\)$"),
    (lambda: autograd.custom_jvp, AttributeError, "write @primitive.*jvp goes by it"),
    (lambda: autograd.lax.cond, AttributeError, "write NumPy's functions, and if, for and while"),
    (lambda: autograd.tree_map, AttributeError, "grad takes lists, tuples and dicts"),
    (lambda: autograd.detect_anomaly(), AttributeError, r"write with autograd.debug\(\)"),
    (lambda: autograd.set_detect_anomaly(True), AttributeError, r"write with autograd.debug\(\)"),
    (lambda: x._prev, AttributeError, "a Tensor has no attribute '_prev'; write t.node.parents"),
    (lambda: x._backward(), AttributeError, "write @primitive"),
    (lambda: x._repr_png_, AttributeError, "no attribute '_repr_png_'$"),
    (lambda: autograd.frobnicate, AttributeError, "has no attribute 'frobnicate'$"),
    (lambda: x.exp(), AttributeError, r"write np.exp\(t\)"),
    (lambda: x.numpy(), AttributeError, "write t.data$"),
    (lambda: x.cpu(), AttributeError, "it is there already"),
    (lambda: x.to("cpu"), AttributeError, r"t.astype\(dtype\), and nothing for a device"),
    (lambda: x.permute(1, 0), AttributeError, r"write t.transpose\(axes\)"),
    (lambda: x.unsqueeze(0), AttributeError, r"write np.expand_dims\(t, axis\)"),
    (lambda: x.compress([True]), AttributeError, r"write np.compress\(condition, t, axis\)"),
    (lambda: x.fill(0.0), AttributeError, r"write t\[...\] = value"),
    (lambda: x.sum(dim=1), TypeError, "t.sum: there is no option 'dim'; write axis=..."),
    (lambda: x.mean(1, keepdim=True), TypeError, "t.mean: .*'keepdim'; write keepdims=True"),
    (lambda: x.argmax(dim=0), TypeError, "t.argmax: .*'dim'; write axis=..."),
    (lambda: x.std(unbiased=False), TypeError, "t.std: .*'unbiased'; write ddof=1 for True"),
    (lambda: x.argsort(descending=True), TypeError, r"t.argsort: .*np.argsort\(-t.data\)"),
    (lambda: x.frobnicate, AttributeError, "no attribute 'frobnicate'$"),
    # primitives
    (lambda: half(x), TypeError, r"half: .*'x' has no derivative.*half.vjp\(x="),
    (lambda: half.vjp(z=lambda g: g), ValueError, r"half.vjp: there is no argument 'z'"),
    (lambda: half.vjp(x=lambda g, q: g), ValueError, "formula for 'x' asks for 'q'"),
    (lambda: half.vjp(x=lambda: 1), ValueError, "half.vjp: the formula for 'x' takes no argument"),
    (writes_into_its_input, TypeError, r"added: .*writes into its input.*x.copy\(\)"),
    (lambda: ops.relu("x"), TypeError, "^relu: expected numbers, got 'x'. Encode text or objects"),
    (lambda: ops.gelu({}), TypeError, "^gelu: expected numbers, got dict. Encode"),
    (lambda: ops.relu(None), TypeError, r"^relu: expected numbers, got None \(a forgotten"),
    (lambda: np.linspace(x, np.ones(2), 5), ValueError,
     r"^linspace: start of shape \(2, 3\) and stop of shape \(2,\) do not fit; give two of one"),
    (lambda: np.geomspace(x, np.ones(2), 5), ValueError, r"^geomspace: start of .* do not fit"),
    (lambda: np.logspace(x, np.ones(2), 5), ValueError, r"^logspace: start of .* do not fit"),
    (lambda: np.linspace(x, "a", 5), TypeError, "^linspace: expected numbers, got 'a'"),
    (lambda: np.linspace(x, 1, 2.5), ValueError, "^linspace: num must be an integer, .* got 2.5"),
    (lambda: np.linspace(x, 1, 5, axis=4), ValueError, "^linspace: axis must be in -3..2 .*got 4"),
    (lambda: ops.sigmoid(x * 1j), TypeError, "^sigmoid: x must be real, got complex128"),
    (lambda: np.quantile(x * 1j, 0.5), TypeError, "^quantile: x must be real, got complex128"),
    (lambda: np.percentile(x * 1j, 5), TypeError, "^percentile: x must be real"),
    (lambda: np.nanquantile(x * 1j, 0.5), TypeError, "^nanquantile: x must be real"),
    (lambda: np.nanpercentile(x * 1j, 5), TypeError, "^nanpercentile: x must be real"),
    (lambda: np.quantile(x, 0.5j), TypeError, "^quantile: q must be real"),
    (lambda: np.interp(x * 1j, [0, 1], [0, 1]), TypeError, "^interp: x must be real"),
    (lambda: np.interp(x, [0, 1j], [0, 1]), TypeError, "^interp: xp must be real"),
    (lambda: np.interp(x, [0, 1], [0, 1], left=1j), TypeError, "^interp: left must be real"),
    (lambda: np.bincount([0, 1, 0], x[0] * 1j), TypeError, "^bincount: weights must be real"),
    (lambda: ops.relu(bad=1), TypeError, "'bad'. It got no arguments by position"),
    (no_return, TypeError, r"<lambda>, the derivative formula for 'x': .* got None .*`return`\?"),
    (lambda: primitive(lambda x: None).vjp(x=lambda g: g)(x), TypeError,
     r"<lambda>, what it returned: expected numbers, got None \(a forgotten `return`\?\)"),
    (lambda: primitive(lambda x: "x").vjp(x=lambda g: g)(x), TypeError, "returned: .* got 'x'"),
    (imaginary_hook, TypeError, "hook '<lambda>': .* of float64 came in, complex128 came out"),
    (changed_while_frozen, RuntimeError, "leaf was changed while its requires_grad was False.*aga"),
    (wrong_shape, ValueError, r"returned shape \(7,\) for an input of shape \(2, 3\)"),
    # convolution and pooling
    (lambda: ops.conv(image, np.ones((2, 3, 7, 7))), ValueError, r"window \(7, 7\) is larger than"),
    (lambda: ops.conv(image, np.ones((2, 4, 3, 3))), ValueError, "3 channels, .* expect 4"),
    (lambda: ops.conv(np.ones((2, 8, 8, 3)), np.ones((2, 3, 3, 3))), ValueError,
     r"8 channels, .* expect 3\. If they come last, np.moveaxis\(x, -1, 1\)"),
    (lambda: ops.conv(image[0], np.ones((2, 3, 3, 3))), ValueError, r"\(N, C, H, W\).*x\[None\]"),
    (lambda: ops.conv(np.ones((2, 5, 5)), np.ones((2, 1, 3, 3))), ValueError, r"x\[:, None\] a ch"),
    (lambda: ops.conv(image, np.ones((2, 3, 3, 3)), stride=0), ValueError,
     "stride must be at least 1"),
    (lambda: ops.conv(image, np.ones((2, 3, 3, 3)), padding="full"), ValueError,
     "'same' or 'valid'"),
    (lambda: ops.conv(image, np.ones((2, 1, 3, 3)), groups=2), ValueError, "3 channels"),
    (lambda: ops.max_pool(image, 6), ValueError, r"max_pool: the window \(6, 6\) is larger"),
    (lambda: ops.max_pool(image, 2, padding=2), ValueError, "more than half of the kernel"),
    (lambda: ops.avg_pool(Tensor(np.ones((1, 1, 4, 4), int)), 2), TypeError,
     "floating x, got int64"),
    # nn
    (lambda: nn.Linear(3, 2)(np.ones((4, 5), np.float32)), ValueError,
     r"linear: .*5 features.*expects 3"),
    (lambda: nn.Linear(0, 2), ValueError, "in_features must be a positive integer, got 0"),
    (lambda: nn.Conv2d(3, 4, 3, groups=2), ValueError, "do not part into 2 groups"),
    (lambda: nn.CrossEntropyLoss()(x, [0, 3]), ValueError, "a label is 3, but with 3 scores"),
    (lambda: nn.CrossEntropyLoss()(x, [0, -1]), ValueError, "a label is -1"),
    (lambda: nn.CrossEntropyLoss()(x, [0.0, 1.0]), TypeError,
     "labels must be integers, got float64"),
    (lambda: nn.CrossEntropyLoss()(x, [0, 1, 2]), ValueError, r"got \(2, 3\) and \(3,\)"),
    (lambda: nn.CrossEntropyLoss(reduction="avg")(x, [0, 1]), ValueError, "reduction must be"),
    (lambda: nn.MSELoss()(x, np.ones(3)), ValueError, r"differ in shape, \(2, 3\) and \(3,\)"),
    (lambda: nn.SGD([], lr=0.1), ValueError, "no parameters to train"),
    (lambda: nn.SGD([x * 2], lr=0.1), TypeError, "parameter 0 must be a leaf Tensor"),
    (lambda: nn.SGD([x], lr=0), ValueError, "lr must be positive, got 0"),
    (lambda: nn.SGD([x], lr=0.1, momentum=1), ValueError, "momentum must be in"),
    (lambda: nn.Sequential(3), ValueError, "layer '0' must be a module or function, got 3"),
    (lambda: nn.Module()(x), NotImplementedError, "Module has no forward"),
    (lambda: nn.models.lenet5(image=30), ValueError, "image must be 28 or 32, got 30"),
    (lambda: nn.load("nowhere.npz"), RuntimeError, "there is no file 'nowhere.npz'"),
    (lambda: nn.save({"a": np.ones(2)}, "a.pkl"), ValueError, "must end in .npz"),
]  # fmt: skip


@pytest.mark.parametrize("mistake, kind, words", MISTAKES, ids=range(len(MISTAKES)))
def test_message(mistake, kind, words):
    with pytest.raises(kind, match=words and f"(?s){words}") as e:
        mistake()
    assert (
        isinstance(e.value, (AutogradError, NotImplementedError, AttributeError))
        or kind is TypeError
    )
    assert x.grad is None


def test_numpys_error_for_an_array_element_says_why():
    with pytest.raises(ValueError, match="array element") as e:
        np.zeros(3)[0] = s
    assert "y = Tensor(array), y[i] = t is recorded" in str(e.value.__cause__)
    y = Tensor(np.zeros(3))
    y[0] = s
    assert gradients(y.sum(), s) == 1


def test_the_operand_of_another_type_decides_in_lists_and_scalars():
    np.testing.assert_array_equal((x + [1, 2, 3]).data, np.ones((2, 3)) + [1, 2, 3])
    np.testing.assert_array_equal(([1, 2, 3] * as_tensor(2.0)).data, [2, 4, 6])


def test_a_star_brings_every_name_but_those_that_hide_pythons():
    names = {}
    exec("from autograd import *", names)
    assert {"grad", "gradcheck", "explain", "profile", "make_jvp", "step_through"} <= names.keys()
    assert names.keys().isdisjoint({"dict", "isinstance", "list", "tuple", "type"})
