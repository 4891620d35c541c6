"""Faces: who is it, and is it the one they claim to be?"""

from cnnkit.faces.gallery import NOT_RECOGNISED, Gallery
from cnnkit.faces.pairs import PeopleBatches, all_pairs, sample_pairs, sample_triplets

__all__ = [
    "NOT_RECOGNISED",
    "Gallery",
    "PeopleBatches",
    "all_pairs",
    "sample_pairs",
    "sample_triplets",
]
