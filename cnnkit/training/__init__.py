"""Training beyond `fit`: transfer, augmentation, ensembles and pruning."""

from cnnkit.training import augment, prune
from cnnkit.training.clip_batches import ClipBatches
from cnnkit.training.crops import multi_crop, predict_crops, ten_crop
from cnnkit.training.ensemble import Ensemble
from cnnkit.training.feature_cache import FeatureCache
from cnnkit.training.transfer import freeze, replace_head

__all__ = [
    "ClipBatches",
    "Ensemble",
    "FeatureCache",
    "augment",
    "freeze",
    "multi_crop",
    "predict_crops",
    "prune",
    "replace_head",
    "ten_crop",
]
