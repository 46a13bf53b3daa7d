"""One process of a search: it takes places, tries them, and stores what comes of it."""

import threading
import time
from contextlib import contextmanager

import numpy as np
import optuna
from optuna.trial import TrialState

from autograd import Tensor
from autograd.errors import DtypeError, ValueRangeError
from nn import init
from nn.search import board as marks
from nn.search.board import Board, put_back
from nn.search.studies import sampler


def work(plan, study, shared, show):
    """Take places and try them until none is left; wait for those that others are trying."""
    while True:
        board = Board(study)
        board.recover(plan.trials)
        board = Board(study)
        show(len(board.settled(plan.trials)))
        if board.next_place() < plan.trials or board.waiting():
            one_trial(plan, study, shared)
        elif board.running(plan.trials):
            time.sleep(0.1)
        else:
            return


def one_trial(plan, study, shared):
    """Begin a trial, call the objective, store what comes of it."""
    trial = study.ask()
    board = Board(study)
    place = board.place(trial)
    if not board.mine(trial, plan.trials):
        put_back(study, trial, "one too many")
        return
    study.sampler = sampler(plan, place)
    try:
        with signs_of_life(trial, shared), random_numbers(plan.seed, place):
            config = plan.space.suggest(trial)
            value = number(
                plan.objective(config, Report(trial, plan.max_steps or board.longest())), config
            )
    except Stopped:
        study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
    except Unusable:
        put_back(study, trial, "no number returned")
        raise
    except Exception as e:
        fail(study, trial, f"{type(e).__name__}: {e}")
    except BaseException:  # Ctrl-C: it is tried again when the search goes on
        put_back(study, trial, "interrupted")
        raise
    else:
        if np.isnan(value):
            fail(study, trial, "returned NaN")
        else:
            study.tell(trial, value, skip_if_finished=True)


class Report:
    """``report(step, value)``: keeps a point of the curve; ends a trial that is not worth it."""

    def __init__(self, trial, max_steps):
        self.trial, self.last, self.max_steps = trial, 0, max_steps  # there, it is done anyway

    def __call__(self, step: int, value) -> None:
        """After ``step`` steps, 1 or more, the value is this."""
        if isinstance(step, bool) or not isinstance(step, (int, np.integer)) or step <= self.last:
            raise ValueRangeError(
                f"report: steps must be whole numbers that grow from 1 on, got {step!r} after "
                f"{self.last}"
            )
        self.last = int(step)
        self.trial.report(as_float(value), self.last)
        if self.last < self.max_steps and self.trial.should_prune():
            raise Stopped


class Stopped(BaseException):
    """Ends a trial from inside `report`; no ``except Exception`` of an objective may keep it."""


class Unusable(DtypeError):
    """The objective does not return numbers: no other configuration will help."""


def number(value, config):
    """The value of an objective as a float."""
    if value is None:
        raise Unusable(
            f"search: the objective returned None for {config}. It must return the number to be "
            "minimised or maximised; is a return missing?"
        )
    try:
        return as_float(value)
    except (TypeError, ValueError):
        raise Unusable(
            f"search: the objective returned a {type(value).__name__} for {config}, expected one "
            "number"
        ) from None


def as_float(value) -> float:
    """A number, also where it is a loss with its graph."""
    return float(value.data if isinstance(value, Tensor) else value)


def fail(study, trial, error):
    """End a trial as failed, with the reason."""
    marks.set_attribute(study, trial, marks.ERROR, error)
    marks.tell_failed(study, trial)


@contextmanager
def signs_of_life(trial, shared):
    """While a trial runs, let the other processes know that this one lives."""
    if not shared:
        yield
        return
    done = threading.Event()

    def beat():
        while not done.wait(marks.BEAT):
            try:
                trial.set_user_attr(marks.ALIVE, time.time())
            except (optuna.exceptions.UpdateFinishedTrialError, RuntimeError):
                return  # others gave it up; what it finds is not stored

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def random_numbers(seed, place):
    """For one trial, the generator of `nn.init` starts from the seed and the place."""
    before = init.generator()
    init.seed([seed, place])
    try:
        yield
    finally:
        init._generator = before
