"""Keras layers of the course that Keras itself does not have."""

from cnnkit.layers.affine_sampling import affine_grid, bilinear_sample
from cnnkit.layers.differences import AbsoluteDifference, ChiSquaredDifference
from cnnkit.layers.l2_pooling import GlobalL2Pooling2D, L2Pooling2D
from cnnkit.layers.local_response_normalization import LocalResponseNormalization
from cnnkit.layers.max_unpooling import MaxPooling2DWithSwitches, MaxUnpooling2D
from cnnkit.layers.partial_conv import PartialConv2D
from cnnkit.layers.pca_colour import PCAColour
from cnnkit.layers.radial_basis import RadialBasis
from cnnkit.layers.roi_align import RoIAlign
from cnnkit.layers.roi_pooling import RoIPooling
from cnnkit.layers.spatial_soft_argmax import SpatialSoftArgmax
from cnnkit.layers.spatial_transformer import SpatialTransformer
from cnnkit.layers.trainable_pooling import TrainablePooling2D
from cnnkit.layers.zero_padded_shortcut import ZeroPaddedShortcut

__all__ = [
    "AbsoluteDifference",
    "ChiSquaredDifference",
    "GlobalL2Pooling2D",
    "L2Pooling2D",
    "LocalResponseNormalization",
    "MaxPooling2DWithSwitches",
    "MaxUnpooling2D",
    "PCAColour",
    "PartialConv2D",
    "RadialBasis",
    "RoIAlign",
    "RoIPooling",
    "SpatialSoftArgmax",
    "SpatialTransformer",
    "TrainablePooling2D",
    "ZeroPaddedShortcut",
    "affine_grid",
    "bilinear_sample",
]
