"""The costs of style transfer and its relatives: content, style, smoothness, size."""

from keras import ops

from cnnkit.losses import _terms

SCALINGS = ("half", "mean")


def content_cost(features, target, scaling="half"):
    """Return how far features are from those of the content image.

    Two scalings are in use: ½·Σ(a − b)², that of the paper, and
    Σ(a − b)² / (4·n_H·n_W·n_C), which does not grow with the size of the image.

    Args:
        features: tensor `(batch, height, width, channels)`.
        target: tensor of the same shape.
        scaling: "half" or "mean", the first and the second of the above.

    Returns:
        A tensor `(batch,)`.

    Raises:
        ValueError: if the shapes differ, or `scaling` is not as above.

    Example:

    >>> ones, zeros = ops.ones((1, 2, 3, 4)), ops.zeros((1, 2, 3, 4))
    >>> float(content_cost(ones, zeros)[0]), float(content_cost(ones, zeros, "mean")[0])
    (12.0, 0.25)

    Reference:
        - Gatys, Ecker and Bethge, "Image style transfer using convolutional neural
          networks", 2016, equation 1.

    Taught in: notebooks/week4_faces_and_style/08_style_transfer.ipynb
    """
    _terms.one_of(scaling, "scaling", SCALINGS)
    features, target = _maps(features, "features"), _maps(target, "target")
    if not _terms.agree(features.shape[1:], target.shape[1:]):
        raise ValueError(
            "`features` and `target` must be of one shape. "
            f"Received: {tuple(features.shape)} and {tuple(target.shape)}."
        )
    squares = ops.sum(ops.square(features - target), axis=(1, 2, 3))
    if scaling == "half":
        return squares / 2
    return squares / (4 * _size(features))


def gram_matrix(features):
    """Return which channels fire together: the sums of their products over all places.

    G_kl = Σ_ij a_ijk · a_ijl. Where something is does not count.

    Args:
        features: tensor `(batch, height, width, channels)`.

    Returns:
        A tensor `(batch, channels, channels)`.

    Raises:
        ValueError: if `features` is not of such a shape.

    Example:

    >>> features = ops.reshape(ops.arange(4, dtype="float32"), (1, 2, 1, 2))
    >>> ops.convert_to_numpy(gram_matrix(features))[0]
    array([[ 4.,  6.],
           [ 6., 10.]], dtype=float32)

    Reference:
        - Gatys, Ecker and Bethge, "Image style transfer using convolutional neural
          networks", 2016, equation 3.

    Taught in: notebooks/week4_faces_and_style/08_style_transfer.ipynb
    """
    features = _maps(features, "features")
    channels = features.shape[-1]
    places = ops.reshape(features, (ops.shape(features)[0], -1, channels))
    fixed = ops.stop_gradient(places)
    gram = ops.matmul(ops.transpose(fixed, (0, 2, 1)), places)
    # Equal to `gram`, and so is the gradient to that of the product of `places` with
    # itself, but it takes one product of large matrices on the way back instead of two.
    return gram + ops.transpose(gram, (0, 2, 1)) - ops.stop_gradient(gram)


def style_cost(features, target_gram, target_size=None):
    """Return how far the Gram matrix of features is from that of the style image.

    With both images of one size it is Σ(G − G')² / (2·n_H·n_W·n_C)². Otherwise each
    Gram matrix is divided by its own n_H·n_W first, so that a style image of any size
    will do.

    Args:
        features: tensor `(batch, height, width, channels)`.
        target_gram: tensor `(batch, channels, channels)`, by `gram_matrix`.
        target_size: int, the places n_H·n_W of the features that the target was made
            from; `None` for as many as `features` has.

    Returns:
        A tensor `(batch,)`.

    Raises:
        ValueError: if the shapes do not fit.

    Example:

    >>> features = ops.ones((1, 2, 3, 4))
    >>> float(style_cost(features, ops.zeros((1, 4, 4)))[0])  # 16 · 6² / (2 · 24)²
    0.25

    Reference:
        - Gatys, Ecker and Bethge, "Image style transfer using convolutional neural
          networks", 2016, equation 4.

    Taught in: notebooks/week4_faces_and_style/08_style_transfer.ipynb
    """
    features = _maps(features, "features")
    target_gram = ops.convert_to_tensor(target_gram)
    channels = features.shape[-1]
    if not _terms.agree(target_gram.shape[1:], (channels, channels)):
        raise ValueError(
            f"`target_gram` must be of shape (batch, {channels}, {channels}). "
            f"Received: shape {tuple(target_gram.shape)}."
        )
    places = ops.shape(features)[1] * ops.shape(features)[2]
    own = ops.cast(places, features.dtype)
    target_size = own if target_size is None else target_size
    apart = gram_matrix(features) / own - target_gram / target_size
    return ops.sum(ops.square(apart), axis=(1, 2)) / (2 * channels) ** 2


def total_variation(images, beta=2.0):
    """Return how much neighbouring pixels differ, to the power β/2.

    Σ ((x_i,j+1 − x_ij)² + (x_i+1,j − x_ij)²)^(β/2) over all pixels that have a
    neighbour to the right and one below. β = 2 is the sum of squares; with β = 1 edges
    cost as much whether they are sharp or not, with β > 2 sharp ones cost more.

    Args:
        images: tensor `(batch, height, width, channels)`, sides of at least 2.
        beta: float above 0.

    Returns:
        A tensor `(batch,)`. Its gradient is finite where the image is flat.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> image = ops.convert_to_tensor([[0.0, 3.0], [4.0, 9.0]])[None, :, :, None]
    >>> float(total_variation(image)[0]), float(total_variation(image, beta=1)[0])
    (25.0, 5.0)

    Reference:
        - Mahendran and Vedaldi, "Understanding deep image representations by inverting
          them", 2015, section 2.

    Taught in: notebooks/week4_faces_and_style/09_textures_and_reconstruction.ipynb
    """
    beta = _terms.positive(beta, "beta")
    images = _maps(images, "images")
    if None not in images.shape[1:3] and min(images.shape[1:3]) < 2:
        raise ValueError(
            "`images` must have sides of at least 2. "
            f"Received: shape {tuple(images.shape)}."
        )
    corner = images[:, :-1, :-1]
    right, below = images[:, :-1, 1:] - corner, images[:, 1:, :-1] - corner
    squares = ops.square(right) + ops.square(below)
    if beta != 2:
        uneven = squares > 0  # the root of 0 has no gradient
        powers = ops.power(ops.where(uneven, squares, 1.0), beta / 2)
        squares = ops.where(uneven, powers, 0.0)
    return ops.sum(squares, axis=(1, 2, 3))


def alpha_norm(images, alpha=6.0):
    """Return Σ|x|^α, which keeps pixels from growing far beyond the others.

    Args:
        images: tensor `(batch, height, width, channels)`, their mean subtracted.
        alpha: float above 1.

    Returns:
        A tensor `(batch,)`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> float(alpha_norm(ops.full((1, 2, 2, 1), -0.5), alpha=2)[0])
    1.0

    Reference:
        - Mahendran and Vedaldi, "Understanding deep image representations by inverting
          them", 2015, section 2.

    Taught in: notebooks/week4_faces_and_style/09_textures_and_reconstruction.ipynb
    """
    if not _terms.positive(alpha, "alpha") > 1:
        raise ValueError(f"`alpha` must be above 1. Received: alpha={alpha!r}.")
    return ops.sum(ops.power(ops.abs(_maps(images, "images")), alpha), axis=(1, 2, 3))


def _maps(tensor, name):
    tensor = ops.convert_to_tensor(tensor)
    if len(tensor.shape) != 4:
        raise ValueError(
            f"`{name}` must be of shape (batch, height, width, channels). "
            f"Received: shape {tuple(tensor.shape)}."
        )
    return tensor


def _size(maps):
    height, width, channels = ops.shape(maps)[1:]
    return ops.cast(height * width * channels, maps.dtype)
