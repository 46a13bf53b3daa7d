"""The figure of an architecture search."""

import numpy as np

from nn.figures import new_figure
from nn.insight.results import plain_ticks

ACROSS = 4


def darts_figure(result):
    """Shares of the operations on each edge over epochs; the losses last."""
    panels = len(result.edges) + 1
    rows, columns = -(-panels // ACROSS), min(panels, ACROSS)
    figure = new_figure((3.2 * columns + 1.2, 2.6 * rows))
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for unused in axes[panels:]:
        unused.set_axis_off()
    epochs = np.arange(len(result.shares))
    for e, (at, (i, j)) in enumerate(zip(axes, result.edges, strict=False)):
        at.plot(epochs, result.shares[:, e], label=result.operations)
        at.set(title=f"edge {i} → {j}", xlabel="epoch", ylim=(0, 1))
    axes[0].set_ylabel("share softmax(α)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right upper", frameon=False)
    last = axes[panels - 1]
    last.plot(epochs[1:], result.losses, label=["training", "validation"])
    last.set(title="loss", xlabel="epoch")
    if (result.losses > 0).all():
        last.set_yscale("log")
        plain_ticks(last)
    last.legend(frameon=False, fontsize="small")
    for at in axes[:panels]:
        at.grid(alpha=0.3)
        at.xaxis.get_major_locator().set_params(integer=True)
    return figure
