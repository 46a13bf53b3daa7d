"""A network that invents names: it learns which letter follows, and draws letter after letter.

    python -m nn.tasks.names --epochs 5 --cell gru

Names come from ``$CHALKGRAD_DATA/text/names.txt``, else from Python's standard library.
"""

import math

import numpy as np

from autograd import no_grad
from nn import functional as F
from nn.data import DataLoader, Vocabulary, names
from nn.models import CharacterModel
from nn.tasks import common

EDGE = 0  # the id before the first letter and after the last
NOTHING = -100  # the target past the end


def main(argv=None) -> dict:
    """Train; returns bits per letter on held-out names, new names, and the losses."""
    p = common.parser(__doc__, epochs=4, lr=5e-3, batch=64, hidden=128)
    common.cell_option(p)
    p.add_argument("--temperature", type=float, default=0.8, help="of the samples (%(default)s)")
    p.add_argument("--samples", type=int, default=12, help="names to invent (%(default)s)")
    options = common.parsed(p, argv, epochs=2, hidden=32)
    words = names(verbose=not options.quiet)
    rng = np.random.default_rng(options.seed)
    words = [words[k] for k in rng.permutation(len(words))][: 2000 if options.quick else None]
    letters = Vocabulary(words, first=1)
    count = max(len(words) // 10, 1)
    held_out, kept = words[:count], words[count:]
    model = CharacterModel(len(letters), options.hidden, 16, cell=options.cell)

    def loss_of(x, y, lengths):
        scores, _ = model(x.T, lengths=lengths)
        return F.cross_entropy(np.transpose(scores, (1, 2, 0)), y, ignore_index=NOTHING)

    loader = DataLoader(encoded(kept, letters), options.batch, shuffle=True, seed=options.seed)
    losses = common.fit(model, lambda: loader, loss_of, options, len(loader))
    model.eval()
    with no_grad():
        bits = loss_of(*encoded(held_out, letters)).item() / math.log(2)
    invented = invent(model, letters, options.samples, options.temperature, rng)
    new = [w for w in invented if w not in set(words)]
    common.say(options, f"held out: {bits:.3f} bits a letter")
    common.say(options, f"invented, {len(new)} of {len(invented)} new:", ", ".join(invented))
    return {"bits": bits, "invented": invented, "losses": losses, "model": model}


def encoded(words, letters):
    """Inputs (N, T), targets (N, T) and lengths (N,): what is read, and what comes next."""
    inputs, lengths = F.pad_sequences([[EDGE, *letters.encode(w)] for w in words])
    targets, _ = F.pad_sequences([[*letters.encode(w), EDGE] for w in words], value=NOTHING)
    return inputs.T, targets.T, lengths


def invent(model, letters, count, temperature=0.8, rng=None) -> list[str]:
    """So many new names, each at most 20 letters."""
    return [
        letters.decode(model.sample([EDGE], 20, temperature, stop=EDGE, rng=rng))
        for _ in range(count)
    ]


if __name__ == "__main__":
    main()
