"""Tables that go by an operation's name: what has another name now would match nothing, unseen."""

import importlib
import pkgutil

import pytest

from autograd.ops import operations
from autograd.plan import OutputPlan

OUTPUT = OutputPlan().op
NAMES = operations | {OUTPUT.__name__: OUTPUT}


def tables():
    """(where, table) of the constants half of whose keys, or more, name an operation."""
    for place in modules():
        for name, table in vars(importlib.import_module(place)).items():
            if name.isupper() and isinstance(table, (dict, set, frozenset, tuple)) and table:
                known = [k for k in map(named, table) if k in NAMES]
                if 2 * len(known) >= len(table):
                    yield pytest.param(table, id=f"{place}.{name}")


def modules():
    """Where such tables are."""
    yield "autograd.wording"
    for package in ("autograd.draw", "autograd.insight", "nn.summary"):
        root = importlib.import_module(package)
        yield from (m.name for m in pkgutil.walk_packages(root.__path__, f"{package}."))


def named(key):
    """The operation in a key that may be (operation, argument)."""
    return key[0] if type(key) is tuple and key else key


TABLES = list(tables())


def test_tables_are_found():
    ids = " ".join(p.id for p in TABLES)
    for name in "WORDS SHORTER RULES COSTS ZERO FORWARD BACKWARD SAME PIECES SYMBOLS VIEWS".split():
        assert f".{name}" in ids


@pytest.mark.parametrize("table", TABLES)
def test_every_key_names_an_operation(table):
    names = {named(key) for key in table}
    assert names <= NAMES.keys()


@pytest.mark.parametrize("table", TABLES)
def test_every_key_names_an_argument(table):
    for key in table:
        if type(key) is tuple:
            op, argument = key
            assert argument in NAMES[op].names, key
