"""A Faster R-CNN for drawn street scenes, whose weights ship."""

import keras

from cnnkit.models import _weights
from cnnkit.models._convolve import conv_norm_relu
from cnnkit.models.faster_rcnn import FasterRCNN
from cnnkit.models.small_backbone import SmallBackbone

SIDE = 96
CLASSES = ("pedestrian", "car", "motorcycle")


def StreetFasterRCNN(weights=None, name="street_faster_rcnn"):
    """Build the Faster R-CNN that finds people, cars and motorcycles in the street.

    Its images are those of `cnnkit.datasets.street_scenes`, 96×96 pixels. The backbone
    is a `SmallBackbone` of three stages with stride 2, and two more convolutions,
    `stage4` and `stage5`, by which each place of its 12×12 maps sees half of the image.

    Args:
        weights: `None` for random weights, "cnnkit" for those that ship, or the path
            of an .h5 file.
        name: name of the model.

    Returns:
        A `FasterRCNN`.

    Raises:
        ValueError: if the weights do not fit.

    Example:

    ```python
    model = StreetFasterRCNN(weights="cnnkit")
    found = model.detect(street_scenes(8, seed=1).images)
    ```

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """
    shape = (SIDE, SIDE, 3)
    file = _weights.find(weights, "StreetFasterRCNN", shape, len(CLASSES), True, 1.0)
    small = SmallBackbone(shape, filters=(16, 32, 64), downsample="stride")
    x = small.outputs[0]
    for stage in (4, 5):
        x = conv_norm_relu(x, 64, f"stage{stage}")
    model = FasterRCNN(
        CLASSES,
        keras.Model(small.inputs[0], x),
        sizes=(16, 24, 36),
        ratios=(0.5, 1.0, 2.5),
        proposals=48,
        filters=64,
        pool_size=5,
        units=128,
        name=name,
    )
    return _weights.load(model, file)
