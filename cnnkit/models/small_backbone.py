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
    enlarge=0,
    name="small_backbone",
):
    """Build stages of convolution, normalisation and ReLU; each halves the image.

    Stages, by layer name: `stage1_relu`, `stage1_pool`, `stage2_relu` and so on. With
    the four stages of the default one cell of the result stands for 16×16 pixels.

    With `enlarge` the way leads up again: the last maps are enlarged to twice their
    size and put beside those of that size that were passed on the way down, so that
    each place knows what is around it and where exactly it is: `up3_enlarged`,
    `up3_beside`, `up3_relu` for the maps of stage 3, and so on.

    Args:
        input_shape: `(height, width, channels)`, sides of at least 2 to the number of
            stages.
        filters: sequence of ints, the filters of each stage.
        downsample: "pool", a 3×3 convolution and 2×2 max pooling, or "stride", a 3×3
            convolution with stride 2, which is some three times faster.
        enlarge: int from 0 to less than the number of stages, how many times the maps
            are enlarged at the end. Height and width must then be multiples of 2 to
            the number of stages.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to maps.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> SmallBackbone((96, 128, 3), filters=(8, 16, 32)).output_shape
    (None, 12, 16, 32)
    >>> SmallBackbone((96, 128, 3), filters=(8, 16, 32), enlarge=1).output_shape
    (None, 24, 32, 16)

    Reference:
        - Lin and others, "Feature pyramid networks for object detection", 2017,
          section 3, for the way up.

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """
    filters = tuple(filters) if isinstance(filters, (list, tuple)) else (filters,)
    if not filters:
        raise ValueError("`filters` must be one int a stage, at least one of them.")
    filters = tuple(_arguments.positive(f, "filters") for f in filters)
    input_shape = _arguments.image_shape(input_shape, smallest=2 ** len(filters))
    _arguments.one_of(downsample, "downsample", ("pool", "stride"))
    _check_enlarge(enlarge, input_shape, len(filters))
    passed = []
    x = inputs = keras.Input(input_shape, name="image")
    for stage, count in enumerate(filters, 1):
        strides = 2 if downsample == "stride" else 1
        x = conv_norm_relu(x, count, f"stage{stage}", strides=strides)
        if downsample == "pool":
            x = layers.MaxPooling2D(name=f"stage{stage}_pool")(x)
        passed.append(x)
    for stage in range(len(filters) - 1, len(filters) - 1 - enlarge, -1):
        x = layers.UpSampling2D(name=f"up{stage}_enlarged")(x)
        x = layers.Concatenate(name=f"up{stage}_beside")([x, passed[stage - 1]])
        x = conv_norm_relu(x, filters[stage - 1], f"up{stage}")
    return keras.Model(inputs, x, name=name)


def _check_enlarge(enlarge, input_shape, stages):
    whole = isinstance(enlarge, int) and not isinstance(enlarge, bool)
    if not whole or not 0 <= enlarge < stages:
        raise ValueError(
            f"`enlarge` must be an integer from 0 to {stages - 1}, less than the "
            f"number of stages. Received: enlarge={enlarge!r}."
        )
    if enlarge and any(side % 2**stages for side in input_shape[:2]):
        raise ValueError(
            f"To enlarge maps, height and width must be multiples of {2**stages}. "
            f"Received: input_shape={input_shape}."
        )
