"""What the readers of annotated images share: images, boxes, and what is wrong."""

import math
import numbers

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets.detection_dataset import BadBox, DetectionDataset

TRIMMED = 1.0


class Collector:
    """Gathers images and boxes for a `DetectionDataset`.

    Args:
        class_names: sequence of str.
        size: `None`, or `size` as the readers have it.
        bad: "skip" or "raise".
    """

    def __init__(self, class_names, size, bad):
        self.class_names = tuple(class_names)
        self.size = None if size is None else _arguments.image_size(size)
        self.bad = bad
        self.images = []
        self.objects = []
        self.sources = []
        self.report = []
        self.bytes = 0

    def add(self, image, objects, source):
        """Add an image and the objects in it.

        Args:
            image: uint8 array `(height, width, 3)`.
            objects: list of dicts: `box` is xyxy in pixels, `written` the numbers as
                in the file, `reason` what is known to be wrong or `None`, `where` the
                file; and `class_name`, `difficult`, `crowd`.
            source: str, the file of the image.
        """
        height, width = image.shape[:2]
        pixels = _resized(image, self.size)
        self.bytes += pixels.nbytes
        if self.bytes > _arguments.MOST_BYTES:
            raise ValueError(
                f"The images take more than {_arguments.MOST_BYTES / 2**30:.0f} GiB. "
                "Load them smaller with `size=(height, width)`, or fewer of them. "
                f"Received: size={self.size}."
            )
        scale = np.array([pixels.shape[1] / width, pixels.shape[0] / height] * 2)
        kept = []
        for thing in objects:
            reason = thing["reason"] or wrong(thing["box"], width, height)
            if reason is None:
                box = _trimmed(thing["box"], width, height) * scale
                kept.append(thing | {"box": box})
                continue
            written = tuple(thing["written"])
            bad = BadBox(thing["where"], thing["class_name"], written, reason)
            if self.bad == "raise":
                raise ValueError(
                    f"{bad}. Mend it, or leave such boxes out with bad='skip'."
                )
            self.report.append(bad)
        self.images.append(pixels)
        self.objects.append(kept)
        self.sources.append(source)

    def dataset(self):
        """Return what was added."""
        images = self.images
        if len({image.shape for image in images}) == 1:
            images = np.stack(images)
        position = {name: i for i, name in enumerate(self.class_names)}
        return DetectionDataset(
            images,
            boxes=self._each("box"),
            classes=[
                [position[name] for name in own] for own in self._each("class_name")
            ],
            class_names=self.class_names,
            difficult=self._each("difficult"),
            crowd=self._each("crowd"),
            sources=self.sources,
            report=self.report,
        )

    def _each(self, key):
        return [[thing[key] for thing in own] for own in self.objects]


def check_bad(bad):
    """Raise a `ValueError` unless `bad` is "skip" or "raise"."""
    if bad not in ("skip", "raise"):
        raise ValueError(f"`bad` must be 'skip' or 'raise'. Received: bad={bad!r}.")


def check_names(class_names):
    """Return `class_names` as a tuple of different strings."""
    names = (class_names,) if isinstance(class_names, str) else tuple(class_names)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ValueError(
            "`class_names` must be different strings. "
            f"Received: class_names={class_names!r}."
        )
    return names


def wrong(box, width, height):
    """Say what is wrong with a box, `None` if nothing is.

    Args:
        box: four numbers, xyxy in pixels.
        width: int, of the image.
        height: int, of the image.

    Example:

    >>> wrong((0, 0, 64, 48), 64, 48)
    >>> wrong((9, 5, 9, 20), 64, 48)
    'it has no area'
    >>> wrong((30, 5, 9, 20), 64, 48)
    'its corners are swapped'
    """
    good = all(isinstance(n, numbers.Real) and not isinstance(n, bool) for n in box)
    if len(box) != 4 or not good or not all(map(math.isfinite, box)):
        return "it is not four finite numbers"
    x1, y1, x2, y2 = box
    if x2 < x1 or y2 < y1:
        return "its corners are swapped"
    if x2 == x1 or y2 == y1:
        return "it has no area"
    over = max(-x1, -y1, x2 - width, y2 - height)
    if over > TRIMMED:
        return f"it reaches {over:g} px over the edge of the image of {width}x{height}"
    x1, y1, x2, y2 = _trimmed(box, width, height)
    if x2 <= x1 or y2 <= y1:
        return "it has no area inside the image"
    return None


def _trimmed(box, width, height):
    return np.clip(np.array(box, float), 0, [width, height, width, height])


def read_image(path, upright=False):
    """Return an image file as a uint8 array `(height, width, 3)`.

    Args:
        path: `Path`, or anything with `open("rb")`.
        upright: bool, whether to turn it as its camera was held. Boxes are drawn on
            images as they are stored.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with path.open("rb") as file, Image.open(file) as image:
            if image.mode.startswith(("I", "F")):
                raise ValueError(
                    f"{path} has more than 8 bits a channel. Convert it first."
                )
            if upright:
                ImageOps.exif_transpose(image, in_place=True)
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, UnidentifiedImageError):
            error = "it is no image, or cut short"
        raise ValueError(f"{path} cannot be read: {error}.") from None


def _resized(image, size):
    """Return an image as float32 in [0, 1], resized unless `size` is `None`."""
    from PIL import Image

    if size is not None and image.shape[:2] != size:
        smooth = Image.Resampling.BILINEAR
        image = np.asarray(Image.fromarray(image).resize(size[::-1], smooth))
    return np.divide(image, np.float32(255), dtype=np.float32)
