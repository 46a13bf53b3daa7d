"""What convolutions and pools are tried on, for Hypothesis."""

from hypothesis import strategies as st

from autograd.kernels.windows import Geometry


@st.composite
def geometries(draw, images, groups, inputs, outputs):
    """Shapes of x and w, and (geometry, groups), in 1 to 3 dimensions.

    At most so many images, groups, and channels of a group, in and out.
    """
    axis = st.tuples(
        st.integers(1, 9), st.integers(1, 4), st.integers(1, 3), st.integers(0, 4),
        st.integers(0, 4), st.integers(1, 3),
    ).filter(lambda a: a[0] + a[3] + a[4] >= a[5] * (a[1] - 1) + 1)  # fmt: skip
    size, kernel, stride, before, after, dilation = zip(
        *draw(st.lists(axis, min_size=1, max_size=3)), strict=True
    )
    parts, per_in, per_out = (draw(st.integers(1, n)) for n in (groups, inputs, outputs))
    x = (draw(st.integers(1, images)), parts * per_in, *size)
    options = Geometry(kernel, stride, tuple(zip(before, after, strict=True)), dilation), parts
    return x, (parts * per_out, per_in, *kernel), options
