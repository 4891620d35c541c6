"""Mean average precision: over classes, and over thresholds of IoU as COCO has it."""

import keras
import numpy as np

from cnnkit.metrics import _matching, _options
from cnnkit.metrics._collect import Collector
from cnnkit.metrics.average_precision import area_under, recall_and_precision


@keras.saving.register_keras_serializable(package="cnnkit")
class MeanAveragePrecision:
    """Average precision of each class of objects, and its mean.

    With the defaults it is what PASCAL VOC counts since 2010. COCO's main figure comes
    with `iou_thresholds=[0.5, 0.55, … 0.95]`, `method="101"`, `matching="coco"` and
    `max_detections=100`; `COCOMetrics` gives all twelve. See `AveragePrecision` for
    which detections are true, and for objects that are `difficult` or a `crowd`.

    Classes of which there is no object to be found do not count, whatever was detected
    of them.

    Args:
        iou_thresholds: float in (0, 1], or a sequence of them to take the mean over.
        method: "all", "11" or "101", see `average_precision`.
        matching: "voc" or "coco".
        inclusive: bool, whether the last row and column of pixels belong to a box.
        max_detections: int, how many to look at of each image and class, the best ones;
            `None` for all.
        class_names: sequence of str to name the classes by, or `None`.
        box_format: str, the format of all boxes.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> truth = {"boxes": [[0, 0, 10, 10], [20, 0, 30, 10]], "classes": [0, 1]}
    >>> found = {"boxes": [[0, 0, 10, 9], [50, 0, 60, 10]], "classes": [0, 1],
    ...          "scores": [0.9, 0.8]}
    >>> metric = MeanAveragePrecision(class_names=["car", "motorcycle"])
    >>> metric.update_state([truth], [found])
    >>> metric.result(), metric.per_class()
    (0.5, {'car': 1.0, 'motorcycle': 0.0})

    Reference:
        - Everingham and others, "The PASCAL visual object classes (VOC) challenge",
          2010, section 4.2; Lin and others, "Microsoft COCO: common objects in
          context", 2014.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """

    def __init__(
        self,
        iou_thresholds=0.5,
        method="all",
        matching="voc",
        inclusive=False,
        max_detections=None,
        class_names=None,
        box_format="xyxy",
    ):
        self.iou_thresholds = _options.thresholds(iou_thresholds, "iou_thresholds")
        self.method = _options.one_of(method, "method", _options.METHODS)
        self.matching = _options.one_of(matching, "matching", _options.MATCHINGS)
        self.inclusive = _options.inclusive(inclusive, box_format)
        self.max_detections = _options.most(max_detections)
        self.class_names = None if class_names is None else tuple(class_names)
        self.box_format = box_format
        self._collector = Collector(box_format)

    def update_state(self, truth, detections):
        """Take some images into account, as `AveragePrecision.update_state` does.

        Args:
            truth: the objects that there are, one item an image.
            detections: what was found, one item an image.

        Raises:
            ValueError: as `AveragePrecision.update_state` does.
        """
        self._collector.add(truth, detections)

    def per_class(self):
        """Return the average precision of each class.

        Returns:
            dict from the class, by name if there are names, to a float in [0, 1], the
            mean over the thresholds; only classes with an object to be found.

        Raises:
            ValueError: if there was no object to be found, or a class has no name.
        """
        matches = _matching.match(
            *self._collector.tables(),
            self.iou_thresholds,
            self.matching,
            most=self.max_detections,
            inclusive=self.inclusive,
        )
        table = precisions(matches, self.method)[:, 0].mean(axis=1)
        found = ~np.isnan(table)
        if not found.any():
            raise ValueError(
                "There was no object to be found, so average precision is not defined. "
                f"Received: {self._collector.images} images without one."
            )
        names = [self._name(number) for number in matches.classes[found].tolist()]
        return dict(zip(names, table[found].tolist(), strict=True))

    def result(self):
        """Return the mean over classes and thresholds, a float in [0, 1].

        Raises:
            ValueError: as `per_class` does.
        """
        return float(np.mean(list(self.per_class().values())))

    def reset_state(self):
        """Forget all images."""
        self._collector.clear()

    def get_config(self):
        """Return the arguments of the constructor."""
        return {
            "iou_thresholds": self.iou_thresholds,
            "method": self.method,
            "matching": self.matching,
            "inclusive": self.inclusive,
            "max_detections": self.max_detections,
            "class_names": self.class_names,
            "box_format": self.box_format,
        }

    @classmethod
    def from_config(cls, config):
        """Make the metric of what `get_config` gave."""
        return cls(**config)

    def _name(self, number):
        if self.class_names is None:
            return number
        if not 0 <= number < len(self.class_names):
            raise ValueError(
                f"`class_names` must name all classes. Received: class {number} and "
                f"class_names={self.class_names}."
            )
        return self.class_names[number]


def precisions(matches, method):
    """Return average precisions `(classes, areas, thresholds)`; NaN without objects.

    Args:
        matches: `Matches`.
        method: as in `average_precision`.
    """
    order = np.lexsort((-matches.scores, matches.of_class))
    bounds = np.searchsorted(
        matches.of_class[order], np.arange(len(matches.classes) + 1)
    )
    found = np.full((*matches.positives.shape, matches.hit.shape[2]), np.nan)
    for place in np.argwhere(matches.positives):
        which, area = place
        own = order[bounds[which] : bounds[which + 1]]
        hit, ignored = matches.hit[own, area], matches.ignored[own, area]
        for t in range(hit.shape[1]):
            hits = hit[~ignored[:, t], t]
            curve = recall_and_precision(hits, matches.positives[which, area])
            found[which, area, t] = area_under(*curve, method)
    return found
