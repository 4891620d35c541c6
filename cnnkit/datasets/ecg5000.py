"""ECG5000: single heartbeats of one patient, of five kinds."""

import numpy as np

from cnnkit.datasets import _files
from cnnkit.datasets._download import fetch
from cnnkit.datasets.dataset import Dataset

CLASSES = (
    "normal",
    "R-on-T premature ventricular",
    "premature ventricular",
    "supraventricular",
    "unclassified",
)
SAMPLES = 140
TEST_FILE = "ECG5000_TEST.txt"


def ecg5000():
    """Load the heartbeats of ECG5000; fetched at the first call (1 MB) and kept.

    Heartbeats of one patient with heart failure, cut out of 20 hours (record chf07 of
    PhysioNet's BIDMC database), stretched to 140 samples and scaled to mean 0 and
    deviation 1. Their kinds were annotated by a program. 500 are for training.

    The folder that `CNNKIT_DATA` names is looked in first, for `ECG5000_TRAIN.txt`, in
    the folder itself or in `ecg`; then the cache. What is fetched is that file, one of
    the archive's two: 4,500 heartbeats more are in `ECG5000_TEST.txt`. Put it beside
    the first to have them too.

    Returns:
        A `Dataset` of 500 heartbeats, float32 `(500, 140, 1)`, and 4,500 to test with;
        none where their file is not at hand. Classes are of very different size.

    Raises:
        DownloadError: if the file is not at hand and cannot be fetched.
        ValueError: if it is damaged or has another structure.

    Reference:
        - [Dau and others, "The UCR time series archive",
          2019](https://arxiv.org/abs/1810.07758).
        - Goldberger and others, "PhysioBank, PhysioToolkit, and PhysioNet", 2000.

    Taught in: notebooks/week1_foundations/10_heartbeats_real_data.ipynb
    """
    path = fetch("ecg5000")
    train = _read(path, 500)
    other = path.with_name(TEST_FILE)
    test = _read(other, 4500) if other.is_file() else (train[0][:0], train[1][:0])
    return Dataset(*train, *test, classes=CLASSES)


def _read(path, n):
    try:
        table = np.loadtxt(path, np.float32, ndmin=2)
        if table.shape != (n, SAMPLES + 1):
            due = f"it should be {n} rows of {SAMPLES + 1} numbers"
            raise ValueError(f"{due} and is {table.shape}")
        labels = table[:, 0].astype(np.int64) - 1
        right = labels + 1 == table[:, 0]
        if not np.isfinite(table).all() or not right.all():
            raise ValueError("some of its numbers are not finite, or no labels")
        if labels.min() < 0 or labels.max() >= len(CLASSES):
            raise ValueError(f"its labels should be from 1 to {len(CLASSES)}")
    except (*_files.UNREADABLE, UnicodeDecodeError, OverflowError) as error:
        raise ValueError(_files.refusal(path, error)) from error
    return table[:, 1:, None], labels
