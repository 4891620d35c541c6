"""A table of any Keras model."""

from cnnkit.arithmetic.table import ModelTable


def describe(model):
    """Make a table of a Keras model: what each layer gives, holds and costs.

    The model is not run. Nested models are unfolded, their layers named
    `"model/layer"`. A layer that is called more than once has a row for each call,
    named `"layer (call 2)"` and so on: each call costs its multiplications, but the
    parameters stand in the first row alone.

    What the columns hold, without the batch:

    - **activation size**: how many numbers the layer gives.
    - **parameters**: trainable or not.
    - **multiply-adds**: multiplications of one example in convolutions, dense and
      recurrent layers, as the papers count them. Biases, activations, normalisation
      and pooling count as 0.
    - **receptive field**: how many pixels of the input one unit sees along an axis, on
      the widest path through the graph. `"all"` from the first layer on that sees the
      whole input: flatten, dense, global pooling, recurrence, attention. Statistics of
      normalisation layers and what augmentation moves are left aside.

    What cannot be known is `None`, printed as "?": an activation size where a side of
    the image is not defined, or the multiplications of a layer of unknown kind that
    has matrices. A custom layer may say what it costs in a method
    `multiply_adds(output_shape)`, and what it sees in attributes `kernel_size` or
    `pool_size`, `strides` and `dilation_rate`. One whose input first runs through
    layers of its own, like the localisation network of a `SpatialTransformer`, may list
    them in an attribute `inner_layers`: they get rows named `"layer/inner"`, and the
    layer sees what they see.

    Args:
        model: a `keras.Model`, Functional or Sequential, built.

    Returns:
        A `ModelTable`.

    Raises:
        ValueError: if `model` is not a Keras model, is not built, or is a subclass
            without a graph of layers.

    Example:

    >>> import keras
    >>> model = keras.Sequential(
    ...     [
    ...         keras.Input((28, 28, 1)),
    ...         keras.layers.Conv2D(6, 5, padding="same", name="conv1"),
    ...         keras.layers.MaxPooling2D(2, name="pool1"),
    ...     ]
    ... )
    >>> table = describe(model)
    >>> [row.activation_size for row in table]
    [784, 4704, 1176]
    >>> table["conv1"].parameters, table["conv1"].multiply_adds
    (156, 117600)
    >>> table["pool1"].receptive_field
    6

    Taught in: notebooks/week1_foundations/07_lenet5.ipynb
    """
    from cnnkit.arithmetic import _rows  # imports Keras, which the formulas do not need

    rows = _rows.rows(model)
    return ModelTable(model.name, rows)
