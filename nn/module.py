"""Module: a network, or a part of one, as a tree of plain attributes.

A Tensor is a parameter, an ndarray is state (a running mean), a Module or a list of them a child.
There is nothing to register: what a module is made of is read off its attributes.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.errors import AutogradError, DtypeError, ValueRangeError
from autograd.graph import clock
from nn import hooks, missing
from nn.attributes import Attributes
from nn.functional.recurrent import detach
from nn.state import load_state_dict, state_dict


class Module(missing.Refusing, Attributes):
    """Base of all layers and networks: set attributes in ``__init__``, compute in ``forward``.

    A plain list or dict of modules does what PyTorch's ModuleList and ModuleDict are for, and a
    plain Tensor or ndarray what Parameter and register_buffer are for.  Lists of lists of modules
    are refused.  What ``forward`` is the first to set, such as features to look at, is a result and
    no part of the module; nor are Tensors and arrays whose name starts with an underscore.

    Examples
    --------
    >>> class Scale(Module):
    ...     def __init__(self):
    ...         self.factor = Tensor(2.0, requires_grad=True)
    ...     def forward(self, x):
    ...         return self.factor * x
    >>> [name for name, p in Scale().named_parameters()]
    ['factor']
    """

    refused = missing.OF_MODULES
    training = True
    _forward_pre_hooks: tuple = ()
    _forward_hooks: tuple = ()

    def __init__(self):
        super().__init__()

    def __getattr__(self, name):
        if name in missing.MODULE:
            raise AttributeError(missing.message(type(self).__name__, name, missing.MODULE))
        return object.__getattribute__(self, name)  # raises, in a property where it went wrong

    def forward(self, *inputs):
        """Compute the output; each module says from what."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(self, ...) method")

    def __call__(self, *inputs, **options):
        """``forward``, between the hooks; an error says in which module it was raised.

        A module remembers when its latest calls began and ended, by the clock that numbers the
        nodes of the graph: so a drawing knows which nodes are whose.
        """
        start, mine, around = clock(), vars(self), self._running
        mine["_running"] = start if around is None else around
        try:
            if self._forward_pre_hooks:
                inputs = hooks.before(self, inputs)
            y = self.forward(*inputs, **options)
            if "_calls" not in mine:
                mine["_calls"] = deque(maxlen=2000)
            mine["_calls"].append((start, clock()))
            return hooks.after(self, inputs, y) if self._forward_hooks else y
        except AutogradError as e:
            self._locate(e)
            raise
        finally:
            if around is None:
                mine.pop("_running", None)

    def __getstate__(self):  # a copy has not been called
        return {
            name: detach(v) if name in self._results else v
            for name, v in vars(self).items()
            if name not in ("_calls", "_running")
        }

    def _locate(self, e):
        """Note in an error the path, from here, of the innermost module it came through."""
        where = vars(e).setdefault("module", self)
        path = next((path for path, m in self.named_modules() if m is where), "")
        if path:
            notes = [n for n in getattr(e, "__notes__", ()) if not n.startswith("in the module ")]
            last = repr(where).partition("\n")[0]
            e.__notes__ = [*notes, f"in the module {path!r} of {type(self).__name__}: {last}"]

    def register_forward_pre_hook(self, hook: Callable) -> hooks.Handle:
        """Call ``hook(module, inputs)`` before forward; what it returns, unless None, is the input.

        Returns a handle whose ``remove()`` takes the hook away.
        """
        return hooks.Handle(
            self, "_forward_pre_hooks", _function("register_forward_pre_hook", hook)
        )

    def register_forward_hook(self, hook: Callable) -> hooks.Handle:
        """Call ``hook(module, inputs, output)`` after forward; what it returns replaces the output.

        Returns a handle whose ``remove()`` takes the hook away.
        """
        return hooks.Handle(self, "_forward_hooks", _function("register_forward_hook", hook))

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """(name, module) of the modules right below this one."""
        return ((n, v) for n, v in self.attributes() if isinstance(v, Module))

    def children(self) -> Iterator["Module"]:
        """The modules right below this one."""
        return (m for _, m in self.named_children())

    def get_submodule(self, path: str) -> "Module":
        """The module at a path that `named_modules` gives: ``net.get_submodule("layer1.0.conv1")``.

        Raises
        ------
        DtypeError
            The path is no text.
        ValueRangeError
            There is none; the message lists those that are there.
        """
        if not isinstance(path, str):
            raise DtypeError(f"get_submodule: expected a path such as '0.conv', got {path!r}")
        module, rest = self, path
        while rest:
            for name, child in module.named_children():
                if rest == name or rest.startswith(name + "."):
                    module, rest = child, rest[len(name) + 1 :]
                    break
            else:
                there = [n for n, _ in module.named_children()]
                at = path[: len(path) - len(rest)].rstrip(".")
                raise ValueRangeError(
                    f"get_submodule: there is no {rest!r} in {at or type(self).__name__!r}; it has "
                    f"{', '.join(there) or 'no modules'}"
                )
        return module

    def apply(self, fn: Callable[["Module"], Any]) -> "Module":
        """Call ``fn(module)`` for all modules below, each after its own, then for this one.

        Returns the module.

        Examples
        --------
        >>> import nn
        >>> def start(module):
        ...     if isinstance(module, nn.Linear):
        ...         nn.init.kaiming_normal_(module.weight)
        >>> net = nn.Sequential(nn.Linear(2, 3), nn.ReLU()).apply(start)
        """
        order: dict[Module, None] = {}  # parents first, last children first: reversed below
        todo = [self]
        while todo:
            m = todo.pop()
            if m not in order:
                order[m] = None
                todo += m.children()
        for m in reversed(order):
            fn(m)
        return self

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, "Module"]]:
        """(path, module) of this module (path '') and all below, each once, parents first."""
        seen, todo = set(), [(prefix, self)]
        while todo:
            path, module = todo.pop()
            if module in seen:
                continue
            seen.add(module)
            yield path, module
            dot = "." if path else ""
            children = [(f"{path}{dot}{n}", m) for n, m in module.named_children()]
            todo += reversed(children)

    def modules(self) -> Iterator["Module"]:
        """This module and all below."""
        return (m for _, m in self.named_modules())

    def _named(self, kind) -> Iterator[tuple[str, "Module", str, Any]]:
        for path, module in self.named_modules():
            dot = "." if path else ""
            for name, v in module.attributes():
                if isinstance(v, kind):
                    yield f"{path}{dot}{name}", module, name, v

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """(path, Tensor) of every Tensor in the tree, a shared one once; frozen ones too."""
        seen = set()
        for path, _, _, p in self._named(Tensor):
            if id(p) not in seen:
                seen.add(id(p))
                yield path, p

    def parameters(self) -> Iterator[Tensor]:
        """Every Tensor in the tree; those that require grad are the ones to train."""
        return (p for _, p in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, np.ndarray]]:
        """(path, ndarray) of every state in the tree, such as running means."""
        return ((path, v) for path, _, _, v in self._named(np.ndarray))

    def buffers(self) -> Iterator[np.ndarray]:
        """Every ndarray in the tree."""
        return (v for _, v in self.named_buffers())

    def count_parameters(self) -> int:
        """Number of trained numbers."""
        return sum(p.size for p in self.parameters() if p.requires_grad)

    def zero_grad(self, **options):
        """Forget the gradients of all parameters."""
        missing.refuse("zero_grad", options)
        for p in self.parameters():
            p.zero_grad()

    def requires_grad_(self, on: bool = True) -> "Module":
        """Train all parameters below, or freeze them; returns the module."""
        for p in self.parameters():
            if p.dtype.kind in "fc":
                p.requires_grad_(on)
        return self

    def freeze(self) -> "Module":
        """Train none of the parameters below; returns the module.

        Batch norm goes on following the batches until `eval`.
        """
        return self.requires_grad_(False)

    def unfreeze(self) -> "Module":
        """Train all parameters below; returns the module."""
        return self.requires_grad_(True)

    def train(self, on: bool = True) -> "Module":
        """Behave as in training (dropout drops, batch norm uses the batch); returns the module."""
        for m in self.modules():
            m.training = on
        return self

    def eval(self) -> "Module":
        """Behave as in use; returns the module."""
        return self.train(False)

    def astype(self, dtype) -> "Module":
        """Change parameters and floating state to another dtype in place; returns the module.

        Raises
        ------
        DtypeError
            A dtype that is neither floating nor complex.  Nothing has been changed then.
        """
        try:
            kind = None if dtype is None else np.dtype(dtype).kind
        except TypeError:
            kind = None
        if kind not in ("f", "c"):
            raise DtypeError(
                f"astype of {type(self).__name__}: expected a floating dtype, np.float32 or "
                f"np.float64 say, got {dtype!r}"
            )
        for _, module, name, v in list(self._named((Tensor, np.ndarray))):
            if v.dtype.kind != "f":
                continue
            if isinstance(v, Tensor):
                trained = v.requires_grad
                v.node, v.grad = None, None
                v.data = Tensor(v.data, dtype=dtype).data
                v.requires_grad_(trained)
            else:
                module.set_attribute(name, v.astype(dtype))
        return self

    def state_dict(self) -> dict[str, np.ndarray]:
        """Path -> array (a copy) of every parameter and state, PyTorch's names."""
        return state_dict(self)

    def load_state_dict(self, state, strict: bool = True) -> "Module":
        """Take over the arrays of a state dict, in place; returns the module.

        Parameters
        ----------
        state : dict of str to array_like
            As `state_dict` gives it.
        strict : bool
            Refuse missing and unknown names.  Shapes must agree in any case.

        Raises
        ------
        ValueRangeError
            Missing or unknown names, all of them listed.
        ShapeError, DtypeError
            Other shapes, or dtypes that lose a part (complex to real), all of them listed.  Nothing
            has been changed then.
        """
        load_state_dict(self, state, strict)
        return self

    def extra_repr(self) -> str:
        """What `repr` shows of the module itself, between its parentheses."""
        return ""

    def _shown(self):
        """(name, object) of what `repr` shows on lines of their own."""
        return self.named_children()

    def _repr_html_(self):
        from autograd.insight.show import module_html

        return module_html(self)

    def __repr__(self):
        name, extra = type(self).__name__, self.extra_repr()
        lines = [f"  ({n}): " + _short(v).replace("\n", "\n  ") for n, v in self._shown()]
        if not lines:
            return f"{name}({extra})"
        return "\n".join([f"{name}(", *([f"  {extra}"] if extra else []), *lines, ")"])


def _short(v):
    return repr(v) if isinstance(v, Module) else getattr(v, "__name__", None) or repr(v)


def _function(op, hook):
    if not callable(hook):
        raise DtypeError(f"{op}: expected a function, got {type(hook).__name__}")
    return hook
