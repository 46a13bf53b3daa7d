"""The rows of the table, in its order.  A new one: a file with a function, and a line here."""

from benchmarks.protocol import Row
from benchmarks.rows.imports import imports
from benchmarks.rows.networks import lenet5, mlp
from benchmarks.rows.scalars import chain, neurons

ROWS: tuple[Row, ...] = (
    neurons("scalar-2k", samples=4),
    neurons("scalar-100k", samples=201, large=True),
    chain("chain-2k", length=1000),
    mlp(),
    lenet5(),
    imports(),
)
