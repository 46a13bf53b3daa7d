"""Write references.npz: outputs and gradients of PyTorch's recurrent layers (needs PyTorch 2.x)."""

from pathlib import Path

import cases
import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def prepared(kind, options):
    layer = getattr(torch.nn, kind)(cases.I, cases.H, **options).double()
    values = cases.weights({n: tuple(p.shape) for n, p in layer.named_parameters()})
    layer.load_state_dict({n: torch.tensor(v) for n, v in values.items()})
    return layer


def found(layer, x, states, outputs):
    """Outputs, then gradients of x, the states and the parameters."""
    sum((y * torch.tensor(cases.of_sum(y.shape))).sum() for y in outputs).backward()
    leaves = [x, *states, *layer.parameters()]
    return cases.joined([y.detach() for y in outputs] + [v.grad for v in leaves])


def leaf(v):
    return torch.tensor(v, requires_grad=True)


def of_layer(kind, more, options, state, lengths):
    layer = prepared(kind, more | options)
    x, states = cases.inputs(kind, options, state)
    x, states = leaf(x), [leaf(s) for s in states]
    given = None if not states else tuple(states) if kind == "LSTM" else states[0]
    first, run = options.get("batch_first", False), x
    if lengths:
        run = pack_padded_sequence(x, cases.LENGTHS, first, enforce_sorted=False)
    y, last = layer(run, given)
    if lengths:
        y, _ = pad_packed_sequence(y, first, total_length=cases.T)
    return found(layer, x, states, (y, *(last if kind == "LSTM" else (last,))))


def of_cell(kind, options):
    cell = prepared(kind, options)
    shape = (cases.N, cases.H)
    x = leaf(cases.numbers((cases.N, cases.I), 1))
    states = [leaf(cases.numbers(shape, 2 + k)) for k in range(1 + (kind == "LSTMCell"))]
    y = cell(x, tuple(states) if kind == "LSTMCell" else states[0])
    return found(cell, x, states, y if isinstance(y, tuple) else (y,))


def main():
    arrays = {name: of_layer(*case) for name, case in cases.LAYERS.items()}
    arrays |= {name: of_cell(*case) for name, case in cases.CELLS.items()}
    np.savez_compressed(Path(__file__).parent / "references.npz", **arrays)


if __name__ == "__main__":
    main()
