"""Augmentation: distorted images, on the fly or made once."""

from cnnkit.training.augment.augment import Augment
from cnnkit.training.augment.augmented_batches import AugmentedBatches
from cnnkit.training.augment.copies import (
    affine,
    distorted_copies,
    elastic,
    scale_jitter,
)

__all__ = [
    "Augment",
    "AugmentedBatches",
    "affine",
    "distorted_copies",
    "elastic",
    "scale_jitter",
]
