"""`audit`: finds a wrong formula at its node, and nothing else."""

import contextlib

import numpy as np
import pytest

from autograd import Tensor, audit, checkpoint, debug, graph, ops, primitive
from autograd import numpy as anp
from autograd.extend import defvjp
from autograd.extend import primitive as positional
from tests.autograd.cases import CASES


def T(v, **options):
    return Tensor(v, requires_grad=True, **options)


def statuses(report):
    return {n.plan.op.__name__: s for n, s in report.status.items()}


@pytest.mark.parametrize("kept", [True, False], ids=["inside debug", "outside"])
def test_no_operation_fails(kept):
    """Every row of the table of operations; inside debug nearly all can be checked."""
    seen = []
    for case in CASES[kept::2]:
        ins = [Tensor(i, requires_grad=np.asarray(i).dtype.kind in "fc") for i in case.inputs]
        keep = debug(stop=False) if kept else contextlib.nullcontext()
        with np.errstate(all="ignore"), keep:
            y = case.f(*ins)
        for v in y if type(y) in (tuple, list) else [y]:
            if type(v) is Tensor and v.node is not None:
                report = audit(v)
                assert report.ok, f"{case}\n{report}"
                assert str(report) and report._repr_html_()
                seen += report.rows
    share = np.mean([row.status == "ok" for row in seen])
    assert share > (0.99 if kept else 0.9)


def one_wrong(g):
    g = np.array(g)
    g.flat[g.size // 2] *= 1.01
    return g


WRONG = [
    # (function, formulas, inputs, the argument that is wrong)
    (lambda x: x**3, {"x": lambda g, x: g * 2 * x**2}, [(3,)], "x"),
    (lambda x: np.sin(x), {"x": lambda g, x: -g * np.cos(x)}, [(2, 3)], "x"),
    (lambda a, b: a @ b,
     {"a": lambda g, b: g @ b, "b": lambda g, a: a.T @ g}, [(3, 3), (3, 3)], "a"),
    (lambda x: np.sum(x, 0), {"x": lambda g, x_shape: np.ones(x_shape)}, [(3, 4)], "x"),
    (lambda x: np.mean(x), {"x": lambda g, x_shape: g * np.ones(x_shape)}, [(5,)], "x"),
    (lambda x: np.exp(x), {"x": lambda g, y: one_wrong(g * y)}, [(4,)], "x"),
    (lambda x: np.exp(x), {"x": lambda g, y: one_wrong(g * y)}, [(40, 50)], "x"),
    (lambda x: np.tanh(x), {"x": lambda g: g[:1]}, [(4,)], "x"),
    (lambda a, b: a * b, {"a": lambda g, b: g * b, "b": lambda g, b: g * b}, [(3,), (3,)], "b"),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("f", "formulas", "shapes", "argument"), WRONG)
def test_wrong_primitive_is_found_by_node(f, formulas, shapes, argument, dtype):
    rng = np.random.default_rng(3)
    wrong = primitive(f).vjp(**formulas)
    ins = [T(rng.uniform(0.5, 1.5, s).astype(dtype)) for s in shapes]
    y = np.sum(np.log(wrong(*[ops.sigmoid(t) * 2 for t in ins]) + 5) ** 2)
    report = audit(y)
    assert [n.plan.op for n in report.failed] == [wrong]
    assert {r.argument for r in report.rows if r.status == "failed"} == {argument}
    assert not report.ok and "FAILED" in str(report) and "#B00020" in report._repr_html_()


def test_the_wrong_index_is_named():
    wrong = primitive(lambda x: np.exp(x)).vjp(x=lambda g, y: one_wrong(g * y))
    t = T(np.linspace(0.1, 1, 2000).reshape(40, 50))
    row = audit(wrong(t)).rows[0]
    assert row.status == "failed" and row.worst.index == (20, 0)
    assert np.isclose(row.worst.formula, 1.01 * row.worst.numeric)


def test_right_primitive_of_ones_own():
    cube = primitive(lambda x: x**3).vjp(x=lambda g, x: g * 3 * x**2)
    assert audit(cube(T(np.linspace(-3, 3, 500)))).ok


KINKS = [
    (ops.relu, [0.0, 1.0]),
    (np.abs, [0.0, 2.0]),
    (np.max, [1.0, 1.0, 0.5]),
    (ops.relu, np.where(np.arange(300) % 2, 0.0, 1.0)),
    (np.floor, [1.0, 1.5]),
    (np.linalg.pinv, [[1.0, 2, 3], [2, 4, 6], [1, 0, 1]]),  # beside it the rank is full
]


@pytest.mark.parametrize(("f", "at"), KINKS)
def test_kinks_are_kinks(f, at):
    t = T(at)
    assert set(audit(f(t)).status.values()) == {"kink"}


def test_wrong_beside_a_kink():
    wrong = primitive(lambda x: np.maximum(x, 0)).vjp(x=lambda g, y: 2 * g * (y > 0))
    t = T([0.0, 1.0])
    assert statuses(audit(wrong(t))) == {"<lambda>": "failed"}


def test_what_is_gone_is_said():
    weights = np.linspace(1, 2, 20)
    t = T(np.ones((20,)))
    report = audit(np.concatenate([t, weights]).sum())
    assert statuses(report)["concatenate"] == "unchecked"
    assert "the value of 'arrays' is gone: compute the graph inside" in str(report)
    with debug():
        y = np.concatenate([t, weights]).sum()
    assert set(audit(y).status.values()) == {"ok"}


def test_options_that_were_not_kept():
    t = T(np.linspace(0, 1, 30) + 0.031)
    assert "its options decimals were not kept" in str(audit(np.round(t, 1).sum()))


def test_arrays_that_are_changed_afterwards():
    weights, t = np.linspace(1, 2, 20), T(np.ones(20))
    with debug():
        y = np.concatenate([t, weights]).sum() + (t * weights).sum()
    weights[:] = np.nan
    assert set(audit(y).status.values()) == {"ok"}


def test_random_operation_is_not_blamed():
    rng = np.random.default_rng(0)
    noisy = primitive(lambda x: x * rng.standard_normal(x.shape)).vjp(x=lambda g: g)
    assert "computed again it gives another result" in str(audit(noisy(T(np.ones(9)))))


def test_several_outputs():
    @primitive
    def both(x):
        return np.sin(x), np.cos(x)

    both.vjp(x=lambda g, x: g[0] * np.cos(x) + g[1] * np.sin(x))  # wrong sign
    s, c = both(T([0.3, 0.7]))
    assert statuses(audit(np.sum(s * c)))["both"] == "failed"
    values, vectors = np.linalg.eigh(np.diag(T([1.0, 2.0, 4.0])) + 0.1)
    assert audit(np.sum(values) + np.sum(vectors[0])).ok


@pytest.mark.parametrize(("factor", "status"), [(1, "ok"), (2, "failed")])
def test_primitive_in_the_words_of_hips(factor, status):
    @positional
    def product(a, b):
        return a * b

    defvjp(product, lambda ans, a, b: lambda g: g * b, lambda ans, a, b: lambda g: factor * g * a)
    a, b = T([1.0, 2.0]), T([3.0, 4.0])
    assert statuses(audit(anp.sum(product(a, b))))["product"] == status
    assert statuses(audit(anp.sum(product(2.0, b))))["product"] == status


def test_what_a_diagonal_was_written_onto_is_known():
    x = T([1.0, 2.0, 3.0])
    y = np.sum(np.diag(x) @ np.ones(3))
    assert statuses(audit(y)) == {"on_diagonal": "ok", "matmul": "ok", "sum": "ok"}


def test_checkpoint_is_not_checked():
    y = checkpoint(lambda x: np.sin(x))(T([1.0])).sum()
    report = audit(y)
    assert "unchecked" in report.status.values() and report.ok


def test_infinities_do_not_disturb():
    scores = np.where(np.array([True, False, False]), -np.inf, T([1.0, 2.0, 3.0]))
    assert audit(ops.softmax(scores)[1]).ok


def log_by(formula, elementwise=False):
    return primitive(lambda x: np.log(x), elementwise=elementwise).vjp(x=formula)


right, twice = log_by(lambda g, x: g / x), log_by(lambda g, x: 2 * g / x)
wrong_at_0 = log_by(lambda g, x: np.where(x == 0, -5 * g, g / x), elementwise=True)
nan_at_1 = log_by(lambda g, x: np.where(x == 1, np.nan, g / x))
zeros = np.where(np.arange(200) % 2, 0.0, 0.7)
NOT_FINITE = [
    (wrong_at_0, 0.0, "unchecked"), (np.log, [0.0, 0.0], "unchecked"),
    (lambda z: 1 / z, 0.0, "unchecked"), (right, np.zeros(100), "unchecked"),
    (right, [0.0, 1.0], "ok"), (right, [-1.0, 1.0, np.inf], "ok"), (right, zeros, "ok"),
    (twice, [0.0, 2.0], "failed"), (twice, zeros, "failed"),
    (nan_at_1, [0.0, 1.0], "failed"), (nan_at_1, np.linspace(0, 1, 100), "failed"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "at", "status"), NOT_FINITE, ids=range(len(NOT_FINITE)))
def test_where_a_value_is_not_finite_nothing_is_compared(f, at, status):
    with np.errstate(all="ignore"):
        report = audit(f(T(at)))
    assert set(report.status.values()) == {status}, report


def test_network_in_float32():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, 8, 8)).astype(np.float32)
    w1 = T(rng.standard_normal((4, 3, 3, 3)).astype(np.float32) / 5)
    w2 = T(rng.standard_normal((36, 5)).astype(np.float32) / 5)
    h = ops.max_pool(ops.relu(ops.conv(x, w1)), 2)
    y = np.mean(ops.log_softmax(h.reshape(2, -1) @ w2)[:, 0])
    report = audit(y)
    assert report.ok and "failed" not in report.status.values()
    assert list(report.status.values()).count("ok") >= 7


def test_mistakes():
    with pytest.raises(TypeError, match="audit: expected a Tensor, got float"):
        audit(1.0)
    with pytest.raises(RuntimeError, match="no graph behind"):
        audit(Tensor(1.0))
    y = T(1.0) * 2
    graph.release(y.node, "SGD.step()")
    with pytest.raises(RuntimeError, match=r"SGD.step\(\) has released"):
        audit(y)


def test_nothing_is_stored():
    t = T([1.0, 2.0])
    y = np.exp(t).sum()
    audit(y)
    assert t.grad is None and y.grad is None


@pytest.mark.parametrize("wrong", [set(), {0}, {130, 299}, set(range(300))])
def test_many_inputs_are_checked_together(wrong):
    calls = []
    squares = primitive(lambda arrays: calls.append(1) or np.stack(arrays) ** 2)
    squares.vjp(arrays=lambda g, i, arrays: g[i] * (2 + (i in wrong)) * arrays[i])
    xs = [T(1.0 + k % 7) for k in range(300)]
    y = squares(xs)
    calls.clear()
    report = audit(y)
    failed = {int(r.argument[7:-1]) for r in report.rows if r.status == "failed"}
    assert failed == (wrong if len(wrong) < 300 else set(range(12)))
    assert {r.status for r in report.rows} <= {"ok", "failed"} or len(wrong) == 300
    assert len(calls) < 300


def test_one_wrong_input_is_found_among_kinks():
    sizes = primitive(lambda arrays: np.abs(np.stack(arrays)))
    sizes.vjp(arrays=lambda g, i, arrays: g[i] * (np.sign(arrays[i]) + (i == 90) / 2))
    report = audit(sizes([T(float(k == 90)) for k in range(100)]))
    assert [r.argument for r in report.rows if r.status == "failed"] == ["arrays[90]"]
    assert sum(r.status == "kink" for r in report.rows) == 99


def test_a_function_that_writes_to_its_own_buffer_again():
    buffer = np.empty(3)
    exp = primitive(lambda x: np.exp(x, out=buffer)).vjp(x=lambda g, y: g * y)
    x = Tensor([0.0, 1.0, 2.0], requires_grad=True)
    assert not audit((exp(x) * exp(2 * x)).sum()).failed
    assert buffer.flags.writeable
