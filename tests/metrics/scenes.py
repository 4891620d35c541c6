"""Random objects and detections for the tests of the detection metrics."""

import numpy as np


def scenes(seed, images=6, classes=3, most=12, grid=False):
    """Return objects and detections of images, boxes as left, top, width, height.

    On a grid of 8 pixels many overlaps are equal to a threshold or to each other. Some
    scores are equal, some images have no objects or no detections.
    """
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(images):
        n, m = rng.integers(0, most + 1), rng.integers(0, 4 * most)
        sizes = np.exp(rng.uniform(np.log(6), np.log(200), (n, 2)))
        boxes = np.concatenate([rng.uniform(0, 300, (n, 2)), sizes], axis=1)
        which = rng.integers(0, classes, n)
        near = rng.integers(0, max(n, 1), m)
        if n:
            noise = rng.normal(0, 0.2, (m, 4)) * rng.integers(0, 2, (m, 1))
            own = boxes[near] * (1 + noise)
            own_class = np.where(
                rng.random(m) < 0.8, which[near], rng.integers(0, classes, m)
            )
        else:
            own, own_class = rng.uniform(1, 100, (m, 4)), rng.integers(0, classes, m)
        if grid:
            boxes, own = np.round(boxes / 8) * 8, np.round(own / 8) * 8
        boxes[:, 2:], own[:, 2:] = (np.maximum(b[:, 2:], 4) for b in (boxes, own))
        truth.append(
            {
                "boxes": boxes,
                "classes": which,
                "crowd": rng.random(n) < 0.1,
                "difficult": rng.random(n) < 0.2,
                "area": boxes[:, 2] * boxes[:, 3] * rng.uniform(0.5, 1, n),
            }
        )
        found.append(
            {
                "boxes": own,
                "classes": own_class,
                "scores": np.round(rng.random(m), 1 if grid else 6),
            }
        )
    return truth, found


def without(items, *names):
    """Return the items of all images without some of their fields."""
    return [{k: v for k, v in item.items() if k not in names} for item in items]
