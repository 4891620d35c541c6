"""The Inception module, naive and with bottlenecks."""

from keras import layers

from cnnkit.models import _arguments


def InceptionModule(
    x,
    filters1,
    filters3,
    filters5,
    reduce3=None,
    reduce5=None,
    project=None,
    name="inception",
):
    """Look at a tensor through 1×1, 3×3 and 5×5 filters and a 3×3 max pooling at once.

    What the four branches give is stacked along the channels. The naive module has
    nothing else, and is costly: 32 filters of 5×5 over 28×28×192 take 120 million
    multiplications. With bottlenecks, 1×1 convolutions first reduce the channels
    (`reduce3`, `reduce5`) and the pooled ones afterwards (`project`): through 16
    channels the same 5×5 branch takes 12.4 million.

    It is a function on tensors, not a layer, so that each of its convolutions is a
    layer of the model: named, shown by `describe`, free to be frozen or pruned.
    Layers: `{name}_1x1`, `{name}_3x3_reduce`, `{name}_3x3`, `{name}_5x5_reduce`,
    `{name}_5x5`, `{name}_pool`, `{name}_pool_project`, and `{name}` where they join.

    Args:
        x: tensor `(batch, height, width, channels)`.
        filters1: int, the 1×1 filters.
        filters3: int, the 3×3 filters.
        filters5: int, the 5×5 filters.
        reduce3: int or `None`, the 1×1 filters before the 3×3 ones.
        reduce5: int or `None`, the 1×1 filters before the 5×5 ones.
        project: int or `None`, the 1×1 filters after the pooling.
        name: what the names of the layers begin with.

    Returns:
        A tensor `(batch, height, width, filters1 + filters3 + filters5 + project)`;
        without `project` the channels of `x` take its place.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> import keras
    >>> x = keras.Input((28, 28, 192))
    >>> InceptionModule(x, 64, 128, 32).shape
    (None, 28, 28, 416)
    >>> InceptionModule(x, 64, 128, 32, reduce3=96, reduce5=16, project=32).shape
    (None, 28, 28, 256)

    Reference:
        - Szegedy et al., "Going deeper with convolutions", 2015, figure 2.

    Taught in: notebooks/week2_case_studies/03_inception.ipynb
    """
    if len(x.shape) != 4:
        raise ValueError(
            "`x` must be a tensor (batch, height, width, channels). "
            f"Received: x of shape {tuple(x.shape)}."
        )

    def conv(x, filters, argument, size, suffix):
        return layers.Conv2D(
            _arguments.positive(filters, argument),
            size,
            padding="same",
            activation="relu",
            name=f"{name}_{suffix}",
        )(x)

    def reduced(filters, argument, suffix):
        return x if filters is None else conv(x, filters, argument, 1, suffix)

    branch1 = conv(x, filters1, "filters1", 1, "1x1")
    branch3 = reduced(reduce3, "reduce3", "3x3_reduce")
    branch3 = conv(branch3, filters3, "filters3", 3, "3x3")
    branch5 = reduced(reduce5, "reduce5", "5x5_reduce")
    branch5 = conv(branch5, filters5, "filters5", 5, "5x5")
    pooled = layers.MaxPooling2D(3, 1, padding="same", name=f"{name}_pool")(x)
    if project is not None:
        pooled = conv(pooled, project, "project", 1, "pool_project")
    return layers.Concatenate(name=name)([branch1, branch3, branch5, pooled])
