"""MobileNet, whose convolutions are cut into depth-wise and 1×1 ones."""

import keras
from keras import layers

from cnnkit.models import _arguments, _weights

# The filters and the strides of each of the thirteen pairs of convolutions.
PAIRS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
)


def MobileNet(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    dropout=0.001,
    width=1.0,
    name="mobilenet",
):
    """Build MobileNet: 4,253,864 parameters at full width.

    Each 3×3 convolution is cut in two: one that looks at each channel alone, and a 1×1
    convolution that mixes the channels, for about a ninth of the multiplications.
    `width` is the paper's width multiplier α. Layers are named as in Keras
    Applications, whose files load by path. Stages, by layer name: `conv1_relu`,
    `conv_pw_1_relu` to `conv_pw_13_relu`, `average`, `predictions`.

    The files of Keras Applications want images prepared with
    `preprocess_imagenet(images, "tf")`.

    Args:
        weights: `None` for random weights, "imagenet" (2 MB) without the top at a
            `width` of 0.25, "cnnkit" where they ship, or the path of an .h5 file.
        include_top: bool, whether to average over the image and classify; without it
            the model ends at `conv_pw_13_relu`.
        input_shape: `(height, width, channels)`, sides of at least 31.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        dropout: float in [0, 1), the rate before the classifier.
        width: float, by which all numbers of filters are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> MobileNet(width=0.25).count_params()
    475544

    Reference:
        - Howard et al., "MobileNets: efficient convolutional neural networks for
          mobile vision applications", 2017, table 1.

    Taught in: notebooks/week2_case_studies/04_transfer_learning.ipynb
    """
    input_shape = _arguments.image_shape(input_shape, smallest=31)
    classes = _arguments.positive(classes, "classes")
    dropout = _arguments.rate(dropout, "dropout")
    scale = _arguments.scaler(width)
    file = _weights.find(weights, "MobileNet", input_shape, classes, include_top, width)

    inputs = keras.Input(input_shape, name="image")
    x = layers.Conv2D(scale(32), 3, 2, padding="same", use_bias=False, name="conv1")(
        inputs
    )
    x = _norm_relu(x, "conv1")
    for i, (filters, strides) in enumerate(PAIRS, 1):
        padding = "same"
        if strides > 1:
            x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
            padding = "valid"
        x = layers.DepthwiseConv2D(
            3, strides, padding, use_bias=False, name=f"conv_dw_{i}"
        )(x)
        x = _norm_relu(x, f"conv_dw_{i}")
        x = layers.Conv2D(scale(filters), 1, use_bias=False, name=f"conv_pw_{i}")(x)
        x = _norm_relu(x, f"conv_pw_{i}")
    if include_top:
        x = layers.GlobalAveragePooling2D(keepdims=True, name="average")(x)
        if dropout:
            x = layers.Dropout(dropout, name="dropout")(x)
        x = layers.Conv2D(classes, 1, name="conv_preds")(x)
        x = layers.Flatten(name="flatten")(x)
        x = layers.Activation(classifier_activation, name="predictions")(x)
    return _weights.load(keras.Model(inputs, x, name=name), file)


def _norm_relu(x, name):
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)
