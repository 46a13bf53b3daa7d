"""What goes wrong in training, and what is said of it."""

import numpy as np
import pytest

import nn
from autograd import no_grad
from autograd.errors import AutogradError, DtypeError, IndexRangeError, ShapeError, ValueRangeError
from nn.training import TrainingError, recipe
from tests.nn.training_setup import IMAGES, LABELS, make, network, weights


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
    (lambda: make(after_epoch=print), DtypeError, r"after_epoch must be a list.*after_epoch=\[f\]"),
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
    (lambda: nn.training.accuracy([[0, 1]], [-1]), IndexRangeError, r"in 0\.\.1, got -1 to -1"),
    (lambda: nn.training.accuracy([[0, 1]], [2]), IndexRangeError, r"in 0\.\.1, got 2 to 2"),
    (lambda: nn.training.accuracy([[0, 1]], [1.0]), DtypeError, "must be integers, got float64"),
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


def test_a_metric_that_gives_no_number_is_named():
    trainer = make(metrics={"right": lambda outputs, target: outputs.argmax(1) == target})
    with pytest.raises(ShapeError, match=r"the metric 'right' must give one number.*shape \(8,\)"):
        trainer.fit(1)
