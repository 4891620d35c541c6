"""The loss of YOLO: a grid of cells, several anchors in each."""

import keras
import numpy as np
from keras import ops

from cnnkit.boxes import activate, iou
from cnnkit.losses import _terms

SMALL = 1e-4  # of a cell: below, the square root goes on as a line


@keras.saving.register_keras_serializable(package="cnnkit")
class YOLOLoss(keras.losses.Loss):
    """Compares YOLO's grid with what a network says, cell by cell.

    Target and prediction have the numbers (p_c, b_x, b_y, b_h, b_w, c_1, … c_n) for
    each cell and anchor, as `cnnkit.boxes.encode` writes them: midpoints and sizes in
    one unit, cells. Summed over the cells and anchors of an image,

        λ_coord · [(b_x - b̂_x)² + (b_y - b̂_y)² + (√b_h - √b̂_h)² + (√b_w - √b̂_w)²]
        + (C - p̂_c)² + Σ (c - ĉ)²               where there is an object,
        λ_noobj · p̂_c²                          where there is none.

    The confidence C to learn is the IoU of the predicted box with the true one, so that
    it says how good the box is and not only that there is an object. In the log form
    the confidence has the binary and the classes the categorical cross-entropy in place
    of the squares.

    Args:
        anchors: numbers `(k, 2)`, widths and heights in cells, if the predictions are
            the raw outputs of a network: `cnnkit.boxes.activate` turns them into the
            numbers of the grid. `None` if they are these numbers already.
        form: "squared" as in the paper, or "log".
        lambda_coord: float of at least 0, how much coordinates count.
        lambda_noobj: float of at least 0, how much cells without an object count.
        square_root: bool, whether to compare the roots of sizes, so that a deviation
            counts more for small boxes, or the sizes.
        iou_confidence: bool, whether C is the IoU (no gradient goes through it), or 1.
        reduction: as for `keras.losses.Loss`; the mean is over images.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Raises:
        ValueError: if an argument is not as above, or target and prediction are not
            both `(batch, rows, columns, k, 5 + classes)`.

    Example:

    >>> y = np.zeros((1, 3, 3, 2, 8), "float32")
    >>> y[0, 2, 1, 1] = [1, 0.5, 0.4, 0.8, 2, 0, 1, 0]
    >>> said = y.copy()
    >>> float(YOLOLoss()(y, said))
    0.0
    >>> said[0, 2, 1, 1, 1] = 0.6  # b_x is off by 0.1; the IoU is 1.9 / 2.1
    >>> round(float(YOLOLoss(iou_confidence=False)(y, said)), 4)  # 5 · 0.1²
    0.05
    >>> said = np.zeros_like(y)
    >>> said[..., 0] = 0.5
    >>> round(float(YOLOLoss()(np.zeros_like(y), said)), 4)  # 18 · 0.5 · 0.5²
    2.25

    Reference:
        - Redmon and others, "You only look once", 2016, equation 3; Redmon and Farhadi,
          "YOLO9000: better, faster, stronger", 2017, section 2, for anchors.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """

    def __init__(
        self,
        anchors=None,
        form="squared",
        lambda_coord=5.0,
        lambda_noobj=0.5,
        square_root=True,
        iou_confidence=True,
        reduction="sum_over_batch_size",
        name="yolo_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.anchors = None if anchors is None else _pairs(anchors)
        self.form = _terms.one_of(form, "form", _terms.FORMS)
        self.lambda_coord = _terms.not_negative(lambda_coord, "lambda_coord")
        self.lambda_noobj = _terms.not_negative(lambda_noobj, "lambda_noobj")
        self.square_root = bool(square_root)
        self.iou_confidence = bool(iou_confidence)

    def call(self, y_true, y_pred):
        shapes = tuple(y_true.shape), tuple(y_pred.shape)
        if (
            any(len(s) != 5 or s[-1] < 6 for s in shapes)
            or shapes[0][1:] != shapes[1][1:]
        ):
            raise ValueError(
                "`y_true` and `y_pred` must both be of shape (batch, rows, columns, "
                f"anchors, 5 + classes). Received: shapes {shapes[0]} and {shapes[1]}."
            )
        from_logits = self.anchors is not None
        y = activate(y_pred, self.anchors) if from_logits else y_pred
        there = y_true[..., 0] > 0
        objects = ops.cast(there, y.dtype)

        sizes_true, sizes = y_true[..., 3:5], y[..., 3:5]
        if self.square_root:
            sizes_true, sizes = _root(sizes_true), _root(sizes)
        midpoints = ops.sum(ops.square(y_true[..., 1:3] - y[..., 1:3]), axis=-1)
        coordinates = midpoints + ops.sum(ops.square(sizes_true - sizes), axis=-1)

        confidence = ops.stop_gradient(_iou(y_true, y)) if self.iou_confidence else 1.0
        confidence = ops.where(there, confidence, 0.0)
        if self.form == "squared":
            sureness = ops.square(confidence - y[..., 0])
            classes = ops.sum(ops.square(y_true[..., 5:] - y[..., 5:]), axis=-1)
        else:
            sureness = ops.binary_crossentropy(confidence, y_pred[..., 0], from_logits)
            classes = _terms.class_log_loss(
                y_true[..., 5:], y_pred[..., 5:], from_logits
            )
        total = ops.where(there, sureness, self.lambda_noobj * sureness)
        total += objects * (self.lambda_coord * coordinates + classes)
        return ops.sum(total, axis=(1, 2, 3))

    def get_config(self):
        return {
            **super().get_config(),
            "anchors": self.anchors,
            "form": self.form,
            "lambda_coord": self.lambda_coord,
            "lambda_noobj": self.lambda_noobj,
            "square_root": self.square_root,
            "iou_confidence": self.iou_confidence,
        }


def _pairs(anchors):
    array = np.asarray(anchors)
    fits = array.ndim == 2 and array.shape[1] == 2 and array.dtype.kind in "fiu"
    if not fits or not array.size or not (array > 0).all() or np.isinf(array).any():
        raise ValueError(
            "`anchors` must be of shape (k, 2), widths and heights in cells, above 0. "
            f"Received: anchors={anchors!r}."
        )
    return array.astype("float64").tolist()


def _root(sizes):
    """Return the square root, with a finite slope at 0 and below."""
    line = sizes / SMALL**0.5
    return ops.where(sizes > SMALL, ops.sqrt(ops.maximum(sizes, SMALL)), line)


def _iou(y_true, y):
    """Return the IoU of boxes in the same cell, both in cells."""
    centres = [ops.take(z, (1, 2, 4, 3), axis=-1) for z in (y_true, y)]
    return iou(*centres, box_format="center_xywh")
