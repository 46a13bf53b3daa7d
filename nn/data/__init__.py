"""Data: batches out of arrays (`DataLoader`), and the handwritten digits (`mnist`)."""

from nn.data.loader import DataLoader
from nn.data.mnist import Digits, mnist

__all__ = ["DataLoader", "Digits", "mnist"]
