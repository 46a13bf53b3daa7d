"""What is compared with PyTorch: the same list makes the references and reads them."""

import numpy as np

STEPS = 50

OPTIMISERS = {
    "sgd": ("SGD", {"lr": 0.05}),
    "sgd decay": ("SGD", {"lr": 0.05, "weight_decay": 0.1}),
    "momentum": ("SGD", {"lr": 0.02, "momentum": 0.9}),
    "dampening": ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    "nesterov": ("SGD", {"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    "rprop": ("Rprop", {"lr": 0.02, "etas": (0.4, 1.3), "step_sizes": (1e-3, 0.1)}),
    "adagrad": ("Adagrad", {"lr": 0.1}),
    "adagrad all": (
        "Adagrad",
        {
            "lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.1, "initial_accumulator_value": 0.5,
            "eps": 1e-3,
        },
    ),
    "adadelta": ("Adadelta", {}),
    "adadelta all": ("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-3, "weight_decay": 0.1}),
    "rmsprop": ("RMSprop", {}),
    "rmsprop all": (
        "RMSprop",
        {
            "lr": 0.005, "alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1, "momentum": 0.5,
            "centered": True,
        },
    ),
    "rmsprop centered": ("RMSprop", {"centered": True}),
    "adam": ("Adam", {"lr": 0.02}),
    "adam all": (
        "Adam",
        {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True},
    ),
    "adamw": ("AdamW", {"lr": 0.02}),
    "adamw all": (
        "AdamW",
        {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.5, "amsgrad": True},
    ),
    "nadam": ("NAdam", {"lr": 0.02}),
    "nadam all": (
        "NAdam",
        {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1, "momentum_decay": 0.1},
    ),
    "nadam decoupled": (
        "NAdam", {"lr": 0.02, "weight_decay": 0.5, "decoupled_weight_decay": True},
    ),
    "radam": ("RAdam", {"lr": 0.02}),
    "radam all": (
        "RAdam", {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1},
    ),
    "radam decoupled": (
        "RAdam", {"lr": 0.02, "weight_decay": 0.5, "decoupled_weight_decay": True},
    ),
    "radam short": ("RAdam", {"lr": 0.02, "betas": (0.5, 0.6)}),
    "adamax": ("Adamax", {"lr": 0.02, "weight_decay": 0.1}),
}  # fmt: skip

GROUPS = [{"lr": 0.1}, {"weight_decay": 0.5, "momentum": 0.0}]  # over SGD(lr=0.01, momentum=0.9)

SCHEDULES = {
    "step": ("StepLR", {"step_size": 7, "gamma": 0.3}),
    "multistep": ("MultiStepLR", {"milestones": [5, 5, 20]}),
    "exponential": ("ExponentialLR", {"gamma": 0.93}),
    "cosine": ("CosineAnnealingLR", {"T_max": 21, "eta_min": 0.01}),
    "linear": ("LinearLR", {"start_factor": 0.1, "end_factor": 0.8, "total_iters": 12}),
    "restarts": ("CosineAnnealingWarmRestarts", {"T_0": 13, "eta_min": 0.01}),
    "restarts longer": ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 2}),
    "constant": ("ConstantLR", {}),
    "constant all": ("ConstantLR", {"factor": 0.25, "total_iters": 12}),
    "one cycle": ("OneCycleLR", {"max_lr": 0.5, "total_steps": 50}),
    "one cycle linear": (
        "OneCycleLR",
        {
            "max_lr": 0.5, "epochs": 10, "steps_per_epoch": 5, "anneal_strategy": "linear",
            "three_phase": True, "pct_start": 0.4, "base_momentum": 0.5, "div_factor": 10,
            "final_div_factor": 100,
        },
    ),
    "plateau": ("ReduceLROnPlateau", {"patience": 2, "factor": 0.5}),
    "plateau all": (
        "ReduceLROnPlateau",
        {
            "mode": "max", "patience": 1, "factor": 0.3, "threshold": 0.05, "cooldown": 2,
            "threshold_mode": "abs", "min_lr": 1e-3,
        },
    ),
    "sequence": ("SequentialLR", {"milestones": [5, 30]}),
    "lambda": ("LambdaLR", {"lr_lambda": lambda t: 0.9**t + 0.1}),
}  # fmt: skip


def parts(module, optimizer):
    """The schedules in the sequence: of ``nn.optim`` or of ``torch.optim.lr_scheduler``."""
    return [
        module.LinearLR(optimizer, 0.2, total_iters=5),
        module.CosineAnnealingLR(optimizer, 20),
        module.StepLR(optimizer, 4, 0.5),
    ]


def measures():
    """What the plateau schedules are shown: falling, then flat with noise."""
    t = np.arange(STEPS)
    return np.exp(-t / 6) + 0.02 * np.sin(3.0 * t) + 1


def start(dtype):
    """First values of a matrix, a vector and a number."""
    rng = np.random.default_rng(0)
    return [np.asarray(rng.standard_normal(shape), dtype) for shape in ((4, 3), (3,), ())]


def loss(w, b, s):
    """A valley that joins all three, written so that Tensors of both libraries take it."""
    pairs = ((w - b) ** 2).sum() * 0.3 + ((b - s) ** 2).sum() * 0.2
    return pairs + (s - 1) ** 2 + (w**4).sum() / 40
