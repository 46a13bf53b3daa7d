"""Properties that hold for any input Hypothesis can think of."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd import Tensor, gradients, ops
from tests.reference import conv_by_definition, conv_matrix


def leaf(v):
    return Tensor(v, requires_grad=True)


# -- random expressions against the complex step ---------------------------------------------------

numbers = st.floats(-2, 2, width=32).map(lambda v: round(v, 3))


def arrays(shape):
    return hnp.arrays(float, shape, elements=numbers)


UNARY = {
    "sin": np.sin,
    "tanh": np.tanh,
    "exp(x/4)": lambda x: np.exp(x / 4),
    "square": lambda x: x * x,
    "1/(3+x²)": lambda x: 1 / (3 + x * x),
    "-x": lambda x: -x,
    "sum": lambda x: np.sum(x),
    "mean of last axis": lambda x: np.mean(x, axis=-1) if x.ndim and x.shape[-1] else x,
    "sum of first, kept": lambda x: np.sum(x, axis=0, keepdims=True) if x.ndim else x,
    "transpose": np.transpose,
    "flatten": lambda x: np.reshape(x, -1),
    "flip": np.flip,
    "x[..., ::2]": lambda x: x[..., ::2] if x.ndim else x,
    "x[None]": lambda x: x[None] if x.ndim < 3 else x,
    "x[[0, 0]]": lambda x: x[[0, 0]] if x.ndim and x.shape[0] else x,
    "cumsum": lambda x: np.cumsum(x),
    "concatenate": lambda x: np.concatenate([x, x * 2]) if x.ndim else x,
    "gram": lambda x: x @ np.transpose(x) if x.ndim == 2 else x,
}
BINARY = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "x/(3+y²)": lambda x, y: x / (3 + y * y),
    "where": lambda x, y: np.where(np.arange(1) == 0, x, y),
}


@st.composite
def programs(draw):
    """Leaves whose shapes broadcast together, and steps on a growing list of values."""
    sizes = dict(num_shapes=2, max_dims=3, min_side=0, max_side=3)
    shapes = draw(hnp.mutually_broadcastable_shapes(**sizes))
    leaves = [draw(arrays(s)) for s in shapes.input_shapes]
    steps = []
    for n in range(2, 2 + draw(st.integers(1, 6))):
        if draw(st.booleans()):
            steps.append((draw(st.sampled_from(sorted(UNARY))), draw(st.integers(0, n - 1))))
        else:
            pick = st.integers(0, n - 1)
            steps.append((draw(st.sampled_from(sorted(BINARY))), draw(pick), draw(pick)))
    return leaves, steps


def run(leaves, steps):
    values = list(leaves)
    for name, *at in steps:
        args = [values[k] for k in at]
        if name in UNARY:
            values.append(UNARY[name](*args))
        else:
            try:
                np.broadcast_shapes(*(np.shape(a) for a in args))
            except ValueError:
                values.append(args[0] * 1.0)
                continue
            values.append(BINARY[name](*args))
    return sum(np.sum(v) for v in values[2:])


@given(programs())
def test_gradients_of_random_expressions(program):
    leaves, steps = program
    ts = [leaf(x) for x in leaves]
    y = run(ts, steps)
    assert np.allclose(y.data, run(leaves, steps), rtol=1e-12, atol=1e-12)
    for k, g in enumerate(gradients(y, ts)):
        assert g.shape == leaves[k].shape
        for at in np.ndindex(leaves[k].shape):
            moved = [x.astype(complex) for x in leaves]
            moved[k][at] += 1e-30j
            exact = np.imag(run(moved, steps)) / 1e-30
            assert g[at] == pytest.approx(exact, rel=1e-9, abs=1e-9)


@given(programs())
@settings(max_examples=60)
def test_second_derivatives_of_random_expressions_are_symmetric(program):
    leaves, steps = program
    ts = [leaf(x) for x in leaves]
    rng = np.random.default_rng(0)
    u, v = [[rng.standard_normal(x.shape) for x in leaves] for _ in range(2)]

    def second(a, b):
        gs = gradients(run(ts, steps), ts, create_graph=True)
        along = sum(np.sum(g * w) for g, w in zip(gs, a, strict=True))
        if along.node is None:
            return 0.0
        return sum(np.sum(g * w) for g, w in zip(gradients(along, ts), b, strict=True))

    assert second(u, v) == pytest.approx(second(v, u), rel=1e-8, abs=1e-8)


# -- indexing --------------------------------------------------------------------------------------


@st.composite
def indexed(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    basic = hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True)
    pick = hnp.integer_array_indices(shape)
    mask = hnp.arrays(bool, shape)
    return draw(arrays(shape)), draw(st.one_of(basic, pick, mask))


@given(indexed(), st.integers(0, 99))
def test_reading_and_adding_at_an_index_are_adjoint(case, seed):
    x, index = case
    t = leaf(x)
    y = t[index]
    np.testing.assert_array_equal(y.data, x[index])
    v = np.random.default_rng(seed).standard_normal(y.shape)
    expected = np.zeros_like(x)
    np.add.at(expected, index, v)
    g = gradients(y, t, v, create_graph=True)
    np.testing.assert_allclose(g.data, expected, atol=1e-14)


@given(indexed(), st.integers(0, 99))
def test_item_assignment_sends_the_gradient_where_the_value_went(case, seed):
    x, index = case
    rng = np.random.default_rng(seed)
    v = rng.standard_normal(x[index].shape)
    t, w = leaf(x), leaf(v)
    h = t * 1.0
    h[index] = w
    expected = x.copy()
    expected[index] = v
    np.testing.assert_array_equal(h.data, expected)
    g = rng.standard_normal(x.shape)
    gt, gw = gradients(h, [t, w], g)
    number = np.full(x.shape, -1)  # which element of the value each place holds in the end
    number[index] = np.arange(v.size).reshape(v.shape)
    np.testing.assert_array_equal(gt, np.where(number < 0, g, 0))
    by_number = np.zeros(v.size)
    by_number[number[number >= 0]] = g[number >= 0]
    np.testing.assert_array_equal(gw, by_number.reshape(v.shape))


# -- convolution: four ways that must agree -------------------------------------------------------


@st.composite
def convolutions(draw):
    d = draw(st.integers(1, 2))
    groups = draw(st.integers(1, 2))
    n, c, o = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    c, o = groups * c, groups * o
    kernel = tuple(draw(st.integers(1, 3)) for _ in range(d))
    size = tuple(draw(st.integers(1, 6)) for _ in range(d))
    stride = tuple(draw(st.integers(1, 3)) for _ in range(d))
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(d))
    padding = tuple((draw(st.integers(0, 3)), draw(st.integers(0, 3))) for _ in range(d))
    for s, k, e, (p, q) in zip(size, kernel, dilation, padding, strict=True):
        assume(s + p + q >= e * (k - 1) + 1)
    seed = draw(st.integers(0, 99))
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal((n, c, *size)), rng.standard_normal((o, c // groups, *kernel))
    return x, w, dict(stride=stride, padding=padding, dilation=dilation, groups=groups)


@given(convolutions())
def test_convolution_in_four_ways(case):
    x, w, options = case
    t, u = leaf(x), leaf(w)
    fast = ops.conv(t, u, **options)
    y = fast.data
    # 1. the definition, in loops
    np.testing.assert_allclose(y, conv_by_definition(x, w, **options), atol=1e-12)
    # 2. the matrix of the filter times the flattened image
    matrix = conv_matrix(w, x.shape[1:], **options)
    np.testing.assert_allclose(y.reshape(len(x), -1), x.reshape(len(x), -1) @ matrix.T, atol=1e-12)
    # 3. windows as columns, and einsum
    columns = ops.unfold(x, w.shape[2:], options["stride"], options["padding"], options["dilation"])
    by_columns = np.einsum(
        "ngckp,gock->ngop",
        columns.reshape(len(x), options["groups"], w.shape[1], np.prod(w.shape[2:]), -1),
        w.reshape(options["groups"], -1, w.shape[1], np.prod(w.shape[2:])),
    )
    np.testing.assert_allclose(y, by_columns.reshape(y.shape), atol=1e-12)
    # backward: the transposed matrix for x; for w, linearity against the definition
    g = np.random.default_rng(0).standard_normal(y.shape)
    gx, gw = gradients(fast, [t, u], g)
    np.testing.assert_allclose(gx.reshape(len(x), -1), g.reshape(len(x), -1) @ matrix, atol=1e-12)
    direction = np.random.default_rng(1).standard_normal(w.shape)
    assert np.sum(gw * direction) == pytest.approx(
        np.sum(g * conv_by_definition(x, direction, **options)), abs=1e-9
    )
