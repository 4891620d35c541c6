"""Reads the files of fetched data sets and refuses the ones that are not whole."""

import zipfile
import zlib

import numpy as np

UNREADABLE = (
    EOFError,
    KeyError,
    OSError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_npz(path, names):
    """Return the arrays `names` of a .npz file, or raise a `ValueError`."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            return [arrays[name] for name in names]
    except (*UNREADABLE, AttributeError, TypeError, NotImplementedError) as error:
        raise ValueError(refusal(path, error)) from error


def refusal(path, reason):
    """Say that a file is of no use, and what to do."""
    return (
        f"{path} is damaged or not the file that its name says: {reason}. Replace it "
        "by a whole copy, or remove it so that the official file is fetched."
    )


def check(path, name, images, labels, shape, classes=10):
    """Raise a `ValueError` unless images and labels are what a data set says.

    Args:
        path: where they come from, for the message.
        name: "train" or "test", for the message.
        images: array that should be uint8 of shape `shape`.
        labels: array of as many integers from 0 to `classes - 1`.
        shape: tuple of ints.
        classes: int.
    """
    if images.shape != shape or images.dtype != np.uint8:
        reason = (
            f"the {name} images should be uint8 of shape {shape} and are "
            f"{images.dtype} of shape {images.shape}"
        )
    elif labels.shape != shape[:1] or labels.dtype.kind not in "iu":
        reason = (
            f"the {name} labels should be {shape[0]} integers and are "
            f"{labels.dtype} of shape {labels.shape}"
        )
    elif labels.min() < 0 or labels.max() >= classes:
        reason = (
            f"the {name} labels should be from 0 to {classes - 1} and are from "
            f"{labels.min()} to {labels.max()}"
        )
    else:
        return
    raise ValueError(refusal(path, reason))


def scaled(images):
    """Return uint8 images as float32 in [0, 1]."""
    return np.divide(images, np.float32(255), dtype=np.float32)
