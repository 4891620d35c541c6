"""Boxes on images: what a detector found, beside what there is."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from cnnkit.boxes import Detections
from cnnkit.plots.style import COLOURS, blank

PALETTE = COLOURS[:-1]
DASHES = (0, (4, 3))


def show_boxes(
    images,
    boxes,
    classes=None,
    scores=None,
    class_names=None,
    truth=None,
    box_format="xyxy",
    titles=None,
    columns=None,
    side=None,
    title=None,
):
    """Show boxes on one image, or on each of several.

    A class has a colour; its name and the score stand on the box's upper edge. Boxes of
    the truth are dashed and white, without words.

    Args:
        images: array `(height, width)`, `(height, width, 1)` or `(height, width, 3)`,
            colours in [0, 1]; or a sequence of such arrays, or one array with the
            images along its first axis.
        boxes: numbers `(n, 4)` or `cnnkit.boxes.Detections`; for several images a
            sequence of these, one an image.
        classes: integers `(n,)`, or `None`; for several images a sequence of these.
            Not with `Detections`, which have their own; nor are the next two.
        scores: numbers `(n,)`, or `None`; for several images a sequence of these.
        class_names: sequence of str, or `None`.
        truth: boxes as `boxes`, or `None`.
        box_format: str, the format of `boxes` and `truth` where they are numbers.
        titles: string over each image, a sequence, or `None`.
        columns: int, how many images stand side by side; by default up to four.
        side: float, the width of one image in inches; by default 5 for one image and 3
            for several.
        title: string over the whole figure, or `None`.

    Raises:
        ValueError: if there is no image, the numbers of images and of the rest differ,
            or as `cnnkit.boxes.Detections` and `cnnkit.boxes.convert` do; so boxes in
            shares of the image are not drawn as if they were pixels.
    """
    if not isinstance(images, (list, tuple)) and np.ndim(images) != 4:
        images, boxes = [images], [boxes]
        classes, scores, truth, titles = (
            None if value is None else [value]
            for value in (classes, scores, truth, titles)
        )
    images = [_displayable(image) for image in images]
    n = len(images)
    if not n:
        raise ValueError("`images` is empty: there is nothing to show.")
    found = [
        _detections(image, one, each_scores, each_classes, class_names, box_format)
        for image, one, each_scores, each_classes in zip(
            images,
            _each("boxes", boxes, n),
            _each("scores", scores, n),
            _each("classes", classes, n),
            strict=True,
        )
    ]
    true = [
        None if one is None else _detections(image, one, box_format=box_format)
        for image, one in zip(images, _each("truth", truth, n), strict=True)
    ]
    columns = min(columns or 4, n)
    rows = math.ceil(n / columns)
    side = side or (5 if n == 1 else 3)
    ratio = max(image.shape[0] / image.shape[1] for image in images)
    height = side * ratio + (0.3 if titles is not None else 0.05)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(columns * side, rows * height + (0.35 if title else 0)),
        squeeze=False,
        layout="constrained",
    )
    for axis in axes.flat:
        blank(axis)
    each_title = _each("titles", titles, n)
    for i, axis in enumerate(axes.flat[:n]):
        _draw(axis, images[i], found[i], true[i])
        axis.set_title(each_title[i] or "")
    if title:
        figure.suptitle(title)
    plt.show()


def _draw(axis, image, found, true):
    height, width = image.shape[:2]
    axis.imshow(image, extent=(0, width, height, 0))
    if true is not None:
        for box in true.boxes:
            _frame(axis, box, "black", linewidth=2)
            _frame(axis, box, "white", linewidth=1.2, linestyle=DASHES)
    scored = (found.scores != 1).any()
    for i in np.argsort(found.scores, kind="stable"):
        words = [found.class_names[found.classes[i]]] if found.class_names else []
        words += [f"{found.scores[i]:.2f}"] if scored else []
        colour = PALETTE[found.classes[i] % len(PALETTE)]
        _frame(axis, found.boxes[i], colour, linewidth=2)
        if words:
            _write(axis, found.boxes[i], " ".join(words), colour)


def _frame(axis, box, colour, **style):
    x1, y1, x2, y2 = box
    axis.add_patch(
        Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, **style)
    )


def _write(axis, box, words, colour):
    """Write at the upper edge, so that the words stay within the image."""
    x1, y1, x2, _ = box
    width, height = axis.get_xlim()[1], axis.get_ylim()[0]
    at_right = x1 > 0.7 * width
    text = axis.text(
        min(x2, width) if at_right else max(x1, 0),
        max(y1, 0),
        words,
        color="white",
        size=8,
        ha="right" if at_right else "left",
        va="bottom" if y1 > 0.08 * height else "top",
        bbox={"facecolor": colour, "edgecolor": "none", "pad": 1.2},
    )
    text.set_in_layout(False)


def _detections(
    image, boxes, scores=None, classes=None, class_names=None, box_format="xyxy"
):
    if not isinstance(boxes, Detections):
        shape = image.shape[:2]
        boxes = Detections.from_boxes(
            boxes,
            scores,
            classes,
            class_names,
            box_format=box_format,
            image_shape=shape,
        )
    # Refuses shares of the image, which would be drawn as a dot in its corner.
    boxes.boxes_as("rel_xyxy", image.shape[:2])
    return boxes


def _each(name, values, n):
    """Return one value an image; `None` for each where there are none."""
    if values is None:
        return [None] * n
    if len(values) != n:
        raise ValueError(
            f"`{name}` must have one entry an image. "
            f"Received: {len(values)} entries, {n} images."
        )
    return list(values)


def _displayable(image):
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[-1] != 3):
        raise ValueError(
            "An image must be (height, width), or have 1 or 3 channels. "
            f"Received: shape {image.shape}."
        )
    is_float = image.dtype.kind == "f"
    return np.clip(image, 0, 1) if image.ndim == 3 and is_float else image
