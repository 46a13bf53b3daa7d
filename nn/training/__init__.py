"""Training: the `Trainer`, what it measures, writes and draws, and recipes by name."""

from nn.training.checkpoints import Checkpoints
from nn.training.curves import Curves, plot_history
from nn.training.metrics import accuracy, top_k_accuracy
from nn.training.recipes import Recipe, recipe
from nn.training.trainer import Trainer, TrainingError
