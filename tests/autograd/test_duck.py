"""Every operation on a strict duck array: nothing turns it into an ndarray behind its back.

So an array that lives on a GPU stays there: values, gradients and gradients of gradients.
"""

import numpy as np
import pytest

from autograd import Tensor, gradients
from autograd.trees import flatten
from tests.autograd.cases import CASES
from tests.autograd.duck import Duck

# SciPy's own functions take NumPy's arrays only
NUMPYS = [case for case in CASES if not case.op.startswith("scipy.")]


@pytest.mark.parametrize("case", NUMPYS, ids=str)
def test_a_duck_stays_a_duck(case):
    ducks = [Tensor(Duck(np.array(x)), requires_grad=True) for x in case.inputs]
    plain = [Tensor(x, requires_grad=True) for x in case.inputs]
    got, expected = flatten(case.f(*ducks))[0], flatten(case.f(*plain))[0]
    for y, e in zip(got, expected, strict=True):
        assert type(y.data) is Duck
        np.testing.assert_allclose(y.data._array, e.data, rtol=1e-12, atol=1e-14)
        v = np.random.default_rng(0).standard_normal(e.shape)
        first = gradients(y, ducks, Duck(v), create_graph=True)
        reference = gradients(e, plain, v, create_graph=True)
        for g, r in zip(first, reference, strict=True):
            assert type(g.data) is Duck
            np.testing.assert_allclose(g.data._array, r.data, rtol=1e-12, atol=1e-14)
        for g, r in zip(first, reference, strict=True):
            if r.node is None:
                continue
            for h, s in zip(
                gradients(np.real(np.sum(g * g)), ducks),
                gradients(np.real(np.sum(r * r)), plain),
                strict=True,
            ):
                assert type(h) is Duck
                np.testing.assert_allclose(h._array, s, rtol=1e-9, atol=1e-12)
