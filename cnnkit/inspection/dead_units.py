"""Units that never answer."""

import keras
import numpy as np


def dead_units(model, images, batch_size=64):
    """Tell of each layer with ReLU which units are 0 for all images, at all places.

    A unit that is dead for the whole training set gets no gradient. It never wakes by
    itself: only if layers before it change what it gets.

    Args:
        model: a `keras.Model` with one input.
        images: array `(n, height, width, channels)`.
        batch_size: int.

    Returns:
        A dict from layer name to bool array `(units,)`, in the order of the layers.

    Raises:
        ValueError: if there are no images, or no layer has a ReLU.

    Example:

    >>> model = keras.Sequential([
    ...     keras.Input((4, 4, 1)),
    ...     keras.layers.Conv2D(2, 3, activation="relu", name="conv")])
    >>> model.set_weights([np.ones((3, 3, 1, 2)), np.array([0, -99])])
    >>> dead_units(model, np.ones((5, 4, 4, 1)))
    {'conv': array([False,  True])}

    Taught in: notebooks/week4_faces_and_style/06_what_layers_see.ipynb
    """
    layers = [layer for layer in model.layers if _is_relu(layer)]
    if not layers:
        raise ValueError(f"No layer of {model.name!r} has a ReLU.")
    if not len(images):
        raise ValueError("`images` must hold at least one image.")
    part = keras.Model(model.inputs[0], [layer.output for layer in layers])
    alive = [np.zeros(layer.output.shape[-1], bool) for layer in layers]
    for start in range(0, len(images), batch_size):
        outputs = part.predict_on_batch(np.asarray(images[start : start + batch_size]))
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        for units, output in zip(alive, outputs, strict=True):
            output = np.asarray(output)
            units |= (output > 0).any(axis=tuple(range(output.ndim - 1)))
    return {layer.name: ~units for layer, units in zip(layers, alive, strict=True)}


def _is_relu(layer):
    relu = keras.activations.relu
    return isinstance(layer, keras.layers.ReLU) or (
        getattr(layer, "activation", None) is relu
    )
