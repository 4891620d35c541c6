"""VGG-16 and VGG-19: nothing but 3×3 convolutions and 2×2 pooling."""

import keras
from keras import layers

from cnnkit.models import _arguments, _weights
from cnnkit.models._head import dense_head

FILTERS = (64, 128, 256, 512, 512)


def VGG16(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    dropout=0.0,
    width=1.0,
    name="vgg16",
):
    """Build VGG-16, the paper's network D: 138,357,544 parameters.

    Thirteen 3×3 convolutions in five blocks, each block followed by 2×2 max pooling;
    the filters double as the image halves. Then three dense layers, which hold nine
    tenths of the parameters. Layers are named as in Keras Applications:
    `block1_conv1`, `block1_conv2`, `block1_pool`, … `block5_pool`, `fc1`, `fc2`,
    `predictions`.

    The ImageNet weights want images prepared with
    `preprocess_imagenet(images, "caffe")`.

    Args:
        weights: `None` for random weights, "imagenet", "cnnkit" where they ship, or
            the path of an .h5 file.
        include_top: bool, whether to classify; without it the model ends at
            `block5_pool`.
        input_shape: `(height, width, channels)`, sides of at least 32.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layer, `None` for logits.
        dropout: float in [0, 1), the rate after each hidden dense layer; the paper
            trained with 0.5, Keras Applications have none.
        width: float, by which all numbers of filters and hidden units are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> model = VGG16(input_shape=(32, 32, 3), classes=10, width=0.125)
    >>> model.get_layer("block5_pool").output.shape
    (None, 1, 1, 64)

    Reference:
        - Simonyan and Zisserman, "Very deep convolutional networks for large-scale
          image recognition", 2015, table 1.

    Taught in: notebooks/week2_case_studies/01_classic_networks.ipynb
    """
    return _vgg("VGG16", (2, 2, 3, 3, 3), **locals())


def VGG19(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    dropout=0.0,
    width=1.0,
    name="vgg19",
):
    """Build VGG-19, the paper's network E: 143,667,240 parameters.

    VGG-16 with a fourth convolution in each of the last three blocks. The arguments,
    the names of the layers and the preprocessing are those of `VGG16`.

    Args:
        weights: as for `VGG16`.
        include_top: as for `VGG16`.
        input_shape: as for `VGG16`.
        classes: as for `VGG16`.
        classifier_activation: as for `VGG16`.
        dropout: as for `VGG16`.
        width: as for `VGG16`.
        name: name of the model.

    Returns:
        A `keras.Model` from images to `(batch, classes)`.

    Raises:
        ValueError: as for `VGG16`.

    Example:

    >>> model = VGG19(input_shape=(32, 32, 3), classes=10, width=0.125)
    >>> model.get_layer("block5_conv4").output.shape
    (None, 2, 2, 64)

    Reference:
        - Simonyan and Zisserman, "Very deep convolutional networks for large-scale
          image recognition", 2015, table 1.

    Taught in: notebooks/week2_case_studies/01_classic_networks.ipynb
    """
    return _vgg("VGG19", (2, 2, 4, 4, 4), **locals())


def _vgg(
    network,
    depths,
    weights,
    include_top,
    input_shape,
    classes,
    classifier_activation,
    dropout,
    width,
    name,
):
    input_shape = _arguments.image_shape(input_shape, smallest=32)
    classes = _arguments.positive(classes, "classes")
    dropout = _arguments.rate(dropout, "dropout")
    scale = _arguments.scaler(width)
    file = _weights.find(weights, network, input_shape, classes, include_top, width)

    x = inputs = keras.Input(input_shape, name="image")
    for block, (depth, filters) in enumerate(zip(depths, FILTERS, strict=True), 1):
        for i in range(1, depth + 1):
            x = layers.Conv2D(
                scale(filters),
                kernel_size=3,
                padding="same",
                activation="relu",
                name=f"block{block}_conv{i}",
            )(x)
        x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    if include_top:
        x = dense_head(x, scale(4096), classes, classifier_activation, dropout)
    return _weights.load(keras.Model(inputs, x, name=name), file)
