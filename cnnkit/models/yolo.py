"""YOLO: all objects of an image in one pass, cell by cell."""

import keras
import numpy as np
from keras import layers

from cnnkit.boxes import Detections, activate, decode, encode, filter_boxes, nms
from cnnkit.losses import YOLOLoss
from cnnkit.models import _arguments
from cnnkit.models._convolve import conv_norm_relu
from cnnkit.models.detector import Detector, class_names
from cnnkit.models.small_backbone import SmallBackbone

RARE = -4.0  # the log odds of an object in a cell, before anything is learned


@keras.saving.register_keras_serializable(package="cnnkit")
class YOLO(Detector):
    """Find objects of several classes by a grid of cells with anchors.

    Each cell and anchor has the raw numbers t_c, t_x, t_y, t_h, t_w and one a class;
    `cnnkit.boxes.activate` turns them into the numbers of the grid. With 3×3 cells, two
    anchors and three classes the output is the 3×3×2×8 of the course. Layers after the
    backbone: `head_conv`, `head_norm`, `head_relu`, `maps`, `grid`.

    Args:
        grid: int, cells along each side, or a pair: rows and columns.
        anchors: numbers `(k, 2)`, widths and heights in cells.
        classes: int, or a sequence of names.
        backbone: a `keras.Model` from images to maps of `grid`'s size; `None` for a
            `SmallBackbone` on images of 16 pixels a cell.
        filters: int, the filters of the convolution before the last.
        name: name of the model.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> model = YOLO(3, [[0.5, 1.0], [2.0, 1.0]], ("pedestrian", "car", "motorcycle"))
    >>> model.input_shape, model.output_shape
    ((None, 48, 48, 3), (None, 3, 3, 2, 8))
    >>> y = model.targets([[[0, 16, 8, 32]]], [[0]])
    >>> y[0, 1, 0, 0]
    array([1.  , 0.25, 0.5 , 1.  , 0.5 , 1.  , 0.  , 0.  ], dtype=float32)

    Reference:
        - Redmon et al., "You only look once: unified, real-time object detection",
          2016, section 2; Redmon and Farhadi, "YOLO9000: better, faster, stronger",
          2017, section 2, for anchors.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """

    def __init__(self, grid, anchors, classes, backbone=None, filters=128, name="yolo"):
        rows, columns = grid if isinstance(grid, (list, tuple)) else (grid, grid)
        rows = _arguments.positive(rows, "grid")
        columns = _arguments.positive(columns, "grid")
        filters = _arguments.positive(filters, "filters")
        count, names = class_names(classes)
        if backbone is None:
            backbone = SmallBackbone((16 * rows, 16 * columns, 3))
        if tuple(backbone.outputs[0].shape[1:3]) != (rows, columns):
            raise ValueError(
                f"`backbone` must give maps of {rows}×{columns}, one place a cell. "
                f"Received: maps of {tuple(backbone.outputs[0].shape[1:3])}."
            )
        loss = YOLOLoss(anchors, form="log")
        x = conv_norm_relu(backbone.outputs[0], filters, "head")
        x = layers.Conv2D(
            len(loss.anchors) * (5 + count),
            1,
            bias_initializer=_rare_objects(len(loss.anchors), count),
            name="maps",
        )(x)
        shape = (rows, columns, len(loss.anchors), 5 + count)
        super().__init__(backbone, layers.Reshape(shape, name="grid")(x), name)
        self.grid = (rows, columns)
        self.anchors = loss.anchors
        self.classes = classes
        self.filters = filters
        self._names, self._count = names, count

    def get_config(self):
        """Return the arguments, the backbone as a configuration of its own."""
        return {
            **super().get_config(),
            "grid": self.grid,
            "anchors": self.anchors,
            "classes": self.classes,
            "filters": self.filters,
        }

    def default_loss(self):
        """Return the log form of YOLO's loss, on raw outputs."""
        return YOLOLoss(self.anchors, form="log")

    def targets(self, boxes, classes):
        """Return what the network should say of each image.

        Where two objects share a cell and an anchor the larger one is kept;
        `cnnkit.boxes.encode` tells how many were dropped.

        Args:
            boxes: one array `(n, 4)` an image, "xyxy" in pixels; or one array for all,
                `(images, n, 4)`, as `DetectionDataset.batches` gives it.
            classes: one array `(n,)` of integers an image; or one for all, with -1
                where there is no object.

        Returns:
            float32 array `(images, rows, columns, k, 5 + classes)`.

        Raises:
            ValueError: if a box or a class is not valid.
        """
        shape = self.inputs[0].shape[1:3]
        boxes, classes = (
            x if isinstance(x, np.ndarray) else list(x) for x in (boxes, classes)
        )
        y, _ = encode(boxes, classes, self.grid, self.anchors, self._count, shape)
        return y

    def detect(self, images, score=0.5, iou=0.5, batch_size=32):
        """Find the objects of each image.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`.
            score: float, the smallest p_c · class probability that is told.
            iou: float, of two boxes of a class that overlap by more one is dropped.
            batch_size: int, how many images go through the network at once.

        Returns:
            A list of `cnnkit.boxes.Detections`, one an image, the best first. Boxes are
            cut at the edge of the image.

        Raises:
            ValueError: if the images are not as above.
        """
        height, width = self.inputs[0].shape[1:3]
        raw = self.predict_images(images, batch_size)
        decoded = decode(activate(raw, self.anchors), (height, width))
        found = []
        for confidence, boxes, classes in zip(*decoded, strict=True):
            scores, boxes, classes = filter_boxes(confidence, boxes, classes, score)
            boxes = np.clip(boxes, 0, [width, height, width, height])
            kept = nms(boxes, scores, iou_threshold=iou, classes=classes)
            found.append(
                Detections(boxes[kept], scores[kept], classes[kept], self._names)
            )
        return found


def _rare_objects(anchors, classes):
    """Return biases by which a network expects few objects at first."""
    bias = np.zeros((anchors, 5 + classes))
    bias[:, 0] = RARE
    return lambda shape, dtype=None: keras.ops.convert_to_tensor(bias.ravel(), dtype)
