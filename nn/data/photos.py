"""Images out of files, and the small digits and the two photos that come with scikit-learn."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from autograd.errors import DtypeError, IndexRangeError, ShapeError, ValueRangeError
from nn.bars import bar
from nn.data.errors import DataError
from nn.data.mnist import Digits
from nn.data.sources import Images

EXTENSIONS = {
    ".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp",
}  # fmt: skip


def digits() -> tuple[Digits, Digits]:
    """The 1,797 digits of 8 by 8 pixels in scikit-learn: ``train, test = digits()``.

    Needs scikit-learn, but no network.

    Returns
    -------
    train, test : Digits
        Of each digit four fifths for training, the rest for the test, always the same:
        1,433 and 364.  ``images`` float32 in [0, 1] of shape (N, 1, 8, 8), ``labels`` int64 (N,).

    Raises
    ------
    DataError
        If scikit-learn is not installed.

    Notes
    -----
    E. Alpaydin, C. Kaynak, "Optical recognition of handwritten digits", UCI 1998, the test set.

    Examples
    --------
    >>> train, test = digits()
    >>> train.images.shape, test.images.shape
    ((1433, 1, 8, 8), (364, 1, 8, 8))
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError(_missing("digits", "scikit-learn")) from error
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16).astype(np.float32).reshape(-1, 1, 8, 8)
    labels = labels.astype(np.int64)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(labels))
    of_each = [order[labels[order] == k] for k in range(10)]
    parts = [np.split(rows, [len(rows) * 4 // 5]) for rows in of_each]
    train, test = (rng.permutation(np.concatenate(part)) for part in zip(*parts, strict=True))
    return Digits(images[train], labels[train]), Digits(images[test], labels[test])


def photo(name: str) -> np.ndarray:
    """A photo that comes with scikit-learn, 'china' (a palace) or 'flower'.

    Returns
    -------
    ndarray, (3, 427, 640)
        float32 in [0, 1].

    Raises
    ------
    DataError
        If scikit-learn or Pillow is not installed.
    ValueRangeError
        If there is no photo of that name.
    """
    if name not in ("china", "flower"):
        raise ValueRangeError(f"photo: there are 'china' and 'flower', got {name!r}")
    try:
        from sklearn.datasets import load_sample_image

        pixels = load_sample_image(f"{name}.jpg")
    except ImportError as error:
        raise DataError(_missing("photo", "scikit-learn and Pillow")) from error
    return pixels.transpose(2, 0, 1).astype(np.float32) / 255


def read_image(
    path: str | os.PathLike, size: int | tuple[int, int] | None = None, mode: str = "RGB"
) -> np.ndarray:
    """An image file as an array, turned upright if the camera noted how it was held.

    Parameters
    ----------
    path : path
        Any format that Pillow reads.  Of moving pictures it is the first.  Pixels of more than 8
        bits are taken as 0 to 65535, those of 32 bits too, floating ones as 0 to 1.
    size : int or (height, width), optional
        The image is scaled, keeping its proportions, to the smallest that covers this, and the
        middle is cut out: nothing is distorted, and there are no borders.
    mode : 'RGB' or 'L'
        Three channels, or one of grey.  What is transparent is on white.

    Returns
    -------
    ndarray, (C, H, W)
        float32 in [0, 1].

    Raises
    ------
    DataError
        If it is no image, a damaged one, one with pixels out of that range, or Pillow is not
        installed.
    """
    if mode not in ("RGB", "L"):
        raise ValueRangeError(f"read_image: mode must be 'RGB' or 'L', got {mode!r}")
    size = _pair(size)
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise DataError(_missing("read_image", "Pillow")) from error
    try:
        with Image.open(path) as file:
            image = _plain(path, ImageOps.exif_transpose(file), mode)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise DataError(
            f"read_image: {os.fspath(path)!r} is missing, damaged or no image: {error}. Replace "
            "it, or take it out of the folder."
        ) from error
    if size is not None:
        height, width = size
        image = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    pixels = np.asarray(image, np.float32) / 255
    return pixels[np.newaxis] if mode == "L" else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _plain(path, image, mode):
    """The image in the mode, of 8 bits, without transparency."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":  # 16 bits; convert() would clip them
        top = 65535 if image.mode.startswith("I") else 1
        values = np.asarray(image, np.float64)
        scaled = np.rint(values * (255 / top))
        if not (scaled.min() >= 0 and scaled.max() <= 255):
            raise DataError(
                f"read_image: {os.fspath(path)!r} has pixels from {values.min():g} to "
                f"{values.max():g}, but of {'floats' if top == 1 else 'integers of 32 bits'} 0 to "
                f"{top} is expected. Scale them and save the image again, or make the array of "
                "np.asarray(PIL.Image.open(path)) yourself."
            )
        image = Image.fromarray(scaled.astype(np.uint8))
    if image.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert(mode)


class ImageFolder:
    """Images in a folder of folders, one for each class: ``root/cat/1.jpg``, ``root/dog/7.png``.

    Classes are numbered in the order of their names.  Images may lie deeper; files that are no
    images by their ending, and what begins with a dot, are left out.  An image is read when it is
    asked for; `DataLoader` does that ahead, in a thread.

    Parameters
    ----------
    root : path
        The folder.
    size : int or (height, width), optional
        Scale and cut all images to this, as `read_image` does.  Without it they must be of one
        size to make a batch.
    mode : 'RGB' or 'L'
        Three channels, or one of grey.

    Attributes
    ----------
    classes : list of str
        The names of the folders, sorted.
    paths : list of Path
        Every image.
    labels : ndarray, (N,)
        int64, the class of each image.

    Raises
    ------
    DataError
        If there is no such folder, no folder in it, or a class without images.

    Examples
    --------
    >>> animals = ImageFolder("animals", size=64)  # doctest: +SKIP
    >>> for images, labels in DataLoader(animals, 32, shuffle=True):  # doctest: +SKIP
    ...     ...
    """

    def __init__(
        self,
        root: str | os.PathLike,
        size: int | tuple[int, int] | None = None,
        mode: str = "RGB",
    ):
        self.root, self.size, self.mode = Path(root).expanduser(), _pair(size), mode
        if mode not in ("RGB", "L"):
            raise ValueRangeError(f"ImageFolder: mode must be 'RGB' or 'L', got {mode!r}")
        if not self.root.is_dir():
            raise DataError(f"ImageFolder: there is no folder {str(self.root)!r}")
        folders = sorted(p for p in self.root.iterdir() if p.is_dir() and p.name[0] != ".")
        if not folders:
            raise DataError(
                f"ImageFolder: {str(self.root)!r} has no folders in it. Expected one for each "
                "class, with its images: root/cat/1.jpg, root/dog/7.png."
            )
        found = {folder.name: sorted(_images_in(folder)) for folder in folders}
        if empty := [name for name, paths in found.items() if not paths]:
            raise DataError(
                f"ImageFolder: no images in {', '.join(empty)} of {str(self.root)!r}. Expected "
                f"files that end in {', '.join(sorted(EXTENSIONS))}. Add images or take the "
                "folder away."
            )
        self.classes = list(found)
        self.paths = [path for paths in found.values() for path in paths]
        self.labels = np.repeat(
            np.arange(len(found), dtype=np.int64), [len(paths) for paths in found.values()]
        )

    def __len__(self) -> int:
        """The number of images."""
        return len(self.paths)

    def __getitem__(self, i: int) -> tuple[np.ndarray, np.int64]:
        """Image i, float32 (C, H, W) in [0, 1], and its class."""
        if not -len(self) <= i < len(self):
            raise IndexRangeError(f"ImageFolder: there is no image {i} of {len(self)}")
        return read_image(self.paths[i], self.size, self.mode), self.labels[i]

    def load(self, verbose: bool = True) -> Images:
        """All of them in memory: images (N, C, H, W), labels (N,).

        Raises
        ------
        DataError
            If an image is damaged; the message names it.
        ShapeError
            If they are not of one size.
        """
        images: list[np.ndarray] = []
        for path in bar(self.paths, "images", verbose, file=sys.stderr):
            image = read_image(path, self.size, self.mode)
            if images and image.shape != images[0].shape:
                raise ShapeError(
                    f"ImageFolder: {str(path)!r} is {image.shape}, but {str(self.paths[0])!r} is "
                    f"{images[0].shape}. Give a size: ImageFolder(root, size=224)."
                )
            images.append(image)
        return Images(np.stack(images), self.labels)

    def __repr__(self):
        return f"ImageFolder({str(self.root)!r}): {len(self)} images of {', '.join(self.classes)}"


def _images_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part[0] == "." for part in path.relative_to(folder).parts)
        if path.suffix.lower() in EXTENSIONS and not hidden and path.is_file():
            yield path


def _pair(size) -> tuple[int, int] | None:
    if size is None:
        return None
    pair = size if isinstance(size, (tuple, list)) else (size, size)
    if len(pair) != 2 or not all(hasattr(n, "__index__") for n in pair):
        raise DtypeError(f"size must be an int or (height, width), got {size!r}")
    if min(pair) < 1:
        raise ValueRangeError(f"size must be positive, got {size!r}")
    return int(pair[0]), int(pair[1])


def _missing(function, package) -> str:
    return f'{function}: needs {package}, which is missing: pip install "chalkgrad[data]"'
