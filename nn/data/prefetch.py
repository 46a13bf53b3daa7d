"""Work done ahead: a thread makes the next items while the caller uses the last one."""

import contextvars
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nn.data.errors import DataError

GLANCE = 0.2  # seconds between two looks at whether the thread still lives


class Prefetch(Iterator):
    """Iterate over ``make(k) for k in keys``, made by a thread at most ``ahead`` items early.

    What `make` raises is raised here, with its traceback, in the place of the item that failed.
    Dropping the iterator, or `close`, stops the thread after the item it is working at; nothing
    waits for it, neither a ``break`` nor the end of the program.

    Examples
    --------
    >>> list(Prefetch(lambda k: k * k, range(4), ahead=2))
    [0, 1, 4, 9]
    """

    def __init__(self, make: Callable[[Any], Any], keys: Iterable[Any], ahead: int):
        self._channel = channel = _Channel(ahead)
        # The thread knows the channel, not this object: else the object would live as long as it.
        # It sees the caller's context: np.errstate, say.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(_work, channel, make, keys), name="DataLoader", daemon=True
        )
        self.close = weakref.finalize(self, channel.stop)  # also at the end of the program
        self._thread.start()

    def __next__(self):
        item, error = self._channel.take(self._thread)
        if error is None and item is not END:
            return item
        self.close()
        if isinstance(error, StopIteration):  # it would end the loop as if all were well
            raise RuntimeError("DataLoader: the data set raised StopIteration") from error
        raise error or StopIteration


END = object()


def _work(channel, make, keys):
    try:
        for k in keys:
            if not channel.put(make(k), None):
                return
    except BaseException as error:
        channel.put(None, error)
    else:
        channel.put(END, None)


class _Channel:
    """What lies ready: (item, None) each, and last of all END or the error that came instead."""

    def __init__(self, ahead):
        self.ahead, self.ready, self.stopped = ahead, deque(), False
        self.changed = threading.Condition()

    def put(self, item, error) -> bool:
        """Wait for room and add; False if nobody wants it any more."""
        with self.changed:
            while len(self.ready) >= self.ahead and not self.stopped:
                self.changed.wait(GLANCE)
            if self.stopped:
                return False
            self.ready.append((item, error))
            self.changed.notify()
        return True

    def take(self, thread):
        """Wait for the next item and the error in its place."""
        with self.changed:
            while not self.ready:
                if self.stopped:
                    return END, None
                # A wait without a limit would never notice a thread that is gone.
                if not self.changed.wait(GLANCE) and not thread.is_alive() and not self.ready:
                    raise DataError(
                        "DataLoader: the thread that prepares batches is gone; a process that was "
                        "forked has none. Start a `for` loop of its own over the loader there."
                    )
            self.changed.notify()
            return self.ready.popleft()

    def stop(self):
        """No more: the thread goes home at its next look.

        This may run in a garbage collection, anywhere, so it asks for no lock.
        """
        self.stopped = True
