"""Network in network: 1×1 convolutions, and averages in place of dense layers."""

import keras
from keras import layers

from cnnkit.models import _arguments, _weights


def NetworkInNetwork(
    weights=None,
    include_top=True,
    input_shape=(32, 32, 3),
    classes=10,
    classifier_activation="softmax",
    dropout=0.5,
    width=1.0,
    name="network_in_network",
):
    """Build the network in network for CIFAR: 966,986 parameters.

    Each of its three parts is a convolution followed by two of 1×1: a small network of
    two dense layers that slides over the image with the first one. There is no dense
    layer on top: the last 1×1 convolution gives one map a class, and the average of
    each map is that class's score. Stages, by layer name: `conv1`, `conv1_1x1a`,
    `conv1_1x1b`, `pool1`, `conv2`, …, `pool2`, `conv3`, `conv3_1x1a`, `class_maps`,
    `average`, `predictions`.

    Args:
        weights: `None` for random weights, "cnnkit" where they ship, or the path of
            an .h5 file.
        include_top: bool, whether to classify; without it the model ends at
            `conv3_1x1a`.
        input_shape: `(height, width, channels)`, sides of at least 4.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        dropout: float in [0, 1), the rate after each pooling.
        width: float, by which all numbers of filters are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> NetworkInNetwork().count_params()
    966986

    Reference:
        - Lin, Chen and Yan, "Network in network", 2014, figure 2. The numbers of
          filters are those of the authors' published configuration for CIFAR-10.

    Taught in: notebooks/week2_case_studies/03_inception.ipynb
    """
    input_shape = _arguments.image_shape(input_shape, smallest=4)
    classes = _arguments.positive(classes, "classes")
    dropout = _arguments.rate(dropout, "dropout")
    scale = _arguments.scaler(width)
    file = _weights.find(
        weights, "NetworkInNetwork", input_shape, classes, include_top, width
    )

    def conv(x, filters, size, name):
        return layers.Conv2D(
            filters,
            size,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            name=name,
        )(x)

    def part(x, name, size, filters):
        for count, suffix in zip(filters, ("", "_1x1a", "_1x1b"), strict=False):
            x = conv(x, scale(count), 1 if suffix else size, name + suffix)
        return x

    def pool(x, number):
        x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool{number}")(x)
        return layers.Dropout(dropout, name=f"dropout{number}")(x) if dropout else x

    inputs = keras.Input(input_shape, name="image")
    x = pool(part(inputs, "conv1", size=5, filters=(192, 160, 96)), 1)
    x = pool(part(x, "conv2", size=5, filters=(192, 192, 192)), 2)
    x = part(x, "conv3", size=3, filters=(192, 192))
    if include_top:
        x = conv(x, classes, 1, "class_maps")
        x = layers.GlobalAveragePooling2D(name="average")(x)
        x = layers.Activation(classifier_activation, name="predictions")(x)
    return _weights.load(keras.Model(inputs, x, name=name), file)
