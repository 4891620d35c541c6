"""The convolutional body of the small detectors."""

import keras
from keras import layers

from cnnkit.models import _arguments
from cnnkit.models._convolve import conv_norm_relu

FILTERS = (16, 32, 64, 128)


def SmallBackbone(
    input_shape=(96, 96, 3),
    filters=FILTERS,
    downsample="pool",
    name="small_backbone",
):
    """Build stages of convolution, normalisation and ReLU; each halves the image.

    Stages, by layer name: `stage1_relu`, `stage1_pool`, `stage2_relu` and so on. With
    the four stages of the default one cell of the result stands for 16×16 pixels.

    Args:
        input_shape: `(height, width, channels)`, sides of at least 2 to the number of
            stages.
        filters: sequence of ints, the filters of each stage.
        downsample: "pool", a 3×3 convolution and 2×2 max pooling, or "stride", a 3×3
            convolution with stride 2, which is some three times faster.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to maps.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> SmallBackbone((96, 128, 3), filters=(8, 16, 32)).output_shape
    (None, 12, 16, 32)

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """
    filters = tuple(filters) if isinstance(filters, (list, tuple)) else (filters,)
    if not filters:
        raise ValueError("`filters` must be one int a stage, at least one of them.")
    filters = tuple(_arguments.positive(f, "filters") for f in filters)
    input_shape = _arguments.image_shape(input_shape, smallest=2 ** len(filters))
    _arguments.one_of(downsample, "downsample", ("pool", "stride"))
    x = inputs = keras.Input(input_shape, name="image")
    for stage, count in enumerate(filters, 1):
        strides = 2 if downsample == "stride" else 1
        x = conv_norm_relu(x, count, f"stage{stage}", strides=strides)
        if downsample == "pool":
            x = layers.MaxPooling2D(name=f"stage{stage}_pool")(x)
    return keras.Model(inputs, x, name=name)
