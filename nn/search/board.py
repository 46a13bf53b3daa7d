"""Who tries what: the trials in a study, as places that are each to be tried once.

Several processes share a study, and any of them may be killed.  What a trial is for follows from
what is stored when it is made, in one step, and never changes: a trial with the attribute ``place``
tries again what was lost there; every other takes the next place.  So the count is exact without a
lock: whoever finds that its place is past the end, or taken, puts its trial back.
"""

import math
import time
from collections import defaultdict

import optuna
from optuna.trial import TrialState

BEAT = 1.0  # seconds between two signs of life of a trial
GRACE = 15.0  # seconds without one after which its process counts as dead
DEATHS = 2  # a configuration that killed so many processes is not tried again

LOST, ALIVE, PLACE, ERROR, DIED = "lost", "alive", "place", "error", "deaths"


class Board:
    """The trials of a study as they are now, by place."""

    def __init__(self, study):
        self.study = study
        self.trials = study.get_trials(deepcopy=False)
        self.places = defaultdict(list)
        again = 0
        self._place = {}
        for t in sorted(self.trials, key=lambda t: t.number):
            again += PLACE in t.user_attrs
            place = t.user_attrs.get(PLACE, t.number - again)
            self.places[place].append(t)
            self._place[t.number] = place

    def place(self, trial) -> int:
        """Which of the places 0, 1, 2, ... a trial is for."""
        return self._place[trial.number]

    def mine(self, trial, count) -> bool:
        """Whether a trial that just began may go on: within ``count``, and first at its place."""
        place = self.place(trial)
        before = [t for t in self.places[place] if t.number < trial.number and not lost(t)]
        return place < count and not before

    def next_place(self) -> int:
        """The first place that no trial was ever made for."""
        return max(self.places, default=-1) + 1

    def waiting(self) -> bool:
        """Whether something lost waits to be tried again."""
        return any(t.state == TrialState.WAITING for t in self.trials)

    def running(self, count) -> bool:
        """Whether another process works at one of the first ``count`` places."""
        return any(t.state == TrialState.RUNNING and self.place(t) < count for t in self.trials)

    def longest(self) -> float:
        """The last step of the longest complete trial; infinite before there is one."""
        steps = [t.last_step for t in self.trials if t.state == TrialState.COMPLETE]
        return max((s for s in steps if s is not None), default=math.inf)

    def settled(self, count) -> list:
        """(place, trial) of the first ``count`` places that are done."""
        done = {
            place: t
            for place, trials in self.places.items()
            for t in trials
            if place < count and t.state.is_finished() and not lost(t)
        }
        return sorted(done.items())

    def recover(self, count):
        """Put back what was lost: trials whose process is dead, or that were cut off."""
        for t in self.trials:
            if t.state == TrialState.RUNNING and silent(t):
                deaths = t.user_attrs.get(DIED, 0) + 1
                key, text = (LOST, "died") if deaths < DEATHS else (ERROR, "its process died twice")
                set_attribute(self.study, t, key, text)
                tell_failed(self.study, t)
        board = Board(self.study)
        for place, trials in board.places.items():
            if place < count and all(lost(t) for t in trials):
                last = trials[-1]
                died = last.user_attrs.get(LOST) == "died"
                again = {PLACE: place, DIED: last.user_attrs.get(DIED, 0) + died}
                self.study.enqueue_trial(last.params, user_attrs=again)


def lost(trial) -> bool:
    """Whether a trial does not count, and its place is free again."""
    return trial.state == TrialState.FAIL and LOST in trial.user_attrs


def silent(trial) -> bool:
    """Whether a running trial gave no sign of life for long."""
    last = trial.user_attrs.get(ALIVE) or trial.datetime_start.timestamp()
    return time.time() - last > GRACE


def put_back(study, trial, why):
    """End a trial as one that does not count."""
    set_attribute(study, trial, LOST, why)
    tell_failed(study, trial)


def set_attribute(study, trial, key, value) -> bool:
    """Note something at a running trial; False if it has ended meanwhile."""
    try:
        optuna.trial.Trial(study, trial._trial_id).set_user_attr(key, value)
    except (optuna.exceptions.UpdateFinishedTrialError, RuntimeError):
        return False
    return True


def tell_failed(study, trial):
    """End a trial as failed, unless it has ended meanwhile."""
    study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
