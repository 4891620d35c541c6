"""Keras layers of the course that Keras itself does not have."""

from cnnkit.layers.l2_pooling import GlobalL2Pooling2D, L2Pooling2D
from cnnkit.layers.partial_conv import PartialConv2D
from cnnkit.layers.radial_basis import RadialBasis
from cnnkit.layers.trainable_pooling import TrainablePooling2D

__all__ = [
    "GlobalL2Pooling2D",
    "L2Pooling2D",
    "PartialConv2D",
    "RadialBasis",
    "TrainablePooling2D",
]
