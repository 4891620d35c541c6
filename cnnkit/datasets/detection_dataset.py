"""What the loaders of images with boxes return."""

from dataclasses import dataclass, field, fields

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets import _detection_checks as checks


@dataclass(frozen=True)
class BadBox:
    """A box in a file that cannot be right, and was left out.

    Attributes:
        source: str, the file that holds it.
        class_name: str.
        box: tuple, as the file has it.
        reason: str.

    Example:

    >>> print(BadBox("street.xml", "car", (9.0, 9.0, 9.0, 30.0), "it has no area"))
    street.xml: car (9, 9, 9, 30): it has no area
    """

    source: str
    class_name: str
    box: tuple
    reason: str

    def __str__(self):
        numbers = (f"{n:g}" if isinstance(n, float) else str(n) for n in self.box)
        return f"{self.source}: {self.class_name} ({', '.join(numbers)}): {self.reason}"


@dataclass(frozen=True, eq=False, repr=False)
class DetectionDataset:
    """Images, and the boxes of the objects in each.

    A box is `xyxy`: the left, upper, right and lower edge in pixels, (0, 0) being the
    corner of the image, not the middle of its first pixel. So a box around the whole of
    an image is (0, 0, width, height).

    Attributes:
        images: float32 array in [0, 1], `(images, height, width, 3)`; or a tuple of
            arrays `(height, width, 3)` where their sizes differ.
        boxes: tuple of float32 arrays `(objects, 4)`, one an image.
        classes: tuple of int64 arrays `(objects,)`, positions in `class_names`.
        class_names: tuple of str.
        difficult: tuple of bool arrays `(objects,)`: objects that count neither as
            found nor as missed. None by default.
        crowd: tuple of bool arrays `(objects,)`: boxes around many objects of one
            class, in which any number may be found. None by default.
        sources: tuple of str, one an image: where it comes from.
        attributes: dict of arrays with one value an image.
        report: tuple of `BadBox`: what a loader left out.

    Raises:
        ValueError: if the numbers of images, boxes and classes do not fit together, or
            a box is not finite or has no area.

    Example:

    >>> import numpy as np
    >>> from cnnkit import datasets
    >>> images = np.zeros((2, 32, 48, 3), "float32")
    >>> boxes = [[[4, 4, 20, 30]], []]
    >>> data = datasets.DetectionDataset(images, boxes, [[1], []], ["cat", "dog"])
    >>> data
    DetectionDataset(images=(2, 32, 48, 3), objects=1, class_names=('cat', 'dog'))
    >>> data.counts()
    {'cat': 0, 'dog': 1}

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """

    images: np.ndarray | tuple
    boxes: tuple
    classes: tuple
    class_names: tuple
    difficult: tuple | None = None
    crowd: tuple | None = None
    sources: tuple | None = None
    attributes: dict = field(default_factory=dict)
    report: tuple = ()

    def __post_init__(self):
        n = len(self.images)
        for name in ("boxes", "classes", "difficult", "crowd", "sources"):
            value = getattr(self, name)
            if value is not None and len(value) != n:
                raise ValueError(
                    f"`{name}` must have one entry an image. "
                    f"Received: {n} images, {len(value)} {name}."
                )
        names = tuple(self.class_names)
        boxes = tuple(checks.boxes(own, i) for i, own in enumerate(self.boxes))
        counts = [len(own) for own in boxes]
        values = {
            "images": checks.images(self.images),
            "boxes": boxes,
            "classes": tuple(
                checks.classes(own, counts[i], len(names), i)
                for i, own in enumerate(self.classes)
            ),
            "class_names": names,
            "difficult": checks.flags(self.difficult, counts, "difficult"),
            "crowd": checks.flags(self.crowd, counts, "crowd"),
            "sources": tuple(self.sources or map(str, range(n))),
            "report": tuple(self.report),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        if isinstance(self.images, np.ndarray):
            images = self.images.shape
        else:
            images = f"{len(self)} of several sizes"
        objects = sum(map(len, self.boxes))
        return (
            f"DetectionDataset(images={images}, objects={objects}, "
            f"class_names={self.class_names})"
        )

    def counts(self):
        """Return how many objects there are of each class, a dict by name."""
        labels = np.concatenate([*self.classes, np.zeros(0, np.int64)])
        numbers = np.bincount(labels, minlength=len(self.class_names))
        return dict(zip(self.class_names, numbers.tolist(), strict=True))

    def subset(self, index):
        """Return the images at `index` and what belongs to them.

        Args:
            index: slice, list or array of positions, or bool array with one value an
                image.

        Returns:
            A `DetectionDataset`; its `report` is the whole one.
        """
        positions = checks.positions(index, len(self))
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        for name in ("boxes", "classes", "difficult", "crowd", "sources"):
            values[name] = tuple(values[name][i] for i in positions)
        if isinstance(self.images, np.ndarray):
            values["images"] = self.images[positions]
        else:
            values["images"] = tuple(self.images[i] for i in positions)
        values["attributes"] = {
            name: np.asarray(value)[positions]
            for name, value in self.attributes.items()
        }
        return DetectionDataset(**values)

    def split(self, test_fraction=0.25, seed=0):
        """Divide the images into two sets, at random.

        Args:
            test_fraction: float between 0 and 1, the share of the second set.
            seed: int.

        Returns:
            Two `DetectionDataset`s.

        Raises:
            ValueError: if one of them would be empty.
        """
        is_share = isinstance(test_fraction, (float, np.floating))
        n_test = round(test_fraction * len(self)) if is_share else 0
        if not is_share or not 0 < n_test < len(self):
            raise ValueError(
                "`test_fraction` must be a float between 0 and 1 that leaves at least "
                f"one of {len(self)} images on either side. "
                f"Received: test_fraction={test_fraction!r}."
            )
        order = np.random.default_rng(_arguments.integer(seed, "seed"))
        order = order.permutation(len(self))
        return self.subset(np.sort(order[n_test:])), self.subset(
            np.sort(order[:n_test])
        )

    def padded(self, most=None):
        """Return boxes and classes as two arrays, filled up where there are fewer.

        Crowds are left out: they are no objects to learn from.

        Args:
            most: int, how many objects there is room for; by default the greatest
                number in any image, and at least 1.

        Returns:
            float32 boxes `(images, most, 4)`, 0 where there is none, and int64 classes
            `(images, most)`, -1 where there is none.

        Raises:
            ValueError: if an image has more than `most` objects.
        """
        wanted = [~crowd for crowd in self.crowd]
        greatest = max([1, *(int(keep.sum()) for keep in wanted)])
        most = greatest if most is None else _arguments.integer(most, "most", least=1)
        if greatest > most:
            raise ValueError(
                f"`most` must be at least {greatest}: an image has as many objects. "
                f"Received: most={most}."
            )
        boxes = np.zeros((len(self), most, 4), np.float32)
        classes = np.full((len(self), most), -1, np.int64)
        for i, keep in enumerate(wanted):
            boxes[i, : keep.sum()] = self.boxes[i][keep]
            classes[i, : keep.sum()] = self.classes[i][keep]
        return boxes, classes

    def batches(
        self,
        batch_size=32,
        seed=0,
        shuffle=True,
        epochs=1,
        mirror=False,
        augment=None,
        drop_last=False,
    ):
        """Go through the images in batches, with boxes and classes as in `padded`.

        Args:
            batch_size: int.
            seed: int, of the order and of what is distorted.
            shuffle: bool, whether to draw a new order in every epoch.
            epochs: int, how often to go through all images; `None` for ever.
            mirror: bool, whether to swap left and right in half of the images.
            augment: function of one image, its boxes, its classes and a
                `numpy.random.Generator` that returns image, boxes and classes, of the
                same shape and no more of them; or `None`.
            drop_last: bool, whether to leave out a last batch that is not full.

        Yields:
            images `(batch, height, width, 3)`, boxes `(batch, most, 4)`, classes
            `(batch, most)`; `most` is the same in every batch.

        Raises:
            ValueError: if the images have several sizes, or there are none.

        Example:

        >>> from cnnkit import datasets
        >>> scenes = datasets.street_scenes(10, seed=1)
        >>> for images, boxes, classes in scenes.batches(4, drop_last=True):
        ...     print(images.shape, boxes.shape == (4, boxes.shape[1], 4))
        (4, 96, 96, 3) True
        (4, 96, 96, 3) True
        """
        batch_size = _arguments.integer(batch_size, "batch_size", least=1)
        seed = _arguments.integer(seed, "seed")
        epochs = epochs if epochs is None else _arguments.integer(epochs, "epochs")
        if not len(self):
            raise ValueError("There are no images to make batches of.")
        if not isinstance(self.images, np.ndarray):
            raise ValueError(
                "Batches need images of one size: load them with `size=...`."
            )
        return self._batches(
            batch_size, seed, shuffle, epochs, mirror, augment, drop_last
        )

    def _batches(self, batch_size, seed, shuffle, epochs, mirror, augment, drop_last):
        boxes, classes = self.padded()
        n = len(self)
        stop = n - n % batch_size if drop_last else n
        epoch = 0
        while epochs is None or epoch < epochs:
            rng = np.random.default_rng([seed, epoch])
            order = rng.permutation(n) if shuffle else np.arange(n)
            for start in range(0, stop, batch_size):
                chosen = order[start : start + batch_size]
                batch = self.images[chosen], boxes[chosen], classes[chosen]
                if mirror:
                    _mirror(*batch, rng.random(len(chosen)) < 0.5)
                if augment is not None:
                    _augment(*batch, augment, rng)
                yield batch
            epoch += 1


def _mirror(images, boxes, classes, which):
    """Swap left and right in the images that `which` marks, in place."""
    images[which] = images[which, :, ::-1]
    mirrored = images.shape[2] - boxes[which][..., [2, 1, 0, 3]]
    mirrored[..., [1, 3]] = boxes[which][..., [1, 3]]
    boxes[which] = np.where(classes[which][..., None] >= 0, mirrored, 0)


def _augment(images, boxes, classes, augment, rng):
    """Distort each image of a batch, in place."""
    for i in range(len(images)):
        real = classes[i] >= 0
        image, new_boxes, new_classes = augment(
            images[i], boxes[i, real], classes[i, real], rng
        )
        image, new_boxes = np.asarray(image), np.asarray(new_boxes).reshape(-1, 4)
        count = len(new_boxes)
        if image.shape != images[i].shape or count != len(new_classes):
            raise ValueError(
                "`augment` must return an image of the same shape and as many classes "
                f"as boxes. Received: image {image.shape} of {images[i].shape}, "
                f"{count} boxes, {len(new_classes)} classes."
            )
        if count > boxes.shape[1]:
            raise ValueError(
                f"`augment` must not return more than {boxes.shape[1]} objects. "
                f"Received: {count}."
            )
        images[i], boxes[i], classes[i] = image, 0, -1
        boxes[i, :count], classes[i, :count] = new_boxes, new_classes
