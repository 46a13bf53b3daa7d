"""Rows: windows, pooling and their adjoints."""

import numpy as np

from autograd import ops
from tests.autograd.cases_base import P, R, case

WINDOWS = [
    ((2, 3, 7), dict(kernel=3, stride=2, dilation=2)),
    ((1, 2, 5, 4), dict(kernel=(3, 2), padding=(1, 0))),
    ((1, 2, 4, 5), dict(kernel=2, stride=(3, 1), padding=((1, 0), (0, 2)))),
    ((1, 1, 3, 4, 3), dict(kernel=2, padding="same")),
]
for shape, options in WINDOWS:
    label = f"{shape} {options}"
    case("unfold", lambda x, o=options: ops.unfold(x, **o), R(*shape), label=label)
    columns = ops.unfold(np.zeros(shape), **options).shape
    case(
        "fold",
        lambda c, s=shape[2:], o=options: ops.fold(c, s, **o),
        R(*columns), label=label,
    )  # fmt: skip

TRANSPOSED = [
    ((2, 3, 4), (3, 2, 3), dict(stride=2, output_padding=1)),
    ((1, 2, 3, 4), (2, 3, 2, 3), dict(stride=(2, 1), padding=(1, 0))),
    ((1, 4, 3, 3), (4, 2, 2, 2), dict(groups=2, dilation=2)),
    ((1, 2, 3, 3), (2, 2, 2, 2), dict(dilation=(3, 1), output_padding=(2, 0), padding=(1, 0))),
    ((2, 2, 3), (2, 1, 3), dict(stride=2, dilation=4, output_padding=3)),
    ((1, 2, 2, 2, 3), (2, 1, 2, 2, 2), dict(stride=2, padding=1, output_padding=1)),
]
for x, w, options in TRANSPOSED:
    case(
        "conv_transpose",
        lambda x, w, o=options: ops.conv_transpose(x, w, **o),
        R(*x), R(*w), label=f"{x} {options}",
    )  # fmt: skip

POOLS = [
    ((1, 2, 5, 6), dict(kernel=2, ceil_mode=True)),
    ((1, 2, 7, 6), dict(kernel=3, stride=2, padding=1, ceil_mode=True)),
    ((1, 2, 8), dict(kernel=3, stride=3, padding=1, ceil_mode=True)),
]
for shape, options in POOLS:
    label = f"{shape} {options}"
    case("max_pool", lambda x, o=options: ops.max_pool(x, **o), R(*shape), label=label)
    case("lp_pool", lambda x, o=options: ops.lp_pool(x, 2, **o), R(*shape), label=label)
    for counted in (True, False):
        o = dict(options, count_include_pad=counted)
        case("avg_pool", lambda x, o=o: ops.avg_pool(x, **o), R(*shape), label=f"{shape} {o}")
for p in (1, 2, 3.5):
    case("lp_pool", lambda x, p=p: ops.lp_pool(x, p, 2, 1), R(1, 2, 4, 4), label=p)
ADAPTIVE = [((1, 2, 7), 3), ((1, 2, 5, 7), (2, 3)), ((1, 2, 4, 6), 2), ((1, 2, 3, 5), (None, 2))]
ADAPTIVE += [((1, 1, 3, 4, 5), (2, 4, 2)), ((1, 2, 2), 5)]
for shape, out in ADAPTIVE:
    for name in ("adaptive_avg_pool", "adaptive_max_pool"):
        f = getattr(ops, name)
        case(name, lambda x, f=f, o=out: f(x, o), R(*shape), label=f"{shape} to {out}")
case("global_avg_pool", ops.global_avg_pool, R(2, 3, 4, 3))
case("global_max_pool", ops.global_max_pool, R(2, 3, 4, 3))
case("global_lp_pool", lambda x: ops.global_lp_pool(x, 3), R(2, 3, 4, 3))
for size in (1, 2, 3, 5):
    case(
        "local_response_norm",
        lambda x, n=size: ops.local_response_norm(x, n, alpha=0.3, k=2.0),
        P(2, 4, 3), label=f"size {size}",
    )  # fmt: skip
