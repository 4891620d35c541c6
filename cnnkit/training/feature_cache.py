"""Features of a frozen network, computed once and kept on disk."""

import re
import shutil
from pathlib import Path

import keras
import numpy as np

from cnnkit.models import _fingerprint as _model_fingerprint
from cnnkit.training import _arguments, _feature_file, _fingerprint

MISMATCH = ("raise", "recompute")


class FeatureCache:
    """Computes what a frozen network says of images, once, and keeps it on disk.

    While only the head is trained, the base gives the same features in every epoch.
    With them on disk, an epoch costs no more than the head does.

    The features are kept as a `.npy` file, with a `.json` file beside it that holds the
    SHA-256 of the weights, the architecture, the images, and what preprocessing made
    of them. If one differs, the features are not used. An interrupted computation goes
    on where it was, after whatever interruption; a file that is not whole is never
    taken for whole.

    Args:
        base: a built `keras.Model` from images to features; it runs as at test time.
        folder: where to keep the features.
        preprocess: function of a batch of images, such as
            `keras.applications.vgg16.preprocess_input`, or `None`.
        batch_size: int.
        on_mismatch: "raise" if a cache was made from something else, or "recompute" to
            replace it.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> import tempfile
    >>> base = keras.Sequential([
    ...     keras.Input((8, 8, 1)),
    ...     keras.layers.Conv2D(4, 3),
    ...     keras.layers.GlobalAveragePooling2D(),
    ... ])
    >>> cache = FeatureCache(base, tempfile.mkdtemp())
    >>> cache.features(np.zeros((100, 8, 8, 1), "float32"), verbose=0).shape
    (100, 4)

    Taught in: notebooks/week2_case_studies/04_transfer_learning.ipynb
    """

    def __init__(
        self, base, folder, preprocess=None, batch_size=32, on_mismatch="raise"
    ):
        if not isinstance(base, keras.Model) or not base.built:
            raise ValueError(
                f"`base` must be a Keras model that is built. Received: base={base!r}."
            )
        if preprocess is not None and not callable(preprocess):
            raise ValueError(
                "`preprocess` must be a function of a batch of images. "
                f"Received: preprocess={preprocess!r}."
            )
        self.base = base
        self.folder = Path(folder).expanduser()
        self.preprocess = preprocess
        self.batch_size = _arguments.whole(batch_size, "batch_size")
        self.on_mismatch = _arguments.one_of(on_mismatch, "on_mismatch", MISMATCH)

    def features(self, images, name="features", verbose=1):
        """Return the features of images, from disk if they are there.

        Args:
            images: array `(n, ...)`, what the base takes (before preprocessing).
            name: what to call them on disk, such as "train" and "test"; letters,
                digits, "_" and "-".
            verbose: 0 for silence, 1 for a progress bar while features are computed.

        Returns:
            Array of `n` features, read-only, in a file that is read as needed. `fit`
            takes it as it is.

        Raises:
            ValueError: if there are no images, or the cache was made from something
                else and `on_mismatch` is "raise".
            OSError: if there is no room; what was written of it is removed.
            RuntimeError: if another process is computing the same features.
        """
        images = np.asarray(images)
        if not images.ndim or not len(images):
            raise ValueError(
                "`images` must hold at least one image. "
                f"Received: shape {images.shape}."
            )
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise ValueError(
                f'`name` must be letters, digits, "_" and "-". Received: name={name!r}.'
            )
        paths = _feature_file.Paths(self.folder, name)
        key = self._key(images)
        manifest = _feature_file.read_json(paths.manifest)
        if manifest is not None:
            different = [part for part in key if manifest.get(part) != key[part]]
            if different and self.on_mismatch == "raise":
                raise ValueError(
                    f"The features in {paths.features} were made from other "
                    f"{_listed(different)}. Choose another `name` or folder, or "
                    'replace them with on_mismatch="recompute".'
                )
            if not different:
                found = _feature_file.whole(paths, manifest)
                if found is not None:
                    return found
        self._compute(images, paths, key, verbose)
        return np.load(paths.features, mmap_mode="r", allow_pickle=False)

    def _key(self, images):
        batches = self._batches(len(images))
        key = {
            "weights": _model_fingerprint.of_weights(self.base),
            "architecture": _model_fingerprint.of_config(self.base),
            "images": _fingerprint.of_images(images, batches),
        }
        key["preprocessing"] = (
            _fingerprint.of_images(images, batches, self.preprocess)
            if self.preprocess
            else key["images"]
        )
        # Other images, prepared in the same way, differ in both.
        return key

    def _compute(self, images, paths, key, verbose):
        n = len(images)
        first = self._run(images[:1])
        shape, dtype = (n, *first.shape[1:]), first.dtype
        bar = keras.utils.Progbar(n, unit_name="image") if verbose else None
        needed = n * first[0].nbytes
        try:
            with _feature_file.Growing(paths, shape, dtype, key) as growing:
                for part in self._batches(n, growing.rows):
                    growing.add(self._run(images[part]))
                    if bar is not None:
                        bar.update(growing.rows)
                growing.finish({**key, "shape": list(shape), "dtype": dtype.str})
        except OSError as error:
            if error.errno is None:
                raise
            free = shutil.disk_usage(self.folder).free if self.folder.is_dir() else 0
            raise _feature_file.no_room(paths, needed, free) from error

    def _batches(self, n, start=0):
        return [
            slice(i, min(i + self.batch_size, n))
            for i in range(start, n, self.batch_size)
        ]

    def _run(self, batch):
        if self.preprocess is not None:
            batch = np.asarray(self.preprocess(batch.copy()))
        features = self.base.predict_on_batch(batch)
        if not isinstance(features, np.ndarray):
            raise ValueError(
                "`base` must have one output. "
                f"Received: one that gives a {type(features).__name__}."
            )
        return features


def _listed(parts):
    if "images" in parts:
        parts = [part for part in parts if part != "preprocessing"]
    return " and other ".join(parts)
