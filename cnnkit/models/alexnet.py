"""AlexNet, in one part and in the two parts in which it was published."""

import keras
from keras import layers

from cnnkit.layers import LocalResponseNormalization
from cnnkit.models import _arguments, _weights
from cnnkit.models._head import dense_head


def AlexNet(
    weights=None,
    include_top=True,
    input_shape=(227, 227, 3),
    classes=1000,
    classifier_activation="softmax",
    groups=2,
    dropout=0.5,
    width=1.0,
    name="alexnet",
):
    """Build AlexNet: five convolutions, three dense layers, 60,965,224 parameters.

    It was trained on two graphics cards, each with half of the filters. The second,
    fourth and fifth convolution saw only the half on their own card: `groups=2`. With
    `groups=1` every filter sees all channels, and there are 62,378,344 parameters.

    Local response normalisation after the first two convolutions; overlapping max
    pooling, 3×3 with a stride of 2. The paper says images of 224×224; its sizes come
    out with 227×227. Stages, by layer name: `conv1`, `norm1`, `pool1`, `conv2`,
    `norm2`, `pool2`, `conv3`, `conv4`, `conv5`, `pool5`, `fc1`, `fc2`, `predictions`.

    Args:
        weights: `None` for random weights, "cnnkit" where they ship, or the path of
            an .h5 file.
        include_top: bool, whether to classify; without it the model ends at `pool5`.
        input_shape: `(height, width, channels)`, sides of at least 67.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        groups: 2 as published, or 1.
        dropout: float in [0, 1), the rate after each hidden dense layer.
        width: float, by which all numbers of filters and hidden units are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> AlexNet(width=0.125, include_top=False).output_shape
    (None, 6, 6, 32)

    Reference:
        - Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
          convolutional neural networks", 2012, section 3 and figure 2.

    Taught in: notebooks/week2_case_studies/01_classic_networks.ipynb
    """
    input_shape = _arguments.image_shape(input_shape, smallest=67)
    classes = _arguments.positive(classes, "classes")
    groups = _arguments.one_of(groups, "groups", (1, 2))
    dropout = _arguments.rate(dropout, "dropout")
    scale = _arguments.scaler(width)
    file = _weights.find(weights, "AlexNet", input_shape, classes, include_top, width)

    def conv(x, filters, size, name, groups=1, **options):
        return layers.Conv2D(
            scale(filters, multiple=2),
            size,
            groups=groups,
            activation="relu",
            name=name,
            **options,
        )(x)

    def norm_pool(x, number):
        x = LocalResponseNormalization(name=f"norm{number}")(x)
        return layers.MaxPooling2D(3, strides=2, name=f"pool{number}")(x)

    inputs = keras.Input(input_shape, name="image")
    x = norm_pool(conv(inputs, 96, 11, strides=4, name="conv1"), 1)
    x = norm_pool(conv(x, 256, 5, "conv2", groups, padding="same"), 2)
    x = conv(x, 384, 3, "conv3", padding="same")
    x = conv(x, 384, 3, "conv4", groups, padding="same")
    x = conv(x, 256, 3, "conv5", groups, padding="same")
    x = layers.MaxPooling2D(3, strides=2, name="pool5")(x)
    if include_top:
        x = dense_head(x, scale(4096), classes, classifier_activation, dropout)
    return _weights.load(keras.Model(inputs, x, name=name), file)
