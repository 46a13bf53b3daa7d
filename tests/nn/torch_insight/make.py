"""Make references.npz: attributions of a small network, computed by PyTorch in float64.

Run with PyTorch:  python tests/nn/torch_insight/make.py

Guided backprop and deconvnet are written as `torch.autograd.Function`, Grad-CAM, occlusion and the
attacks as loops, independently of `nn.insight`.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from network import EPS, FILL, PATCH, SHAPES, STEPS, STRIDE, TARGET, filled, pictures
from torch import nn


class Guided(torch.autograd.Function):
    """y = min(max(x, 0), top); back goes what is positive, where 0 < x < top."""

    @staticmethod
    def forward(ctx, x, top):
        ctx.save_for_backward((x > 0) & (x < top))
        return x.clamp(0, top)

    @staticmethod
    def backward(ctx, g):
        (through,) = ctx.saved_tensors
        return torch.where(through & (g > 0), g, torch.zeros_like(g)), None


class Deconv(torch.autograd.Function):
    """y = min(max(x, 0), top); back goes what is positive."""

    @staticmethod
    def forward(ctx, x, top):
        return x.clamp(0, top)

    @staticmethod
    def backward(ctx, g):
        return g.clamp(min=0), None


def plain(x, top):
    return F.relu(x) if top == float("inf") else F.relu6(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, padding=1)
        self.bn = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.conv3 = nn.Conv2d(6, 8, 3)
        self.fc = nn.Linear(8, 5)
        self.relu = plain

    def forward(self, x):
        infinite = float("inf")
        y = self.relu(self.bn(self.conv1(x)), infinite)
        y = y + self.relu(3 * self.conv2(y), 6.0)
        y = F.max_pool2d(y, 2)
        self.maps = self.relu(self.conv3(y), infinite)
        return self.fc(self.maps.mean((2, 3)))


def gradient(net, x):
    x = x.clone().requires_grad_()
    scores = net(x)
    chosen = scores.gather(1, torch.tensor(TARGET)[:, None]).sum()
    return torch.autograd.grad(chosen, x)[0]


def cam(net, x):
    scores = net(x)
    chosen = scores.gather(1, torch.tensor(TARGET)[:, None]).sum()
    g = torch.autograd.grad(chosen, net.maps)[0]
    maps = F.relu(torch.einsum("nc,nchw->nhw", g.mean((2, 3)), net.maps))
    large = F.interpolate(maps[:, None], x.shape[2:], mode="bilinear", align_corners=False)
    return maps, large[:, 0]


def occluded(net, x):
    rows = [*range(0, x.shape[2] - PATCH + 1, STRIDE)]
    columns = [*range(0, x.shape[3] - PATCH + 1, STRIDE)]
    rows += [x.shape[2] - PATCH] if rows[-1] != x.shape[2] - PATCH else []
    columns += [x.shape[3] - PATCH] if columns[-1] != x.shape[3] - PATCH else []
    found = torch.zeros(len(x), len(rows), len(columns), dtype=x.dtype)
    for n, k in enumerate(TARGET):
        for i, top in enumerate(rows):
            for j, left in enumerate(columns):
                hidden = x[n : n + 1].clone()
                hidden[..., top : top + PATCH, left : left + PATCH] = FILL
                found[n, i, j] = net(hidden)[0, k]
    return found


def attacked(net, x, eps, steps):
    y = x.clone()
    for _ in range(steps):
        y.requires_grad_()
        loss = F.cross_entropy(net(y), torch.tensor(TARGET), reduction="sum")
        g = torch.autograd.grad(loss, y)[0]
        size = eps if steps == 1 else 2.5 * eps / steps
        y = (y.detach() + size * g.sign()).clamp(x - eps, x + eps).clamp(0, 1)
    return y


def main():
    net = Net().double().eval()
    state = {name: torch.tensor(filled(name)) for name in SHAPES}
    net.load_state_dict(state | {"bn.num_batches_tracked": torch.tensor(0)})
    x = torch.tensor(pictures())
    found = {"scores": net(x), "gradient": gradient(net, x)}
    found["cam.maps"], found["cam"] = cam(net, x)
    path = [gradient(net, x * (k + 0.5) / 16) for k in range(16)]
    found["integrated"] = x * sum(path) / 16
    with torch.no_grad():
        found["occlusion"] = occluded(net, x)
    found["fgsm"], found["iterated"] = attacked(net, x, EPS, 1), attacked(net, x, EPS, STEPS)
    net.relu = Guided.apply
    found["guided"] = gradient(net, x)
    net.relu = Deconv.apply
    found["deconvnet"] = gradient(net, x)
    arrays = {name: t.detach().numpy() for name, t in found.items()}
    np.savez_compressed(Path(__file__).parent / "references.npz", **arrays)


if __name__ == "__main__":
    main()
