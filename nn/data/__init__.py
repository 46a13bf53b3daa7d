"""Data: sets of images, batches out of them (`DataLoader`), and their augmentation."""

from nn import missing
from nn.data.affine import (
    RandomHorizontalFlip,
    RandomRescale,
    RandomRotation,
    RandomShear,
    RandomStretch,
    RandomTranslation,
    RandomVerticalFlip,
)
from nn.data.cifar import CIFAR10_CLASSES, cifar10
from nn.data.colour import ColorPCA, ColorShift
from nn.data.compose import Compose
from nn.data.crops import Cutout, RandomCrop, center_crop, ten_crop
from nn.data.elastic import ElasticTransform
from nn.data.errors import DataError
from nn.data.gallery import show_augmentations
from nn.data.loader import DataLoader
from nn.data.mnist import FASHION_MNIST_CLASSES, Digits, fashion_mnist, mnist
from nn.data.normalize import Normalize
from nn.data.photos import ImageFolder, digits, photo, read_image
from nn.data.resize import resize
from nn.data.sampling import affine, sample
from nn.data.scenes import Scenes, cluttered_digits
from nn.data.series import Series, airline, windows
from nn.data.sources import Images
from nn.data.text import Vocabulary, names, shakespeare, snippets, stream
from nn.data.transforms import Transform
from nn.data.video import DIRECTIONS, Videos, moving_digits


def __getattr__(name):
    raise AttributeError(missing.message(__name__, name, missing.DATA))
