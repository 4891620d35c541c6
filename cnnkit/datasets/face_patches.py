"""Small grey patches of photographs: faces, and what is none."""

import importlib.util
from pathlib import Path

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets.dataset import Dataset

FILE = "lfw_subset.npy"
EACH = 100  # patches of either class in the file, the faces first


def face_patches(test_each=25, seed=0):
    """Load scikit-image's 100 faces and 100 patches without a face, split once.

    They are cut out of the photographs of Labeled Faces in the Wild, scaled to 25×25
    pixels. Patches without a face come from the backgrounds, and some show a piece of
    a face.

    Args:
        test_each: int from 1 to 99, how many patches of each class are kept for
            testing.
        seed: int, of the split.

    Returns:
        A `Dataset` of the classes "no face" and "face"; images are float32 in [0, 1],
        `(examples, 25, 25, 1)`.

    Raises:
        ValueError: if an argument is not as above.
        FileNotFoundError: if scikit-image is installed without its data.

    Example:

    >>> face_patches()
    Dataset(x_train=(150, 25, 25, 1), y_train=(150,), x_test=(50, 25, 25, 1),
            y_test=(50,), classes=('no face', 'face'))

    Reference:
        [Huang and others, "Labeled Faces in the Wild",
        2007](http://vis-www.cs.umass.edu/lfw/).

    Taught in: notebooks/week3_detection/02_sliding_windows.ipynb
    """
    test_each = _arguments.integer(test_each, "test_each", least=1)
    if test_each >= EACH:
        raise ValueError(
            f"`test_each` must be from 1 to {EACH - 1}, so that patches are left to "
            f"learn from. Received: test_each={test_each}."
        )
    rng = np.random.default_rng(_arguments.integer(seed, "seed"))
    patches = np.load(_path()).astype(np.float32)[..., None]
    labels = np.repeat([1, 0], EACH)
    test = np.zeros(2 * EACH, bool)
    for first in (0, EACH):
        test[first + rng.permutation(EACH)[:test_each]] = True
    return Dataset(
        patches[~test],
        labels[~test],
        patches[test],
        labels[test],
        classes=("no face", "face"),
    )


def _path():
    spec = importlib.util.find_spec("skimage")
    path = Path(spec.origin).parent / "data" / FILE if spec else Path(FILE)
    if not path.is_file():
        raise FileNotFoundError(
            f"scikit-image's {FILE} is not installed. Install scikit-image again."
        )
    return path
