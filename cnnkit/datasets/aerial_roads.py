"""Aerial images with a map of the roads, drawn by code."""

from dataclasses import dataclass

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets._aerial.land import METRES_PER_PIXEL, draw_land
from cnnkit.datasets._pictures import Pictures

SMALLEST = 64


@dataclass(frozen=True, eq=False, repr=False)
class AerialRoads(Pictures):
    """Aerial images and the roads in them.

    Attributes:
        images: float32 array in [0, 1], `(images, size, size, 3)`.
        roads: float32 array of 0 and 1, `(images, size, size, 1)`: 1 on a road, also
            where a tree or a shadow hides it.
        land: array of str, `(images,)`: "town", "suburb" or "country".
        metres_per_pixel: float.

    Taught in: notebooks/week3_detection/06_roads.ipynb
    """

    images: np.ndarray
    roads: np.ndarray
    land: np.ndarray

    metres_per_pixel = METRES_PER_PIXEL

    def __repr__(self):
        return f"AerialRoads(images={self.images.shape}, roads={self.roads.shape})"


def aerial_roads(n=20, size=256, seed=0):
    """Draw land from above, in a town, a suburb or the country, and map its roads.

    Roads have many greys, and so have flat roofs, yards, drives, tracks and some
    fields: colour alone does not tell a road. Trees, shadows and cars lie over them,
    and the map shows the road that runs on beneath. A pixel is 0.8 metres wide.

    The first tiles are the same whatever `n` is. Tiles of another size show other land.

    Args:
        n: int, how many tiles to draw.
        size: int of at least 64, the side of a tile in pixels.
        seed: int of at least 0.

    Returns:
        An `AerialRoads`.

    Raises:
        ValueError: if an argument is not as above, or the images would take more than
            2 GiB.

    Example:

    >>> aerial_roads(2, size=128)
    AerialRoads(images=(2, 128, 128, 3), roads=(2, 128, 128, 1))

    Reference:
        The task is that of
        [V. Mnih, G. Hinton, "Learning to detect roads in high-resolution aerial
        images", 2010](https://doi.org/10.1007/978-3-642-15567-3_16).

    Taught in: notebooks/week3_detection/06_roads.ipynb
    """
    size = _arguments.integer(size, "size", least=SMALLEST)
    n, seed = _arguments.pictures(n, (size, size, 4), seed)
    images = np.empty((n, size, size, 3), np.float32)
    roads = np.empty((n, size, size, 1), np.float32)
    land = np.empty(n, "U8")
    for i in range(n):
        rng = np.random.default_rng([seed, i])
        images[i], roads[i, ..., 0], land[i] = draw_land(size, rng)
    return AerialRoads(images, roads, land)
