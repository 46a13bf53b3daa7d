"""Recording: on and off, by thread; hooks and watchers, who are told."""

import asyncio
import gc
import inspect
import itertools
import sys
import threading
import weakref

import numpy as np
import pytest

from autograd import Tensor, debug, enable_grad, no_grad, profile, recording
from autograd.errors import GraphError, ShapeError


def leaf(v, name=None):
    return Tensor(v, requires_grad=True, name=name)


def test_no_grad_nests_and_comes_back():
    x = leaf(1.0)
    with no_grad():
        assert (x * 2).node is None
        with enable_grad():
            assert (x * 2).node is not None
            with no_grad():
                assert (x * 2).node is None
        with pytest.raises(KeyError), enable_grad():
            raise KeyError
        assert (x * 2).node is None
    assert (x * 2).node is not None

    @no_grad()
    def f(t):
        return t * 2

    assert f(x).node is None
    assert f.__name__ == "f"
    assert (x * 2).node is not None


def test_recording_is_per_thread():
    x, seen = leaf(1.0), []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append((x * 2).node))
        thread.start()
        thread.join()
    assert seen[0] is not None


def test_no_grad_refuses_to_decorate_a_generator_function():
    with pytest.raises(GraphError, match="steps is a generator function.*inside it"):

        @no_grad
        def steps():
            yield 1


def test_no_grad_with_parentheses_or_without():
    x = leaf(2.0)

    @no_grad
    def bare(x):
        "Doubled."
        return 2 * x

    @no_grad()
    def called(x):
        return 2 * x

    with no_grad:
        assert not (2 * x).requires_grad
        with enable_grad():
            assert (2 * x).requires_grad and not bare(x).requires_grad
            with no_grad():
                assert not (2 * x).requires_grad
        assert not (2 * x).requires_grad
    assert (2 * x).requires_grad and not called(x).requires_grad and not bare(x).requires_grad
    assert bare.__doc__ == "Doubled." and not recording.special


def test_a_hook_that_refers_to_its_own_tensor_keeps_nothing_alive():
    def hooked():
        x = leaf(2.0)
        x.register_hook(lambda g: g + 0 * x.data)
        return weakref.ref(x.node)

    node = hooked()
    gc.collect()
    assert node() is None


def test_a_watcher_sees_every_node_and_cotangent_in_its_thread():
    class Notes(recording.Watcher):
        def __init__(self):
            self.computed, self.nodes, self.cotangents = [], [], []

        def compute(self, op, args, options):
            self.computed.append(op.__name__)
            return super().compute(op, args, options)

        def made(self, node, value):
            self.nodes.append((node.plan.op.__name__, np.shape(value)))

        def passed(self, node, k, g):
            self.cotangents.append((node.plan.of(k), float(np.sum(g))))

    a, b = Tensor(2.0, requires_grad=True), Tensor([3.0, 4.0], requires_grad=True)
    with recording.watched(Notes()) as notes:
        y = np.sum(a * b)
        y.backward()
        with no_grad():
            a * b
    a * b  # not seen
    assert notes.computed == ["multiply", "sum", "multiply"]
    assert notes.nodes == [("multiply", (2,)), ("sum", ())]
    assert notes.cotangents == [("x", 2.0), ("a", 7.0), ("b", 4.0)]
    assert not recording.special and recording.state.watcher is None


def test_hooks_see_and_replace_the_gradient():
    x, seen = leaf(np.ones(2)), []
    h = x * 3
    first = h.register_hook(lambda g: seen.append(g.copy()))
    h.register_hook(lambda g: g * 10)
    (h * 2).sum().backward()
    np.testing.assert_array_equal(seen[0], [2.0, 2.0])
    np.testing.assert_array_equal(h.grad, [20.0, 20.0])
    np.testing.assert_array_equal(x.grad, [60.0, 60.0])
    first.remove()
    first.remove()
    (h * 2).sum().backward()
    assert len(seen) == 1
    h.register_hook(lambda g: g[:1])
    with pytest.raises(ShapeError, match="hook"):
        (h * 2).sum().backward()
    with pytest.raises(GraphError, match="requires no grad"):
        Tensor(1.0).register_hook(print)


def test_an_exception_in_forward_leaves_recording_as_it_was():
    x = leaf(np.ones(2))
    with pytest.raises(ShapeError):
        np.exp(x) + np.ones(3)
    y = np.exp(x).sum()
    y.backward()
    np.testing.assert_allclose(x.grad, np.exp([1.0, 1.0]))


def test_recording_is_per_asyncio_task():
    x, seen = leaf(1.0), []

    async def evaluates():
        with no_grad():
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            seen.append((x * 2).node)

    async def trains():
        y = x * 2
        await asyncio.sleep(0)
        (y + x * 3).backward()

    async def both():
        await asyncio.gather(evaluates(), trains())

    asyncio.run(both())
    assert seen == [None] and x.grad == 5.0 and not recording.special


def test_a_task_begun_under_no_grad_records_when_the_block_has_ended():
    x, seen = leaf(1.0), []

    async def outlives():
        for _ in range(2):
            seen.append((x * 2).node is None)
            await asyncio.sleep(0)

    async def main():
        with no_grad():
            task = asyncio.create_task(outlives())
            await asyncio.sleep(0)
        await task

    asyncio.run(main())
    assert seen == [True, False]


def test_blocks_may_end_in_any_order():
    def plain():
        with no_grad():
            yield

    x, steps = leaf(1.0), plain()
    next(steps)
    with enable_grad():
        steps.close()
        assert recording.state.on and (x * 2).node is not None
        with no_grad():
            assert (x * 2).node is None
    assert (x * 2).node is not None and not recording.special


def test_a_block_of_a_generator_ends_with_it_in_whatever_thread():
    def plain():
        with no_grad():
            yield

    x, steps = leaf(1.0), plain()
    next(steps)
    thread = threading.Thread(target=steps.close)
    thread.start()
    thread.join()
    assert (x * 2).node is not None and not recording.special
    first, second = plain(), plain()
    next(first)
    with enable_grad():
        next(second)
        first.close()
        assert (x * 2).node is None
        second.close()
        assert (x * 2).node is not None
    assert not recording.special


def test_ctrl_c_on_the_way_into_a_block_leaves_nothing_set(monkeypatch):
    x, enter = leaf(1.0), recording._enter

    def interrupted(*args):
        enter(*args)
        raise KeyboardInterrupt

    with no_grad():
        monkeypatch.setattr(recording, "_enter", interrupted)
        for block in (no_grad(), enable_grad(), debug(), profile()):
            with pytest.raises(KeyboardInterrupt), block:
                pass
        monkeypatch.undo()
        assert (x * 2).node is None and recording.state.watcher is None
    assert recording.state.on and (x * 2).node is not None
    with no_grad(), profile():
        pass
    assert not recording.special


def test_ctrl_c_in_any_call_of_a_backward_pass_leaves_nothing_set():
    x = leaf(3.0)
    y = x * x + x

    def interrupted_at(n):
        """Backward, interrupted where the function number ``n`` of the engine begins."""
        calls = itertools.count()

        def trace(frame, event, arg):
            if frame.f_globals["__name__"].startswith("autograd.") and next(calls) == n:
                raise KeyboardInterrupt

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            y.backward()
        finally:
            sys.settrace(before)

    for n in itertools.count():
        x.grad = None
        try:
            interrupted_at(n)
        except KeyboardInterrupt:
            assert recording.state.on and x.grad in (None, 7.0), n
            continue
        break
    assert n > 15 and x.grad == 7.0 and not recording.special


def test_no_grad_decorates_a_coroutine():
    x = leaf(1.0)

    @no_grad
    async def evaluates():
        await asyncio.sleep(0)
        return (x * 2).node

    assert asyncio.run(evaluates()) is None and inspect.iscoroutinefunction(evaluates)
    assert (x * 2).node is not None
