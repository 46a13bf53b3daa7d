"""Rows: complex numbers in and out."""

import numpy as np

from autograd import ops
from tests.autograd.cases_base import C, P, R, case

for name in (
    "negative positive absolute exp exp2 expm1 log log2 log10 log1p sqrt square reciprocal sin cos "
    "tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh sign conjugate real imag angle"
).split():
    case(name, getattr(np, name), C(3, 2), label="complex")
case("conjugate", np.conjugate, R(3), label="real")
case("real", np.real, R(3), label="real")
case("imag", np.imag, R(3), label="real")
case("angle", lambda z: np.angle(z, deg=True), C(3), label="degrees")
case("angle", np.angle, R(3), label="real")
case("nan_to_num", lambda x: np.nan_to_num(x) ** 2, C(3), label="complex")
for name in "add subtract multiply divide power float_power maximum minimum".split():
    f = getattr(np, name)
    case(name, f, C(3, 2), C(3, 2), label="complex")
    case(name, f, C(3, 2), R(3, 2), label="complex and real")
    case(name, f, R(3, 2), C(2), label="real and complex")
case("power", lambda x: x**3, C(4), label="complex, integer power")
case("softmax", ops.softmax, C(2, 3), label="complex")
case("logsumexp", ops.logsumexp, C(2, 3), label="complex")
for name in "sum mean prod max min var std cumsum cumprod sort median".split():
    case(name, lambda x, f=getattr(np, name): f(x, axis=1), C(2, 3), label="complex")
case("norm", np.linalg.norm, C(2, 3), label="complex")
case("norm", lambda x: np.linalg.norm(x, 3, axis=1), C(2, 3), label="complex, order 3")
case("norm", lambda x: np.linalg.norm(x, "nuc"), C(2, 3), label="complex, nuclear")
case("matmul", np.matmul, C(2, 3), C(3, 2), label="complex")
case("matmul", np.matmul, R(2, 3), C(3, 2), label="real and complex")
case("vdot", np.vdot, C(2, 3), C(2, 3))
case("vdot", np.vdot, R(4), R(4), label="real")
case("vecdot", np.vecdot, C(2, 3), C(3))
case("vecdot", lambda a, b: np.linalg.vecdot(a, b, axis=0), R(3, 2), R(3, 2), label="axis")
case("einsum", lambda a, b: np.einsum("ij,kj->ik", a, b), C(2, 3), C(2, 3), label="complex")
case("inner", np.inner, C(2, 3), C(3), label="complex")
case("where", lambda a, b: np.where([True, False], a, b), C(3, 2), R(2), label="complex")
case("concatenate", lambda a, b: np.concatenate([a, b]), C(2), R(3), label="complex and real")
case("getitem", lambda x: x[[0, 0, 1]], C(3), label="complex")
case("setitem", lambda x, v: ops.setitem(x, v, [0, 2]), C(3), R(2), label="complex and real")
case("conv", ops.conv, C(1, 2, 5), C(2, 2, 3), label="complex")
case("average", lambda x, w: np.average(x, weights=w), C(4), P(4), label="complex")
case("convolve", np.convolve, C(4), R(3), label="complex and real")
case("correlate", lambda a, v: np.correlate(a, v, "full"), C(4), C(3), label="complex")
case("cov", np.cov, C(3, 4), label="complex")

# -- Fourier transforms --------------------------------------------------------------------------
FFT = "fft ifft rfft irfft hfft ihfft".split()
for name in FFT:
    f = getattr(np.fft, name)
    x = R if name in ("rfft", "ihfft") else C
    case(name, f, x(2, 5))
    case(name, f, x(2, 4), label="even")
    case(name, lambda x, f=f: f(x, axis=0), x(5, 2), label="axis")
    for n in (3, 4, 7, 8):
        case(name, lambda x, f=f, n=n: f(x, n), x(2, 5), label=f"n={n}")
    for norm in ("backward", "ortho", "forward"):
        case(name, lambda x, f=f, n=norm: f(x, norm=n), x(2, 5), label=norm)
for name in ("fft", "ifft", "irfft"):
    case(name, getattr(np.fft, name), R(2, 5), label="of real numbers")
for name in "fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn".split():
    f = getattr(np.fft, name)
    x = R if name.startswith("rfft") else C
    case(name, f, x(2, 3, 4))
    case(name, lambda x, f=f: f(x, axes=(2, 0), norm="ortho"), x(3, 2, 4), label="axes, ortho")
    case(name, lambda x, f=f: f(x, s=(5, 2), axes=(0, 1)), x(3, 4), label="sizes")
for name in ("fftshift", "ifftshift"):
    case(name, getattr(np.fft, name), R(3, 4))
    case(name, lambda x, f=getattr(np.fft, name): f(x, axes=1), C(3, 5), label="axis")
