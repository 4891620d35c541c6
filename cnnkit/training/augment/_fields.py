"""Where each pixel of a distorted image comes from."""

import functools

import numpy as np


def affine_places(matrices, shifts, size, source):
    """Return the places of affine maps, in pixels of the source.

    Args:
        matrices: float array `(n, 2, 2)` from output to source pixels, rows and
            columns, about the centres.
        shifts: float array `(n, 2)`, in source pixels.
        size: height and width of the output.
        source: height and width of the source.

    Returns:
        Two float32 arrays `(n, height, width)`, rows and columns.
    """
    y, x = (np.arange(s, dtype=np.float32) - (s - 1) / 2 for s in size)
    m = matrices.astype(np.float32)[:, :, :, None, None]
    centre = shifts + (np.array(source) - 1) / 2
    centre = centre.astype(np.float32)[:, :, None, None]
    return tuple(
        m[:, k, 0] * y[:, None] + (m[:, k, 1] * x + centre[:, k]) for k in (0, 1)
    )


def distortions(rng, n, rotation, shear, scale):
    """Draw the matrices of `n` random affine maps, from output to source.

    Args:
        rng: `numpy.random.Generator`.
        n: int.
        rotation: float, the largest angle in degrees, either way.
        shear: float, the largest slope, either way and along either axis.
        scale: pair of floats, how much larger things become.
    """
    angle = np.deg2rad(rng.uniform(-rotation, rotation, n))
    slope = rng.uniform(-shear, shear, (2, n))
    factor = np.exp(rng.uniform(*np.log(scale), n))
    cos, sin, one = np.cos(angle), np.sin(angle), np.ones(n)
    turn = np.stack([cos, sin, -sin, cos], axis=-1).reshape(n, 2, 2)
    lean = np.stack([one, slope[0], slope[1], one], axis=-1).reshape(n, 2, 2)
    return turn @ lean / factor[:, None, None]


def elastic_field(rng, n, size, alpha, sigma):
    """Draw the smooth displacements of `n` images, rows and columns.

    Args:
        rng: `numpy.random.Generator`.
        n: int.
        size: height and width.
        alpha: float, what the smoothed noise is multiplied by, in pixels.
        sigma: float, the width of the Gaussian that smooths it, in pixels.

    Returns:
        Float32 array `(2, n, height, width)`.
    """
    noise = rng.random((2, n, *size), dtype=np.float32)
    noise *= 2
    noise -= 1
    down, along = (_gaussian(s, sigma) for s in size)
    # All lines of all images are one product, which is faster than one for each.
    smooth = noise.reshape(-1, size[1]) @ along.T
    field = down @ smooth.reshape(noise.shape)
    field *= np.float32(alpha)
    return field


@functools.lru_cache(maxsize=16)
def _gaussian(pixels, sigma):
    """Return the matrix that smooths a line of pixels, with zeros beyond it."""
    distance = np.subtract.outer(np.arange(pixels), np.arange(pixels))
    reach = int(4 * sigma + 0.5)
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (distance / sigma) ** 2) * (abs(distance) <= reach)
    return (weights / np.exp(-0.5 * (offsets / sigma) ** 2).sum()).astype(np.float32)
