"""What part of the input one unit of a layer sees."""

from collections.abc import Iterable
from typing import NamedTuple

from cnnkit.arithmetic import _arguments, formulas

LAYER = ("f", "stride", "dilation", "padding")


class ReceptiveField(NamedTuple):
    """The pixels that the units of one layer see, along one axis.

    Unit 0 sees `size` pixels from pixel `start` on; the field of each further unit lies
    `jump` pixels further. A negative start is in the padding.

    Attributes:
        size: int, how many pixels a unit sees.
        jump: int, the distance between the fields of neighbouring units.
        start: int, the first pixel that unit 0 sees.
    """

    size: int
    jump: int
    start: int

    def span(self, unit):
        """Return `(first, end)`: unit `unit` sees the pixels `first` to `end - 1`.

        Pixels below 0, or from the size of the image on, are padding.

        Args:
            unit: int, the place of the unit in the layer's output, from 0.

        Returns:
            A pair of ints.
        """
        first = self.start + _arguments.integer(unit, "unit", least=0) * self.jump
        return first, first + self.size

    def centre(self, unit):
        """Return the middle of what unit `unit` sees; halves lie between two pixels.

        Args:
            unit: int, the place of the unit in the layer's output, from 0.

        Returns:
            float.
        """
        first, end = self.span(unit)
        return (first + end - 1) / 2


def receptive_field(layers):
    """Return how many pixels along one axis a unit of the last layer sees.

    Each layer widens the field by `(f - 1) * dilation` steps, and a step is worth the
    product of the strides before it.

    Args:
        layers: sequence from the input to the output of `(f, stride)`,
            `(f, stride, dilation)` or `(f, stride, dilation, padding)`, one for each
            convolution and pooling. The padding plays no part here. Entries may be
            tuples with one number an axis.

    Returns:
        int; a tuple, one int an axis, if there is a tuple in a layer. 1 without layers:
        a pixel sees itself.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> receptive_field([(3, 1), (3, 1)])  # two 3×3 see as much as one 5×5
    5
    >>> receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)])  # LeNet-5
    16
    >>> receptive_field([((3, 5), 1), ((2, 2), 2)])
    (4, 6)

    Taught in: notebooks/week1_foundations/04_convolutional_layers.ipynb
    """
    chains, by_axis = _chains(layers)
    sizes = tuple(_walk(chain, None)[-1].size for chain in chains)
    return sizes if by_axis else sizes[0]


def receptive_fields(layers, n=None):
    """Return the receptive field of every layer: size, jump and where it starts.

    Args:
        layers: sequence from the input to the output of `(f, stride)`,
            `(f, stride, dilation)` or `(f, stride, dilation, padding)`, where `padding`
            is "valid" (as when left out), "same" or the number of zeros in front.
            Entries may be tuples with one number an axis.
        n: int or tuple, the size of the input. Needed only for "same" with a stride
            above 1, where the zeros in front depend on it.

    Returns:
        A list with a `ReceptiveField` for each layer; with a tuple of them, one an
        axis, if there is a tuple in a layer.

    Raises:
        ValueError: if an argument is not as above, if "same" with a stride comes
            without `n`, or if a filter is larger than what it is put on.

    Example:

    >>> first, second = receptive_fields([(3, 2), (3, 1)])
    >>> second
    ReceptiveField(size=7, jump=2, start=0)
    >>> second.span(4)
    (8, 15)
    >>> receptive_fields([(5, 1, 1, "same")])[0].span(0)  # two zeros in front
    (-2, 3)

    Taught in: notebooks/week1_foundations/04_convolutional_layers.ipynb
    """
    chains, by_axis = _chains(layers, n)
    sizes = n if isinstance(n, (list, tuple)) else [n] * len(chains)
    fields = [
        _walk(chain, None if size is None else _arguments.integer(size, "n"))[1:]
        for chain, size in zip(chains, sizes, strict=True)
    ]
    return list(zip(*fields, strict=True)) if by_axis else fields[0]


def _chains(layers, n=None):
    """Split layers into one chain an axis; tell whether any was given by axis."""
    if not isinstance(layers, Iterable):
        raise ValueError(
            "`layers` must be a sequence of (f, stride) pairs. "
            f"Received: layers={layers!r}."
        )
    entries = [_entry(layer) for layer in layers]
    flat = {
        f"{name} of layer {i}": value
        for i, entry in enumerate(entries)
        for name, value in zip(LAYER, entry, strict=True)
    }
    by_axis = _arguments.axes({**flat, "n": n})
    if by_axis is None:
        return [entries], False
    return [
        [
            tuple(axis.values())[len(LAYER) * i : len(LAYER) * (i + 1)]
            for i in range(len(entries))
        ]
        for axis in by_axis
    ], True


def _entry(layer):
    if not isinstance(layer, (list, tuple)) or not 2 <= len(layer) <= 4:
        raise ValueError(
            "Each layer must be (f, stride), (f, stride, dilation) or "
            f"(f, stride, dilation, padding). Received: {layer!r}."
        )
    return (*layer, *(1, "valid")[len(layer) - 2 :])


def _walk(chain, n):
    fields = [ReceptiveField(size=1, jump=1, start=0)]
    for f, stride, dilation, padding in chain:
        f = _arguments.integer(f, "f")
        stride = _arguments.integer(stride, "stride")
        dilation = _arguments.integer(dilation, "dilation")
        padding = _arguments.padding(padding)
        size, jump, start = fields[-1]
        front = _zeros_in_front(n, f, stride, dilation, padding)
        fields.append(
            ReceptiveField(
                size + (f - 1) * dilation * jump, jump * stride, start - front * jump
            )
        )
        if n is not None:
            n = formulas.output_size(n, f, padding, stride, dilation)
    return fields


def _zeros_in_front(n, f, stride, dilation, padding):
    if padding == "valid":
        return 0
    if padding != "same":
        return padding
    if n is None and stride > 1:
        raise ValueError(
            'With "same" padding and a stride above 1 the zeros in front depend on the '
            f"size of the input; give `n`. Received: n=None, stride={stride}."
        )
    return formulas.padding_amounts(n or f, f, stride, dilation)[0]
