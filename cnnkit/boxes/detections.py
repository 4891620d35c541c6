"""What a detector found in one image, or what there is to find."""

from dataclasses import dataclass

import numpy as np

from cnnkit.boxes import _arrays
from cnnkit.boxes.formats import convert


@dataclass(frozen=True, eq=False, repr=False)
class Detections:
    """The boxes of one image with their scores and classes.

    It has a length, and takes an index, a slice, a mask or an array of positions, which
    give `Detections` again.

    Attributes:
        boxes: float32 array `(n, 4)`, left, top, right, bottom in pixels ("xyxy").
        scores: float32 array `(n,)`; 1 for each box if none are given.
        classes: int64 array `(n,)`, counted from 0; 0 for each box if none are given.
        class_names: tuple of str, one a class, or `None`.

    Raises:
        ValueError: if the lengths differ, a number is NaN or infinite, the corners of a
            box are swapped, or a class has no name.

    Example:

    >>> found = Detections([[4, 4, 20, 40], [8, 2, 60, 30]], [0.4, 0.9], [0, 1],
    ...                    class_names=("pedestrian", "car"))
    >>> found
    Detections(2: pedestrian 0.40, car 0.90)
    >>> found.above(0.5).boxes
    array([[ 8.,  2., 60., 30.]], dtype=float32)

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """

    boxes: np.ndarray
    scores: np.ndarray | None = None
    classes: np.ndarray | None = None
    class_names: tuple[str, ...] | None = None

    def __post_init__(self):
        _, (boxes,) = _arrays.boxes(_arrays.to_numpy(self.boxes))
        if boxes.ndim != 2:
            raise ValueError(
                "`boxes` must be of shape (n, 4), those of one image. "
                f"Received: boxes of shape {boxes.shape}."
            )
        swapped = (boxes[:, 2:] < boxes[:, :2]).any(axis=1)
        if swapped.any():
            raise ValueError(
                "`boxes` must be left, top, right, bottom in pixels; convert them "
                f"first. Received: {boxes[swapped.argmax()].tolist()}."
            )
        n = len(boxes)
        scores = np.ones(n) if self.scores is None else self.scores
        classes = np.zeros(n, np.int64) if self.classes is None else self.classes
        classes = _arrays.one_per_box(classes, "classes", n)
        names = None if self.class_names is None else tuple(self.class_names)
        _check_classes(classes, names)
        arrays = {
            "boxes": boxes.astype(np.float32),
            "scores": _arrays.one_per_box(scores, "scores", n).astype(np.float32),
            "classes": classes.astype(np.int64),
            "class_names": names,
        }
        for name, value in arrays.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_boxes(
        cls,
        boxes,
        scores=None,
        classes=None,
        class_names=None,
        *,
        box_format,
        image_shape=None,
    ):
        """Make `Detections` of boxes in any format.

        Args:
            boxes: numbers `(n, 4)`.
            scores: numbers `(n,)`, or `None`.
            classes: integers `(n,)`, or `None`.
            class_names: sequence of str, or `None`.
            box_format: str, the format of `boxes`.
            image_shape: `(height, width)` in pixels; needed for relative formats.

        Returns:
            `Detections`.

        Raises:
            ValueError: as `convert` and `Detections` do.
        """
        corners = convert(_arrays.to_numpy(boxes), box_format, "xyxy", image_shape)
        return cls(corners, scores, classes, class_names)

    def boxes_as(self, box_format, image_shape=None):
        """Return the boxes in another format, a float32 array `(n, 4)`.

        Args:
            box_format: str.
            image_shape: `(height, width)` in pixels; needed for relative formats.

        Raises:
            ValueError: as `convert` does.
        """
        return convert(self.boxes, "xyxy", box_format, image_shape)

    def above(self, score):
        """Return the `Detections` with a score of at least `score`."""
        return self[self.scores >= score]

    def of_class(self, which):
        """Return the `Detections` of one class, given by its number or its name."""
        if isinstance(which, str):
            if which not in (self.class_names or ()):
                raise ValueError(
                    f"`which` must be a class: {self.class_names}. "
                    f"Received: which={which!r}."
                )
            which = self.class_names.index(which)
        return self[self.classes == which]

    def __len__(self):
        return len(self.boxes)

    def __getitem__(self, index):
        if isinstance(index, (int, np.integer)):
            index = [index]
        arrays = (self.boxes, self.scores, self.classes)
        return Detections(*(array[index] for array in arrays), self.class_names)

    def __repr__(self):
        found = [
            f"{self.class_names[c] if self.class_names else c} {score:.2f}"
            for c, score in zip(self.classes, self.scores, strict=True)
        ]
        if len(found) > 6:
            found[3:-1] = ["..."]
        return f"Detections({len(self)}{': ' if found else ''}{', '.join(found)})"


def _check_classes(classes, names):
    if not len(classes):
        return
    if classes.dtype.kind == "f" and (classes % 1 != 0).any():
        raise ValueError(
            "`classes` must be integers, positions in `class_names`. "
            f"Received: classes of type {classes.dtype}."
        )
    if classes.min() < 0 or (names is not None and classes.max() >= len(names)):
        wanted = "at least 0" if names is None else f"from 0 to {len(names) - 1}"
        raise ValueError(
            f"`classes` must be {wanted}. "
            f"Received: from {classes.min():g} to {classes.max():g}."
        )
