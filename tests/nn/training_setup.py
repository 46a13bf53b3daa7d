"""A small network that learns in a moment, for the tests of the Trainer."""

import numpy as np

import nn

rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((40, 6)).astype(np.float32)
LABELS = (IMAGES[:, 0] > 0).astype(np.int64)


def network(seed=0):
    nn.init.seed(seed)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 2))


def make(model=None, lr=0.1, data=None, batch=8, **options):
    model = network() if model is None else model
    optimizer = options.pop("optimizer", None) or nn.SGD(model.parameters(), lr=lr, momentum=0.9)
    if data is None:
        data = nn.data.DataLoader((IMAGES, LABELS), batch, shuffle=True, seed=3)
    loss = options.pop("loss", nn.CrossEntropyLoss())
    return nn.Trainer(model, loss, optimizer, data, progress=False, **options)


def weights(trainer):
    return trainer.model.state_dict()


def assert_equal(a, b):
    assert a.keys() == b.keys()
    for k in a:
        np.testing.assert_array_equal(a[k], b[k], err_msg=k)
