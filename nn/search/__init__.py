"""Search for good hyper-parameters, and for a good architecture.

``nn.search(objective, space, ...)`` tries configurations (`nn.search.hyperparameters`); the
submodules hold the vocabulary of spaces, and DARTS, which finds a cell by gradients.

>>> import nn
>>> space = {"lr": nn.search.log(1e-4, 1e-1), "units": [32, 64], "depth": nn.search.integer(1, 4)}
>>> def objective(config, report):
...     return (config["depth"] - 3) ** 2 + config["lr"]
>>> found = nn.search(objective, space, trials=30, progress=False)
>>> found.config["depth"]
3
"""

import sys
import types

from nn.search.bilevel import architecture_gradient
from nn.search.cell import Cell, DerivedCell, Genotype, MixedOperation, Zero
from nn.search.darts import DARTSResult, darts
from nn.search.hyperparameters import METHODS, hyperparameters
from nn.search.result import SearchResult, TrialRecord
from nn.search.space import integer, log, uniform

__all__ = [
    "METHODS",
    "hyperparameters",
    "log",
    "uniform",
    "integer",
    "SearchResult",
    "TrialRecord",
    "darts",
    "DARTSResult",
    "Cell",
    "DerivedCell",
    "Genotype",
    "MixedOperation",
    "Zero",
    "architecture_gradient",
]


class _CallableModule(types.ModuleType):
    """This package, callable: ``nn.search(...)`` is ``nn.search.hyperparameters(...)``."""

    __call__ = staticmethod(hyperparameters)


sys.modules[__name__].__class__ = _CallableModule
