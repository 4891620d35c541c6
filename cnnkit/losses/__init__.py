"""Keras losses of the course that Keras itself does not have."""

from cnnkit.losses.caption import CaptionLoss, caption_loss
from cnnkit.losses.contrastive import ContrastiveLoss
from cnnkit.losses.fast_rcnn import FastRCNNLoss
from cnnkit.losses.landmark import LandmarkLoss
from cnnkit.losses.localization import LocalizationLoss
from cnnkit.losses.mined_triplets import (
    TripletAllLoss,
    TripletHardLoss,
    TripletSemiHardLoss,
)
from cnnkit.losses.ranking import RankingLoss, ranking_loss
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
    "CaptionLoss",
    "ContrastiveLoss",
    "FastRCNNLoss",
    "LandmarkLoss",
    "LocalizationLoss",
    "RPNLoss",
    "RankingLoss",
    "TripletAllLoss",
    "TripletHardLoss",
    "TripletLoss",
    "TripletSemiHardLoss",
    "YOLOLoss",
    "alpha_norm",
    "caption_loss",
    "content_cost",
    "gram_matrix",
    "ranking_loss",
    "smooth_l1",
    "style_cost",
    "total_variation",
    "triplet_loss",
]
