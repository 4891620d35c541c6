"""How good classifiers, detectors, descriptions and searches are; statistics."""

from cnnkit.metrics.average_precision import AveragePrecision, average_precision
from cnnkit.metrics.bleu import BleuResult, bleu
from cnnkit.metrics.coco_metrics import COCOMetrics
from cnnkit.metrics.diversity import diversity
from cnnkit.metrics.localization_error import LocalizationError, localization_error
from cnnkit.metrics.mcnemar import McNemarResult, mcnemar
from cnnkit.metrics.mean_average_precision import MeanAveragePrecision
from cnnkit.metrics.retrieval import median_rank, ranks, recall_at_k
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
    "BleuResult",
    "COCOMetrics",
    "LocalizationError",
    "McNemarResult",
    "MeanAveragePrecision",
    "TopKError",
    "average_precision",
    "best_threshold",
    "bleu",
    "diversity",
    "equal_error_rate",
    "localization_error",
    "mcnemar",
    "median_rank",
    "ranks",
    "recall_at_k",
    "roc",
    "top_k_error",
    "true_accept_rate",
    "verification_accuracy",
    "verification_auc",
]
