"""Olivetti: real faces of 40 people, ten photographs of each."""

import numpy as np

from cnnkit.datasets import _files
from cnnkit.datasets._download import fetch
from cnnkit.datasets.dataset import Dataset

PEOPLE, PER_PERSON, SIZE = 40, 10, 64
CLASSES = tuple(f"person {number}" for number in range(PEOPLE))


def olivetti(test_people=10):
    """Load the Olivetti faces; they are fetched at the first call (4 MB) and kept.

    40 people in front of a dark wall, ten grey photographs of each: eyes open and shut,
    smiling or not, with and without glasses, turned a little. The set is split by
    person: nobody is in both training and test.

    The file is scikit-learn's own `olivettifaces.mat`. The folder that `CNNKIT_DATA`
    names is looked in first, then the cache. It may hold that file, or
    `olivetti_faces.npz` with the arrays `images` and `target`.

    Args:
        test_people: int from 1 to 39, how many of the last people are for the test; or
            a sequence of their numbers, from 0 to 39.

    Returns:
        A `Dataset` of 300 and 100 images, float32 in [0, 1] of shape
        `(examples, 64, 64, 1)`. The labels of both parts are numbers of people, from 0
        to 39; none is in both. The images of one person stand together.

    Raises:
        DownloadError: if the file is not at hand and cannot be fetched.
        ValueError: if `test_people` is not as above, or a file in `CNNKIT_DATA` is
            damaged or has another structure.

    Reference:
        [F. Samaria and A. Harter, "Parameterisation of a stochastic model for human
        face identification", 1994](https://doi.org/10.1109/ACV.1994.341300); credit
        AT&T Laboratories Cambridge.

    Taught in: notebooks/week4_faces_and_style/05_olivetti_real_data.ipynb
    """
    chosen = _chosen(test_people)
    path = fetch("olivetti")
    if path.suffix == ".mat":
        images, people = _read_mat(path)
    else:
        images, people = _files.read_npz(path, ("images", "target"))
    n = PEOPLE * PER_PERSON
    _files.check(path, "Olivetti", images, people, (n, SIZE, SIZE), classes=PEOPLE)
    if (np.bincount(people) != PER_PERSON).any():
        reason = f"there should be {PER_PERSON} images of each person"
        raise ValueError(_files.refusal(path, reason))
    order = np.argsort(people, kind="stable")
    images, people = _files.scaled(images[order])[..., None], people[order]
    tested = np.isin(people, chosen)
    return Dataset(
        images[~tested],
        people[~tested].astype(np.int64),
        images[tested],
        people[tested].astype(np.int64),
        classes=CLASSES,
    )


def _chosen(test_people):
    """Return the numbers of the people in the test."""
    numbers = np.asarray(test_people)
    if numbers.dtype.kind in "iu" and numbers.ndim < 2:
        if not numbers.ndim:
            numbers = np.arange(PEOPLE)[PEOPLE - numbers :] if numbers > 0 else []
        known = np.isin(numbers, np.arange(PEOPLE)).all()
        if known and 0 < len(numbers) == len(np.unique(numbers)) < PEOPLE:
            return numbers
    raise ValueError(
        f"`test_people` must be a number from 1 to {PEOPLE - 1}, or different numbers "
        f"from 0 to {PEOPLE - 1} that leave somebody to train with. "
        f"Received: test_people={test_people!r}."
    )


def _read_mat(path):
    """Read MATLAB's file: a column is a face, column of pixels by column."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        faces = loadmat(path, variable_names=["faces"])["faces"]
        images = faces.T.reshape(-1, SIZE, SIZE).transpose(0, 2, 1)
    except (
        *_files.UNREADABLE,
        AttributeError,
        IndexError,
        MatReadError,
        NotImplementedError,
        OverflowError,
        TypeError,
    ) as error:
        raise ValueError(_files.refusal(path, error)) from error
    return images, np.arange(len(images)) // PER_PERSON
