"""Curves, measures and recipes of training."""

import sys
from math import nan

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.training import Curves, plot_history, recipe
from nn.training.curves import as_text
from tests.nn.training_setup import IMAGES, LABELS, make, network


def test_curves():
    pytest.importorskip("matplotlib")
    trainer = make(validation=[(IMAGES, LABELS)], metrics={"accuracy": nn.training.accuracy})
    figure = plot_history(trainer.fit(3), trainer.losses)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["loss", "accuracy", "learning rate"]
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    assert set(lines) == {"each step", "loss", "validation loss"}
    np.testing.assert_array_equal(lines["loss"].get_ydata(), [r["loss"] for r in trainer.history])
    assert lines["each step"].get_xdata()[-1] == 3
    figure.canvas.draw()
    plot_history([]).canvas.draw()


def test_curves_need_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r'missing: pip install "chalkgrad\[viz\]"'):
        plot_history([])


@pytest.mark.parametrize(
    ("values", "drawn"), [((1.0, nan), "▁?"), ((nan, nan), "??"), ((2, 2), "▁▁")]
)
def test_a_small_curve_marks_what_is_no_number(values, drawn):
    history = [{"epoch": k, "loss": v} for k, v in enumerate(values, 1)]
    assert as_text(history).endswith(drawn)


def test_curves_in_words(capsys):
    make(after_epoch=[Curves()]).fit(2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("epoch 2  lr 0.1 ▁▁  loss 0.") and lines[1].endswith("█▁")


def test_accuracy_of_ties_and_pixels():
    assert nn.training.accuracy(np.zeros((2, 3)), [0, 1]) == 0.5  # the first counts as the highest
    scores = np.zeros((1, 2, 2, 2))
    scores[0, 1, 0] = 1
    assert nn.training.accuracy(Tensor(scores), np.array([[[1, 1], [1, 0]]])) == 0.75
    assert nn.training.top_k_accuracy(2)([[1, 2, 3], [3, 1, 2]], [0, 2]) == 0.5
    assert nn.training.accuracy([[np.nan, np.nan]], [0]) == 0
    assert nn.training.accuracy(np.zeros((0, 3)), []) == 0
    assert nn.training.accuracy((np.eye(3), np.ones((3, 3))), [0, 1, 2]) == 1


@pytest.mark.parametrize(
    "name, lr, momentum, decay, batch",
    [("alexnet", 0.01, 0.9, 5e-4, 128), ("resnet", 0.1, 0.9, 1e-5, 256)],
)
def test_recipes_of_the_lecture(name, lr, momentum, decay, batch):
    how = recipe(name, network().parameters(), patience=1)
    (group,) = how.optimizer.param_groups
    assert (group["lr"], group["momentum"], group["weight_decay"]) == (lr, momentum, decay)
    assert how.batch_size == batch and how.schedule_every == "epoch"
    for _ in range(3):
        how.schedule.step(1.0)
    assert how.optimizer.lr == pytest.approx(lr / 10)


def test_recipes_train():
    for name in ("alexnet", "resnet", "lenet5", "modern_mlp"):
        model = network()
        how = recipe(name, model.parameters(), steps_per_epoch=5, epochs=4)
        trainer = make(
            model, optimizer=how.optimizer, schedule=how.schedule,
            schedule_every=how.schedule_every,
        )  # fmt: skip
        history = trainer.fit(how.epochs)
        assert history[-1]["loss"] < history[0]["loss"], name


@pytest.mark.parametrize("network", ["lenet5", "modern_mlp"])
def test_the_command(tmp_path, monkeypatch, capsys, network):
    from nn.training import __main__ as command

    load = nn.data.mnist

    def few_digits(root):
        train, test = load(verbose=False)
        return type(train)(train.images[:640], train.labels[:640]), type(test)(
            test.images[:200], test.labels[:200]
        )

    monkeypatch.setattr(nn.data, "mnist", few_digits)
    monkeypatch.setattr(nn.training.trainer.EpochBar, "update", lambda self, batches: None)
    right = command.main([network, "--epochs", "3", "--out", str(tmp_path)])
    assert right > 0.5
    assert "of 200 test images are right, after 3 rounds over 587" in capsys.readouterr().out
    assert command.main([network, "--epochs", "3", "--out", str(tmp_path)]) == right
    assert "going on after step" in capsys.readouterr().out
