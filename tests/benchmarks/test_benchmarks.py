"""The harness itself: it runs, refuses to time wrong answers, and reports what is missing."""

import json
from dataclasses import replace

import pytest

from benchmarks import __main__ as command
from benchmarks import rows
from benchmarks.measure import Mismatch, compare, measure
from benchmarks.protocol import OURS, Contender, Row
from benchmarks.rows.scalars import Graph, chain, neurons, ours


def only_ours(row: Row) -> Row:
    return replace(row, contenders=row.contenders[:1])


def against(row: Row, peer: Contender) -> Row:
    return replace(row, contenders=(row.contenders[0], peer))


class Wrong(Graph):
    """A peer with one wrong gradient."""

    def values(self):
        values = super().values()
        values["gradients"][3] += 0.25
        return values


def build(leaves, relu):
    return relu(leaves[0] * leaves[1] + leaves[2]) * leaves[3]


def made(kind):
    return lambda: kind(ours(), build, [2.0, 3.0, 4.0, 5.0])


TINY = Row("tiny", "four nodes", "µs/node", (Contender(OURS, made(Graph)),), scale=1e6 / 4)


@pytest.mark.parametrize("row", [neurons("scalar", samples=1), chain("chain", length=20)])
def test_scalar_rows_run(row):
    result = measure(only_ours(row), quick=True)
    assert len(result.samples[OURS]) == 3
    assert all(t > 0 for t in result.samples[OURS])


def test_node_counts_are_those_of_the_graph():
    from autograd import graph

    row = neurons("scalar", samples=3)
    work = row.contenders[0].make()
    before = graph.clock()
    work.step()
    assert graph.clock() - before - 1 == round(1e6 / row.scale)


def test_equal_values_are_counted_and_give_ratios():
    result = measure(against(TINY, Contender("peer", made(Graph))), quick=True)
    assert result.compared == 5  # the result and four gradients
    assert result.ratios()["peer"].low <= result.ratios()["peer"].high


def test_wrong_gradients_fail_and_say_where():
    with pytest.raises(Mismatch) as e:
        measure(against(TINY, Contender("peer", made(Wrong))), quick=True)
    assert str(e.value).startswith("tiny: gradients[3] is 10 in chalkgrad but 10.25 in peer")


@pytest.mark.parametrize(
    "theirs",
    [{"y": float("nan")}, {"y": [1.0]}, {}, {"y": 1.0, "z": 1.0}],
    ids=["nan", "shape", "missing", "extra"],
)
def test_other_disagreements_fail(theirs):
    with pytest.raises(Mismatch, match="tiny"):
        compare(TINY, {OURS: {"y": 1.0}, "peer": theirs})


def test_nan_on_both_sides_is_no_agreement():
    nan = {"y": float("nan")}
    with pytest.raises(Mismatch):
        compare(TINY, {OURS: nan, "peer": nan})


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """The command over one given row: its exit status, what it printed, its folder."""
    monkeypatch.setattr(command, "set_threads", lambda n: None)

    def call(row):
        monkeypatch.setattr(rows, "ROWS", (row,))
        status = command.main([row.name, "--quick", "--out", str(tmp_path)])
        return status, capsys.readouterr(), tmp_path

    return call


def test_command_fails_loudly(run):
    status, printed, folder = run(against(TINY, Contender("peer", made(Wrong))))
    assert status == 1
    assert "10.25 in peer" in printed.err
    assert not (folder / "results.json").exists()


def test_command_writes_its_files(run):
    absent = Contender("absent", made(Graph), package="a_package_that_is_not_there")
    status, printed, folder = run(against(TINY, absent))
    assert status == 0
    assert "not installed (make bench-peers)" in printed.out
    data = json.loads((folder / "results.json").read_text())
    assert data["quick"]
    assert data["machine"]["threads"] == 2
    assert len(data["rows"][0]["samples"][OURS]) == 3
    assert data["rows"][0]["not installed"] == ["absent"]
    assert "| tiny: four nodes | chalkgrad |" in (folder / "results.md").read_text()


def test_rows_have_names_of_their_own():
    assert len({row.name for row in rows.ROWS}) == len(rows.ROWS)
    assert all(row.contenders[0].name == OURS for row in rows.ROWS)
