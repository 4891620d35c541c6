"""What all detectors share."""

import keras
import numpy as np

from cnnkit.models import _arguments
from cnnkit.models._mixins import OnBackbone, OwnLoss


class Detector(OnBackbone, OwnLoss, keras.Model):
    """A model that finds things in images, and brings its own loss.

    A subclass builds its graph in `__init__`, names its loss in `default_loss`, turns
    annotations into what that loss compares with in `targets`, and what the network
    gives into `cnnkit.boxes.Detections` in `detect`. It is used like any `keras.Model`:

    ```python
    model.compile(keras.optimizers.Adam(0.001))
    model.fit(images, model.targets(boxes, classes))
    found = model.detect(images)
    ```
    """

    def __init__(self, backbone, outputs, name, inputs=None):
        inputs = backbone.inputs[0] if inputs is None else inputs
        super().__init__(inputs=inputs, outputs=outputs, name=name)
        self.keep_backbone(backbone)

    def predict_images(self, images, batch_size=32):
        """Check images and return what the network gives for them.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)` of the
                size that the model takes.
            batch_size: int, how many go through the network at once.

        Raises:
            ValueError: if the images are not as above.
        """
        images = check_images(images, self.inputs[0].shape[1:])
        if not len(images):
            return np.zeros((0, *self.outputs[0].shape[1:]), np.float32)
        return self.predict(images, batch_size=batch_size, verbose=0)


def check_images(images, shape):
    """Return a batch of images as float32, or raise a `ValueError`.

    Args:
        images: numbers `(n, height, width, channels)`.
        shape: the height, width and channels that are due; `None` for any.
    """
    array = np.asarray(images)
    fits = array.ndim == 4 and all(
        due in (None, got) for due, got in zip(shape, array.shape[1:], strict=True)
    )
    if not fits:
        raise ValueError(
            f"`images` must be of shape (n, {', '.join(map(str, shape))}); one image "
            f"needs a batch axis. Received: images of shape {array.shape}."
        )
    if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
        raise ValueError("`images` must be finite numbers in [0, 1].")
    if array.size and (array.min() < 0 or array.max() > 1):
        raise ValueError(
            "`images` must be in [0, 1]; divide pixels of 0…255 by 255. "
            f"Received: from {array.min():g} to {array.max():g}."
        )
    return array.astype(np.float32, copy=False)


def class_names(classes):
    """Return the number of classes and their names from an int or a sequence of names.

    Args:
        classes: int of at least 1, or a sequence of distinct strings.

    Returns:
        The number, and a tuple of names or `None`.

    Raises:
        ValueError: if `classes` is neither.
    """
    if isinstance(classes, (list, tuple)):
        names = tuple(classes)
        if (
            not names
            or not all(isinstance(name, str) for name in names)
            or len(set(names)) < len(names)
        ):
            raise ValueError(
                "`classes` must be a number or a sequence of distinct names. "
                f"Received: classes={classes!r}."
            )
        return len(names), names
    return _arguments.positive(classes, "classes"), None
