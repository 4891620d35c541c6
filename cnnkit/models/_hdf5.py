"""Files of weights, as Keras 2 and Keras 3 write them, by the names of the layers."""

import contextlib


@contextlib.contextmanager
def weights_by_layer(path):
    """Open a file of weights; give a dict of layer names and lists of its arrays.

    The arrays are read from the file when they are used. Layers without any are left
    out. A `/` in a name, which Keras 3 does not allow, becomes `_`.

    Args:
        path: `Path` of an .h5 file.

    Raises:
        ValueError: if the file is damaged or holds no weights.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield _keras_2(file) or _keras_3(file)
    except OSError as error:
        raise ValueError(
            f"{path} is damaged or not an HDF5 file of weights: {error}. Replace it by "
            "a whole copy, or remove it."
        ) from error
    except (KeyError, AttributeError) as error:
        raise ValueError(f"{path} is not a file of Keras weights: {error}.") from error


def _keras_2(file):
    """Read the form of Keras Applications: `layer_names`, then `weight_names`."""
    group = file["model_weights"] if "model_weights" in file else file
    layers = {
        name.replace("/", "_"): [
            group[name][key] for key in _names(group[name], "weight_names")
        ]
        for name in _names(group, "layer_names")
    }
    return {name: arrays for name, arrays in layers.items() if arrays}


def _names(group, attribute):
    """Return a list of names, that may be cut into numbered pieces."""
    pieces = [group.attrs[attribute]] if attribute in group.attrs else []
    while (key := f"{attribute}{len(pieces)}") in group.attrs:
        pieces.append(group.attrs[key])
    return [
        name.decode() if isinstance(name, bytes) else str(name)
        for piece in pieces
        for name in piece
    ]


def _keras_3(file):
    """Read a `.weights.h5`: a group for each layer, its name beside the arrays."""
    groups = [group["vars"] for group in file["layers"].values() if "vars" in group]
    return {
        group.attrs["name"]: [group[key] for key in sorted(group, key=int)]
        for group in groups
        if len(group)
    }
