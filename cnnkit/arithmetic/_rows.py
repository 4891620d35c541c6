"""The walk through a Keras model that gathers the rows of its table."""

import math
from functools import partial
from typing import Any, NamedTuple

import keras

from cnnkit.arithmetic import _counts, _fields, _graph
from cnnkit.arithmetic.table import LayerRow


def rows(model):
    """Return a list with a `LayerRow` for each call of a layer in a built model."""
    _check(model)
    return _Walk(model).rows


class _Traced(NamedTuple):
    """A symbolic tensor on its way through the graph, and its receptive field."""

    tensor: Any
    field: Any


class _Walk:
    """Unfolds a model call by call, and remembers what has been met."""

    def __init__(self, model):
        self.rows = []
        self.times_called = {}
        self.counted = set()
        self.channels_first = _is_channels_first(model)
        self.unfold(
            model,
            [_Traced(t, _fields.start(len(self.sides(t)))) for t in model.inputs],
            prefix="",
        )

    def unfold(self, model, starts, prefix):
        """Add the rows of a model; return what it gives, a list of `_Traced`."""
        traced = {id(t): s for t, s in zip(model.inputs, starts, strict=True)}
        for node in _graph.nodes(model):
            inputs = [traced[id(t)] for t in node.input_tensors]
            if not inputs:
                outputs = [traced[id(t)] for t in node.output_tensors]
                if not prefix:
                    self.add(node.operation.name, node.operation, inputs, outputs)
            else:
                outputs = self.call(
                    node.operation, inputs, prefix, partial(_graph.outputs, node)
                )
            traced.update(zip(map(id, node.output_tensors), outputs, strict=True))
        return [traced[id(t)] for t in model.outputs]

    def call(self, operation, inputs, prefix, outputs_of):
        """Add the rows of a call; return what it gives, a list of `_Traced`.

        `outputs_of` makes the symbolic outputs of a list of symbolic inputs.
        """
        name = self.name(prefix + operation.name)
        if _graph.is_graph(operation) and len(operation.inputs) == len(inputs):
            return self.unfold(operation, inputs, name + "/")
        steering = []
        for layer in getattr(operation, "inner_layers", ()):
            steering = self.call(
                layer, steering or inputs, name + "/", partial(_graph.results, layer)
            )
        sides = [self.sides(tensor) for tensor, _ in inputs]
        fields = [field for _, field in [*inputs, *steering]]
        outputs = [
            _Traced(t, _fields.after(operation, fields, sides, self.sides(t)))
            for t in outputs_of([tensor for tensor, _ in inputs])
        ]
        self.add(name, operation, inputs, outputs)
        return outputs

    def add(self, name, operation, inputs, outputs):
        shapes = [tuple(tensor.shape) for tensor, _ in outputs]
        sizes = [None if None in s[1:] else math.prod(s[1:]) for s in shapes]
        self.rows.append(
            LayerRow(
                name=name,
                kind=type(operation).__name__,
                output_shape=(
                    shapes[0][1:] if len(shapes) == 1 else tuple(s[1:] for s in shapes)
                ),
                activation_size=None if None in sizes else sum(sizes),
                parameters=self.new_parameters(operation),
                multiply_adds=_counts.multiply_adds(
                    operation, [tuple(tensor.shape) for tensor, _ in inputs], shapes
                ),
                receptive_field=_fields.pixels(outputs[0].field),
            )
        )

    def name(self, name):
        """Return the name of a call, with its number from the second on."""
        times = self.times_called[name] = self.times_called.get(name, 0) + 1
        return name if times == 1 else f"{name} (call {times})"

    def new_parameters(self, operation):
        """Count the parameters that no earlier row holds."""
        weights = {id(w): w for w in getattr(operation, "weights", ())}
        new = weights.keys() - self.counted
        self.counted |= new
        return sum(math.prod(weights[key].shape) for key in new)

    def sides(self, tensor):
        """Return the sides of an image, without batch and channels."""
        shape = tuple(tensor.shape)
        return shape[2:] if self.channels_first else shape[1:-1]


def _check(model):
    if not isinstance(model, keras.Model):
        hint = "; call it to build the model" if callable(model) else ""
        raise ValueError(
            f"`model` must be a built Keras model{hint}. Received: {model!r:.200} "
            f"of type {type(model).__name__}."
        )
    if _graph.is_graph(model):
        return
    if isinstance(model, keras.Sequential):
        raise ValueError(
            "`model` is not built, so its shapes are not known: put `keras.Input(...)` "
            "first, or call `model.build(input_shape)`. Received: Sequential model "
            f"named {model.name!r} with {len(model.layers)} layers."
        )
    raise ValueError(
        "`model` has no graph of layers that a table could follow: it is a subclass "
        "of `keras.Model` with its own `call`. Describe "
        "`keras.Model(inputs, model.call(inputs))`, with `inputs = keras.Input(...)`. "
        f"Received: {type(model).__name__} model named {model.name!r}."
    )


def _is_channels_first(model):
    return any(
        _is_channels_first(layer)
        if isinstance(layer, keras.Model)
        else getattr(layer, "data_format", None) == "channels_first"
        for layer in model.layers
    )
