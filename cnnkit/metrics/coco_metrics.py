"""The twelve figures of COCO."""

import keras
import numpy as np

from cnnkit.metrics import _matching
from cnnkit.metrics._collect import Collector
from cnnkit.metrics.mean_average_precision import precisions

THRESHOLDS = np.linspace(0.5, 0.95, 10)
AREAS = ((0, 1e10), (0, 32**2), (32**2, 96**2), (96**2, 1e10))
SIZES = ("", "_small", "_medium", "_large")
MOST = (1, 10, 100)


@keras.saving.register_keras_serializable(package="cnnkit")
class COCOMetrics:
    """COCO's average precision and recall: the same figures as pycocotools gives.

    `AP` is the mean over classes and over the IoU thresholds 0.5, 0.55 … 0.95, of 101
    points; `AP50` and `AP75` are at one threshold; `AP_small`, `AP_medium` and
    `AP_large` look at objects of less than 32², up to 96², and more square pixels.
    `AR1`, `AR10` and `AR100` are the mean recall with so many detections of an image
    and class, and `AR_small`, `AR_medium`, `AR_large` that with 100 by size.

    Args:
        box_format: str, the format of all boxes, in pixels. COCO's own files have
            "xywh".

    Raises:
        ValueError: if the format is relative or unknown.

    Example:

    >>> truth = {"boxes": [[0, 0, 50, 50], [20, 0, 30, 10]], "classes": [0, 1]}
    >>> found = {"boxes": [[0, 0, 50, 43], [20, 0, 30, 10]], "classes": [0, 1],
    ...          "scores": [0.9, 0.8]}
    >>> metric = COCOMetrics()
    >>> metric.update_state([truth], [found])
    >>> {name: round(value, 3) for name, value in metric.result().items()}
    {'AP': 0.9, 'AP50': 1.0, 'AP75': 1.0, 'AP_small': 1.0, 'AP_medium': 0.8,
     'AP_large': -1.0, 'AR1': 0.9, 'AR10': 0.9, 'AR100': 0.9, 'AR_small': 1.0,
     'AR_medium': 0.8, 'AR_large': -1.0}

    Reference:
        - Lin and others, "Microsoft COCO: common objects in context", 2014.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """

    def __init__(self, box_format="xyxy"):
        if str(box_format).startswith("rel_"):
            raise ValueError(
                "`box_format` must be in pixels, since objects are told apart by their "
                f"area. Received: box_format={box_format!r}."
            )
        self.box_format = box_format
        self._collector = Collector(box_format)

    def update_state(self, truth, detections):
        """Take some images into account, as `AveragePrecision.update_state` does.

        Args:
            truth: the objects that there are, one item an image. COCO takes the `area`
                of an object from its outline; without it that of the box is taken.
            detections: what was found, one item an image.

        Raises:
            ValueError: as `AveragePrecision.update_state` does.
        """
        self._collector.add(truth, detections)

    def result(self):
        """Return the twelve figures.

        Returns:
            dict from the name to a float in [0, 1], or -1 where there was no object of
            that size.

        Raises:
            ValueError: if no image has been seen.
        """
        matches = _matching.match(
            *self._collector.tables(), THRESHOLDS, "coco", AREAS, MOST[-1]
        )
        table = precisions(matches, "101")
        figures = {"AP": table[:, 0], "AP50": table[:, 0, 0], "AP75": table[:, 0, 5]}
        for i, size in enumerate(SIZES[1:], start=1):
            figures[f"AP{size}"] = table[:, i]
        for most in MOST:
            figures[f"AR{most}"] = _recalls(matches, most)[:, 0]
        recalls = _recalls(matches, MOST[-1])
        for i, size in enumerate(SIZES[1:], start=1):
            figures[f"AR{size}"] = recalls[:, i]
        return {name: _mean(values) for name, values in figures.items()}

    def reset_state(self):
        """Forget all images."""
        self._collector.clear()

    def get_config(self):
        """Return the arguments of the constructor."""
        return {"box_format": self.box_format}

    @classmethod
    def from_config(cls, config):
        """Make the metric of what `get_config` gave."""
        return cls(**config)


def _recalls(matches, most):
    """Return the recalls `(classes, areas, thresholds)`; NaN without objects."""
    hits = np.zeros((*matches.positives.shape, matches.hit.shape[2]))
    first = matches.rank < most
    np.add.at(hits, matches.of_class[first], matches.hit[first])
    positives = matches.positives[:, :, None]
    return np.divide(
        hits, positives, out=np.full_like(hits, np.nan), where=positives > 0
    )


def _mean(values):
    there = values[~np.isnan(values)]
    return float(there.mean()) if there.size else -1.0
