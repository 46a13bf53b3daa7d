"""Objectives that new processes can import, for the tests of `nn.search`."""

import os
import time
from pathlib import Path

import numpy as np

from nn import init


def bowl(config, report):
    return (config["x"] - 1) ** 2 + config["k"]


def noisy(config, report):
    return config["x"] + float(init.generator().normal())


def slow(config, report):
    time.sleep(0.02)
    return config["x"]


def who(config, report):
    """Notes which process ran it; slow enough that two processes share the work."""
    folder = Path(os.environ["SEARCH_TEST_FOLDER"])
    with open(folder / "runs.txt", "a") as file:
        file.write(f"{os.getpid()} {config['x']}\n")
    time.sleep(0.15)
    return config["x"]


def nothing(config, report):
    return None


def curve(config, report):
    for step in range(1, 28):
        value = config["x"] * (1 + np.exp(-step / 5))
        report(step, value)
    return value
