"""Displays in a notebook: what they say, and that they never raise."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import nn
from autograd import Tensor, debug, gradcheck
from autograd.insight.show import module_html


def T(v, **options):
    return Tensor(v, requires_grad=True, **options)


TENSORS = [
    Tensor(3.0), T(3.0), T([1.0, -2.5]), T(np.ones((3, 4)), name="<w>"), Tensor([True, False]),
    Tensor(np.arange(5)), Tensor([1 + 2j]), Tensor(np.ones((2, 3, 4))), Tensor(np.ones((200, 300))),
    Tensor(np.zeros((0, 3))), T(np.array([np.nan, np.inf])), T(np.ones(3, np.float32)) * 2,
    Tensor(np.ones(2_000_000, np.float32)), T([1e300, 1e300]),
]  # fmt: skip


@pytest.mark.parametrize("t", TENSORS, ids=range(len(TENSORS)))
def test_every_tensor_is_shown_as_well_formed_html(t):
    text = t._repr_html_()
    ET.fromstring(text)
    assert str(t.dtype) in text and "in its display" not in text and len(text) < 20_000
    assert repr(t).startswith("Tensor(")


def test_what_is_said():
    w = T([3.0, 4.0], name="w")
    with debug():
        y = (w * w).sum()
    assert "leaf, requires grad; gradient: None" in w._repr_html_()
    y.backward()
    assert "‖gradient‖ = 10" in w._repr_html_() and "<td" in w._repr_html_()
    assert "made by sum (test_show.py:" in y._repr_html_()
    assert "no gradient asked for" in Tensor(1.0)._repr_html_()


def test_broken_data_is_no_error():
    t = T([1.0])
    t.grad = "nonsense"
    assert "in its display" in t._repr_html_()


def test_draw_is_a_method():
    a = T(2.0)
    y = a * 3
    assert "y: 1 operation on 1 leaf" in repr(y.draw())
    assert "a = 2" in y.draw().dot.replace("</B>", "").replace("<B>", "") or "a" in y.draw().dot


def test_module():
    class Net(nn.Module):
        def __init__(self):
            self.first = nn.Linear(3, 4)
            self.second = nn.Linear(4, 2)

        def forward(self, x):
            return self.second(self.first(x))

    net = Net()
    net.first.requires_grad_(False)
    net(np.ones((2, 3), np.float32)).sum().backward()
    text = module_html(net)
    ET.fromstring(text)
    assert "Net: 10 numbers to train, 16 frozen" in text
    assert "second" in text and "Linear" in text and "[2, 4]" in text and "(frozen)" in text
    assert "in its display" in module_html(object())


def test_a_gradient_too_large_for_a_norm_is_not_left_out_of_it():
    net = nn.Linear(1_001, 1_000)
    net(np.ones((1, 1_001), np.float32)).sum().backward()
    assert "<td>1,002,000</td><td>yes</td>" in module_html(net)


def test_integers_are_shown_in_full():
    assert ">123456789<" in Tensor(np.array([123456789, -2]))._repr_html_()
    assert f">{2**63 - 1}<" in Tensor(np.array(2**63 - 1))._repr_html_()


def test_gradcheck_report_is_a_table():
    report = gradcheck(lambda x: np.sin(x), np.array([0.3]))
    ET.fromstring(report._repr_html_())
    assert "all agree" in report._repr_html_()
