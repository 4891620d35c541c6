"""Photographs that come with scikit-image and scikit-learn."""

import importlib.util
from pathlib import Path

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets._sources import unknown

FILES = {
    "astronaut": "skimage/data/astronaut.png",
    "brick": "skimage/data/brick.png",
    "camera": "skimage/data/camera.png",
    "cell": "skimage/data/cell.png",
    "chelsea": "skimage/data/chelsea.png",
    "china": "sklearn/datasets/images/china.jpg",
    "clock": "skimage/data/clock_motion.png",
    "coffee": "skimage/data/coffee.png",
    "coins": "skimage/data/coins.png",
    "flower": "sklearn/datasets/images/flower.jpg",
    "grass": "skimage/data/grass.png",
    "gravel": "skimage/data/gravel.png",
    "horse": "skimage/data/horse.png",
    "hubble": "skimage/data/hubble_deep_field.jpg",
    "retina": "skimage/data/retina.jpg",
    "rocket": "skimage/data/rocket.jpg",
    "text": "skimage/data/text.png",
}


def photograph(name, size=None, grey=False):
    """Load one photograph. Nothing is downloaded.

    Args:
        name: one of `photograph_names()`.
        size: int or pair `(height, width)`. If given, the largest centred part of
            that shape is cut out and resized, so that nothing is distorted.
        grey: bool, whether to turn colours into grey (their luminance).

    Returns:
        float32 array in [0, 1], `(height, width, channels)`: one channel if `grey` or
        if the photograph is grey itself, otherwise red, green and blue.

    Raises:
        ValueError: if no photograph has that name, or an argument is not as above.

    Example:

    >>> photograph("coffee").shape
    (400, 600, 3)
    >>> photograph("coffee", size=64, grey=True).shape
    (64, 64, 1)

    Taught in: notebooks/week1_foundations/01_images_as_volumes.ipynb
    """
    if not isinstance(name, str) or name not in photograph_names():
        raise ValueError(unknown(name, "name", photograph_names()))
    if not isinstance(grey, (bool, np.bool_)):
        raise ValueError(f"`grey` must be True or False. Received: grey={grey!r}.")
    shape = None if size is None else _shape(size)
    from PIL import Image

    with Image.open(_path(name)) as file:
        is_grey = file.mode in ("1", "L", "LA") or name == "horse"
        pixels = np.asarray(file.convert("RGB"), np.float32) / 255
    if is_grey:
        pixels = pixels[..., :1]
    elif grey:
        luminance = np.float32([0.2125, 0.7154, 0.0721])
        pixels = (pixels @ luminance)[..., None]
    return pixels if shape is None else _crop_and_resize(pixels, shape)


def photograph_names():
    """Return the names of the photographs that are installed here, sorted.

    Example:

    >>> photograph_names()[:4]
    ['astronaut', 'brick', 'camera', 'cell']
    """
    return [name for name in sorted(FILES) if _path(name).is_file()]


def _path(name):
    package, _, file = FILES[name].partition("/")
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent / file if spec else Path(file)


def _shape(size):
    pair = tuple(size) if isinstance(size, (list, tuple)) else (size, size)
    if len(pair) != 2:
        raise ValueError(
            "`size` must be an integer or a pair (height, width). "
            f"Received: size={size!r}."
        )
    return tuple(_arguments.integer(side, "size", least=1) for side in pair)


def _crop_and_resize(pixels, shape):
    from skimage.transform import resize

    height, width = pixels.shape[:2]
    scale = min(height / shape[0], width / shape[1])
    rows = min(height, max(1, round(shape[0] * scale)))
    columns = min(width, max(1, round(shape[1] * scale)))
    top, left = (height - rows) // 2, (width - columns) // 2
    part = pixels[top : top + rows, left : left + columns]
    resized = resize(part, (*shape, pixels.shape[2]), order=1, anti_aliasing=True)
    return np.clip(resized, 0, 1).astype(np.float32)
