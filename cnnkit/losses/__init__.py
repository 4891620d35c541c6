"""Keras losses of the course that Keras itself does not have."""

from cnnkit.losses.fast_rcnn import FastRCNNLoss
from cnnkit.losses.landmark import LandmarkLoss
from cnnkit.losses.localization import LocalizationLoss
from cnnkit.losses.rpn import RPNLoss
from cnnkit.losses.smooth_l1 import smooth_l1
from cnnkit.losses.yolo import YOLOLoss

__all__ = [
    "FastRCNNLoss",
    "LandmarkLoss",
    "LocalizationLoss",
    "RPNLoss",
    "YOLOLoss",
    "smooth_l1",
]
