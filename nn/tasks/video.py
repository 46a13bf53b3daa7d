"""Which way a digit moves in a short video: a CNN read by an LSTM, or a 3-D CNN.

    python -m nn.tasks.video --model cnn_3d

One frame does not tell the direction: a network has to compare frames.  Digits are MNIST's, or
scikit-learn's with ``--quick``.
"""

from nn import functional as F
from nn import models
from nn.data import DIRECTIONS, DataLoader, digits, mnist, moving_digits
from nn.tasks import common


def main(argv=None) -> dict:
    """Train; returns the accuracy on videos of other digits, and the losses."""
    p = common.parser(__doc__, epochs=6, lr=3e-3, batch=32, hidden=64)
    p.add_argument("--model", choices=("cnn_lstm", "cnn_3d"), default="cnn_lstm")
    p.add_argument("--videos", type=int, default=2000, help="to train on (%(default)s)")
    p.add_argument("--frames", type=int, default=8, help="in a video (%(default)s)")
    options = common.parsed(p, argv, epochs=2, videos=96, frames=4, hidden=16)
    size = 16 if options.quick else 32
    parts = digits() if options.quick else mnist(verbose=not options.quiet)
    train, test = (
        moving_digits(*part, count, options.frames, size, seed=options.seed + k)
        for k, (part, count) in enumerate(
            zip(parts, (options.videos, max(options.videos // 4, 1)), strict=True)
        )
    )
    model = (
        models.cnn_lstm(size=size, hidden=options.hidden)
        if options.model == "cnn_lstm"
        else models.cnn_3d()
    )
    loader = DataLoader(train[:2], options.batch, shuffle=True, seed=options.seed)
    losses = common.fit(
        model, lambda: loader, lambda x, y: F.cross_entropy(model(x), y), options, len(loader)
    )
    right = common.accuracy(model, DataLoader(test[:2], 100))
    common.say(
        options,
        f"accuracy on {len(test.clips)} videos of other digits: {right:.1%} "
        f"(by chance {1 / len(DIRECTIONS):.1%})",
    )
    return {"accuracy": right, "losses": losses, "model": model}


if __name__ == "__main__":
    main()
