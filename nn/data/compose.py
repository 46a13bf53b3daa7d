"""Several transforms in a row; matrices that are neighbours become one."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from autograd.errors import DtypeError
from nn.data.affine import Affine
from nn.data.transforms import Transform, apply


class Compose(Transform):
    """Several transforms, one after another: ``Compose([RandomCrop(28, 2), RandomRotation(10)])``.

    Neighbours that move pixels by a matrix (`Affine`: rotation, translation, rescaling, shear,
    stretch, mirroring) become one matrix, so the image is sampled, and blurred, only once.

    Parameters
    ----------
    transforms : sequence of callables
        Transforms, or functions of the images; if these have a parameter named ``rng``, they are
        given the Generator there.

    Examples
    --------
    >>> from nn.data import RandomCrop, RandomHorizontalFlip
    >>> augment = Compose([RandomHorizontalFlip(), RandomCrop(28, padding=2)])
    >>> augment(np.zeros((5, 1, 28, 28)), rng=0).shape
    (5, 1, 28, 28)
    """

    def __init__(self, transforms: Sequence[Callable]):
        self.transforms = list(transforms)
        for t in self.transforms:
            if not callable(t):
                raise DtypeError(f"Compose: expected transforms, got {t!r}")

    def apply(self, x, rng):
        """All of them in order."""
        for transform in merged(self.transforms):
            x = apply(transform, x, rng)
        return x

    def __repr__(self):
        return "Compose([" + ", ".join(map(repr, self.transforms)) + "])"


def merged(transforms: Iterable[Callable]) -> Iterator[Callable]:
    """The transforms, where neighbours that are matrices with one fill have become one."""
    group: list[Affine] = []
    for t in transforms:
        fills = {member.fill for member in [*group, t] if isinstance(member, Affine)} - {None}
        if group and not (isinstance(t, Affine) and len(fills) <= 1):
            yield _product(group)
            group = []
        if isinstance(t, Affine):
            group.append(t)
        else:
            yield t
    if group:
        yield _product(group)


def _product(group):
    return group[0] if len(group) == 1 else _Product(group)


class _Product(Affine):
    def __init__(self, parts):
        self.parts = parts
        self.fill = next((part.fill for part in parts if part.fill is not None), 0.0)

    def matrices(self, n, rng):
        m = np.eye(3)
        for part in self.parts:
            m = m @ part.matrices(n, rng)
        return m
