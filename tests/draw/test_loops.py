"""Loops in drawings: recurrent networks unrolled in time, and rolled."""

import time

import numpy as np
import pytest

import nn
from autograd import wording
from autograd.draw import draw
from autograd.tensor import Tensor
from tests.draw.pictures import SVG, groups, leaf, words


def recurrent(steps, backward=True, **options):
    """h = tanh(x Wx + h Wh + b), loss of the last h; its drawing and the norms of dloss/dh."""
    r = np.random.default_rng(0)
    xs = r.normal(size=(steps, 2, 3))
    Wx, Wh = leaf(0.5 * r.normal(size=(3, 4))), leaf(0.5 * r.normal(size=(4, 4)))
    b = leaf(np.zeros(4))
    h, _states = np.zeros((2, 4)), []
    for x in xs:
        h = np.tanh(x @ Wx + h @ Wh + b)
        _states.append(h)
    loss = (h * h).sum()
    if backward:
        loss.backward()
    drawing = draw(loss, **options)
    return drawing, [np.linalg.norm(s.grad) if backward else None for s in _states]


def cells(g) -> dict[str, str]:
    """The title of each folded turn -> its box."""
    found = {}
    for key, kind in g.boxes.items():
        titles = [line for line in g.text[key].split("\n") if line.startswith("t = ")]
        if kind == "folded" and titles:
            found[words(titles[0])] = key
    return found


def centre(g, key) -> tuple[float, float]:
    """Where a box lies."""
    group = next(e for e in g.root.iter(f"{SVG}g") if e.get("id") == key)
    shape = next(e for e in group.iter() if e.tag in (f"{SVG}polygon", f"{SVG}rect"))
    if shape.tag == f"{SVG}rect":
        get = {k: float(shape.get(k)) for k in ("x", "y", "width", "height")}
        return get["x"] + get["width"] / 2, get["y"] + get["height"] / 2
    points = [tuple(map(float, p.split(","))) for p in shape.get("points").split()]
    xs, ys = zip(*points, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def test_up_to_8_turns_are_all_shown(renderer):
    drawing, norms = recurrent(8)
    g = groups(drawing)
    found = cells(g)
    assert list(found) == [f"t={k}" for k in range(1, 9)]
    for k, norm in enumerate(norms, 1):
        text = words(g.text[found[f"t={k}"]])
        assert words(f"‖dloss/dh_{k}‖ {norm:.3g}") in text
    for a, b in zip(range(1, 8), range(2, 9), strict=True):
        assert f"{found[f't={a}']}-{found[f't={b}']}" in g.edges
    assert words("8 turns with the same Wx (3, 4), Wh (4, 4), b (4,)") in words(g.all)


def test_of_more_turns_the_first_and_the_last_two(renderer):
    drawing, norms = recurrent(30)
    g = groups(drawing)
    found = cells(g)
    assert list(found) == ["t=1", "t=2", "t=3...28", "t=29", "t=30"]
    assert words("×26, same weights") in words(g.text[found["t=3...28"]])
    assert words(f"‖dloss/dh_30‖ {norms[-1]:.3g}") in words(g.text[found["t=30"]])


def test_turns_stand_side_by_side(graphviz):
    drawing, _ = recurrent(6)
    g = groups(drawing)
    places = [centre(g, key) for key in cells(g).values()]
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert max(y for _, y in places) - min(y for _, y in places) < 2
    assert "rank=same" in drawing.dot and "weight=100" in drawing.dot
    assert "group=h" in drawing.dot and "newrank=true" in drawing.dot


def test_data_comes_into_every_turn(renderer):
    g = groups(recurrent(5)[0])
    for key in cells(g).values():
        tails = [edge.split("-")[0] for edge in g.edges if edge.split("-")[1] == key]
        assert any(tail.startswith("c") for tail in tails)


def test_open_turns_are_dashed_frames(graphviz):
    drawing, _ = recurrent(4, open="t=*")
    root = groups(drawing).root
    found = [g for g in root.iter(f"{SVG}g") if g.get("class") == "cluster"]
    ids = {g.get("id"): words("".join(g.itertext())) for g in root.iter(f"{SVG}g")}
    titles = [ids[f"{g.get('id')}-title"] for g in found]
    assert titles == ["t=1", "t=2", "t=3", "t=4"]
    assert all(e.get("stroke-dasharray") for g in found for e in g if e.tag == f"{SVG}polygon")
    assert all(e.get("stroke") == "#8C8C8C" for g in found for e in g if e.tag == f"{SVG}polygon")
    assert words("×4, the same") in words(groups(drawing).all)


@pytest.mark.parametrize("opened", [None, "t=*"])
def test_rolled(renderer, opened):
    drawing, norms = recurrent(30, rolled=True, open=opened)
    g = groups(drawing)
    assert words("t = 1 ... 30") in words(g.all) and words("next turn") in words(g.all)
    assert (words("t = 1 ... 30, shown: t = 2") in words(g.all)) == (opened is not None)
    if opened is None:
        assert words("t = 2") not in words(g.all)
        (cell,) = cells(g).values()
        assert f"{cell}-{cell}" in g.edges
        assert words(f"t = 1: ‖grad‖ {norms[0]:.3g}") in words(g.text[cell])
        assert words(f"t = 30: ‖grad‖ {norms[-1]:.3g}") in words(g.text[cell])
    else:
        assert len(g.boxes) < 14


def test_rolled_shows_what_all_turns_are_given(renderer):
    r = np.random.default_rng(0)
    W, b, mask = leaf(0.5 * r.normal(size=(4, 4))), r.normal(size=(1, 4)), np.ones((2, 4))
    h, hs = np.zeros((2, 4)), []
    for x in r.normal(size=(12, 1, 4)):
        h = np.tanh(mask * (h @ W + x) - b)  # multiply keeps a copy of the mask
        hs.append(h)
    g = groups(draw(h, rolled=True))
    assert sorted(words(g.text[key]) for key, kind in g.boxes.items() if kind == "input") == [
        words(f"b (1, 4) {' '.join(wording.listing(b))}"),
        words("mask (2, 4) 1 ± 0"),
        words("x (1, 4) ×12, one per turn"),
    ]
    (cell,) = cells(g).values()
    assert "h" in g.text[cell].split("\n")  # not hs[1]


@pytest.mark.parametrize("options", [{}, {"rolled": True}])
def test_the_last_turn_has_its_norm_where_it_is_the_output(renderer, options):
    r = np.random.default_rng(0)
    W, h, hs = leaf(0.5 * r.normal(size=(3, 3))), np.ones(3), []
    for x in r.normal(size=(5, 3)):
        h = np.tanh(W @ h + x)
        hs.append(h)
    h.backward(np.ones(3))
    g = groups(draw(h, **options))
    said = "t = 5: ‖grad‖ 1.73" if options else "‖dh/dh_5‖ 1.73"
    assert words(said) in words(g.text[list(cells(g).values())[-1]])


def test_rolled_names_each_result_that_a_turn_hands_on(renderer):
    r = np.random.default_rng(0)
    W, h, J = leaf(0.5 * r.normal(size=(3, 3))), np.ones(3), 0
    for x in r.normal(size=(12, 3)):
        h = np.tanh(W @ h + x)
        J = J + (h * h).sum()
    J.backward()
    g = groups(draw(J, rolled=True))
    (cell,) = cells(g).values()
    kinds = [line if line in ("J", "h") else words(line)[:4] for line in g.text[cell].split("\n")]
    assert kinds[-6:] == ["J", "t=1:", "t=12", "h", "t=1:", "t=12"]


def test_before_backward(renderer):
    g = groups(recurrent(5, backward=False)[0])
    assert "‖" not in g.all and words("gradient: not computed") in words(g.all)


def test_two_layers_are_two_loops(graphviz):
    r = np.random.default_rng(0)
    W, U, V, R = (leaf(0.5 * r.normal(size=(4, 4))) for _ in range(4))
    h = k = np.zeros((1, 4))
    below, above = [], []
    for x in r.normal(size=(6, 1, 4)):
        h = np.tanh(x @ W + h @ U)
        below.append(h)
    for h in below:
        k = np.tanh(h @ V + k @ R)
        above.append(k)
    loss = np.stack(above).sum()
    loss.backward()
    g = groups(draw(loss))
    folded = sorted(
        (k for k, kind in g.boxes.items() if kind == "folded"), key=lambda k: int(k[1:])
    )
    assert len(folded) == 12 and len(g.boxes) - len(folded) - 3 <= 8  # stack, sum, output, data
    for a, b in zip(folded[:6], folded[6:], strict=True):
        assert f"{a}-{b}" in g.edges


def test_a_long_sum_is_a_loop(renderer):
    x = leaf(np.ones(3))
    y = x
    for _ in range(450):
        y = y + x
    g = groups(draw(y))
    assert words("t = 3 ... 447") in words(g.all) and len(g.boxes) == 7


@pytest.mark.parametrize("layer", [nn.RNN, nn.LSTM, nn.GRU])
def test_the_layers_of_nn(graphviz, layer):
    xs = Tensor(np.random.default_rng(0).normal(size=(12, 2, 3)).astype(np.float32))
    y, _ = layer(3, 4, num_layers=2, unrolled=True)(xs)
    loss = (y[-1] ** 2).mean()
    loss.backward()
    g = groups(draw(loss))
    titles = [line for t in g.text.values() for line in t.split("\n") if line.startswith("t = ")]
    for title in ("t = 1", "t = 2", "t = 3 ... 10", "t = 11", "t = 12"):
        assert titles.count(title) == 2
    assert words(g.all).count("×8,sameweights") == 2 and len(g.boxes) < 32


def test_cells_of_a_module_stand_in_order(graphviz):
    class Net(nn.Module):
        def __init__(self):
            self.rnn, self.head = nn.RNN(3, 4, unrolled=True), nn.Linear(4, 2)

        def forward(self, xs):
            return self.head(self.rnn(xs)[0][-1])

    g = groups(draw(Net(), np.ones((12, 2, 3), np.float32)))
    places = [centre(g, key) for key in cells(g).values()]
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert max(y for _, y in places) - min(y for _, y in places) < 2


@pytest.mark.parametrize("options", [{}, {"rolled": True}, {"open": "t=*"}, {"full": True}])
def test_loops_in_loops(renderer, options):
    w, v, h = leaf(0.5 * np.eye(3)), leaf(0.5 * np.eye(3)), np.ones((2, 3))
    for _ in range(5):
        for _ in range(4):
            h = np.tanh(np.sin(h @ w) + h)
        h = np.cos(h @ v) + 1.0
    loss = (h * h).sum()
    loss.backward()
    g = groups(draw(loss, **options))
    assert words(g.text["out"]).startswith("loss=") and len(g.boxes) < 120
    if options == {"rolled": True}:
        assert words("t = 1 ... 5") in words(g.all) and len(g.boxes) < 16


def test_loops_are_looked_for_in_time():
    x, y = leaf(1.0), leaf(1.0)
    for k in np.random.default_rng(0).integers(0, 3, 4_500):
        y = (np.tanh, np.sin, np.cos)[k](y) + x
    start = time.process_time()
    assert "9,000 operations" in repr(draw(y))
    assert time.process_time() - start < 2


def test_a_loop_without_weights_is_none(graphviz):
    parts = [np.tanh(leaf(np.ones(3)) * k).sum() for k in range(1, 5)]
    assert "turns" not in draw(sum(parts)).dot


def test_the_lstm_hands_two_things_on(renderer):
    r = np.random.default_rng(0)
    W, U = leaf(r.normal(size=(3, 8))), leaf(r.normal(size=(2, 8)))
    h = c = Tensor(np.zeros((1, 2)))
    for x in r.normal(size=(6, 1, 3)):
        z = x @ W + h @ U
        i, f, o = (1 / (1 + np.exp(-z[:, k : k + 2])) for k in (0, 2, 4))
        c = f * c + i * np.tanh(z[:, 6:])
        h = o * np.tanh(c)
    loss = (h * h).sum()
    loss.backward()
    g = groups(draw(loss))
    second = words(g.text[cells(g)["t=2"]])
    assert "‖dloss/dh_2‖" in second and "‖dloss/dc_2‖" in second
    assert {"h", "c"} <= set(g.text[cells(g)["t=2"]].split("\n"))


def test_an_output_stands_in_its_own_box_alone(renderer):
    x = y = leaf(1.0)
    for _ in range(50):
        y = 0.9 * y + np.sin(x)
    y.backward()
    g = groups(draw(y))
    assert [key for key, text in g.text.items() if "dy/dy" in text] == ["out"]


def test_the_first_of_blocks_without_a_name_says_of_how_many(graphviz):
    r = np.random.default_rng(0)
    x, ws = leaf(0.5), [leaf(v) for v in r.normal(size=8)]
    loss = sum(np.tanh(np.sin(w) * x + np.cos(w)) for w in ws)
    assert "1 of 8" in draw(loss).dot
