"""Tensors and modules as a notebook shows them: HTML that never raises and computes little."""

import html
import math

import numpy as np

from autograd import tables, wording
from autograd.insight.lines import line_of

FULL = 64  # numbers up to which an array is shown as a table
WIDE = 10  # columns of it
MOST = 1_000_000  # numbers up to which a mean or a norm is computed
ROWS = 60  # modules in a table
CELL = "padding:1px 8px;text-align:right;font-family:monospace"


def tensor_html(t) -> str:
    """Values, shape, dtype, gradient's norm and the operation that made it."""
    try:
        return _tensor(t)
    except Exception as e:  # a display must not hide the cell's own result
        return f"<pre>{html.escape(f'Tensor ({type(e).__name__} in its display)')}</pre>"


def _tensor(t) -> str:
    name = f"<b>{html.escape(wording.clean(t.name))}</b> " if t.name else ""
    facts = [f"{t.dtype}", f"shape {t.shape}" if t.shape else "a number"]
    if t.node is None:
        facts.append("no gradient asked for")
    elif t.node.plan is None:
        facts.append("leaf, requires grad")
    else:
        line = line_of(t.node)
        facts.append(
            f"made by {wording.operation(t.node.plan.op)}" + (f" ({line})" if line else "")
        )
    if t.node is not None:
        facts.append(_gradient(t))
    return (
        f"<div>{name}Tensor: {html.escape('; '.join(facts))}{_values(t.data)}"
        + (_values(t.grad, "gradient") if t.grad is not None else "")
        + "</div>"
    )


def _gradient(t) -> str:
    if t.grad is None:
        return "gradient: None"
    if np.size(t.grad) > MOST:
        return "gradient: yes"
    return f"‖gradient‖ = {wording.norm(t.grad):.4g}"


def _values(v, title="") -> str:
    """An array as a table, or its first and last numbers and its mean."""
    v = np.asarray(v)
    head = f"<div style='color:#B04A00'>{title}</div>" if title else ""
    if v.size <= FULL and v.ndim <= 2 and (v.ndim == 0 or v.shape[-1] <= WIDE) and v.size:
        rows = "".join(
            "<tr>" + "".join(f"<td style='{CELL}'>{_number(x)}</td>" for x in row) + "</tr>"
            for row in np.atleast_2d(v).tolist()
        )
        return f"{head}<table style='width:auto'>{rows}</table>"
    if title:
        return ""  # its norm is enough
    ends = 2 if v.ndim <= 2 else 1
    text = np.array2string(v, threshold=FULL, edgeitems=ends, precision=4, separator=", ")
    about = ""
    if 0 < v.size <= MOST and v.dtype.kind in "fiu":
        with np.errstate(all="ignore"):
            about = (
                f"<div>mean {np.mean(v, dtype=float):.4g}, std {np.std(v, dtype=float):.4g}, "
                f"from {np.min(v):.4g} to {np.max(v):.4g}</div>"
            )
    return f"<pre style='margin:2px 0'>{html.escape(text)}</pre>{about}"


def _number(x) -> str:
    return html.escape(str(x) if isinstance(x, int) else wording.number(x, 6))


def module_html(module) -> str:
    """A table of the modules inside, their parameters' shapes, numbers and gradients.

    ``module`` has ``named_modules()`` and ``attributes()``, as `nn.Module` has.
    """
    try:
        return _module(module)
    except Exception as e:
        text = f"{type(module).__name__} ({type(e).__name__} in its display)"
        return f"<pre>{html.escape(text)}</pre>"


def _module(module) -> str:
    rows: list[tuple[str, ...]] = []
    shown, trained, fixed, seen = 0, 0, 0, set()
    for path, m in module.named_modules():
        shapes, count, norms, large = [], 0, [], False
        for name, p in m.attributes():
            if not hasattr(p, "requires_grad") or id(p) in seen or not hasattr(p, "node"):
                continue
            seen.add(id(p))
            shapes.append(f"{name} {list(p.shape)}" + ("" if p.requires_grad else " (frozen)"))
            count += p.size
            trained += p.size * p.requires_grad
            fixed += p.size * (not p.requires_grad)
            if p.grad is not None and p.size <= MOST:
                norms.append(wording.norm(p.grad))
            large |= p.grad is not None and p.size > MOST
        if (shapes or not path) and (shown := shown + 1) <= ROWS:
            norm = "yes" if large else f"{math.hypot(*norms):.3g}" if norms else ""
            cells = (path or "(this module)", type(m).__name__, ", ".join(shapes),
                     f"{count:,}" if count else "", norm)  # fmt: skip
            rows.append(cells)
    if shown > ROWS:
        rows.append((f"... {shown - ROWS:,} more",))
    title = f"{type(module).__name__}: {trained:,} numbers to train"
    title += f", {fixed:,} frozen" if fixed else ""
    head = ("path", "module", "parameters", "numbers", "‖grad‖")
    return tables.as_html([head, *rows], title)
