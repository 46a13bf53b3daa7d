"""Write signatures.json: the parameters of PyTorch's modules and functions (needs PyTorch 2.x).

A row is the name of what is called and its parameters in order: [name], or [name, default].
"""

import contextlib
import inspect
import json
import re
from pathlib import Path

import torch
from torch import nn, optim

PLACES = {
    "nn": nn, "functional": nn.functional, "optim": optim, "schedules": optim.lr_scheduler,
    "init": nn.init, "utils": nn.utils,
}  # fmt: skip


def parameters(name, called):
    """The parameters of ``called``, read from its docstring where it is not written in Python."""
    called = getattr(nn.functional, f"_{name}", called)  # a pool, of its two ways
    if inspect.isclass(called) and issubclass(called, nn.RNNBase) and called is not nn.RNNBase:
        first = [["input_size"], ["hidden_size"], ["num_layers", 1]]
        first += [["nonlinearity", "tanh"]] * (called is nn.RNN)
        return first + [row for row in parameters("", nn.RNNBase)[4:] if row[0] != "device"]
    try:
        found = inspect.signature(called)
    except ValueError:
        text = re.search(r"\((.*?)\)", called.__doc__ or "", re.DOTALL)[1]
        text = re.sub(r"\s+", " ", text).replace("tensor", "input")  # its name, whatever is written
        found = inspect.signature(eval(f"lambda {text}: None"))
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        [p.name] if p.default is p.empty else [p.name, p.default]
        for p in found.parameters.values()
        if p.kind not in kinds
    ]


def main():
    lines = []
    for place, module in PLACES.items():
        for name, called in sorted(vars(module).items()):
            deprecated = place == "init" and not name.endswith("_") and name != "calculate_gain"
            elsewhere = not (getattr(called, "__module__", None) or "torch").startswith("torch")
            elsewhere |= place == "schedules" and name == "Optimizer"
            classes = place in ("nn", "optim", "schedules")
            if name[0] == "_" or deprecated or elsewhere or inspect.isclass(called) != classes:
                continue
            with contextlib.suppress(TypeError, SyntaxError):  # helpers without a docstring
                row = json.dumps(parameters(name, called))
                lines.append(f"{json.dumps(f'{place}.{name}')}: {row}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    Path(__file__).with_name("signatures.json").write_text(text)
    print(len(lines), "signatures of PyTorch", torch.__version__)


if __name__ == "__main__":
    main()
