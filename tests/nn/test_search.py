"""nn.search: methods, storages that survive a kill, several processes, mistakes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import DtypeError, ValueRangeError
from nn import init
from nn.search import integer, log, uniform
from tests.nn import search_objectives as objectives

pytest.importorskip("optuna")
ROOT = Path(__file__).parents[2]
SPACE = {"x": uniform(-2, 2), "k": [0, 1]}


def search(objective, space, *args, **options):
    return nn.search(objective, space, *args, progress=False, **options)


def configs(found):
    return [t.config for t in found.trials]


def test_the_random_search_finds_the_bottom_of_a_bowl_and_depends_on_its_seed_alone():
    found = search(objectives.bowl, SPACE, trials=60)
    assert found.value < 0.1 and abs(found.config["x"] - 1) < 0.4 and found.config["k"] == 0
    again, other = (search(objectives.bowl, SPACE, trials=60, seed=s) for s in (0, 1))
    assert configs(again) == configs(found) != configs(other)
    assert len({t.config["x"] for t in found.trials}) == 60


def test_ranges_are_kept_to_and_log_is_uniform_in_the_logarithm():
    space = {"rate": log(1e-4, 1.0), "depth": integer(2, 4), "p": uniform(0.0, 0.5)}
    found = search(lambda c, report: 0.0, space, trials=120)
    rates = np.array([c["rate"] for c in configs(found)])
    assert rates.min() >= 1e-4 and rates.max() <= 1 and 0.35 < np.mean(rates < 1e-2) < 0.65
    assert {c["depth"] for c in configs(found)} == {2, 3, 4}
    assert all(0 <= c["p"] <= 0.5 for c in configs(found))


def test_a_grid_tries_every_combination_once():
    space = {"a": [1, 2, 3], "net": [nn.Tanh, nn.ReLU], "depth": integer(1, 2)}
    found = search(lambda c, report: c["a"] * c["depth"], space, "grid", direction="maximize")
    tried = {(c["a"], c["net"], c["depth"]) for c in configs(found)}
    assert len(found.trials) == len(tried) == 12
    assert found.value == 6 and found.config["a"] == 3 and found.config["depth"] == 2
    assert found.best_so_far()[-1] == 6


def test_tpe_comes_closer_than_chance():
    best = [search(objectives.bowl, SPACE, m, trials=40).value for m in ("random", "tpe")]
    assert best[1] < best[0] / 10


@pytest.mark.parametrize(
    ("method", "options"),
    [("successive_halving", {}), ("hyperband", {"max_steps": 27}), ("hyperband", {})],
)
def test_bandits_stop_what_is_bad_and_keep_what_is_good(method, options):
    found = search(objectives.curve, {"x": uniform(0, 1)}, method, trials=40, **options)
    stopped = [t for t in found.trials if t.state == "stopped"]
    steps = sum(max(t.curve) for t in found.trials)
    assert len(stopped) >= 10 and steps < 0.7 * 40 * 27
    assert all(max(t.curve) < 27 for t in stopped)
    assert found.value < np.quantile([t.config["x"] for t in found.trials], 0.1)
    assert found.value == found.best.curve[27]
    full = search(objectives.curve, {"x": uniform(0, 1)}, trials=40)
    assert all(t.state == "complete" and max(t.curve) == 27 for t in full.trials)


def test_trials_that_fail_are_kept_with_their_reason():
    def objective(c, report):
        if c["x"] == 1:
            return 1 / 0
        if c["x"] == 2:
            return float("nan")
        return Tensor(float(c["x"]), requires_grad=True) * 1

    found = search(objective, {"x": [0, 1, 2, 3]}, "grid")
    assert [t.state for t in found.trials] == ["complete", "failed", "failed", "complete"]
    assert [t.error for t in found.trials][1:3] == [
        "ZeroDivisionError: division by zero", "returned NaN",
    ]  # fmt: skip
    assert found.value == 0 and np.isnan(found.values[1:3]).all()
    text = str(found)
    assert "4 trials, 2 failed" in text and "division by zero" in text
    assert "<td>failed: returned NaN</td>" in found._repr_html_()
    none = search(lambda c, report: c["y"], {"x": [0]}, "grid")
    with pytest.raises(ValueRangeError, match="none of the 1 trials .* KeyError: 'y'"):
        _ = none.config


def test_the_random_numbers_of_a_trial_belong_to_it():
    before = init.generator()
    found = search(objectives.noisy, {"x": [0.0]}, trials=3)
    assert len(set(found.values)) == 3 and init.generator() is before
    again = search(objectives.noisy, {"x": [0.0]}, trials=2)
    assert np.array_equal(again.values, found.values[:2])


def test_a_grid_is_not_continued_from_other_trials(tmp_path):
    file, space = tmp_path / "search.sqlite", {"x": [1.0, 2.0], "k": [0, 1]}
    search(objectives.bowl, space, "grid", trials=2, storage=file)
    with pytest.raises(ValueRangeError, match=r"trial 1 .* \{'k': 1, 'x': 1.0\}, .* name="):
        search(objectives.bowl, {"k": [0, 1], "x": [1.0, 2.0]}, "grid", storage=file)
    search(objectives.bowl, space, trials=3, seed=1, storage=file, name="random")
    with pytest.raises(ValueRangeError, match="not what this grid has there"):
        search(objectives.bowl, space, "grid", storage=file, name="random")
    found = configs(search(objectives.bowl, space, "grid", storage=file))
    assert found == [{"x": x, "k": k} for x in (1.0, 2.0) for k in (0, 1)]


def test_a_search_goes_on_from_its_storage(tmp_path):
    file = tmp_path / "new" / "search.sqlite"
    whole = search(objectives.bowl, SPACE, trials=12)
    search(objectives.bowl, SPACE, trials=5, storage=file)
    calls = []

    def counted(c, report):
        calls.append(c)
        return objectives.bowl(c, report)

    found = search(counted, SPACE, trials=12, storage=file)
    assert len(calls) == 7
    assert configs(found) == configs(whole) and np.array_equal(found.values, whole.values)
    assert len(search(counted, SPACE, trials=5, storage=file).trials) == 5 and len(calls) == 7
    search(counted, {"other": [1]}, "grid", storage=file, name="another")


def test_an_interrupted_trial_runs_again(tmp_path):
    file, ran = tmp_path / "search.sqlite", []

    def objective(c, report):
        ran.append(c["x"])
        if len(ran) == 3:
            raise KeyboardInterrupt
        return c["x"]

    with pytest.raises(KeyboardInterrupt):
        search(objective, {"x": [1, 2, 3, 4]}, "grid", storage=file)
    found = search(objective, {"x": [1, 2, 3, 4]}, "grid", storage=file)
    assert ran == [1, 2, 3, 3, 4] and list(found.values) == [1, 2, 3, 4]


KILLED = """
import sys, time
import nn
from nn.search import board
board.BEAT, board.GRACE = 0.1, 1.0

def objective(config, report):
    print(config["x"], flush=True)
    time.sleep(0.1 if config["x"] < 4 else 60)
    return config["x"]

nn.search(objective, {"x": [1, 2, 3, 4, 5, 6]}, "grid", storage=sys.argv[1], progress=False)
"""


def test_a_killed_search_goes_on_and_ends_with_as_many_trials_as_asked(tmp_path, monkeypatch):
    file = tmp_path / "search.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    for line in process.stdout:
        if line.strip() == "4":
            process.kill()
    process.wait()
    process.stdout.close()
    from nn.search import board

    monkeypatch.setattr(board, "GRACE", 0.5)
    ran = []

    def objective(config, report):
        ran.append(config["x"])
        return config["x"]

    found = search(objective, {"x": [1, 2, 3, 4, 5, 6]}, "grid", storage=file)
    assert sorted(ran) == [4, 5, 6]
    assert list(found.values) == [1, 2, 3, 4, 5, 6]


def test_several_processes_share_a_storage(tmp_path, monkeypatch):
    monkeypatch.setenv("SEARCH_TEST_FOLDER", str(tmp_path))
    space = {"x": uniform(0, 1)}
    found = search(
        objectives.who, space, trials=10, processes=2, storage=tmp_path / "search.sqlite"
    )
    runs = [line.split() for line in (tmp_path / "runs.txt").read_text().splitlines()]
    assert len({pid for pid, _ in runs}) == 2 and str(os.getpid()) not in {p for p, _ in runs}
    assert sorted(float(x) for _, x in runs) == sorted(found.values) and len(runs) == 10
    alone = search(lambda c, report: c["x"], space, trials=10)
    assert configs(alone) == configs(found)  # whoever took a place gave it the same values


def test_processes_report_what_no_trial_can_mend():
    with pytest.raises(DtypeError, match="returned None for"):
        search(objectives.nothing, SPACE, trials=3, processes=2)
    with pytest.raises(DtypeError, match="as a function at the top, and import it"):
        search(lambda c, report: 0, SPACE, trials=3, processes=2)


def test_places_are_counted_right_when_two_processes_take_them_at_once(tmp_path):
    """The race that no lock prevents: both saw one place free, and both made a trial."""
    from nn.search import studies, working
    from nn.search.space import Space

    space = Space({"x": [1, 2, 3]})
    plan = studies.Plan(
        objectives.slow, space, "grid", space.grid(), 2, 0, "minimize", None, "race"
    )
    file = tmp_path / "search.sqlite"
    first, second = (studies.open_study(plan, file, check=True) for _ in range(2))
    working.one_trial(plan, first, False)
    a, b = first.ask(), second.ask()
    assert working.Board(first).mine(a, 2) and not working.Board(second).mine(b, 2)
    working.put_back(second, b, "one too many")
    working.put_back(first, a, "interrupted")
    working.work(plan, second, False, lambda done: None)
    assert [p for p, _ in working.Board(first).settled(2)] == [0, 1]
    more = studies.Plan(**{**vars(plan), "trials": 3})
    working.work(more, first, False, lambda done: None)
    found = [studies.record(more, *s) for s in working.Board(second).settled(3)]
    assert [t.value for t in found] == [1, 2, 3]
    for study in (first, second):
        studies.release(study)


def test_what_kills_its_process_twice_is_recorded_as_failed(tmp_path, monkeypatch):
    from nn.search import board, studies, working
    from nn.search.space import Space

    monkeypatch.setattr(board, "GRACE", -1.0)
    space = Space({"x": [7]})
    plan = studies.Plan(objectives.slow, space, "grid", space.grid(), 1, 0, "minimize", None, "d")
    study = studies.open_study(plan, tmp_path / "search.sqlite", check=True)
    for _ in range(2):
        study.sampler = studies.Given({"x": 0})
        space.suggest(study.ask())  # and no more is heard of it
        working.Board(study).recover(1)
    working.work(plan, study, False, lambda done: None)
    (found,) = [studies.record(plan, *s) for s in working.Board(study).settled(1)]
    assert (found.state, found.error, found.config) == (
        "failed",
        "its process died twice",
        {"x": 7},
    )
    studies.release(study)


def test_a_new_file_whose_tables_another_process_is_making(tmp_path, monkeypatch):
    import optuna
    from sqlalchemy.exc import OperationalError

    real, tries = optuna.create_study, []

    def busy(**options):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("create", {}, Exception("table studies already exists"))
        return real(**options)

    monkeypatch.setattr(optuna, "create_study", busy)
    found = search(objectives.bowl, SPACE, trials=2, storage=tmp_path / "search.sqlite")
    assert len(found.trials) == 2 and len(tries) == 2


def test_a_long_trial_gives_signs_of_life(tmp_path, monkeypatch):
    from nn.search import board, studies, working
    from nn.search.space import Space

    monkeypatch.setattr(board, "GRACE", 2.0)
    monkeypatch.setattr(board, "BEAT", 0.05)
    space, seen = Space({"x": [7]}), []
    file = tmp_path / "search.sqlite"
    plan = studies.Plan(None, space, "grid", space.grid(), 1, 0, "minimize", None, "long")
    other = studies.open_study(plan, file, check=True)

    def objective(config, report):
        for _ in range(8):
            time.sleep(0.4)
            working.Board(other).recover(1)  # what another process does meanwhile
            seen.append(len(working.Board(other).trials))
        return 1.0

    found = search(objective, {"x": [7]}, "grid", storage=file, name="long")
    assert seen == [1] * 8 and found.value == 1
    studies.release(other)


MISTAKES = [
    (({},), ValueRangeError, "the space is empty"),
    (([1, 2],), DtypeError, "must be a dict of name -> values, got list"),
    (({"x": []},), ValueRangeError, "'x' has no values"),
    (({"x": 3},), DtypeError, "'x' is a int; expected a list"),
    (
        ({"lr": (1e-4, 1e-1)},),
        DtypeError,
        r"'lr' is the tuple \(0.0001, 0.1\).* the list \[0.0001, 0.1\]; for a range nn.search",
    ),
    (({1: [2]},), DtypeError, "names in a space must be str, got 1"),
    ((SPACE, "bayes"), ValueRangeError, "unknown method 'bayes'; known: 'random', 'grid'"),
    ((SPACE, "grid"), ValueRangeError, "a grid needs a list of values for 'x'"),
    ((SPACE, "random", "up"), ValueRangeError, "unknown direction 'up'"),
]


@pytest.mark.parametrize(("args", "error", "message"), MISTAKES)
def test_mistakes(args, error, message):
    space, method, direction = (*args, *("random", "minimize")[len(args) - 1 :])
    with pytest.raises(error, match=message):
        search(objectives.bowl, space, method, direction=direction)


def test_an_objective_without_report():
    def lonely(config):
        return config["x"]

    words = (
        r"called as lonely\(config, report\), but takes \(config\). Write def lonely\(config, re"
    )
    with pytest.raises(DtypeError, match=words):
        search(lonely, {"x": [0, 1]})
    with pytest.raises(DtypeError, match=r"as objective\(config, report\)"):
        search(lambda: 0.0, {"x": [0, 1]})
    assert search(max, {"x": [0]}).trials[0].error  # says nothing of what it takes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trials": 0}, "trials must be a positive integer, got 0"),
        ({"processes": 1.5}, "processes must be a positive int"),
        ({"max_steps": -1}, "max_steps must be a positive int"),
        ({"seed": -1}, "seed must be an int from 0 on"),
    ],
)
def test_mistaken_numbers(options, message):
    with pytest.raises(ValueRangeError, match=message):
        search(objectives.bowl, SPACE, **options)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: uniform(1, 1), ValueRangeError, "low must be below high"),
        (lambda: log(0, 1), ValueRangeError, "low must be positive, got 0"),
        (lambda: integer(1, 2.5), DtypeError, "expected whole numbers, got 2.5"),
        (lambda: uniform(0, np.inf), DtypeError, "expected finite numbers"),
    ],
)
def test_mistaken_ranges(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_mistakes_of_the_objective():
    with pytest.raises(DtypeError, match="must be a function"):
        search(3, SPACE)
    with pytest.raises(DtypeError, match="returned None for {'x': 1}.* is a return missing"):
        search(lambda c, report: None, {"x": [1]})
    with pytest.raises(DtypeError, match="returned a ndarray for {'x': 1}, expected one number"):
        search(lambda c, report: np.ones(2), {"x": [1]})
    backwards = search(lambda c, report: report(0, 1.0), {"x": [1]}, "grid")
    assert "steps must be whole numbers that grow from 1 on, got 0" in backwards.trials[0].error
    with pytest.raises(ValueRangeError, match="the grid has 2 combinations, but trials=3"):
        search(objectives.bowl, {"x": [1, 2]}, "grid", trials=3)


def test_a_storage_of_another_search_is_refused_and_left_as_it_was(tmp_path):
    file = tmp_path / "search.sqlite"
    first = search(objectives.bowl, SPACE, trials=3, storage=file)
    with pytest.raises(ValueRangeError, match=r"differs .* x: uniform\(-2.0, 2.0\) there, .*name="):
        search(objectives.bowl, {**SPACE, "x": uniform(-1, 1)}, trials=3, storage=file)
    with pytest.raises(ValueRangeError, match="minimize there, maximize here"):
        search(objectives.bowl, SPACE, trials=3, storage=file, direction="maximize")
    again = search(objectives.bowl, SPACE, trials=3, storage=file)
    assert configs(again) == configs(first)
    (tmp_path / "text").write_text("no database " * 100)
    with pytest.raises(ValueRangeError, match="cannot be used as a storage"):
        search(objectives.bowl, SPACE, storage=tmp_path / "text")


def test_without_optuna_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'pip install "chalkgrad\[search\]"'):
        search(objectives.bowl, SPACE)


def test_the_figure_shows_each_parameter_and_the_curves():
    pytest.importorskip("matplotlib")
    space = {"x": uniform(0, 1), "net": [nn.Tanh, nn.ReLU]}
    found = search(objectives.curve, space, "successive_halving", trials=9)
    titles = [a.get_title() for a in found.figure().axes if a.axison]
    assert titles == ["values", "reports", "x", "net"]
    found = search(lambda c, report: c["units"], {"units": [8, 32, 128]}, "grid").figure()
    assert [t.get_text() for t in found.axes[1].get_xticklabels()] == ["8", "32", "128"]
    (legend,) = found.legends
    assert [t.get_text() for t in legend.get_texts()] == ["complete", "best so far", "best"]
    failed = search(lambda c, report: 1 / 0, {"x": [1.0]}, "grid").figure()
    assert [a.get_title() for a in failed.axes if a.axison] == ["values", "x"]
