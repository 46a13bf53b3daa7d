"""DataLoader with augmentation: images of CIFAR's size per second."""

import numpy as np

from benchmarks.protocol import Row, ours

IMAGES, BATCH = 2048, 128


class Epoch:
    """`Work`: one epoch of shuffled batches, augmented."""

    def __init__(self, augmentations):
        from nn import data

        rng = np.random.default_rng(0)
        images = rng.integers(0, 256, (IMAGES, 3, 32, 32)).astype(np.float32) / 255
        labels = rng.integers(0, 10, IMAGES)
        transform = data.Compose([
            *augmentations(data), data.Normalize([0.49, 0.48, 0.45], [0.25, 0.24, 0.26])
        ])  # fmt: skip
        self.loader = data.DataLoader(
            (images, labels), BATCH, shuffle=True, seed=0, transform=transform
        )

    def step(self):
        """Once."""
        self.count = sum(len(labels) for _, labels in self.loader)

    def values(self):
        """How many images came."""
        return {"images": self.count}


def crops() -> Row:
    """What is usual for CIFAR."""
    return _row(
        "loader-crop",
        "mirrored and cropped",
        lambda d: (d.RandomHorizontalFlip(), d.RandomCrop(32, padding=4)),
    )


def moved() -> Row:
    """Interpolated at new places, all by one matrix."""
    return _row(
        "loader-affine",
        "rotated, rescaled, shifted and mirrored",
        lambda d: (
            d.RandomRotation(10), d.RandomRescale(1.2), d.RandomTranslation(3),
            d.RandomHorizontalFlip(),
        ),
    )  # fmt: skip


def _row(name, title, augmentations):
    return Row(
        name,
        f"DataLoader, {IMAGES:,} images of 3×32×32, {title}",
        "ms",
        ours(lambda: Epoch(augmentations), kernels=False),
        scale=1e3,
        rate=(IMAGES, "images"),
    )
