"""Steps of optimisers in one pass over memory: the twins of `update` in `nn.optim`, bit for bit.

They take its arguments, arrays of one dtype.  A job is a part of the parameter.
"""

from math import sqrt

from autograd.kernels.compiled.jobs import shared, take
from autograd.kernels.compiled.parts import in_parts, part


def sgd(w, g, state, lr, momentum, dampening, weight_decay, nesterov):
    """See `nn.optim.SGD`."""
    v = state["momentum_buffer"] if momentum else None
    new = 1 if state["step"] == 1 else 1 - dampening
    ahead = momentum if nesterov else 0
    return _stepped(_sgd, (w, g, v), weight_decay, momentum, new, ahead, lr)


def adam(w, g, state, lr, betas, eps, weight_decay, amsgrad, shrink=1):
    """See `nn.optim.Adam`; without the largest v so far."""
    if amsgrad:
        return NotImplemented
    arrays, t = (w, g, state["exp_avg"], state["exp_avg_sq"]), state["step"]
    root, rate = (1 - betas[1] ** t) ** 0.5, lr / (1 - betas[0] ** t)
    new, new_square = 1 - betas[0], 1 - betas[1]
    return _stepped(_adam, arrays, weight_decay, shrink, new, new_square, root, eps, rate)


def adamw(w, g, state, lr, betas, eps, weight_decay, amsgrad):
    """See `nn.optim.AdamW`."""
    return adam(w, g, state, lr, betas, eps, 0, amsgrad, shrink=1 - lr * weight_decay)


def _stepped(kernel, arrays, *numbers):
    """Run a kernel with these arrays and numbers, which are rounded as NumPy rounds them.

    What somebody has put in their place and does not fit is NumPy's to refuse: here nothing would.
    """
    w = arrays[0]
    if not all(a is None or (a.shape == w.shape and a.flags.carray) for a in arrays):
        return NotImplemented
    if not all(isinstance(x, (int, float)) for x in numbers):
        return NotImplemented
    return in_parts(kernel, arrays, *map(w.dtype.type, numbers))


@shared
def _sgd(todo, jobs, w, g, v, decay, momentum, new, ahead, lr):
    job = take(todo)
    while job < jobs:
        u, d = part(w, job, jobs), part(g, job, jobs)
        if v is None:
            for i in range(u.size):
                u[i] -= lr * (d[i] + decay * u[i] if decay else d[i])
        else:
            s = part(v, job, jobs)
            for i in range(u.size):
                x = d[i] + decay * u[i] if decay else d[i]
                s[i] = s[i] * momentum + new * x
                u[i] -= lr * (x + ahead * s[i] if ahead else s[i])
        job = take(todo)


@shared
def _adam(todo, jobs, w, g, m, v, decay, shrink, new, new_square, root, eps, rate):
    job = take(todo)
    while job < jobs:
        u, d = part(w, job, jobs), part(g, job, jobs)
        p, q = part(m, job, jobs), part(v, job, jobs)
        for i in range(u.size):
            x = d[i] + decay * u[i] if decay else d[i]
            p[i] += new * (x - p[i])
            q[i] += new_square * (x * x - q[i])
            u[i] = u[i] * shrink - p[i] / (sqrt(q[i]) / root + eps) * rate
        job = take(todo)
