"""The YOLO that ships: street scenes, 12×12 cells, two anchors."""

import keras
from keras import layers

from cnnkit.models import _weights
from cnnkit.models._convolve import conv_norm_relu
from cnnkit.models.yolo import YOLO

CLASSES = ("pedestrian", "car", "motorcycle")
INPUT_SHAPE = (96, 96, 3)
GRID = 12
# By `kmeans_anchors` on the boxes of 3,000 scenes; widths and heights in cells.
ANCHORS = ((1.9, 4.7), (4.6, 3.2))
FILTERS = 96


def StreetYOLO(weights=None, name="street_yolo"):
    """Build the `YOLO` for `cnnkit.datasets.street_scenes` of 96×96 pixels.

    Convolutions with stride 2 lead down to 6×6 places, which see the whole image; their
    maps are enlarged and put beside those of 12×12, so that each cell knows what is
    around it and where exactly it is. Grid, anchors and classes are those of the
    weights that ship. 0.48 M parameters.

    Args:
        weights: `None` for random weights, "cnnkit" for those trained on street scenes,
            or the path of an .h5 file.
        name: name of the model.

    Returns:
        A `YOLO` from images in [0, 1], `(batch, 96, 96, 3)`, to a grid
        `(batch, 12, 12, 2, 8)`; its classes are "pedestrian", "car" and "motorcycle".

    Raises:
        ValueError: if `weights` is not as above, or the file is of another network.

    Example:

    >>> from cnnkit import datasets
    >>> model = StreetYOLO(weights="cnnkit")
    >>> scenes = datasets.street_scenes(2, seed=1)
    >>> found = model.detect(scenes.images)

    Reference:
        - Redmon and Farhadi, "YOLO9000: better, faster, stronger", 2017, section 2, for
          the grid; Lin and others, "Feature pyramid networks for object detection",
          2017, section 3, for the way up.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """
    file = _weights.find(weights, "StreetYOLO", INPUT_SHAPE, len(CLASSES), True, 1.0)
    model = YOLO(GRID, ANCHORS, CLASSES, _backbone(), filters=FILTERS, name=name)
    return _weights.load(model, file)


def _backbone():
    image = keras.Input(INPUT_SHAPE, name="image")
    x = conv_norm_relu(image, 16, "stage1", strides=2)
    x = conv_norm_relu(x, 32, "stage2", strides=2)
    x = conv_norm_relu(x, 32, "stage2b")
    fine = x = conv_norm_relu(x, 64, "stage3", strides=2)
    x = conv_norm_relu(x, FILTERS, "stage4", strides=2)
    x = conv_norm_relu(x, FILTERS, "stage4b")
    x = conv_norm_relu(x, FILTERS, "stage4c")
    x = layers.UpSampling2D(name="enlarged")(x)
    x = layers.Concatenate(name="beside")([x, fine])
    return keras.Model(
        image, conv_norm_relu(x, FILTERS, "joined"), name="street_backbone"
    )
