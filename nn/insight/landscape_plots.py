"""Figures of loss surfaces, of eigenvalues, of kernels and of what networks approximate."""

import numpy as np

from nn.figures import new_figure
from nn.insight.results import plain_ticks


def surface_figure(surface):
    """A curve, or contours and the surface from the side."""
    steps, values = surface.steps, surface.values
    if values.ndim == 1:
        figure = new_figure((5, 3.2))
        axes = figure.subplots()
        axes.plot(steps, values)
        axes.plot([0], [values[len(steps) // 2]], "k+", markersize=10)
        axes.set(xlabel="a", ylabel="loss", title="L(w + a d)")
        axes.grid(alpha=0.3)
        return figure
    finite = np.where(np.isfinite(values), values, np.nan)
    low, high = np.nanmin(finite), np.nanmax(finite)
    logarithmic = low > 0 and high > 20 * low
    shown = np.log10(finite) if logarithmic else finite
    title = "log$_{10}$ L(w + a d$_1$ + b d$_2$)" if logarithmic else "L(w + a d$_1$ + b d$_2$)"
    figure = new_figure((9.5, 4))
    flat = figure.add_subplot(1, 2, 1)
    a, b = np.meshgrid(steps, steps, indexing="ij")
    contours = flat.contourf(a, b, shown, levels=24, cmap="viridis")
    if high > low:
        flat.contour(a, b, shown, levels=24, colors="w", linewidths=0.3, alpha=0.6)
    flat.plot([0], [0], "w+", markersize=11, markeredgewidth=2)
    flat.set(xlabel="a", ylabel="b", title=title, aspect="equal")
    figure.colorbar(contours, ax=flat, shrink=0.85)
    side = figure.add_subplot(1, 2, 2, projection="3d")
    side.plot_surface(a, b, shown, cmap="viridis", linewidth=0, antialiased=True)
    side.set(xlabel="a", ylabel="b", title="from the side")
    return figure


def eigenvalue_figure(found):
    """Estimates over the number of products with H."""
    figure = new_figure((6, 3.2))
    axes = figure.subplots()
    count = np.arange(1, len(found.history) + 1)
    for k, value in enumerate(found.values):
        axes.plot(count, found.history[:, k], marker=".", label=f"λ$_{{{k + 1}}}$ = {value:.4g}")
    axes.set(xlabel="products H v", ylabel="estimate", title="eigenvalues of the Hessian")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", frameon=False)
    return figure


def kernel_figure(ntk):
    """The kernel, its trace over outputs, as a picture, and its eigenvalues."""
    trace = ntk.trace()
    square = trace.shape[0] == trace.shape[1] and np.allclose(trace, trace.T, rtol=1e-4)
    figure = new_figure((8.5, 3.4) if square else (4.5, 3.4))
    axes = np.atleast_1d(figure.subplots(1, 2 if square else 1))
    picture = axes[0].imshow(trace, cmap="viridis")
    axes[0].set(xlabel="sample m", ylabel="sample n", title="kernel K(x$_n$, x$_m$)")
    figure.colorbar(picture, ax=axes[0], shrink=0.85)
    if square:
        values = np.linalg.eigvalsh(trace.astype(float))[::-1]
        positive = values > values[0] * 1e-9
        axes[1].semilogy(np.flatnonzero(positive) + 1, values[positive], ".-")
        axes[1].set(xlabel="number", title="its eigenvalues")
        axes[1].grid(alpha=0.3)
    return figure


def approximation_figure(found):
    """The function with some of the networks, and the error over the width."""
    figure = new_figure((9.5, 3.4))
    left, right = figure.subplots(1, 2)
    left.plot(found.x, found.y, color="0.75", linewidth=5, label="function")
    count = len(found.widths)
    shown = sorted({0, count // 4, count // 2, count - 1})
    for k in shown:
        units = f"{found.widths[k]} unit{'s' if found.widths[k] > 1 else ''}"
        left.plot(found.x, found.fits[k], linewidth=1.2, label=units)
    left.set(xlabel="x", title="one hidden layer")
    left.legend(frameon=False, fontsize="small", loc="upper center", ncols=3)
    room_above(left, found, 0.3)
    right.loglog(found.widths, found.errors, "o-")
    right.set(xlabel="hidden units", ylabel="root mean square error", title="error against width")
    if count <= 12:
        right.set_xticks(found.widths, [str(w) for w in found.widths])
        right.minorticks_off()
    plain_ticks(right)
    for axes in (left, right):
        axes.grid(alpha=0.3)
    return figure


def depth_figure(found):
    """The function with each network, and the errors of all seeds over the depth."""
    figure = new_figure((9.5, 3.4))
    left, right = figure.subplots(1, 2)
    left.plot(found.x, found.y, color="0.75", linewidth=5, label="function")
    for k in sorted({0, int(np.argmin(np.median(found.errors, axis=1)))}):
        text = f"{found.depths[k]} hidden of {found.widths[k]}: {found.parameters[k]} parameters"
        left.plot(found.x, found.fits[k], linewidth=1.2, label=text)
    left.set(xlabel="x", title="the same number of parameters")
    left.legend(frameon=False, fontsize="small", loc="upper right")
    room_above(left, found, 0.35)
    right.semilogy(found.depths, found.errors, "o", color="#0072B2", alpha=0.5)
    right.semilogy(found.depths, np.median(found.errors, axis=1), "-", color="0.3", label="median")
    right.set(xlabel="hidden layers", ylabel="root mean square error", title="error against depth")
    right.xaxis.get_major_locator().set_params(integer=True)
    right.legend(frameon=False)
    plain_ticks(right)
    for axes in (left, right):
        axes.grid(alpha=0.3)
    return figure


def room_above(axes, found, part):
    """Leave so much of the height free above the curves, for a legend."""
    top = max(np.max(found.y), np.max(found.fits))
    axes.set_ylim(None, top + part * (top - np.min(found.y)))
