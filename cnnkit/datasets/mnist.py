"""MNIST: 70,000 handwritten digits of 28 by 28 pixels."""

import numpy as np

from cnnkit.datasets import _files
from cnnkit.datasets._download import fetch
from cnnkit.datasets.dataset import Dataset

COUNTS = {"train": 60_000, "test": 10_000}
NAMES = ("x_train", "y_train", "x_test", "y_test")


def mnist():
    """Load MNIST; it is fetched at the first call (11 MB) and kept.

    The file is Keras's own `mnist.npz`. The folder that `CNNKIT_DATA` names is looked
    in first, then the cache.

    Returns:
        A `Dataset` of 60,000 and 10,000 images, float32 in [0, 1] of shape
        `(examples, 28, 28, 1)`, white on black.

    Raises:
        DownloadError: if the file is not at hand and cannot be fetched.
        ValueError: if a file in `CNNKIT_DATA` is damaged or has another structure.

    Reference:
        [Y. LeCun et al., "Gradient-based learning applied to document recognition",
        1998](https://doi.org/10.1109/5.726791), CC BY-SA 3.0.

    Taught in: notebooks/week1_foundations/09_lenet5_real_data.ipynb
    """
    path = fetch("mnist")
    x_train, y_train, x_test, y_test = _files.read_npz(path, NAMES)
    for name, x, y in (("train", x_train, y_train), ("test", x_test, y_test)):
        _files.check(path, name, x, y, (COUNTS[name], 28, 28))
    return Dataset(
        _files.scaled(x_train)[..., None],
        y_train.astype(np.int64),
        _files.scaled(x_test)[..., None],
        y_test.astype(np.int64),
        classes=tuple(str(digit) for digit in range(10)),
    )
