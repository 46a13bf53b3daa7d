"""Parameter counts that the lectures do not give, added up from the tables of the papers.

Nothing of the networks' own code is used: a layer here is its arithmetic.  Where a paper or a
library prints the number, the sum is held against that too.
"""

import importlib

import numpy as np
import pytest

import nn
from autograd import as_tensor

models = nn.models


@pytest.fixture(autouse=True)
def undrawn(monkeypatch):
    """Build large networks without drawing their numbers: zeros that take no memory."""
    zeros = lambda shape, bound: as_tensor(np.zeros(shape, np.float32)).requires_grad_()  # noqa: E731
    monkeypatch.setattr(nn.init, "uniform", zeros)
    for name in ("googlenet", "resnet", "small", "vgg"):
        module = importlib.import_module(f"nn.models.{name}")
        monkeypatch.setattr(module, "he_normal", lambda model, *args, **options: model)


def conv(n, m, k, bias=True):
    """m filters of n channels, k by k."""
    return n * m * k * k + bias * m


def normed(n, m, k):
    """A convolution without bias, and the scale and shift of batch norm."""
    return conv(n, m, k, bias=False) + 2 * m


def full(n, m):
    """A fully connected layer with its bias."""
    return n * m + m


# -- residual networks for CIFAR-10 ---------------------------------------------------------------

# He et al. 2015, "Deep residual learning", table 6: layers and millions of parameters, as printed
RESIDUAL = [(20, "0.27"), (32, "0.46"), (44, "0.66"), (56, "0.85"), (110, "1.7"), (1202, "19.4")]


def residual(depth, projected):
    """Section 4.2: 3×3 to 16, then n blocks of two convolutions of 16, of 32 and of 64."""
    n = (depth - 2) // 6
    same = sum(n * 2 * normed(w, w, 3) for w in (16, 32, 64))
    wider = sum(normed(w, 2 * w, 3) - normed(2 * w, 2 * w, 3) for w in (16, 32))
    shortcuts = sum(normed(w, 2 * w, 1) for w in (16, 32))
    return normed(3, 16, 3) + same + wider + projected * shortcuts + full(64, 10)


@pytest.mark.parametrize("depth, printed", RESIDUAL)
def test_residual_networks_for_cifar(depth, printed):
    found = models.resnet_cifar(depth).count_parameters()
    assert found == residual(depth, projected=False)
    assert f"{found / 1e6:.{len(printed.partition('.')[2])}f}" == printed


@pytest.mark.parametrize("depth", [20, 56])
def test_residual_networks_with_projections(depth):
    found = models.resnet_cifar(depth, shortcut="B").count_parameters()
    assert found == residual(depth, projected=True)


# -- GoogLeNet ------------------------------------------------------------------------------------

# Szegedy et al. 2014, "Going deeper with convolutions", table 1: channels in; #1×1, #3×3 reduce,
# #3×3, #5×5 reduce, #5×5, pool proj; pixels; "ops" in millions.  Of the column "params" four rows
# do not follow from the widths, of "ops" only one: 54 for 5a, whose widths give 51
INCEPTION = {
    "3a": (192, 64, 96, 128, 16, 32, 32, 784, 128),
    "3b": (256, 128, 128, 192, 32, 96, 64, 784, 304),
    "4a": (480, 192, 96, 208, 16, 48, 64, 196, 73),
    "4b": (512, 160, 112, 224, 24, 64, 64, 196, 88),
    "4c": (512, 128, 128, 256, 24, 64, 64, 196, 100),
    "4d": (512, 112, 144, 288, 32, 64, 64, 196, 119),
    "4e": (528, 256, 160, 320, 32, 128, 128, 196, 170),
    "5a": (832, 256, 160, 320, 32, 128, 128, 49, 51),
    "5b": (832, 384, 192, 384, 48, 128, 128, 49, 71),
}


def inception(layer, fifth, n, one, reduce3, three, reduce5, five, pool):
    """Four branches side by side; ``fifth`` is the size of the filters that the paper has 5×5."""
    return (
        layer(n, one, 1)
        + layer(n, reduce3, 1) + layer(reduce3, three, 3)
        + layer(n, reduce5, 1) + layer(reduce5, five, fifth)
        + layer(n, pool, 1)
    )  # fmt: skip


def googlenet(layer, fifth, heads):
    """The start, nine modules and the linear layer; each head sees 4a (512) or 4d (528)."""
    start = layer(3, 64, 7) + layer(64, 64, 1) + layer(64, 192, 3)
    middle = sum(inception(layer, fifth, *row[:7]) for row in INCEPTION.values())
    aux = sum(layer(n, 128, 1) + full(4 * 4 * 128, 1024) + full(1024, 1000) for n in (512, 528))
    return start + middle + full(1024, 1000) + heads * aux


@pytest.mark.parametrize("name", INCEPTION)
def test_inception_modules_against_the_table_of_the_paper(name):
    """Every weight is one multiply-add a pixel; the table has them as whole millions."""
    *widths, pixels, printed = INCEPTION[name]
    module = getattr(models.googlenet(aux=False), f"inception{name}")
    assert module.count_parameters() == inception(conv, 5, *widths)
    weights = sum(p.size for p in module.parameters() if p.ndim == 4)
    assert abs(weights * pixels / 1e6 - printed) < 1


@pytest.mark.parametrize("aux", [False, True])
def test_googlenet_of_the_paper(aux):
    found = models.googlenet(aux=aux).count_parameters()
    assert found == googlenet(conv, 5, heads=aux)
    assert found == (13_378_280 if aux else 6_998_552)


@pytest.mark.parametrize("aux", [False, True])
def test_googlenet_of_torchvision(aux):
    """Its documentation gives num_params 6624904, of the weights without auxiliary heads."""
    found = models.googlenet(batch_norm=True, aux=aux).count_parameters()
    assert found == googlenet(normed, 3, heads=aux)
    assert found == (13_004_888 if aux else 6_624_904)


def test_googlenet_of_basic_modules():
    """Figure 2 (a): no 1×1 before the larger filters, and the input itself goes on by pooling."""
    width, total = 192, conv(3, 64, 7) + conv(64, 64, 1) + conv(64, 192, 3)
    for _, one, _, three, _, five, *_ in INCEPTION.values():
        total += conv(width, one, 1) + conv(width, three, 3) + conv(width, five, 5)
        width += one + three + five
    found = models.googlenet(module="basic", aux=False).count_parameters()
    assert found == total + full(width, 1000)


# -- others ---------------------------------------------------------------------------------------


def test_zfnet():
    """Zeiler and Fergus 2013, figure 3; its caption and text give no count."""
    convolutions = (3, 96, 7), (96, 256, 5), (256, 384, 3), (384, 384, 3), (384, 256, 3)
    head = full(6 * 6 * 256, 4096) + full(4096, 4096) + full(4096, 1000)
    assert models.zfnet().count_parameters() == sum(conv(*c) for c in convolutions) + head


def test_network_in_network():
    """Lin, Chen and Yan 2013: three convolutions, each followed by two of 1×1; about 0.97 M."""
    layers = [(3, 192, 5), (192, 160, 1), (160, 96, 1), (96, 192, 5), (192, 192, 1), (192, 192, 1)]
    layers += [(192, 192, 3), (192, 192, 1), (192, 10, 1)]
    assert models.network_in_network().count_parameters() == sum(conv(*c) for c in layers)


def test_vgg16_with_batch_norm():
    """A scale and a shift for each of the 4,224 filters more; torchvision gives 138365992."""
    filters = 2 * 64 + 2 * 128 + 3 * 256 + 6 * 512
    assert models.vgg16(batch_norm=True).count_parameters() == 138_357_544 + 2 * filters
    assert 138_357_544 + 2 * filters == 138_365_992


def test_mobilenet_v1():
    """Howard et al. 2017, table 1, printed as 4.2 million."""
    total, width = normed(3, 32, 3), 32
    for filters in (64, 128, 128, 256, 256, *[512] * 6, 1024, 1024):
        total += normed(1, width, 3) + normed(width, filters, 1)
        width = filters
    assert models.mobilenet_v1().count_parameters() == total + full(1024, 1000) == 4_231_976


def test_squeezenet1_1():
    """Torchvision gives 1235496; squeeze to s, expand by e of 1×1 and e of 3×3."""
    total, width = conv(3, 64, 3) + conv(512, 1000, 1), 64
    for s, e in [(16, 64)] * 2 + [(32, 128)] * 2 + [(48, 192)] * 2 + [(64, 256)] * 2:
        total += conv(width, s, 1) + conv(s, e, 1) + conv(s, e, 3)
        width = 2 * e
    assert models.squeezenet1_1().count_parameters() == total == 1_235_496
