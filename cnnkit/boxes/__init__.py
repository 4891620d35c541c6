"""Boxes around objects: formats, overlap, suppression, anchors, proposals.

Every function works on NumPy arrays. Formats, overlap and codes take tensors as well,
also while a model trains.
"""

from cnnkit.boxes.activate import activate
from cnnkit.boxes.anchors import kmeans_anchors, mean_best_iou, size_iou
from cnnkit.boxes.detections import Detections
from cnnkit.boxes.filtering import filter_boxes
from cnnkit.boxes.formats import check, clip, convert, problems
from cnnkit.boxes.grid import decode, encode
from cnnkit.boxes.overlap import giou, iou, pairwise_giou, pairwise_iou
from cnnkit.boxes.proposals import selective_search
from cnnkit.boxes.region_anchors import (
    assign_targets,
    region_anchors,
    sample_targets,
)
from cnnkit.boxes.regression import decode_offsets, encode_offsets
from cnnkit.boxes.soft_nms import soft_nms
from cnnkit.boxes.suppression import batched_nms, nms
from cnnkit.boxes.windows import crops, sliding_windows

__all__ = [
    "Detections",
    "activate",
    "assign_targets",
    "batched_nms",
    "check",
    "clip",
    "convert",
    "crops",
    "decode",
    "decode_offsets",
    "encode",
    "encode_offsets",
    "filter_boxes",
    "giou",
    "iou",
    "kmeans_anchors",
    "mean_best_iou",
    "nms",
    "pairwise_giou",
    "pairwise_iou",
    "problems",
    "region_anchors",
    "sample_targets",
    "selective_search",
    "size_iou",
    "sliding_windows",
    "soft_nms",
]
