"""Images with one coloured rectangle each, which a detector must learn to find."""

import numpy as np

from cnnkit.boxes import pairwise_iou

KINDS = ((6, 14), (14, 7))  # width and height; red ones are narrow, green ones wide


def rectangles(n, width=32, stray=0):
    """Draw rectangles on noise.

    Args:
        n: int, how many images.
        width: int, of an image; the height is 32.
        stray: int, how many random proposals to add to eight about the rectangle;
            0 for no proposals.

    Returns:
        Images `(n, 32, width, 3)`, a list of boxes and one of classes, and with `stray`
        a list of proposals.
    """
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 0.3, (n, 32, width, 3)).astype("float32")
    boxes, classes, near = [], [], []
    for image in images:
        which = int(rng.integers(2))
        w, h = KINDS[which]
        left, top = int(rng.integers(width - w)), int(rng.integers(32 - h))
        image[top : top + h, left : left + w, which] += 0.6
        box = np.array([left, top, left + w, top + h])
        boxes.append([box])
        classes.append([which])
        if stray:
            low = rng.uniform(0, 20, (stray, 2))
            far = np.concatenate([low, low + rng.uniform(5, 12, (stray, 2))], axis=1)
            close = box + rng.uniform(-2, 2, (8, 4))
            both = np.clip(np.concatenate([far, close]), 0, [width, 32, width, 32])
            near.append(both.astype("float32"))
    return (images, boxes, classes, near) if stray else (images, boxes, classes)


def found_first(found, boxes, classes):
    """Return in how many images the best detection is the rectangle, of its class."""
    return sum(
        len(own) > 0
        and pairwise_iou(own.boxes[:1], np.array(box, "float32"))[0, 0] > 0.5
        and own.classes[0] == which[0]
        for own, box, which in zip(found, boxes, classes, strict=True)
    )
