"""A network for each frame of a clip, and one with a memory that reads on."""

import itertools

import keras
from keras import layers

from cnnkit.models import _arguments, _frames


def LRCN(
    input_shape,
    classes,
    encoder=(8, 16, 32),
    units=32,
    memory=32,
    every_step=False,
    classifier_activation="softmax",
    seed=None,
    name="lrcn",
):
    """Build a long-term recurrent convolutional network: a CNN, then an LSTM.

    The same small network turns each frame into features, and an LSTM reads them from
    the first frame to the last. In the paper the class is predicted after every frame,
    and the predictions are averaged (`every_step=True`); by default it is predicted
    once, after the last.

    Layers, by name: `frames` (a `keras.layers.TimeDistributed` around the network of
    one frame, whose layers are `conv1`, `pool1`, …, `flatten`, `features`), `memory`,
    `predictions`; and `average` after them with `every_step`.

    Args:
        input_shape: `(frames, height, width, channels)`.
        classes: int, the number of classes.
        encoder: sequence of ints, the filters of the stages of a small network, each a
            3×3 convolution with ReLU and 2×2 max pooling; or a `keras.Model` from one
            frame to a vector. If it averages its maps, the LSTM cannot know where a
            thing was.
        units: int, the features of a frame. A model as `encoder` has its own.
        memory: int, the units of the LSTM.
        every_step: bool, whether to predict after every frame and average.
        classifier_activation: name or function on the last dense layer, `None` for
            logits.
        seed: int or `None`, for the initial weights.
        name: name of the model.

    Returns:
        A `keras.Model` from `(batch, frames, height, width, channels)` to
        `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the frames are smaller than the
            pooling allows.

    Example:

    >>> model = LRCN((10, 32, 32, 3), classes=5, units=40, memory=20)
    >>> model.output_shape
    (None, 5)
    >>> model.get_layer("memory").count_params()  # 4·(40 + 20 + 1)·20
    4880

    Reference:
        - [Donahue et al., "Long-term recurrent convolutional networks for visual
          recognition and description", 2015](https://arxiv.org/abs/1411.4389):
          section 4, activity recognition.

    Taught in: notebooks/beyond_one_image/03_video.ipynb
    """
    input_shape = _arguments.image_shape(input_shape, rank=4)
    seeds = itertools.repeat(None) if seed is None else itertools.count(seed)
    inputs = keras.Input(input_shape, name="clip")
    x = _frames.of_each_frame(inputs, encoder, units, seeds)
    x = layers.LSTM(
        _arguments.positive(memory, "memory"),
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
        return_sequences=every_step,
        name="memory",
    )(x)
    x = layers.Dense(
        _arguments.positive(classes, "classes"),
        activation=classifier_activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        name="predictions",
    )(x)
    if every_step:
        x = layers.GlobalAveragePooling1D(name="average")(x)
    return keras.Model(inputs, x, name=name)
