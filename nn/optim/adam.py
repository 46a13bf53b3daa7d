"""Adam and its kin: momentum, divided by a running size of the gradient, each number its own."""

import numpy as np

from nn.optim.optimizer import Optimizer, fast_as
from nn.optim.options import within


class Adam(Optimizer):
    """Momentum, divided by the running root mean square, both corrected for their start at 0.

    ::

        g = dL/dw + weight_decay w
        m <- beta1 m + (1 - beta1) g
        v <- beta2 v + (1 - beta2) g²
        w <- w - lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)

    Kingma and Ba 2015; amsgrad (v is the largest so far): Reddi, Kale and Kumar 2018.

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        See `Optimizer`.
    lr : float
        Learning rate.
    betas : (float, float)
        Shares of the running means that are kept.
    eps : float
        Added to the root.
    weight_decay : float
        Strength of the L2 penalty, which is divided by the root as the gradient is; see `AdamW`.
    amsgrad : bool
        Divide by the largest v so far.

    Examples
    --------
    >>> from autograd import Tensor
    >>> w = Tensor([3.0], requires_grad=True)
    >>> (w * w).backward()
    >>> Adam([w], lr=0.1).step()
    >>> w.data.round(6)
    array([2.9])
    """

    pairs = ("betas",)

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False
    ):
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
        )

    def check(self, lr, betas, eps, weight_decay, **options):
        """Raise ValueRangeError if an option is out of range."""
        within(self, 0, 1, betas=betas)
        within(self, 0, np.inf, eps=eps, weight_decay=weight_decay)

    def buffers(self, amsgrad=False, **options):
        """Running means of the gradient and of its square."""
        names = ["exp_avg", "exp_avg_sq", *["max_exp_avg_sq"] * amsgrad]
        return dict.fromkeys(names, 0.0)

    @fast_as("adam", 100)
    def update(self, w, g, state, lr, betas, eps, weight_decay, amsgrad):
        """w <- w - lr m / sqrt(v)."""
        m, v, t = _moments(_decayed(w, g, lr, weight_decay, False), state, betas)
        if amsgrad:
            v = np.maximum(v, state["max_exp_avg_sq"], out=state["max_exp_avg_sq"])
        root = np.sqrt(v)
        root /= (1 - betas[1] ** t) ** 0.5
        root += eps
        np.divide(m, root, out=root)
        root *= lr / (1 - betas[0] ** t)
        w -= root


def _decayed(w, g, lr, weight_decay, decoupled):
    """The gradient with that of the L2 penalty; or, decoupled, w is made smaller, and it is g."""
    if decoupled:
        w *= 1 - lr * weight_decay
        return g
    return g + weight_decay * w if weight_decay else g


def _moments(g, state, betas):
    """The running means of g and of its square, with this step in them, and its number."""
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m += (1 - betas[0]) * (g - m)
    v += (1 - betas[1]) * (g * g - v)
    return m, v, state["step"]


class AdamW(Adam):
    """Adam with weight decay of its own: w <- (1 - lr weight_decay) w, then Adam's step.

    Loshchilov and Hutter 2019.  Parameters as `Adam`'s.
    """

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, amsgrad=False
    ):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)

    @fast_as("adamw", 100)
    def update(self, w, g, state, lr, betas, eps, weight_decay, amsgrad):
        """w <- (1 - lr weight_decay) w - lr m / sqrt(v)."""
        g = _decayed(w, g, lr, weight_decay, True)
        super().update(w, g, state, lr, betas, eps, 0, amsgrad)


class NAdam(Adam):
    """Adam that looks ahead by one step of its momentum, as Nesterov's does.

    ::

        g = dL/dw + weight_decay w                  (decoupled: w <- (1 - lr weight_decay) w first)
        b_t = beta1 (1 - 0.96^(t momentum_decay) / 2),    B_t = b_1 b_2 ... b_t
        m <- beta1 m + (1 - beta1) g
        v <- beta2 v + (1 - beta2) g²
        n = (1 - b_t) g / (1 - B_t) + b_(t+1) m / (1 - B_(t+1))
        w <- w - lr n / (sqrt(v / (1 - beta2^t)) + eps)

    Dozat 2016, algorithm 8.

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        See `Optimizer`.
    lr, betas, eps, weight_decay, momentum_decay : float, (float, float), float, float, float
        As in the formulas.
    decoupled_weight_decay : bool
        Weight decay of its own, as `AdamW`'s.

    Raises
    ------
    ValueRangeError
        An option out of range.
    """

    def __init__(
        self,
        params,
        lr=2e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        momentum_decay=4e-3,
        decoupled_weight_decay=False,
    ):
        Optimizer.__init__(
            self,
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def check(self, momentum_decay, **options):
        """Raise ValueRangeError if an option is out of range."""
        super().check(**options)
        within(self, 0, np.inf, momentum_decay=momentum_decay)

    def buffers(self, **options):
        """m, v and B, for every element, so that betas may change on the way."""
        return {**super().buffers(**options), "mu_product": 1.0}

    def update(
        self, w, g, state, lr, betas, eps, weight_decay, momentum_decay, decoupled_weight_decay
    ):
        """w <- w - lr n / sqrt(v)."""
        g = _decayed(w, g, lr, weight_decay, decoupled_weight_decay)
        m, v, t = _moments(g, state, betas)
        now, ahead = (betas[0] * (1 - 0.96 ** (k * momentum_decay) / 2) for k in (t, t + 1))
        product = state["mu_product"]
        product *= now
        n = (1 - now) / (1 - product) * g + ahead / (1 - product * ahead) * m
        w -= lr * n / (np.sqrt(v / (1 - betas[1] ** t)) + eps)


class RAdam(Adam):
    """Adam whose first steps, before the root can be trusted, are those of momentum.

    ::

        m and v as `Adam`'s,   r∞ = 2 / (1 - beta2) - 1,   r = r∞ - 2 t beta2^t / (1 - beta2^t)
        r > 5:  c = sqrt((r - 4) (r - 2) r∞ / ((r∞ - 4) (r∞ - 2) r))
                w <- w - lr c m / (1 - beta1^t) sqrt(1 - beta2^t) / (sqrt(v) + eps)
        else:   w <- w - lr m / (1 - beta1^t)

    Liu et al. 2020, algorithm 2.

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        See `Optimizer`.
    lr, betas, eps, weight_decay : float, (float, float), float, float
        As in the formulas.
    decoupled_weight_decay : bool
        Weight decay of its own, as `AdamW`'s.

    Raises
    ------
    ValueRangeError
        An option out of range.
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        decoupled_weight_decay=False,
    ):
        Optimizer.__init__(
            self,
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def update(self, w, g, state, lr, betas, eps, weight_decay, decoupled_weight_decay):
        """w <- w - lr c m / sqrt(v)."""
        g = _decayed(w, g, lr, weight_decay, decoupled_weight_decay)
        m, v, t = _moments(g, state, betas)
        step, left = lr / (1 - betas[0] ** t), 1 - betas[1] ** t
        most = 2 / (1 - betas[1]) - 1
        r = most - 2 * t * betas[1] ** t / left
        if r > 5:
            c = ((r - 4) * (r - 2) * most / ((most - 4) * (most - 2) * r)) ** 0.5
            w -= step * c * left**0.5 * (m / (np.sqrt(v) + eps))
        else:
            w -= step * m


class Adamax(Adam):
    """Adam with the largest gradient, fading, in the place of the root mean square.

    ::

        g = dL/dw + weight_decay w
        m <- beta1 m + (1 - beta1) g
        u <- max(beta2 u, |g| + eps)
        w <- w - lr / (1 - beta1^t) m / u

    Kingma and Ba 2015, section 7.

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        See `Optimizer`.
    lr, betas, eps, weight_decay : float, (float, float), float, float
        As in the formulas.
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        Optimizer.__init__(self, params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def buffers(self, **options):
        """Running mean and fading maximum of the gradient."""
        return {"exp_avg": 0.0, "exp_inf": 0.0}

    def update(self, w, g, state, lr, betas, eps, weight_decay):
        """w <- w - lr m / u."""
        g = _decayed(w, g, lr, weight_decay, False)
        m, u = state["exp_avg"], state["exp_inf"]
        m += (1 - betas[0]) * (g - m)
        np.maximum(betas[1] * u, np.abs(g) + eps, out=u)
        w -= lr / (1 - betas[0] ** state["step"]) * (m / u)
