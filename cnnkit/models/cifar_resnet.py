"""The residual networks for CIFAR-10, and plain ones of the same depth."""

import keras
from keras import layers

from cnnkit.layers import ZeroPaddedShortcut
from cnnkit.models import _arguments, _weights

SHORTCUTS = ("zero_padded", "projection")


def CifarResNet(
    depth=20,
    weights=None,
    include_top=True,
    input_shape=(32, 32, 3),
    classes=10,
    classifier_activation="softmax",
    residual=True,
    shortcut="zero_padded",
    width=1.0,
    name=None,
):
    """Build a residual network for small images, of 6n + 2 layers.

    One convolution, then three stages of n blocks with 16, 32 and 64 filters; the
    second and third stage halve the image. Each block is two 3×3 convolutions with
    batch normalisation, and adds its input to its output.
    Trainable parameters at 10 classes: 269,722 for depth 20, 464,154 for 32, 658,586
    for 44, 853,018 for 56 and 1,727,962 for 110. Stages, by layer name: `stem_relu`,
    `stage1_block{n}_out` to `stage3_block{n}_out`, `average`, `predictions`.

    Args:
        depth: int, 6n + 2 for an n of at least 1: 8, 14, 20, 32, 44, 56, 110.
        weights: `None` for random weights, "cnnkit" where they ship, or the path of
            an .h5 file.
        include_top: bool, whether to average over the image and classify; without it
            the model ends at the last stage.
        input_shape: `(height, width, channels)`, sides of at least 4.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        residual: bool; without it the shortcuts are left out, and the network is the
            plain one that the paper compares with.
        shortcut: "zero_padded" (the paper's option A: every second pixel, new channels
            zero, no parameters) or "projection" (option B: a 1×1 convolution), where a
            block changes the shape.
        width: float, by which all numbers of filters are multiplied.
        name: name of the model; by default `"cifar_resnet20"` or `"cifar_plain20"`.

    Returns:
        A `keras.Model` from images in [0, 1] to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> import math
    >>> sum(math.prod(w.shape) for w in CifarResNet(20).trainable_weights)
    269722

    Reference:
        - He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016,
          section 4.2 and table 6.

    Taught in: notebooks/week2_case_studies/02_residual_networks.ipynb
    """
    depth = _arguments.positive(depth, "depth")
    blocks, rest = divmod(depth - 2, 6)
    if rest or blocks < 1:
        raise ValueError(
            "`depth` must be 6n + 2, such as 8, 20, 32, 44, 56 or 110. "
            f"Received: depth={depth}."
        )
    shortcut = _arguments.one_of(shortcut, "shortcut", SHORTCUTS)
    scale = _arguments.scaler(width)
    input_shape = _arguments.image_shape(input_shape, smallest=4)
    classes = _arguments.positive(classes, "classes")
    name = name or f"cifar_{'resnet' if residual else 'plain'}{depth}"
    network = f"Cifar{'ResNet' if residual else 'Plain'}{depth}"
    file = _weights.find(weights, network, input_shape, classes, include_top, width)

    inputs = keras.Input(input_shape, name="image")
    x = _conv_norm(inputs, scale(16), name="stem")
    x = layers.ReLU(name="stem_relu")(x)
    for stage in range(3):
        for block in range(blocks):
            x = _block(
                x,
                filters=scale(16 * 2**stage),
                strides=2 if stage and not block else 1,
                shortcut=shortcut if residual else None,
                name=f"stage{stage + 1}_block{block + 1}",
            )
    if include_top:
        x = layers.GlobalAveragePooling2D(name="average")(x)
        x = layers.Dense(classes, activation=classifier_activation, name="predictions")(
            x
        )
    return _weights.load(keras.Model(inputs, x, name=name), file)


def _block(inputs, filters, strides, shortcut, name):
    x = _conv_norm(inputs, filters, strides, name=f"{name}_1")
    x = layers.ReLU(name=f"{name}_1_relu")(x)
    x = _conv_norm(x, filters, name=f"{name}_2")
    if shortcut:
        same_shape = strides == 1 and inputs.shape[-1] == filters
        if same_shape:
            way = inputs
        elif shortcut == "projection":
            way = _conv_norm(inputs, filters, strides, size=1, name=f"{name}_0")
        else:
            way = ZeroPaddedShortcut(filters, strides, name=f"{name}_0")(inputs)
        x = layers.Add(name=f"{name}_add")([x, way])
    return layers.ReLU(name=f"{name}_out")(x)


def _conv_norm(x, filters, strides=1, size=3, name=None):
    if strides > 1 and size > 1:
        # As the paper's authors pad, so that every second pixel is the centre of a
        # window; "same" in Keras would put the centres one pixel further.
        x = layers.ZeroPadding2D(size // 2, name=f"{name}_pad")(x)
    x = layers.Conv2D(
        filters,
        size,
        strides,
        padding="same" if strides == 1 else "valid",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)
