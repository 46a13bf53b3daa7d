"""The harness itself: it runs, refuses to time wrong answers, and reports what is missing."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import growth, machine, measure, report, rows
from benchmarks.measure import Mismatch, Spread, compare
from benchmarks.processes import Failed, Own, Shared
from benchmarks.protocol import OURS, PYTORCH, Contender, Row, Targets
from benchmarks.rows import growing
from benchmarks.rows.scalars import Graph, chain, neurons
from tests.benchmarks.rows import TINY, Remembering, Wrong, made

real = measure.measure
here = partial(real, quick=True, place=Shared)


def only_ours(row: Row) -> Row:
    return replace(row, contenders=row.contenders[:1])


def against(row: Row, peer: Contender) -> Row:
    return replace(row, contenders=(row.contenders[0], peer))


@pytest.mark.parametrize("row", [neurons("scalar", samples=1), chain("chain", length=20)])
def test_scalar_rows_run(row):
    result = here(only_ours(row))
    assert len(result.samples[OURS]) == 3
    assert all(t > 0 for t in result.samples[OURS])


def test_node_counts_are_those_of_the_graph():
    from autograd import graph

    row = neurons("scalar", samples=3)
    work = row.contenders[0].make()
    before = graph.clock()
    work.step()
    assert graph.clock() - before - 1 == round(1e6 / row.scale)


def test_a_contender_has_a_process_of_its_own():
    """One that is rows.find("scalar-2k"), with its memory and the time of a block."""
    row = rows.find("scalar-2k")
    place = Own(row, row.contenders[0], steps=1)
    memory, values = place.ask("memory"), place.ask("values")
    assert 10_000_000 < memory["imported"] <= memory["peak"] < 1_000_000_000
    assert np.isfinite(values["y"]) and len(values["gradients"]) == 256
    assert place.ask("block", 1) > 0
    assert place.ask("processor seconds") > 0
    with pytest.raises(Failed, match="scalar-2k: chalkgrad raised[^$]*unknown command 'dance'"):
        place.ask("dance")
    place.close()
    assert place.process.returncode == 0


def test_a_process_that_ends_is_noticed():
    row = rows.find("scalar-2k")
    place = Own(row, row.contenders[0], steps=1)
    place.process.kill()
    with pytest.raises(Failed, match="its process ended"):
        place.ask("values")
    place.close()


def test_equal_values_are_counted_and_give_ratios():
    result = here(against(TINY, Contender("peer", made(Graph))))
    assert result.compared == 5  # the result and four gradients
    assert result.ratios()["peer"].lower <= result.ratios()["peer"].upper


def test_spread_is_median_and_quartiles():
    assert Spread.of([5.0, 1.0, 2.0, 3.0, 4.0]) == Spread(3.0, 2.0, 4.0)


def test_wrong_gradients_fail_and_say_where():
    with pytest.raises(Mismatch) as e:
        here(against(TINY, Contender("peer", made(Wrong))))
    assert str(e.value).startswith("tiny: gradients[3] is 10 in chalkgrad but 10.25 in peer")


@pytest.mark.parametrize(
    "theirs",
    [{"y": float("nan")}, {"y": [1.0]}, {}, {"y": 1.0, "z": 1.0}, {"y": 1.1}],
    ids=["nan", "shape", "missing", "extra", "value"],
)
@pytest.mark.parametrize("by_norm", [False, True])
def test_other_disagreements_fail(theirs, by_norm):
    with pytest.raises(Mismatch, match="tiny"):
        compare(replace(TINY, by_norm=by_norm), {OURS: {"y": 1.0}, "peer": theirs})


@pytest.mark.parametrize("by_norm", [False, True])
def test_nan_on_both_sides_is_no_agreement(by_norm):
    nan = {"y": float("nan")}
    with pytest.raises(Mismatch):
        compare(replace(TINY, by_norm=by_norm), {OURS: nan, "peer": nan})


def test_by_norm_one_element_may_be_apart():
    row = replace(TINY, tolerance=1e-2)
    ours, theirs = {"y": np.ones(10_000)}, {"y": np.ones(10_000)}
    theirs["y"][7] += 0.5
    with pytest.raises(Mismatch, match=r"y\[7\] is 1 in chalkgrad but 1.5 in peer"):
        compare(row, {OURS: ours, "peer": theirs})
    assert compare(replace(row, by_norm=True), {OURS: ours, "peer": theirs}) == 10_000


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """The command over one given row, in this process: its status, its text, its folder."""
    monkeypatch.setattr(command, "set_threads", lambda n: None)

    def call(row):
        monkeypatch.setattr(measure, "measure", partial(real, place=Shared))
        monkeypatch.setattr(rows, "ROWS", {row.name: lambda: row})
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


def test_targets_are_judged():
    limits = Targets({PYTORCH: 1e6}, memory=0.4)
    row = replace(
        against(TINY, Contender(PYTORCH, made(Graph))), targets=limits, rate=(3.0, "apples")
    )
    results = [measure.measure(row, quick=True, place=Remembering)]
    assert report.record(results, {}, True)["targets met"] == {
        "tiny: time of chalkgrad / PyTorch ≤ 1e+06": True,
        "tiny: memory of chalkgrad / PyTorch ≤ 0.4": False,  # it is 0.5
    }
    text = report.text(results)
    assert "1 of 2 targets met, missed:\n  tiny: memory of chalkgrad" in text
    assert "apples/s)" in text
    page = report.markdown(results, machine.describe(1), True)
    assert "| ≤ 1e+06 met |" in page
    assert "| PyTorch | 191 MB | 95 MB | 0.50 | ≤ 0.4 MISSED | 0.50 |" in page


def test_growth_of_tiny_sizes(monkeypatch, tmp_path):
    tiny = growing.Axis("A chain", "nodes", (40, 80, 160), lambda n: only_ours(chain("", n // 2)))
    monkeypatch.setitem(growing.AXES, "nodes", tiny)
    monkeypatch.setattr(measure, "measure", partial(real, place=Remembering))
    files = growth.run(["nodes"], machine.describe(1), True, tmp_path)
    assert [f.name for f in files][:2] == ["growth.md", "growth.json"]
    page = (tmp_path / "growth.md").read_text()
    assert "| A chain; nodes | 40 |" in page and "|  | 80 |" in page  # quick: two sizes
    assert "95 MB | - | 48 MB | - |" in page
    sizes = json.loads((tmp_path / "growth.json").read_text())["axes"]["nodes"]
    assert [s["size"] for s in sizes] == [40, 80]


@pytest.mark.parametrize("arguments", [["nonsense"], ["growth", "mlp"]])
def test_unknown_rows_are_refused(run, arguments, capsys, monkeypatch):
    monkeypatch.setattr(command, "set_threads", lambda n: None)
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert "there is no row" in capsys.readouterr().err


@pytest.mark.parametrize("name", [n for n in rows.ROWS if n != "scalar-100k"])
def test_rows_begin_with_ours_and_are_found(name):
    row = rows.find(name)
    assert row.name == name
    assert row.contenders[0].name == OURS
    names = [c.name for c in row.contenders]
    assert len(set(names)) == len(names)
    assert set(row.targets.time) <= set(names)


@pytest.mark.parametrize("axis", growing.AXES)
def test_rows_of_growth_are_found(axis):
    size = growing.AXES[axis].sizes[0]
    row = rows.find(f"growth:{axis}:{size}")
    assert row.contenders[0].name == OURS
    assert {c.name for c in row.contenders} == {OURS, PYTORCH}
