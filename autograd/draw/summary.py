"""A graph in numbers: one line for every drawing, a table in place of a graph too large to draw."""

from collections import Counter

import numpy as np

from autograd import wording
from autograd.draw.model import Box, Cell, Picture, Text

LISTED = 12  # operations that occur most often


def line(nodes: list, name: str | None) -> str:
    """``J: 3 operations on 3 leaves``."""
    leaves = sum(n.plan is None for n in nodes)
    operations = wording.counted(len(nodes) - leaves, "operation")
    return f"{name or 'output'}: {operations} on {leaves:,} lea{'f' if leaves == 1 else 'ves'}"


def table(nodes: list, name: str | None, why: str, title: str) -> tuple[Picture, str, str]:
    """A picture of one box with the counts of a graph (nodes oldest first), title, and text."""
    leaves = [n for n in nodes if n.plan is None]
    depth: dict = {}
    for n in nodes:
        depth[n] = 1 + max((depth[p] for p in n.parents), default=-1)
    counts = Counter(wording.operation(n.plan.op) for n in nodes if n.plan)
    numbers = sum(int(np.prod(n.shape)) for n in leaves)
    lines = [
        f"{wording.counted(numbers, 'number')} in the leaves",
        f"{wording.counted(depth[nodes[-1]], 'operation')} on the longest path",
        *(f"{count:,} {op}" for op, count in counts.most_common(LISTED)),
    ]
    if len(counts) > LISTED:
        lines.append(f"... and {wording.counted(len(counts) - LISTED, 'other operation')}")
    cells = [Cell([(Text(line(nodes, name), "name"),)])]
    cells += [Cell([(Text(text, "statistic"),)]) for text in lines]
    box = Box("out", "operation", "box", cells, why)
    return Picture([box], [], [(Text(why, "shape"),)]), title, "\n".join([*lines, why])
