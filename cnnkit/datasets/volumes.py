"""Small volumes like pieces of a CT scan, drawn by code."""

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets.dataset import Dataset

CLASSES = ("clear", "nodule", "vessel", "fissure")
SMALLEST = 8


def volumes(n=1200, size=14, seed=0, n_test=None):
    """Draw volumes that hold nothing, a ball, a tube or a sheet.

    In a scan of the lung these are a nodule, a vessel and a fissure. Each stands in
    noisy tissue, somewhere, roughly along one of the three axes, and brighter than
    the tissue by little or by much. One slice may miss it, or cut it into a spot or
    a streak that another object makes as well: only the three dimensions together
    tell what it is. The first volumes are the same whatever `n` is, and each class
    is equally frequent.

    Args:
        n: int, how many volumes to train on. With 0 the arrays are empty.
        size: int of at least 8, the side of a volume in voxels.
        seed: int of at least 0.
        n_test: int or `None`, how many volumes to test on, by default `n // 4`.

    Returns:
        A `Dataset`; volumes are float32 in [0, 1], `(n, size, size, size, 1)`.

    Raises:
        ValueError: if an argument is not as above, or the arrays would take more
            than 2 GiB.

    Example:

    >>> volumes(8).x_train.shape
    (8, 14, 14, 14, 1)

    Taught in: notebooks/week1_foundations/08_signals_and_volumes.ipynb
    """
    size = _arguments.integer(size, "size", least=SMALLEST)
    shape = (size, size, size, 1)
    n, n_test, seed = _arguments.drawing(n, n_test, shape, seed)
    grid = np.stack(np.meshgrid(*[np.arange(size)] * 3, indexing="ij"), axis=-1)

    def one(label, rng):
        return _scan(label, grid, rng)[..., None]

    train = _arguments.draw(n, shape, len(CLASSES), one, seed, stream=0)
    test = _arguments.draw(n_test, shape, len(CLASSES), one, seed, stream=1)
    return Dataset(*train, *test, classes=CLASSES)


def _scan(label, grid, rng):
    """Draw one volume of class `label`."""
    size = len(grid)
    tissue = rng.uniform(0.2, 0.4) + 0.03 * _cloud(size, rng)
    contrast = rng.uniform(0.4, 0.8)
    inside = _object(CLASSES[label], grid, rng)
    noise = rng.normal(0, rng.uniform(0.02, 0.05), grid.shape[:3])
    return np.clip(tissue + contrast * inside + noise, 0, 1)


def _object(kind, grid, rng):
    """Return how much of each voxel the object fills, from 0 to 1."""
    if kind == "clear":
        return np.zeros(grid.shape[:3])
    size = len(grid)
    scale = size / 14
    voxels = rng.uniform(80, 130) * scale**3
    offset = grid - rng.uniform(0.18, 0.82, 3) * (size - 1)
    axis = np.eye(3)[rng.integers(3)] + rng.normal(0, 0.2, 3)
    along = offset @ (axis / np.linalg.norm(axis))
    across = np.sqrt(np.maximum((offset**2).sum(axis=-1) - along**2, 0))
    if kind == "nodule":
        radius = np.cbrt(3 * voxels / 2 / (4 * np.pi))
        depth = radius - np.sqrt(along**2 + across**2)
    elif kind == "vessel":
        length = 14 * scale
        radius = np.sqrt(voxels / (np.pi * length))
        depth = np.minimum(radius - across, length / 2 - np.abs(along))
    else:
        thickness = rng.uniform(1.2, 1.6) * scale
        radius = np.sqrt(voxels / (np.pi * thickness))
        depth = np.minimum(radius - across, thickness / 2 - np.abs(along))
    blur = rng.uniform(0.2, 0.4) * scale
    return 1 / (1 + np.exp(-np.clip(depth / blur, -30, 30)))


def _cloud(size, rng):
    """Return smooth noise of mean 0 and standard deviation 1."""
    frequency = np.fft.fftfreq(size)
    squared = sum(np.meshgrid(*[frequency**2] * 3, indexing="ij"))
    width = rng.uniform(1.2, 2.5)
    spectrum = np.fft.fftn(rng.normal(size=(size,) * 3))
    spectrum *= np.exp(-2 * (np.pi * width) ** 2 * squared)
    smooth = np.fft.ifftn(spectrum).real
    return (smooth - smooth.mean()) / smooth.std()
