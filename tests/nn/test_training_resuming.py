"""The Trainer killed and resumed: it ends the same."""

import copy
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
from autograd import Tensor
from autograd.errors import ShapeError, ValueRangeError
from nn.nesting import pack, unpack
from nn.storage import StorageError, write_arrays
from nn.training import TrainingError
from tests.nn import training_run
from tests.nn.training_setup import IMAGES, LABELS, assert_equal, make, network, weights

ROOT = Path(__file__).parents[2]


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
    for text in (b"[1", b'{"dict": 5}'):
        tree = np.frombuffer(text, np.uint8)
        write_arrays({"tree.json": tree}, run.checkpoints.paths()[-1])
        with pytest.raises(StorageError, match="is no checkpoint"):
            run.checkpoints.read(run.checkpoints.paths()[-1])


def test_a_run_that_went_back_keeps_what_it_writes(tmp_path):
    folder = tmp_path / "run"
    make(folder=folder, checkpoint_every=1, keep=9).fit(2)  # 5 steps an epoch
    held = nn.training.Checkpoints(folder).paths()
    for path in held[-2:]:
        path.write_bytes(b"")  # damaged
    for path in held[:-3]:
        path.unlink()
    run, names = make(folder=folder, checkpoint_every=1, keep=1), []
    with pytest.warns(UserWarning, match="damaged"):
        assert run.resume() == 8
    run.after_step.append(lambda t: names.append([p.name for p in t.checkpoints.paths()]))
    run.fit(3)
    assert names[1:] == [[f"checkpoint-{step:08d}.npz"] for step in range(9, 15)]

    early = run.checkpoints.read(run.checkpoints.paths()[0])
    back = make(folder=folder, keep=9)
    back.load_state_dict({**early, "step": 1, "epoch": 0, "batch": 1, "history": []})
    back.fit(1)
    again = make(folder=folder)
    assert again.resume() == back.step == 5  # not the course that was left
    assert_equal(weights(again), weights(back))
    lines = (folder / "log.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch", "1"]


def test_a_state_goes_on_in_a_new_folder(tmp_path):
    first = make()
    first.fit(2)
    run = make(folder=tmp_path / "new")
    run.load_state_dict(first.state_dict())
    run.fit(3)
    lines = (tmp_path / "new" / "log.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch", "1", "2", "3"]


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


def test_a_resumed_run_validates_on_the_same_random_numbers(tmp_path):
    def trainer(folder):
        validation = nn.data.DataLoader(  # without a seed, so that each draws one
            (IMAGES, LABELS), 8, transform=lambda x, rng: x + rng.normal(size=x.shape)
        )
        return make(validation=validation, folder=tmp_path / folder)

    whole = trainer("a")
    whole.fit(1)
    again = trainer("a")
    again.resume()
    measured = [[row["validation loss"] for row in t.fit(3)] for t in (whole, again)]
    assert measured[0] == measured[1]
