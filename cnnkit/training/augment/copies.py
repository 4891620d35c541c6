"""Distorted copies of a training set, made once: brute-force synthetic data."""

import numpy as np

from cnnkit.training import _arguments
from cnnkit.training.augment import _fields, _sampling
from cnnkit.training.augment.augment import Augment, alpha_sigma


def elastic(images, alpha=34.0, sigma=4.0, seed=0, border="zero"):
    """Warp each image locally, as if drawn by a less steady hand.

    Each pixel gets a random displacement between −1 and 1 in both directions; a
    Gaussian smooths them, so that neighbours move together, and `alpha` makes them
    larger. The defaults are those of the paper for digits of 29×29: away from the
    borders a pixel moves by 1.4 along each axis (root of the mean square).

    Args:
        images: float array `(n, height, width, channels)`.
        alpha: float, the strength in pixels.
        sigma: float, the width of the Gaussian in pixels; with a small one the warping
            is noise, with a large one a translation.
        seed: int or `numpy.random.Generator`.
        border: "zero", "edge" or "reflect", what lies beyond the image.

    Returns:
        Float32 array like `images`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> images = np.random.default_rng(0).random((2, 28, 28, 1), dtype="float32")
    >>> elastic(images).shape
    (2, 28, 28, 1)
    >>> bool(np.allclose(elastic(images, alpha=0), images))
    True

    Reference:
        - Simard, Steinkraus and Platt, "Best practices for convolutional neural
          networks applied to visual document analysis", 2003, section 2.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """
    images = _arguments.image_batch(images)
    alpha, sigma = alpha_sigma((alpha, sigma))
    border = _arguments.one_of(border, "border", _sampling.BORDERS)
    rng = np.random.default_rng(seed)
    n, *size, _ = images.shape
    rows, columns = _fields.elastic_field(rng, n, size, alpha, sigma)
    rows += np.arange(size[0], dtype=np.float32)[:, None]
    columns += np.arange(size[1], dtype=np.float32)
    return _sampling.sample(images, rows, columns, border)


def affine(images, rotation=15.0, shear=0.15, scale=0.15, shift=0, seed=0, **options):
    """Rotate, shear, scale and shift each image at random.

    Args:
        images: float array `(n, height, width, channels)`.
        rotation: float, the largest angle in degrees, either way.
        shear: float, the largest slope, either way.
        scale: float or pair of floats, see `Augment`.
        shift: int, the most pixels up, down, left or right.
        seed: int or `numpy.random.Generator`.
        **options: `border`, "zero" unless another is given.

    Returns:
        Float32 array like `images`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> images = np.random.default_rng(0).random((2, 28, 28, 1), dtype="float32")
    >>> affine(images, seed=3).shape
    (2, 28, 28, 1)

    Reference:
        - Simard, Steinkraus and Platt, "Best practices for convolutional neural
          networks applied to visual document analysis", 2003, section 2.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """
    options = {"border": "zero", **options}
    augment = Augment(pad=shift, rotation=rotation, shear=shear, scale=scale, **options)
    return augment(images, np.random.default_rng(seed))


def distorted_copies(images, labels, copies, distort, seed=0):
    """Put distorted copies of a training set behind it.

    Args:
        images: float array `(n, height, width, channels)`.
        labels: array of `n` labels.
        copies: int, how many of each image.
        distort: function of images and a seed by the name `seed`: `elastic`, `affine`
            or an `Augment`.
        seed: int.

    Returns:
        Images and labels, `n · (copies + 1)` of each, the undistorted ones first.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> images, labels = np.zeros((3, 8, 8, 1), "float32"), np.array([0, 1, 2])
    >>> more, again = distorted_copies(images, labels, copies=4, distort=elastic)
    >>> more.shape, again.shape
    ((15, 8, 8, 1), (15,))

    Reference:
        - Simard, Steinkraus and Platt, "Best practices for convolutional neural
          networks applied to visual document analysis", 2003.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """
    images = _arguments.image_batch(images)
    labels = np.asarray(labels)
    copies = _arguments.whole(copies, "copies", least=0)
    seed = _arguments.whole(seed, "seed", least=0)
    if len(labels) != len(images):
        raise ValueError(
            "There must be as many labels as images. "
            f"Received: {len(labels)} labels, {len(images)} images."
        )
    made = [
        distort(images, seed=np.random.default_rng([seed, k])) for k in range(copies)
    ]
    return np.concatenate([images, *made]), np.concatenate([labels] * (copies + 1))


def scale_jitter(images, size, smallest, largest, seed=0):
    """Scale each image at random and cut a random window from it.

    The shorter side becomes a random length from `smallest` to `largest`; the window
    has a random place. So objects are seen at many sizes. One pass does both.

    Args:
        images: float array `(n, height, width, channels)`.
        size: int or pair of ints, height and width of the window.
        smallest: int, at least the sides of the window.
        largest: int, at least `smallest`.
        seed: int or `numpy.random.Generator`.

    Returns:
        Float32 array `(n, height, width, channels)` of the windows.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> images = np.zeros((2, 60, 80, 3), "float32")
    >>> scale_jitter(images, size=32, smallest=36, largest=72).shape
    (2, 32, 32, 3)

    Reference:
        - Simonyan and Zisserman, "Very deep convolutional networks for large-scale
          image recognition", 2015, section 3.1.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """
    images = _arguments.image_batch(images)
    size = _arguments.size(size)
    smallest = _arguments.whole(smallest, "smallest", least=max(size))
    largest = _arguments.whole(largest, "largest", least=smallest)
    rng = np.random.default_rng(seed)
    n, *source, _ = images.shape
    step = min(source) / rng.integers(smallest, largest + 1, n)
    play = (np.array(source) - step[:, None] * np.array(size)) / 2
    shifts = rng.uniform(-1, 1, (n, 2)) * play
    rows, columns = _fields.affine_places(
        step[:, None, None] * np.eye(2), shifts, size, source
    )
    return _sampling.sample(images, rows, columns, "edge")
