"""The matrix that a convolution layer is."""

import numpy as np
from scipy import sparse

from cnnkit.scratch import _checks
from cnnkit.scratch.im2col import rows_of
from cnnkit.scratch.padding import pad_pairs


def conv_matrix(W, input_shape, stride=1, pad=0):
    """Builds the sparse matrix C of a convolution layer.

    `C @ x.ravel()` is the layer's output for the volume `x`, flattened, without the
    bias. Backpropagation multiplies by the transpose: `C.T @ dz.ravel()` is the
    gradient with respect to `x`. Each row holds the weights of one filter at one place,
    so the same few numbers stand in it again and again (a Toeplitz pattern), and all
    else is zero.

    Args:
        W: `(f, f, n_C_prev, n_C)`, the filters. A weight of zero is stored too, so
            that the pattern can be seen.
        input_shape: `(n_H_prev, n_W_prev, n_C_prev)`, the shape of one volume.
        stride: int.
        pad: int, pair of ints, pair of pairs, "valid" or "same".

    Returns:
        A `scipy.sparse.csr_array`,
        `(n_H * n_W * n_C, n_H_prev * n_W_prev * n_C_prev)`.

    Raises:
        TypeError: if `W` does not hold numbers.
        ValueError: if an argument is not as above, if the channels do not match, or
            if the filter is larger than the padded image.

    Example:

    >>> import numpy as np
    >>> W = np.array([1.0, 2.0]).reshape(1, 2, 1, 1)
    >>> conv_matrix(W, (1, 4, 1)).toarray()
    array([[1., 2., 0., 0.],
           [0., 1., 2., 0.],
           [0., 0., 1., 2.]])

    Reference:
        - Dumoulin and Visin, "A guide to convolution arithmetic for deep learning",
          2016, section 4.1.

    Taught in:
        notebooks/week1_foundations/05_convolution_as_matrix_multiplication.ipynb
    """
    W = _checks.weights(W, "W", "(f, f, n_C_prev, n_C)", "float64")
    image = _checks.shape(input_shape, "input_shape", "(n_H, n_W, n_C)")
    f, n_C = W.shape[:2], W.shape[3]
    if image[2] != W.shape[2]:
        raise ValueError(
            f"The volume has {image[2]} channels and the filters `W` are made for "
            f"{W.shape[2]}: the numbers must be the same. "
            f"Received: input_shape={image}, W.shape={W.shape}."
        )
    stride = _checks.positive_integer(stride, "stride")
    pairs = pad_pairs(pad, image[:2], f, stride)

    # im2col of the pixels' own numbers, from 1: 0 is then a zero of the padding.
    n_pixels = int(np.prod(image))
    pixels = np.arange(1, n_pixels + 1).reshape(1, *image)
    seen = rows_of(pixels, f, stride, pairs)[:, np.newaxis, :]
    outputs = np.arange(len(seen) * n_C).reshape(-1, n_C, 1)
    weights = W.reshape(-1, n_C).T[np.newaxis]

    outputs, seen, weights = np.broadcast_arrays(outputs, seen, weights)
    inside = seen > 0
    entries = weights[inside], (outputs[inside], seen[inside] - 1)
    return sparse.csr_array(entries, shape=(outputs.max() + 1, n_pixels))
