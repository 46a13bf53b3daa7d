"""Nestings of arrays: taken apart, put together, matched."""

import gc
from collections import Counter, OrderedDict, defaultdict, namedtuple

import pytest

from autograd import grad
from autograd.errors import DtypeError, ShapeError
from autograd.trees import flatten, leaves_like, unflatten

Point = namedtuple("Point", "x y")
TREE = {"b": [1, (2, {})], "a": OrderedDict(z=3, w=Point(4, ()))}


def test_there_and_back():
    for keys, expected in ((list, [1, 2, 3, 4]), (sorted, [4, 3, 1, 2])):
        leaves, structure = flatten(TREE, keys)
        assert leaves == expected
        back = unflatten(structure, leaves)
        assert back == TREE
        assert list(back) == ["b", "a"]
        assert type(back["a"]) is OrderedDict
        assert type(back["a"]["w"]) is Point
    assert flatten(5) == ([5], None)
    assert unflatten(None, [5]) == 5


def test_matched_by_key():
    structure = flatten(TREE)[1]
    other = {"a": {"w": (40, []), "z": 30}, "b": (10, [20, {}])}
    assert leaves_like(structure, other, "the other") == [10, 20, 30, 40]
    with pytest.raises(ShapeError, match="mine: expected a list of 2, got list of 1"):
        leaves_like(structure, {"a": 1, "b": [1]}, "mine")
    with pytest.raises(ShapeError, match=r"a dict with the keys \['b', 'a'\], got int"):
        leaves_like(structure, 3, "mine")
    with pytest.raises(ShapeError, match=r"got dict with the keys \['c'\]"):
        leaves_like(structure, {"c": 3}, "mine")


def test_dicts_of_other_kinds():
    assert grad(lambda p: p["w"] ** 2)(Counter(w=3.0)) == {"w": 6.0}  # not counted again
    with pytest.raises(DtypeError, match=r"defaultdict cannot be made again .* Pass a plain dict"):
        grad(lambda p: p["w"] ** 2)(defaultdict(float, w=3.0))


def test_no_cycles_are_left_behind():
    gc.collect()
    gc.disable()
    try:
        leaves, structure = flatten(TREE, sorted)
        leaves_like(structure, unflatten(structure, leaves), "")
        assert gc.collect() == 0
    finally:
        gc.enable()
