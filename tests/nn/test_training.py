"""The Trainer: learns, measures, logs, stops, refuses; killed and resumed, it ends the same."""

import copy
import csv
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor, no_grad
from autograd.errors import AutogradError, DtypeError, ShapeError, ValueRangeError
from nn.nesting import pack, unpack
from nn.storage import StorageError
from nn.training import Curves, TrainingError, plot_history, recipe
from nn.training.monitor import Monitor
from tests.nn import training_run

ROOT = Path(__file__).parents[2]
rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((40, 6)).astype(np.float32)
LABELS = (IMAGES[:, 0] > 0).astype(np.int64)


def network(seed=0):
    nn.init.seed(seed)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 2))


def make(model=None, lr=0.1, data=None, batch=8, **options):
    model = network() if model is None else model
    optimizer = options.pop("optimizer", None) or nn.SGD(model.parameters(), lr=lr, momentum=0.9)
    if data is None:
        data = nn.data.DataLoader((IMAGES, LABELS), batch, shuffle=True, seed=3)
    loss = options.pop("loss", nn.CrossEntropyLoss())
    return nn.Trainer(model, loss, optimizer, data, progress=False, **options)


def weights(trainer):
    return trainer.model.state_dict()


def assert_equal(a, b):
    assert a.keys() == b.keys()
    for k in a:
        np.testing.assert_array_equal(a[k], b[k], err_msg=k)


# -- a run ---------------------------------------------------------------------------------------


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
    for size in (10, 5, 4):
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


# -- killed and resumed --------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for a kill where a process of its own would be slow."""


@pytest.mark.parametrize("accumulate, written", [(1, (3, 6, 8, 9, 12, 15)), (3, (3,))])
def test_killed_after_any_step(tmp_path, accumulate, written):
    def start(folder, seed=5, kill_after=-1):
        def kill(t):
            if t.step == kill_after:
                raise Killed

        return training_run.trainer(folder, seed, accumulate=accumulate, after_step=[kill])

    whole = start(tmp_path / "whole")
    whole.fit(2)
    generator = nn.init.generator().bit_generator.state
    for step in range(1, whole.step + 1):
        with pytest.raises(Killed):
            start(tmp_path / str(step), kill_after=step).fit(2)
        last = max((s for s in written if s < step), default=0)
        run = start(tmp_path / str(step), seed=99 if last else 5)  # the checkpoint's seed counts
        assert run.resume() == last
        run.fit(2)
        assert_equal(weights(run), weights(whole))
        assert run.losses == whole.losses
        assert nn.init.generator().bit_generator.state == generator
        assert without_time(run) == without_time(whole)


def without_time(trainer):
    return [{**row, "seconds": 0} for row in trainer.history]


def test_killed_for_real_at_random_moments(tmp_path):
    """SIGKILL, several times in one run; the end is that of the run that nobody killed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def start(folder):
        return subprocess.Popen(
            [sys.executable, "-m", "tests.nn.training_run", str(folder)],
            stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
        )  # fmt: skip

    undisturbed, killed = start(tmp_path / "a"), 0
    at = random.Random(os.getpid())
    for _ in range(4):
        with start(tmp_path / "b") as process:
            for _ in range(at.randrange(1, 40)):
                process.stdout.readline()
            time.sleep(at.random() * 0.01)  # at any place in a step
            process.send_signal(signal.SIGKILL)
            process.stdout.read()
        killed += process.returncode == -signal.SIGKILL
    assert killed >= 2
    with start(tmp_path / "b") as process:
        process.communicate(timeout=300)
    assert (
        process.returncode == 0
        and undisturbed.communicate(timeout=300)
        and not undisturbed.returncode
    )
    assert_equal(nn.load(tmp_path / "b" / "end.npz"), nn.load(tmp_path / "a" / "end.npz"))
    logs = [(tmp_path / f / "log.csv").read_text().splitlines() for f in "ab"]
    a, b = ([line.rsplit(",", 1)[0] for line in lines] for lines in logs)  # without the seconds
    assert a == b and len(a) == 25
    assert not list((tmp_path / "b").glob("*.tmp"))


def test_a_damaged_checkpoint_is_passed_over(tmp_path):
    run = training_run.trainer(tmp_path / "run")
    run.fit(1)
    before, newest = run.checkpoints.paths()
    run.fit(2)
    end, content = weights(run), None
    for k, damage in enumerate((lambda c: c[:-1], lambda c: c[: len(c) // 2], lambda c: b"", flip)):
        folder = tmp_path / str(k)
        training_run.trainer(folder).fit(1)
        path = folder / newest.name
        content = path.read_bytes()
        path.write_bytes(damage(content))
        run = training_run.trainer(folder)
        with pytest.raises(StorageError, match=f"damaged.*whole one before it is .*{before.name}"):
            run.checkpoints.read(path)
        with pytest.warns(UserWarning, match=f"{newest.name}.*Going on from .*{before.name}"):
            assert run.resume() == 6
        run.fit(2)
        assert_equal(weights(run), end)
    for path in run.checkpoints.paths():
        path.write_bytes(b"")
    with pytest.raises(StorageError, match="No whole checkpoint in"):
        training_run.trainer(folder).resume()
    with pytest.raises(StorageError, match="There is no whole one before it"):
        run.checkpoints.read(run.checkpoints.paths()[-1])
    nn.save(run.model, run.checkpoints.paths()[-1])
    with pytest.raises(StorageError, match="is no checkpoint: it lacks 'tree.json'"):
        run.checkpoints.read(run.checkpoints.paths()[-1])


def flip(content):
    """One bit of the data of an array is wrong."""
    at = len(content) // 3
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    make(folder=tmp_path).fit(1)
    (tmp_path / "checkpoint-00000010.npz1234.tmp").write_bytes(b"half a file")
    assert make(folder=tmp_path).resume() == 5
    assert not list(tmp_path.glob("*.tmp"))


def test_a_folder_in_use_is_not_written_over(tmp_path):
    make(folder=tmp_path).fit(1)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(TrainingError, match=r"holds a run already, up to checkpoint-00000005.npz"):
        make(folder=tmp_path).fit(1)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before
    again = make(folder=tmp_path)
    assert again.resume() == 5
    again.fit(2)
    assert [row["epoch"] for row in again.history] == [1, 2]


def test_a_checkpoint_of_another_training_changes_nothing(tmp_path):
    make(folder=tmp_path).fit(1)
    other = nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 2))
    trainer = make(other, folder=tmp_path)
    before = weights(trainer)
    with pytest.raises(ShapeError, match=r"0.weight is \(9, 6\), got \(8, 6\)") as e:
        trainer.resume()
    assert "while resuming from" in e.value.__notes__[0]
    assert_equal(weights(trainer), before)
    model = network(1)
    trainer = make(model, folder=tmp_path, optimizer=nn.optim.Adam(model.parameters()))
    before = weights(trainer)
    with pytest.raises(ValueRangeError, match="another optimizer's"):
        trainer.resume()
    assert_equal(weights(trainer), before)
    assert trainer.step == 0
    with pytest.raises(ValueRangeError, match=r"batch_size=8 \(here 4\)"):
        make(folder=tmp_path, batch=4).resume()
    with pytest.raises(ValueRangeError, match="run measured loss, now it would be loss, a; "):
        make(folder=tmp_path, metrics={"a": nn.training.accuracy}).resume()
    with pytest.raises(ValueRangeError, match="of a run without a schedule"):
        model = network()
        optimizer = nn.SGD(model.parameters(), momentum=0.9)
        schedule = nn.optim.StepLR(optimizer, 3)
        make(model, optimizer=optimizer, schedule=schedule, folder=tmp_path).resume()
    with pytest.raises(
        ValueRangeError, match="the state lacks _asked, _seconds, _sums, bad_epochs"
    ):
        make().load_state_dict({})


def test_a_trainer_shows_itself(tmp_path):
    trainer = make(folder=tmp_path)
    assert repr(trainer) == f"Trainer(Sequential, SGD, 0 epochs, 0 steps, in {str(tmp_path)!r})"
    loss = trainer.fit(2)[-1]["loss"]
    assert f"2 of 2 epochs, {trainer.step} steps, loss {loss:.4g}, in" in repr(trainer)
    trainer.stop("enough")
    assert "enough" in repr(trainer)


def test_state_in_memory_goes_back():
    trainer = make()
    trainer.fit(1)
    state = trainer.state_dict()
    kept = copy.deepcopy(state)
    trainer.fit(3)
    end = weights(trainer)
    trainer.load_state_dict(state)
    assert trainer.epoch == 1 and len(trainer.history) == 1
    trainer.fit(3)
    assert_equal(weights(trainer), end)
    np.testing.assert_equal(state, kept)


def test_a_loss_with_parameters_of_its_own(tmp_path):
    class Scaled(nn.Module):
        def __init__(self):
            self.log_scale = Tensor(np.zeros(2, np.float32), requires_grad=True)

        def forward(self, scores, labels):
            return nn.functional.cross_entropy(scores * np.exp(self.log_scale), labels)

    def start():
        model, loss = network(), Scaled()
        optimizer = nn.SGD([*model.parameters(), *loss.parameters()], lr=0.1)
        return make(model, optimizer=optimizer, loss=loss, folder=tmp_path)

    first = start()
    first.fit(1)
    again = start()
    again.resume()
    assert_equal(again.loss.state_dict(), first.loss.state_dict())
    assert np.any(again.loss.log_scale.data)


def test_pack_keeps_every_kind():
    tree = {
        "a": np.arange(3), "n": None, "t": (1, 2.5, "x"), 7: [True, {"deep": np.float32(2)}],
        "big": 2**127, "inf": float("inf"), "empty": {}, "nothing": [],
    }  # fmt: skip
    np.testing.assert_equal(unpack(pack(tree)), tree)
    with pytest.raises(ValueRangeError, match="'f/0' is of type function"):
        pack({"f": [print and make]})


# -- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [True, False])
def test_a_loss_that_is_not_finite_stops_the_run(tmp_path, folder):
    calls = iter(range(100))

    def loss(x, y):
        value = nn.functional.cross_entropy(x, y)
        return value * np.float32("nan") if next(calls) == 7 else value

    trainer = make(loss=loss, **({"folder": tmp_path, "checkpoint_every": 2} if folder else {}))
    words = r"the loss is nan. It happened at step 8 \(epoch 2, batch 3\), with lr=0.1."
    last = ".*last good checkpoint is .*checkpoint-00000006.npz" if folder else " Lower"
    with pytest.raises(TrainingError, match=words + last):
        trainer.fit(3)
    assert all(np.isfinite(v).all() for v in weights(trainer).values())
    if folder:
        again = make(folder=tmp_path)
        assert again.resume() == 6
        again.fit(3)


def test_weights_that_are_lost_are_not_written(tmp_path):
    model = network()

    def spoil(t):
        if t.step == 3:
            model[0].weight.assign(np.inf)

    trainer = make(
        model, folder=tmp_path, checkpoint_every=1, keep=5, after_step=[no_grad()(spoil)]
    )
    with pytest.raises(TrainingError, match=r"0.weight has infinite or NaN weights.*step 3"):
        trainer.fit(1)
    assert [p.name[-6:] for p in trainer.checkpoints.paths()] == ["01.npz", "02.npz"]


def test_bad_data_says_where_and_loses_nothing():
    labels = LABELS.copy()
    labels[20] = 2
    trainer = make(data=nn.data.DataLoader((IMAGES, labels), 8))
    with pytest.raises(ValueRangeError, match="label is 2, but with 2") as e:
        trainer.fit(1)
    assert "in training, at step 3 (epoch 1, batch 3)" in e.value.__notes__
    assert trainer.step == 2
    labels[20] = 1
    trainer.fit(1)  # goes on with the batch that failed
    assert trainer.step == 5


def convolutional():
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 2))


def squares(n):
    return [(np.ones((2, 1, n, n), np.float32), np.array([0, 1]))]


frozen = network()
frozen_optimizer = nn.SGD(frozen.parameters())


def trained(epochs=1, **options):
    make(**options).fit(epochs)


MISTAKES = [
    (lambda: make(model=print, optimizer=frozen_optimizer), DtypeError,
     "the model must be a Module, got builtin"),
    (lambda: make(loss="mse"), DtypeError, "the loss must be a function .* got str"),
    (lambda: make(loss=nn.MSELoss), DtypeError, r"is the class MSELoss; make one: MSELoss\(\)"),
    (lambda: make(metrics=[print]), DtypeError, r"a dict, as in \{'accuracy': .*got list"),
    (lambda: make(optimizer=0.1), DtypeError, "the optimizer must be one of nn.optim, got float"),
    (lambda: make(schedule=0.1), DtypeError, "the schedule must be one of nn.optim's"),
    (lambda: make(schedule=nn.optim.StepLR(frozen_optimizer, 3)), ValueRangeError,
     "the schedule belongs to another optimizer"),
    (lambda: make(optimizer=frozen_optimizer), ValueRangeError,
     "4 of the optimizer's 4 parameters are not the model's. Build the optimizer"),
    (lambda: make(data=3), DtypeError, "expected a loader of batches, got int"),
    (lambda: make(data=(b for b in [])), DtypeError, "a generator gives its batches only once"),
    (lambda: make(data=(IMAGES, LABELS)), DtypeError, "the data themselves, a tuple. Pass nn.data"),
    (lambda: make(validation=IMAGES), DtypeError, "the data themselves, a ndarray"),
    (lambda: make(data=[{"x": IMAGES}]).fit(1), DtypeError, r"a batch is a dict with \['x'\]"),
    (lambda: make(data=[(IMAGES,)]).fit(1), ValueRangeError, "no target beside its 1 inputs"),
    (lambda: make(data=[(3, 4)]).fit(1), ShapeError, "expected batches of arrays"),
    (lambda: make(data=[(IMAGES[:0], LABELS[:0])]).fit(1), ShapeError, "holds no samples"),
    (lambda: make(data=[]).fit(1), ValueRangeError, "the loader gave no batches"),
    (lambda: make(validation=[]).fit(1), ValueRangeError, "to evaluate on gave no batches"),
    (lambda: make(loss=nn.CrossEntropyLoss(reduction="none")).fit(1), ShapeError,
     r"the loss must be a Tensor of one number, got shape \(8,\); use reduction='mean'"),
    (lambda: make(loss=lambda x, y: 3.0).fit(1), ShapeError, "one number, got float"),
    (lambda: make(accumulate=0), ValueRangeError, "accumulate must be a positive integer, got 0"),
    (lambda: make(patience=0.5), ValueRangeError, "patience must be a positive integer, got 0.5"),
    (lambda: make(clip_norm=-1), ValueRangeError, "clip_norm must be positive, got -1"),
    (lambda: make(mode="least"), ValueRangeError, r"mode must be one of \('min', 'max'\)"),
    (lambda: make(schedule_every="batch"), ValueRangeError, "schedule_every must be one of"),
    (lambda: make(checkpoint_every=5), ValueRangeError, "checkpoint_every needs a folder"),
    (lambda: make(folder="x", keep=0), ValueRangeError, "keep must be a positive int"),
    (lambda: make(after_step=["x"]), DtypeError, "expected a function, got 'x'"),
    (lambda: make().fit(0), ValueRangeError, "epochs must be a positive integer, got 0"),
    (lambda: make().fit("3"), ValueRangeError, "epochs must be a positive integer, got '3'"),
    (lambda: make().resume(), ValueRangeError, "resume needs the folder of the run"),
    (lambda: make(monitor="accuracy"), ValueRangeError,
     "monitor='accuracy' is none of what is measured: loss"),
    (lambda: make(monitor="x", metrics={"a": print}, validation=[(IMAGES, LABELS)]),
     ValueRangeError, "measured: loss, a, validation loss, validation a"),
    (lambda: make(metrics={"lr": print}), ValueRangeError, r"another name than \['lr'\]"),
    (lambda: make(metrics={"validation loss": print}, validation=[(IMAGES, LABELS)]),
     ValueRangeError, r"another name than \['validation loss'\]"),
    (lambda: trained(model=convolutional(), data=squares(4) + squares(5)), ShapeError,
     "linear: .*18 features.*expects 8"),
    (lambda: trained(data=[(IMAGES[:, :5], LABELS)]), ShapeError, "5 features.*expects 6"),
    (lambda: trained(data=[(IMAGES, LABELS.astype(float))]), DtypeError, "must be integers"),
    (lambda: trained(data=[(IMAGES, LABELS[:3])]), ShapeError, "cross_entropy"),
    (lambda: nn.training.top_k_accuracy(0), ValueRangeError, "k must be a positive int"),
    (lambda: nn.training.accuracy(IMAGES, LABELS[:3]), ShapeError, r"got \(40, 6\) and \(3,\)"),
    (lambda: recipe("vgg20", frozen.parameters()), ValueRangeError, "'vgg20' is none of alexnet"),
    (lambda: recipe("resnet", frozen.parameters(), momentum=0.5), ValueRangeError,
     "'resnet' has no momentum to change; it has lr, batch_size"),
    (lambda: recipe("modern_mlp", frozen.parameters()), ValueRangeError, "give steps_per_epoch"),
]  # fmt: skip


@pytest.mark.parametrize("mistake, kind, words", MISTAKES, ids=range(len(MISTAKES)))
def test_message(mistake, kind, words):
    with pytest.raises(kind, match=f"(?s){words}") as e:
        mistake()
    assert isinstance(e.value, AutogradError)


def test_parameters_that_nobody_trains():
    model = network()
    optimizer = nn.SGD(model.parameters())
    model.layers["2"] = nn.Linear(8, 2)
    with pytest.raises(ValueRangeError, match="2 of the optimizer's 4 parameters are not the mod"):
        make(model, optimizer=optimizer)
    optimizer = nn.SGD(model[2].parameters())
    with pytest.warns(UserWarning, match="2 parameters .* stay as they are: 0.weight, 0.bias. F"):
        make(model, optimizer=optimizer)
    model[0].requires_grad_(False)
    make(model, optimizer=optimizer)


def test_plateau_and_trainer_look_the_same_way():
    model = network()
    optimizer = nn.SGD(model.parameters())
    schedule = nn.optim.ReduceLROnPlateau(optimizer, mode="max")
    with pytest.raises(
        ValueRangeError, match="mode='min', but the plateau schedule has mode='max'"
    ):
        make(model, optimizer=optimizer, schedule=schedule)
    with pytest.raises(ValueRangeError, match="goes by epochs"):
        make(model, optimizer=optimizer, schedule=schedule, mode="max", schedule_every="step")


# -- curves, measures, recipes -------------------------------------------------------------------


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
    assert nn.training.accuracy((np.eye(3), np.ones((3, 3))), [0, 1, 2]) == 1


def test_an_interrupted_run_goes_on():
    def interrupt(t):
        if t.step == 7:
            raise KeyboardInterrupt

    trainer = make(after_step=[interrupt])
    with pytest.raises(KeyboardInterrupt) as e:
        trainer.fit(2)
    assert "interrupted at step 8 (epoch 2, batch 3). fit() goes on" in e.value.__notes__[0]
    trainer.fit(2)
    whole = make()
    whole.fit(2)
    assert_equal(weights(trainer), weights(whole))


def test_a_run_interrupted_while_it_validates_goes_on():
    calls = []

    def accuracy(outputs, target):
        calls.append(1)
        if len(calls) == len(data) + 1:
            raise KeyboardInterrupt
        return nn.training.accuracy(outputs, target)

    data = nn.data.DataLoader((IMAGES, LABELS), 8)
    trainer = make(validation=data, metrics={"accuracy": accuracy})
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(2)
    trainer.fit(2)
    whole = make(validation=data, metrics={"accuracy": nn.training.accuracy})
    whole.fit(2)
    assert_equal(weights(trainer), weights(whole))
    for mine, other in zip(trainer.history, whole.history, strict=True):
        assert {**mine, "seconds": 0} == {**other, "seconds": 0}


def test_a_metric_that_gives_no_number_is_named():
    trainer = make(metrics={"right": lambda outputs, target: outputs.argmax(1) == target})
    with pytest.raises(ShapeError, match=r"the metric 'right' must give one number.*shape \(8,\)"):
        trainer.fit(1)


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
