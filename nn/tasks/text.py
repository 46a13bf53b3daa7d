"""Which package of Python a piece of source is from: a 1-D convolutional network over characters.

    python -m nn.tasks.text --length 256

128 characters from anywhere in a package of the standard library; the test takes other files than
the training.
"""

import numpy as np

from nn import functional as F
from nn.data import DataLoader, Vocabulary, snippets
from nn.data.text import PACKAGES
from nn.models import TextCNN
from nn.tasks import common


def main(argv=None) -> dict:
    """Train; returns the accuracy on pieces of other files, and the losses."""
    p = common.parser(__doc__, epochs=6, lr=3e-3, batch=64, hidden=64)
    p.add_argument("--length", type=int, default=128, help="characters in a piece (%(default)s)")
    p.add_argument("--pieces", type=int, default=1000, help="of each package (%(default)s)")
    options = common.parsed(p, argv, epochs=4, hidden=16, pieces=100)
    train, test = snippets(PACKAGES, options.length, options.pieces, options.seed)
    letters = Vocabulary(train[0], first=1)
    model = TextCNN(len(letters), len(PACKAGES), filters=options.hidden)
    loader = DataLoader(encoded(train, letters), options.batch, shuffle=True, seed=options.seed)
    losses = common.fit(
        model, lambda: loader, lambda x, y: F.cross_entropy(model(x.T), y), options, len(loader)
    )
    batches = ((x.T, y) for x, y in DataLoader(encoded(test, letters), 200))
    right = common.accuracy(model, batches)
    common.say(
        options,
        f"accuracy on {len(test[1]):,} pieces of other files: {right:.1%} "
        f"(by chance {1 / len(PACKAGES):.1%})",
    )
    return {"accuracy": right, "losses": losses, "model": model, "letters": letters}


def encoded(pieces, letters):
    """Texts of one length and labels as ids (N, T) and labels (N,); unknown characters are 0."""
    texts, labels = pieces
    return np.array([[letters.ids.get(c, 0) for c in text] for text in texts]), labels


if __name__ == "__main__":
    main()
