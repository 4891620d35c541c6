"""What the models of clips share: a network for one frame."""

import keras
from keras import layers

from cnnkit.models import _arguments


def of_each_frame(inputs, encoder, units, seeds):
    """Apply one network to each frame of a clip.

    Args:
        inputs: tensor `(batch, frames, height, width, channels)`.
        encoder: the network, from an image to a vector; or the filters of a small one.
        units: int, the length of the vector of a small one.
        seeds: iterator of seeds.

    Returns:
        A tensor `(batch, frames, features)`.
    """
    image_shape = tuple(inputs.shape[2:])
    if not isinstance(encoder, keras.Model):
        encoder = _small(image_shape, encoder, units, seeds)
    elif not encoder.built:
        raise ValueError(
            "`encoder` must be built: give it a `keras.Input` of one frame, "
            f"{image_shape}. Received: encoder={encoder!r}."
        )
    elif encoder.input_shape[1:] != image_shape or len(encoder.output_shape) != 2:
        raise ValueError(
            f"`encoder` must be a model from one frame, {image_shape}, to a vector. "
            f"Received: one from {encoder.input_shape[1:]} to "
            f"{encoder.output_shape[1:]}."
        )
    return layers.TimeDistributed(encoder, name="frames")(inputs)


def _small(image_shape, filters, units, seeds):
    """Build stages of convolution and pooling, and one dense layer.

    The maps are flattened, not averaged: where a thing is must not be forgotten before
    the frames are compared.
    """
    if not isinstance(filters, (list, tuple)):
        raise ValueError(
            "`encoder` must be a sequence of ints, the filters of each stage, or a "
            f"Keras model. Received: encoder={filters!r}."
        )
    smallest = 2 ** len(filters)
    _arguments.image_shape(image_shape, smallest=smallest)
    x = inputs = keras.Input(image_shape, name="frame")
    for i, count in enumerate(filters, 1):
        x = layers.Conv2D(
            _arguments.positive(count, "encoder"),
            3,
            padding="same",
            activation="relu",
            kernel_initializer=keras.initializers.HeNormal(seed=next(seeds)),
            name=f"conv{i}",
        )(x)
        x = layers.MaxPooling2D(2, name=f"pool{i}")(x)
    x = layers.Flatten(name="flatten")(x)
    outputs = layers.Dense(
        _arguments.positive(units, "units"),
        activation="relu",
        kernel_initializer=keras.initializers.HeNormal(seed=next(seeds)),
        name="features",
    )(x)
    return keras.Model(inputs, outputs, name="encoder")
