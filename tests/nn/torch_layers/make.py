"""Write references.npz: what PyTorch's layers and losses give (needs PyTorch 2.x)."""

from pathlib import Path

import cases
import numpy as np
import torch


def made(case, rng):
    """The layer of a case with its parameters, and its state dict's names; or the function."""
    name, args, options, _, run = case
    options = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    if name[0].islower():
        return (lambda *x: getattr(torch.nn.functional, name)(*x, **options)), []
    layer = getattr(torch.nn, name)(*args, **options).double()
    state = layer.state_dict()
    for path, v in state.items():
        if v.dtype == torch.float64 and options.get(path) is None:  # not a loss's class weights
            state[path] = torch.tensor(cases.start(rng, path, tuple(v.shape)))
    layer.load_state_dict(state)
    return layer.train(not run.get("eval")), list(state)


def results(key, case):
    """Output, gradients of the floating inputs and the parameters, state: one row of numbers."""
    rng = cases.numbers(key)
    layer, names = made(case, rng)
    for _ in range(case[4].get("passes", 1)):
        inputs = [torch.tensor(cases.draw(rng, *spec)) for spec in case[3]]
        for x, spec in zip(inputs, case[3], strict=True):
            if spec[0] in (cases.R, cases.P, cases.LOGS):
                x.requires_grad_()
        y = layer(*inputs, **case[4].get("forward", {}))
        g = torch.tensor(rng.standard_normal(tuple(y.shape)))
    y.backward(g)
    parts = [y, *(x.grad for x in inputs if x.requires_grad)]
    if isinstance(layer, torch.nn.Module):
        parts += [p.grad for p in layer.parameters()] + list(layer.buffers())
    return np.concatenate([p.detach().double().numpy().ravel() for p in parts]), names


def main():
    rows, names = [], []
    for key, case in cases.CASES.items():
        row, state = results(key, case)
        rows.append(row)
        names.append(",".join(state))
    np.savez_compressed(
        Path(__file__).parent / "references.npz",
        keys=np.array(list(cases.CASES)),
        states=np.array(names),
        lengths=np.array([len(row) for row in rows]),
        numbers=np.concatenate(rows),
        version=np.array(torch.__version__),
    )
    print(len(rows), "cases", sum(map(len, rows)), "numbers")


if __name__ == "__main__":
    main()
