"""What to write instead: names from PyTorch and elsewhere that a Tensor does not have."""

import numpy as np

_INSTEAD = {
    "add": "t + u", "add_": "t += u inside `with no_grad():`", "cat": "np.concatenate([t, u])",
    "bmm": "t @ u", "mm": "t @ u", "mul": "t * u", "sub": "t - u", "div": "t / u", "pow": "t ** u",
    "neg": "-t", "cpu": "t: it is there already", "cuda": "a CuPy array inside the Tensor",
    "to": "t.astype(dtype)", "float": "t.astype(np.float32)", "double": "t.astype(float)",
    "half": "t.astype(np.float16)", "long": "t.astype(int)", "bool": "t.astype(bool)",
    "int": "t.astype(int)", "type": "t.astype(dtype)", "chunk": "np.array_split(t, n, axis)",
    "clamp": "np.clip(t, low, high)", "clone": "t.copy()", "contiguous": "t: nothing needs it",
    "copy_": "t.assign(u)", "detach_": "t = t.detach()", "dim": "t.ndim",
    "expand": "np.broadcast_to(t, shape)", "fill_": "t.assign(value)",
    "gather": "np.take_along_axis(t, index, axis)", "grad_fn": "t.node",
    "index_select": "t[index], or np.take(t, index, axis)", "is_cuda": "False",
    "masked_fill": "np.where(mask, value, t)", "masked_select": "t[mask]", "ndimension": "t.ndim",
    "new_zeros": "np.zeros(shape)", "norm": "np.linalg.norm(t)", "numel": "t.size",
    "numpy": "t.data", "permute": "t.transpose(axes)", "relu": "ops.relu(t)",
    "relu_": "t = ops.relu(t)", "retain_grad": "nothing: t.grad is filled while you hold t",
    "scatter_add": "ops.scatter_add(...)", "scatter_add_": "ops.scatter_add(...)",
    "sigmoid": "ops.sigmoid(t)", "softmax": "ops.softmax(t, axis)",
    "log_softmax": "ops.log_softmax(t, axis)", "t": "t.T", "topk": "np.partition, or np.sort",
    "unbind": "np.unstack(t)", "unsqueeze": "np.expand_dims(t, axis), or t[:, None]",
    "value": "t.data", "view": "t.reshape(shape)", "view_as": "t.reshape(u.shape)",
    "zero_": "t.assign(0)", "vjp": "autograd.gradients(t, xs, cotangent)",
}  # fmt: skip


def missing(name: str) -> AttributeError:
    """The error for ``t.name``, with what to write in its place where that is known."""
    text = f"a Tensor has no attribute {name!r}"
    if name in _INSTEAD:
        text += f"; write {_INSTEAD[name]}"
    elif not name.startswith("_") and callable(getattr(np, name, None)):
        text += f"; write np.{name}(t), NumPy's functions take Tensors"
    return AttributeError(text)
