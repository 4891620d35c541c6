"""The step from what a region proposal network says to a fixed number of regions."""

import keras
import numpy as np
from keras import ops

from cnnkit.boxes import clip, decode_offsets, pairwise_iou, region_anchors


@keras.saving.register_keras_serializable(package="cnnkit")
class RegionProposals(keras.layers.Layer):
    """Turns scores and offsets of all anchors into a fixed number of boxes.

    The offsets are applied to the anchors, the boxes cut at the edge of the image, and
    of the `candidates` with the highest scores those kept that non-max suppression
    keeps. Where they are fewer than `count`, dropped ones fill up the rest. No gradient
    flows to the boxes: they are taken as given, which the paper calls approximate.

    Args:
        image_shape: `(height, width)` in pixels.
        feature_shape: `(rows, columns)` of the features.
        stride: int, pixels of the image for one of the features.
        sizes: as for `cnnkit.boxes.region_anchors`.
        ratios: as for `cnnkit.boxes.region_anchors`.
        count: int, how many boxes come out.
        candidates: int, how many boxes go into suppression.
        iou: float, the overlap from which one of two boxes is dropped.
        **kwargs: Keras's own layer arguments.

    Input shape:
        `(batch, anchors, 5)`: a logit and four offsets.

    Output shape:
        `(batch, count, 4)`, "xyxy" in pixels, the best first.

    Reference:
        - Ren and others, "Faster R-CNN: towards real-time object detection with region
          proposal networks", 2015, sections 3.2 and 3.3.
    """

    def __init__(
        self,
        image_shape,
        feature_shape,
        stride,
        sizes,
        ratios,
        count,
        candidates=256,
        iou=0.7,
        **kwargs,
    ):
        # In float16 a coordinate would be rounded.
        super().__init__(autocast=False, **kwargs)
        self.image_shape = tuple(image_shape)
        self.feature_shape, self.stride = tuple(feature_shape), stride
        self.sizes, self.ratios = tuple(sizes), tuple(ratios)
        self.count, self.candidates, self.iou = count, candidates, iou
        self.anchors = region_anchors(self.feature_shape, stride, sizes, ratios)

    def call(self, inputs):
        inputs = ops.stop_gradient(ops.cast(inputs, "float32"))
        candidates = min(self.candidates, len(self.anchors))
        _, best = ops.top_k(inputs[..., 0], candidates)
        offsets = ops.take_along_axis(inputs[..., 1:], best[..., None], axis=1)
        anchors = ops.take(ops.convert_to_tensor(self.anchors), best, axis=0)
        boxes = clip(decode_offsets(offsets, anchors), self.image_shape)
        # Those kept come first, in the order of their scores, then those dropped.
        rank = ops.arange(candidates, dtype="int32")
        rank = ops.where(_kept(boxes, self.iou), rank, rank + candidates)
        _, first = ops.top_k(-rank, self.count)
        return ops.take_along_axis(boxes, first[..., None], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.count, 4)

    def get_config(self):
        return {
            **super().get_config(),
            "image_shape": self.image_shape,
            "feature_shape": self.feature_shape,
            "stride": self.stride,
            "sizes": self.sizes,
            "ratios": self.ratios,
            "count": self.count,
            "candidates": self.candidates,
            "iou": self.iou,
        }


def _kept(boxes, threshold):
    """Tell which of the boxes, in order of score, greedy suppression keeps.

    A box stays if no better one that stays overlaps it too much. All are decided at
    once, from what is known of the others, again and again until nothing changes: the
    first box is right at once, each one as soon as those before it are.

    Args:
        boxes: tensor `(batch, n, 4)`, the best first.
        threshold: float.

    Returns:
        Boolean tensor `(batch, n)`.
    """
    n = boxes.shape[1]
    better = np.triu(np.ones((n, n), bool), 1)
    rivals = ops.logical_and(pairwise_iou(boxes, boxes) > threshold, better)

    def decide(stays, _):
        beaten = ops.any(ops.logical_and(rivals, stays[..., None]), axis=1)
        return ops.logical_not(beaten), ops.any(ops.logical_not(beaten) != stays)

    everything = ops.ones_like(boxes[..., 0], dtype="bool")
    stays, _ = ops.while_loop(
        lambda stays, changed: changed,
        decide,
        (everything, ops.convert_to_tensor(True)),
        maximum_iterations=n,
    )
    return stays
