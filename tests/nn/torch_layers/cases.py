"""What is compared with PyTorch: the same list makes the references and reads them.

A case is (class or function, its arguments, its options, its inputs, how it is run).  Inputs and
parameters are random numbers that follow from the case's name.
"""

import zlib

import numpy as np

R, P, LABELS, SIGNS, SHARES, LOGS, INDEX = "R", "P", "labels", "signs", "shares", "logs", "index"
WEIGHTS = np.array([0.5, 2.0, 0.0, 1.5])
MAY_LOOK = np.tri(5, 6, k=-1, dtype=bool)  # the first place looks at nothing
ADDED = np.where(np.tri(5, 6, k=2), np.linspace(-1, 1, 6), -np.inf)
FOUR = (R, 5, 4)  # scores of four classes


def image(*shape):
    return ((R, *shape),)


SEQ, IMG, VOL = image(2, 4, 7), image(2, 4, 5, 4), image(1, 4, 3, 4, 3)


def layer(name, *args, x, run=None, **options):
    return (name, args, options, x, run or {})


def elementwise():
    x = image(3, 4)
    for name in (
        "ReLU ReLU6 LeakyReLU ELU CELU SELU GELU SiLU Mish Hardswish Hardsigmoid Hardtanh "
        "Hardshrink Softshrink Tanhshrink Softplus Softsign Sigmoid LogSigmoid Tanh Identity"
    ).split():
        yield layer(name, x=x)
    yield layer("LeakyReLU", 0.2, x=x)
    yield layer("ELU", alpha=0.7, x=x)
    yield layer("CELU", 1.3, x=x)
    yield layer("GELU", approximate="tanh", x=x)
    yield layer("Hardtanh", -0.5, 0.8, x=x)
    yield layer("Hardshrink", 0.3, x=x)
    yield layer("Softshrink", 0.3, x=x)
    yield layer("Threshold", 0.1, -20.0, x=x)
    yield layer("Softplus", 2.0, 1.5, x=x)
    yield layer("Softplus", 1.0, 0.5, x=x)
    yield layer("PReLU", x=x)
    yield layer("PReLU", 4, x=image(2, 4, 3))
    for name in ("Softmax", "LogSoftmax", "Softmin", "GLU"):
        for dim in (1, -1):
            yield layer(name, dim=dim, x=image(2, 4, 6))


def linear():
    yield layer("Linear", 4, 3, x=image(5, 4))
    yield layer("Linear", 4, 3, bias=False, x=image(2, 3, 4))
    yield layer("Bilinear", 3, 4, 2, x=((R, 5, 3), (R, 5, 4)))
    yield layer("Bilinear", 3, 4, 2, bias=False, x=((R, 2, 3, 3), (R, 2, 3, 4)))
    yield layer("Embedding", 6, 3, x=((INDEX, 6, 4, 5),))
    yield layer("Embedding", 6, 3, padding_idx=1, x=((INDEX, 6, 4, 5),))
    yield layer("Embedding", 6, 3, padding_idx=-1, x=((INDEX, 6, 4, 5),))
    yield layer("Flatten", x=IMG)
    yield layer("Flatten", 0, 2, x=IMG)
    yield layer("Unflatten", 1, (2, 2), x=IMG)
    yield layer("Unflatten", -1, (-1, 2), x=IMG)


def convolutions():
    for d, x in ((1, SEQ), (2, IMG), (3, VOL)):
        name = f"Conv{d}d"
        yield layer(name, 4, 2, 3, x=x)
        yield layer(name, 4, 6, 2, groups=2, bias=False, x=x)
        yield layer(name, 4, 2, 3, stride=2, padding=1, x=x)
        yield layer(name, 4, 2, 2, dilation=2, padding="same", x=x)
        yield layer(name, 4, 2, 3, padding="valid", x=x)
        for mode in ("reflect", "replicate", "circular"):
            yield layer(name, 4, 1, 3, padding=1, stride=2, padding_mode=mode, x=x)
        name = f"ConvTranspose{d}d"
        yield layer(name, 4, 2, 3, x=x)
        yield layer(name, 4, 6, 2, 2, groups=2, bias=False, x=x)
        yield layer(name, 4, 2, 3, stride=2, padding=1, output_padding=1, x=x)
        yield layer(name, 4, 1, 2, stride=3, dilation=2, x=x)
    yield layer(
        "Conv2d", 4, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=4, x=IMG
    )
    yield layer("Conv2d", 4, 2, 4, padding="same", padding_mode="reflect", x=IMG)
    for size in ((9, 8), (10, 7)):
        run = {"forward": {"output_size": size}}
        yield layer("ConvTranspose2d", 4, 2, 3, stride=2, padding=1, x=IMG, run=run)


def pools():
    for d, x in ((1, SEQ), (2, IMG), (3, VOL)):
        yield layer(f"MaxPool{d}d", 2, x=x)
        yield layer(f"MaxPool{d}d", 3, 2, 1, x=x)
        yield layer(f"MaxPool{d}d", 2, ceil_mode=True, x=x)
        yield layer(f"MaxPool{d}d", 2, 1, dilation=2, x=x)
        yield layer(f"AvgPool{d}d", 2, x=x)
        yield layer(f"AvgPool{d}d", 3, 2, 1, x=x)
        yield layer(f"AvgPool{d}d", 3, 2, 1, count_include_pad=False, x=x)
        yield layer(f"AvgPool{d}d", 3, 2, 1, ceil_mode=True, x=x)
        yield layer(f"AvgPool{d}d", 2, ceil_mode=True, count_include_pad=False, x=x)
        yield layer(f"LPPool{d}d", 2, 2, x=x)
        yield layer(f"LPPool{d}d", 4, 3, stride=1, ceil_mode=True, x=x)
        for kind in ("Avg", "Max"):
            yield layer(f"Adaptive{kind}Pool{d}d", 1, x=x)
            yield layer(f"Adaptive{kind}Pool{d}d", 3, x=x)
    yield layer("MaxPool2d", (3, 2), (2, 1), (1, 0), x=IMG)
    yield layer("AvgPool2d", (3, 2), (2, 1), (1, 0), x=IMG)
    yield layer("AdaptiveAvgPool2d", (None, 4), x=IMG)
    yield layer("AdaptiveMaxPool2d", (5, None), x=IMG)


def norms():
    for d, x in ((1, SEQ), (2, image(3, 4, 3, 2)), (3, image(2, 4, 2, 2, 2))):
        name = f"BatchNorm{d}d"
        for run in ({}, {"eval": True}, {"passes": 3}):
            yield layer(name, 4, x=x, run=run)
        yield layer(name, 4, affine=False, x=x)
        yield layer(name, 4, momentum=None, eps=1e-2, x=x, run={"passes": 3})
        yield layer(name, 4, momentum=0.4, x=x)
        for run in ({}, {"eval": True}):
            yield layer(name, 4, track_running_stats=False, x=x, run=run)
        name = f"InstanceNorm{d}d"
        yield layer(name, 4, x=x)
        for run in ({}, {"eval": True}):
            yield layer(name, 4, affine=True, track_running_stats=True, x=x, run=run)
    yield layer("BatchNorm1d", 4, x=image(6, 4))
    yield layer("GroupNorm", 2, 4, x=IMG)
    yield layer("GroupNorm", 1, 4, eps=1e-2, x=image(3, 4))
    yield layer("GroupNorm", 4, 4, affine=False, x=SEQ)
    yield layer("LayerNorm", 4, x=image(2, 3, 4))
    yield layer("LayerNorm", (3, 4), eps=1e-2, x=image(2, 3, 4))
    yield layer("LayerNorm", 4, bias=False, x=image(2, 3, 4))
    yield layer("LayerNorm", 4, elementwise_affine=False, x=image(2, 3, 4))
    yield layer("LocalResponseNorm", 2, x=IMG)
    yield layer("LocalResponseNorm", 5, alpha=0.5, beta=0.6, k=2.0, x=image(2, 7, 3, 2))
    yield layer("LocalResponseNorm", 3, 0.3, x=SEQ)
    yield layer("RMSNorm", 4, x=image(2, 3, 4))
    yield layer("RMSNorm", (3, 4), eps=1e-2, x=image(2, 3, 4))
    yield layer("RMSNorm", 4, elementwise_affine=False, x=image(2, 3, 4))
    for name in ("Dropout", "AlphaDropout"):
        yield layer(name, 0.3, x=IMG, run={"eval": True})


def sizes():
    small = image(1, 2, 4, 3)
    for factor in (2, 1.5, 0.6):
        for options in (
            {"mode": "nearest"}, {"mode": "bilinear"}, {"mode": "bilinear", "align_corners": True},
        ):  # fmt: skip
            yield layer("Upsample", scale_factor=factor, x=small, **options)
    yield layer("Upsample", (7, 2), x=small)
    yield layer("Upsample", (7, 2), mode="bilinear", align_corners=False, x=small)
    yield layer("Upsample", (5, 1), mode="bilinear", align_corners=True, x=small)
    yield layer("Upsample", (7, 5), mode="nearest-exact", x=small)
    yield layer("Upsample", 7, mode="linear", x=image(1, 2, 4))
    yield layer("Upsample", scale_factor=(2, 1, 1.5), mode="trilinear", x=image(1, 1, 2, 3, 2))
    yield layer("Upsample", scale_factor=2, x=image(1, 1, 2, 3, 2))
    yield layer("PixelShuffle", 2, x=image(2, 8, 2, 3))
    yield layer("PixelUnshuffle", 2, x=image(1, 2, 4, 6))
    for d, x in ((1, image(1, 2, 5)), (2, image(1, 2, 4, 3)), (3, image(1, 1, 3, 4, 3))):
        for kind in ("Zero", "Reflection", "Replication", "Circular"):
            yield layer(f"{kind}Pad{d}d", 2, x=x)
            yield layer(f"{kind}Pad{d}d", tuple([2, 1, 0, 2, 1, 1][: 2 * d]), x=x)
        yield layer(f"ConstantPad{d}d", 1, 3.5, x=x)
    yield layer("ZeroPad2d", (1, -1, -2, 1), x=image(1, 2, 4, 3))


REDUCTIONS = ({}, {"reduction": "sum"}, {"reduction": "none"})


def losses():
    for more in REDUCTIONS:
        for options in (
            {}, {"weight": WEIGHTS}, {"label_smoothing": 0.2}, {"ignore_index": 1},
            {"weight": WEIGHTS, "label_smoothing": 0.3, "ignore_index": 3},
        ):  # fmt: skip
            yield layer("CrossEntropyLoss", x=(FOUR, (LABELS, 4, 5)), **options, **more)
            if "label_smoothing" not in options:
                yield layer("NLLLoss", x=(FOUR, (LABELS, 4, 5)), **options, **more)
        for options in ({}, {"weight": WEIGHTS}, {"weight": WEIGHTS, "label_smoothing": 0.3}):
            yield layer("CrossEntropyLoss", x=(FOUR, (SHARES, 5, 4)), **options, **more)
        yield layer("BCELoss", x=((P, 3, 4), (P, 3, 4)), **more)
        yield layer("BCELoss", weight=WEIGHTS, x=((P, 3, 4), (P, 3, 4)), **more)
        for options in ({}, {"weight": WEIGHTS}, {"pos_weight": WEIGHTS}):
            yield layer("BCEWithLogitsLoss", x=((R, 3, 4), (P, 3, 4)), **options, **more)
        for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss"):
            yield layer(name, x=((R, 3, 4), (R, 3, 4)), **more)
        yield layer("SmoothL1Loss", beta=0.4, x=((R, 3, 4), (R, 3, 4)), **more)
        yield layer("HuberLoss", delta=0.4, x=((R, 3, 4), (R, 3, 4)), **more)
        yield layer("KLDivLoss", x=((LOGS, 3, 4), (SHARES, 3, 4)), **more)
        yield layer("KLDivLoss", log_target=True, x=((LOGS, 3, 4), (LOGS, 3, 4)), **more)
        yield layer("MultiMarginLoss", x=(FOUR, (LABELS, 4, 5)), **more)
        yield layer(
            "MultiMarginLoss", p=2, margin=0.5, weight=WEIGHTS, x=(FOUR, (LABELS, 4, 5)), **more
        )
        yield layer("MarginRankingLoss", 0.3, x=((R, 6), (R, 6), (SIGNS, 6)), **more)
        yield layer("CosineEmbeddingLoss", 0.1, x=((R, 6, 3), (R, 6, 3), (SIGNS, 6)), **more)
        for options in ({}, {"p": 3, "margin": 0.7, "swap": True}):
            yield layer("TripletMarginLoss", x=((R, 5, 3),) * 3, **options, **more)
    yield layer("KLDivLoss", reduction="batchmean", x=((LOGS, 3, 4), (SHARES, 3, 4)))
    yield layer("CrossEntropyLoss", x=((R, 2, 4, 3, 2), (LABELS, 4, 2, 3, 2)), weight=WEIGHTS)
    yield layer("CrossEntropyLoss", x=((R, 2, 4, 3), (SHARES, 2, 4, 3)), label_smoothing=0.1)
    yield layer("CrossEntropyLoss", x=((R, 4), (LABELS, 4)))
    yield layer("NLLLoss", x=((R, 2, 4, 3), (LABELS, 4, 2, 3)), ignore_index=2)


def functions():
    for p in (2.0, 1.0, 3.0):
        yield layer("normalize", x=image(3, 4), p=p)
    yield layer("normalize", x=image(3, 4), dim=0)
    yield layer("cosine_similarity", x=((R, 3, 4), (R, 3, 4)))
    yield layer("CosineSimilarity", x=((R, 3, 4), (R, 3, 4)))
    yield layer("CosineSimilarity", dim=-1, eps=0.1, x=((R, 2, 3, 4), (R, 2, 3, 4)))
    yield layer("PairwiseDistance", x=((R, 3, 4), (R, 3, 4)))
    yield layer("PairwiseDistance", 3.0, eps=0.1, keepdim=True, x=((R, 3, 4), (R, 3, 4)))
    attended = ((R, 2, 5, 4), (R, 2, 6, 4), (R, 2, 6, 3))
    yield layer("scaled_dot_product_attention", x=attended)
    yield layer("scaled_dot_product_attention", x=attended, is_causal=True)
    yield layer("scaled_dot_product_attention", x=attended, scale=1.3)
    yield layer("scaled_dot_product_attention", x=attended, attn_mask=MAY_LOOK)
    yield layer("scaled_dot_product_attention", x=attended, attn_mask=ADDED)
    yield layer("scaled_dot_product_attention", x=((R, 3, 1, 5, 4), (R, 2, 5, 4), (R, 2, 5, 4)))
    yield layer("pairwise_distance", x=((R, 3, 4), (R, 3, 4)))
    yield layer("pairwise_distance", x=((R, 3, 4), (R, 3, 4)), p=3.0, keepdim=True)
    yield layer("pad", x=IMG, pad=(1, 2), value=0.5)
    yield layer("pad", x=IMG, pad=(1, 0, 0, 2, 1, 1, 0, 1))
    yield layer("unfold", x=IMG, kernel_size=(3, 2), dilation=(1, 2), padding=(1, 0), stride=(2, 1))
    yield layer(
        "fold", x=image(2, 12, 9), output_size=(6, 6), kernel_size=2, dilation=1, padding=0,
        stride=2,
    )  # fmt: skip


MAKERS = (elementwise, linear, convolutions, pools, norms, sizes, losses, functions)


def _shown(v):
    return repr(v) if not isinstance(v, np.ndarray) else "mask" if v.dtype == bool else "w"


def key(case):
    """The name of a case: how it is called."""
    name, args, options, x, run = case
    shown = [repr(a) for a in args] + [f"{k}={_shown(v)}" for k, v in options.items()]
    shapes = " ".join("".join(map(str, spec)) for spec in x)
    return f"{name}({', '.join(shown)}) {shapes} {run or ''}".strip()


CASES = {key(case): case for maker in MAKERS for case in maker()}


def numbers(name):
    """The generator of everything random in the case of this name."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def draw(rng, kind, *shape):
    """An input of this kind: normal numbers, probabilities, labels, ..."""
    if kind == R:
        return rng.standard_normal(shape)
    if kind == P:
        return rng.uniform(0.05, 0.95, shape)
    if kind == SIGNS:
        return rng.choice([-1.0, 1.0], shape)
    if kind in (LABELS, INDEX):
        most, *shape = shape
        return rng.integers(0, most, shape)
    shares = rng.uniform(0.1, 1, shape)
    shares /= shares.sum(1, keepdims=True)
    return np.log(shares) if kind == LOGS else shares


def start(rng, name, shape):
    """The first value of a parameter or state."""
    return rng.uniform(0.5, 1.5, shape) if "var" in name else 0.7 * rng.standard_normal(shape)
