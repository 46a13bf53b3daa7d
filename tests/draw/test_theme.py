"""Colours: enough contrast, and kinds that the colour-blind can tell apart."""

import itertools

import numpy as np
import pytest

from autograd.draw.theme import DARK, LIGHT

# Machado, Oliveira and Fernandes 2009, severity 1: what linear RGB turns into
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def linear(color) -> np.ndarray:
    parts = np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(rgb) -> float:
    return float(np.array([0.2126, 0.7152, 0.0722]) @ rgb)


def contrast(a, b) -> float:
    dark, light = sorted((luminance(linear(a)), luminance(linear(b))))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb) -> np.ndarray:
    """CIE L*a*b* of linear RGB, white D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = xyz @ rgb / [0.9505, 1.0, 1.089]
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(a, b, kind=None) -> float:
    """The distance of two colours as seen by eyes of this kind; 2.3 can just be told apart."""
    seen = np.eye(3) if kind is None else np.array(BLIND[kind])
    return float(np.linalg.norm(lab(np.clip(seen @ linear(a), 0, 1)) - lab(
        np.clip(seen @ linear(b), 0, 1))))  # fmt: skip


def looks(theme):
    return [*theme.kinds.values(), *theme.marks.values()]


@pytest.mark.parametrize(("theme", "text"), [(LIGHT, 13), (DARK, 9.5)])
def test_contrast(theme, text):
    for look in theme.kinds.values():
        assert contrast(theme.text, look.fill) >= (15 if theme is LIGHT else 10)
        assert contrast(theme.gradient, look.fill) >= 4.8
    for look in looks(theme):
        assert contrast(theme.text, look.fill) >= text
        assert contrast(look.border, theme.page) >= 3
        assert contrast(look.border, look.fill) >= 3
        assert contrast(theme.shape, look.fill) >= 4.5
        assert contrast(theme.gradient, look.fill) >= 4
    assert contrast(theme.shape, theme.page) >= 4.5
    assert contrast(theme.frame, theme.page) >= 3


@pytest.mark.parametrize("kind", [None, *BLIND])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_kinds_of_boxes_can_be_told_apart(theme, kind):
    """Those of one shape by their colours; input, parameter and operation differ in shape, too."""
    shown = ("input", "parameter", "output")
    for a, b in itertools.combinations(shown, 2):
        borders = apart(theme.kinds[a].border, theme.kinds[b].border, kind)
        fills = apart(theme.kinds[a].fill, theme.kinds[b].fill, kind)
        assert max(borders, fills) > 10, (a, b, borders, fills)
    for mark in ("failed", "kink"):
        assert apart(theme.marks[mark].fill, theme.kinds["operation"].fill, kind) > 5
    assert apart(theme.marks["failed"].fill, theme.marks["ok"].fill, kind) > 5


@pytest.mark.parametrize("kind", [None, *BLIND])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_gradients_can_be_told_from_values(theme, kind):
    assert apart(theme.gradient, theme.text, kind) > 20


def test_dark_is_a_translation_of_light():
    pairs = set(zip(LIGHT.colors(), DARK.colors(), strict=True))
    assert len({light for light, _ in pairs}) == len(pairs)  # else auto would not know which
