"""Pickles of strangers: read by a machine that can build plain data, and nothing else.

A pickle is a program for a stack machine, and Python's own machine lets it import and call
anything.  This one knows numbers, texts, bytes, lists, tuples and dicts; every other name the
program asks for must be in a table that the caller gives, or reading stops with an error that says
which name it was.  Nothing is imported, no method of an object is looked up, nothing recurses.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from nn.data.errors import DataError


class Named:
    """A function that the pickle may call; ``named(*arguments)`` is what a call gives."""

    def __init__(self, call: Callable[..., Any]):
        self.call = call


class Built:
    """Base of what a table's functions may return if the pickle goes on to set its state."""

    def build(self, state: Any) -> None:
        """Take over the state."""
        raise NotImplementedError


def read_pickle(
    file: bytes | BinaryIO,
    source: str,
    names: Mapping[str, Any] | None = None,
    persistent: Callable[[Any], Any] | None = None,
    how: str = "",
) -> Any:
    """The plain data in a pickle, from bytes or from where a file stands; that is then behind it.

    Parameters
    ----------
    file : bytes or binary file
        A pickle of any protocol.
    source : str
        What it is, for messages.
    names : mapping
        'module.name' -> what the pickle gets for it: a `Named` to call, or a constant.
    persistent : callable, optional
        Gives the object for a persistent id.
    how : str
        How to save the arrays alone, for the message when it asks for more.

    Raises
    ------
    DataError
        If it is no whole pickle, or asks for anything else.

    Examples
    --------
    >>> import pickle
    >>> read_pickle(pickle.dumps({"a": [1, 2.5, None]}), "an example")
    {'a': [1, 2.5, None]}
    """
    import pickletools

    machine = _Machine(source, names or {}, persistent, how)
    stream = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            machine.run(opcode.name, argument)
        (result,) = machine.stack
    except DataError:
        raise
    except Exception as error:  # whatever a damaged program runs into
        raise DataError(
            f"{source}: the pickle in it is damaged or no pickle ({type(error).__name__}: "
            f"{error}). Download or copy it again."
        ) from error
    return result


MARK = object()
CONSTANTS = {
    "NONE": None, "NEWTRUE": True, "NEWFALSE": False, "MARK": MARK, "EMPTY_TUPLE": (),
}  # fmt: skip
ARGUMENTS = {  # the opcode puts its argument on the stack
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
}  # fmt: skip
NEW = {"EMPTY_LIST": list, "EMPTY_DICT": dict}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
SKIPPED = {"PROTO", "FRAME", "STOP"}
KEYS = (str, bytes, int, float, bool, type(None))


class _Machine:
    def __init__(self, source, names, persistent, how):
        self.source, self.names, self.persistent, self.how = source, names, persistent, how
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, name, argument):
        """One opcode; the names are those of `pickletools`."""
        stack = self.stack
        if name in ARGUMENTS:
            stack.append(argument)
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in NEW:
            stack.append(NEW[name]())
        elif name in TUPLES:
            stack[-TUPLES[name] :] = [tuple(self._last(TUPLES[name]))]
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[argument] = stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(self.memo[argument])
        elif name not in SKIPPED:
            step = getattr(self, f"_{name.lower()}", None)
            if step is None:
                self._refuse(f"the operation {name}")
            step(argument)

    # --- containers ---

    def _last(self, count):
        if len(self.stack) < count:
            raise IndexError("the stack is empty")
        return self.stack[-count:]

    def _marked(self):
        """Everything since the last mark, taken off the stack with the mark."""
        k = next(k for k in reversed(range(len(self.stack))) if self.stack[k] is MARK)
        items = self.stack[k + 1 :]
        del self.stack[k:]
        return items

    def _tuple(self, _):
        self.stack.append(tuple(self._marked()))

    def _list(self, _):
        self.stack.append(self._marked())

    def _dict(self, _):
        items = self._marked()
        self.stack.append({})
        self._set(items)

    def _append(self, _):
        self._extend([self.stack.pop()])

    def _appends(self, _):
        self._extend(self._marked())

    def _extend(self, items):
        if type(self.stack[-1]) is not list:
            raise TypeError("items for what is no list")
        self.stack[-1].extend(items)

    def _setitem(self, _):
        items = self._last(2)
        del self.stack[-2:]
        self._set(items)

    def _setitems(self, _):
        self._set(self._marked())

    def _set(self, items):
        target = self.stack[-1]
        if not isinstance(target, dict):
            raise TypeError("items for what is no dict")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, KEYS):  # a tuple may be so deep that its hash is a crash
                self._refuse(f"a {type(key).__name__} as the key of a dict")
            target[key] = value

    def _pop(self, _):
        self.stack.pop()

    def _pop_mark(self, _):
        self._marked()

    # --- names and calls ---

    def _global(self, argument):
        self._name(*argument.split(" ", 1))

    def _stack_global(self, _):
        module, name = self._last(2)
        if not (isinstance(module, str) and isinstance(name, str)):  # as a text it may be endless
            raise TypeError("a name that is no text")
        del self.stack[-2:]
        self._name(module, name)

    def _name(self, module, name):
        full = f"{module}.{name}"
        if full not in self.names:
            self._refuse(full)
        self.stack.append(self.names[full])

    def _reduce(self, _):
        function, arguments = self._last(2)
        if not isinstance(function, Named) or type(arguments) is not tuple:
            self._refuse(f"a call of {type(function).__name__}")
        self.stack[-2:] = [function.call(*arguments)]

    _newobj = _reduce

    def _build(self, _):
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, Built):
            target.build(state)
        elif type(target) is not dict:  # the attributes of an OrderedDict are let go
            self._refuse(f"to set the state of a {type(target).__name__}")

    def _binpersid(self, _):
        if self.persistent is None:
            self._refuse("an object kept elsewhere (a persistent id)")
        key = self.stack[-1]
        if isinstance(key, (list, tuple)) and any(isinstance(k, (list, tuple, dict)) for k in key):
            raise TypeError("a nested persistent id")  # as a text in a message it may be endless
        self.stack[-1] = self.persistent(key)

    def _refuse(self, what):
        raise DataError(
            f"{self.source}: the pickle in it asks for {what}. Only plain data are read here, and "
            "nothing of this file has been executed. If you trust who made it, load it with what "
            f"it was made with, and save the arrays alone{self.how}."
        )
