"""Keras losses of the course that Keras itself does not have."""

from cnnkit.losses.contrastive import ContrastiveLoss
from cnnkit.losses.fast_rcnn import FastRCNNLoss
from cnnkit.losses.landmark import LandmarkLoss
from cnnkit.losses.localization import LocalizationLoss
from cnnkit.losses.mined_triplets import (
    TripletAllLoss,
    TripletHardLoss,
    TripletSemiHardLoss,
)
from cnnkit.losses.rpn import RPNLoss
from cnnkit.losses.smooth_l1 import smooth_l1
from cnnkit.losses.style import (
    alpha_norm,
    content_cost,
    gram_matrix,
    style_cost,
    total_variation,
)
from cnnkit.losses.triplet import TripletLoss, triplet_loss
from cnnkit.losses.yolo import YOLOLoss

__all__ = [
    "ContrastiveLoss",
    "FastRCNNLoss",
    "LandmarkLoss",
    "LocalizationLoss",
    "RPNLoss",
    "TripletAllLoss",
    "TripletHardLoss",
    "TripletLoss",
    "TripletSemiHardLoss",
    "YOLOLoss",
    "alpha_norm",
    "content_cost",
    "gram_matrix",
    "smooth_l1",
    "style_cost",
    "total_variation",
    "triplet_loss",
]
