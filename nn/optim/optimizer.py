"""Optimizer: groups of parameters, what is kept in between, and one step over them."""

from functools import partial

import numpy as np

from autograd import Tensor, enable_grad, graph
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.kernels import twin_for
from autograd.kernels.threads import share_calls
from nn import missing
from nn.functional.checks import is_number
from nn.optim.options import as_python, check_state, pair

BLOCK = 262_144  # elements up to which a rule's arrays and temporaries stay in cache
WAKING = 1_000_000  # elements from which a thread repays waking it
TWINS: dict = {}  # of functions that `fast_as` decorates; `functools.wraps` would copy attributes


def fast_as(twin, number):
    """Decorator of an `Optimizer.update` that is compiled in `autograd.kernels.compiled.descent`.

    ``number``: multiply-adds that BLAS does while NumPy's update takes one number further.
    """

    def decorate(update):
        TWINS[update] = twin, number
        return update

    return decorate


class Optimizer(missing.Refusing):
    """Base of the optimisers.

    A rule is written in one place, `update`, in plain NumPy on arrays of any shape; it must be
    elementwise, because large parameters are updated in blocks, several at a time in threads.

    A step changes the parameters in place, skips those without a gradient, and lets go of the graph
    that fed the gradients, so that a training loop holds one graph at a time.

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        A dict is a group with options of its own: ``{"params": head.parameters(), "lr": 0.1}``.
    **defaults
        Options of the groups that do not say otherwise.

    Attributes
    ----------
    param_groups : list of dict
        Per group its ``"params"`` and its options; an option may be changed at any time.
    state : dict of Tensor to dict
        Per parameter what the rule keeps: ``"step"``, how often it was updated, and arrays.

    Raises
    ------
    DtypeError
        Something is no leaf Tensor of real numbers.
    ValueRangeError
        No parameters; a parameter in two groups; an option unknown or out of range.

    Examples
    --------
    A rule of one's own, Polyak's average beside plain descent:

    >>> class Averaged(Optimizer):
    ...     def __init__(self, params, lr=0.1):
    ...         super().__init__(params, lr=lr)
    ...     def buffers(self, **options):
    ...         return {"average": 0.0}
    ...     def update(self, w, g, state, lr):
    ...         w -= lr * g
    ...         state["average"] += (w - state["average"]) / state["step"]
    >>> w = Tensor([3.0], requires_grad=True)
    >>> optimizer = Averaged([w])
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data, optimizer.state[w]["average"]
    (array([2.4]), array([2.4]))
    """

    refused = missing.OF_OPTIMIZERS
    pairs: tuple[str, ...] = ()  # the names of the options that are two numbers

    def __init__(self, params, **defaults):
        name = type(self).__name__
        if not hasattr(params, "__iter__") or isinstance(params, (Tensor, dict)):
            raise DtypeError(
                f"{name}: expected parameters to train, got {type(params).__name__}. Pass "
                "model.parameters(), or a list of Tensors, or of dicts with 'params' and options."
            )
        groups = list(params)
        if not groups:
            raise ValueRangeError(f"{name}: there are no parameters to train")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        self.defaults = defaults
        self.param_groups: list[dict] = []
        self.state: dict[Tensor, dict] = {}
        self._checked: list[dict] = []
        for group in groups:
            self.add_param_group(group)

    # -- what a rule says --------------------------------------------------------------------------

    def update(self, w, g, state, **options):
        """Change the array ``w`` in place by its gradient ``g``, which it must leave alone.

        ``state`` holds ``"step"``, 1 at the first update, and the arrays that `buffers` names, to
        be changed in place; ``options`` are the group's.
        """
        raise NotImplementedError(f"{type(self).__name__} has no update(self, w, g, state, ...)")

    def buffers(self, **options) -> dict[str, float]:
        """Name and first value of every array that the rule keeps for a parameter."""
        return {}

    def check(self, **options):
        """Raise ValueRangeError if an option is out of range."""

    # -- the step ----------------------------------------------------------------------------------

    def step(self, closure=None):
        """Change every parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Called first, with recording on, to compute the gradients: it calls ``zero_grad`` and
            ``backward`` and returns the loss, which `step` returns, too.

        Raises
        ------
        DtypeError
            The closure is no function.
        ValueRangeError
            An option of a group was set to what is out of range.  Nothing has been changed.
        ShapeError
            A gradient set by hand has another shape than its parameter.  Nothing has been changed.
        """
        by, loss = f"{type(self).__name__}.step()", None
        if closure is not None:
            if not callable(closure):
                raise DtypeError(
                    f"{by} takes nothing, or a function that computes the loss and calls its "
                    f"backward(); got {type(closure).__name__}"
                )
            with enable_grad():
                loss = closure()
        self._step(by)
        return loss

    def _step(self, by):
        roots, all_of_them = set(), self._with_options()
        todo = [(p, o) for p, o in all_of_them if p.grad is not None and p.node is not None]
        self._check_changed([*{id(o): o for _, o in todo}.values()])
        for p, _ in todo:
            if np.shape(p.grad) != p.shape:
                raise ShapeError(
                    f"{by}: the gradient of {_described(p)} has shape {np.shape(p.grad)}"
                )
        with np.errstate(all="ignore"):  # no warning stops a step half-way
            for p, options in todo:
                with p.changing(by) as w:
                    state = self._completed(p, options)
                    state["step"] += 1
                    try:
                        self._update(w, np.asarray(p.grad), state, options)
                    except Exception:
                        state["step"] -= 1
                        raise
                root = p.node.fed_by and p.node.fed_by()
                if root is not None:
                    roots.add(root)
        for root in roots:
            graph.release(root, by)

    def _check_changed(self, options):
        """Check the options of the groups, unless they are those of the last step."""
        if options != self._checked:
            for o in options:
                self._check_options(o)
            self._checked = options

    def _with_options(self):
        """Every parameter with the options of its group, which do not change its dtype."""
        for group in self.param_groups:
            options = {k: as_python(group[k]) for k in self.defaults}
            for p in group["params"]:
                yield p, options

    def _completed(self, p, options):
        """What is kept for ``p``, in its dtype; an option changed on the way may ask for more."""
        state = self.state.setdefault(p, {"step": 0})
        for name, value in self.buffers(**options).items():
            if name not in state:
                state[name] = np.full(p.shape, value, p.dtype)
            elif state[name].dtype != p.dtype:
                state[name] = state[name].astype(p.dtype)
        return state

    def _update(self, w, g, state, options):
        """`update`, in blocks where an array is large, and never on a single number."""
        if self._updated_fast(w, g, state, options):
            return None
        if w.ndim > 0 and (w.size <= BLOCK or not w.flags.c_contiguous):
            return self.update(w, g, state, **options)
        w, g = w.reshape(-1), g.reshape(-1)
        flat = {k: v.reshape(-1) for k, v in state.items() if k != "step"}
        blocks, calls = -(-w.size // BLOCK), []
        for k in range(blocks):
            part = slice(k * w.size // blocks, (k + 1) * w.size // blocks)
            kept = {"step": state["step"], **{name: v[part] for name, v in flat.items()}}
            calls.append(partial(self.update, w[part], g[part], kept, **options))
        share_calls(calls, light=w.size < WAKING)

    def _updated_fast(self, w, g, state, options) -> bool:
        """Whether the compiled twin of `update`, where there is one, has done its work."""
        twin, number = TWINS.get(getattr(self.update, "__func__", None), (None, 0))
        arrays = w, g, *(v for k, v in state.items() if k != "step")
        step = twin and twin_for(number * w.size, arrays, "descent", twin)
        return step is not None and step(w, g, state, **options) is not NotImplemented

    def zero_grad(self, **options):
        """Forget the gradients of all parameters: ``.grad = None``."""
        missing.refuse(f"{type(self).__name__}.zero_grad", options)
        for group in self.param_groups:
            for p in group["params"]:
                p.zero_grad()

    # -- groups ------------------------------------------------------------------------------------

    def add_param_group(self, group):
        """Train more parameters from now on: ``{"params": [...], "lr": 0.01}``.

        A ``"name"`` is kept as it is.  Raises as the constructor; nothing has been changed then.
        """
        name, group = type(self).__name__, dict(group)
        params = group.pop("params", None)
        if params is None or isinstance(params, (str, dict)):
            raise ValueRangeError(
                f"{name}: a group needs its parameters: {{'params': [...], 'lr': 0.01}}; got "
                f"{sorted(group)}"
            )
        params = [params] if isinstance(params, Tensor) else list(params)
        unknown = sorted(group.keys() - self.defaults - {"name", "initial_lr"})
        if unknown:
            raise ValueRangeError(
                f"{name}: a group has unknown options {unknown}; it knows {sorted(self.defaults)}"
            )
        self._check_parameters(params)
        options = {**self.defaults, **group}
        options |= {k: pair(name, k, options[k]) for k in self.pairs}
        if not is_number(options["lr"]) or not options["lr"] > 0:
            raise ValueRangeError(f"{name}: lr must be positive, got {options['lr']!r}")
        self._check_options({k: options[k] for k in self.defaults})
        params = list(dict.fromkeys(params))  # a shared one once
        self.param_groups.append({"params": params, **options})

    def _check_options(self, options):
        """Raise ValueRangeError unless an update can go by these; a schedule may set lr to 0."""
        for k in self.pairs:
            pair(type(self).__name__, k, options[k])
        self._check_rate(options["lr"])
        self.check(**options)

    def _check_rate(self, lr):
        if not is_number(lr) or not lr >= 0:
            raise ValueRangeError(f"{type(self).__name__}: lr must be 0 or more, got {lr!r}")

    def _check_parameters(self, params):
        name = type(self).__name__
        if not params:
            raise ValueRangeError(f"{name}: there are no parameters to train in a group")
        taken = {p for group in self.param_groups for p in group["params"]}
        for k, p in enumerate(params):
            if type(p) is not Tensor or not p.is_leaf:
                what = "the result of an operation" if type(p) is Tensor else type(p).__name__
                raise DtypeError(
                    f"{name}: parameter {k} must be a leaf Tensor, got {what}. Pass "
                    "model.parameters()."
                )
            if p.dtype.kind != "f":
                kind = "complex" if p.dtype.kind == "c" else str(p.dtype)
                raise DtypeError(
                    f"{name}: {kind} parameters are not supported (parameter {k}); train real and "
                    "imaginary parts of complex numbers, and floats in the place of integers."
                )
            if p in taken:
                raise ValueRangeError(
                    f"{name}: {_described(p)} (parameter {k} of its group) is in another group "
                    "already. Give every parameter to one group."
                )

    @property
    def lr(self) -> float:
        """The learning rate of all groups; setting it sets every group's."""
        rates = {group["lr"] for group in self.param_groups}
        if len(rates) > 1:
            raise ValueRangeError(
                f"{type(self).__name__}: the groups have learning rates of their own, "
                f"{sorted(rates)}; read optimizer.param_groups[k]['lr']"
            )
        return self.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value):
        self._check_rate(value)
        for group in self.param_groups:
            group["lr"] = value

    # -- on disk and back --------------------------------------------------------------------------

    def state_dict(self) -> dict:
        """Copies of what is kept, and the options; parameters as numbers, in PyTorch's layout."""
        numbers = {p: k for k, p in enumerate(self._parameters())}
        kept = {p: self._completed(p, o) for p, o in self._with_options() if p in self.state}
        return {
            "state": {
                numbers[p]: {k: np.array(v) if k != "step" else v for k, v in state.items()}
                for p, state in kept.items()
            },
            "param_groups": [
                {**group, "params": [numbers[p] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state):
        """Take over what `state_dict` gave, for parameters in the same order.

        Raises
        ------
        ValueRangeError
            Another number of groups or parameters, or another kind of optimiser; something is
            missing, or kept for parameters that are in no group.
        ShapeError
            Arrays that do not fit their parameters.  Nothing has been changed then.
        """
        name = type(self).__name__
        check_state(f"load_state_dict of {name}", state, ("state", "param_groups"))
        groups = state["param_groups"]
        for group in groups:
            check_state(f"load_state_dict of {name}, group", group, ("params",))
        mine, theirs = ([len(g["params"]) for g in gs] for gs in (self.param_groups, groups))
        if mine != theirs:
            raise ValueRangeError(
                f"load_state_dict of {name}: its groups have {mine} parameters, the state's have "
                f"{theirs}. Build the optimizer with the same groups first."
            )
        for group in groups:
            if group.keys() - {"name", "initial_lr"} != self.defaults.keys() | {"params"}:
                raise ValueRangeError(
                    f"load_state_dict of {name}: the state is another optimizer's: its options are "
                    f"{sorted(group.keys() - {'params'})}, expected {sorted(self.defaults)}"
                )
        places = [k for group in groups for k in group["params"]]
        options = [g for g in groups for _ in g["params"]]
        if stray := [k for k in state["state"] if k not in places]:
            raise ValueRangeError(
                f"load_state_dict of {name}: the state keeps something for the parameters {stray}, "
                f"but its groups have {places}"
            )
        new = {}
        for p, k, group in zip(self._parameters(), places, options, strict=True):
            if k in state["state"]:
                of_group = {o: group[o] for o in self.defaults}
                new[p] = self._loaded(p, k, state["state"][k], of_group)
        self.state = new
        for own, group in zip(self.param_groups, groups, strict=True):
            params = own["params"]
            own.clear()
            own.update({**group, "params": params})

    def _loaded(self, p, k, kept, options):
        by, names = f"load_state_dict of {type(self).__name__}", self.buffers(**options)
        if not kept.keys() >= names.keys() | {"step"}:
            raise ValueRangeError(
                f"{by}: for parameter {k} it needs {sorted(names.keys() | {'step'})}, got "
                f"{sorted(kept)}"
            )
        arrays = {n: v for n, v in kept.items() if n != "step"}  # some of options now switched off
        for n, v in arrays.items():
            if np.shape(v) != p.shape:
                raise ShapeError(
                    f"{by}: {n!r} of parameter {k} has shape {np.shape(v)}, {_described(p)}"
                )
        arrays = {n: np.array(v, p.dtype, order="C") for n, v in arrays.items()}
        return {"step": int(kept["step"]), **arrays}

    def _parameters(self):
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self):
        lines = []
        for k, group in enumerate(self.param_groups):
            options = ", ".join(f"{o}={v!r}" for o, v in group.items() if o != "params")
            count = sum(p.size for p in group["params"])
            lines.append(
                f"  group {k}: {len(group['params'])} parameters of {count:,} numbers, {options}"
            )
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])


def _described(p):
    return f"parameter {p.name!r} of shape {p.shape}" if p.name else f"a parameter of {p.shape}"
