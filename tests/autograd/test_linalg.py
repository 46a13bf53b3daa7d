"""Linear algebra where a row of the table cannot go: singular, repeated values, refused."""

import itertools

import numpy as np
import pytest

from autograd import Tensor, grad, gradcheck, gradients, hessian, jacobian, jvp
from autograd.errors import AutogradError, GraphError, LinAlgError
from autograd.ops import einstein

rng = np.random.default_rng(3)


def leaf(x):
    return Tensor(x, requires_grad=True, dtype=np.asarray(x).dtype)


def of_rank(n, rank):
    return rng.standard_normal((n, rank)) @ rng.standard_normal((rank, n))


@pytest.mark.parametrize("n, rank", [(1, 0), (2, 1), (3, 2), (3, 1), (4, 2), (4, 1), (3, 0)])
def test_determinant_of_singular_matrices_has_both_derivatives(n, rank):
    """A polynomial: PyTorch and JAX give NaN, 0 or an error for some of these."""
    report = gradcheck(np.linalg.det, of_rank(n, rank), order=2, eps=1e-4)
    assert not report.kinks


def test_third_derivative_of_a_determinant():
    assert gradcheck(np.linalg.det, rng.standard_normal((3, 3)), order=3, eps=1e-4).ok


@pytest.mark.parametrize("n, rank", [(1, 0), (2, 1), (2, 0), (3, 2), (4, 1)])
def test_forward_mode_of_the_gradient_of_a_singular_determinant(n, rank):
    a, v = of_rank(n, rank), rng.standard_normal((n, n))
    expected = np.tensordot(hessian(np.linalg.det)(a), v)
    np.testing.assert_allclose(jvp(grad(np.linalg.det), (a,), (v,))[1], expected, atol=1e-12)


def test_third_derivative_of_a_singular_determinant():
    assert gradcheck(np.linalg.det, of_rank(2, 1), order=3, eps=1e-3).ok
    with pytest.raises(LinAlgError, match=r"^det: .* \(3, 3\) that is singular.* the third. Write"):
        gradcheck(np.linalg.det, of_rank(3, 2), order=3)


def test_norm_of_a_zero_matrix_and_its_square():
    zero = np.zeros((2, 3))
    for ord in (None, "fro", "nuc", 2):
        x = leaf(zero)
        np.testing.assert_array_equal(gradients(np.linalg.norm(x, ord), x), zero)
    h = hessian(lambda x: np.linalg.norm(x) ** 2)(np.zeros(3))
    np.testing.assert_array_equal(h, 2 * np.eye(3))
    h = hessian(lambda x: np.hypot(x[0], x[1]) ** 2)(np.zeros(2))
    np.testing.assert_array_equal(h, 2 * np.eye(2))
    h = hessian(lambda x: np.std(x) ** 2)(np.ones(3))
    np.testing.assert_allclose(h, hessian(np.var)(np.ones(3)))


def test_nuclear_norm_of_a_matrix_of_lower_rank_has_the_least_subgradient():
    a = of_rank(4, 2)
    u, _, vh = np.linalg.svd(a)
    x = leaf(a)
    g = gradients(np.linalg.norm(x, "nuc"), x)
    np.testing.assert_allclose(g, u[:, :2] @ vh[:2], atol=1e-12)


def test_equal_eigenvalues():
    """Functions of the eigenvalues alone have a gradient; of their vectors there is none."""
    x = leaf(2 * np.eye(3))
    w, v = np.linalg.eigh(x)
    np.testing.assert_allclose(gradients(np.sum(w**2), x), 4 * np.eye(3))
    assert np.isnan(gradients(np.sum(v[:, 0] * [1.0, 2.0, 3.0]), x)).any()
    assert np.isnan(gradients(np.sum((v * w**2) @ v.T * np.arange(9.0).reshape(3, 3)), x)).any()
    u, s, _ = np.linalg.svd(x)
    np.testing.assert_allclose(gradients(np.sum(s**2), x), 4 * np.eye(3))
    assert np.isnan(gradients(np.sum(u * np.arange(9.0).reshape(3, 3)), x)).any()


def test_vectors_apart_from_equal_eigenvalues_have_a_gradient():
    q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    a = q * [1.0, 2.0, 2.0, 5.0] @ q.T

    def f(x):
        v = np.linalg.eigh((x + x.T) / 2)[1][:, 3]
        return np.sum(v[:, None] * v * np.arange(16.0).reshape(4, 4))

    assert gradcheck(f, a, order=1).ok


def test_a_result_that_depends_on_the_phase_of_complex_vectors_is_refused():
    a = rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3))
    x = leaf(a)
    for f in (
        lambda x: np.linalg.eigh(x + np.conj(x.T))[1],
        lambda x: np.linalg.svd(x)[0],
        lambda x: np.linalg.svd(x)[2],
    ):
        with pytest.raises(GraphError, match=r"factor e\^\(it\)"):
            gradients(np.sum(np.real(f(x)) * np.arange(9.0).reshape(3, 3)), x)


def test_a_change_of_a_hermitian_matrix_moves_its_eigenvalues_by_the_gradient():
    a = rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3))
    a = a + a.conj().T
    x = leaf(a)
    g = gradients(np.linalg.eigvalsh(x)[0], x)
    np.testing.assert_allclose(g, g.conj().T)
    d = rng.standard_normal((3, 3)) * 1e-6
    d = d + d.T + 1j * (d - d.T)
    moved = np.linalg.eigvalsh(a + d)[0] - np.linalg.eigvalsh(a)[0]
    assert moved == pytest.approx(np.real(np.sum(g * d)), rel=1e-4)


def test_singular_matrices_raise_numpys_error():
    x = leaf(np.ones((2, 2)))
    for f in (np.linalg.inv, lambda x: np.linalg.solve(x, np.ones(2)), np.linalg.cholesky):
        with pytest.raises(np.linalg.LinAlgError) as e:
            f(x - np.ones((2, 2)))
        assert isinstance(e.value, AutogradError)
        assert "float64[2, 2]" in str(e.value)


def test_results_have_numpys_names():
    x = leaf(rng.standard_normal((3, 3)))
    assert np.linalg.svd(x).S.shape == (3,)
    assert np.linalg.eigh(x).eigenvectors.shape == (3, 3)
    assert np.linalg.slogdet(x).logabsdet.node is not None
    assert np.linalg.qr(x).R.node is not None
    assert np.linalg.eig(x).eigenvalues.shape == (3,)


def test_jacobian_of_an_inverse():
    a = rng.standard_normal((2, 2))
    y = np.linalg.inv(a)
    j = jacobian(np.linalg.inv)(a)
    np.testing.assert_allclose(j, -np.einsum("ik,lj->ijkl", y, y))


x, z = leaf(np.ones((2, 3))), leaf(np.ones((2, 3)) + 1j)
v = leaf(np.ones(3))
REFUSED = [
    (lambda: np.linalg.svd(x), "full_matrices=False"),
    (lambda: np.linalg.svd(x[:, :2], hermitian=True), "use eigh"),
    (lambda: np.linalg.qr(x.T, mode="complete"), "mode 'complete'.*'reduced' or 'r'"),
    (lambda: np.linalg.qr(x, mode="raw"), "mode 'raw'"),
    (lambda: np.linalg.lstsq(x, v), "lstsq: expected a"),
    (lambda: np.linalg.matrix_power(x, 2), r"square matrix.*\(2, 3\)"),
    (lambda: np.linalg.matrix_power(x[:, :2], 0.5), "power must be an integer"),
    (lambda: np.linalg.norm(x, "max"), "ord of a matrix must be"),
    (lambda: np.linalg.norm(v, "fro"), "is for matrices"),
    (lambda: np.linalg.norm(x[None], 1), "for one axis or two"),
    (lambda: np.cross(x[:, :2], x[:, :2]), "three components"),
    (lambda: np.linalg.outer(x, v), "np.outer flattens"),
    # other families
    (lambda: np.max(x, where=[True]), "max: with where= an initial= value is needed"),
    (lambda: np.exp(x, where=np.array(True)), "np.exp: the options .'where'"),
    (lambda: np.trace(x, dtype=np.float32), "np.trace: the options .'dtype'"),
    (lambda: np.pad(x, 1, "around"), "mode 'around' is not supported"),
    (lambda: np.pad(x, 1, constant_values=v[0]), "'constant_values' has no derivative"),
    (lambda: np.quantile(x, v[0]), "'q' has no derivative"),
    (lambda: np.quantile(v, 0.5, weights=np.ones(3)), "'inverted_cdf' alone takes weights"),
    (lambda: np.repeat(x, repeats=leaf(2.0)), "'repeats' has no derivative"),
    (lambda: np.average(x, weights=np.ones(2)), r"weights of shape \(2,\) fit neither"),
    (lambda: np.nextafter(v, 1.0), "np.nextafter has no derivative"),
    (lambda: np.put_along_axis(x, np.array([[0]]), 1.0, 1), "ops.put_along_axis"),
    (lambda: np.put(x, [0], 1.0), r"np.unravel_index"),
    (lambda: np.take_along_axis(v, np.array([True]), 0), "integers, got bool"),
    (lambda: np.take_along_axis(v, np.array([True]), None), "integers, got bool"),
    (lambda: np.copyto(x, 1.0), r"x\[...\] = values"),
    (lambda: np.gradient(v, edge_order=0), "edge_order must be 1 or 2"),
    (lambda: np.convolve(x, v), "two vectors"),
    (lambda: np.choose([5, 0, 1], [v, v]), r"not in 0..1"),
    (lambda: np.select([x > 0], [x, x]), "1 conditions, but 2 choices"),
    (lambda: np.fft.irfft(v, 0), "at least 1"),
    (lambda: np.fft.fftn(x, s=(2,), axes=(0, 1)), "differ in number"),
    (lambda: np.logaddexp(z, z), "logaddexp: .*not supported"),
    (lambda: np.hypot(z, z), "hypot: .*not supported"),
]


@pytest.mark.parametrize("mistake, words", REFUSED, ids=range(len(REFUSED)))
def test_refused_by_name(mistake, words):
    with pytest.raises(AutogradError, match=f"(?s){words}"):
        mistake()


COMPLEX = "sigmoid softplus silu gelu mish log_sigmoid softsign erf erfc".split()


@pytest.mark.parametrize("name", COMPLEX)
def test_functions_of_real_numbers_refuse_complex_ones(name):
    from autograd import ops

    with pytest.raises(
        AutogradError, match="(?s)(ufunc .* not supported|must be real).*complex128"
    ):
        getattr(ops, name)(z)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (0, 0), (2, 0, 3)])
def test_norms_of_no_elements_are_numpys(shape):
    n = len(shape)
    for axis in [None, *range(n), *itertools.permutations(range(n), 2)]:
        for order in (None, "fro", "nuc", np.inf, -np.inf, 0, 1, -1, 2, -2, 3, 0.5):
            x = Tensor(np.zeros(shape), requires_grad=True)
            try:
                with np.errstate(all="ignore"):
                    expected = np.linalg.norm(x.data, order, axis)
            except ValueError:
                with pytest.raises(ValueError):
                    np.linalg.norm(x, order, axis)
                continue
            with np.errstate(all="ignore"):
                y = np.linalg.norm(x, order, axis)
                assert gradients(y.sum(), x).shape == shape
            np.testing.assert_array_equal(y.data, expected)


def test_medians_of_complex_numbers_are_numpys():
    x = np.array([2 + 1j, 1.0, 3 - 1j, np.nan])
    assert np.median(Tensor(x[:3])) == np.median(x[:3])
    assert np.nanmedian(Tensor(x)) == np.nanmedian(x)


@pytest.mark.parametrize(
    "subscripts",
    [
        "bij,bjk->bik", "qhd,khd->hqk", "bqhd,bkhd->bhqk", "ij,jk->ki", "jik,kjh->h", "bij,jb->ib",
        "ij,jk->k", "iij,ji->ij", "ij,ij->i", "bi,bj->bij",
    ],
)  # fmt: skip
def test_einsum_as_products_of_matrices_and_term_by_term(subscripts, monkeypatch):
    rng, found = np.random.default_rng(0), []
    letters = subscripts.partition("->")[0].split(",")
    a, b = (rng.normal(size=["_bdhijkq".index(c) for c in s]) for s in letters)
    for limit in (0, np.inf):
        monkeypatch.setattr(einstein, "EINSUM", limit)
        t, u = Tensor(a, requires_grad=True), Tensor(b, requires_grad=True)
        y = np.einsum(subscripts, t, u)
        found.append([y.data, *gradients(np.sum(y * y), [t, u])])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def test_einsum_spreads_an_axis_of_one_as_numpy_does(monkeypatch):
    monkeypatch.setattr(einstein, "EINSUM", 0)
    a, b = np.arange(2.0)[:, None], np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(
        np.einsum("ij,jk->ik", Tensor(a), b).data, np.einsum("ij,jk->ik", a, b)
    )
