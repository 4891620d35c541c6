"""The two blocks that residual networks are made of."""

from keras import layers

from cnnkit.models import _arguments

EPSILON = 1.001e-5  # as in Keras Applications


def identity_block(x, filters, kernel_size=3, bottleneck=True, name="identity_block"):
    """Add to a tensor what a few convolutions make of it: relu(x + F(x)).

    With all weights of F at zero the block passes on relu(x), which is x after another
    block. So more blocks can always do what fewer can.

    A bottleneck F is 1×1 (fewer channels), 3×3 and 1×1 (as many channels as before);
    the other is 3×3 twice. Batch normalisation follows each convolution. Layers:
    `{name}_1_conv`, `{name}_1_bn`, `{name}_1_relu`, …, `{name}_add`, `{name}_out`.

    Args:
        x: tensor `(batch, height, width, channels)`; with `bottleneck` it must have
            4·`filters` channels, otherwise `filters`.
        filters: int, of the first convolution.
        kernel_size: int, of the convolutions that are not 1×1.
        bottleneck: bool, which F.
        name: what the names of the layers begin with.

    Returns:
        A tensor of the shape of `x`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> import keras
    >>> identity_block(keras.Input((8, 8, 256)), filters=64).shape
    (None, 8, 8, 256)

    Reference:
        - He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016,
          equation 1 and figure 5.

    Taught in: notebooks/week2_case_studies/02_residual_networks.ipynb
    """
    filters = _arguments.positive(filters, "filters")
    channels = 4 * filters if bottleneck else filters
    if len(x.shape) != 4 or x.shape[-1] != channels:
        raise ValueError(
            "An identity block adds its input to its output, so `x` must be an image "
            f"with {channels} channels. Received: x of shape {tuple(x.shape)}, "
            f"filters={filters}, bottleneck={bottleneck}. To change the number of "
            "channels use `convolutional_block`."
        )
    return _joined(x, x, filters, 1, kernel_size, bottleneck, name)


def convolutional_block(
    x, filters, strides=2, kernel_size=3, bottleneck=True, name="convolutional_block"
):
    """Change the shape of a tensor: relu(W x + F(x)).

    The way around F is a 1×1 convolution with batch normalisation, which gives `x`
    the size and the channels of F(x): the projection shortcut. F is that of
    `identity_block`, with the strides in its first convolution. Layers are named as
    there, those of the shortcut `{name}_0_conv` and `{name}_0_bn`.

    Args:
        x: tensor `(batch, height, width, channels)`.
        filters: int, of the first convolution.
        strides: int, by which height and width are divided.
        kernel_size: int, of the convolutions that are not 1×1.
        bottleneck: bool, which F.
        name: what the names of the layers begin with.

    Returns:
        A tensor `(batch, ceil(height / strides), ceil(width / strides), channels)`,
        with 4·`filters` channels if `bottleneck`, otherwise `filters`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> import keras
    >>> convolutional_block(keras.Input((8, 8, 256)), filters=128).shape
    (None, 4, 4, 512)

    Reference:
        - He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016,
          equation 2 and section 3.3, option B.

    Taught in: notebooks/week2_case_studies/02_residual_networks.ipynb
    """
    filters = _arguments.positive(filters, "filters")
    strides = _arguments.positive(strides, "strides")
    if len(x.shape) != 4:
        raise ValueError(
            "`x` must be a tensor (batch, height, width, channels). "
            f"Received: x of shape {tuple(x.shape)}."
        )
    channels = 4 * filters if bottleneck else filters
    way = conv_norm(x, channels, 1, strides, bottleneck, f"{name}_0")
    return _joined(x, way, filters, strides, kernel_size, bottleneck, name)


def conv_norm(x, filters, size, strides, use_bias, name):
    """Convolve and normalise; strides find the pixels that torch and Caffe find.

    Args:
        x: tensor.
        filters: int.
        size: int.
        strides: int.
        use_bias: bool; a bias before a normalisation changes nothing, but the files
            of Keras Applications have one.
        name: str, to which `_conv` and `_bn` are added.

    Returns:
        A tensor.
    """
    if strides > 1 and size > 1:
        x = layers.ZeroPadding2D(size // 2, name=f"{name}_pad")(x)
    x = layers.Conv2D(
        filters,
        size,
        strides,
        padding="same" if strides == 1 and size > 1 else "valid",
        use_bias=use_bias,
        name=f"{name}_conv",
    )(x)
    return layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_bn")(x)


def _joined(x, way, filters, strides, kernel_size, bottleneck, name):
    size = _arguments.positive(kernel_size, "kernel_size")
    steps = [(filters, size, strides), (filters, size, 1)]
    if bottleneck:
        steps = [(filters, 1, strides), (filters, size, 1), (4 * filters, 1, 1)]
    for i, step in enumerate(steps, 1):
        x = conv_norm(x, *step, use_bias=bottleneck, name=f"{name}_{i}")
        if i < len(steps):
            x = layers.Activation("relu", name=f"{name}_{i}_relu")(x)
    x = layers.Add(name=f"{name}_add")([way, x])
    return layers.Activation("relu", name=f"{name}_out")(x)
