"""What Fast and Faster R-CNN share: the head that reads regions, and its two ends."""

import keras
import numpy as np
from keras import layers, ops

from cnnkit.boxes import (
    Detections,
    check,
    clip,
    decode_offsets,
    encode_offsets,
    nms,
    pairwise_iou,
    selective_search,
)
from cnnkit.layers import RoIAlign, RoIPooling
from cnnkit.losses import FastRCNNLoss

OBJECT = 0.5  # the IoU from which a region stands for an object
STDS = (0.1, 0.1, 0.2, 0.2)  # brings the four offsets to one range


def stride_of(backbone):
    """Return how many pixels of the image one of the backbone's maps stands for.

    Raises:
        ValueError: if sizes are not known, or it is not the same down and across.
    """
    image, maps = backbone.inputs[0].shape[1:3], backbone.outputs[0].shape[1:3]
    strides = (
        set()
        if None in (*image, *maps)
        else {round(n / cells) for n, cells in zip(image, maps, strict=True)}
    )
    if len(strides) != 1:
        raise ValueError(
            "`backbone` must take images of a known size to maps with one stride in "
            f"both directions. Received: from {image} to {maps}."
        )
    return strides.pop()


def add_head(features, regions, stride, classes, pool_size, units, align):
    """Add the layers that say of each region what it is and where exactly.

    Args:
        features: maps of the image, `(batch, height, width, channels)`.
        regions: boxes `(batch, n, 4)`, "xyxy" in pixels of the image.
        stride: int, pixels of the image for one of the features.
        classes: int, K, without the background.
        pool_size: int, the side of the grid that each region becomes.
        units: int, the units of the hidden layer.
        align: bool, whether to read regions by `RoIAlign` or `RoIPooling`.

    Returns:
        Tensor `(batch, n, 1 + 5 K)`: what `FastRCNNLoss` takes.
    """
    read = RoIAlign if align else RoIPooling
    read = read(pool_size, spatial_scale=1 / stride, name="region_grid")
    x = read([features, regions])
    x = layers.Reshape((-1, pool_size**2 * features.shape[-1]), name="region_flat")(x)
    x = layers.Dense(
        units, activation="relu", kernel_initializer="he_normal", name="region_hidden"
    )(x)
    small = keras.initializers.RandomNormal(stddev=0.01)
    parts = [
        layers.Dense(classes + 1, kernel_initializer=small, name="region_class")(x),
        layers.Dense(4 * classes, kernel_initializer=small, name="region_offsets")(x),
    ]
    return layers.Concatenate(name="region_output")(parts)


def targets(regions, boxes, classes):
    """Return what the head should say of regions: class and offsets.

    A region stands for the object that it overlaps most, if the IoU is at least 0.5;
    else for the background.

    Args:
        regions: tensor `(batch, n, 4)`.
        boxes: tensor `(batch, m, 4)`; of no area where there is no object.
        classes: tensor `(batch, m)`, counted from 0.

    Returns:
        Tensor `(batch, n, 5)`, as `FastRCNNLoss` takes.
    """
    overlaps = pairwise_iou(regions, boxes)
    best = ops.argmax(overlaps, axis=-1)
    own = ops.take_along_axis(boxes, best[..., None], axis=1)
    label = ops.take_along_axis(classes, best, axis=1) + 1
    label = ops.where(ops.max(overlaps, axis=-1) >= OBJECT, label, 0)
    offsets = encode_offsets(own, regions, stds=STDS)
    return ops.concatenate([ops.cast(label, offsets.dtype)[..., None], offsets], -1)


def numpy_targets(regions, boxes, classes):
    """Do what `targets` does for the regions of one image, as arrays."""
    y = targets(*(ops.convert_to_tensor(x)[None] for x in (regions, boxes, classes)))
    return ops.convert_to_numpy(y)[0]


@keras.saving.register_keras_serializable(package="cnnkit")
class RegionsLoss(FastRCNNLoss):
    """Fast R-CNN's loss of regions that the network itself proposes.

    The target is the truth, `(batch, m, 5)`: class and box, the class -1 where there is
    no object. The prediction begins with the regions' four coordinates. Which object a
    region stands for is found here, since it is not known before.
    """

    def call(self, y_true, y_pred):
        regions = ops.stop_gradient(y_pred[..., :4])
        due = targets(regions, y_true[..., 1:], y_true[..., 0])
        return super().call(due, y_pred[..., 4:])


def detections(regions, said, image_shape, names, score, iou):
    """Turn what the head says of the regions of one image into `Detections`.

    Args:
        regions: array `(n, 4)`.
        said: array `(n, 1 + 5 K)`.
        image_shape: `(height, width)`.
        names: tuple of str, or `None`.
        score: float, the smallest probability of a class that is told.
        iou: float, of two boxes of a class that overlap by more one is dropped.
    """
    count = said.shape[-1] // 5
    logits = said[:, : count + 1]
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores = odds[:, 1:] / odds.sum(axis=1, keepdims=True)
    offsets = said[:, count + 1 :].reshape(-1, count, 4)
    has_area = (regions[:, 2:] > regions[:, :2]).all(axis=1)
    of_region, classes = np.nonzero((scores >= score) & has_area[:, None])
    scores, offsets = scores[of_region, classes], offsets[of_region, classes]
    boxes = decode_offsets(offsets, regions[of_region], stds=STDS)
    return best_boxes(boxes, scores, classes, image_shape, names, iou)


def best_boxes(boxes, scores, classes, image_shape, names, iou):
    """Cut boxes at the edge of the image, suppress doubles, return `Detections`."""
    boxes = clip(boxes, image_shape)
    seen = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    boxes, scores, classes = boxes[seen], scores[seen], classes[seen]
    kept = nms(boxes, scores, iou_threshold=iou, classes=classes)
    return Detections(boxes[kept], scores[kept], classes[kept], names)


def truth(boxes, classes, count, shapes):
    """Check the objects of each image and return them as two lists of arrays.

    Objects of class -1 fill up images with fewer, and are left out.

    Args:
        boxes: one array `(n, 4)` an image, "xyxy" in pixels.
        classes: one array `(n,)` of integers an image.
        count: int, the number of classes.
        shapes: sequence with `(height, width)` of each image.

    Raises:
        ValueError: if a box or a class is not valid, or the numbers do not fit.
    """
    if not len(boxes) == len(classes) == len(shapes):
        raise ValueError(
            "`boxes` and `classes` must have one array an image. Received: "
            f"{len(boxes)} and {len(classes)} for {len(shapes)} images."
        )
    all_boxes, all_classes = [], []
    for own, which, shape in zip(boxes, classes, shapes, strict=True):
        own = np.asarray(own, np.float32).reshape(-1, 4)
        which = np.asarray(which).reshape(-1)
        if len(own) != len(which):
            raise ValueError(
                "`classes` must be one number a box. "
                f"Received: an image with {len(own)} boxes and {len(which)} classes."
            )
        own, which = own[which != -1], which[which != -1]
        check(own, "xyxy", shape)
        whole = which.dtype.kind in "iu" or not which.size
        if not whole or (which < 0).any() or (which >= count).any():
            raise ValueError(
                f"`classes` must be integers from 0 to {count - 1}. "
                f"Received: {which.tolist()}."
            )
        all_boxes.append(own)
        all_classes.append(which.astype(np.int64))
    return all_boxes, all_classes


def proposed(proposals, images, most):
    """Return boxes to look at, one array `(n, 4)` an image, `most` at most.

    Args:
        proposals: what the caller gave, as in `given`; `None` for selective search.
        images: sequence of arrays `(height, width, channels)`.
        most: int.
    """
    if proposals is None:
        return [selective_search(image, max_boxes=most) for image in images]
    shapes = [image.shape[:2] for image in images]
    return [own[:most] for own in given(proposals, shapes)]


def given(proposals, shapes):
    """Check proposals, one array `(n, 4)` an image, and return them as a list."""
    if len(proposals) != len(shapes):
        raise ValueError(
            "`proposals` must be one array an image. "
            f"Received: {len(proposals)} for {len(shapes)} images."
        )
    proposals = [np.asarray(own, np.float32).reshape(-1, 4) for own in proposals]
    for own, shape in zip(proposals, shapes, strict=True):
        check(own, "xyxy", shape)
    return proposals
