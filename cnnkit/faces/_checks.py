"""What a gallery is given: names, thresholds, images."""

import unicodedata

import numpy as np

NOT_RECOGNISED = "not recognised"
LONGEST_NAME = 200
FARTHEST = 2.0  # two encodings of length 1


def batch(images):
    """Return one image or several as several, or raise a `ValueError`."""
    array = np.asarray(images)
    if array.ndim not in (3, 4):
        raise ValueError(
            "`images` must be one image, (height, width, channels), or several, "
            f"(n, height, width, channels). Received: an array of shape {array.shape}."
        )
    return array[None] if array.ndim == 3 else array


def one(image):
    """Return one image as a batch of one, or raise a `ValueError`."""
    if np.ndim(image) != 3:
        raise ValueError(
            "`image` must be one image, (height, width, channels). "
            f"Received: an array of shape {np.shape(image)}."
        )
    return np.asarray(image)[None]


def name(name):
    """Return a name as it is kept, or raise a `ValueError`."""
    if isinstance(name, str):
        name = unicodedata.normalize("NFC", name)
        if (
            0 < len(name) <= LONGEST_NAME
            and name == name.strip()
            and name.isprintable()
            and not set(name) & set("/\\")
            and name not in (".", "..", NOT_RECOGNISED)
        ):
            return name
    raise ValueError(
        f"`name` must be 1 to {LONGEST_NAME} printable characters without slashes, "
        f"with no space around them, and not {NOT_RECOGNISED!r}. "
        f"Received: name={name!r}."
    )


def threshold(threshold):
    """Return a threshold as a float, or raise a `ValueError`."""
    number = isinstance(threshold, (int, float, np.number)) and threshold is not True
    if not number or not 0 <= threshold <= FARTHEST:
        raise ValueError(
            "`threshold` must be a distance between encodings of length 1, from 0 to "
            f"2. Received: threshold={threshold!r}."
        )
    return float(threshold)
