"""C3D: convolutions over height, width and time."""

import itertools
import string

import keras
from keras import layers

from cnnkit.models import _arguments

STAGES = ((64,), (128,), (256, 256), (512, 512), (512, 512))


def C3D(
    input_shape=(16, 112, 112, 3),
    classes=487,
    stages=STAGES,
    units=(4096, 4096),
    dropout=0.5,
    classifier_activation="softmax",
    seed=None,
    name="c3d",
):
    """Build a network of 3×3×3 convolutions over clips.

    A filter sees three frames at once, so it can answer to what moves. Each stage ends
    with max pooling over 2×2×2; only the first leaves time alone, 1×2×2, so that it is
    not gone too soon. Padding is "same" throughout: what is odd is rounded up.

    By default it is the network as published. `stages` and `units` make smaller ones.

    Layers, by name: `conv1a`, `pool1`, `conv2a`, `pool2`, `conv3a`, `conv3b`, …
    `pool5`, `flatten`, `fc6`, `dropout6`, `fc7`, `dropout7`, `predictions`.

    Args:
        input_shape: `(frames, height, width, channels)`.
        classes: int, the number of classes; the paper's sports are 487.
        stages: sequence of sequences of ints, for each stage the filters of its
            convolutions.
        units: sequence of ints, of the hidden dense layers; may be empty.
        dropout: float in [0, 1), the rate after each hidden dense layer.
        classifier_activation: name or function on the last layer, `None` for logits.
        seed: int or `None`, for the initial weights and the dropout.
        name: name of the model.

    Returns:
        A `keras.Model` from `(batch, frames, height, width, channels)` to
        `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> model = C3D((8, 24, 24, 1), classes=4, stages=((8,), (16,)), units=(32,))
    >>> model.get_layer("pool1").output.shape, model.get_layer("pool2").output.shape
    ((None, 8, 12, 12, 8), (None, 4, 6, 6, 16))
    >>> model.get_layer("conv2a").count_params()  # (3·3·3·8 + 1)·16
    3472

    Reference:
        - [Tran et al., "Learning spatiotemporal features with 3D convolutional
          networks", 2015](https://arxiv.org/abs/1412.0767): section 3.2, figure 3.

    Taught in: notebooks/beyond_one_image/03_video.ipynb
    """
    input_shape = _arguments.image_shape(input_shape, rank=4)
    stages, units = _stages(stages), _units(units)
    dropout = _arguments.rate(dropout, "dropout")
    seeds = itertools.repeat(None) if seed is None else itertools.count(seed)

    x = inputs = keras.Input(input_shape, name="clip")
    for i, counts in enumerate(stages, 1):
        for count, letter in zip(counts, string.ascii_lowercase, strict=False):
            x = layers.Conv3D(
                count,
                3,
                padding="same",
                activation="relu",
                kernel_initializer=keras.initializers.HeNormal(seed=next(seeds)),
                name=f"conv{i}{letter}",
            )(x)
        over = (1, 2, 2) if i == 1 else 2
        x = layers.MaxPooling3D(over, padding="same", name=f"pool{i}")(x)
    x = layers.Flatten(name="flatten")(x)
    for i, count in enumerate(units, len(stages) + 1):
        x = layers.Dense(
            count,
            activation="relu",
            kernel_initializer=keras.initializers.HeNormal(seed=next(seeds)),
            name=f"fc{i}",
        )(x)
        if dropout:
            x = layers.Dropout(dropout, seed=next(seeds), name=f"dropout{i}")(x)
    outputs = layers.Dense(
        _arguments.positive(classes, "classes"),
        activation=classifier_activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        name="predictions",
    )(x)
    return keras.Model(inputs, outputs, name=name)


def _stages(stages):
    listed = isinstance(stages, (list, tuple)) and stages
    if not listed or not all(_is_stage(stage) for stage in stages):
        raise ValueError(
            "`stages` must be a sequence of sequences of 1 to 26 ints, such as "
            f"((8,), (16, 16)). Received: stages={stages!r}."
        )
    return [[_arguments.positive(n, "stages") for n in stage] for stage in stages]


def _is_stage(stage):
    # Its convolutions are called a to z.
    return isinstance(stage, (list, tuple)) and 0 < len(stage) <= 26


def _units(units):
    if not isinstance(units, (list, tuple)):
        raise ValueError(
            "`units` must be a sequence of ints, one a hidden dense layer. "
            f"Received: units={units!r}."
        )
    return [_arguments.positive(n, "units") for n in units]
