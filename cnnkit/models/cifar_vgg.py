"""A VGG for small images: 3×3 convolutions and 2×2 pooling, 0.29 M parameters."""

import keras
from keras import layers

from cnnkit.models import _arguments, _weights

FILTERS = (32, 64, 128)


def CifarVGG(
    weights=None,
    include_top=True,
    input_shape=(32, 32, 3),
    classes=10,
    classifier_activation="softmax",
    batch_norm=False,
    width=1.0,
    name="cifar_vgg",
):
    """Build a VGG-like network for small images: 288,298 parameters at 10 classes.

    Three blocks of two 3×3 convolutions with 32, 64 and 128 filters, each block
    followed by 2×2 max pooling; then the average over the image and one dense layer.
    Layers are named as in VGG-16: `block1_conv1`, `block1_conv2`, `block1_pool`, …
    `block3_pool`, then `average` and `predictions`.

    The weights that ship were trained with batch normalisation, which was then folded
    into the convolutions: what is left is a chain of convolution, ReLU and pooling.

    Args:
        weights: `None` for random weights, "cnnkit" for those trained on CIFAR-10, or
            the path of an .h5 file.
        include_top: bool, whether to average over the image and classify; without it
            the model ends at `block3_pool`.
        input_shape: `(height, width, channels)`, sides of at least 8.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        batch_norm: bool, whether each convolution is followed by batch normalisation,
            for training: `block1_norm1`, `block1_relu1` and so on. The weights that
            ship have none.
        width: float, by which all numbers of filters are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> model = CifarVGG(include_top=False, input_shape=(64, 48, 3))
    >>> model.output_shape
    (None, 8, 6, 128)

    Reference:
        - Simonyan and Zisserman, "Very deep convolutional networks for large-scale
          image recognition", 2015: the form of the blocks.

    Taught in: notebooks/week2_case_studies/04_transfer_learning.ipynb
    """
    scale = _arguments.scaler(width)
    input_shape = _arguments.image_shape(input_shape, smallest=8)
    classes = _arguments.positive(classes, "classes")
    file = _weights.find(weights, "CifarVGG", input_shape, classes, include_top, width)

    x = inputs = keras.Input(input_shape, name="image")
    for block, filters in enumerate(FILTERS, 1):
        for place in (1, 2):
            x = _conv(x, scale(filters), batch_norm, f"block{block}", place)
        x = layers.MaxPooling2D(name=f"block{block}_pool")(x)
    if include_top:
        x = layers.GlobalAveragePooling2D(name="average")(x)
        x = layers.Dense(classes, activation=classifier_activation, name="predictions")(
            x
        )
    return _weights.load(keras.Model(inputs, x, name=name), file)


def _conv(x, filters, batch_norm, block, place):
    conv = layers.Conv2D(
        filters,
        3,
        padding="same",
        use_bias=not batch_norm,
        activation=None if batch_norm else "relu",
        kernel_initializer="he_normal",
        name=f"{block}_conv{place}",
    )
    if not batch_norm:
        return conv(x)
    norm = layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5, name=f"{block}_norm{place}"
    )
    return layers.ReLU(name=f"{block}_relu{place}")(norm(conv(x)))
