"""SqueezeNet 1.1, a small network of Fire modules."""

import keras
from keras import layers

from cnnkit.models import _arguments, _weights

# The 1×1 filters that squeeze, and those of each kind that expand.
FIRES = {
    2: (16, 64),
    3: (16, 64),
    4: (32, 128),
    5: (32, 128),
    6: (48, 192),
    7: (48, 192),
    8: (64, 256),
    9: (64, 256),
}


def SqueezeNet(
    weights=None,
    include_top=True,
    input_shape=(227, 227, 3),
    classes=1000,
    classifier_activation="softmax",
    dropout=0.5,
    width=1.0,
    name="squeezenet",
):
    """Build SqueezeNet 1.1: 1,235,496 parameters, 722,496 of them before the top.

    A Fire module squeezes the channels with 1×1 filters, and expands them with 1×1 and
    3×3 filters side by side. Stages, by layer name: `conv1`, `pool1`, `fire2`,
    `fire3`, `pool3`, `fire4`, `fire5`, `pool5`, `fire6` to `fire9`, `conv10`,
    `average`, `predictions`; within a module `fire2_squeeze1x1`, `fire2_expand1x1`,
    `fire2_expand3x3`. Weight files that write `fire2/squeeze1x1` load as well.

    The ImageNet weights (3 MB, converted to Keras's format by R. Malli) want images
    prepared with `preprocess_imagenet(images, "caffe")`. As there, pooling leaves out
    the last row and column where they do not fill a window; the authors' own keeps
    them.

    Args:
        weights: `None` for random weights, "imagenet" without the top, "cnnkit" where
            they ship, or the path of an .h5 file.
        include_top: bool, whether to classify; without it the model ends at `fire9`.
        input_shape: `(height, width, channels)`, sides of at least 31.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        dropout: float in [0, 1), the rate before the last convolution.
        width: float, by which all numbers of filters are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> SqueezeNet(include_top=False).count_params()
    722496

    Reference:
        - Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer
          parameters and <0.5MB model size", 2016, section 3. Version 1.1 is the one
          that the authors published later, with fewer multiplications.

    Taught in: notebooks/week2_case_studies/04_transfer_learning.ipynb
    """
    input_shape = _arguments.image_shape(input_shape, smallest=31)
    classes = _arguments.positive(classes, "classes")
    dropout = _arguments.rate(dropout, "dropout")
    scale = _arguments.scaler(width)
    file = _weights.find(
        weights, "SqueezeNet", input_shape, classes, include_top, width
    )

    inputs = keras.Input(input_shape, name="image")
    x = layers.Conv2D(scale(64), 3, 2, activation="relu", name="conv1")(inputs)
    x = layers.MaxPooling2D(3, 2, name="pool1")(x)
    for number, (squeezed, expanded) in FIRES.items():
        x = _fire(x, scale(squeezed), scale(expanded), f"fire{number}")
        if number in (3, 5):
            x = layers.MaxPooling2D(3, 2, name=f"pool{number}")(x)
    if include_top:
        if dropout:
            x = layers.Dropout(dropout, name="dropout")(x)
        x = layers.Conv2D(classes, 1, activation="relu", name="conv10")(x)
        x = layers.GlobalAveragePooling2D(name="average")(x)
        x = layers.Activation(classifier_activation, name="predictions")(x)
    return _weights.load(keras.Model(inputs, x, name=name), file)


def _fire(x, squeezed, expanded, name):
    def conv(x, filters, size, suffix):
        return layers.Conv2D(
            filters, size, padding="same", activation="relu", name=f"{name}_{suffix}"
        )(x)

    x = conv(x, squeezed, 1, "squeeze1x1")
    branches = [conv(x, expanded, size, f"expand{size}x{size}") for size in (1, 3)]
    return layers.Concatenate(name=name)(branches)
