"""Makes efficientnet.npz beside it: what PyTorch computes with the pretrained weights.

``python tests/nn/torch_saved/make_efficientnet.py path/to/efficientnet-lite0-57934424.pth``
"""

import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import batch_norm, conv2d, linear, pad

REPEATS = [(1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1)]  # blocks, stride


def same(x, w, stride=1, groups=1):
    """Convolution with TensorFlow's padding: the odd pixel behind."""
    sizes = []
    for n, k in zip(reversed(x.shape[2:]), reversed(w.shape[2:]), strict=True):
        total = max((math.ceil(n / stride) - 1) * stride + k - n, 0)
        sizes += [total // 2, total - total // 2]
    return conv2d(pad(x, sizes), w, stride=stride, groups=groups)


def network(w, x):
    """Scores and features of photos x (N, 3, H, W)."""

    def norm(x, name):
        parts = ("running_mean", "running_var", "weight", "bias")
        return batch_norm(x, *(w[f"{name}.{part}"] for part in parts), eps=1e-3)

    x = norm(same(x, w["_conv_stem.weight"], 2), "_bn0").clamp(0, 6)
    strides = [s if k == 0 else 1 for n, s in REPEATS for k in range(n)]
    for k, stride in enumerate(strides):
        name, y = f"_blocks.{k}.", x
        if f"{name}_expand_conv.weight" in w:
            y = norm(same(y, w[f"{name}_expand_conv.weight"]), f"{name}_bn0").clamp(0, 6)
        y = same(y, w[f"{name}_depthwise_conv.weight"], stride, y.shape[1])
        y = norm(y, f"{name}_bn1").clamp(0, 6)
        y = norm(same(y, w[f"{name}_project_conv.weight"]), f"{name}_bn2")
        x = x + y if y.shape == x.shape else y
    x = norm(same(x, w["_conv_head.weight"]), "_bn1").clamp(0, 6)
    features = x.mean((2, 3))
    return linear(features, w["_fc.weight"], w["_fc.bias"]), features


def main(path):
    """Scores of two images of a size that makes all padding uneven somewhere."""
    torch.manual_seed(0)
    x = torch.randn(2, 3, 75, 100).clamp(-1, 1)
    x = (x * 127).round().to(torch.int8)  # small to keep
    out = Path(__file__).parent / "efficientnet.npz"
    with torch.no_grad():
        scores, features = network(torch.load(path), x.float() / 127)
    np.savez_compressed(out, x=x.numpy(), scores=scores.numpy(), features=features.numpy())


if __name__ == "__main__":
    main(sys.argv[1])
