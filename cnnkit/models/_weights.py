"""What the argument `weights` of every architecture means."""

import os
from pathlib import Path

from cnnkit.models import _hdf5, _imagenet

# The layers after the last stage: a model without its top does without them.
TOP = {"fc1", "fc2", "class_maps", "conv10", "conv_preds", "predictions"}
TOP_PREFIXES = ("aux1_", "aux2_")

# The classifier of the ResNets was called so when their files were made.
OTHER_NAMES = {"probs": "predictions"}


def find(weights, network, input_shape, classes, include_top, width):
    """Return the path of the file that `weights` names, `None` for random weights.

    Args:
        weights: `None`, "imagenet", "cnnkit" or the path of an .h5 file.
        network: name of the function that builds the architecture.
        input_shape: as for that function.
        classes: as for that function.
        include_top: as for that function.
        width: as for that function.

    Raises:
        ValueError: if there are no such weights, or they do not fit the arguments.
    """
    if weights is None:
        return None
    reason = ""
    if isinstance(weights, (str, os.PathLike)):
        if weights == "imagenet":
            _imagenet.check(network, include_top, input_shape, classes, width)
            return _imagenet.fetch(network, bool(include_top))
        if weights == "cnnkit":
            return _shipped(network)
        path = Path(weights).expanduser()
        if path.is_file() and path.suffix in (".h5", ".hdf5"):
            return path
        reason = f", and {path} is {'no .h5 file' if path.exists() else 'not there'}"
    raise ValueError(
        '`weights` must be None, "imagenet", "cnnkit" or the path of an .h5 or '
        f".weights.h5 file. Received: weights={weights!r}{reason}."
    )


def load(model, path):
    """Put the weights of a file into a model, layer by layer, and return the model.

    Layers are found by name. Nothing is assigned before every layer and shape has
    been checked. What the file has for a top that the model does not have is left.

    Args:
        model: a built `keras.Model` without nested models.
        path: path of the file, or `None` for nothing to do.

    Raises:
        ValueError: if the file is not one of weights, or of another network.
    """
    if path is None:
        return model
    layers = {layer.name: layer.weights for layer in model.layers if layer.weights}
    with _hdf5.weights_by_layer(path) as stored:
        stored = {OTHER_NAMES.get(n, n): arrays for n, arrays in stored.items()}
        _check_names(path, model.name, set(layers), set(stored))
        for name, variables in layers.items():
            _check_shapes(path, name, variables, stored[name])
        for name, variables in layers.items():
            for variable, array in zip(variables, stored[name], strict=True):
                variable.assign(array[()])
    return model


def _shipped(network):
    from cnnkit.datasets import shipped_folder

    folder = shipped_folder()
    path = folder / f"{network.lower()}.weights.h5"
    if path.is_file():
        return path
    ending = ".weights.h5"
    there = sorted(p.name.removesuffix(ending) for p in folder.glob(f"*{ending}"))
    raise ValueError(
        f"cnnkit ships no weights for {network} "
        f"(it does for: {', '.join(there) or 'none yet'}). Use `weights=None` or the "
        'path of a file. Received: weights="cnnkit".'
    )


def _check_names(path, model_name, wanted, stored):
    spare = {n for n in stored - wanted if n in TOP or n.startswith(TOP_PREFIXES)}
    missing, other = sorted(wanted - stored), sorted(stored - wanted - spare)
    if missing or other:
        raise ValueError(
            f"{path} is not made for {model_name!r}: it lacks "
            f"{_listed(missing)} and has {_listed(other)} that the model lacks. Give "
            "the file of the same network, with the same `include_top`."
        )


def _check_shapes(path, name, variables, arrays):
    here = [tuple(v.shape) for v in variables]
    there = [tuple(a.shape) for a in arrays]
    if here != there:
        raise ValueError(
            f"{path} does not fit: layer {name!r} has weights of shapes {here}, the "
            f"file {there}. Build the model with the `input_shape`, `classes` and "
            "`width` of the file, or use `include_top=False` where only the top "
            "differs."
        )


def _listed(names, most=3):
    if not names:
        return "no layer"
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"layer{'s' * (len(names) > 1)} {', '.join(names[:most])}{more}"
