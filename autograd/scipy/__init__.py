"""SciPy, under the name that scripts for HIPS autograd import: ``autograd.scipy.special``.

As in `autograd.numpy`, what SciPy can dispatch *is* SciPy's: ``autograd.scipy.special.gammaln is
scipy.special.gammaln``, and takes Tensors from the import on.  Densities, solvers and the rest are
compositions of these, so that every argument broadcasts and derivatives of any order are there.
"""

try:
    import scipy
except ImportError as e:
    raise ImportError(
        'autograd.scipy needs SciPy, which is missing: pip install "chalkgrad[scipy]"'
    ) from e

from autograd.scipy import integrate, linalg, signal, special, stats
