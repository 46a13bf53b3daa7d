"""Networks for text: the next character, the class of a text, by recurrence or by convolution."""

import numpy as np

from autograd import no_grad
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn import functional as F
from nn import init
from nn.functional.checks import not_negative, positive, whole
from nn.layers import GRU, LSTM, RNN, Conv1d, Dropout, Embedding, Linear
from nn.models.registry import register
from nn.modes import evaluating
from nn.module import Module

CELLS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}


def recurrent(cell, *sizes, **options):
    """The recurrent layer of a name: 'rnn', 'lstm' or 'gru'."""
    if cell not in CELLS:
        raise ValueRangeError(f"cell must be 'rnn', 'lstm' or 'gru', got {cell!r}")
    return CELLS[cell](*sizes, **options)


class CharacterModel(Module):
    """Scores of the next character after each: ids (T, N) -> (T, N, V), state.

    Embedding, recurrent layers, linear layer.  Karpathy 2015, "The unreasonable effectiveness of
    recurrent neural networks".

    Parameters
    ----------
    characters : int
        V, how many there are.
    hidden, embedding, layers : int
    cell : {'lstm', 'gru', 'rnn'}
    dropout : float
        Between layers and before the scores.

    Examples
    --------
    >>> scores, state = CharacterModel(30, hidden=8)(np.zeros((5, 2), int))
    >>> scores.shape
    (5, 2, 30)
    """

    def __init__(self, characters, hidden=128, embedding=32, layers=1, cell="lstm", dropout=0.0):
        self.embedding = Embedding(characters, embedding)
        self.recurrent = recurrent(
            cell, embedding, hidden, layers, dropout=dropout if layers > 1 else 0.0
        )
        self.dropout = Dropout(dropout)
        self.scores = Linear(hidden, characters)

    def forward(self, ids, state=None, lengths=None):
        """ids (T, N) integers -> scores (T, N, V), and the state to carry on with."""
        if np.ndim(ids) != 2:
            raise ShapeError(f"CharacterModel: expected ids (T, N), got {np.shape(ids)}")
        h, state = self.recurrent(self.embedding(ids), state, lengths=lengths)
        return self.scores(self.dropout(h)), state

    def sample(self, start, count, temperature=1.0, stop=None, rng=None):
        """Continue a text: draw the next character from softmax(scores / temperature), and so on.

        Parameters
        ----------
        start : sequence of int
            At least one id; what the text begins with.
        count : int
            How many characters to add at most.
        temperature : float
            0 takes the likeliest each time; 1 the model's own odds; more is wilder.
        stop : int, optional
            The id to end at, which is not given back.
        rng : numpy.random.Generator, optional
            `nn.init.generator()` by default.

        Returns
        -------
        list of int
            What was added.
        """
        start = np.asarray(start)
        if start.ndim != 1 or not start.size or start.dtype.kind not in "iu":
            raise DtypeError(f"sample: start must be a list of ids, at least one, got {start!r}")
        whole("sample", count=count)
        not_negative("sample", temperature=temperature)
        rng = init.generator() if rng is None else rng
        if not isinstance(rng, np.random.Generator):
            raise DtypeError(
                f"sample: rng must be a generator, np.random.default_rng(0), say; got {rng!r}"
            )
        added: list[int] = []
        with evaluating(self), no_grad():
            scores, state = self(start[:, None])
            while len(added) < count:
                last = scores[-1, 0].data
                k = _drawn(last, temperature, rng)
                if k == stop:
                    break
                added.append(k)
                scores, state = self(np.array([[k]]), state)
        return added


def _drawn(scores, temperature, rng):
    """One id by its odds; Gumbel's trick: argmax of scores / temperature plus Gumbel noise."""
    top = np.max(scores)
    if not np.isfinite(top):
        raise ValueRangeError(
            f"sample: the largest score of a next character is {top}. Look for NaN in the weights: "
            "autograd.audit."
        )
    if temperature == 0:
        return int(np.argmax(scores))
    with np.errstate(over="ignore"):  # the others go to -inf as the temperature goes to 0
        scores = (scores - top).astype(float) / temperature
    return int(np.argmax(scores + rng.gumbel(size=scores.shape)))


class SequenceClassifier(Module):
    """Scores of a whole sequence: (T, N, I) -> (N, classes).

    Parameters
    ----------
    inputs, hidden, classes, layers : int
    cell : {'lstm', 'gru', 'rnn'}
    bidirectional : bool
    pooling : {'last', 'max', 'mean'}
        What is read off the states: those at the end of each walk, or of each feature the largest
        over time (the lecture's ``Y = max_t Y_t``, taken before the scores), or its mean.

    Examples
    --------
    >>> SequenceClassifier(28, 16, 10, pooling="max")(np.zeros((28, 3, 28), np.float32)).shape
    (3, 10)
    """

    def __init__(
        self, inputs, hidden, classes, layers=1, cell="lstm", bidirectional=False, pooling="last",
        dropout=0.0,
    ):  # fmt: skip
        if pooling not in ("last", "max", "mean"):
            raise ValueRangeError(f"pooling must be 'last', 'max' or 'mean', got {pooling!r}")
        self.pooling = pooling
        self.recurrent = recurrent(
            cell, inputs, hidden, layers, bidirectional=bidirectional,
            return_sequences=pooling != "last", dropout=dropout if layers > 1 else 0.0,
        )  # fmt: skip
        self.dropout = Dropout(dropout)
        self.scores = Linear(hidden * (1 + bidirectional), classes)

    def forward(self, x, lengths=None):
        """x (T, N, I) -> scores (N, classes)."""
        h, _ = self.recurrent(x, lengths=lengths)
        if self.pooling != "last":
            pool = F.max_over_time if self.pooling == "max" else F.mean_over_time
            h = pool(h, lengths=lengths)
        return self.scores(self.dropout(h))


class TextCNN(Module):
    """The class of a text by 1-D convolution: ids (T, N) -> (N, classes).

    An embedding, filters of several widths over time, of each filter the largest value, dropout, a
    linear layer.  Kim 2014, "Convolutional neural networks for sentence classification".

    Examples
    --------
    >>> TextCNN(30, 4)(np.zeros((16, 2), int)).shape
    (2, 4)
    """

    def __init__(
        self, characters, classes, embedding=16, filters=64, widths=(3, 5, 7), dropout=0.5
    ):
        positive("TextCNN", characters=characters, classes=classes, filters=filters)
        self.widths = tuple(widths)
        self.embedding = Embedding(characters, embedding)
        self.filters = [Conv1d(embedding, filters, width) for width in self.widths]
        self.dropout = Dropout(dropout)
        self.scores = Linear(filters * len(self.widths), classes)

    def forward(self, ids):
        """ids (T, N) -> scores (N, classes)."""
        if np.ndim(ids) != 2 or np.shape(ids)[0] < max(self.widths):
            raise ShapeError(
                f"TextCNN: expected ids (T, N) with T at least {max(self.widths)}, the widest "
                f"filter, got {np.shape(ids)}"
            )
        x = np.transpose(self.embedding(ids), (1, 2, 0))  # (N, embedding, T)
        found = [F.relu(np.max(layer(x), axis=2)) for layer in self.filters]
        return self.scores(self.dropout(np.concatenate(found, axis=1)))


@register
def character_model(characters=65, **options) -> CharacterModel:
    """An LSTM that predicts the next character; see `CharacterModel`."""
    return CharacterModel(characters, **options)


@register
def text_cnn(characters=100, classes=6, **options) -> TextCNN:
    """A 1-D convolutional network over text; see `TextCNN`."""
    return TextCNN(characters, classes, **options)
