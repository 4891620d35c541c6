"""Handwritten digits of eight by eight pixels, real ones."""

import math

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets.dataset import Dataset


def digits(test_fraction=0.25, seed=0, size=None):
    """Load scikit-learn's handwritten digits, 1,797 of them, split once.

    They are the test part of the UCI set "Optical Recognition of Handwritten
    Digits": 32 by 32 binary scans, counted in blocks of 4 by 4. The split keeps the
    share of each class. The same people wrote the training and the test digits.

    Args:
        test_fraction: float between 0 and 1, the share that is kept for testing.
        seed: int, of the split.
        size: int or `None`. If given, each digit is enlarged (bilinearly) to `size`
            by `size` pixels, as a network such as LeNet-5 needs.

    Returns:
        A `Dataset`; images are float32 in [0, 1], `(examples, 8, 8, 1)` or
        `(examples, size, size, 1)`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> digits(size=28).x_test.shape
    (450, 28, 28, 1)

    Reference:
        [E. Alpaydin, C. Kaynak, 1998](https://doi.org/10.24432/C50P49), CC BY 4.0.

    Taught in: notebooks/week1_foundations/07_lenet5.ipynb
    """
    seed = _arguments.integer(seed, "seed")
    if size is not None:
        size = _arguments.integer(size, "size", least=8)
    if not isinstance(test_fraction, float) or not 0 < test_fraction < 1:
        raise ValueError(
            "`test_fraction` must be a float between 0 and 1. "
            f"Received: test_fraction={test_fraction!r}."
        )
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    bunch = load_digits()
    labels = bunch.target.astype(np.int64)
    n_test = math.ceil(test_fraction * len(labels))
    if not 10 <= n_test <= len(labels) - 10:
        raise ValueError(
            "`test_fraction` must leave at least ten digits on either side of the "
            f"split. Received: test_fraction={test_fraction!r}."
        )
    train, test = train_test_split(
        np.arange(len(labels)), test_size=n_test, random_state=seed, stratify=labels
    )
    images = (bunch.images / 16).astype(np.float32)[..., None]
    if size is not None:
        images = _enlarge(images, size)
    return Dataset(
        images[train],
        labels[train],
        images[test],
        labels[test],
        classes=tuple(str(digit) for digit in range(10)),
    )


def _enlarge(images, size):
    from skimage.transform import resize

    shape = (len(images), size, size, 1)
    return np.clip(resize(images, shape, order=1, anti_aliasing=False), 0, 1)
