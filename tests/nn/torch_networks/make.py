"""Make references.npz: scores and gradients of networks written in PyTorch, in float64.

Run with PyTorch:  python tests/nn/torch_networks/make.py

The modules below have the structure and the names that torchvision gives them.  Weights come from
a formula of their names (`weights.py`), so that only results are stored.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from weights import LABELS, filled, image


class BasicBlock(nn.Module):
    def __init__(self, n, m, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(n, m, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv2 = nn.Conv2d(m, m, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(m)
        self.downsample = shortcut(n, m, stride)

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if self.downsample else x))


class Bottleneck(nn.Module):
    def __init__(self, n, m, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(n, m, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv2 = nn.Conv2d(m, m, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(m)
        self.conv3 = nn.Conv2d(m, 4 * m, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * m)
        self.downsample = shortcut(n, 4 * m, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(y)))))
        return F.relu(y + (self.downsample(x) if self.downsample else x))


def shortcut(n, m, stride):
    if n == m and stride == 1:
        return None
    return nn.Sequential(nn.Conv2d(n, m, 1, stride, bias=False), nn.BatchNorm2d(m))


class ResNet(nn.Module):
    def __init__(self, block, wider, counts):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        n = 64
        for k, count in enumerate(counts):
            blocks = []
            for i in range(count):
                blocks.append(block(n, 64 * 2**k, 2 if k and i == 0 else 1))
                n = 64 * 2**k * wider
            setattr(self, f"layer{k + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(n, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


class Fire(nn.Module):
    def __init__(self, n, s, e):
        super().__init__()
        self.squeeze = nn.Conv2d(n, s, 1)
        self.expand1x1 = nn.Conv2d(s, e, 1)
        self.expand3x3 = nn.Conv2d(s, e, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.expand1x1(x)), F.relu(self.expand3x3(x))], 1)


class SqueezeNet(nn.Module):
    def __init__(self):
        super().__init__()

        def pool():
            return nn.MaxPool2d(3, 2, ceil_mode=True)

        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 3, 2), nn.ReLU(), pool(), Fire(64, 16, 64), Fire(128, 16, 64), pool(),
            Fire(128, 32, 128), Fire(256, 32, 128), pool(), Fire(256, 48, 192), Fire(384, 48, 192),
            Fire(384, 64, 256), Fire(512, 64, 256),
        )  # fmt: skip
        self.classifier = nn.Sequential(nn.Dropout(), nn.Conv2d(512, 10, 1), nn.ReLU())

    def forward(self, x):
        return self.classifier(self.features(x)).mean((2, 3))


class DenseLayer(nn.Module):
    def __init__(self, n, growth):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(n)
        self.conv1 = nn.Conv2d(n, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))


class DenseBlock(nn.ModuleDict):
    def forward(self, x):
        seen = [x]
        for layer in self.values():
            seen.append(layer(torch.cat(seen, 1)))
        return torch.cat(seen, 1)


class DenseNet(nn.Module):
    def __init__(self, growth):
        super().__init__()
        n = 2 * growth
        f = nn.Sequential()
        f.add_module("conv0", nn.Conv2d(3, n, 7, 2, 3, bias=False))
        f.add_module("norm0", nn.BatchNorm2d(n))
        f.add_module("relu0", nn.ReLU())
        f.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        for k, count in enumerate((6, 12, 24, 16), 1):
            layers = {
                f"denselayer{i + 1}": DenseLayer(n + i * growth, growth) for i in range(count)
            }
            f.add_module(f"denseblock{k}", DenseBlock(layers))
            n += count * growth
            if k < 4:
                t = nn.Sequential()
                t.add_module("norm", nn.BatchNorm2d(n))
                t.add_module("relu", nn.ReLU())
                t.add_module("conv", nn.Conv2d(n, n // 2, 1, bias=False))
                t.add_module("pool", nn.AvgPool2d(2, 2))
                f.add_module(f"transition{k}", t)
                n //= 2
        f.add_module("norm5", nn.BatchNorm2d(n))
        self.features, self.classifier = f, nn.Linear(n, 10)

    def forward(self, x):
        return self.classifier(F.relu(self.features(x)).mean((2, 3)))


class Conv(nn.Module):
    def __init__(self, n, m, k, **options):
        super().__init__()
        self.conv = nn.Conv2d(n, m, k, bias=False, **options)
        self.bn = nn.BatchNorm2d(m, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    def __init__(self, n, a, b3, c3, b5, c5, p):
        super().__init__()
        self.branch1 = Conv(n, a, 1)
        self.branch2 = nn.Sequential(Conv(n, b3, 1), Conv(b3, c3, 3, padding=1))
        self.branch3 = nn.Sequential(Conv(n, b5, 1), Conv(b5, c5, 3, padding=1))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), Conv(n, p, 1))

    def forward(self, x):
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([branch(x) for branch in branches], 1)


class Auxiliary(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.conv = Conv(n, 128, 1)
        self.fc1, self.fc2 = nn.Linear(2048, 1024), nn.Linear(1024, 10)

    def forward(self, x):
        x = self.conv(F.adaptive_avg_pool2d(x, (4, 4)))
        return self.fc2(F.relu(self.fc1(torch.flatten(x, 1))))


class GoogLeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = Conv(3, 64, 7, stride=2, padding=3), Conv(64, 64, 1)
        self.conv3 = Conv(64, 192, 3, padding=1)
        self.inception3a = Inception(192, 64, 96, 128, 16, 32, 32)
        self.inception3b = Inception(256, 128, 128, 192, 32, 96, 64)
        self.inception4a = Inception(480, 192, 96, 208, 16, 48, 64)
        self.inception4b = Inception(512, 160, 112, 224, 24, 64, 64)
        self.inception4c = Inception(512, 128, 128, 256, 24, 64, 64)
        self.inception4d = Inception(512, 112, 144, 288, 32, 64, 64)
        self.inception4e = Inception(528, 256, 160, 320, 32, 128, 128)
        self.inception5a = Inception(832, 256, 160, 320, 32, 128, 128)
        self.inception5b = Inception(832, 384, 192, 384, 48, 128, 128)
        self.aux1, self.aux2, self.fc = Auxiliary(512), Auxiliary(528), nn.Linear(1024, 10)

    def forward(self, x):
        x = F.max_pool2d(self.conv1(x), 3, 2, ceil_mode=True)
        x = F.max_pool2d(self.conv3(self.conv2(x)), 3, 2, ceil_mode=True)
        x = F.max_pool2d(self.inception3b(self.inception3a(x)), 3, 2, ceil_mode=True)
        x = self.inception4a(x)
        aux1 = self.aux1(x)
        x = self.inception4d(self.inception4c(self.inception4b(x)))
        aux2 = self.aux2(x)
        x = F.max_pool2d(self.inception4e(x), 2, 2, ceil_mode=True)
        x = self.inception5b(self.inception5a(x)).mean((2, 3))
        return (self.fc(x), aux2, aux1) if self.training else self.fc(x)


def results(model):
    """Scores in eval mode; loss and the norm of each gradient in training, without dropout."""
    state = {name: filled(name, tuple(v.shape)) for name, v in model.state_dict().items()}
    model.double().load_state_dict({name: torch.from_numpy(v) for name, v in state.items()})
    x, labels = torch.from_numpy(image()), torch.from_numpy(LABELS)
    model.eval()
    scores = model(x).detach().numpy()
    model.train()
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.eval()
    y = model(x)
    main, *others = y if isinstance(y, tuple) else (y,)
    loss = F.cross_entropy(main, labels) + 0.3 * sum(F.cross_entropy(o, labels) for o in others)
    loss.backward()
    norms = np.array([float(p.grad.norm()) for _, p in sorted(model.named_parameters())])
    return {"scores": scores, "loss": loss.item(), "norms": norms, "names": sorted(state)}


if __name__ == "__main__":
    networks = {
        "resnet18": ResNet(BasicBlock, 1, (2, 2, 2, 2)),
        "resnet50": ResNet(Bottleneck, 4, (3, 4, 6, 3)),
        "squeezenet1_1": SqueezeNet(),
        "densenet121": DenseNet(8),
        "googlenet": GoogLeNet(),
    }
    found = {f"{n}.{k}": v for n, net in networks.items() for k, v in results(net).items()}
    np.savez_compressed(Path(__file__).parent / "references.npz", **found)
    for name, v in found.items():
        print(name, np.shape(v), "" if name.endswith("names") else np.min(v))
