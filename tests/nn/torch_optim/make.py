"""Write references.npz: what PyTorch's optimisers and schedules give (needs PyTorch 2.x)."""

from pathlib import Path

import cases
import numpy as np
import torch


def parameters(dtype):
    return [torch.tensor(v, requires_grad=True) for v in cases.start(dtype)]


def descended(ps, optimizer):
    """The numbers of all parameters after every step: (steps, numbers)."""
    rows = []
    for _ in range(cases.STEPS):
        optimizer.zero_grad()
        cases.loss(*ps).backward()
        optimizer.step()
        rows.append(np.concatenate([p.detach().numpy().ravel() for p in ps]))
    return np.array(rows)


def rates(name, options):
    optimizer = torch.optim.SGD(parameters(float), lr=0.1, momentum=0.9)
    module = torch.optim.lr_scheduler
    if name == "SequentialLR":
        options = {**options, "schedulers": cases.parts(module, optimizer)}
    schedule, rows = getattr(module, name)(optimizer, **options), []
    for measure in cases.measures():
        group = optimizer.param_groups[0]
        rows.append((group["lr"], group["momentum"]))
        optimizer.step()
        schedule.step(*[measure] * (name == "ReduceLROnPlateau"))
    return np.array(rows)


def main():
    found = {}
    for dtype in ("float32", "float64"):
        torch.set_default_dtype(getattr(torch, dtype))  # of the products that NAdam keeps
        for case, (name, options) in cases.OPTIMISERS.items():
            ps = parameters(dtype)
            optimizer = getattr(torch.optim, name)(ps, **options)
            found[f"{case}/{dtype}"] = descended(ps, optimizer)[4::5]
    ps = parameters(float)
    groups = [{"params": ps[:1], **cases.GROUPS[0]}, {"params": ps[1:], **cases.GROUPS[1]}]
    found["groups"] = descended(ps, torch.optim.SGD(groups, lr=0.01, momentum=0.9))[4::5]
    for case, (name, options) in cases.SCHEDULES.items():
        found[f"schedule {case}"] = rates(name, options)
    for order in (1.0, 2.0, 3.0, float("inf")):
        ps = parameters(float)
        cases.loss(*ps).backward()
        total = torch.nn.utils.clip_grad_norm_(ps, 2.0, order)
        numbers = [p.grad.numpy().ravel() for p in ps]
        found[f"clip {order}"] = np.concatenate([[total], *numbers])
    np.savez_compressed(Path(__file__).with_name("references.npz"), **found)


if __name__ == "__main__":
    main()
