"""PyTorch's names that have no counterpart here, and what takes their place: for error messages."""

import re
from importlib import import_module
from inspect import Parameter, signature
from typing import ClassVar

from autograd.errors import DtypeError

_DTYPE = "A module is changed to another dtype by .astype(np.float64) or .astype(np.float32)."
_DEVICE = "All is computed on the CPU: leave the call out."
_LIST = "A plain list or dict of modules, set as an attribute, is found like a single module."
_STATE = "An array set as an attribute, self.mean = np.zeros(3), is state of the module."
_PARAMETER = "A parameter is a Tensor set as an attribute: Tensor(array, requires_grad=True)."
_ATTENTION = (
    "Project by nn.Linear, split the heads by reshape and swapaxes into (N, heads, L, E), and call "
    "nn.functional.scaled_dot_product_attention(q, k, v)."
)
_RATES = "Write the rate as a formula: nn.optim.LambdaLR(optimizer, lambda t: ...)."
_LAZY = "The sizes are given: nn.summary(model, shape) shows what each layer gets."
_SEED = "Seed the weights and dropout by nn.init.seed(0), a DataLoader by its own seed=0."

_TRAINER = "nn.Trainer(model, loss, optimizer, loader)"

MODULE = {
    "to": f"{_DEVICE} {_DTYPE}",
    "cuda": _DEVICE,
    "cpu": _DEVICE,
    "double": _DTYPE,
    "float": _DTYPE,
    "half": _DTYPE,
    "type": _DTYPE,
    "register_buffer": _STATE,
    "register_parameter": _PARAMETER,
    "add_module": "Set the module as an attribute, or put it into a list or dict that is one.",
    "register_module": "Set the module as an attribute, or put it into a list or dict that is one.",
    "append": "Make a list of the layers first: Sequential(*layers).",
    "backward": "The loss has it: loss = nn.CrossEntropyLoss()(scores, labels); loss.backward().",
    "item": "The loss has it: loss = nn.CrossEntropyLoss()(scores, labels); loss.item().",
    "fit": f"{_TRAINER}.fit(epochs) trains.",
    "compile": f"{_TRAINER} has loss, optimizer and metrics; nothing is compiled by hand.",
    "evaluate": f"{_TRAINER}.evaluate(loader) measures.",
    "predict": "Call it: model.eval(), then model(x) inside no_grad().",
    "get_parameter": "dict(model.named_parameters())[path] is the parameter.",
}
NN = {
    "Dense": "It is nn.Linear(in_features, out_features); an activation is a layer of its own.",
    "Parameter": _PARAMETER,
    "Buffer": _STATE,
    "ModuleList": _LIST,
    "ModuleDict": _LIST,
    "ParameterList": "A plain list or dict of Tensors, set as an attribute, holds parameters.",
    "ParameterDict": "A plain list or dict of Tensors, set as an attribute, holds parameters.",
    "manual_seed": _SEED,
    "no_grad": "It is autograd.no_grad.",
    "Tensor": "It is autograd.Tensor.",
    "F": "It is nn.functional.",
    "cuda": _DEVICE,
    "device": _DEVICE,
    "DataParallel": _DEVICE,
    "MultiheadAttention": _ATTENTION,
    "Transformer": _ATTENTION,
    "TransformerEncoder": f"A list of blocks in a Sequential. Attention: {_ATTENTION}",
    "TransformerEncoderLayer": f"x + attention(norm(x)), x + mlp(norm(x)). {_ATTENTION}",
    "TransformerDecoder": f"A list of blocks in a Sequential. Attention: {_ATTENTION}",
    "TransformerDecoderLayer": f"x + attention(norm(x)), x + mlp(norm(x)). {_ATTENTION}",
    "CTCLoss": "Write it as a sum over alignments by np.logaddexp, or label every step.",
    "GaussianNLLLoss": "Write it out: ((x - t) ** 2 / var + np.log(var)).mean() / 2.",
    "PoissonNLLLoss": "Write it out: (np.exp(x) - t * x).mean().",
    "SoftMarginLoss": "Write it out: nn.functional.softplus(-t * x).mean().",
    "MultiLabelSoftMarginLoss": "It is nn.BCEWithLogitsLoss.",
    "HingeEmbeddingLoss": "Write it out: np.where(t == 1, x, np.maximum(margin - x, 0)).mean().",
    "EmbeddingBag": "Use nn.Embedding, and .mean(1) or .sum(1).",
    "RReLU": "Use nn.LeakyReLU or nn.PReLU.",
    "FeatureAlphaDropout": "Use nn.AlphaDropout.",
    "Dropout4d": "Use nn.Dropout.",
    "SyncBatchNorm": "Use nn.BatchNorm2d.",
    "MaxUnpool2d": "Use nn.Upsample or nn.ConvTranspose2d.",
    "ChannelShuffle": "np.reshape to (N, groups, C / groups, H, W), np.swapaxes(x, 1, 2), back.",
    "LazyLinear": _LAZY,
    "LazyConv2d": _LAZY,
    "Softmax2d": "Use nn.Softmax(dim=1).",
    "UpsamplingNearest2d": 'Use nn.Upsample(scale_factor=2, mode="nearest").',
    "UpsamplingBilinear2d": 'Use nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True).',
    "Fold": "It is autograd.ops.fold.",
    "Unfold": "It is autograd.ops.unfold.",
}
DATA = {
    "Dataset": "Any object with __len__ and __getitem__ is a data set for nn.data.DataLoader.",
    "TensorDataset": "Give the arrays themselves: nn.data.DataLoader((images, labels)).",
    "Subset": "Index the arrays, or make a list: [dataset[i] for i in indices].",
    "random_split": "Shuffle the indices with a numpy Generator, and index the arrays with them.",
}
OPTIM = {
    "lr_scheduler": "The schedules are in nn.optim itself: nn.optim.StepLR.",
    "LBFGS": "scipy.optimize.minimize(f, x, jac=True, method='L-BFGS-B') takes loss and gradient.",
    "SparseAdam": "Gradients are whole arrays: use nn.optim.Adam.",
    "ASGD": "Use nn.optim.SGD, and average the weights: see nn.optim.Optimizer's example.",
    "CyclicLR": "Use nn.optim.OneCycleLR, or nn.optim.CosineAnnealingWarmRestarts.",
    "PolynomialLR": _RATES,
    "MultiplicativeLR": _RATES,
    "ChainedScheduler": f"nn.optim.SequentialLR has one after another. {_RATES}",
}
FUNCTIONAL = {
    "gumbel_softmax": "Write it out: softmax((x + rng.gumbel(size=x.shape)) / tau, dim=-1).",
    "grid_sample": "Images are warped as data: nn.data.RandomRotation and its kin.",
    "affine_grid": "Images are warped as data: nn.data.RandomRotation and its kin.",
    "multi_head_attention_forward": _ATTENTION,
    "ctc_loss": NN["CTCLoss"],
    "upsample": "It is nn.functional.interpolate.",
    "gaussian_nll_loss": NN["GaussianNLLLoss"],
    "poisson_nll_loss": NN["PoissonNLLLoss"],
    "soft_margin_loss": NN["SoftMarginLoss"],
    "hinge_embedding_loss": NN["HingeEmbeddingLoss"],
    "embedding_bag": NN["EmbeddingBag"],
    "rrelu": NN["RReLU"],
    "max_unpool2d": NN["MaxUnpool2d"],
    "cdist": "Write it out: np.linalg.norm(a[:, None] - b[None], axis=-1).",
    **{f"{name}_": f"It is x = {name}(x)." for name in ("relu", "elu", "selu", "leaky_relu")},
}
INIT = {
    **{
        name: f"A parameter is changed in place by {name}_(tensor)."
        for name in (
            "normal",
            "kaiming_normal",
            "xavier_uniform",
            "xavier_normal",
            "orthogonal",
            "eye",
            "dirac",
        )
    },
    "sparse_": "Fill by normal_, and set zeros by tensor.assign(array) inside no_grad().",
}
_FLAT = "np.concatenate([p.data.ravel() for p in model.parameters()])"
UTILS = {
    "parameters_to_vector": f"Write it out: {_FLAT}.",
    "vector_to_parameters": "p.assign(part) inside no_grad(), of np.split(vector, ends).",
    "clip_grad_norm": "It is clip_grad_norm_.",
    "weight_norm": "Write it in forward: v * (g / np.linalg.norm(v)).",
    "spectral_norm": "Write it in forward: w / np.linalg.norm(w, 2).",
    "parametrizations": "Write it in forward, of a Tensor that is an attribute.",
    "rnn": "nn.RNN, nn.LSTM and nn.GRU take lengths; nn.functional.pad_sequences pads.",
}
OPTIONS = {
    "num_workers": "prefetch=2, the default, has a thread prepare the batches to come.",
    "prefetch_factor": "prefetch=2, the default, has a thread prepare the batches to come.",
    "pin_memory": "All is computed on the CPU: leave it out.",
    "persistent_workers": "There are no worker processes: leave it out.",
    "worker_init_fn": "There are no worker processes; seed=0 seeds every transform's generator.",
    "generator": "seed=0 makes the order, and what transforms draw, the same in every run.",
    "sampler": "Index the arrays in the order you want: shuffle=False keeps it.",
    "batch_sampler": "Index the arrays in the order you want: shuffle=False keeps it.",
    "set_to_none": "Gradients are set to None always: leave it out.",
}
_FASTER = "Large parameters are updated in several threads by themselves: leave it out."
OF_OPTIMIZERS = {
    "learning_rate": "It is lr.",
    "maximize": "Go down the negative: (-value).backward().",
    "foreach": _FASTER,
    "fused": _FASTER,
    "capturable": _DEVICE,
    "differentiable": "Write the step: w = w - lr * gradients(loss, w, create_graph=True).",
    "decoupled_weight_decay": "Use nn.optim.AdamW.",
}
OF_SCHEDULES = {
    "last_epoch": "To go on with a run, load_state_dict of the optimizer, then of the schedule.",
    "verbose": "print(schedule) shows the rates.",
}
_REDUCTION = 'Write reduction="mean", "sum" or "none".'
OF_MODULES = {
    "device": _DEVICE,
    "dtype": _DTYPE,
    "size_average": _REDUCTION,
    "reduce": _REDUCTION,
    "min_value": "It is min_val.",
    "max_value": "It is max_val.",
    "return_indices": "Largest elements are found by np.argmax.",
    "divisor_override": "Multiply the result: size / divisor times the mean.",
    "recompute_scale_factor": "Give size=, the sizes of the result.",
    "padding_mode": "A transposed convolution pads with zeros: leave it out.",
    "max_norm": "After a step, scale the rows: table.weight.assign(...) inside no_grad().",
    "norm_type": "It belongs to max_norm, which is not there either.",
    "scale_grad_by_freq": "Weigh the loss instead.",
    "sparse": "Gradients are whole arrays: leave it out.",
    "proj_size": "Put an nn.Linear after it.",
    "bias": "Without weight and bias both: affine=False.",
}
WHOSE = {  # how the names of the modules begin that the advice is for; else it is for all
    "size_average": ".*Loss",
    "reduce": ".*Loss",
    "min_value": "Hardtanh",
    "max_value": "Hardtanh",
    "return_indices": "(Adaptive)?MaxPool",
    "divisor_override": "AvgPool",
    "recompute_scale_factor": "Upsample",
    "padding_mode": "ConvTranspose",
    "max_norm": "Embedding",
    "norm_type": "Embedding",
    "scale_grad_by_freq": "Embedding",
    "sparse": "Embedding",
    "proj_size": "RNN|LSTM|GRU",
    "bias": "BatchNorm|InstanceNorm|GroupNorm",
}

ROOMS = ("optim", "functional", "models", "training", "data", "init")


def inside(name: str) -> dict[str, str]:
    """Where a name is that was looked for in ``nn`` itself."""
    rooms = () if name.startswith("_") else ROOMS
    found = [room for room in rooms if hasattr(import_module(f"nn.{room}"), name)]
    return {name: f"It is nn.{found[0]}.{name}."} if found else {}


def made_of_its_input(cls, arguments):
    """Raise the error for ``nn.GELU(x)``: a layer is made first and called then.

    Options are numbers, or a few integers; only the weights of a loss are an array.

    Raises
    ------
    DtypeError
        The first argument is an array that no option takes.
    """
    x = arguments[0] if arguments and cls.__module__.startswith("nn.layers.") else None
    if not getattr(x, "ndim", 0) or (x.ndim == 1 and x.dtype.kind in "iu"):
        return
    options = list(signature(cls.__init__).parameters.values())[1:]
    if options and (options[0].name == "weight" or options[0].kind is Parameter.VAR_POSITIONAL):
        return
    name = cls.__name__
    text = f"nn.{name}({_needed(cls.__init__, 1)}){_called(cls.forward, 2)}"
    for f, function in vars(import_module("nn.functional")).items():
        if f.replace("_", "") == name.lower():
            text += f", or nn.functional.{f}{_called(function, 1)}"
    raise DtypeError(
        f"{name}: got {type(x).__name__} of shape {tuple(x.shape)} in the place of its options. "
        f"A layer is made first and called then: {text}"
    )


def _called(function, inputs):
    """The text of a call, of x and of what else the function cannot do without."""
    return f"({', '.join(filter(None, ['x', _needed(function, inputs)]))})"


def _needed(function, but):
    taken = list(signature(function).parameters.values())[but:]
    return ", ".join(p.name for p in taken if p.default is p.empty and p.kind is not p.VAR_KEYWORD)


def refuse(owner: str, options: dict):
    """Raise the error for options that are not there, with what takes their place.

    Raises
    ------
    DtypeError
        If there are any.
    """
    for name in options:
        text = f"{owner}: there is no option {name!r}"
        raise DtypeError(f"{text}. {OPTIONS[name]}" if name in OPTIONS else text)


class Refusing:
    """Base of classes that PyTorch has, too: its options that are not here say what to do instead.

    So does a layer that is made of its input.  Others are left to Python's TypeError, and so are
    all those of classes that users write.
    """

    refused: ClassVar[dict[str, str]] = {}

    def __new__(cls, *arguments, **options):
        """Made as ever.

        Raises
        ------
        DtypeError
            An option of ``refused`` that the constructor does not take; an input.
        """
        made_of_its_input(cls, arguments)
        if not options.keys().isdisjoint(cls.refused) and cls.__module__.startswith("nn."):
            taken = signature(cls.__init__).parameters
            if not any(p.kind is p.VAR_KEYWORD for p in taken.values()):
                for name in options.keys() & cls.refused.keys() - taken.keys():
                    if re.match(WHOSE.get(name, ""), cls.__name__):
                        raise DtypeError(
                            f"{cls.__name__}: there is no option {name!r}. {cls.refused[name]}"
                        )
        return super().__new__(cls)


def message(owner: str, name: str, table: dict[str, str]) -> str:
    """What an AttributeError says of a name that is not there."""
    text = f"{owner} has no attribute {name!r}"
    return f"{text}. {table[name]}" if name in table else text
