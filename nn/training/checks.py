"""What a Trainer is given, checked before anything begins."""

import warnings

from autograd.errors import DtypeError, ValueRangeError
from nn.functional.checks import positive_int
from nn.module import Module
from nn.optim import LRScheduler, Optimizer, ReduceLROnPlateau


def check_parts(model, loss, optimizer, schedule, metrics):
    """Raise unless these belong together."""
    if not isinstance(model, Module):
        raise DtypeError(f"Trainer: the model must be a Module, got {type(model).__name__}")
    if not callable(loss):
        raise DtypeError(
            f"Trainer: the loss must be a function of outputs and target, got {type(loss).__name__}"
        )
    if isinstance(loss, type):
        raise DtypeError(
            f"Trainer: the loss is the class {loss.__name__}; make one: {loss.__name__}()"
        )
    if not isinstance(optimizer, Optimizer):
        raise DtypeError(
            f"Trainer: the optimizer must be one of nn.optim, got {type(optimizer).__name__}"
        )
    if schedule is not None and not isinstance(schedule, LRScheduler):
        raise DtypeError(
            f"Trainer: the schedule must be one of nn.optim's, got {type(schedule).__name__}"
        )
    if metrics is not None and not isinstance(metrics, dict):
        raise DtypeError(
            "Trainer: metrics must be a dict, as in {'accuracy': nn.training.accuracy}, got "
            f"{type(metrics).__name__}"
        )
    columns = {"loss", "epoch", "step", "lr", "seconds"}
    taken = [k for k in metrics or () if k in columns or str(k).startswith("validation ")]
    if taken:
        raise ValueRangeError(f"Trainer: a metric needs another name than {taken}")
    if schedule is not None and schedule.optimizer is not optimizer:
        raise ValueRangeError("Trainer: the schedule belongs to another optimizer")
    _check_parameters(model, loss, optimizer)


def _check_parameters(model, loss, optimizer):
    """The usual mistake is a layer replaced after the optimizer was built."""
    own = {p: name for name, p in model.named_parameters()}
    given = {p for group in optimizer.param_groups for p in group["params"]}
    foreign = given - own.keys() - set(loss.parameters() if isinstance(loss, Module) else ())
    if foreign:
        raise ValueRangeError(
            f"Trainer: {len(foreign)} of the optimizer's {len(given)} parameters are not the "
            "model's. Build the optimizer with model.parameters() of this very model, after its "
            "last layer was put in."
        )
    left_out = [name for p, name in own.items() if p.requires_grad and p not in given]
    if left_out:
        shown = ", ".join(left_out[:5]) + ", ..." * (len(left_out) > 5)
        warnings.warn(
            f"Trainer: {len(left_out)} parameters of the model are in no group of the optimizer "
            f"and will stay as they are: {shown}. Freeze them, requires_grad_(False), if so meant.",
            stacklevel=4,
        )


def check_monitor(monitor, measures, schedule, by_step):
    """Raise unless it is measured, and a plateau schedule looks at it the same way."""
    if isinstance(schedule, ReduceLROnPlateau):
        if by_step:
            raise ValueRangeError("Trainer: a plateau schedule goes by epochs, not by steps")
        if schedule.mode != monitor.mode:
            raise ValueRangeError(
                f"Trainer: mode={monitor.mode!r}, but the plateau schedule has "
                f"mode={schedule.mode!r}; both look at the monitor"
            )
    if monitor.name not in measures:
        raise ValueRangeError(
            f"Trainer: monitor={monitor.name!r} is none of what is measured: {', '.join(measures)}"
        )


def count(name, value):
    """The value, if it is a positive integer."""
    return positive_int("Trainer", name, value)
