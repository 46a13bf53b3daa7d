"""The main job in one command: ``python -m nn.demo`` draws a graph and trains LeNet-5."""

import argparse
from pathlib import Path

import numpy as np

import nn
from autograd import Tensor, gradcheck
from autograd.draw import draw
from autograd.environment import check_environment
from nn.figures import new_figure

MEAN, DEVIATION = np.float32(0.1307), np.float32(0.3081)  # of the pixels of MNIST's training images


def main(arguments=None):
    """Run the demo; see ``python -m nn.demo --help``."""
    parser = argparse.ArgumentParser(prog="python -m nn.demo", description=__doc__)
    parser.add_argument("--data", help="folder with MNIST's IDX files (default: search, download)")
    parser.add_argument("--out", type=Path, default=Path("out"), help="where to write (out)")
    parser.add_argument("--epochs", type=int, help="rounds over the training images")
    parser.add_argument("--seed", type=int, default=0, help="of weights and order (0)")
    options = parser.parse_args(arguments)
    check_environment()
    options.out.mkdir(parents=True, exist_ok=True)

    print("1. The graph of the lecture: u = b·c, v = a + u, J = 3v\n")
    lecture(options.out)
    print("\n2. LeNet-5 on handwritten digits\n")
    train, test = nn.data.mnist(options.data)
    epochs = options.epochs or (2 if len(train.labels) > 10_000 else 8)
    model = train_lenet(train, test, epochs, options.seed)
    nn.save(model, options.out / "lenet5.npz")
    loss = nn.functional.cross_entropy(model(scaled(test.images[:4])), test.labels[:4])
    loss.backward()
    draw(loss, names=dict(model.named_parameters())).save(options.out / "lenet5.svg")
    written = filters(model, options.out / "filters.png")

    print("\n3. Written; open the drawings in a browser:\n")
    print(f"   {options.out / 'lecture.svg'}   the lecture's graph with values and gradients")
    print(f"   {options.out / 'lenet5.svg'}    the graph that one step of training differentiates")
    print(f"   {options.out / 'lenet5.npz'}    the weights: nn.load(path, into=nn.models.lenet5())")
    if written:
        print(f"   {options.out / 'filters.png'}   what the first layer looks for")
    print("\n   Next: `make lab` opens notebooks/01_backprop.ipynb")


def lecture(out):
    """Print values, gradients and the check of the lecture's graph; draw it."""
    a, b, c = (
        Tensor(v, requires_grad=True, name=n) for n, v in (("a", 5.0), ("b", 3.0), ("c", 2.0))
    )
    u = b * c
    v = a + u
    J = 3 * v
    J.backward()
    for name, t in (("a", a), ("b", b), ("c", c), ("u", u), ("v", v), ("J", J)):
        print(f"   {name} = {t.data:<4g}  dJ/d{name} = {t.grad:g}")

    def lecture(a, b, c):
        return 3 * (a + b * c)

    report = gradcheck(lecture, 5.0, 3.0, 2.0, order=1)
    print("\n" + "\n".join("   " + line for line in str(report).splitlines()))
    draw(J).save(out / "lecture.svg")


def scaled(images):
    """Pixels with mean 0 and deviation 1."""
    return (images - MEAN) / DEVIATION


def train_lenet(train, test, epochs, seed):
    """LeNet-5 after ``epochs`` rounds of SGD with momentum; the learning rate falls as a cosine."""
    nn.init.seed(seed)
    model = nn.models.lenet5()
    print(
        f"   {model.count_parameters():,} parameters; where numba is installed, the first step ever"
    )
    print("   compiles the kernels before it runs, which can take some ten seconds\n")
    batch = 64 if len(train.labels) > 10_000 else 32
    loader = nn.data.DataLoader(train, batch, shuffle=True, seed=seed, transform=scaled)
    optimizer = nn.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    trainer = nn.Trainer(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        loader,
        nn.data.DataLoader(test, batch_size=500, transform=scaled),
        schedule=nn.optim.CosineAnnealingLR(optimizer, T_max=epochs * len(loader)),
        schedule_every="step",
        metrics={"accuracy": nn.training.accuracy},
    )
    history = trainer.fit(epochs)
    print(
        f"\n   {history[-1]['validation accuracy']:.2%} of {len(test.labels):,} images it has not "
        f"seen are right, after {epochs} rounds over {len(train.labels):,} in "
        f"{sum(row['seconds'] for row in history):.0f} s"
    )
    return model


def filters(model, path) -> bool:
    """A picture of the first layer's filters; False, and a hint, where matplotlib is missing."""
    weights = model["conv1"].weight.data[:, 0]
    try:
        figure = new_figure((1.6 * len(weights), 2.2))
    except ImportError as e:
        print(f"   no filters.png: {e}")
        return False
    most = np.abs(weights).max()
    for k, (axes, w) in enumerate(zip(figure.subplots(1, len(weights)), weights, strict=True)):
        image = axes.imshow(w, cmap="RdBu_r", vmin=-most, vmax=most)
        axes.set(xticks=[], yticks=[], title=f"filter {k + 1}")
    figure.colorbar(image, ax=figure.axes, shrink=0.7, label="weight")
    figure.suptitle("LeNet-5, first layer: 6 filters of 5×5")
    figure.savefig(path, dpi=150)
    return True


if __name__ == "__main__":
    main()
