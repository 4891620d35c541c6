"""A network that looks at each frame of a clip, and forgets their order."""

import itertools

import keras
from keras import layers

from cnnkit.models import _arguments, _frames


def FrameAverage(
    input_shape,
    classes,
    encoder=(8, 16, 32),
    units=64,
    classifier_activation="softmax",
    seed=None,
    name="frame_average",
):
    """Build a network that averages what it sees in the frames of a clip.

    The same small network turns each frame into features; their average over time goes
    into one dense layer. It is what to try first: for many clips one look is enough.
    But the order of the frames is lost, and with it all that only motion tells.

    Layers, by name: `frames` (a `keras.layers.TimeDistributed` around the network of
    one frame, whose layers are `conv1`, `pool1`, …, `flatten`, `features`), `average`,
    `predictions`.

    Args:
        input_shape: `(frames, height, width, channels)`.
        classes: int, the number of classes.
        encoder: sequence of ints, the filters of the stages of a small network, each a
            3×3 convolution with ReLU and 2×2 max pooling; or a `keras.Model` from one
            frame to a vector, for example one that was trained on photographs.
        units: int, the features of a frame. A model as `encoder` has its own.
        classifier_activation: name or function on the last layer, `None` for logits.
        seed: int or `None`, for the initial weights.
        name: name of the model.

    Returns:
        A `keras.Model` from `(batch, frames, height, width, channels)` to
        `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the frames are smaller than the
            pooling allows.

    Example:

    >>> model = FrameAverage((10, 32, 32, 3), classes=5)
    >>> model.output_shape
    (None, 5)
    >>> model.get_layer("frames").output.shape
    (None, 10, 64)

    Reference:
        - [Karpathy et al., "Large-scale video classification with convolutional neural
          networks", 2014](https://doi.org/10.1109/CVPR.2014.223): the network of single
          frames that all others there are compared with.

    Taught in: notebooks/beyond_one_image/03_video.ipynb
    """
    input_shape = _arguments.image_shape(input_shape, rank=4)
    seeds = itertools.repeat(None) if seed is None else itertools.count(seed)
    inputs = keras.Input(input_shape, name="clip")
    x = _frames.of_each_frame(inputs, encoder, units, seeds)
    x = layers.GlobalAveragePooling1D(name="average")(x)
    outputs = layers.Dense(
        _arguments.positive(classes, "classes"),
        activation=classifier_activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        name="predictions",
    )(x)
    return keras.Model(inputs, outputs, name=name)
