"""One function for all searches: grid, random, TPE, successive halving, Hyperband."""

import inspect
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograd.errors import DtypeError, ValueRangeError
from nn.functional.checks import positive
from nn.search.result import SearchResult
from nn.search.space import Space

METHODS = ("random", "grid", "tpe", "successive_halving", "hyperband")
TRIALS = 20


def hyperparameters(
    objective: Callable[[dict[str, Any], Callable], float],
    space: Mapping[str, Any],
    method: str = "random",
    *,
    trials: int | None = None,
    seed: int = 0,
    direction: str = "minimize",
    max_steps: int | None = None,
    storage: str | Path | None = None,
    name: str = "search",
    processes: int = 1,
    progress: bool = True,
) -> SearchResult:
    """Try configurations of a space, and tell which gave the best value: ``nn.search(...)``.

    Parameters
    ----------
    objective : callable
        ``objective(config, report) -> number``.  ``config`` is a dict with a value for every name
        of the space.  ``report(step, value)``, called with 1, 2, 3, ... after each epoch, say, lets
        the bandit methods stop what is not worth going on, and is kept as a curve in any case.
    space : dict
        Name -> a list of values of any type, `nn.search.uniform`, `nn.search.log` or
        `nn.search.integer`.
    method : str
        ``"random"`` (Bergstra and Bengio 2012); ``"grid"``, every combination once; ``"tpe"``,
        which learns from the trials before (Bergstra et al. 2011); ``"successive_halving"``
        (asynchronous; Li et al. 2020), where at steps 1, 3, 9, ... a third of the random trials go
        on; ``"hyperband"`` (Li et al. 2018), the same from several first steps.
    trials : int, optional
        How many in all, those found in ``storage`` included.  By default 20; for a grid, all of it.
    seed : int
        The k-th trial of a random search has the configuration that ``seed`` and k give it, also
        after a resume and in several processes; `nn.init.seed` is called for it likewise.
    direction : str
        ``"minimize"`` or ``"maximize"``.
    max_steps : int, optional
        For Hyperband: the number of steps of a trial that is not stopped.  By default, that of the
        first trial which ends.
    storage : path_like, optional
        An SQLite file to keep the trials in.  A search that was killed goes on from there, also in
        several processes, or started twice at the same time: trials that were cut off run again.
    name : str
        Of this search among others in the same storage.
    processes : int
        Try configurations in so many processes.  ``objective`` must then be a function of a module.
    progress : bool
        Show a bar (tqdm).

    Returns
    -------
    SearchResult
        ``.config``, ``.value``, ``.trials``, ``.figure()``; a table in a notebook and in ``print``.
        A trial that raised, or returned NaN, is in it with its error, and the search goes on.

    Raises
    ------
    ImportError
        Optuna is missing.
    ValueRangeError
        An empty space; an unknown method or direction; a storage made for another space, or,
        where a grid goes on, by another method.
    DtypeError
        The objective does not take (config, report), or returned None or anything else that is no
        number; a tuple in the space.

    Examples
    --------
    >>> import nn
    >>> def objective(config, report):
    ...     loss = 1.0
    ...     for step in range(1, 10):
    ...         loss *= config["rate"]
    ...         report(step, loss)
    ...     return loss
    >>> found = nn.search(objective, {"rate": [0.9, 0.5, 0.7]}, "grid", progress=False)
    >>> found.config, len(found.trials)
    ({'rate': 0.5}, 3)
    """
    if not callable(objective):
        raise DtypeError(
            f"search: the objective must be a function of (config, report), got "
            f"{type(objective).__name__}"
        )
    _check_arguments(objective)
    parts = Space(space)
    _one_of("method", method, METHODS)
    _one_of("direction", direction, ("minimize", "maximize"))
    grid = parts.grid() if method == "grid" else None
    if trials is None:
        trials = TRIALS if grid is None else len(grid)
    positive("search", trials=trials, processes=processes)
    if max_steps is not None:
        positive("search", max_steps=max_steps)
    if grid is not None and trials > len(grid):
        raise ValueRangeError(
            f"search: the grid has {len(grid)} combinations, but trials={trials}; leave it out"
        )
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueRangeError(f"search: seed must be an int from 0 on, got {seed!r}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its progress bars miss a widget that none here needs
            import optuna  # noqa: F401
    except ImportError:
        raise ImportError(
            'search needs Optuna, which is missing: pip install "chalkgrad[search]"'
        ) from None
    from nn.search.running import run
    from nn.search.studies import Plan

    plan = Plan(objective, parts, method, grid, trials, seed, direction, max_steps, name)
    return run(plan, storage, processes, progress)


def _check_arguments(objective):
    """Raise unless the objective takes a configuration and ``report``."""
    try:
        taken = inspect.signature(objective)
    except (TypeError, ValueError):  # of something compiled, that does not say
        return
    try:
        taken.bind({}, None)
    except TypeError:
        name = getattr(objective, "__name__", "")
        name = name if name.isidentifier() else "objective"
        raise DtypeError(
            f"search: the objective is called as {name}(config, report), but takes {taken}. Write "
            f"def {name}(config, report): report(step, value) tells how a trial goes, and need not "
            "be called."
        ) from None


def _one_of(what, value, known):
    if value not in known:
        raise ValueRangeError(
            f"search: unknown {what} {value!r}; known: {', '.join(map(repr, known))}"
        )
