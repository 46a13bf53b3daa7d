"""Rows: functions of one and two arrays that networks and statistics add to the plain ones."""

import numpy as np

from autograd import ops
from tests.autograd.cases_base import P, R, U, case

for name in (
    "erf erfc log_sigmoid gelu mish selu celu softsign hard_tanh relu6 hard_sigmoid hard_swish"
).split():
    case(name, getattr(ops, name), R(3, 4))
    case(name, getattr(ops, name), R(), label="scalar")
    case(name, getattr(ops, name), 4 * R(3, 4), label="wide")
case("gelu_tanh", lambda x: ops.gelu(x, approximate="tanh"), R(3, 4))
case("celu", lambda x: ops.celu(x, alpha=0.5), R(5), label="alpha")
case("huber", lambda x: ops.huber(2 * x), R(5))
case("huber", ops.huber, 3 * R(3, 4), P(4), label="both")
case("logit", ops.logit, 0.5 + U(3, 4) / 2)
case("round", lambda x: np.round(x, 1), np.array([0.12, 0.57, -1.33]))
case("round", np.fix, R(4) + 0.3, label="fix")
case("nan_to_num", np.nan_to_num, R(3, 4))
case(
    "nan_to_num", lambda x: np.nan_to_num(x + [np.inf, 0.0, np.nan], posinf=5.0), R(3), label="inf"
)
case("ldexp", lambda x: np.ldexp(x, np.array([3, -2, 0])), R(2, 3))
case("modf", lambda x: np.modf(x)[0] ** 2, 3 * R(4) + 0.005, label="fraction")
case("modf", lambda x: np.modf(x)[1], 3 * R(4) + 0.005, label="integer")
case("frexp", lambda x: np.frexp(x)[0] ** 2, np.array([0.7, -3.0, 1e3]))
case("divmod", lambda a, b: np.divmod(a, b), 5 + P(3, 4), P(3, 4) + 0.4)
case("sinc", np.sinc, R(3, 4))
case("sinc", np.sinc, np.array([0.0, 1e-9, 1e-3, 0.7, 2.0, 5.5]), label="at 0")
for n in (1, 2, 4):
    case("sinc_derivative", lambda x, n=n: ops.elementwise.sinc_derivative(x, n), R(5) * 2, label=n)
case("i0", np.i0, R(3, 4) * 2)
for n in (0, 1, 3):
    case("bessel_i", lambda x, n=n: ops.elementwise.bessel_i(x, n), R(5), label=n)
case("heaviside", np.heaviside, R(3, 4), R(3, 4))
case("heaviside", lambda b: np.heaviside([0.0, 1.0, -1.0], b), R(3), label="value at 0")
case("clip", np.clip, R(3, 4), -P(4), P(3, 1), label="bounds too")
case("clip", lambda x: np.clip(x, min=-0.2, max=0.4), R(6), label="min, max")
