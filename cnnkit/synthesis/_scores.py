"""What a classifier says before its softmax."""

import keras


def scores(model):
    """Return the model without the softmax or sigmoid at its end, with its weights.

    Probabilities are flat where the classifier is sure, and give no gradient there.

    Args:
        model: a `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: if it has another output, or images of no fixed size.
    """
    shape = tuple(model.inputs[0].shape[1:])
    if len(model.output_shape) != 2 or None in shape:
        raise ValueError(
            "`model` must be a classifier of images of one size, with an output of "
            f"shape (batch, classes). Received: {shape} to {model.output_shape}."
        )
    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax):
        return keras.Model(model.inputs[0], last.input)
    config = last.get_config()
    if config.get("activation") not in ("softmax", "sigmoid"):
        return model
    twin = type(last).from_config({**config, "activation": "linear"})
    linear = keras.Model(model.inputs[0], twin(last.input))
    twin.set_weights(last.get_weights())
    return linear
