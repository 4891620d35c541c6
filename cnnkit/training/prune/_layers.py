"""Which weights of a model can be pruned."""

import keras
import numpy as np

PRUNABLE = (
    keras.layers.Dense,
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
)


def prunable(model, layers=None):
    """Return the layers with a kernel to prune, those of nested models too.

    Args:
        model: a built `keras.Model`.
        layers: names of the layers to take, or `None` for all.

    Raises:
        ValueError: if the model is not built, or a name is not that of such a layer.
    """
    if not isinstance(model, keras.Model):
        raise ValueError(f"`model` must be a Keras model. Received: model={model!r}.")
    if not model.built:
        raise ValueError(
            "The model has no weights yet. Build it first, or call it on images."
        )
    found = [layer for layer in every_layer(model) if type(layer) in PRUNABLE]
    if layers is None:
        chosen = found
    else:
        names = [layers] if isinstance(layers, str) else list(layers)
        by_name = {layer.name: layer for layer in found}
        unknown = [name for name in names if name not in by_name]
        if unknown:
            raise ValueError(
                "`layers` must name convolutional or dense layers of the model: "
                f"{', '.join(by_name)}. Received: {', '.join(map(repr, unknown))}."
            )
        chosen = [by_name[name] for name in names]
    if not chosen:
        raise ValueError("The model has no convolutional or dense layer to prune.")
    return chosen


def every_layer(layer):
    """Yield the layers of a model that are not models themselves, each once."""
    seen = set()

    def walk(layer):
        inner = getattr(layer, "layers", None)
        for child in inner if isinstance(inner, list) else [layer]:
            if child is not layer and getattr(child, "layers", None):
                yield from walk(child)
            elif id(child) not in seen:
                seen.add(id(child))
                yield child

    yield from walk(layer)


def heads(model):
    """Return the prunable layers that give the outputs of a model.

    Of a model that is a class of its own, whose graph nobody knows, the last one.
    """
    tensors = getattr(model, "outputs", None)
    if not tensors:
        return [layer for layer in every_layer(model) if type(layer) in PRUNABLE][-1:]
    found = []
    for tensor in tensors:
        layer, node, _ = tensor._keras_history
        if type(layer) in PRUNABLE:
            found.append(layer)
        elif getattr(layer, "layers", None):
            found += heads(layer)
        else:
            found += _behind(layer._inbound_nodes[node])
    return found


def _behind(node):
    found = []
    for tensor in node.input_tensors:
        layer, index, _ = tensor._keras_history
        if type(layer) in PRUNABLE:
            found.append(layer)
        elif getattr(layer, "layers", None):
            found += heads(layer)
        else:
            found += _behind(layer._inbound_nodes[index])
    return found


def norm_after(layer):
    """Return the batch normalisation that alone reads a layer's output, or `None`."""
    readers = {id(n.operation): n.operation for n in layer._outbound_nodes}
    if len(readers) != 1:
        return None
    (reader,) = readers.values()
    return reader if isinstance(reader, keras.layers.BatchNormalization) else None


def to_numpy(variable):
    """Return the values of a weight."""
    return np.asarray(keras.ops.convert_to_numpy(variable))
