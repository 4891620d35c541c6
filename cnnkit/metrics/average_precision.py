"""Average precision: how good a detector is, whatever score is asked for."""

import keras
import numpy as np

from cnnkit.metrics import _matching, _options
from cnnkit.metrics._collect import Collector

POINTS = {"11": np.arange(11) / 10, "101": np.linspace(0, 1, 101)}


def average_precision(recall, precision, method="all"):
    """Return the area under a curve of precision over recall.

    At each recall the precision is taken to be the best one at that recall or a higher
    one, so that the curve falls from left to right; beyond the highest recall it is 0.

    Args:
        recall: floats `(n,)` in [0, 1] that do not fall: after the best detection,
            after the two best ones, and so on.
        precision: floats `(n,)` in [0, 1], at the same places.
        method: "all" for the area under all of the curve, as PASCAL VOC has it since
            2010; "11" for the mean at the recalls 0, 0.1 … 1, as before; "101" for the
            mean at 0, 0.01 … 1, as COCO.

    Returns:
        float in [0, 1]; 0 where there are no detections, n = 0.

    Raises:
        ValueError: if the two are not as above, or `method` is unknown.

    Example:

    >>> recall, precision = [0.5, 0.5, 1.0], [1.0, 0.5, 2 / 3]
    >>> round(average_precision(recall, precision), 4)  # (1 + 2/3) / 2
    0.8333
    >>> round(average_precision(recall, precision, "11"), 4)  # (6 + 5 · 2/3) / 11
    0.8485

    Reference:
        - Everingham and others, "The PASCAL visual object classes (VOC) challenge",
          2010, section 4.2; Lin and others, "Microsoft COCO: common objects in
          context", 2014.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """
    _options.one_of(method, "method", _options.METHODS)
    recall, precision = (
        np.asarray(values, dtype=np.float64) for values in (recall, precision)
    )
    if recall.ndim != 1 or recall.shape != precision.shape:
        raise ValueError(
            "`recall` and `precision` must be lists of the same length. "
            f"Received: shapes {recall.shape} and {precision.shape}."
        )
    for name, values in (("recall", recall), ("precision", precision)):
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError(
                f"`{name}` must be from 0 to 1. Received: {name}={values.tolist()}."
            )
    if (np.diff(recall) < 0).any():
        raise ValueError(
            "`recall` must not fall; sort the detections by score, best first. "
            f"Received: recall={recall.tolist()}."
        )
    return float(area_under(recall, precision, method))


@keras.saving.register_keras_serializable(package="cnnkit")
class AveragePrecision:
    """Average precision of a detector for one class, over any number of images.

    Detections are sorted by score. One is true if its IoU with an object is at least
    `iou_threshold` and no better one has found the same object; all others are false.
    Precision is the share of true ones among the detections so far, recall the share of
    the objects found so far. It is used like a Keras metric, outside of the graph:
    `update_state` for each batch, then `result`.

    Objects marked `difficult` need not be found, and a detection of one counts neither
    as true nor as false. So it is with a `crowd`, a box around many objects: there the
    share of the detection that lies in it counts in place of the IoU.

    Args:
        class_id: int, the class to look at; `None` to look at all boxes as if they were
            of one class.
        iou_threshold: float in (0, 1].
        method: "all", "11" or "101", see `average_precision`.
        matching: "voc": each detection goes to the object it overlaps most, and is
            false if that one is taken. "coco": to the one it overlaps most of those
            that are free.
        inclusive: bool, whether the last row and column of pixels belong to a box, as
            PASCAL VOC counts; only for boxes in pixels.
        max_detections: int, how many to look at of each image, the best ones; `None`
            for all. COCO has 100.
        box_format: str, the format of all boxes.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> truth = {"boxes": [[0, 0, 10, 10], [20, 0, 30, 10]], "classes": [0, 0]}
    >>> found = {"boxes": [[0, 0, 10, 9], [50, 0, 60, 10], [21, 0, 30, 10]],
    ...          "classes": [0, 0, 0], "scores": [0.9, 0.8, 0.7]}
    >>> metric = AveragePrecision()
    >>> metric.update_state([truth], [found])
    >>> round(metric.result(), 4)
    0.8333
    >>> recall, precision = metric.curve()
    >>> recall, precision.round(2)
    (array([0.5, 0.5, 1. ]), array([1.  , 0.5 , 0.67]))

    Reference:
        - Everingham and others, "The PASCAL visual object classes (VOC) challenge",
          2010, section 4.2.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """

    def __init__(
        self,
        class_id=None,
        iou_threshold=0.5,
        method="all",
        matching="voc",
        inclusive=False,
        max_detections=None,
        box_format="xyxy",
    ):
        if class_id is not None:
            class_id = _options.whole(class_id, "class_id", least=0)
        self.class_id = class_id
        self.iou_threshold = _options.threshold(iou_threshold, "iou_threshold")
        self.method = _options.one_of(method, "method", _options.METHODS)
        self.matching = _options.one_of(matching, "matching", _options.MATCHINGS)
        self.inclusive = _options.inclusive(inclusive, box_format)
        self.max_detections = _options.most(max_detections)
        self.box_format = box_format
        self._collector = Collector(box_format)

    def update_state(self, truth, detections):
        """Take some images into account.

        Args:
            truth: a list with one item an image: a dict, or any object with such
                attributes, such as `cnnkit.boxes.Detections`, of `boxes` `(n, 4)` and
                `classes` `(n,)`; and, if there are, `difficult` and `crowd`, booleans
                `(n,)`, and `area` `(n,)` for an area other than the box's. Or one
                object with a tuple of each, such as `cnnkit.datasets.DetectionDataset`.
            detections: the same of `boxes`, `classes` and `scores`.

        Raises:
            ValueError: if the images are not as many, an array does not fit, a box has
                a negative size, or a number is NaN.
        """
        self._collector.add(truth, detections)

    def curve(self):
        """Return recall and precision after each detection, best first.

        Returns:
            A pair of float64 arrays `(n,)`, without the detections that do not count.

        Raises:
            ValueError: if there was no object to be found.
        """
        truth, found = self._collector.tables()
        if self.class_id is None:
            truth, found = truth.of_one_class(), found.of_one_class()
        else:
            truth = truth[truth.classes == self.class_id]
            found = found[found.classes == self.class_id]
        matches = _matching.match(
            truth,
            found,
            [self.iou_threshold],
            self.matching,
            most=self.max_detections,
            inclusive=self.inclusive,
        )
        if not matches.positives.sum():
            raise ValueError(
                "There was no object to be found, so precision and recall are not "
                f"defined. Received: {self._collector.images} images without one of "
                f"class_id={self.class_id}."
            )
        order = np.argsort(-matches.scores, kind="stable")
        counts = ~matches.ignored[order, 0, 0]
        hits = matches.hit[order, 0, 0][counts]
        return recall_and_precision(hits, matches.positives[0, 0])

    def result(self):
        """Return the average precision, a float in [0, 1].

        Raises:
            ValueError: as `curve` does.
        """
        return float(area_under(*self.curve(), self.method))

    def reset_state(self):
        """Forget all images."""
        self._collector.clear()

    def get_config(self):
        """Return the arguments of the constructor."""
        return {
            "class_id": self.class_id,
            "iou_threshold": self.iou_threshold,
            "method": self.method,
            "matching": self.matching,
            "inclusive": self.inclusive,
            "max_detections": self.max_detections,
            "box_format": self.box_format,
        }

    @classmethod
    def from_config(cls, config):
        """Make the metric of what `get_config` gave."""
        return cls(**config)


def recall_and_precision(hits, positives):
    """Return both after each detection; `hits` are booleans, best detection first."""
    true = np.cumsum(hits)
    return true / positives, true / np.arange(1, len(hits) + 1)


def area_under(recall, precision, method):
    """As `average_precision`, of arrays that are known to be right."""
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    if method == "all":
        return np.diff(recall, prepend=0) @ falling
    places = np.searchsorted(recall, POINTS[method])
    return np.append(falling, 0)[places].mean()
