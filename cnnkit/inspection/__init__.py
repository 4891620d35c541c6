"""Looks inside a network: what its units answer to, and which never do."""

from cnnkit.inspection.dead_units import dead_units
from cnnkit.inspection.deconvnet import DeconvNet
from cnnkit.inspection.feature_evolution import FeatureEvolution
from cnnkit.inspection.top_patches import TopPatches, top_patches
from cnnkit.inspection.top_phrases import top_phrases

__all__ = [
    "DeconvNet",
    "FeatureEvolution",
    "TopPatches",
    "dead_units",
    "top_patches",
    "top_phrases",
]
