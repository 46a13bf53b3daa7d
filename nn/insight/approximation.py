"""What networks can express: one hidden layer and any function; depth against width."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from autograd import no_grad
from autograd.errors import ValueRangeError
from nn import functional, init
from nn.functional.checks import positive, positive_int, whole
from nn.insight.approximation_results import Approximation, DepthComparison
from nn.insight.running import bar, limits
from nn.layers import Linear, ReLU
from nn.optim import Adam
from nn.optim.schedules import CosineAnnealingLR
from nn.sequential import Sequential


def universal_approximation(
    function: Callable[[np.ndarray], np.ndarray],
    interval: tuple[float, float] = (-1.0, 1.0),
    widths: Sequence[int] = (1, 2, 4, 8, 16, 32, 64, 128),
    steps: int = 300,
    points: int = 257,
    seed: int = 0,
    progress: bool = True,
) -> Approximation:
    """Fit a function of one number with one hidden layer of ReLUs, of several widths.

    ``f(x) ≈ c + Σ_k v_k relu(w_k (x - b_k))``: each unit bends the line at b_k.  With n bends
    spread evenly, a smooth function is met to O(1/n²).  The start is that: even bends, and the v_k
    of least squares; then Adam trains all parameters, and moves the bends to where they help.

    Parameters
    ----------
    function : callable
        Of an array of numbers, element by element: ``np.sin``.
    interval : (float, float)
        Where.
    widths : sequence of int
        Numbers of hidden units.
    steps : int
        Steps of training.
    points : int
        Numbers in the interval at which the function is taken.
    seed : int
        Of the directions of the units.
    progress : bool
        Show a bar (tqdm).

    Returns
    -------
    Approximation
        ``.errors``, ``.fits``, ``.figure()``.

    Raises
    ------
    ValueRangeError
        The function is not finite in the interval, or does not give one number for each.

    Notes
    -----
    G. Cybenko 1989; K. Hornik 1991; for ReLUs M. Leshno et al. 1993.

    Examples
    --------
    >>> found = universal_approximation(np.sin, (-3, 3), (2, 8, 32), steps=20, progress=False)
    >>> bool(found.errors[0] > 10 * found.errors[1] > 100 * found.errors[2])
    True
    """
    op = "universal_approximation"
    x, y, scaled = _samples(op, function, interval, points)
    widths = _counts(op, "widths", widths)
    whole(op, steps=steps, seed=seed)
    before = init.generator()
    errors, fits = [], []
    try:
        for width in bar(widths, "widths", progress):
            init.seed(_seed(seed, width))
            net = _bends([width])
            _solve_last(net, scaled, y)
            fit = _trained(net, scaled, y, steps, 2e-3)
            fits.append(fit)
            errors.append(_error(fit, y))
    finally:
        init._generator = before
    return Approximation(np.array(widths), np.array(errors), x, y, np.array(fits))


def deep_against_shallow(
    function: Callable[[np.ndarray], np.ndarray],
    interval: tuple[float, float] = (-1.0, 1.0),
    parameters: int = 300,
    depths: Sequence[int] = (1, 2, 3, 4),
    seeds: int = 3,
    steps: int = 1500,
    points: int = 129,
    seed: int = 0,
    progress: bool = True,
) -> DepthComparison:
    """Train networks of the same number of parameters, but of several depths, on one function.

    The layers of a network are alike, as wide as ``parameters`` allow.  All begin with even bends
    in the first layer and He's weights, and are trained by Adam with a cosine schedule.  Which
    depth is best depends on the function, and on luck: hence several seeds.

    Parameters
    ----------
    function, interval, steps, points, progress
        As for `universal_approximation`.
    parameters : int
        The most of each network: at least 4, and 2 for each further layer.
    depths : sequence of int
        Numbers of hidden layers.
    seeds : int
        How often each is trained, from other weights.
    seed : int
        Of the first of them.

    Returns
    -------
    DepthComparison
        ``.widths``, ``.parameters``, ``.errors`` (depths, seeds), ``.fits``, ``.figure()``.

    Raises
    ------
    ValueRangeError
        Too few parameters for a depth; the function is not finite in the interval.

    See Also
    --------
    sawtooth_network : where depth wins for certain.

    Examples
    --------
    >>> found = deep_against_shallow(np.abs, depths=(1, 2), seeds=1, steps=5, progress=False)
    >>> found.widths, found.parameters
    (array([99, 15]), array([298, 286]))
    """
    op = "deep_against_shallow"
    x, y, scaled = _samples(op, function, interval, points)
    depths = _counts(op, "depths", depths)
    positive(op, seeds=seeds, parameters=parameters)
    whole(op, steps=steps, seed=seed)
    sizes = [[_width(op, depth, parameters)] * depth for depth in depths]
    errors, fits = np.zeros((len(sizes), seeds)), []
    runs = [(k, s) for k in range(len(sizes)) for s in range(seeds)]
    before = init.generator()
    try:
        for k, s in bar(runs, "depths", progress):
            init.seed(_seed(seed + s, k))
            fit = _trained(_bends(sizes[k]), scaled, y, steps, 1e-2)
            errors[k, s] = _error(fit, y)
            if s == 0:
                fits.append(fit)
            elif errors[k, s] == errors[k, : s + 1].min():
                fits[k] = fit
    finally:
        init._generator = before
    counts = [sum(w.size for w in _bends(size).parameters()) for size in sizes]
    widths = [size[0] for size in sizes]
    return DepthComparison(
        np.array(depths), np.array(widths), np.array(counts), errors, x, y, np.array(fits)
    )


def sawtooth_network(layers: int) -> Sequential:
    """A network that is a sawtooth of 2^(layers - 1) teeth on [0, 1], with 6 layers + 1 parameters.

    Each hidden layer has two units and computes the tent ``t(x) = 2 relu(x) - 4 relu(x - 1/2)`` of
    what the layer before gives, and a tent of a tent has twice the teeth.  One hidden layer of n
    units has n bends at most, and 3n + 1 parameters: for 2^(layers - 1) teeth it needs some
    2^layers units.  M. Telgarsky, "Benefits of depth in neural networks", 2016.

    Returns
    -------
    Sequential
        (N, 1) -> (N, 1), float64.

    Examples
    --------
    >>> net = sawtooth_network(3)
    >>> net(np.linspace(0, 1, 9)[:, None]).data.ravel()
    array([0., 1., 0., 1., 0., 1., 0., 1., 0.])
    >>> net.count_parameters()
    19
    """
    positive("sawtooth_network", layers=layers)
    modules: list = []
    for k in range(layers):
        modules += [Linear(1 if k == 0 else 2, 2), ReLU()]
    net = Sequential(*modules, Linear(2, 1))
    net.astype(float)
    tent = np.array([[2.0, -4.0]])
    with no_grad():
        for k, layer in enumerate(m for m in net if isinstance(m, Linear)):
            last = k == layers
            layer.weight.assign(
                tent if last else np.ones((2, 1)) if k == 0 else np.vstack([tent, tent])
            )
            layer.bias.assign(np.zeros(1) if last else np.array([0.0, -0.5]))
    return net


def _bends(sizes) -> Sequential:
    """Linear and ReLU in turn, in float64; the first layer bends evenly over [-1, 1]."""
    layers: list = []
    for inputs, outputs in zip([1, *sizes[:-1]], sizes, strict=True):
        layers += [Linear(inputs, outputs), ReLU()]
    net = Sequential(*layers, Linear(sizes[-1], 1))
    net.astype(float)
    for k, layer in enumerate(m for m in net if isinstance(m, Linear)):
        if k:
            init.kaiming_normal_(layer.weight, nonlinearity="relu")
            init.zeros_(layer.bias)
    width = sizes[0]
    signs = init.generator().choice([-1.0, 1.0], width)
    signs[0] = 1.0
    at = np.linspace(-1, 1, width, endpoint=False)  # the first unit is a line, and bends nowhere
    with no_grad():
        net[0].weight.assign(signs[:, None])
        net[0].bias.assign(-signs * at)
    return net


def _solve_last(net, x, y):
    """Give the last layer the weights of least squares."""
    with no_grad():
        hidden = net[:-1](x).data
        found = np.linalg.lstsq(np.hstack([hidden, np.ones_like(x)]), y, rcond=1e-10)[0]
        net[-1].weight.assign(found[:-1][None])
        net[-1].bias.assign(found[-1:])


def _trained(net, x, y, steps, lr) -> np.ndarray:
    """The outputs of the best network on the way."""
    target = y[:, None]
    optimizer = Adam(net.parameters(), lr=lr)
    schedule = CosineAnnealingLR(optimizer, max(steps, 1))
    best, least = np.empty(0), np.inf
    for k in range(steps + 1):
        output = net(x)
        loss = functional.mse_loss(output, target)
        if loss.data < least:
            best, least = output.data[:, 0], loss.data
        if k < steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return best


def _samples(op, function, interval, points):
    """The numbers x, the function there, and x scaled to [-1, 1] as a column."""
    low, high = limits(op, interval, name="interval")
    positive(op, points=points)
    x = np.linspace(low, high, points)
    y = np.asarray(function(x), float)
    if y.shape != x.shape or not np.isfinite(y).all():
        raise ValueRangeError(
            f"{op}: the function must give a finite number for each of {points} numbers in "
            f"[{low}, {high}], got shape {y.shape}"
            f"{' with infinite or NaN values' if y.shape == x.shape else ''}"
        )
    return x, y, np.linspace(-1, 1, points)[:, None]


def _counts(op, name, values) -> list[int]:
    """A sequence of positive integers."""
    if not isinstance(values, Iterable):
        raise ValueRangeError(f"{op}: {name} must be a list of positive integers, got {values!r}")
    return [positive_int(op, name, v) for v in values]


def _width(op, depth, parameters):
    """The largest width of so many layers with at most so many parameters in all."""
    width = 0
    while 3 * (width + 1) + 1 + (depth - 1) * ((width + 1) ** 2 + width + 1) <= parameters:
        width += 1
    if not width:
        raise ValueRangeError(f"{op}: {parameters!r} parameters are too few for {depth} layers")
    return width


def _seed(*numbers) -> int:
    """One number from several, so that no two runs share their random numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def _error(fit, y):
    return np.sqrt(np.mean((fit - y) ** 2))
