"""Rows: linear algebra, real and complex, batched."""

import numpy as np

from autograd import ops
from autograd.ops import operations
from tests.autograd.cases_base import C, R, case


def T(x):
    return np.conjugate(np.swapaxes(x, -1, -2))


def sym(x):
    """Hermitian, with the eigenvalues apart."""
    return x + T(x)


def pos(x):
    """Hermitian and positive definite."""
    return x @ T(x) + np.eye(x.shape[-1])


SHAPES = {"": ((3, 3), R), "batch": ((2, 1, 3, 3), R), "complex": ((3, 3), C)}
for label, (shape, X) in SHAPES.items():
    for name in ("inv", "det", "slogdet", "pinv"):
        case(name, getattr(np.linalg, name), X(*shape), label=label)
    for n in (-2, 0, 1, 5):
        case(
            "matrix_power",
            lambda x, n=n: np.linalg.matrix_power(x, n),
            X(*shape), label=f"{n} {label}",
        )  # fmt: skip
    case("cholesky", lambda x: np.linalg.cholesky(pos(x)), X(*shape), label=label)
    case(
        "cholesky", lambda x: np.linalg.cholesky(pos(x), upper=True), X(*shape), label=f"U {label}"
    )
    case("eigvalsh", lambda x: np.linalg.eigvalsh(sym(x)), X(*shape), label=label)
    case("eig", np.linalg.eig, X(*shape), label=label)
    case("eigvals", np.linalg.eigvals, X(*shape), label=label)
    case("cofactors", operations["cofactors"], X(*shape), label=label)
    case(
        "cofactors_slope",
        lambda h, a=X(*shape): operations["cofactors_slope"](h, a),
        X(*shape), label=label,
    )  # fmt: skip
    solve = np.linalg.solve
    case("solve", solve, X(*shape), X(3), label=f"vector {label}")
    case("solve", solve, X(*shape), X(3, 2), label=f"matrix {label}")
    case("solve", solve, X(3, 3), X(2, 3, 1), label=f"batch of right sides {label}")
case("solve", lambda a: np.linalg.solve(a, (1.0, 2.0, 3.0)), R(3, 3), label="a tuple")
for name in ("eigh", "svd", "qr"):  # real vectors are determined up to a sign, which stays
    case(name, lambda x, f=getattr(np.linalg, name): f(sym(x)), R(3, 3))
    case(name, lambda x, f=getattr(np.linalg, name): f(sym(x)), R(2, 3, 3), label="batch")
case("eigh", lambda x: np.linalg.eigh(sym(x), UPLO="U"), R(3, 3), label="upper")
case("eigvalsh", lambda x: np.linalg.eigvalsh(sym(x), "U"), C(3, 3), label="upper, complex")


def phases_out(v):
    """Of vectors given up to a factor e^(it): v vᴴ, one for each."""
    return [v[..., :, k, None] * T(v[..., :, k, None]) for k in range(v.shape[-1])]


case(
    "eigh", lambda x: [(e := np.linalg.eigh(sym(x)))[0], phases_out(e[1])], C(3, 3), label="complex"
)


def svd_without_phase(x):
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return [s, [u[..., :, k, None] * vh[..., k, None, :] for k in range(s.shape[-1])]]


for shape in ((4, 3), (3, 4), (3, 3)):
    for name in ("svdvals", "pinv"):
        case(name, getattr(np.linalg, name), R(*shape), label=f"{shape}")
        case(name, getattr(np.linalg, name), C(*shape), label=f"{shape}, complex")
    case("svd", lambda x: np.linalg.svd(x, full_matrices=False), R(*shape), label=f"{shape}")
    case("svd", svd_without_phase, C(*shape), label=f"{shape}, complex")
    case("qr", np.linalg.qr, R(*shape), label=f"{shape}")
    case("qr", np.linalg.qr, C(*shape), label=f"{shape}, complex")
    case("qr", lambda x: np.linalg.qr(x, mode="r"), R(2, *shape), label=f"{shape}, R alone")
case("svd", lambda x: np.linalg.svd(x, compute_uv=False), R(2, 3, 2), label="values alone")
case("over_gap", operations["over_gap"], R(3), R(3))

case("kron", np.kron, R(2, 3), R(2, 2))
case("kron", np.kron, R(2), R(2, 1, 2), label="of different dimension")
case("cross", np.cross, R(2, 3), R(3))
case("cross", lambda a, b: np.cross(a, b, axisa=0, axisc=0), R(3, 2), R(2, 3), label="axes")
case("cross", lambda a, b: np.linalg.cross(a, b, axis=0), R(3, 2), R(3, 2), label="linalg")
case("multi_dot", lambda *x: np.linalg.multi_dot(x), R(3), R(3, 5), R(5, 2), R(2, 4))
case("multi_dot", lambda *x: np.linalg.multi_dot(x), R(2, 4), R(4, 1), R(1, 3), R(3), label="ends")
case("matvec", ops.matvec, R(2, 3, 4), R(4))
case("vecmat", ops.vecmat, C(3), C(2, 3, 4))
case("matmul", np.linalg.matmul, R(2, 3), R(3, 2), label="linalg")
case("outer", np.linalg.outer, R(2), R(3), label="linalg")
case("tensordot", np.linalg.tensordot, R(2, 3, 4), R(3, 4, 2), label="linalg")
case("tensorinv", np.linalg.tensorinv, R(4, 6, 8, 3))
case("tensorsolve", np.linalg.tensorsolve, R(2, 3, 6), R(2, 3))
case(
    "tensorsolve", lambda a, b: np.linalg.tensorsolve(a, b, (0,)), R(6, 2, 3), R(2, 3), label="axes"
)
