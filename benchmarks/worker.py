"""The process of one contender: it answers commands on its standard input, one at a time.

Each contender has a process of its own, so that its memory is its own, no other library's threads,
garbage or import are in its way, and it may come from another environment.
"""

import importlib
import os
import pickle
import sys
import traceback

from benchmarks import timing


class Server:
    """A contender's work after some steps, with the memory that it took to get there."""

    def __init__(self, row: str, contender: str, steps: str):
        from benchmarks.rows import find

        chosen = next(c for c in find(row).contenders if c.name == contender)
        for module in chosen.imports:
            importlib.import_module(module)
        imported = timing.memory(peak=False)
        self.work = chosen.make()
        timing.forget_peak()
        for _ in range(int(steps)):
            self.work.step()
        self.memory = {"peak": timing.memory(peak=True), "imported": imported}

    def answer(self, command: str, *arguments):
        """The result of one command."""
        if command == "memory":
            return self.memory
        if command == "values":
            return self.work.values()
        if command == "block":
            return timing.block(self.work.step, *arguments)
        if command == "processor seconds":
            return timing.processor_seconds()
        raise ValueError(f"unknown command {command!r}")


def main():
    """Serve until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the answers
    server = None
    while True:
        try:
            command = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            server = server or Server(*sys.argv[2:])
            answer = True, server.answer(*command)
        except Exception:
            answer = False, traceback.format_exc()
        pickle.dump(answer, answers)
        answers.flush()
