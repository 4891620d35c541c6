"""CIFAR-10: 60,000 colour photographs of 32 by 32 pixels in ten classes."""

import gzip
import io
import lzma
import pickle
import tarfile
import warnings
from pathlib import PurePosixPath

import numpy as np

from cnnkit.datasets import _files
from cnnkit.datasets._download import fetch, sha256
from cnnkit.datasets._paths import cache_folder, whole_file
from cnnkit.datasets.dataset import Dataset

COUNTS = {"train": 50_000, "test": 10_000}
CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
TRAIN_BATCHES = [f"data_batch_{i}" for i in range(1, 6)]
NAMES = ("x_train", "y_train", "x_test", "y_test")


def cifar10():
    """Load CIFAR-10; it is fetched at the first call (170 MB) and kept.

    The folder that `CNNKIT_DATA` names is looked in first, then the cache. It may
    hold the official `cifar-10-python.tar.gz`, that archive unpacked
    (`cifar-10-batches-py`), or `cifar10_jpeg.tar.xz` with JPEG files named
    `train/CLASS/*.jpg` and `test/CLASS/*.jpg`. JPEG files are decoded once, put into
    an order that mixes the classes and kept in the cache; being lossy, they are not
    equal to the official pixels to the last bit.

    Returns:
        A `Dataset` of 50,000 and 10,000 images, float32 in [0, 1] of shape
        `(examples, 32, 32, 3)`.

    Raises:
        DownloadError: if the archive is not at hand and cannot be fetched.
        ValueError: if a file in `CNNKIT_DATA` is damaged or has another structure.

    Reference:
        [A. Krizhevsky, "Learning multiple layers of features from tiny images",
        2009](https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf).

    Taught in: notebooks/week1_foundations/09_lenet5_real_data.ipynb
    """
    path = fetch("cifar10")
    if path.name.endswith(".tar.xz"):
        x_train, y_train, x_test, y_test = _read_jpeg_archive(path)
    else:
        x_train, y_train, x_test, y_test = _read_batches(path)
    for name, x, y in (("train", x_train, y_train), ("test", x_test, y_test)):
        _files.check(path, name, x, y, (COUNTS[name], 32, 32, 3))
    return Dataset(
        _files.scaled(x_train),
        y_train.astype(np.int64),
        _files.scaled(x_test),
        y_test.astype(np.int64),
        classes=CLASSES,
    )


def _read_batches(path):
    """Read the official archive, or the folder that it unpacks to."""
    try:
        if path.is_dir():
            names = (*TRAIN_BATCHES, "test_batch")
            batches = {name: (path / name).read_bytes() for name in names}
        else:
            batches = {member.name: data for member, data in _members(path)}
        if missing := {*TRAIN_BATCHES, "test_batch"} - set(batches):
            raise ValueError(f"it holds no {', '.join(sorted(missing))}")
        pairs = [_unpickle(batches[name]) for name in TRAIN_BATCHES]
        x_test, y_test = _unpickle(batches["test_batch"])
        x_train = np.concatenate([images for images, _ in pairs])
        y_train = np.concatenate([labels for _, labels in pairs])
    except (
        *_files.UNREADABLE,
        AttributeError,
        IndexError,
        TypeError,
        pickle.UnpicklingError,
        tarfile.TarError,
    ) as error:
        raise ValueError(_files.refusal(path, error)) from error
    return x_train, y_train, x_test, y_test


def _unpickle(data):
    batch = _BatchUnpickler(io.BytesIO(data), encoding="bytes").load()
    images = np.asarray(batch[b"data"]).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return images, np.asarray(batch[b"labels"])


class _BatchUnpickler(pickle.Unpickler):
    """Makes arrays and nothing else, whatever a file may ask for."""

    def find_class(self, module, name):
        if module in ("numpy.core.multiarray", "numpy._core.multiarray"):
            if name == "_reconstruct":
                return _empty_array
        if (module, name) == ("numpy", "ndarray"):
            return np.ndarray
        if (module, name) == ("numpy", "dtype"):
            return _dtype
        if (module, name) == ("_codecs", "encode"):
            return _latin1
        raise pickle.UnpicklingError(f"it holds {module}.{name}, which no batch does")


def _empty_array(kind, shape, typecode):
    return np.ndarray.__new__(np.ndarray, shape, typecode)


def _dtype(code, align=False, copy=False):
    return np.dtype(code, align=bool(align), copy=bool(copy))


def _latin1(text, encoding):
    return text.encode("latin1")


def _read_jpeg_archive(path):
    """Read the arrays kept from an earlier call, or decode them and keep them."""
    with open(path, "rb") as file:
        digest = sha256(file)
    kept = cache_folder() / f"cifar10_jpeg-{digest[:16]}.npz"
    if kept.is_file():
        try:
            return _files.read_npz(kept, NAMES)
        except ValueError:
            warnings.warn(
                f"{kept} is damaged. It is made again from {path}.", stacklevel=3
            )
    arrays = _decode_jpeg_archive(path)
    try:
        with whole_file(kept) as file:
            np.savez(file, **dict(zip(NAMES, arrays, strict=True)))
    except OSError as error:
        warnings.warn(
            f"The decoded images cannot be kept in {kept.parent} "
            f"({error.strerror or error}): the next call decodes them again. Set "
            "CNNKIT_CACHE to a folder that you may write to.",
            stacklevel=3,
        )
    return arrays


def _decode_jpeg_archive(path):
    images = {"train": [], "test": []}
    labels = {"train": [], "test": []}
    try:
        for member, data in _members(path):
            if member.suffix == ".jpg":
                part, kind = member.parts[-3:-1]
                images[part].append(_decode(data))
                labels[part].append(CLASSES.index(kind))
        arrays = []
        for part in ("train", "test"):
            order = np.random.default_rng(0).permutation(len(labels[part]))
            arrays.append(np.stack(images[part])[order])
            arrays.append(np.array(labels[part], np.uint8)[order])
    except (*_files.UNREADABLE, lzma.LZMAError, tarfile.TarError) as error:
        raise ValueError(_files.refusal(path, error)) from error
    return arrays


def _decode(data):
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def _members(path):
    """Go through the files of an archive to its very end, checksum included."""
    opener = lzma.open if path.suffix == ".xz" else gzip.open
    with opener(path) as stream:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if member.isfile():
                    yield PurePosixPath(member.name), archive.extractfile(member).read()
        while stream.read(2**20):
            pass
