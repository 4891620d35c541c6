"""The step that the small networks for detection are made of."""

from keras import layers


def conv_norm_relu(x, filters, name, size=3, strides=1, padding="same"):
    """Add a convolution without bias, batch normalisation and ReLU.

    Args:
        x: tensor `(batch, height, width, channels)`.
        filters: int.
        name: str; the layers are called `{name}_conv`, `{name}_norm`, `{name}_relu`.
        size: int, the side of the filters.
        strides: int.
        padding: "same" or "valid".
    """
    x = layers.Conv2D(
        filters,
        size,
        strides,
        padding=padding,
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
