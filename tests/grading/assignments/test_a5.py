"""The YOLO pipeline: what people get wrong in it, and what it costs them."""

import numpy as np

from cnnkit.boxes import pairwise_iou
from cnnkit.grading.assignments.a5_yolo import ASSIGNMENT

CLAMPED = "np.maximum(right - left, 0) * np.maximum(bottom - top, 0)"
CLIPPED = "boxes = np.clip(boxes, 0, [width, height, width, height])"
NO_CHAIN = """\
    return [
        int(i)
        for n, i in enumerate(left)
        if (iou(boxes[i], boxes[left[:n]]) <= iou_threshold).all()
    ]
    kept = []
"""
EACH_AT_MOST = """iou_threshold)[:max_boxes]]
    kept.sort(key=lambda i: -scores[i])
    return kept
"""
CLIP_LATE = """kept = nms_per_class(boxes, scores, classes, iou_threshold, max_boxes)
    boxes = np.clip(boxes, 0, [width, height, width, height])[kept]
    return scores[kept], boxes, classes[kept]
"""

# Question, what stands in the solution, what somebody writes, words of the hint.
MISTAKES = [
    ("decode", "+ half_width", "+ 2 * half_width", "middle of the box"),
    ("decode", "half_height = y[..., 3]", "half_height = y[..., 4]", "height comes"),
    ("decode", "y[..., 4] * cell_width", "y[..., 4] * width", "are counted within"),
    ("decode", "(column + y[..., 1])", "(row + y[..., 1])", "how far right"),
    ("decode", "(row + y[..., 2])", "(y[..., 2])", "how far down"),
    ("decode", "height, width = image", "width, height = image", "width / columns"),
    ("decode", "rows, columns = y", "columns, rows = y", "width / columns"),
    ("filter_boxes", "confidence * probabilities", "probabilities", "p_c times"),
    ("filter_boxes", "confidence * probabilities", "1 * confidence", "p_c times"),
    ("filter_boxes", "sure = best", "sure = confidence[..., 0]", "neither p_c"),
    ("filter_boxes", "sure = best", "sure = probabilities.max(-1)", "neither p_c"),
    ("filter_boxes", ">= threshold", "> threshold", "equals the threshold"),
    ("filter_boxes", "boxes[sure]", "boxes[sure][::-1]", "order of the grid"),
    ("iou", "area + areas - shared", "area + areas", "once"),
    ("iou", "area + areas - shared", "area", "once"),
    ("iou", CLAMPED, "(right - left) * (bottom - top)", "below 0"),
    ("iou", CLAMPED, "np.maximum((right - left) * (bottom - top), 0)", "below 0"),
    ("iou", "right - left", "right - left + 1", "larger left edge"),
    ("iou", "union, 1)", "union, np.nan)", "without area"),
    ("nms", "kept.append(int(best))", "kept.append(boxes[best])", "positions"),
    ("nms", "np.argsort(-scores", "np.argsort(scores", "highest score first"),
    ("nms", "return kept", "return sorted(kept)", "highest score first"),
    ("nms", "<= iou_threshold", "< iou_threshold", "above the threshold"),
    ("nms", '(-scores, kind="stable")', "(scores)[::-1]", "stable"),
    ("nms", "    kept = []\n", NO_CHAIN, "must not drop others"),
    ("nms_per_class", "classes == c", "classes > -1", "own class"),
    ("nms_per_class", "np.unique(classes)", "range(len(set(classes)))", "gaps"),
    ("nms_per_class", "kept.sort(key=lambda i: -scores[i])", "pass", "one list"),
    ("nms_per_class", "kept[:max_boxes]", "kept", "together"),
    ("nms_per_class", "iou_threshold)]", EACH_AT_MOST, "together"),
    ("nms_per_class", "int(own[i])", "i", "own class"),
    ("detect", CLIPPED, "pass", "Clip"),
    ("detect", "[width, height, width, height]", "max(image_shape)", "its height"),
    ("detect", "scores[kept], boxes[kept], c", "scores, boxes, c", "suppress"),
    ("detect", "boxes[kept], classes[kept]", "boxes[kept], classes", "suppress"),
    (
        "detect",
        "boxes, scores, classes, i",
        "boxes, scores, 0 * classes, i",
        "own class",
    ),
    ("detect", CLIPPED, CLIP_LATE, "Clip before"),
]


def test_another_way_is_as_right(marks):
    def nms(boxes, scores, iou_threshold):
        order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
        kept = []
        for i in order:
            shared = pairwise_iou(boxes[[i]], boxes[kept])
            if not (shared > iou_threshold).any():
                kept.append(i)
        return np.array(kept)

    assert marks(ASSIGNMENT, {"nms": nms}, only="nms") == {"nms": 20}
