"""LeNet-5, as it is taught today and as it was published."""

import itertools

import keras
from keras import layers

from cnnkit.layers import PartialConv2D, RadialBasis, TrainablePooling2D
from cnnkit.models import _arguments
from cnnkit.models._lenet5_tables import CHARACTER_CODES, CONNECTIONS

POOLING = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}


def LeNet5(
    input_shape=(28, 28, 1),
    classes=10,
    activation="relu",
    pooling="max",
    dropout=0.0,
    filters=(6, 16),
    units=(120, 84),
    include_top=True,
    classifier_activation="softmax",
    seed=None,
    name="lenet5",
):
    """Build LeNet-5 in the form in which it is taught today.

    Two rounds of 5×5 convolution and 2×2 pooling, then three dense layers: 61,706
    parameters. The first convolution pads images smaller than 32×32 ("same"), so that
    the 28×28 digits of MNIST give the published sizes; from 32×32 on it does not.
    Stages, by layer name: `conv1`, `pool1`, `conv2`, `pool2`, `dense1`, `dense2`,
    `predictions`.

    Args:
        input_shape: `(height, width, channels)`, sides of at least 12.
        classes: int, the number of classes.
        activation: name or function, after each convolution and hidden dense layer.
            The paper used a scaled tanh.
        pooling: "max" or "average". The paper used averages.
        dropout: float in [0, 1), the rate before each hidden dense layer.
        filters: pair of ints, of the two convolutions.
        units: pair of ints, of the two hidden dense layers.
        include_top: bool, whether to flatten and classify; without it the model ends
            at `pool2`.
        classifier_activation: name or function on the last layer, `None` for logits.
        seed: int or `None`, for the initial weights and dropout.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> LeNet5().count_params()
    61706

    Reference:
        - LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to
          document recognition", 1998, section II-B.

    Taught in: notebooks/week1_foundations/07_lenet5.ipynb
    """
    input_shape = _arguments.image_shape(input_shape, smallest=12)
    classes = _arguments.positive(classes, "classes")
    pool = POOLING[_arguments.one_of(pooling, "pooling", tuple(POOLING))]
    padding = "same" if min(input_shape[:2]) < 32 else "valid"
    seeds = itertools.repeat(None) if seed is None else itertools.count(seed)

    def glorot():
        return keras.initializers.GlorotUniform(seed=next(seeds))

    inputs = keras.Input(input_shape, name="image")
    x = inputs
    for i, (count, pad) in enumerate(zip(filters, (padding, "valid"), strict=True), 1):
        x = layers.Conv2D(
            count,
            kernel_size=5,
            padding=pad,
            activation=activation,
            kernel_initializer=glorot(),
            name=f"conv{i}",
        )(x)
        x = pool(pool_size=2, name=f"pool{i}")(x)
    if not include_top:
        return keras.Model(inputs, x, name=name)

    x = layers.Flatten(name="flatten")(x)
    for i, count in enumerate(units, 1):
        if dropout:
            x = layers.Dropout(dropout, seed=next(seeds), name=f"dropout{i}")(x)
        x = layers.Dense(
            count,
            activation=activation,
            kernel_initializer=glorot(),
            name=f"dense{i}",
        )(x)
    outputs = layers.Dense(
        classes,
        activation=classifier_activation,
        kernel_initializer=glorot(),
        name="predictions",
    )(x)
    return keras.Model(inputs, outputs, name=name)


def LeNet5Original(classes=10, name="lenet5_original"):
    """Build LeNet-5 as it was published in 1998, for images of 32×32.

    What differs from today's form: the activation 1.7159·tanh(2x/3), sub-sampling with
    a gain and a bias a channel, a second convolution in which each filter sees only
    some of the channels, and an output of squared distances to fixed codes, one a
    class: the smallest distance names the class. 60,000 trainable parameters.

    The codes are digits drawn in 7×12 pixels of −1 and +1, our drawing of the paper's
    figure 3. Images go in with a background of −0.1 and ink of 1.175, which makes
    their mean about 0 and their variance about 1. Layers bear the paper's names: `c1`,
    `s2`, `c3`, `s4`, `c5`, `f6`, `distances`.

    Args:
        classes: int, from 1 to 10, the digits to tell apart, from 0 on.
        name: name of the model.

    Returns:
        A `keras.Model` from `(batch, 32, 32, 1)` to distances `(batch, classes)`.

    Raises:
        ValueError: if `classes` is not between 1 and 10.

    Example:

    >>> import math
    >>> sum(math.prod(w.shape) for w in LeNet5Original().trainable_weights)
    60000

    Reference:
        - LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to
          document recognition", 1998, section II-B, table I and equation 7.

    Taught in: notebooks/week1_foundations/07_lenet5.ipynb
    """
    if _arguments.positive(classes, "classes") > len(CHARACTER_CODES):
        raise ValueError(
            "`classes` must be between 1 and 10, for there is a code for each digit. "
            f"Received: classes={classes}."
        )
    inputs = keras.Input((32, 32, 1), name="image")
    x = layers.Conv2D(6, 5, activation=scaled_tanh, name="c1")(inputs)
    x = TrainablePooling2D(activation=scaled_tanh, name="s2")(x)
    x = PartialConv2D(CONNECTIONS, 5, activation=scaled_tanh, name="c3")(x)
    x = TrainablePooling2D(activation=scaled_tanh, name="s4")(x)
    x = layers.Conv2D(120, 5, activation=scaled_tanh, name="c5")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(84, activation=scaled_tanh, name="f6")(x)
    outputs = RadialBasis(CHARACTER_CODES[:classes], name="distances")(x)
    return keras.Model(inputs, outputs, name=name)


@keras.saving.register_keras_serializable(package="cnnkit")
def scaled_tanh(x):
    """Squash to (−1.7159, 1.7159) so that ±1 maps to about ±1: 1.7159·tanh(2x/3).

    Args:
        x: tensor of any shape.

    Returns:
        A tensor of the same shape.

    Example:

    >>> import numpy as np
    >>> [round(float(y), 3) for y in scaled_tanh(np.array([-1.0, 0.0, 1.0]))]
    [-1.0, 0.0, 1.0]

    Reference:
        - LeCun, Bottou, Bengio and Haffner, 1998, equation 6 and appendix A.
    """
    return 1.7159 * keras.ops.tanh(2 / 3 * x)
