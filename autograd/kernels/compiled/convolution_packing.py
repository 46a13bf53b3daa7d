"""Images into the buffers of `convolution`, results out of them; ``block``: see `Block`."""

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.shuffles import copy_row, evens
from autograd.kernels.compiled.vectors import load, store


@jit
def pack(x, n0, images, c0, channels, r0, phases, stride, block, buffer):
    """Copy a block of x into ``buffer`` (channel, phase, place); its gaps are zero already."""
    (size_a, size_b, size_w), V = x.shape[2:], block.V
    flat = x.ravel()
    for c in range(channels):
        for f in range(len(phases)):
            start = (c * len(phases) + f) * block.plane + block.lead
            for n in range(images):
                p0 = ((n0 + n) * x.shape[1] + c0 + c) * size_a
                for r in range(block.low, block.rows + block.high):
                    a = (r0 + r) * stride[0] + phases[f, 0]
                    for b in range(block.stored_b):
                        q = start + n * block.image + r * block.row + b * block.pitch
                        bb = b * stride[1] + phases[f, 1]
                        p = ((p0 + a) * size_b + bb) * size_w + phases[f, 2]
                        if not 0 <= a < size_a or bb >= size_b:
                            for i in range(block.stored_w):
                                buffer[q + i] = 0
                        elif stride[2] == 1:
                            copy_row(buffer, q, flat, p, size_w)
                        else:
                            inside, first = (size_w - phases[f, 2] + stride[2] - 1) // stride[2], 0
                            if stride[2] == 2:
                                while first + V <= inside and p + 2 * (first + V) <= flat.size:
                                    u, v = load(flat, p + 2 * first), load(flat, p + 2 * first + V)
                                    store(buffer, q + first, evens(u, v))
                                    first += V
                            for i in range(first, inside):
                                buffer[q + i] = flat[p + i * stride[2]]
                            for i in range(inside, block.stored_w):
                                buffer[q + i] = 0


@jit
def spread(g, n0, images, o0, outs, r0, block, weights):
    """A block of g where `products` would compute it, zero in between."""
    places, image, row, pitch = block.places, block.image, block.row, block.pitch
    flat = g.ravel()
    weights[:] = 0
    for o in range(outs):
        for n in range(images):
            for r in range(min(block.rows, g.shape[2] - r0)):
                for b in range(g.shape[3]):
                    q = o * places + n * image + r * row + b * pitch
                    p = ((n0 + n) * g.shape[1] + o0 + o) * g.shape[2] + r0 + r
                    p = (p * g.shape[3] + b) * g.shape[4]
                    copy_row(weights, q, flat, p, g.shape[4])


@jit
def unpack(sum_of, outs, o0, n0, images, r0, phase, stride, block, y):
    """Copy the places that are not in a gap to where they belong in y."""
    places, image, row, pitch = block.places, block.image, block.row, block.pitch
    size_a, size_b, size_w = y.shape[2:]
    inside = (size_w - phase[2] + stride[2] - 1) // stride[2]
    flat = y.ravel()
    for o in range(outs):
        for n in range(images):
            for r in range(min(block.rows, block.out_a - r0)):
                a = (r0 + r) * stride[0] + phase[0]
                for b in range(block.out_b):
                    bb = b * stride[1] + phase[1]
                    if a >= size_a or bb >= size_b:
                        continue
                    p = ((n0 + n) * y.shape[1] + o0 + o) * size_a + a
                    p = (p * size_b + bb) * size_w + phase[2]
                    q = o * places + n * image + r * row + b * pitch
                    if stride[2] == 1:
                        copy_row(flat, p, sum_of, q, inside)
                    else:
                        for i in range(inside):
                            flat[p + i * stride[2]] = sum_of[q + i]
