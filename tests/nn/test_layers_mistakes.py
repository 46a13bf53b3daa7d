"""What users get wrong with layers and losses, and the message that says what to do."""

import pickle

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import DtypeError, IndexRangeError, ShapeError, ValueRangeError
from nn import functional as F

X = np.ones((2, 4, 6, 5), np.float32)
V = np.ones((3, 4), np.float32)
INTS = np.zeros((3, 4), np.uint8)
LABELS = np.array([0, 1, 2])


def W(*shape):
    return np.ones(shape, np.float32)


Shape, Dtype, Range, Index = ShapeError, DtypeError, ValueRangeError, IndexRangeError

MISTAKES = [
    # sizes of layers
    (lambda: nn.Linear(0, 3), Range, "Linear: in_features must be a positive integer, got 0"),
    (lambda: nn.Conv2d(3, 2.5, 3), Range, "out_channels must be a positive integer, got 2.5"),
    (lambda: nn.Conv2d(3, 4, 3, groups=2), Range, "3 input and 4 output channels do not part"),
    (lambda: nn.Conv2d(3, 4, (3, 3, 3)), Range, "kernel_size must be a positive integer or 2"),
    (lambda: nn.Conv1d(3, 4, 3, stride=0), Range, "Conv1d: stride must be a positive"),
    (lambda: nn.Conv2d(3, 4, 3, padding_mode="mirror"), Range, "'circular', got 'mirror'"),
    (lambda: nn.MaxPool2d(0), Range, "MaxPool2d: kernel_size must be a positive"),
    (lambda: nn.BatchNorm2d(-1), Range, "BatchNorm2d: num_features must be a positive"),
    (lambda: nn.BatchNorm2d(3, momentum=2), Range, "momentum must be between 0 and 1, or None"),
    (lambda: nn.BatchNorm2d(3, momentum="0.1"), Range, "0 and 1, or None .*, got '0.1'"),
    (lambda: nn.BatchNorm2d(3, eps=-1e-5), Range, "BatchNorm2d: eps must be a number from 0 on"),
    (lambda: nn.LayerNorm(3, np.nan), Range, "LayerNorm: eps must be a number from 0 on, got nan"),
    (lambda: nn.GroupNorm(1, 3, "x"), Range, "GroupNorm: eps must be a number from 0 on, got 'x'"),
    (lambda: nn.RMSNorm(3, True), Range, "RMSNorm: eps must be a number from 0 on, got True"),
    (lambda: F.layer_norm(V, 4, eps=-1), Range, "layer_norm: eps must be a number from 0 on"),
    (lambda: F.flatten(V, "a"), Dtype, r"flatten: .*'str'.* It got float32\[3, 4\], 'a'\.$"),
    (lambda: F.normalize(V, dim=9), Shape, r"normalize: axis 9 .* It got float32\[3, 4\], 9\.$"),
    (lambda: F.lp_pool1d(V[None], None, 2), Dtype, r"It got float32\[1, 3, 4\], None, 2\.$"),
    (lambda: F.celu(V, 0), Range, "celu: alpha must not be 0"),
    (lambda: F.embedding(INTS, V, 1.5), IndexError, "embedding: padding_idx 1.5 is no row"),
    (lambda: F.batch_norm(V, np.zeros(4), None), Dtype, "both running .*; running_var is None"),
    (lambda: F.rms_norm(V, 4, eps=-1), Range, "rms_norm: eps must be a number from 0 on, got -1"),
    (lambda: F.group_norm(X, 2, eps=np.nan), Range, "group_norm: eps must be a number from 0 on"),
    (lambda: F.group_norm(X, "2"), Range, "num_groups must be a positive integer, got '2'"),
    (lambda: F.batch_norm(X, W(4), W(4), momentum=-1, training=True), Range, "0 on, got -1"),
    (lambda: F.instance_norm(X, W(4), W(4), momentum=2), Range, "momentum must be between 0 and 1"),
    (lambda: F.batch_norm(X, W(4), W(4), momentum="a", training=True), Dtype, "got 'a'"),
    (lambda: nn.LayerNorm(2.5), Range, "normalized_shape must be a positive integer, got 2.5"),
    (lambda: F.huber_loss(V, V, delta="a"), Range, "huber_loss: delta must be a number, got 'a'"),
    (lambda: F.smooth_l1_loss(V, V, beta=None), Range, "smooth_l1_loss: beta must be a number"),
    (lambda: F.softplus(V, [1, 2]), Range, r"softplus: beta must be a number, got \[1, 2\]"),
    (lambda: F.hardtanh(V, "a"), Range, "hardtanh: min_val must be a number, got 'a'"),
    (lambda: F.softshrink(V, V), Range, "softshrink: lambd must be a number, got"),
    (lambda: F.threshold(V, 0, None), Range, "threshold: value must be a number, got None"),
    (lambda: F.cross_entropy(V, LABELS, ignore_index="a"), Range, "ignore_index must be a number"),
    (lambda: F.cross_entropy(V, LABELS, label_smoothing="a"), Range, "label_smoothing must be a"),
    (lambda: F.glu(V, 2), Range, r"glu: dim must be an axis of \(3, 4\), got 2"),
    (lambda: F.tanh("a"), Dtype, "tanh: input must be an array of numbers"),
    (lambda: nn.Dropout(True), Range, "Dropout: p must be between 0 and 1, got True"),
    (lambda: nn.ZeroPad2d(1.5), Range, r"padding must be an integer or \(left, .*, got 1.5"),
    (lambda: nn.MaxPool2d(np.ones(2, int)), Range, "must be a positive integer or 2 of them"),
    (lambda: nn.ReLU(V), Dtype, r"nn.ReLU\(\)\(x\), or nn.functional.relu\(x\)$"),
    (lambda: nn.ReLU([1.0]), Dtype, r"ReLU: inplace must be True or False, got \[1.0\]"),
    (lambda: nn.Tanh(Tensor(V)), Dtype, r"got Tensor of shape \(3, 4\) in the place of its opt"),
    (lambda: nn.GELU(V), Dtype, r"nn.GELU\(\)\(x\), or nn.functional.gelu\(x\)$"),
    (lambda: nn.Softmax(V), Dtype, r"Softmax: .* nn.Softmax\(\)\(x\), or nn.func"),
    (lambda: nn.LeakyReLU(V[0]), Dtype, r"nn.LeakyReLU\(\)\(x\), or nn.functional.leaky_relu"),
    (lambda: nn.MaxPool2d(X), Dtype, r"nn.MaxPool2d\(kernel_size\)\(x\), or .*2d\(x, kernel_size"),
    (lambda: nn.Linear(X, 3), Dtype, r"nn.Linear\(in_features, out_features\)\(x\), or"),
    (lambda: nn.MSELoss(V, V), Dtype, r"called then: nn.MSELoss\(\)\(x, target\), or"),
    (lambda: nn.BatchNorm2d(3, test_statistics="x"), Range, "'running' or 'batch', got 'x'"),
    (lambda: nn.InstanceNorm2d(3, momentum=None), Range, "momentum must be a number"),
    (lambda: nn.GroupNorm(3, 4), Range, "4 channels do not part into 3 groups"),
    (lambda: nn.Dropout(1.5), Range, "Dropout: p must be between 0 and 1, got 1.5"),
    (lambda: nn.Embedding(3, 2, padding_idx=3), Index, "padding_idx 3 is no row"),
    (lambda: nn.Embedding(3, 2, padding_idx="a"), Index, "padding_idx 'a' is no row"),
    (lambda: nn.ZeroPad2d((1, 2)), Range, r"an integer or \(left, right, top, bottom\)"),
    (lambda: nn.GELU("fast"), Range, "approximate must be 'none' or 'tanh', got 'fast'"),
    (lambda: nn.MSELoss("avg"), Range, "reduction must be 'mean', 'sum' or 'none', got 'avg'"),
    (lambda: nn.Linear(4, 2, device="cpu"), Dtype, "Linear: there is no option 'device'. All is"),
    (lambda: nn.Hardtanh(min_value=-2), Dtype, "Hardtanh: .* 'min_value'. It is min_val."),
    (lambda: nn.MSELoss(size_average=False), Dtype, 'Write reduction="mean", "sum" or "none"'),
    (lambda: F.relu(V, inplace=True), Range, r"relu: inplace must be False.* Write x = relu\(x\)"),
    (lambda: F.dropout(V, inplace=True), Range, "dropout: inplace must be False"),
    (lambda: nn.LayerNorm(2.5), Range, "LayerNorm: normalized_shape must be a positive integer"),
    (lambda: nn.RMSNorm((3, 0)), Range, "RMSNorm: normalized_shape must be a positive integer"),
    (lambda: F.scaled_dot_product_attention(V, V, V, dropout_p=2), Range, "between 0 and 1, got 2"),
    # what is put into them
    (lambda: nn.RMSNorm(3)(V), Shape, r"rms_norm: the last axes of the input \(3, 4\) must be"),
    (lambda: F.rms_norm(V, 4, W(3)), Shape, r"expected a weight \(4,\), got \(3,\)"),
    (lambda: F.rms_norm(INTS, 4), Dtype, "rms_norm: input must be floating, got uint8"),
    (lambda: F.scaled_dot_product_attention(V, V[:, :3], V), Shape, "query and key differ in"),
    (lambda: F.scaled_dot_product_attention(V, V, V[:2]), Shape, "there are 3 keys.* 2 values"),
    (lambda: F.scaled_dot_product_attention(V[0], V, V), Shape, r"expected query \(..., places, E"),
    (lambda: F.scaled_dot_product_attention(V, V, INTS), Dtype, "value must be floating"),
    (lambda: F.scaled_dot_product_attention(V, V, V, W(2, 2)), Shape, r"mask \(2, 2\) does not br"),
    (lambda: F.scaled_dot_product_attention(V, V, V, W(3, 3).astype(int)), Dtype, "bools or fl"),
    (lambda: F.scaled_dot_product_attention(V, V, V, W(2, 3, 3)), Shape, r"mask \(2, 3, 3\) does"),
    (lambda: F.scaled_dot_product_attention(V, V, V, W(1, 3, 3) > 0), Shape, r"\(1, 3, 3\) does"),
    (lambda: F.scaled_dot_product_attention(V, V, V, W(3, 3), is_causal=True), Range, "give one"),
    (lambda: nn.CosineSimilarity()(V, V[:2]), Shape, "x1 and x2 differ in shape"),
    (lambda: nn.Linear(3, 2)(V), Shape, "x has 4 features, w expects 3"),
    (lambda: F.linear(V, W(2, 4), W(4)), Shape, r"expected b \(out,\), got \(4,\)"),
    (lambda: nn.Linear(4, 2)(INTS), Dtype, "linear: input must be floating, got uint8"),
    (lambda: nn.Linear(4, 2)("text"), Dtype, "linear: input must be an array of numbers"),
    (lambda: nn.Bilinear(4, 3, 2)(V, V), Shape, "inputs with 4 and 4 features do not fit"),
    (lambda: nn.Conv2d(3, 2, 3)(X), Shape, "has 4 channels, but the weights expect 3"),
    (lambda: nn.Conv2d(4, 2, 3)(X[0]), Shape, r"Add the missing axis: x\[None\]"),
    (lambda: nn.Conv2d(4, 2, 9)(X), Shape, "larger than the padded image"),
    (lambda: nn.Conv2d(4, 2, 3)(X.astype(int)), Dtype, r"use x.astype\(np.float32\)"),
    (lambda: F.conv2d(X, W(2, 4, 3, 3), W(3)), Shape, "expected a bias for 2 output channels"),
    (lambda: F.conv2d(X, W(2, 4, 3)), Shape, r"expected w of shape \(O, C, kh, kw\)"),
    (lambda: nn.ConvTranspose2d(4, 2, 3)(X, (50, 50)), Range, r"between \(8, 7\) and"),
    (lambda: F.conv_transpose2d(X, W(4, 2, 3, 3), output_padding=1), Range, "less than the stride"),
    (lambda: nn.MaxPool1d(2)(X), Shape, r"max_pool1d: expected x of shape \(N, C, W\)"),
    (lambda: nn.AvgPool2d(2, padding=2)(X), Range, "more than half of the kernel"),
    (lambda: nn.AdaptiveAvgPool2d((1, 2, 3))(X), Range, "output_size must be an integer or 2"),
    (lambda: nn.BatchNorm2d(4)(V), Shape, r"expected x of shape \(N, C, H, W\), got \(3, 4\)"),
    (lambda: nn.BatchNorm1d(3)(V), Shape, "has 4 channels, but weight has shape"),
    (lambda: nn.BatchNorm1d(4)(V[:1]), Shape, r"Use a larger batch, or eval\(\)"),
    (lambda: nn.LayerNorm(3)(V), Shape, "the last axes of the input"),
    (lambda: nn.PReLU(3)(V), Shape, r"3 slopes need an input \(N, 3, ...\)"),
    (lambda: nn.GLU(1)(V[:, :3]), Shape, "3 elements, which cannot be halved"),
    (lambda: nn.Embedding(3, 2)([0, 3]), Index, r"an index is 3, .* rows 0..2"),
    (lambda: nn.Embedding(3, 2)(V), Dtype, "embedding: input must be integers, got float32"),
    (lambda: nn.Unflatten(1, (3, 3))(V), Shape, r"axis 1 has 4 elements, which are not \(3, 3\)"),
    (lambda: nn.Flatten(2)(V), Shape, "flatten: axes 2 to -1 are not in an input"),
    (lambda: nn.Upsample()(X), Range, "give size or scale_factor, one of them"),
    (lambda: nn.Upsample(3, mode="linear")(X), Range, "'linear' is for 1 spatial axes"),
    (lambda: nn.PixelShuffle(3)(X), Shape, "4 channels are no multiple of 3² = 9"),
    (lambda: nn.ReflectionPad2d(5)(X), Range, "'reflect' can add at most 4 at axis 3"),
    (lambda: nn.Dropout2d()(V), Shape, r"expected input of shape \(N, C, H, W\)"),
    (lambda: nn.fit_statistics(nn.ReLU(), [V]), Range, "runs no batch norm"),
    (lambda: nn.fit_statistics(nn.BatchNorm1d(4), iter([V])), Dtype, "Pass a DataLoader or a list"),
    (lambda: nn.fit_statistics(nn.BatchNorm1d(4), []), Range, "there are no batches"),
    (lambda: F.batch_norm(V, [0] * 4, W(4), training=True), Dtype, "running_mean is changed in"),
    (lambda: F.linear(None, V), Dtype, "linear: input must be an array of numbers: "),
    (lambda: F.conv2d(X, None), Dtype, "conv2d: weight must be an array of numbers: "),
    (lambda: F.linear(V, [[1, 2], [3]]), Shape, "linear: weight must be an array of numbers: "),
    # targets
    (lambda: F.cross_entropy(V, np.array([0, 4, 1])), Range, "a label is 4, .* from 0 to 3"),
    (lambda: F.cross_entropy(V, LABELS * 1.0), Dtype, "labels must be integers, got float64"),
    (lambda: F.cross_entropy(V, LABELS[:2]), Shape, r"scores \(N, C, ...\) and labels \(N, ...\)"),
    (lambda: F.cross_entropy(V, LABELS, "none"), Dtype, "by name: reduction='none'"),
    (lambda: F.cross_entropy(V, LABELS, W(3)), Shape, "one number for each of the 4 classes"),
    (lambda: nn.NLLLoss(Tensor(np.ones(3), True)), Dtype, "NLLLoss: weight is a constant .*detach"),
    (lambda: F.cross_entropy(V, LABELS, label_smoothing=2), Range, "between 0 and 1, got 2"),
    (lambda: F.cross_entropy(INTS, LABELS), Dtype, "cross_entropy: input must be floating"),
    (lambda: F.cross_entropy(V[:0], LABELS[:0]), Shape, "the batch is empty"),
    (lambda: F.mse_loss(V, V[:, :1]), Shape, r"differ in shape, \(3, 4\) and \(3, 1\)"),
    (lambda: F.mse_loss(V[:, :1], V[:, 0]), Shape, r"\(3,\).*use target.reshape\(input.shape\)"),
    (lambda: F.binary_cross_entropy(V * 2, V), Range, "For scores use binary_cross_entropy_w"),
    (lambda: F.binary_cross_entropy_with_logits(V, V, W(5)), Shape, r"weight of shape \(5,\)"),
    (lambda: F.hinge_loss(V, V * 0), Range, r"make 2 \* target - 1"),
    (lambda: F.hinge_loss(V, LABELS), Shape, "For labels of classes use multi_margin_loss"),
    (lambda: F.huber_loss(V, V, delta=0), Range, "delta must be positive"),
    (lambda: F.multi_margin_loss(V, LABELS, p=3), Range, "p must be 1 or 2, got 3"),
    (lambda: F.cosine_embedding_loss(V, V, LABELS), Range, "targets must be -1 or 1"),
    (lambda: F.triplet_margin_loss(V, V, V[:2]), Shape, "anchor and negative differ in shape"),
]  # fmt: skip


@pytest.mark.parametrize("call, error, text", MISTAKES, ids=[text for *_, text in MISTAKES])
def test_message(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_options_are_explained_to_whom_it_concerns():
    class Block(nn.Module):
        def __init__(self, width):
            self.width = width

    cases = [
        (nn.RMSNorm, {"bias": False}),
        (nn.MaxPool2d, {"padding_mode": "zeros"}),
        (nn.Linear, {"reduce": True}),
        (Block, {"padding_mode": 1}),
        (Block, {"device": "cpu"}),
    ]
    for cls, option in cases:
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{next(iter(option))}'"):
            cls(3, **option)


def test_functions_are_pickled_by_their_public_place():
    assert pickle.loads(pickle.dumps(F.relu)) is F.relu
