"""Rows: the operations that layers are made of."""

import numpy as np

from autograd import ops
from tests.autograd.cases_base import P, R, case

case("linear", ops.linear, R(4, 3), R(2, 3), R(2))
case("linear", ops.linear, R(3), R(2, 3), R(2), label="a vector")
case("linear", ops.linear, R(2, 2, 3), R(2, 3), R(2), label="more axes")
case("linear", lambda x, w: ops.linear(x, w), R(4, 3), R(2, 3), label="no bias")
case("conv", lambda x, w, b: ops.conv(x, w, bias=b), R(2, 3, 5), R(2, 3, 2), R(2), label="bias")

for shape in ((4, 2), (3, 2, 4), (2, 3, 2, 3)):
    f = lambda x, w, b: ops.batch_norm(x, w, b)[0]  # noqa: E731
    case("batch_norm", f, R(*shape), P(shape[1]), R(shape[1]), label=str(shape))
case("batch_norm", lambda x: ops.batch_norm(x)[1:], R(5, 2), label="mean and var")
for shape in ((4,), (3, 5), (2, 3, 4)):
    f = lambda *args: ops.layer_norm(*args, eps=0.01)  # noqa: E731
    case("layer_norm", f, R(*shape), P(shape[-1]), R(shape[-1]), label=str(shape))
    case("layer_norm", f, R(*shape), label=f"{shape}, plain")
    f = lambda *args: ops.rms_norm(*args, eps=0.01)  # noqa: E731
    case("rms_norm", f, R(*shape), P(shape[-1]), label=str(shape))
    case("rms_norm", f, R(*shape), label=f"{shape}, plain")
for shape in ((3, 2), (2, 3, 4, 5)):
    case(
        "scale_channels", ops.scale_channels, R(*shape), R(shape[1]), R(shape[1]), label=str(shape)
    )
case("batch_norm", lambda x: sum(map(np.sum, ops.batch_norm(x, eps=0.1))) ** 2, R(5, 2, 2))
labels = np.array([2, 0, 1])
case("cross_entropy", lambda x: ops.cross_entropy(x, labels), R(3, 4))
case("cross_entropy", lambda x: ops.cross_entropy(x, labels[:, None]), R(3, 3, 1), label="places")
