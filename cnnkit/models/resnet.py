"""The residual networks for ImageNet, of 18 to 152 layers."""

import keras
from keras import layers

from cnnkit.models import _arguments, _weights
from cnnkit.models.residual_blocks import (
    conv_norm,
    convolutional_block,
    identity_block,
)


def ResNet18(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    width=1.0,
    name="resnet18",
):
    """Build ResNet-18 of blocks with two 3×3 convolutions: 11,689,512 parameters.

    One 7×7 convolution and a pooling, then four stages of two blocks; each stage but
    the first halves the image and doubles the filters. The parameters are the trainable
    ones. Stages, by layer name: `conv1_relu`, `pool1_pool`, `conv2_block1_out` to
    `conv5_block2_out`, `avg_pool`, `predictions`.

    Args:
        weights: `None` for random weights, "cnnkit" where they ship, or
            the path of an .h5 file.
        include_top: bool, whether to average over the image and classify; without it
            the model ends at the last stage.
        input_shape: `(height, width, channels)`, sides of at least 8.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        width: float, by which all numbers of filters are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> model = ResNet18(input_shape=(32, 32, 3), classes=10, width=0.125)
    >>> model.get_layer("conv5_block2_out").output.shape
    (None, 1, 1, 64)

    Reference:
        - He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016,
          table 1.

    Taught in: notebooks/week2_case_studies/02_residual_networks.ipynb
    """
    return _resnet("ResNet18", (2, 2, 2, 2), bottleneck=False, **locals())


def ResNet34(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    width=1.0,
    name="resnet34",
):
    """Build ResNet-34 of blocks with two 3×3 convolutions: 21,797,672 parameters.

    As ResNet-18, with 3, 4, 6 and 3 blocks in the stages.

    Args:
        weights: as for `ResNet18`.
        include_top: as for `ResNet18`.
        input_shape: as for `ResNet18`.
        classes: as for `ResNet18`.
        classifier_activation: as for `ResNet18`.
        width: as for `ResNet18`.
        name: name of the model.

    Returns:
        A `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: as for `ResNet18`.

    Reference:
        - He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016,
          table 1.

    Taught in: notebooks/week2_case_studies/02_residual_networks.ipynb
    """
    return _resnet("ResNet34", (3, 4, 6, 3), bottleneck=False, **locals())


def ResNet50(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    width=1.0,
    name="resnet50",
):
    """Build ResNet-50 of bottleneck blocks: 25,636,712 parameters.

    One 7×7 convolution and a pooling, then four stages of 3, 4, 6 and 3 blocks. The
    first block of each stage is a `convolutional_block`, the others are
    `identity_block`s. The layers, their names and their biases are those of Keras
    Applications, moving averages are among the parameters. Stages, by layer name:
    `conv1_relu`, `pool1_pool`, `conv2_block1_out` to `conv5_block3_out`, `avg_pool`,
    `predictions`.

    The ImageNet weights want images prepared with
    `preprocess_imagenet(images, "caffe")`.

    Args:
        weights: `None` for random weights, "imagenet", "cnnkit" where they ship, or
            the path of an .h5 file.
        include_top: bool, whether to average over the image and classify; without it
            the model ends at the last stage.
        input_shape: `(height, width, channels)`, sides of at least 8.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        width: float, by which all numbers of filters are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> model = ResNet50(input_shape=(32, 32, 3), classes=10, width=0.125)
    >>> model.get_layer("conv5_block3_out").output.shape
    (None, 1, 1, 256)

    Reference:
        - He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016,
          table 1.

    Taught in: notebooks/week2_case_studies/02_residual_networks.ipynb
    """
    return _resnet("ResNet50", (3, 4, 6, 3), bottleneck=True, **locals())


def ResNet101(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    width=1.0,
    name="resnet101",
):
    """Build ResNet-101 of bottleneck blocks: 44,707,176 parameters.

    As ResNet-50, with 3, 4, 23 and 3 blocks in the stages.

    Args:
        weights: as for `ResNet50`.
        include_top: as for `ResNet50`.
        input_shape: as for `ResNet50`.
        classes: as for `ResNet50`.
        classifier_activation: as for `ResNet50`.
        width: as for `ResNet50`.
        name: name of the model.

    Returns:
        A `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: as for `ResNet50`.

    Reference:
        - He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016,
          table 1.

    Taught in: notebooks/week2_case_studies/02_residual_networks.ipynb
    """
    return _resnet("ResNet101", (3, 4, 23, 3), bottleneck=True, **locals())


def ResNet152(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    width=1.0,
    name="resnet152",
):
    """Build ResNet-152 of bottleneck blocks: 60,419,944 parameters.

    As ResNet-50, with 3, 8, 36 and 3 blocks in the stages.

    Args:
        weights: as for `ResNet50`.
        include_top: as for `ResNet50`.
        input_shape: as for `ResNet50`.
        classes: as for `ResNet50`.
        classifier_activation: as for `ResNet50`.
        width: as for `ResNet50`.
        name: name of the model.

    Returns:
        A `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: as for `ResNet50`.

    Reference:
        - He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016,
          table 1.

    Taught in: notebooks/week2_case_studies/02_residual_networks.ipynb
    """
    return _resnet("ResNet152", (3, 8, 36, 3), bottleneck=True, **locals())


def _resnet(
    network,
    depths,
    bottleneck,
    weights,
    include_top,
    input_shape,
    classes,
    classifier_activation,
    width,
    name,
):
    input_shape = _arguments.image_shape(input_shape, smallest=8)
    classes = _arguments.positive(classes, "classes")
    scale = _arguments.scaler(width)
    file = _weights.find(weights, network, input_shape, classes, include_top, width)

    inputs = keras.Input(input_shape, name="image")
    x = conv_norm(inputs, scale(64), 7, 2, use_bias=bottleneck, name="conv1")
    x = layers.Activation("relu", name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, depth in enumerate(depths, 2):
        for i in range(1, depth + 1):
            x = _block(
                x,
                filters=scale(64 * 2 ** (stage - 2)),
                strides=2 if stage > 2 and i == 1 else 1,
                projection=i == 1 and (bottleneck or stage > 2),
                bottleneck=bottleneck,
                name=f"conv{stage}_block{i}",
            )
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(classes, activation=classifier_activation, name="predictions")(
            x
        )
    return _weights.load(keras.Model(inputs, x, name=name), file)


def _block(x, filters, strides, projection, bottleneck, name):
    if projection:
        return convolutional_block(
            x, filters, strides, bottleneck=bottleneck, name=name
        )
    return identity_block(x, filters, bottleneck=bottleneck, name=name)
