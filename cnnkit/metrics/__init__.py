"""Error rates, how good detectors are, and statistics that compare two classifiers."""

from cnnkit.metrics.average_precision import AveragePrecision, average_precision
from cnnkit.metrics.coco_metrics import COCOMetrics
from cnnkit.metrics.localization_error import LocalizationError, localization_error
from cnnkit.metrics.mcnemar import McNemarResult, mcnemar
from cnnkit.metrics.mean_average_precision import MeanAveragePrecision
from cnnkit.metrics.top_k_error import TopKError, top_k_error

__all__ = [
    "AveragePrecision",
    "COCOMetrics",
    "LocalizationError",
    "McNemarResult",
    "MeanAveragePrecision",
    "TopKError",
    "average_precision",
    "localization_error",
    "mcnemar",
    "top_k_error",
]
