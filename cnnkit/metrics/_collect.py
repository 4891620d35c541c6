"""Boxes of many images, gathered batch by batch for the detection metrics."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from cnnkit.boxes import convert


@dataclasses.dataclass
class Flat:
    """The boxes of all images in one table, in the order in which they came.

    Attributes:
        boxes: float64 array `(n, 4)`, left, top, width, height.
        classes: int64 array `(n,)`.
        image: int64 array `(n,)`, number of the image.
        extra: dict of arrays `(n,)`: scores, or what is known of true objects.
    """

    boxes: np.ndarray
    classes: np.ndarray
    image: np.ndarray
    extra: dict

    def __len__(self):
        return len(self.boxes)

    def of_one_class(self):
        """Return the same boxes, all of class 0."""
        return dataclasses.replace(self, classes=np.zeros_like(self.classes))

    def __getitem__(self, index):
        extra = {name: array[index] for name, array in self.extra.items()}
        return Flat(self.boxes[index], self.classes[index], self.image[index], extra)


class Collector:
    """What all detection metrics keep: true objects and detections, image by image.

    Args:
        box_format: str, the format of all boxes to come.
    """

    def __init__(self, box_format):
        self.box_format = box_format
        convert(np.zeros((0, 4)), box_format, box_format)  # is it a format?
        self.clear()

    def clear(self):
        """Forget all images."""
        self.images = 0
        self._truth, self._found = [], []

    def add(self, truth, detections):
        """Take the true objects and the detections of some images."""
        truth, found = per_image(truth, "truth"), per_image(detections, "detections")
        if len(truth) != len(found):
            raise ValueError(
                "`truth` and `detections` must be of the same images. "
                f"Received: {len(truth)} and {len(found)} images."
            )
        flags = {"crowd": False, "difficult": False, "area": np.nan}
        new = (
            self._flat(truth, "truth", flags),
            self._flat(found, "detections", {"scores": None}),
        )
        self._truth.append(new[0])
        self._found.append(new[1])
        self.images += len(truth)

    def tables(self):
        """Return two `Flat`: all true objects and all detections."""
        if not self.images:
            raise ValueError("No image has been seen; call `update_state` first.")
        self._truth, self._found = [_joined(self._truth)], [_joined(self._found)]
        return self._truth[0], self._found[0]

    def _flat(self, items, name, fields):
        boxes = [_boxes(_get(item, "boxes"), name) for item in items]
        lengths = [len(b) for b in boxes]
        image = np.repeat(np.arange(len(items)) + self.images, lengths)
        boxes = np.concatenate([*boxes, np.zeros((0, 4))])
        relative = "rel_" if self.box_format.startswith("rel_") else ""
        boxes = convert(boxes, self.box_format, f"{relative}xywh")
        if (boxes[:, 2:] < 0).any():
            bad = int((boxes[:, 2:] < 0).any(axis=1).argmax())
            raise ValueError(
                f'`{name}` must hold boxes as "{self.box_format}". Received: one of '
                f"negative width or height, in image {image[bad]}."
            )
        classes = _column(items, lengths, f"{name}.classes", "classes", None)
        if (classes % 1 != 0).any():
            raise ValueError(f"`{name}.classes` must be integers.")
        extra = {
            field: _column(items, lengths, f"{name}.{field}", field, default)
            for field, default in fields.items()
        }
        if "area" in extra:
            own = boxes[:, 2] * boxes[:, 3]
            extra["area"] = np.where(np.isnan(extra["area"]), own, extra["area"])
            extra["crowd"] = extra["crowd"] > 0
            extra["difficult"] = extra["difficult"] > 0
        elif np.isnan(extra["scores"]).any():
            raise ValueError("`detections.scores` must not hold NaN.")
        return Flat(boxes, classes.astype(np.int64), image, extra)


def per_image(value, name):
    """Return a list with one item an image; see `AveragePrecision.update_state`."""
    if isinstance(value, Mapping):
        return [value]
    boxes = getattr(value, "boxes", None)
    if boxes is None:
        if isinstance(value, (list, tuple)):
            return list(value)
        raise ValueError(
            f"`{name}` must be a list with one item an image. "
            f"Received: {name} of type {type(value).__name__}."
        )
    if not isinstance(boxes, (list, tuple)):
        return [value]
    names = ("boxes", "classes", "scores", "difficult", "crowd", "area")
    columns = {n: getattr(value, n, None) for n in names}
    columns = {n: column for n, column in columns.items() if column is not None}
    return [{n: column[i] for n, column in columns.items()} for i in range(len(boxes))]


def _get(item, field):
    if isinstance(item, Mapping):
        return item.get(field)
    return getattr(item, field, None)


def _boxes(boxes, name):
    array = np.asarray([] if boxes is None else boxes, dtype=np.float64)
    if boxes is None or array.ndim != 2 or array.shape[1] != 4:
        if boxes is not None and not array.size:
            return np.zeros((0, 4))
        raise ValueError(
            f"Each image of `{name}` must have `boxes` of shape (n, 4). "
            f"Received: {'none' if boxes is None else f'shape {array.shape}'}."
        )
    return array


def _column(items, lengths, name, field, default):
    """Return one number a box; `default` is for images that do not have the field."""
    columns = [np.zeros(0)]
    for item, length in zip(items, lengths, strict=True):
        column = _get(item, field)
        if column is None and default is not None:
            column = np.full(length, default, np.float64)
        column = np.asarray([] if column is None else column, dtype=np.float64)
        if column.shape != (length,):
            raise ValueError(
                f"`{name}` must be one number a box. Received: {length} boxes and "
                f"{name} of shape {column.shape}."
            )
        columns.append(column)
    return np.concatenate(columns)


def _joined(parts):
    if len(parts) == 1:
        return parts[0]
    names = parts[0].extra
    return Flat(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("boxes", "classes", "image")
        ),
        {n: np.concatenate([part.extra[n] for part in parts]) for n in names},
    )
