"""Where images, their phases and their gaps lie in the buffers of `convolution`."""

import functools
from itertools import product
from typing import NamedTuple

import numpy as np

from autograd.kernels.compiled.vectors import lanes

PLACES = 1024  # about how many places are computed at a time: their x stays in the L2 cache
JOBS = 8  # into at least so many jobs the work is parted, however many threads there are
TILE = 3  # vectors of places, by 4 outputs, that stay in registers


class Axis(NamedTuple):
    """``stored`` elements per phase, ``out`` places; (phase, shift) of each tap; the stride."""

    stored: int
    out: int
    taps: tuple
    stride: int

    def pitch(self) -> int:
        """How far apart rows along the next axis must start for their gaps to hold the zeros."""
        shifts = [m for _, m in self.taps]
        before, after = max(0, -min(shifts)), max(0, self.out - self.stored + max(shifts))
        return max(self.stored + max(before, after), self.out)


class Block(NamedTuple):
    """What is computed at a time, of some images or of rows of one, as compiled code knows it.

    An image with its gaps is a run of places; a plane holds those of a channel and phase.
    """

    each: int  # images
    rows: int  # along the first axis
    strips: int  # blocks of an image, where each is 1
    image: int  # how far apart images lie,
    row: int  # rows along the first axis,
    pitch: int  # and along the second
    lead: int  # places in front of the first image
    plane: int  # how far apart planes lie
    places: int  # to compute: some vectors' lanes
    V: int  # lanes
    low: int  # rows that taps read, from the first
    high: int  # and behind the last
    stored_b: int  # rows of the second axis, and elements of the third, in a phase
    stored_w: int
    out_a: int  # results along the first and second axis
    out_b: int


class Layout:
    """Where everything lies in the buffers.

    A block holds the number of images with the fewest tiles an image; with ``whole``, as many as
    there may be, for long sums.
    """

    def __init__(self, axes, itemsize, images, phases_out, whole):
        a, b, c = axes
        pitch = c.pitch()
        row = b.pitch() * pitch
        image = a.pitch() * row
        low, high = min(m for _, m in a.taps), max(m for _, m in a.taps)
        vector = lanes(itemsize)
        # a block is several images, or some rows (of the first axis) of one
        most = max(1, min(images // JOBS, PLACES // image))
        tail = (a.out - 1) * row + (b.out - 1) * pitch + c.out  # places of the last image
        tiles = [-(-((n - 1) * image + tail) // (TILE * vector)) / n for n in range(1, most + 1)]
        each = most if whole else min(range(most, 0, -1), key=lambda n: tiles[n - 1])
        strips = max(image // (2 * PLACES), -(-JOBS // images)) if each == 1 else 1
        rows = -(-a.out // min(strips, a.out))
        taps = list(product(a.taps, b.taps, c.taps))
        shifts = np.array([s * row + t * pitch + u for (_, s), (_, t), (_, u) in taps])
        last = (each - 1) * image + (rows - 1) * row + (b.out - 1) * pitch + c.out
        places = -(-last // (TILE * vector)) * TILE * vector
        lead = max(0, -low * row, -shifts.min())
        written = (each - 1) * image + (rows - 1 + high) * row + (b.stored - 1) * pitch + c.stored
        plane = lead + max(places + max(0, shifts.max()), written)
        self.block = Block(
            each, rows, -(-a.out // rows), image, row, pitch, int(lead), int(plane), places, vector,
            low, high, b.stored, c.stored, a.out, b.out,
        )  # fmt: skip
        used = [tuple(p for p, _ in tap) for tap in taps]
        if phases_out:  # taps by the phase of the result that they add to
            self.phases = np.zeros((1, 3), np.int64)
            self.out_phases = np.array(list(product(*(range(x.stride) for x in axes))))
            self.order = [[k for k, p in enumerate(used) if p == tuple(q)] for q in self.out_phases]
            self.offsets = lead + shifts[[k for part in self.order for k in part]]
            self.strides = np.ones(3, np.int64), np.array([x.stride for x in axes])
        else:
            phases = sorted(set(used))
            self.phases, self.out_phases = np.array(phases), np.zeros((1, 3), np.int64)
            self.order = [list(range(len(taps)))]
            self.offsets = np.array([phases.index(p) for p in used]) * plane + lead + shifts
            self.strides = np.array([x.stride for x in axes]), np.ones(3, np.int64)
        self.starts = np.cumsum([0] + [len(part) for part in self.order])

    def jobs(self, images) -> int:
        """Number of blocks."""
        return -(-images // self.block.each) * self.block.strips


@functools.lru_cache(512)
def layout_of(size, geometry, out, itemsize, images, of_dx, whole=False):
    """The layout for images of this size; ``of_dx``: for the adjoint in x, of g of size ``out``."""
    axes = []
    for n, k, s, (p, _), e, o in zip(size, *geometry, out, strict=True):
        taps = tuple(divmod(i * e - p, s)[::-1] for i in range(k))
        stored = -(-n // s)
        if of_dx:
            axes.append(Axis(o, stored, tuple((f, -m) for f, m in taps), s))
        else:
            axes.append(Axis(stored, o, taps, s))
    missing = [Axis(1, 1, ((0, 0),), 1)] * (3 - len(axes))
    # strips are along the first axis: with one missing, the rows of an image are that axis
    axes = missing + axes if len(axes) == 1 else axes[:1] + missing + axes[1:]
    return Layout(axes, itemsize, images, of_dx, whole)
