"""What layers of a network say of an image."""

import keras
from keras import ops

from cnnkit.models import _lookup


def extractor(model, names, preprocess=None):
    """Return a function from images in [0, 1] to the outputs of layers.

    Args:
        model: a `keras.Model` with one input, of any image size.
        names: sequence of names of layers.
        preprocess: function from a tensor in [0, 1] to what the model takes, or `None`.

    Returns:
        A function from `(batch, height, width, channels)` to a list of tensors.
    """
    outputs = [_lookup.layer(model, name).output for name in names]
    part = keras.Model(model.inputs[0], outputs)

    def features(images):
        images = images if preprocess is None else preprocess(images)
        found = part(images, training=False)
        return found if isinstance(found, (list, tuple)) else [found]

    return features


def weights(layers, name):
    """Return layers and their weights as a dict, from a dict or a sequence of names.

    Equal weights add up to 1.

    Raises:
        ValueError: if there is no layer, or the weights are negative or all 0.
    """
    if isinstance(layers, str):
        layers = [layers]
    if not isinstance(layers, dict):
        layers = {one: 1 / len(layers) for one in layers}
    values = list(layers.values())
    if not values or not all(0 <= v < float("inf") for v in values) or not any(values):
        raise ValueError(
            f"`{name}` must name layers, or give them weights of at least 0 that are "
            f"not all 0. Received: {name}={layers!r}."
        )
    return {key: float(value) for key, value in layers.items() if value}


def any_size(model):
    """Return the model for images of any size, with the same layers and weights.

    Raises:
        ValueError: if it is no model of one input, or ends in layers that need one
            size.
    """
    _lookup.check_one_input(model)
    shape = model.inputs[0].shape
    if None in shape[1:3]:
        return model
    try:
        twin = keras.models.clone_model(
            model, input_tensors=keras.Input((None, None, shape[-1]), name="image")
        )
    except ValueError as error:
        raise ValueError(
            f"{model.name!r} takes images of {shape[1]}×{shape[2]} only. Build it with "
            "`include_top=False`, so that nothing after the maps needs one size."
        ) from error
    twin.set_weights(model.get_weights())
    return twin


def check_reach(features, images):
    """See that the layers still have maps for images of this size.

    Raises:
        ValueError: if the image is too small for one of them.
    """
    for maps in features:
        if 0 in tuple(ops.shape(maps)):
            height, width = images.shape[1:3]
            raise ValueError(
                f"An image of {height}×{width} is too small for these layers. Enlarge "
                "it, or take earlier layers."
            )
