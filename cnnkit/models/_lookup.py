"""A model that is looked into: that it is one, and its layers by name."""

import difflib

import keras


def check_one_input(model, name="model"):
    """Raise a `ValueError` if this is no Keras model of one input."""
    if not isinstance(model, keras.Model) or len(model.inputs) != 1:
        raise ValueError(
            f"`{name}` must be a Keras model of one input. Received: {name}={model!r}."
        )


def layer(model, name):
    """Return the layer of a model by its name.

    Raises:
        ValueError: if there is none; the nearest names are told.
    """
    names = [one.name for one in model.layers]
    if name not in names:
        near = difflib.get_close_matches(str(name), names, n=3, cutoff=0)
        raise ValueError(
            f"{model.name!r} has no layer {name!r}. The nearest: {', '.join(near)}."
        )
    return model.get_layer(name)
