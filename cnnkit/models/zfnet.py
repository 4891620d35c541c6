"""ZFNet, AlexNet with a finer first look."""

import keras
from keras import layers

from cnnkit.layers import LocalResponseNormalization
from cnnkit.models import _arguments, _weights
from cnnkit.models._head import dense_head


def ZFNet(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    dropout=0.5,
    width=1.0,
    name="zfnet",
):
    """Build ZFNet: AlexNet with smaller filters and strides at the start.

    Pictures of what AlexNet's first layers had learned showed dead filters and
    patterns of aliasing. So the first filters are 7×7 with a stride of 2 in place of
    11×11 with 4, the second 5×5 with a stride of 2, and no convolution is split.
    62,357,608 parameters. Stages, by layer name: `conv1`, `pool1`, `norm1`, `conv2`,
    `pool2`, `norm2`, `conv3`, `conv4`, `conv5`, `pool5`, `fc1`, `fc2`, `predictions`.

    Args:
        weights: `None` for random weights, "cnnkit" where they ship, or the path of
            an .h5 file.
        include_top: bool, whether to classify; without it the model ends at `pool5`.
        input_shape: `(height, width, channels)`, sides of at least 53.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        dropout: float in [0, 1), the rate after each hidden dense layer.
        width: float, by which all numbers of filters and hidden units are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> ZFNet(width=0.125, include_top=False).output_shape
    (None, 6, 6, 32)

    Reference:
        - Zeiler and Fergus, "Visualizing and understanding convolutional networks",
          2014, figure 3.

    Taught in: notebooks/week2_case_studies/01_classic_networks.ipynb
    """
    input_shape = _arguments.image_shape(input_shape, smallest=53)
    classes = _arguments.positive(classes, "classes")
    dropout = _arguments.rate(dropout, "dropout")
    scale = _arguments.scaler(width)
    file = _weights.find(weights, "ZFNet", input_shape, classes, include_top, width)

    def conv(x, filters, size, strides, number, padding):
        return layers.Conv2D(
            scale(filters),
            size,
            strides,
            padding,
            activation="relu",
            name=f"conv{number}",
        )(x)

    def pool(x, number, padding):
        return layers.MaxPooling2D(3, 2, padding, name=f"pool{number}")(x)

    inputs = keras.Input(input_shape, name="image")
    x = layers.ZeroPadding2D(1, name="conv1_pad")(inputs)
    x = conv(x, 96, size=7, strides=2, number=1, padding="valid")
    x = LocalResponseNormalization(name="norm1")(pool(x, 1, "same"))
    x = conv(x, 256, size=5, strides=2, number=2, padding="valid")
    x = LocalResponseNormalization(name="norm2")(pool(x, 2, "same"))
    for number, filters in ((3, 384), (4, 384), (5, 256)):
        x = conv(x, filters, size=3, strides=1, number=number, padding="same")
    x = pool(x, 5, "valid")
    if include_top:
        x = dense_head(x, scale(4096), classes, classifier_activation, dropout)
    return _weights.load(keras.Model(inputs, x, name=name), file)
