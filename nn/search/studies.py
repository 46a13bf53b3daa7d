"""Optuna's part: studies and their files, what chooses configurations, what stops trials."""

import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import sqlalchemy.exc
from optuna.trial import TrialState

from autograd.errors import ValueRangeError
from nn.search.board import ERROR, Board
from nn.search.result import TrialRecord
from nn.search.space import Space

STATES = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "stopped", TrialState.FAIL: "failed"}
FACTOR = 3  # of those that come to a step of a bandit method, one in so many goes on
ATTEMPTS = 30  # to open a file whose tables another process is making


@dataclass
class Plan:
    """What is to be searched, and how."""

    objective: Any
    space: Space
    method: str
    grid: list | None
    trials: int
    seed: int
    direction: str
    max_steps: int | None
    name: str


class Given(optuna.samplers.BaseSampler):
    """Gives the values it was made with."""

    def __init__(self, values):
        self.values = values

    def infer_relative_search_space(self, study, trial):
        """No parameter depends on another."""
        return {}

    def sample_relative(self, study, trial, search_space):
        """No parameter depends on another."""
        return {}

    def sample_independent(self, study, trial, param_name, param_distribution):
        """The value for this name."""
        return self.values[param_name]


def sampler(plan, place):
    """What chooses the configuration of a place: for grid and random, the place alone does."""
    if plan.grid is not None:
        return Given(plan.grid[place])
    seed = int(np.random.SeedSequence([plan.seed, place]).generate_state(1)[0])
    if plan.method == "tpe":
        with warnings.catch_warnings():  # Optuna 4 calls constant_liar experimental
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return optuna.samplers.TPESampler(seed=seed, multivariate=False, constant_liar=True)
    return optuna.samplers.RandomSampler(seed=seed)


def pruner(plan):
    """What stops trials."""
    if plan.method == "successive_halving":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=FACTOR)
    if plan.method == "hyperband":
        return optuna.pruners.HyperbandPruner(
            min_resource=1, max_resource=plan.max_steps or "auto", reduction_factor=FACTOR
        )
    return optuna.pruners.NopPruner()


def open_study(plan, storage, check=False):
    """The study of this name in a file, or a new one; in memory without a file.

    Raises
    ------
    ValueRangeError
        The study there is of another space, direction or grid, or the file is no storage.
    """
    path = None if storage is None else Path(storage).absolute()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(ATTEMPTS):
        try:
            study = optuna.create_study(
                storage=path
                and optuna.storages.RDBStorage(
                    f"sqlite:///{path}", engine_kwargs={"connect_args": {"timeout": 60}}
                ),
                study_name=plan.name,
                direction=plan.direction,
                load_if_exists=True,
                pruner=pruner(plan),
            )
            break
        except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError) as e:
            # Where several begin at once with a new file, each tries to make its tables.
            raced = "not a database" not in str(e) and "unable to open" not in str(e)
            if raced and attempt < ATTEMPTS - 1:
                time.sleep(0.2)
                continue
            raise ValueRangeError(
                f"search: {path} cannot be used as a storage ({str(e).splitlines()[0]}). Give the "
                "path of a new file, or of one that a search has made."
            ) from None
    if check:
        agree(plan, study)
        if plan.grid is not None:
            agree_with_grid(plan, study)
    return study


def agree(plan, study):
    """Raise unless the study is for this space and direction; note them in a new one."""
    mine = plan.space.describe()
    begun = study.get_trials(deepcopy=False)  # looked at first: another may be just beginning
    there = study.user_attrs.get("space")
    if there is None and not begun:
        study.set_user_attr("space", mine)
        there = mine
    differ = [n for n in {**mine, **(there or {})} if mine.get(n) != (there or {}).get(n)]
    direction = study.direction.name.lower()
    if differ or direction != plan.direction:
        lines = [
            f"{n}: {(there or {}).get(n, 'none')} there, {mine.get(n, 'none')} here" for n in differ
        ]
        lines += [f"{direction} there, {plan.direction} here"] * (direction != plan.direction)
        raise ValueRangeError(
            f"search: the storage has a search {plan.name!r} that differs from this one: "
            f"{'; '.join(lines)}. Give this one another name=, or another file."
        )


def agree_with_grid(plan, study):
    """Raise unless the trials that are there are those of the grid: it would have gaps otherwise.

    They come from another method, or from the same names in another order.
    """
    board = Board(study)
    for trial in board.trials:
        place = board.place(trial)
        if place < len(plan.grid) and not trial.params.items() <= plan.grid[place].items():
            raise ValueRangeError(
                f"search: trial {place} of the search {plan.name!r} in the storage has "
                f"{plan.space.config(trial.params)}, not what this grid has there, "
                f"{plan.space.config(plan.grid[place])}, so combinations would be left out. Give "
                "the names in the order they had, or this search another name=, or another file."
            )


def release(study):
    """Close the connections to the file."""
    backend = getattr(study._storage, "_backend", study._storage)
    if hasattr(backend, "engine"):
        study._storage.remove_session()
        backend.engine.dispose()


def record(plan, place, trial):
    """A trial in our own words."""
    state = STATES[trial.state]
    curve = dict(trial.intermediate_values)
    value = trial.value if state == "complete" else np.nan
    if state == "stopped" and curve:
        value = curve[max(curve)]
    seconds = (trial.datetime_complete - trial.datetime_start).total_seconds()
    error = trial.user_attrs.get(ERROR, "") if state == "failed" else ""
    config = plan.space.config(trial.params)
    return TrialRecord(place, config, float(value), state, seconds, curve, error)


@contextmanager
def quiet():
    """Optuna's messages are in our own table."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
