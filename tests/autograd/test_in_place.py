"""Mutate, view, record and differentiate in random order, against a functional replay.

The replay knows no sharing: every recorded Tensor has a program, a pure function of *versions* of
the leaves, and a leaf gets a new version when it is changed.  Either ``backward`` refuses, and then
a leaf that the program uses has in truth been changed; or its gradients are those of the program.
"""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from autograd import Tensor, gradients, no_grad
from autograd.errors import GraphError

SHAPE = (2, 3)
INDICES = [0, (slice(None), 1), (slice(None, None, -1), slice(0, 2)), ([0, 0, 1], [1, 1, 2]), ...]


class Machine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        rng = np.random.default_rng(0)
        self.leaves = [Tensor(rng.standard_normal(SHAPE), requires_grad=True) for _ in range(2)]
        self.versions = [[leaf.data.copy()] for leaf in self.leaves]
        self.results = []  # (Tensor, program, the leaf versions it uses)

    # -- who can be picked ------------------------------------------------------------------------

    def value(self, k):
        """A leaf or result: its Tensor, program and the versions it uses now."""
        if k < len(self.leaves):
            version = (k, len(self.versions[k]) - 1)
            return self.leaves[k], lambda env, v=version: env[v], {version}
        t, program, uses = self.results[k % len(self.results)] if self.results else self.value(0)
        return t, program, uses

    def add(self, t, program, uses):
        assert np.allclose(
            t.data, program(self.environment()), rtol=1e-9, atol=1e-9, equal_nan=True
        )
        if t.shape == SHAPE and np.abs(t.data).max() < 1e3:
            self.results.append((t, program, uses))

    def environment(self):
        return {(k, n): v for k, vs in enumerate(self.versions) for n, v in enumerate(vs)}

    picks = st.integers(0, 5)

    # -- recording --------------------------------------------------------------------------------

    @rule(a=picks, b=picks, op=st.sampled_from([np.multiply, np.add, np.subtract]))
    def combine(self, a, b, op):
        (t, p, u), (s, q, v) = self.value(a), self.value(b)
        self.add(op(t, s), lambda env: op(p(env), q(env)), u | v)

    @rule(a=picks)
    def through_a_view(self, a):
        t, p, u = self.value(a)
        view = np.reshape(t, (3, 2)).T
        back = np.transpose(np.reshape(np.transpose(view) * view.T, (2, 3)))
        self.add(back.T, lambda env: p(env) * p(env), u)

    @rule(a=picks, constant=st.sampled_from([0.5, 2.0]))
    def times_a_raw_array_that_is_then_overwritten(self, a, constant):
        t, p, u = self.value(a)
        raw = np.full(SHAPE, constant)
        y = t * raw
        raw[:] = 99.0
        self.add(y, lambda env: p(env) * constant, u)

    @rule(a=picks, b=picks)
    def times_a_detached(self, a, b):
        (t, p, u), (s, _, v) = self.value(a), self.value(b)
        if b < len(self.leaves):
            frozen = s.data.copy()
            y = t * s.detach()
            self.add(y, lambda env: p(env) * frozen, u | {("detached", *next(iter(v)))})

    # -- changing ---------------------------------------------------------------------------------

    @rule(k=st.integers(0, 1), index=st.sampled_from(INDICES), value=st.sampled_from([0.3, -1.2]))
    def change_a_leaf(self, k, index, value):
        with no_grad():
            self.leaves[k][index] = value
        changed = self.versions[k][-1].copy()
        changed[index] = value
        self.versions[k].append(changed)
        np.testing.assert_array_equal(self.leaves[k].data, changed)

    @rule(k=st.integers(0, 1), by=st.sampled_from(["+=", "*="]))
    def update_a_leaf(self, k, by):
        with no_grad():
            t = self.leaves[k]
            if by == "+=":
                t += 0.25
            else:
                t *= -0.5
        old = self.versions[k][-1]
        self.versions[k].append(old + 0.25 if by == "+=" else old * -0.5)

    @precondition(lambda self: self.results)
    @rule(a=picks, b=picks, index=st.sampled_from(INDICES))
    def assign_into_a_result(self, a, b, index):
        k = a % len(self.results)
        t, p, u = self.results[k]
        s, q, v = self.value(b)
        t[index] = s[index] * 2.0

        def program(env):
            old, new = p(env), q(env)
            out = np.array(old, dtype=np.result_type(old, new))
            out[index] = new[index] * 2.0
            return out

        holders = [n for n, r in enumerate(self.results) if r[0] is t]
        for n in holders:
            self.results[n] = (t, program, u | v)

    @precondition(lambda self: self.results)
    @rule(a=picks, b=picks)
    def multiply_a_result_in_place(self, a, b):
        k = a % len(self.results)
        t, p, u = self.results[k]
        s, q, v = self.value(b)
        t *= s
        for n in [n for n, r in enumerate(self.results) if r[0] is t]:
            self.results[n] = (t, lambda env: p(env) * q(env), u | v)

    # -- differentiating --------------------------------------------------------------------------

    @precondition(lambda self: self.results)
    @rule(a=picks)
    def differentiate(self, a):
        t, program, uses = self.results[a % len(self.results)]
        env = self.environment()
        np.testing.assert_allclose(t.data, program(env), rtol=1e-9, atol=1e-9)
        v = np.random.default_rng(1).standard_normal(SHAPE)
        try:
            got = gradients(t, self.leaves, v)
        except GraphError as e:
            assert "changed it in place" in str(e)
            outdated = [u for u in uses if u[-1] < len(self.versions[u[-2]]) - 1]
            assert outdated, "refused, but nothing it uses has changed"
            return
        for k, g in enumerate(got):
            for at in np.ndindex(SHAPE):
                moved = {}
                for (leaf, n), value in env.items():
                    moved[leaf, n] = value.astype(complex)
                    if leaf == k:
                        moved[leaf, n][at] += 1e-30j
                exact = np.sum(np.imag(program(moved)) * v) / 1e-30
                assert g[at] == pytest.approx(exact, rel=1e-7, abs=1e-7)


TestInPlace = Machine.TestCase
TestInPlace.settings = settings(max_examples=60, stateful_step_count=25)
