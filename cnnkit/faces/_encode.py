"""An encoder: which one it is, and what it makes of images."""

import keras
import numpy as np

from cnnkit.models import _fingerprint
from cnnkit.models.detector import check_images


def fingerprint(encoder):
    """Return a string that tells an encoder from others.

    Args:
        encoder: as for `cnnkit.faces.Gallery`.

    Raises:
        ValueError: if it is not as there.
    """
    own = getattr(encoder, "fingerprint", None)
    if isinstance(own, str) and callable(encoder):
        return own
    if not isinstance(encoder, keras.Model):
        raise ValueError(
            "`encoder` must be a Keras model, or a function with a string "
            f"`fingerprint`. Received: encoder={encoder!r}."
        )
    if not encoder.built:
        raise ValueError(
            "`encoder` has no weights yet: give it an Input, or call it on an image."
        )
    shapes = [getattr(encoder, f"{end}_shape", None) for end in ("input", "output")]
    for shape, rank in zip(shapes, (4, 2), strict=True):
        if shape is not None and (not isinstance(shape, tuple) or len(shape) != rank):
            raise ValueError(
                "`encoder` must turn images into vectors. "
                f"Received: a model from {shapes[0]} to {shapes[1]}."
            )
    return f"{_fingerprint.of_config(encoder)}:{_fingerprint.of_weights(encoder)}"


def unchanged(encoder, known):
    """Return whether an encoder still has the fingerprint `known`."""
    if isinstance(getattr(encoder, "fingerprint", None), str):
        return encoder.fingerprint == known
    return known.endswith(_fingerprint.of_weights(encoder))


def encode(encoder, batches):
    """Return the encodings of images, of length 1.

    Args:
        encoder: as for `cnnkit.faces.Gallery`.
        batches: arrays of images, `(n, height, width, channels)` in [0, 1].

    Raises:
        ValueError: if the images are not so, or the encodings are no vectors.
    """
    shape = getattr(encoder, "input_shape", None)
    shape = (None, None, None) if shape is None else shape[1:]
    batches = [check_images(batch, shape) for batch in batches]
    if len({batch.shape[1:] for batch in batches}) > 1:
        raise ValueError("The images must be of one size and number of channels.")
    images = np.concatenate(batches)
    if not len(images):
        return np.empty((0, 0), np.float32)
    if isinstance(encoder, keras.Model):
        encodings = encoder.predict(images, verbose=0)
    else:
        encodings = encoder(images)
    encodings = np.asarray(encodings, np.float32)
    if encodings.ndim != 2 or len(encodings) != len(images):
        raise ValueError(
            "The encoder must give an array (n, dimensions). "
            f"Received: shape {encodings.shape} for {len(images)} images."
        )
    lengths = np.linalg.norm(encodings, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise ValueError("The encoder gave NaN, or only zeros, for an image.")
    return encodings / lengths
