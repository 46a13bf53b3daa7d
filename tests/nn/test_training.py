"""The Trainer: learns, measures, logs, stops."""

import csv
import sys

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import ValueRangeError
from nn.training.monitor import Monitor
from tests.nn.training_setup import IMAGES, LABELS, assert_equal, make, network, weights


def test_it_does_what_the_five_line_loop_does():
    trainer = make()
    trainer.fit(3)
    model = network()
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loader = nn.data.DataLoader((IMAGES, LABELS), 8, shuffle=True, seed=3)
    losses = []
    for _ in range(3):
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.data.item())
    assert_equal(weights(trainer), model.state_dict())
    assert trainer.losses == losses
    assert (trainer.step, trainer.epoch, trainer.batch) == (15, 3, 0)


def test_history_measures_and_log(tmp_path):
    schedule_of = nn.optim.StepLR
    model = network()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    trainer = make(
        model,
        optimizer=optimizer,
        validation=nn.data.DataLoader((IMAGES, LABELS), 15),
        schedule=schedule_of(optimizer, 2),
        metrics={"accuracy": nn.training.accuracy},
        folder=tmp_path / "run",
    )
    history = trainer.fit(4)
    assert [row["lr"] for row in history] == pytest.approx([0.1, 0.1, 0.01, 0.01])
    assert [row["step"] for row in history] == [5, 10, 15, 20]
    assert list(history[0]) == [
        "epoch", "step", "lr", "loss", "accuracy", "validation loss", "validation accuracy",
        "seconds",
    ]  # fmt: skip
    with open(tmp_path / "run" / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [{k: float(v) for k, v in row.items()} for row in rows] == history
    scores = model(IMAGES).data
    assert history[-1]["validation accuracy"] == np.mean(scores.argmax(1) == LABELS)
    loss = nn.functional.cross_entropy(scores, LABELS)
    assert history[-1]["validation loss"] == pytest.approx(float(np.asarray(loss)), rel=1e-6)
    best = nn.load(tmp_path / "run" / "best.npz", into=network())
    assert trainer.best == min(row["validation loss"] for row in history)
    assert_equal(best.state_dict(), weights(trainer))
    assert len(list((tmp_path / "run").glob("checkpoint-*.npz"))) == 2


def test_accumulated_batches_are_one_large_batch():
    x, y = IMAGES[:16].astype(float), LABELS[:16]
    small = [(x[:7], y[:7]), (x[7:14], y[7:14]), (x[14:], y[14:])]
    runs = []
    for data, k in ((small, 3), ([(x, y)], 1)):
        model = network().astype(float)
        trainer = make(model, data=data, accumulate=k, metrics={"accuracy": nn.training.accuracy})
        trainer.fit(2)
        assert trainer.step == 2
        runs.append(trainer)
    for a, b in zip(weights(runs[0]).values(), weights(runs[1]).values(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    for a, b in zip(runs[0].history, runs[1].history, strict=True):
        assert a["loss"] == pytest.approx(b["loss"]) and a["accuracy"] == b["accuracy"]


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "NLLLoss"])
@pytest.mark.parametrize("weight", [None, [1.0, 0.5, 3.0, 0.2]])
def test_labels_count_as_in_one_large_batch(name, weight):
    x = IMAGES[:10].astype(float)
    y = np.array([0, 1, 2, 3, 0, -100, -100, -100, -100, 1])
    runs = []
    for size in (10, 5, 4, 3):  # of 3, the third has no label that counts
        nn.init.seed(0)
        model = nn.Sequential(nn.Linear(6, 4)).astype(float)
        if name == "NLLLoss":
            model = nn.Sequential(model, nn.LogSoftmax(1))
        data = nn.data.DataLoader((x, y), size)
        loss = getattr(nn, name)(weight if weight is None else np.array(weight))
        trainer = make(model, data=data, accumulate=10 // size + 1, loss=loss)
        before = trainer.evaluate(data)["loss"]
        trainer.fit(1)
        runs.append([before, trainer.losses[0], trainer.history[0]["loss"], weights(trainer)])
        assert before == pytest.approx(trainer.losses[0])
    for run in runs[1:]:
        np.testing.assert_allclose(run[:3], runs[0][:3], rtol=1e-12)
        for a, b in zip(run[3].values(), runs[0][3].values(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def test_what_the_mean_of_a_loss_is_over():
    loss = nn.CrossEntropyLoss(np.array([1, 2.5]), ignore_index=2)
    assert loss.mean_over(Tensor(np.array([[0, 1], [1, 2]]))) == 6
    assert nn.NLLLoss(ignore_index=0).mean_over([0, 1, 0]) == 1
    assert nn.CrossEntropyLoss().mean_over(np.full((2, 3), 0.5)) is None  # probabilities
    assert nn.CrossEntropyLoss(reduction="sum").mean_over(LABELS) is None
    model = network()
    scores, labels = model(IMAGES).data, LABELS.copy()
    labels[3] = 7
    trainer = make(model, data=[(IMAGES, labels)], loss=nn.CrossEntropyLoss(np.ones(2)))
    with pytest.raises(ValueRangeError, match="label is 7, but with 2"):
        trainer.fit(1)
    np.testing.assert_array_equal(model(IMAGES).data, scores)


def test_batches_whose_labels_all_do_not_count():
    none = (IMAGES[:3], np.full(3, -100))
    trainer = make(data=[none, (IMAGES, LABELS)], metrics={"accuracy": nn.training.accuracy})
    assert trainer.evaluate([none, (IMAGES, LABELS)]) == trainer.evaluate([(IMAGES, LABELS)])
    with pytest.raises(ValueRangeError, match="no label of the loader .* counts: each is ignore_i"):
        trainer.evaluate([none])
    with pytest.raises(ValueRangeError, match="every label is ignore_index.* Skip this batch"):
        trainer.fit(1)  # there is nothing to make a step of


def test_an_incomplete_last_group_counts_with_its_samples():
    trainer = make(batch=9, accumulate=2)  # 9, 9 | 9, 9 | 4
    trainer.fit(1)
    assert trainer.step == 3


def test_clipping_by_norm():
    model = network()
    before, norms = model.state_dict(), []
    trainer = make(
        model, lr=1e-3, optimizer=nn.SGD(model.parameters(), lr=1.0), clip_norm=1e-3,
        data=[(IMAGES, LABELS)],
        after_step=[lambda t: norms.append(
            np.sqrt(sum(np.sum((v - before[k]) ** 2) for k, v in weights(t).items()))
        )],
    )  # fmt: skip
    trainer.fit(1)
    assert norms[0] == pytest.approx(1e-3, rel=1e-2)


def test_modes_of_modules_are_left_as_they_were():
    nn.init.seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))
    model[1].eval()  # a frozen batch norm
    trainer = make(model, validation=nn.data.DataLoader((IMAGES, LABELS), 40))
    frozen = model[1].running_mean.copy()
    trainer.fit(2)
    assert model.training and model[2].training and not model[1].training
    np.testing.assert_array_equal(model[1].running_mean, frozen)
    model.eval()
    trainer.fit(3)
    assert model[2].training


def test_a_loss_with_modes_of_its_own_is_validated_in_eval_mode():
    class Loss(nn.Module):
        def __init__(self):
            self.norm, self.frozen = nn.BatchNorm1d(2), nn.BatchNorm1d(2).eval()
            self.drop = nn.Dropout(0.5)

        def forward(self, scores, labels):
            scores = self.drop(self.norm(self.frozen(scores)))
            return nn.functional.cross_entropy(scores, labels)

    data, runs = nn.data.DataLoader((IMAGES, LABELS), 8), []
    for validation in (None, data):
        model, loss = network(), Loss()
        optimizer = nn.SGD([*model.parameters(), *loss.parameters()], lr=0.1)
        trainer = make(model, optimizer=optimizer, loss=loss, validation=validation)
        trainer.fit(2)
        assert trainer.evaluate(data) == trainer.evaluate(data)
        assert loss.training and loss.drop.training and not loss.frozen.training
        runs.append(trainer)
    assert_equal(weights(runs[0]), weights(runs[1]))
    assert_equal(*(run.loss.state_dict() for run in runs))
    assert runs[0].losses == runs[1].losses


def test_batches_of_sequences_count_by_their_sequences():
    def trainer(batch, **options):
        nn.init.seed(0)
        data = nn.data.DataLoader(  # 40 sequences of 3 steps, time first
            (IMAGES.reshape(40, 3, 2), LABELS), batch, transform=lambda x: x.swapaxes(0, 1)
        )
        loss, metrics = nn.functional.cross_entropy, {"accuracy": nn.training.accuracy}
        model = nn.models.SequenceClassifier(2, 4, 2)
        return make(model, data=data, loss=loss, metrics=metrics, **options)

    whole, parts = trainer(40), trainer(13, accumulate=4)  # 13, 13, 13 and 1
    for _ in range(2):
        a, b = (t.evaluate(t._train.loader) for t in (whole, parts))
        assert a == pytest.approx(b, rel=1e-6)
        for t in (whole, parts):
            t.fit(1)
    assert whole.losses == pytest.approx(parts.losses, rel=1e-6)
    for k, w in weights(whole).items():
        np.testing.assert_allclose(weights(parts)[k], w, atol=1e-6)


def test_evaluate_leaves_the_loader_where_it_stands():
    data = nn.data.DataLoader((IMAGES, LABELS), 8, shuffle=True, seed=1)
    trainer, orders = make(data=[(IMAGES, LABELS)]), []
    for _ in range(3):
        seen = []
        for k, (_, labels) in enumerate(data):
            seen += labels.tolist()
            if k == 2:
                trainer.evaluate(data)
                assert data.state_dict()["batch"] == 3
        trainer.evaluate(data)
        orders.append(seen)
    assert data.epoch == 3
    assert [sorted(seen) for seen in orders] == [sorted(LABELS)] * 3
    assert orders[0] != orders[1] != orders[2]


def test_several_inputs_and_targets():
    class Two(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(12, 2)

        def forward(self, a, b):
            scores = self.fc(np.concatenate([a, b], axis=1))
            return scores, scores * 2

    def both(outputs, targets):
        return nn.functional.cross_entropy(outputs[0], targets[0]) + nn.functional.cross_entropy(
            outputs[1], targets[1]
        )

    data = nn.data.DataLoader((IMAGES, IMAGES, LABELS, 1 - LABELS), 8)
    trainer = make(
        Two(), data=data, inputs=2, loss=both,
        metrics={"first": lambda outputs, targets: np.mean(outputs[0].argmax(1) == targets[0])},
    )  # fmt: skip
    assert 0 <= trainer.fit(1)[0]["first"] <= 1


def test_a_single_array_is_its_own_target():
    model = nn.Sequential(nn.Linear(6, 2), nn.Linear(2, 6))
    trainer = make(model, data=nn.data.DataLoader(IMAGES, 8), loss=nn.MSELoss(), lr=0.05)
    history = trainer.fit(5)
    assert history[-1]["loss"] < history[0]["loss"]


@pytest.mark.parametrize(
    "mode, values, improved, best, bad",
    [
        ("min", [3.0, 2.0, 2.0, np.nan, 1.0], [True, True, False, False, True], 1.0, 0),
        ("max", [3.0, np.nan, 3.0, 4.0, -1.0], [True, False, False, True, False], 4.0, 1),
        ("min", [np.inf, np.nan], [False, False], np.inf, 2),
    ],
)
def test_a_monitor_tells_better_from_worse(mode, values, improved, best, bad):
    monitor = Monitor("loss", mode)
    assert [monitor.see(v) for v in values] == improved
    assert (monitor.best, monitor.bad_epochs, monitor.reason_to_stop()) == (best, bad, "")


def test_a_monitor_loses_patience_and_finds_it_again():
    monitor, reasons = Monitor("accuracy", "max", patience=2), []
    for value in (0.5, 0.4, 0.5, 0.6):
        monitor.see(value)
        reasons.append(monitor.reason_to_stop())
    assert reasons == ["", "", "accuracy has not improved for 2 epochs; the best was 0.5", ""]


def test_early_stopping_and_plateau():
    model = network()
    optimizer = nn.SGD(model.parameters(), lr=1.0)
    values = iter([1.0, 0.5, 0.6, 0.7, 0.8])
    trainer = make(
        model, optimizer=optimizer, monitor="validation made up", patience=3,
        validation=[(IMAGES, LABELS)],
        schedule=nn.optim.ReduceLROnPlateau(optimizer, patience=1),
        metrics={"made up": lambda outputs, target: 0.0 if model.training else next(values)},
    )  # fmt: skip
    trainer.fit(10)
    assert trainer.epoch == 5 and trainer.best == 0.5
    assert "validation made up has not improved for 3 epochs; the best was 0.5" in trainer.stopped
    assert [row["lr"] for row in trainer.history] == pytest.approx([1, 1, 1, 1, 0.1])
    trainer.fit(10)
    assert trainer.epoch == 5


def test_patience_goes_on_where_a_checkpoint_left_it(tmp_path):
    def start():
        return make(mode="max", patience=3, folder=tmp_path)  # the loss only falls

    start().fit(3)
    again = start()
    again.resume()
    assert (again.best, again.bad_epochs) == (again.history[0]["loss"], 2)
    again.fit(10)
    assert again.epoch == 4 and "for 3 epochs" in again.stopped


def test_more_epochs_go_on_after_an_early_stop(tmp_path):
    def start(folder):
        return make(mode="max", patience=3, folder=tmp_path / folder)  # the loss only falls

    trainer = start("a")
    assert len(trainer.fit(10)) == 4 and "for 3 epochs" in trainer.stopped
    assert len(trainer.fit(10)) == len(trainer.fit(9)) == 4
    assert len(trainer.fit(12)) == 7 and "for 3 epochs" in trainer.stopped
    again = start("a")
    again.resume()
    assert len(again.fit(10)) == len(again.fit(12)) == 7  # as the run that it is
    assert len(again.fit(13)) == 10


def test_functions_are_called_and_may_stop():
    seen = []
    trainer = make(
        after_step=[lambda t: seen.append(t.step)],
        after_epoch=[lambda t: t.stop("enough") if t.epoch == 2 else None],
    )
    trainer.fit(5)
    assert seen == list(range(1, 11)) and trainer.stopped == "enough"


def test_looking_at_the_loader_changes_nothing():
    loader = nn.data.DataLoader((IMAGES, LABELS), 8, shuffle=True, seed=3)
    a, b = make(), make(data=loader)
    a.fit(2)
    next(iter(loader))
    b.fit(1)
    next(iter(loader))
    b.fit(2)
    assert_equal(weights(a), weights(b))


def test_bar_and_lines(capsys, monkeypatch):
    trainer = make()
    trainer.progress = True
    trainer.fit(1)
    assert "epoch 1/1" in capsys.readouterr().out
    monkeypatch.setitem(sys.modules, "tqdm", None)
    trainer.fit(2)
    assert capsys.readouterr().out.startswith("epoch 2/2: lr 0.1, loss 0.")


def test_a_program_without_a_console(monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    x, model = np.ones((4, 2), np.float32), nn.Linear(2, 1)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    loader = nn.data.DataLoader((x, x[:, :1]), batch_size=2)
    assert len(nn.Trainer(model, nn.MSELoss(), optimizer, loader).fit(1)) == 1
