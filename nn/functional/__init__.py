"""Layers and losses as functions, with PyTorch's signatures.

Compositions only: no derivative is written here, they stand in `autograd.ops`.  Where PyTorch says
``dim``, so do these; the first argument is ``input``.
"""

from nn import missing
from nn.functional import naming
from nn.functional.activations import (
    celu,
    elu,
    gelu,
    glu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    log_softmax,
    logsigmoid,
    mish,
    prelu,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softmin,
    softplus,
    softshrink,
    softsign,
    tanh,
    tanhshrink,
    threshold,
)
from nn.functional.affine import bilinear, embedding, linear
from nn.functional.attention import scaled_dot_product_attention
from nn.functional.classification import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    kl_div,
    nll_loss,
)
from nn.functional.convolution import (
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    fold,
    unfold,
)
from nn.functional.losses import (
    cosine_embedding_loss,
    cosine_similarity,
    half_mse_loss,
    hinge_loss,
    huber_loss,
    l1_loss,
    margin_ranking_loss,
    mse_loss,
    multi_margin_loss,
    pairwise_distance,
    smooth_l1_loss,
    triplet_margin_loss,
)
from nn.functional.noise import alpha_dropout, dropout, dropout1d, dropout2d, dropout3d
from nn.functional.normalization import (
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    local_response_norm,
    normalize,
    rms_norm,
)
from nn.functional.pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from nn.functional.recurrent import (
    detach,
    last_step,
    max_over_time,
    mean_over_time,
    pad_sequences,
    sequence_mask,
)
from nn.functional.shape import (
    flatten,
    interpolate,
    one_hot,
    pad,
    pixel_shuffle,
    pixel_unshuffle,
    unflatten,
)

naming.name_errors(globals())


def __getattr__(name):
    raise AttributeError(missing.message(__name__, name, missing.FUNCTIONAL))
