"""Where a contender runs: in a process of its own, or in this one."""

import os
import pickle
import subprocess
import sys

from benchmarks import timing
from benchmarks.protocol import ROOT, Contender, Row

# In another environment the packages installed there come before this repository's.
START = """
import sys
sys.path.{}
from benchmarks.worker import main
main()
"""
HERE, ELSEWHERE = "insert(0, sys.argv[1])", "append(sys.argv[1])"


class Failed(Exception):
    """A contender could not do its work: there is nothing to compare with."""


class Own:
    """A process of its own, after ``steps``; the row is one that `benchmarks.rows.find` knows."""

    def __init__(self, row: Row, contender: Contender, steps: int):
        self.who = f"{row.name}: {contender.name}"
        environment = os.environ | dict(contender.environment)
        if contender.python is not None:
            environment.pop("PYTHONPATH", None)
        code = START.format(HERE if contender.python is None else ELSEWHERE)
        self.process = subprocess.Popen(
            [str(contender.python or sys.executable), "-P", "-c", code,
             str(ROOT), row.name, contender.name, str(steps)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
        )  # fmt: skip

    def ask(self, *command):
        """What the process answers."""
        try:
            pickle.dump(command, self.process.stdin)
            self.process.stdin.flush()
            fine, answer = pickle.load(self.process.stdout)
        except (EOFError, OSError) as e:
            raise Failed(f"{self.who}: its process ended ({self.process.wait()})") from e
        if not fine:
            raise Failed(f"{self.who} raised an exception\n{answer}")
        return answer

    def close(self):
        """End the process; one that ended before may have left a command unread."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        finally:
            self.process.stdout.close()
            self.process.wait()


class Shared:
    """This process; its memory is nobody's own."""

    def __init__(self, row: Row, contender: Contender, steps: int):
        self.work = contender.make()
        for _ in range(steps):
            self.work.step()

    def ask(self, command, *arguments):
        """The same answers."""
        if command == "memory":
            return {"peak": None, "imported": None}
        if command == "values":
            return self.work.values()
        if command == "block":
            return timing.block(self.work.step, *arguments)
        return 0.0  # its processor time is this process's

    def close(self):
        """Nothing to end."""
