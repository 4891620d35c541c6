"""Transfer learning: another head on a trained network, and what to freeze."""

import keras

from cnnkit.training import _arguments


def replace_head(
    model,
    classes,
    at=None,
    dropout=0.0,
    activation="softmax",
    name="predictions",
):
    """Put a new classifier on the features of a trained network.

    Everything up to the features is shared with the old model, weights and all: what
    one learns, the other knows.

    Args:
        model: a built `keras.Model`.
        classes: int, the number of classes.
        at: name of the layer that gives the features; by default what the last dense
            layer reads, or the output of a model that has none. Images of features
            are averaged.
        dropout: float from 0 to below 1, how much to drop before the new layer.
        activation: name or function on the new layer, `None` for logits.
        name: name of the new layer.

    Returns:
        A `keras.Model` that is not compiled.

    Raises:
        ValueError: if an argument is not as above, or it is not clear where the
            features are.

    Example:

    >>> old = keras.Sequential([
    ...     keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dense(1000)
    ... ])
    >>> replace_head(old, classes=3).output_shape
    (None, 3)

    Reference:
        - Yosinski, Clune, Bengio and Lipson, "How transferable are features in deep
          neural networks?", 2014.

    Taught in: notebooks/week2_case_studies/04_transfer_learning.ipynb
    """
    classes = _arguments.whole(classes, "classes")
    dropout = _arguments.number(dropout, "dropout", most=0.99)
    features = _features(model, at)
    if len(features.shape) > 2:
        pooling = (
            keras.layers.GlobalAveragePooling1D,
            keras.layers.GlobalAveragePooling2D,
            keras.layers.GlobalAveragePooling3D,
        )[len(features.shape) - 3]
        features = pooling(name=f"{name}_average")(features)
    if dropout:
        features = keras.layers.Dropout(dropout, name=f"{name}_dropout")(features)
    head = keras.layers.Dense(classes, activation=activation, name=name)
    inputs = model.inputs[0] if len(model.inputs) == 1 else model.inputs
    return keras.Model(inputs, head(features), name=model.name)


def freeze(model, until="all", norm="frozen"):
    """Freeze all of a model, a part or nothing, in place.

    What was frozen before is forgotten. To train a new head and nothing else, freeze
    the model before `replace_head`, or up to the layer that gives the features.

    A frozen batch normalisation uses the means and variances that it has learned, also
    in training; with those of a small new data set it would spoil the features that
    are meant to be kept. With `norm="frozen"` that holds for all of them, also in the
    part that is trained. Compile the model afterwards.

    Args:
        model: a `keras.Model`.
        until: "all", "none", or the name of a layer: it and all before it, in the
            order of `model.layers`, are frozen, the others are trained.
        norm: "frozen", or "trained" for batch normalisation that is treated like any
            other layer.

    Returns:
        The model.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> model = keras.Sequential([
    ...     keras.Input((8,)),
    ...     keras.layers.Dense(4, name="first"),
    ...     keras.layers.BatchNormalization(name="norm"),
    ...     keras.layers.Dense(2, name="second"),
    ... ])
    >>> _ = freeze(model, until="first")
    >>> [layer.name for layer in model.layers if layer.trainable]
    ['second']

    Taught in: notebooks/week2_case_studies/04_transfer_learning.ipynb
    """
    if not isinstance(model, keras.Model):
        raise ValueError(f"`model` must be a Keras model. Received: model={model!r}.")
    norm = _arguments.one_of(norm, "norm", ("frozen", "trained"))
    names = [layer.name for layer in model.layers]
    if until == "none":
        frozen = 0
    elif until == "all":
        frozen = len(names)
    elif until in names:
        frozen = names.index(until) + 1
    else:
        raise ValueError(
            '`until` must be "all", "none" or the name of a layer of the model: '
            f"{', '.join(names)}. Received: until={until!r}."
        )
    _release(model)
    for layer in model.layers[:frozen]:
        layer.trainable = False
    if norm == "frozen":
        for layer in _norms(model):
            layer.trainable = False
    return model


def _features(model, at):
    if not isinstance(model, keras.Model) or not getattr(model, "outputs", None):
        raise ValueError(
            "`model` must be a Keras model whose layers are known: built, and not a "
            f"class with a `call` of its own. Received: model={model!r}."
        )
    if at is not None:
        names = [layer.name for layer in model.layers]
        if at not in names:
            raise ValueError(
                f"`at` must be the name of a layer: {', '.join(names)}. "
                f"Received: at={at!r}."
            )
        return model.get_layer(at).output
    if len(model.outputs) > 1:
        raise ValueError(
            "The model has several outputs; say by `at` which layer gives the "
            f"features. Received: {len(model.outputs)} outputs."
        )
    dense = [x for x in model.layers if type(x) is keras.layers.Dense]
    return dense[-1].input if dense else model.outputs[0]


def _release(layer):
    # Keras passes a value on to the layers inside only where it changes: without the
    # first line, what was frozen inside a layer that is not frozen would remain so.
    layer.trainable = False
    layer.trainable = True
    for inner in _inside(layer):
        _release(inner)


def _norms(model):
    for layer in _inside(model):
        if isinstance(layer, keras.layers.BatchNormalization):
            yield layer
        yield from _norms(layer)


def _inside(layer):
    layers = getattr(layer, "layers", None)
    return layers if isinstance(layers, list) else []
