"""Error rates, how good detectors are, and statistics that compare two classifiers."""

from cnnkit.metrics.average_precision import AveragePrecision, average_precision
from cnnkit.metrics.coco_metrics import COCOMetrics
from cnnkit.metrics.diversity import diversity
from cnnkit.metrics.localization_error import LocalizationError, localization_error
from cnnkit.metrics.mcnemar import McNemarResult, mcnemar
from cnnkit.metrics.mean_average_precision import MeanAveragePrecision
from cnnkit.metrics.top_k_error import TopKError, top_k_error
from cnnkit.metrics.verification import (
    best_threshold,
    equal_error_rate,
    roc,
    true_accept_rate,
    verification_accuracy,
    verification_auc,
)

__all__ = [
    "AveragePrecision",
    "COCOMetrics",
    "LocalizationError",
    "McNemarResult",
    "MeanAveragePrecision",
    "TopKError",
    "average_precision",
    "best_threshold",
    "diversity",
    "equal_error_rate",
    "localization_error",
    "mcnemar",
    "roc",
    "top_k_error",
    "true_accept_rate",
    "verification_accuracy",
    "verification_auc",
]
