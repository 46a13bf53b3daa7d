"""A character model of Shakespeare that writes on: truncated backpropagation through time.

    python -m nn.tasks.shakespeare --epochs 2 --steps 100 --write 400

The text is read in rows side by side, ``--steps`` characters at a time.  The state is carried from
piece to piece and detached there: the values go on, the gradients stop.  Text comes from
``$CHALKGRAD_DATA/text/tinyshakespeare.txt``, else the reference of Python that ships with it.
"""

import math

import numpy as np

from autograd import no_grad
from nn import functional as F
from nn.data import Vocabulary, shakespeare, stream
from nn.models import CharacterModel
from nn.tasks import common


def main(argv=None) -> dict:
    """Train; returns bits per character on the last tenth, a sample, and the losses."""
    p = common.parser(__doc__, epochs=2, lr=4e-3, batch=32, hidden=192)
    common.cell_option(p)
    p.add_argument("--steps", type=int, default=64, help="length of a piece (%(default)s)")
    p.add_argument("--write", type=int, default=400, help="characters to write (%(default)s)")
    p.add_argument("--begin", default="\n", help="what the sample begins with")
    p.add_argument("--temperature", type=float, default=0.7, help="of the sample (%(default)s)")
    options = common.parsed(p, argv, epochs=1, hidden=32, write=80)
    if not options.begin:
        p.error("--begin must be a character or more")
    text = shakespeare(verbose=not options.quiet)
    text = text[: 20_000 if options.quick else None]
    letters = Vocabulary(text)
    ids, start = letters.encode(text), letters.encode(options.begin)
    kept, rest = np.split(ids, [len(ids) * 9 // 10])
    held_out = list(stream(rest, max(min(8, len(rest) - 1), 1), options.steps))
    model = CharacterModel(len(letters), options.hidden, 32, cell=options.cell)
    reading = Reader(model)

    def batches():
        reading.begin()
        return stream(kept, options.batch, options.steps)

    losses = common.fit(model, batches, reading, options)
    model.eval()
    reading.begin()
    with no_grad():
        pieces = [(reading(x, y).item(), len(x)) for x, y in held_out]
    costs, lengths = zip(*pieces, strict=True)  # the last one is shorter
    bits = float(np.average(costs, weights=lengths)) / math.log(2)
    rng = np.random.default_rng(options.seed)
    written = letters.decode(model.sample(start, options.write, options.temperature, rng=rng))
    common.say(options, f"held out: {bits:.3f} bits a character\n{options.begin}{written}")
    return {"bits": bits, "written": written, "losses": losses, "model": model}


class Reader:
    """The loss of one piece after the other; keeps the state in between, detached."""

    def __init__(self, model):
        self.model, self.state = model, None

    def begin(self):
        """Forget what was read."""
        self.state = None

    def __call__(self, x, y):
        """Ids (T, N) and what comes next (T, N) -> the mean loss."""
        scores, state = self.model(x, self.state)
        self.state = F.detach(state)
        return F.cross_entropy(np.reshape(scores, (-1, scores.shape[2])), np.ravel(y))


if __name__ == "__main__":
    main()
