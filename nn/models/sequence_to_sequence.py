"""Sequence to sequence: an encoder reads, its last state starts a decoder that writes."""

import numpy as np

from autograd import no_grad
from autograd.errors import ShapeError, ValueRangeError
from nn.functional.checks import value, whole
from nn.layers import Embedding, Linear
from nn.models.registry import register
from nn.models.sequence_text import recurrent
from nn.modes import evaluating
from nn.module import Module


class SequenceToSequence(Module):
    """Source ids (S, N) to target ids (T, N).  Sutskever, Vinyals and Le 2014; Cho et al. 2014.

    Parameters
    ----------
    source, target : int
        How many symbols each side has; those of the target include ``start`` and ``stop``.
    start, stop : int
        The target's ids that begin and end what is written.
    hidden, embedding, layers : int
    cell : {'gru', 'lstm', 'rnn'}

    Examples
    --------
    >>> model = SequenceToSequence(5, 7, start=0, stop=1, hidden=8)
    >>> model(np.ones((4, 2), int), np.ones((3, 2), int)).shape
    (3, 2, 7)
    >>> [len(written) <= 6 for written in model.write(np.ones((4, 2), int), limit=6)]
    [True, True]
    """

    def __init__(self, source, target, start, stop, hidden=128, embedding=32, layers=1, cell="gru"):
        for name, k in (("start", start), ("stop", stop)):
            if not 0 <= k < target:
                raise ValueRangeError(
                    f"SequenceToSequence: {name} must be an id of the target, 0 to {target - 1}, "
                    f"got {k!r}"
                )
        self.start, self.stop = start, stop
        self.source_embedding = Embedding(source, embedding)
        self.encoder = recurrent(cell, embedding, hidden, layers)
        self.target_embedding = Embedding(target, embedding)
        self.decoder = recurrent(cell, embedding, hidden, layers)
        self.scores = Linear(hidden, target)

    def forward(self, source, target, lengths=None):
        """Scores of each next symbol with teacher forcing: what came before is the target's own.

        Parameters
        ----------
        source : (S, N) of int
        target : (T, N) of int
            What is to be written, without ``start``: the decoder reads start, target[0], ...,
            target[T - 2], and its scores at t are for target[t].
        lengths : (N,) of int, optional
            Of the sources.

        Returns
        -------
        Tensor, (T, N, V)
        """
        source, target = value(source), value(target)
        if source.ndim != 2 or target.ndim != 2 or source.shape[1] != target.shape[1]:
            raise ShapeError(
                "SequenceToSequence: expected source (S, N) and target (T, N), got "
                f"{source.shape} and {target.shape}"
            )
        state = self.encode(source, lengths)
        begin = np.full((1, target.shape[1]), self.start)
        read = np.concatenate([begin, target[:-1]]) if len(target) else target
        h, _ = self.decoder(self.target_embedding(read), state)
        return self.scores(h)

    def encode(self, source, lengths=None):
        """The encoder's last state, the decoder's first."""
        return self.encoder(self.source_embedding(source), lengths=lengths)[1]

    def write(self, source, limit, lengths=None) -> list[list[int]]:
        """Greedy decoding: at each step the likeliest symbol, until ``stop`` or ``limit`` symbols.

        Parameters
        ----------
        source : (S, N) of int
        limit : int
            Longest result.

        Returns
        -------
        list of N lists of int
            Without ``start`` and ``stop``.
        """
        whole("SequenceToSequence.write", limit=limit)
        source = value(source)
        if source.ndim != 2:
            raise ShapeError(
                f"SequenceToSequence.write: expected source (S, N), got {source.shape}"
            )
        with evaluating(self), no_grad():
            state = self.encode(source, lengths)
            last = np.full((1, source.shape[1]), self.start)
            written, open_ = np.full((limit, source.shape[1]), self.stop), True
            for t in range(limit):
                h, state = self.decoder(self.target_embedding(last), state)
                best = np.argmax(self.scores(h).data[0], axis=-1)
                written[t] = np.where(open_, best, self.stop)
                open_ = written[t] != self.stop
                if not np.any(open_):
                    break
                last = written[t][None]
        ends = [(*np.flatnonzero(row == self.stop), limit)[0] for row in written.T]
        return [row[:end].tolist() for row, end in zip(written.T, ends, strict=True)]


@register
def sequence_to_sequence(source=30, target=30, start=0, stop=1, **options) -> SequenceToSequence:
    """An encoder and a decoder; see `SequenceToSequence`."""
    return SequenceToSequence(source, target, start, stop, **options)
