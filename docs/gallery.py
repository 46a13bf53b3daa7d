"""Write docs/gallery.md and its pictures: every kind of drawing, from code that stands beside it.

Run as ``python docs/gallery.py``; with ``--check`` it only says whether the pages are up to date.
"""

import argparse
import ast
import inspect
import sys
import textwrap
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # the checkout that this file lies in, not one installed

import nn  # noqa: E402
from autograd import Tensor, audit, primitive, profile  # noqa: E402
from autograd.draw import draw  # noqa: E402

HEAD = """# Gallery of drawings

Made by `python docs/gallery.py`: each picture by the code above it. In a notebook, `draw(J)` as the
last line of a cell shows the picture; elsewhere `draw(J).save("J.svg")` (or .png, .html, .dot).
The names are those of your variables.
"""


def lecture():
    """The graph of the lecture.

    Values above, gradients below; wider arrows carry larger gradients.
    """
    a, b, c = (Tensor(v, requires_grad=True) for v in (5.0, 3.0, 2.0))
    u = b * c
    v = a + u
    J = 3 * v
    J.backward()
    return draw(J)


def paths():
    """Two paths, and what each contributes.

    On an arrow: the gradient of its head times the local derivative. Where paths meet, their sum.
    """
    x = Tensor(2.0, requires_grad=True)
    u = x * x
    v = np.exp(0.5 * x)
    L = u * v
    L.backward()
    return draw(L, paths=True)


def scalars():
    """Logistic regression with single numbers."""
    x1, x2, label = Tensor(0.5), Tensor(-1.2), 1.0
    w1, w2, b = (Tensor(v, requires_grad=True) for v in (0.8, -0.4, 0.1))
    z = w1 * x1 + w2 * x2 + b
    p = 1 / (1 + np.exp(-z))
    loss = -label * np.log(p)
    loss.backward()
    return draw(loss)


def tensors():
    """The same with arrays: an operation is a box, its parameters are rows in it."""
    generator = np.random.default_rng(0)
    x, labels = Tensor(generator.normal(size=(8, 2))), np.array([0, 1, 1, 0, 1, 0, 0, 1.0])
    w, b = Tensor([0.8, -0.4], requires_grad=True), Tensor(0.1, requires_grad=True)
    z = x @ w + b
    loss = np.mean(np.log1p(np.exp(-z * (2 * labels - 1))))
    loss.backward()
    return draw(loss)


def perceptron():
    """A multi-layer perceptron."""
    generator = np.random.default_rng(0)
    x, labels = Tensor(generator.normal(size=(16, 4))), generator.integers(0, 3, 16)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    loss = nn.functional.cross_entropy(model(x), labels)
    loss.backward()
    return draw(loss)


def lenet():
    """LeNet-5."""
    model, images = nn.models.lenet5(), Tensor(np.zeros((2, 1, 28, 28), np.float32))
    return draw(model, images)


def branches():
    """Branches: an Inception block."""
    generator = np.random.default_rng(0)
    x = Tensor(generator.normal(size=(1, 3, 8, 8)).astype(np.float32))

    class Inception(nn.Module):
        def __init__(self):
            self.one = nn.Conv2d(3, 4, 1)
            self.three = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.Conv2d(2, 4, 3, padding=1))
            self.five = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.Conv2d(2, 4, 5, padding=2))
            self.pool = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), nn.Conv2d(3, 4, 1))

        def forward(self, x):
            parts = [self.one(x), self.three(x), self.five(x), self.pool(x)]
            return np.maximum(np.concatenate(parts, axis=1), 0)

    return draw(Inception(), x)


def resnet():
    """ResNet-50, folded.

    What would make more than 40 boxes is folded: modules, and blocks like the one before.
    """
    model, images = nn.models.resnet50(), Tensor(np.zeros((1, 3, 64, 64), np.float32))
    return draw(model.eval(), images)


def resnet_open():
    """One stage of it opened, the others folded."""
    model, images = nn.models.resnet50(), Tensor(np.zeros((1, 3, 64, 64), np.float32))
    return draw(model.eval(), images, open="layer2.0", fold=["layer1", "layer3", "layer4"])


def recurrent():
    """A recurrent network, unrolled: five steps."""
    generator = np.random.default_rng(0)
    xs = generator.normal(size=(5, 1, 3))
    Wx, Wh = (Tensor(0.5 * generator.normal(size=(k, 4)), requires_grad=True) for k in (3, 4))
    b = Tensor(np.zeros(4), requires_grad=True)
    h = np.zeros((1, 4))
    for x in xs:
        h = np.tanh(x @ Wx + h @ Wh + b)
    loss = np.sum(h * h)
    loss.backward()
    return draw(loss)


def recurrent_long():
    """Thirty steps: the first and the last two.

    The gradient fades towards the first. `open="t=*"` shows what is inside of each turn.
    """
    generator = np.random.default_rng(0)
    xs = generator.normal(size=(30, 1, 3))
    Wx, Wh = (Tensor(0.5 * generator.normal(size=(k, 4)), requires_grad=True) for k in (3, 4))
    b = Tensor(np.zeros(4), requires_grad=True)
    h = np.zeros((1, 4))
    for x in xs:
        h = np.tanh(x @ Wx + h @ Wh + b)
    loss = np.sum(h * h)
    loss.backward()
    return draw(loss)


def recurrent_open():
    """Turns opened: time runs downwards."""
    generator = np.random.default_rng(0)
    W = Tensor(0.5 * generator.normal(size=(8, 8)), requires_grad=True)
    b = Tensor(np.zeros(8), requires_grad=True)
    h = generator.normal(size=(2, 8))
    for _ in range(4):
        h = h + np.tanh(h @ W + b)
    loss = np.mean(h * h)
    loss.backward()
    return draw(loss, open="t=*")


def recurrent_rolled():
    """The thirty steps, rolled: one turn of the loop, and an arrow back.

    What every turn has its own of is drawn once, without a value. With `open="t=*"` the frame says
    which turn it shows.
    """
    generator = np.random.default_rng(0)
    xs = generator.normal(size=(30, 1, 3))
    Wx, Wh = (Tensor(0.5 * generator.normal(size=(k, 4)), requires_grad=True) for k in (3, 4))
    b = Tensor(np.zeros(4), requires_grad=True)
    h = np.zeros((1, 4))
    for x in xs:
        h = np.tanh(x @ Wx + h @ Wh + b)
    loss = np.sum(h * h)
    loss.backward()
    return draw(loss, rolled=True)


def derivatives():
    """The graph of the derivatives, as `create_graph` records it."""
    a, b, c = (Tensor(v, requires_grad=True) for v in (5.0, 3.0, 2.0))
    J = 3 * (a + b * c) ** 2
    return draw(J, backward=True)


def profiled():
    """Where the time goes.

    `autograd.profile` measures every operation, forward and backward.
    """
    generator = np.random.default_rng(0)
    x = Tensor(generator.normal(size=(200, 300)))
    w = Tensor(generator.normal(size=(300, 400)) / 20, requires_grad=True)
    with profile() as p:
        loss = np.mean(np.tanh(x @ w) ** 2)
        loss.backward()
    return draw(loss, profile=p)


def table():
    """A graph too large to draw is given as a table."""
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(5_000):
        y = 0.999 * y + np.sin(x)
    return draw(y)


def dark():
    """Dark; `theme="auto"` follows the reader's system."""
    a, b, c = (Tensor(v, requires_grad=True) for v in (5.0, 3.0, 2.0))
    J = 3 * (a + b * c)
    J.backward()
    return draw(J, theme="dark")


def audited():
    """An audit on the drawing.

    `autograd.audit` checks the formula of every node of this very graph against finite differences;
    here `cube` has a wrong one.
    """

    @primitive
    def cube(x):
        return x**3

    cube.vjp(x=lambda g, x: g * 3 * x)

    x = Tensor([0.5, -1.0, 2.0], requires_grad=True)
    loss = np.sum(np.tanh(cube(x)) * x)
    loss.backward()
    return draw(loss, audit=audit(loss))


GALLERY = [
    lecture,
    paths,
    scalars,
    tensors,
    perceptron,
    lenet,
    branches,
    resnet,
    resnet_open,
    recurrent,
    recurrent_long,
    recurrent_open,
    recurrent_rolled,
    derivatives,
    audited,
    profiled,
    table,
    dark,
]


def drawn(example):
    """Its drawing; of the same weights, whatever was drawn before."""
    nn.init.seed(0)
    return example()


def page() -> str:
    """The text of docs/gallery.md."""
    parts = [HEAD]
    for example in GALLERY:
        title, _, more = inspect.getdoc(example).partition("\n\n")
        parts.append(f"## {title.rstrip('.').replace(': ', ': ')}\n")
        parts += [more + "\n"] if more else []
        parts.append(f"```python\n{code(example)}\n```\n")
        parts.append(f"![{title}](gallery/{example.__name__}.svg)\n")
    return "\n".join(parts)


def code(example) -> str:
    """What stands in a function after its docstring, as one would write it in a notebook."""
    tree = ast.parse(inspect.getsource(example)).body[0]
    lines = inspect.getsource(example).splitlines()[tree.body[1].lineno - 1 - _decorated(tree) :]
    text = textwrap.dedent("\n".join(lines))
    return text.replace("return draw(", "draw(")


def _decorated(tree) -> int:
    """Lines of decorators above the first statement."""
    return len(getattr(tree.body[1], "decorator_list", ()))


def main():
    """Write the page and its pictures, or compare the page with what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    target = HERE / "gallery.md"
    if parser.parse_args().check:
        missing = [f.__name__ for f in GALLERY if not (HERE / f"gallery/{f.__name__}.svg").exists()]
        if missing or not target.exists() or target.read_text(encoding="utf-8") != page():
            sys.exit("docs/gallery.md is not up to date: run python docs/gallery.py")
        return
    (HERE / "gallery").mkdir(exist_ok=True)
    for example in GALLERY:
        drawn(example).save(HERE / "gallery" / f"{example.__name__}.svg")
    drawn(lecture).save(HERE / "lecture.svg")
    target.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
