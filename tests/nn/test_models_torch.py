"""Whole networks against PyTorch's: scores, loss and every gradient's norm, by weight name."""

from pathlib import Path

import numpy as np
import pytest

import nn
from tests.nn.torch_networks.weights import LABELS, filled, image

REFERENCES = np.load(Path(__file__).parent / "torch_networks" / "references.npz")
NETWORKS = [
    ("resnet18", {}),
    ("resnet50", {}),
    ("squeezenet1_1", {}),
    ("densenet121", {"growth": 8}),
    ("googlenet", {"batch_norm": True}),
]


@pytest.mark.parametrize("name, options", NETWORKS)
def test_a_network_is_that_of_pytorch(name, options):
    model = nn.models.build(name, classes=10, **options).astype(np.float64)
    state = {path: filled(path, a.shape) for path, a in model.state_dict().items()}
    assert sorted(state) == REFERENCES[f"{name}.names"].tolist()
    model.load_state_dict(state).eval()
    np.testing.assert_allclose(model(image()).data, REFERENCES[f"{name}.scores"], 1e-8, 1e-10)
    model.train()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    loss = nn.models.auxiliary_cross_entropy(model(image()), LABELS)
    assert float(loss.data) == pytest.approx(float(REFERENCES[f"{name}.loss"]), rel=1e-9)
    loss.backward()
    norms = [np.linalg.norm(p.grad) for _, p in sorted(model.named_parameters())]
    expected = REFERENCES[f"{name}.norms"]
    np.testing.assert_allclose(norms, expected, rtol=1e-6, atol=1e-9 * np.max(expected))
