"""`live_graph`: every graph that is alive, its size, and who keeps it."""

import gc
import weakref

import numpy as np
import pytest

from autograd import Tensor, audit, debug, graph, live_graph


@pytest.fixture(autouse=True)
def alone():
    gc.collect()


def T(v, **options):
    return Tensor(v, requires_grad=True, **options)


def kept_by(name):
    """The graphs that a variable of this name keeps."""
    return [g for g in live_graph().graphs if name in g.kept_by]


def test_variables_lists_dicts_attributes_and_closures():
    class Thing:
        pass

    w = T(np.ones(1000))
    losses = [(w * w).sum() for _ in range(2)]
    thing, table = Thing(), {"k": [np.sin(w)]}
    thing.state = np.exp(w)
    inner = np.cos(w)

    def closure():
        return inner

    for name, op, size in (
        ("losses[0]", "sum", 8000), ("losses[1]", "sum", 8000), ("thing.state", "exp", 8000),
        ("table['k'][0]", "sin", 8000), ("inner", "cos", 8000),
    ):  # fmt: skip
        (found,) = kept_by(name)
        assert (found.op, found.bytes) == (op, size), name
    assert "closure's inner" in kept_by("inner")[0].kept_by
    assert losses and table and closure


def test_counts_and_shared_memory():
    w = T(np.ones(500))
    mine = np.exp(np.sin(w) * w)
    (found,) = kept_by("mine")
    # sin saves w; multiply w and sin(w); exp its result: three arrays of 4,000 bytes
    assert (found.nodes, found.bytes, found.shape) == (4, 12_000, (500,))
    assert mine.size == 500


def test_sums_over_all_graphs_count_what_they_share_once():
    before = live_graph()
    w = T(np.ones(500))
    mine, other = np.sin(w), np.cos(w)
    after = live_graph()
    assert len(after.graphs) == len(before.graphs) + 2
    assert after.bytes == before.bytes + 4000
    assert after.nodes == before.nodes + 3
    assert mine.size == other.size


def test_two_ends_of_one_graph():
    w = T(2.0)
    middle = w * 3
    left, right = middle * 2, middle * 4
    (found,) = kept_by("left")
    assert found.kept_by == ["left", "right"] and found.nodes == 4
    assert kept_by("right") == [found]
    assert left.size == right.size


def test_freed_and_released_graphs_are_gone():
    w = T(2.0)
    gone = w * 3
    n = len(live_graph().graphs)
    del gone
    assert len(live_graph().graphs) == n - 1
    released = w * 3
    graph.release(released.node, "SGD.step()")
    assert len(live_graph().graphs) == n - 1
    assert released.size == 1


def caller_of(f):
    callers_variable = T(1.0) * 2
    found = f()
    assert callers_variable.size == 1
    return found


def test_variables_of_the_callers_are_seen():
    (found,) = caller_of(lambda: kept_by("callers_variable"))
    assert found.op == "multiply"


def test_no_variable_keeps_it():
    hidden = iter([np.tan(T(np.ones(7)))])
    (found,) = [g for g in live_graph().graphs if g.op == "tan"]
    assert found.kept_by and "unknown" not in found.kept_by
    assert hidden is not None


def test_in_a_notebook_the_users_names_come_first():
    class Shell:
        """What ``exit`` leads to: everything that was displayed, once more."""

    Shell.__module__ = "IPython.core.interactiveshell"
    shell, out = Shell(), {}
    shell.result = out
    names = {"get_ipython": None, "exit": shell, "_oh": out, "Out": out, "live_graph": live_graph}
    names["J"] = names["_"] = names["_2"] = out[2] = np.tan(T(1.0))
    names["__"] = names["_1"] = out[1] = np.tan(T(2.0))
    of_shell = {"__name__": Shell.__module__}
    exec("def run(f, result):\n    return f()", of_shell)
    found = of_shell["run"](lambda: eval("live_graph()", names), names["J"]).graphs
    assert sorted(g.kept_by for g in found if g.op == "tan") == [["J", "Out[2]"], ["Out[1]"]]


def test_a_report_that_keeps_a_graph():
    report = audit(np.tan(T(1.0)))
    assert [g.kept_by for g in live_graph().graphs if g.op == "tan"] == [["a result of audit()"]]
    assert report


def test_many_are_abbreviated_and_lines_are_given():
    shared = T(1.0) * 2
    with debug():
        many = [shared * k for k in range(10)]
    (found,) = [g for g in live_graph().graphs if "many[0]" in g.kept_by]
    assert found.nodes == 12 and len(found.kept_by) == 4 and found.kept_by[-1] == "and 7 more"
    assert "many = [shared * k" in found.line
    assert many


def test_report_holds_nothing_and_prints():
    w = T(np.ones(10))
    y = np.exp(w)
    report = live_graph()
    watch = y.node
    ref = weakref.ref(watch)
    text = str(report)
    assert "that saved" in text and "kept by" in text and "<table>" in report._repr_html_()
    assert 2 <= report.nodes <= sum(g.nodes for g in report.graphs)
    del y, watch
    assert ref() is None


def test_idle_leaves():
    before = live_graph().idle
    leaf = T(1.0)
    assert live_graph().idle == before + 1
    assert leaf.size == 1


def test_deep_and_wide_graphs():
    x = T(1.0)
    for _ in range(30_000):
        x = x * 1.0
    many = [T(1.0) * 2 for _ in range(3_000)]
    report = live_graph()
    assert max(g.nodes for g in report.graphs) == 30_001
    assert len(report.graphs) >= 3_001 and "more graphs" in str(report)
    assert many


def test_dead_weak_proxies_are_no_hindrance():
    class Thing:
        pass

    thing = Thing()
    proxies = [weakref.proxy(thing)]
    del thing
    y = T(2.0) * 3.0
    assert y and kept_by("y") and proxies
