"""Small convolutional networks over one and three dimensions."""

import itertools

import keras
from keras import layers

from cnnkit.models import _arguments

KINDS = {
    1: (layers.Conv1D, layers.MaxPooling1D, layers.GlobalAveragePooling1D),
    3: (layers.Conv3D, layers.MaxPooling3D, layers.GlobalAveragePooling3D),
}


def ConvNet1D(
    input_shape,
    classes,
    filters=(16, 32),
    kernel_size=5,
    pool_size=2,
    classifier_activation="softmax",
    seed=None,
    name="convnet1d",
):
    """Build a small convolutional network over time, for signals.

    Each stage is a convolution ("same" padding, ReLU) and max pooling; then the
    average over time and one dense layer. Stages, by layer name: `conv1`, `pool1`,
    `conv2`, …, `average`, `predictions`.

    Args:
        input_shape: `(steps, channels)`.
        classes: int, the number of classes.
        filters: sequence of ints, one a stage.
        kernel_size: int, the width of the filters in steps.
        pool_size: int, by how much each stage shortens the signal.
        classifier_activation: name or function on the last layer, `None` for logits.
        seed: int or `None`, for the initial weights.
        name: name of the model.

    Returns:
        A `keras.Model` from `(batch, steps, channels)` to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the signal is shorter than the
            pooling allows.

    Example:

    >>> ConvNet1D((128, 1), classes=3).output_shape
    (None, 3)

    Taught in: notebooks/week1_foundations/08_signals_and_volumes.ipynb
    """
    return _convnet(1, **locals())


def ConvNet3D(
    input_shape,
    classes,
    filters=(16, 32),
    kernel_size=3,
    pool_size=2,
    classifier_activation="softmax",
    seed=None,
    name="convnet3d",
):
    """Build a small convolutional network over volumes, such as a CT scan.

    The same as `ConvNet1D` with one more pair of dimensions.

    Args:
        input_shape: `(depth, height, width, channels)`.
        classes: int, the number of classes.
        filters: sequence of ints, one a stage.
        kernel_size: int, the side of the filters in voxels.
        pool_size: int, by how much each stage shrinks each side.
        classifier_activation: name or function on the last layer, `None` for logits.
        seed: int or `None`, for the initial weights.
        name: name of the model.

    Returns:
        A `keras.Model` from `(batch, depth, height, width, channels)` to
        `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the volume is smaller than the
            pooling allows.

    Example:

    >>> ConvNet3D((14, 14, 14, 1), classes=2).output_shape
    (None, 2)

    Taught in: notebooks/week1_foundations/08_signals_and_volumes.ipynb
    """
    return _convnet(3, **locals())


def _convnet(
    rank,
    input_shape,
    classes,
    filters,
    kernel_size,
    pool_size,
    classifier_activation,
    seed,
    name,
):
    conv, pool, average = KINDS[rank]
    filters = [_arguments.positive(count, "filters") for count in filters]
    pool_size = _arguments.positive(pool_size, "pool_size")
    input_shape = _arguments.image_shape(
        input_shape, rank=rank + 1, smallest=pool_size ** len(filters)
    )
    seeds = itertools.repeat(None) if seed is None else itertools.count(seed)

    inputs = keras.Input(input_shape, name="input")
    x = inputs
    for i, count in enumerate(filters, 1):
        x = conv(
            count,
            kernel_size=_arguments.positive(kernel_size, "kernel_size"),
            padding="same",
            activation="relu",
            kernel_initializer=keras.initializers.HeNormal(seed=next(seeds)),
            name=f"conv{i}",
        )(x)
        x = pool(pool_size, name=f"pool{i}")(x)
    x = average(name="average")(x)
    outputs = layers.Dense(
        _arguments.positive(classes, "classes"),
        activation=classifier_activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        name="predictions",
    )(x)
    return keras.Model(inputs, outputs, name=name)
