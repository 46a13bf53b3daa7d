"""Running a search: in this process or in several, from the start or from a storage."""

import multiprocessing
import pickle
import sys
import tempfile
import time
import traceback
from pathlib import Path

from autograd.errors import AutogradError, DtypeError, GraphError
from nn.bars import counter
from nn.search.board import Board
from nn.search.result import SearchResult
from nn.search.studies import Plan, open_study, quiet, record, release
from nn.search.working import Unusable, work


def run(plan: Plan, storage, processes: int, progress: bool) -> SearchResult:
    """Search until there are as many trials as asked."""
    if processes > 1:
        check_picklable(plan)
    with quiet(), tempfile.TemporaryDirectory() as folder:
        if storage is None and processes > 1:
            storage = Path(folder) / "search.sqlite"
        study = open_study(plan, storage, check=True)
        try:
            with counter("search", progress, total=plan.trials, unit="trial") as show:
                if processes == 1:
                    work(plan, study, storage is not None, show)
                else:
                    work_in_processes(plan, study, storage, processes, show)
            records = [record(plan, *found) for found in Board(study).settled(plan.trials)]
        finally:
            release(study)
    return SearchResult(records, plan.direction, plan.name, plan.space.logarithmic())


def check_picklable(plan):
    """Raise unless a new process can import the objective."""
    main = sys.modules.get("__main__")
    at_prompt = getattr(plan.objective, "__module__", "") == "__main__" and not hasattr(
        main, "__file__"
    )
    try:
        pickle.dumps((plan.objective, plan.space))
        why = "it was typed in a notebook or at a prompt" if at_prompt else ""
    except Exception as e:
        why = str(e)
    if why:
        raise DtypeError(
            f"search: several processes cannot share this objective or space ({why}). Put the "
            "objective into a file of its own, as a function at the top, and import it; or use "
            "processes=1."
        )


def work_in_processes(plan, study, storage, processes, show):
    """Let new processes work, and watch them."""
    context = multiprocessing.get_context("spawn")
    errors = context.SimpleQueue()
    workers = [
        context.Process(target=_worker, args=(plan, str(storage), errors), daemon=True)
        for _ in range(processes)
    ]
    for w in workers:
        w.start()
    try:
        while any(w.is_alive() for w in workers) and errors.empty():
            show(len(Board(study).settled(plan.trials)))
            time.sleep(0.2)
        if not errors.empty():
            error = errors.get()
            raise error if isinstance(error, AutogradError) else GraphError(error)
    finally:
        for w in workers:
            if w.is_alive():
                w.terminate()
            w.join()
    done = len(Board(study).settled(plan.trials))
    show(done)
    if done < plan.trials:
        codes = ", ".join(str(w.exitcode) for w in workers)
        raise GraphError(
            f"search: {done} of {plan.trials} trials are done, but the processes have ended (exit "
            f"codes {codes}). In a script the call must stand under if __name__ == '__main__': "
            "and what kills a process, a lack of memory say, must not kill all. With a storage= "
            "the same call goes on from here."
        )


def _worker(plan, storage, errors):
    """What a new process does."""
    try:
        with quiet():
            work(plan, open_study(plan, storage), True, lambda done: None)
    except AutogradError as e:
        errors.put(type(e)(str(e)) if not isinstance(e, Unusable) else DtypeError(str(e)))
    except BaseException:
        errors.put(f"search: a process failed:\n{traceback.format_exc()}")
