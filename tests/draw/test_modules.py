"""Modules in drawings: frames, what is folded, and what the caller wants open."""

import re
import time
from collections import deque

import numpy as np
import pytest

import nn
from autograd.draw import draw
from autograd.errors import DtypeError, ValueRangeError
from autograd.graph import clock
from autograd.ops import relu
from autograd.primitive import primitive
from autograd.tensor import Tensor
from tests.draw.pictures import SVG, groups, leaf, words


class Block(nn.Module):
    """Three operations and a path around them."""

    def __init__(self, width=4):
        self.a, self.b = leaf(np.eye(width)), leaf(np.eye(width))

    def forward(self, x):
        return x + relu(x @ self.a) @ self.b


class Stack(nn.Module):
    """Blocks one after another, or one block so many times."""

    def __init__(self, blocks):
        self.blocks, self.head = blocks, Block()

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class Remembering(Block):
    """A module that remembers its calls, as `draw` asks of those whose result it is given."""

    def __call__(self, *inputs):
        start = clock()
        y = self.forward(*inputs)
        vars(self).setdefault("_calls", deque(maxlen=9)).append((start, clock()))
        return y


def frames(drawing) -> dict[str, tuple]:
    """The title of every frame -> where it is: left, right, top, bottom."""
    found = {}
    root = groups(drawing).root
    titles = {g.get("id"): "".join(g.itertext()) for g in root.iter(f"{SVG}g")}
    for g in root.iter(f"{SVG}g"):
        if g.get("class") == "cluster":
            corners = next(e for e in g if e.tag == f"{SVG}polygon").get("points")
            points = [tuple(map(float, p.split(","))) for p in corners.split()]
            xs, ys = zip(*points, strict=True)
            title = titles[f"{g.get('id')}-title"]
            found[" ".join(title.split())] = (min(xs), max(xs), min(ys), max(ys))
    return found


def stack(n=3, **options):
    x = np.ones((2, 4))
    return draw(Stack([Block() for _ in range(n)]), x, **options)


def test_a_frame_around_each_module(graphviz):
    found = frames(stack())
    assert list(found) == ["blocks.0 Block", "blocks.1 Block", "blocks.2 Block", "head Block"]
    for a, b in zip(list(found.values())[1:], found.values(), strict=False):
        assert a[0] > b[1] or a[1] < b[0] or a[2] > b[3] or a[3] < b[2]


def test_frames_lie_in_frames(graphviz):
    inner = nn.Sequential(Block(), Block())
    found = frames(draw(nn.Sequential(inner, Block()), np.ones((2, 4))))
    outer, part = found["0 Sequential"], found["0.1 Block"]
    assert outer[0] < part[0] and part[1] < outer[1]
    assert outer[2] < part[2] and part[3] < outer[3]


def test_frames_of_our_own_layout(nothing):
    svg = stack().svg
    assert (
        svg.count('class="cluster"') == 3 and "blocks.1 \N{NO-BREAK SPACE}Block" in svg
    )  # the first has data in it


def test_more_than_40_boxes_are_folded_and_blocks_alike_counted(renderer):
    g = groups(stack(14))
    assert len(g.boxes) <= 42  # with the input and the output
    text = "\n".join(g.text.values())
    assert words("13 more like blocks.0") in words(text) and words("own weights") in words(text)
    assert words("416 parameters") in words(text)  # 13 x 2 matrices of 16
    rest = next(k for k, t in g.text.items() if "13 more" in t)
    assert g.boxes[rest] == "folded" and "26 matmul" in g.title[rest]


def test_full_opens_all_up_to_400_boxes(graphviz):
    # and the data twice: of what is only added, the graph keeps no value to know it by
    assert len(groups(stack(14, full=True)).boxes) == 15 * 4 + 3
    assert len(groups(stack(120, full=True)).boxes) < 400


def test_layers_alike_without_frames_are_counted_too(graphviz):
    model = nn.Sequential(*[f for _ in range(12) for f in (nn.Linear(4, 4), nn.Tanh())])
    x = np.ones((2, 4), np.float32)
    assert words("11 more") in words(groups(draw(model, x)).all)
    assert len(groups(draw(model, x, full=True)).boxes) >= 24


def test_the_only_output_in_use_is_no_box(renderer):
    @primitive
    def normalised(x, w):
        return x * w, np.sum(x), np.max(x)

    normalised.vjp(x=lambda g, w: g[0] * w, w=lambda g, x: g[0] * x)
    w = leaf(np.ones((2, 4)))
    y = np.tanh(normalised(leaf(np.ones((2, 4))), w)[0])
    g = groups(draw(y))
    assert "output" not in "\n".join(t for k, t in g.text.items() if k != "out")
    assert list(g.boxes.values()).count("operation") == 2


def test_one_block_many_times_has_tied_weights(renderer):
    g = groups(draw(Stack([Block()] * 12), np.ones((2, 4))))
    text = words("\n".join(g.text.values()))
    assert words("t = 1") in text and words("t = 12") in text and words("t = 3 ... 10") in text
    assert words("×8, same weights") in text
    assert words("12 turns with the same blocks.0.a (4, 4), blocks.0.b (4, 4)") in words(g.all)


@pytest.mark.parametrize(
    "wish",
    ["blocks.9", "blocks.9*", lambda path: path == "blocks.9", ["nothing"][1:] + ["blocks.9"]],
)
def test_open_what_the_caller_wants(graphviz, wish):
    found = frames(stack(14, open=wish))
    assert "blocks.9 Block" in found and "blocks.8 Block" not in found


def test_fold_what_the_caller_wants(graphviz):
    assert list(frames(stack(fold="blocks.*"))) == ["head Block"]
    assert list(frames(stack(fold="Block"))) == []
    g = groups(stack(fold=lambda path: path.startswith("b")))
    assert list(g.boxes.values()).count("folded") == 3
    first = next(t for t in g.text.values() if "blocks.0" in t)
    assert words("blocks.0 Block 4 operations, 32 parameters") in words(first)


def test_open_around_repeated_blocks(graphviz):
    text = words("\n".join(groups(stack(14, open="blocks.9")).text.values()))
    assert words("8 more like blocks.0") in text and words("4 more like blocks.0") in text


def test_wishes_that_match_nothing_say_what_there_is():
    with pytest.raises(ValueRangeError, match=r"fold='conv9' matches nothing; there is blocks.0, "):
        stack(fold="conv9")
    with pytest.raises(DtypeError, match=r"open= expects a name such as .*got int"):
        stack(open=3)


def test_a_layer_of_one_box_has_no_frame(graphviz):
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    assert frames(draw(model, np.ones((5, 4), np.float32))) == {}


def test_calls_that_modules_remember(graphviz):
    first, second = Remembering(), Remembering()
    loss = (second(first(np.ones((2, 4)))) ** 2).sum()
    loss.backward()
    found = frames(draw(loss))
    assert list(found) == ["first Remembering", "second Remembering"]


def test_a_module_is_left_as_it_was():
    model = Stack([Block()])
    before = {m: m.__getstate__() for m in model.modules()}
    draw(model, np.ones((2, 4)))
    with pytest.raises(ValueError):
        draw(model, np.ones((2, 9)))
    assert all(m.__getstate__() == before[m] for m in model.modules())


def test_gradients_reach_folded_boxes(renderer):
    first, second = Remembering(), Remembering()
    hidden = first(np.ones((2, 4)))
    loss = (second(hidden) ** 2).mean()
    loss.backward()
    g = groups(draw(loss, fold="first"))
    box = next(t for t in g.text.values() if "first" in t)
    norm = f"{np.linalg.norm(hidden.grad):.3g}"
    assert "hidden" in box and words(f"‖grad‖ {norm}") in words(box)


def test_inception_like_branches(renderer):
    x = Tensor(np.ones((1, 3, 4, 4), np.float32))
    branches = [nn.Conv2d(3, 2, k, padding=k // 2) for k in (1, 3)]
    y = np.concatenate([b(x) for b in branches] + [np.zeros((1, 2, 4, 4), np.float32)], axis=1)
    g = groups(draw(y))
    joined = next(key for key, text in g.text.items() if "concatenate" in text)
    assert sum(edge.split("-")[1] == joined for edge in g.edges) == 3  # with the array


def test_resnet_50_is_folded_in_time(graphviz):
    model, images = nn.models.resnet50().eval(), Tensor(np.zeros((1, 3, 32, 32), np.float32))
    seconds = []

    class Timed(nn.Module):
        def __init__(self):
            self.net = model

        def forward(self, x):
            start = time.process_time()
            y = self.net(x)
            seconds.append(time.process_time() - start)
            return y

    start = time.process_time()
    drawing = draw(Timed(), images)
    assert len(drawing.svg) < 100_000
    assert time.process_time() - start - seconds[0] < 2
    assert len(groups(drawing).boxes) < 45
    text = words(groups(drawing).all)
    assert words("4 more like net.layer3.1") in text and words("net.layer4.2 Bottleneck") in text


def test_a_deep_network_is_drawn_folded(graphviz):
    drawing = stack(600)  # more than 2,000 operations
    assert "599 more" in groups(drawing).all and len(groups(drawing).boxes) < 45


def test_everything_turns_dark(renderer):
    svg = stack(14, theme="auto").svg
    for color in set(re.findall(r'(?:fill|stroke)="(#\w+)"', svg)):
        assert f'="{color}"]' in svg
    assert "#1E1E1E" in svg and "prefers-color-scheme" in svg
    assert "#FFFFFF" not in stack(14, theme="dark").svg


def test_drawings_are_the_same_every_time(renderer):
    model, x = Stack([Block() for _ in range(14)]), np.ones((2, 4))
    assert draw(model, x).svg == draw(model, x).svg


def test_a_module_without_its_inputs():
    with pytest.raises(TypeError, match=r"draw: Linear cannot be called .*draw\(model, x\)"):
        draw(nn.Linear(2, 3))
