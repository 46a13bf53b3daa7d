"""Digits read row by row: an image of 28 rows is a sequence of 28 steps with 28 numbers each.

    python -m nn.tasks.rows --epochs 3 --pooling max --bidirectional

MNIST as `nn.data.mnist` finds it; ``--quick`` takes scikit-learn's digits of 8 rows.
"""

import numpy as np

from nn import functional as F
from nn.data import DataLoader, digits, mnist
from nn.models import SequenceClassifier
from nn.tasks import common


def main(argv=None) -> dict:
    """Train; returns the accuracy on the test images, and the losses."""
    p = common.parser(__doc__, epochs=3, lr=3e-3, batch=128, hidden=128)
    common.cell_option(p)
    p.add_argument("--pooling", choices=("last", "max", "mean"), default="last")
    p.add_argument("--bidirectional", action="store_true", help="read upwards too")
    options = common.parsed(p, argv, epochs=6, hidden=32, batch=64, lr=1e-2)
    train, test = digits() if options.quick else mnist(verbose=not options.quiet)
    model = RowReader(
        train.images.shape[-1], options.hidden, options.cell, options.bidirectional, options.pooling
    )
    loader = DataLoader(train, options.batch, shuffle=True, seed=options.seed)
    losses = common.fit(
        model, lambda: loader, lambda x, y: F.cross_entropy(model(x), y), options, len(loader)
    )
    right = common.accuracy(model, DataLoader(test, 500))
    common.say(options, f"accuracy on {len(test.labels):,} test images: {right:.2%}")
    return {"accuracy": right, "losses": losses, "model": model}


class RowReader(SequenceClassifier):
    """Images (N, 1, H, W) as sequences of H rows of W numbers -> scores (N, 10)."""

    def __init__(self, width, hidden, cell="lstm", bidirectional=False, pooling="last"):
        super().__init__(width, hidden, 10, 1, cell, bidirectional, pooling)

    def forward(self, images):
        """images (N, 1, H, W) -> scores (N, 10)."""
        return super().forward(np.transpose(images[:, 0], (1, 0, 2)))


if __name__ == "__main__":
    main()
