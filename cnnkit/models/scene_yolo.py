"""The YOLO that ships for drawn scenes: 6×6 cells, thirty classes."""

from cnnkit.models import _weights
from cnnkit.models.small_backbone import SmallBackbone
from cnnkit.models.yolo import YOLO

COLOURS = ("red", "green", "blue", "yellow", "purple", "white")
KINDS = ("circle", "square", "triangle", "cross", "ring")
CLASSES = tuple(f"{colour} {kind}" for colour in COLOURS for kind in KINDS)
INPUT_SHAPE = (48, 48, 3)
GRID = 6
ANCHORS = ((1.6, 1.6),)  # the middle size of a thing; width and height in cells
FILTERS = (24, 48, 96)


def SceneYOLO(weights=None, name="scene_yolo"):
    """Build the `YOLO` for `cnnkit.datasets.described_scenes` of 48×48 pixels.

    Three convolutions with stride 2 lead to 6×6 cells. No two things of a scene have
    their middles in one. 0.14 M parameters.

    Args:
        weights: `None` for random weights, "cnnkit" for those trained on drawn scenes,
            or the path of an .h5 file.
        name: name of the model.

    Returns:
        A `YOLO` from images in [0, 1], `(batch, 48, 48, 3)`, to a grid
        `(batch, 6, 6, 1, 35)`; its classes are those of `DescribedScenes.detection()`,
        "red circle", "red square" and so on.

    Raises:
        ValueError: if `weights` is not as above, or the file is of another network.

    Example:

    >>> from cnnkit import datasets
    >>> model = SceneYOLO(weights="cnnkit")
    >>> found = model.detect(datasets.described_scenes(2).images)

    Reference:
        - Redmon and Farhadi, "YOLO9000: better, faster, stronger", 2017, section 2.

    Taught in: notebooks/beyond_one_image/04_alignment.ipynb
    """
    file = _weights.find(weights, "SceneYOLO", INPUT_SHAPE, len(CLASSES), True, 1.0)
    backbone = SmallBackbone(INPUT_SHAPE, FILTERS, "stride")
    model = YOLO(GRID, ANCHORS, CLASSES, backbone, filters=FILTERS[-1], name=name)
    return _weights.load(model, file)
