"""SHA-256 of the images that features are made from."""

import hashlib

import numpy as np


def of_images(images, batches, prepare=None):
    """Return the SHA-256 of images, or of what `prepare` makes of them.

    Args:
        images: array.
        batches: list of slices.
        prepare: function of a batch, or `None`.
    """
    digest, kind = hashlib.sha256(), None
    for part in batches:
        batch = images[part]
        if prepare is not None:
            batch = np.asarray(prepare(batch.copy()))
        if kind != (batch.dtype.str, batch.shape[1:]):
            kind = batch.dtype.str, batch.shape[1:]
            digest.update(f"{kind}".encode())
        digest.update(np.ascontiguousarray(batch).data)
    return digest.hexdigest()
