"""What a row of the table is, and the points that rows are made of.

``Case(op, f, inputs)``: ``op`` is the primitive's name in `autograd.ops.operations`, or that of a
composition; ``f`` is called with arrays and with Tensors and must mean the same.
"""

import zlib
from typing import NamedTuple

import numpy as np

rng = np.random.default_rng(20)


class Case(NamedTuple):
    op: str
    f: object
    inputs: tuple
    label: str = ""

    def __str__(self):
        return f"{self.op}-{self.label}" if self.label else self.op


def R(*shape):
    """Normal random numbers, no two closer than 0.01, none closer than 0.01 to 0."""
    n = int(np.prod(shape))
    values = rng.standard_normal(n)
    for k in range(n):
        while (
            abs(values[k]) < 0.01
            or np.min(np.abs(values[k] - np.delete(values, k)), initial=1) < 0.01
        ):
            values[k] = rng.standard_normal()
    return values.reshape(shape)


def P(*shape):
    """Positive."""
    return rng.uniform(0.3, 2.5, shape)


def U(*shape):
    """In (-0.9, 0.9)."""
    return rng.uniform(-0.9, 0.9, shape)


def C(*shape):
    """Complex, both parts as of `R`."""
    return R(*shape) + 1j * R(*shape)


CASES: list[Case] = []


def case(op, f, *inputs, label=""):
    """A row; whoever adds or removes one changes the numbers of the next row, and no other."""
    CASES.append(Case(op, f, inputs, label))
    seed = zlib.crc32(str(CASES[-1]).encode())
    rng.bit_generator.state = np.random.PCG64(seed).state


# What a case is called, where it goes by another name than the primitives it is made of.
MADE_OF = {
    "sort": {"getitem"}, "take": {"getitem"}, "take_along_axis": {"getitem"}, "tile": {"reshape"},
    "dot": {"matmul"}, "inner": {"matmul"}, "outer": {"multiply"}, "tensordot": {"matmul"},
    "pad": {"pad_constant"}, "norm": {"norm_2", "norm_p"},
    "unfold": {"windows_of"}, "fold": {"add_windows"},
    "adaptive_avg_pool": {"weighted_sums"},
    "slogdet": {"sign_and_logdet"}, "cholesky": {"lower_cholesky"}, "qr": {"tall_qr"},
    "svd": {"reduced_svd"}, "fft": {"dft"}, "ifft": {"inverse_dft"},
    "rfft": {"real_dft"}, "irfft": {"inverse_real_dft"},
}  # fmt: skip
