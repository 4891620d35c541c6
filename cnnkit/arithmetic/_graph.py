"""The graph of a Keras model, in the order of computation.

Keras keeps the graph in attributes that begin with an underscore; they are used in this
file alone.
"""

import keras


def is_graph(model):
    """Tell whether a model was built as a graph: Functional, or built Sequential."""
    if not isinstance(model, keras.Model):
        return False
    try:
        return bool(model.inputs) and bool(model.outputs)
    except (AttributeError, ValueError):
        return False


def nodes(model):
    """Return the calls of layers that lead from a model's inputs to its outputs.

    Args:
        model: a model for which `is_graph` holds.

    Returns:
        A list of Keras's nodes (`operation`, `input_tensors`, `output_tensors`), each
        after those whose outputs it takes, otherwise in the order of the model's
        summary. Inputs come as calls of their `InputLayer`.
    """
    starts = {id(tensor) for tensor in model.inputs}
    needed = {}
    waiting = [_source(tensor) for tensor in (*model.inputs, *model.outputs)]
    while waiting:
        node = waiting.pop()
        if id(node) not in needed:
            needed[id(node)] = node
            waiting += [_source(t) for t in node.input_tensors if id(t) not in starts]

    operations = getattr(model, "operations", model.layers)
    place = {id(operation): i for i, operation in enumerate(operations)}
    done = {}
    for node in sorted(needed.values(), key=lambda n: place.get(id(n.operation), -1)):
        _visit(node, needed, done)
    return list(done.values())


def outputs(node, inputs):
    """Return what a node gives for other symbolic inputs than it was called with.

    Args:
        node: one of `nodes(model)`.
        inputs: list of symbolic tensors, in the order of `node.input_tensors`.

    Returns:
        A list of symbolic tensors.
    """
    if [t.shape for t in inputs] == [t.shape for t in node.input_tensors]:
        return list(node.output_tensors)
    filled = dict(zip(map(id, node.input_tensors), inputs, strict=True))
    args, kwargs = node.arguments.fill_in(filled)
    return results(node.operation, args, kwargs)


def results(operation, args, kwargs=None):
    """Return what an operation would give, a list of symbolic tensors.

    Args:
        operation: a built layer, or another operation.
        args: sequence of its positional arguments.
        kwargs: dict of its other arguments, or `None`.

    Returns:
        A list of symbolic tensors. The call leaves no trace in any graph.
    """
    return keras.tree.flatten(operation.compute_output_spec(*args, **(kwargs or {})))


def has_sublayers(layer):
    """Tell whether a layer holds other layers."""
    return bool(getattr(layer, "_layers", None))


def _visit(node, needed, done):
    """Put a node into `done`, after all those that it depends on."""
    path = [node]
    while path:
        sources = [_source(tensor) for tensor in path[-1].input_tensors]
        missing = [s for s in sources if id(s) in needed and id(s) not in done]
        if missing:
            path.append(missing[0])
        else:
            last = path.pop()
            done.setdefault(id(last), last)


def _source(tensor):
    operation, node_index, _ = tensor._keras_history
    return operation._inbound_nodes[node_index]
