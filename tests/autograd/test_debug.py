"""`debug`: lines, the first value that is not finite, and nothing left behind."""

import gc
import re
import threading
from pathlib import Path

import numpy as np
import pytest

from autograd import NonFiniteError, Tensor, debug, explain, gradients, no_grad, ops, recording
from autograd.insight.lines import line_of, records, unrecorded


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


def T(v, **options):
    return Tensor(v, requires_grad=True, **options)


x = T([1.0, 0.0, -1.0])
MASK = np.array([True, False, True])

FOUND = [
    # what happens, and what is said of it
    (lambda: np.log(x), r"log gave NaN at \[2\] \(1 of 3 elements\).*no real logarithm.*x = -1\."),
    (lambda: np.log(x[:2]), r"log gave -inf at \[1\].*log 0 is -inf. There x = 0\."),
    (lambda: np.sqrt(x), r"sqrt gave NaN at \[2\].*no real square root"),
    (lambda: 1 / x, r"divide gave inf at \[1\].*division by 0. There a = 1, b = 0\."),
    (lambda: x / x, r"divide gave NaN at \[1\].*There a = 0, b = 0"),
    (lambda: np.arccos(x * 2), r"arccos gave NaN at \[0\], \[2\] \(2 of 3.*from -1 to 1"),
    (lambda: x**-0.5, r"power gave NaN at \[2\].*no whole number"),
    (lambda: np.exp(x * 1e3), r"exp gave inf at \[0\].*too large for float64, which ends at 1.8e"),
    (lambda: np.exp(x.astype("f4") * 100), r"too large for float32, which ends at 3.4e\+38"),
    (lambda: (x * 1e308 * 10).sum(), r"multiply gave inf at \[0\], \[2\]"),
    (lambda: np.array([1, np.nan, 2]) * x, r"its argument 'a' holds NaN already, at \[1\]"),
    (lambda: T([np.nan]) + 1, "its argument 'a' holds NaN already"),
    (lambda: np.where(MASK, -np.inf, x) * 0, r"multiply gave NaN.*infinities that cancel, or 0 "),
    (lambda: np.sqrt(x[:2]).sum().backward(),
     r"the derivative formula of sqrt for 'x' gave inf at \[1\] \(1 of 2.*There x = 0. The cotang"),
    (lambda: (x[:2] ** 0.5).sum().backward(), r"formula of power for 'a' gave inf at \[1\]"),
    (lambda: np.sqrt(x[0] - 1).backward(), r"gave inf \(.*It had x = 0. The cotangent.* was 1\."),
    (lambda: (Tensor([3.0, 1.0, 2.0]) / (T(1.0) - np.array([0, 1, 0]))).sum().backward(),
     r"divide gave inf at \[1\]"),
    (lambda: np.sqrt(T(1.0) * np.array([4.0, 0.0, 1.0])).sum().backward(), r"at \[1\] \(1 of 3"),
    (lambda: ((T(1.0) - np.array([1.5, 1.0])) ** 2.0 * T([1.0, np.inf])).sum(), "0 times infinity"),
    (lambda: (np.array([4.0, 0.0]) ** T(-0.5)), r"0 to a negative power. There a = 0, b = -0.5"),
    (lambda: (np.abs(T(0.0) * np.ones(3)) ** 0.5).sum().backward(), "infinite at a = 0 for b < 1"),
    (lambda: np.power(np.array([2.0, -2.0]), T(3.0)).sum().backward(),
     r"for 'b' gave NaN \(.*a\^b log a needs a > 0. It had a = -2, b = 3. The cotangent .* was 1"),
    (lambda: np.cbrt(x).sum().backward(), r"formula of cbrt for 'x' gave inf.*infinite at x = 0"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "words"), FOUND)
def test_stops(f, words):
    with pytest.raises(NonFiniteError, match="test_debug.py:") as e, debug():
        f()
    assert re.search(words, str(e.value), re.DOTALL), str(e.value)
    assert isinstance(e.value, FloatingPointError)
    assert e.value.found.line.code in Path(__file__).read_text()
    assert recording.state.watcher is None and not recording.special


FINE = [
    lambda: np.where(MASK, -np.inf, x),
    lambda: np.maximum(np.where(MASK, -np.inf, x), 0).sum().backward(),
    lambda: ops.softmax(np.where(np.array([True, False, False]), -np.inf, x)).sum().backward(),
    lambda: np.where(x.data > 0, np.sqrt(np.where(x.data > 0, x, 1.0)), 0.0).sum().backward(),
]


@pytest.mark.parametrize("f", FINE)
def test_does_not_stop(f):
    with debug() as seen:
        f()
    assert seen.found == []


def test_collects():
    t = T([4.0, 0.0])
    with debug(stop=False) as seen:
        y = np.sqrt(t)
        z = np.log(y)
        (z * 2 + y).sum().backward()
    assert [(f.op, f.argument, f.what) for f in seen.found] == [
        ("log", None, "-inf"), ("log", "x", "inf"),
    ]  # fmt: skip
    assert seen.found[0].line.code == "z = np.log(y)"
    assert np.isinf(t.grad[1])


def helper(t):
    return t * 2


def test_lines_are_the_users():
    with debug():
        y = helper(np.linalg.norm(T([3.0, 4.0])))
        z = ops.max_pool(T(np.ones((1, 1, 4, 4))), 2)
    assert line_of(y.node).code == "return t * 2" and line_of(y.node).function == "helper"
    assert line_of(y.node.parents[0]).code.startswith("y = helper(")
    assert "z = ops.max_pool" in str(line_of(z.node))
    assert line_of((y * 1).node) is None


def test_errors_of_backward_name_the_line():
    t = T([1.0, 2.0])
    with pytest.raises(RuntimeError, match="changed it in place") as e, debug(), debug():
        y = (t * t).sum()
        with no_grad():
            t.assign(0)
        y.backward()
    assert sum("y = (t * t).sum()" in note for note in e.value.__notes__) == 1


def test_nested_and_decorator():
    with debug(stop=False) as outer:
        with debug(stop=False) as inner:
            np.log(x)
        assert recording.state.watcher is outer
        1 / x
    assert [f.op for f in inner.found] == ["log"] and [f.op for f in outer.found] == ["divide"]

    @debug(stop=False)
    def f(t):
        "Doc."
        return np.log(t)

    f(x)
    assert f.__name__ == "f" and f.__doc__ == "Doc." and recording.state.watcher is None

    @debug()
    def g(t):
        return g(t - 1) if t.data[0] > 0 else np.log(t)

    with pytest.raises(NonFiniteError):
        g(x)
    assert recording.state.watcher is None and not recording.special


def test_another_watcher_is_told_too():
    class Counts(recording.Watcher):
        made_ = passed_ = computed = 0

        def compute(self, op, args, options):
            self.computed += 1
            return super().compute(op, args, options)

        def made(self, node, value):
            self.made_ += 1

        def passed(self, node, k, g):
            self.passed_ += 1

    with recording.watched(Counts()) as counts, debug() as d:
        (x * 2).sum().backward()
        with d, debug():
            (x * 2).sum().backward()
    assert (counts.made_, counts.passed_, counts.computed) == (4, 4, 4)


def test_other_threads_are_not_watched():
    done = []
    with debug():
        thread = threading.Thread(target=lambda: done.append(np.sin(x)))
        thread.start()
        thread.join()
    assert done and line_of(done[0].node) is None


def test_same_numbers_and_nothing_kept_after_the_graph():
    gc.collect()
    before = len(records)
    t, u = T([0.3, 0.7]), T([0.3, 0.7])
    with debug():
        y = np.sin(t * t).sum()
        y.backward()
    np.sin(u * u).sum().backward()
    assert np.array_equal(t.grad, u.grad)
    assert len(records) == before + 3
    del y
    assert len(records) == before


def test_formulas_are_not_noted_as_the_users():
    unrecorded.clear()
    with debug():
        t = T([1.0, 2.0])
        ops.silu(t)[0].backward()
    assert not unrecorded


def test_derivatives_of_derivatives():
    t = T([0.5, 0.7])
    with debug():
        slope = gradients(np.sin(t).sum(), t, create_graph=True)
        slope.sum().backward()
    assert np.allclose(t.grad, -np.sin(t.data))
    with pytest.raises(NonFiniteError, match="formula of sqrt"), debug():
        gradients(np.sqrt(x[:2]).sum(), x, create_graph=True)


def test_explain_has_lines():
    t = T([1.0, 2.0])
    with debug():
        y = (t * 3).sum()
    assert "multiply (test_debug.py:" in str(explain(t, of=y))
