"""What a check may ask of a notebook. Each function writes one request, plain data."""


def call(name, *args, **kwargs):
    """Ask for what a function of the notebook returns.

    Args:
        name: name of the function.
        *args: plain values and arrays; the function gets copies.
        **kwargs: the same, by name.

    Returns:
        A request, to stand alone or as the `of` of another.
    """
    return {"op": "call", "name": name, "args": list(args), "kwargs": kwargs}


def value(name):
    """Ask for a variable of the notebook."""
    return {"op": "value", "name": name}


def methods(of, *steps):
    """Ask for what several methods of one object return, one after the other.

    Args:
        of: request that makes the object, as `call("Gallery", 0.5)`.
        *steps: tuples of a method's name and its arguments.

    Returns:
        A request; its answer is a list, one value a step.
    """
    return {"op": "methods", "of": of, "steps": [[name, args] for name, *args in steps]}


def model(name, input_shape, *args, **kwargs):
    """Ask for the model of a function that takes a Keras tensor and returns one.

    Args:
        name: name of the function.
        input_shape: tuple, the shape of the tensor without the batch.
        *args: what the function takes after the tensor.
        **kwargs: the same, by name.

    Returns:
        A request for the `of` of `filled`, `predict` and `layers`.
    """
    shape = list(input_shape)
    return {
        "op": "model",
        "name": name,
        "input_shape": shape,
        "args": list(args),
        "kwargs": kwargs,
    }


def filled(of, seed):
    """Ask for a model with weights drawn anew, by their kind and shape alone.

    Two models of the same layers get the same weights, however they are built. Weights
    of one kind and shape are alike within a model. The weights that it had are gone:
    not for a model that shares layers with a variable of the notebook.

    Args:
        of: request that gives a model.
        seed: integer.

    Returns:
        A request for the `of` of `predict`.
    """
    return {"op": "filled", "of": of, "seed": seed}


def predict(of, inputs):
    """Ask what a model makes of arrays that it is sent.

    Args:
        of: request that gives a model.
        inputs: array, or list of arrays.

    Returns:
        A request; its answer is an array.
    """
    return {"op": "predict", "of": of, "inputs": inputs}


def layers(of):
    """Ask how a model is built.

    Args:
        of: request that gives a model.

    Returns:
        A request; its answer is a list of dicts, one a layer, nested models taken
        apart: name, type, parameters, trainable, output_shape (`None` for the batch),
        and of filters, units, kernel_size, strides, padding, pool_size, rate, use_bias
        and activation those that the layer has.
    """
    return {"op": "layers", "of": of}


def words(request):
    """Write a request as a learner would: a call with the shapes of its arrays.

    Args:
        request: what a function of this module returned.

    Returns:
        One line of text.
    """
    op = request["op"]
    if op == "value":
        return request["name"]
    if op in ("call", "model"):
        args = [_short(x) for x in request["args"]]
        args += [f"{key}={_short(x)}" for key, x in request["kwargs"].items()]
        if op == "model":
            args.insert(0, f"a tensor of {tuple(request['input_shape'])}")
        return f"{request['name']}({', '.join(args)})"
    inner = words(request["of"])
    if op == "methods":
        steps = [f"{name}({', '.join(map(_short, x))})" for name, x in request["steps"]]
        return f"{inner}: {', '.join(steps)}"
    if op == "predict":
        return f"{inner}.predict({_short(request['inputs'])})"
    return inner if op == "filled" else f"the layers of {inner}"


def _short(x):
    if hasattr(x, "shape") and x.shape:
        return f"array of {tuple(x.shape)}"
    text = repr(x)
    return text if len(text) <= 60 else f"{type(x).__name__} of {len(x)}"
