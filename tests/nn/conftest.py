"""Every test starts from the same random numbers."""

import pytest

import nn


@pytest.fixture(autouse=True)
def seeded():
    nn.init.seed(0)
