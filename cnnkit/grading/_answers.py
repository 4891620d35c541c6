"""Answers to what a check asks of a notebook: calls, values, layers, predictions.

A request is a dict with an `op`; `cnnkit.grading.requests` writes them. The module
stands alone: a learner's own check and the process inside the sandbox run the same
lines.
"""

import sys
import traceback

import numpy as np

LAYER_FACTS = ("filters", "units", "kernel_size", "strides", "padding", "pool_size")
LAYER_FACTS += ("rate", "use_bias")
AT_ONCE = 1000  # images: for so few, `predict` takes longer to prepare than to compute


class TimeLimitError(BaseException):
    """Raised in the learner's code when its time is over."""


def answer(request, namespace):
    """Answer one request.

    Args:
        request: dict, see `cnnkit.grading.requests`.
        namespace: dict of the names that the notebook has defined.

    Returns:
        What was asked for, of any type.

    Raises:
        NameError: if the notebook has not defined the name.
        BaseException: whatever the learner's code raises.
    """
    return _OPERATIONS[request["op"]](request, namespace)


def problem(error):
    """Describe an error of the learner's code in plain data.

    Args:
        error: the exception.

    Returns:
        A dict with `kind` ("missing", "blank", "time" or "raised"), `type`, `message`
        (at most 500 characters) and `line`, the last line of the notebook's own code
        that was running, or `None`.
    """
    kinds = {
        NotImplementedError: "blank",
        TimeLimitError: "time",
        MissingError: "missing",
    }
    kind = next((k for t, k in kinds.items() if isinstance(error, t)), "raised")
    try:
        message = str(error)[:500]
    except BaseException:  # noqa: B036  a learner's own exception may fail at this too
        message = ""
    return {
        "kind": kind,
        "type": type(error).__name__[:80],
        "message": message,
        "line": _line(error),
    }


class MissingError(NameError):
    """Raised if the notebook has not defined a name."""


def _line(error):
    try:
        frames = traceback.extract_tb(error.__traceback__)
    except BaseException:  # noqa: B036
        return None
    own = [
        x for x in frames if x.filename.startswith("<cell") or "ipykernel" in x.filename
    ]
    return own[-1].lineno if own else None


def _look_up(name, namespace):
    if name not in namespace:
        raise MissingError(f"`{name}` is not defined")
    return namespace[name]


def _call(request, namespace):
    function = _look_up(request["name"], namespace)
    if not callable(function):
        raise TypeError(f"`{request['name']}` is not a function")
    return function(*request["args"], **request["kwargs"])


def _value(request, namespace):
    return _look_up(request["name"], namespace)


def _methods(request, namespace):
    thing = answer(request["of"], namespace)
    return [getattr(thing, name)(*args) for name, args in request["steps"]]


def _model(request, namespace):
    import keras

    function = _look_up(request["name"], namespace)
    inputs = keras.Input(tuple(request["input_shape"]))
    outputs = function(inputs, *request["args"], **request["kwargs"])
    return keras.Model(inputs, outputs)


def _filled(request, namespace):
    model = answer(request["of"], namespace)
    _need(model, "weights")
    for weight in model.weights:
        weight.assign(_fill(weight, request["seed"]))
    return model


def _fill(weight, seed):
    # By kind and shape alone: models that differ in the order of their layers agree.
    shape = tuple(weight.shape)
    kind = weight.name
    rng = np.random.default_rng([seed, *map(ord, kind), *shape])
    if "seed" in kind or not np.issubdtype(weight.dtype, np.floating):
        return np.asarray(weight)
    if kind in ("gamma", "moving_variance"):
        return rng.uniform(0.5, 1.5, shape)
    fan_in = max(1, int(np.prod(shape[:-1])))
    return rng.normal(size=shape) / np.sqrt(fan_in)


def _predict(request, namespace):
    model = answer(request["of"], namespace)
    _need(model, "predict")
    inputs = request["inputs"]
    if not _is_plain_network(model) or len(inputs) > AT_ONCE:
        return model.predict(inputs, verbose=0)

    import keras

    outputs = model(inputs, training=False)
    return keras.tree.map_structure(keras.ops.convert_to_numpy, outputs)


def _is_plain_network(model):
    keras = sys.modules.get("keras")
    return keras is not None and (
        getattr(type(model), "predict", None) is keras.Model.predict
    )


def _layers(request, namespace):
    model = answer(request["of"], namespace)
    _need(model, "layers")
    return [_describe(layer) for layer in _flat(model)]


def _flat(model):
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _flat(layer)
        elif type(layer).__name__ != "InputLayer":
            yield layer


def _describe(layer):
    facts = {
        "name": str(layer.name),
        "type": type(layer).__name__,
        "parameters": int(layer.count_params()),
        "trainable": bool(layer.trainable),
        "output_shape": _shape(layer),
    }
    for fact in LAYER_FACTS:
        if hasattr(layer, fact):
            facts[fact] = getattr(layer, fact)
    activation = getattr(layer, "activation", None)
    if activation is not None:
        facts["activation"] = getattr(activation, "__name__", str(activation))
    return facts


def _shape(layer):
    try:
        return list(layer.output.shape)
    except (AttributeError, ValueError):
        return None


def _need(thing, attribute):
    if not hasattr(thing, attribute):
        raise TypeError(f"a model was expected. Received: {type(thing).__name__}")


_OPERATIONS = {
    "call": _call,
    "value": _value,
    "methods": _methods,
    "model": _model,
    "filled": _filled,
    "predict": _predict,
    "layers": _layers,
}
