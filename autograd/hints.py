"""What to write instead: names from PyTorch and elsewhere that are not here."""

import numpy as np

from autograd.errors import DtypeError

_INSTEAD = {
    "add": "t + u", "add_": "t += u inside `with no_grad():`", "cat": "np.concatenate([t, u])",
    "bmm": "t @ u", "mm": "t @ u", "mul": "t * u", "sub": "t - u", "div": "t / u", "pow": "t ** u",
    "neg": "-t", "cpu": "t: it is there already", "cuda": "a CuPy array inside the Tensor",
    "to": "t.astype(dtype), and nothing for a device", "double": "t.astype(float)",
    "float": "t.astype(np.float32)",
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
    "eq": "t == u", "ne": "t != u", "lt": "t < u", "le": "t <= u", "gt": "t > u", "ge": "t >= u",
    "matmul": "t @ u", "sub_": "t -= u inside `with no_grad():`", "mv": "t @ u",
    "mul_": "t *= u inside `with no_grad():`", "div_": "t /= u inside `with no_grad():`",
    "clamp_": "t.assign(np.clip(t, low, high))", "normal_": "t.assign(rng.normal(size=t.shape))",
    "uniform_": "t.assign(rng.uniform(size=t.shape))", "nelement": "t.size",
    "data_ptr": "t.data.ctypes.data", "device": "'cpu': every array is in memory",
    "expand_as": "np.broadcast_to(t, u.shape)", "is_contiguous": "t.data.flags.c_contiguous",
    "index_add": "t + ops.scatter_add(u, index, t.shape)", "masked_fill_": "t[mask] = value",
    "index_add_": "t + ops.scatter_add(u, index, t.shape)", "scatter_": "t[index] = value",
    "index_fill_": "t[index] = value", "index_copy_": "t[index] = u",
    "logsumexp": "ops.logsumexp(t, axis)", "narrow": "t[start : start + n]",
    "outer": "np.outer(t, u)",
    "repeat_interleave": "np.repeat(t, n, axis)", "rsqrt": "1 / np.sqrt(t)", "select": "t[i]",
    "split": "np.split(t, range(n, len(t), n)) for pieces of n, np.split(t, n) for n pieces",
    "split_with_sizes": "np.split(t, ends, axis)", "unfold": "ops.unfold(t, size)",
    "tanh_": "t = np.tanh(t)", "sigmoid_": "t = ops.sigmoid(t)", "exp_": "t = np.exp(t)",
    "H": "np.conj(t.T)", "mH": "np.conj(t.mT)", "adjoint": "np.conj(t.mT)", "erf": "ops.erf(t)",
    "movedim": "np.moveaxis(t, from, to)", "pin_memory": "t: nothing needs it",
    "lgamma": "autograd.scipy.special.gammaln(t)", "logit": "np.log(t / (1 - t))",
    "digamma": "autograd.scipy.special.digamma(t)", "softmin": "ops.softmax(-t, axis)",
    "lerp": "t + w * (u - t)",
    "is_floating_point": "t.dtype.kind == 'f'", "element_size": "t.dtype.itemsize",
    "float_power": "np.float_power(t, u)", "where": "np.where(condition, t, u)",
    "addmm": "t + a @ b", "baddbmm": "t + a @ b", "softplus": "ops.softplus(t)",
    "flat": "t.ravel()", "nbytes": "t.data.nbytes", "itemsize": "t.dtype.itemsize",
    "strides": "t.data.strides", "flags": "t.data.flags", "base": "t.data.base",
    "ctypes": "t.data.ctypes", "tobytes": "t.data.tobytes()", "tofile": "t.data.tofile(file)",
    "fill": "t[...] = value", "sort": "np.sort(t, axis), a new Tensor",
    "partition": "np.partition(t, kth, axis), a new Tensor", "put": "t[index] = values",
    "resize": "np.resize(t, shape)", "compress": "np.compress(condition, t, axis)",
    "choose": "np.choose(numbers, choices)", "searchsorted": "np.searchsorted(t, values)",
    "conjugate": "t.conj()", "byteswap": "t.data.byteswap()", "extract": "np.extract(condition, t)",
    "tril_": "t = np.tril(t)", "triu_": "t = np.triu(t)", "einsum": "np.einsum(subscripts, t, u)",
    "stack": "np.stack([t, u])", "concatenate": "np.concatenate([t, u])",
    "value": "t.data", "view": "t.reshape(shape), with t.shape[0] for t.size(0)",
    "view_as": "t.reshape(u.shape)",
    "at": "t[i] = v, which is recorded",
    "zero_": "t.assign(0)", "vjp": "autograd.gradients(t, xs, cotangent)",
    "_prev": "t.node.parents, which are nodes", "_op": "t.node", "_ctx": "t.node",
    "_backward": "@primitive, and f.vjp(x=...): an operation has its derivative, not its result",
    "block_until_ready": "t: operations run at once",
}  # fmt: skip


_OPTIONS = {
    "dim": "axis=...", "dims": "axis=...", "keepdim": "keepdims=True",
    "unbiased": "ddof=1 for True, ddof=0 for False",
    "descending": "np.argsort(-t.data), or np.flip of the result",
    "start_dim": "t.reshape(*t.shape[:start_dim], -1)",
}  # fmt: skip

_KEYWORDS = {
    "argnums": "argnum=..., a number or a tuple of them",
    "has_aux": "autograd.grad_and_aux(f), of an f that returns two things",
    "holomorphic": "autograd.holomorphic_grad(f)",
    "allow_int": "floats: integers have no derivative",
    "create_graph": "nothing: derivatives of what comes back are taken in the same way",
    "vectorize": "nothing: leave it out",
    "device": "nothing: every array is in memory",
    "pin_memory": "nothing: every array is in memory",
    "copy": "Tensor(data) for a copy, as_tensor(data) to share its memory",
}  # fmt: skip

_MODULE = {
    "Variable": "Tensor(array, requires_grad=True)", "Function": "@primitive, and f.vjp(x=...)",
    "functional": "autograd.jacobian(f)(x), hessian, vjp, jvp, hvp: they are in autograd itself",
    "inference_mode": "autograd.no_grad", "set_grad_enabled": "autograd.no_grad or enable_grad",
    "from_numpy": "autograd.as_tensor(array)", "cat": "np.concatenate([t, u])",
    "randn": "np.random.default_rng(seed).normal(size=shape)",
    "rand": "np.random.default_rng(seed).random(shape)",
    "manual_seed": "nn.init.seed(0), and np.random.default_rng(0)",
    "relu": "autograd.ops.relu", "sigmoid": "autograd.ops.sigmoid",
    "softmax": "autograd.ops.softmax", "backward": "y.backward()",
    "vmap": "f for whole arrays: NumPy's functions take an axis", "jacrev": "autograd.jacobian",
    "jacfwd": "autograd.jacobian, or jvp for a direction", "stop_gradient": "t.detach()",
    "Value": "Tensor(value, requires_grad=True)", "jit": "f as it is: operations run at once",
    "nn": "import nn, a package of its own", "optim": "nn.optim, in the package nn",
    "custom_vjp": "@primitive, and f.vjp(x=...)",
    "custom_jvp": "@primitive, and f.vjp(x=...): jvp goes by it too",
    "custom_gradient": "@primitive, and f.vjp(x=...)",
    "lax": "NumPy's functions, and if, for and while of Python: every run is recorded anew",
    "tree_map": "f as it is: grad takes lists, tuples and dicts of arrays",
    "tree_util": "f as it is: grad takes lists, tuples and dicts of arrays",
    "linearize": "autograd.make_jvp(f)(x), which takes each direction",
    "detect_anomaly": "with autograd.debug(): which stops at the first NaN",
    "set_detect_anomaly": "with autograd.debug(): which stops at the first NaN",
    "gradgradcheck": "autograd.gradcheck(f, x): it goes to second order",
    "GradientTape": "y.backward(), or autograd.gradients(y, xs): all that runs is recorded",
    "differential_operators": "from autograd import grad: they are in autograd itself",
}  # fmt: skip


def checked(name: str, options: dict) -> dict:
    """The options of the method ``t.name``, as NumPy's function takes them.

    Raises
    ------
    DtypeError
        For PyTorch's names, with what NumPy calls the same.
    """
    for option in options:
        if option in _OPTIONS:
            raise DtypeError(f"t.{name}: there is no option {option!r}; write {_OPTIONS[option]}")
    return options


def refuse(name: str, options: dict):
    """Raise the error for options that the function ``name`` does not have.

    Raises
    ------
    DtypeError
        If there are any, with what to write in the place of names from elsewhere.
    """
    for option in options:
        text = f"{name}: there is no option {option!r}"
        known = option in _KEYWORDS
        raise DtypeError(f"{text}; write {_KEYWORDS[option]}" if known else text)


def missing(name: str) -> AttributeError:
    """The error for ``t.name``, with what to write in its place where that is known."""
    return _unknown("a Tensor", name, _INSTEAD, f"np.{name}(t)")


def not_in_autograd(name: str) -> AttributeError:
    """The error for ``autograd.name``, with what to write in its place where that is known."""
    return _unknown("module 'autograd'", name, _MODULE, f"np.{name}")


def _unknown(owner: str, name: str, instead: dict, of_numpy: str) -> AttributeError:
    text = f"{owner} has no attribute {name!r}"
    if name in instead:
        text += f"; write {instead[name]}"
    elif not name.startswith("_") and callable(getattr(np, name, None)):
        text += f"; write {of_numpy}, NumPy's functions take Tensors"
    return AttributeError(text)
