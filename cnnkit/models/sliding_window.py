"""Detection by a classifier that is shown every window."""

import keras
import numpy as np

from cnnkit.boxes import Detections, nms, sliding_windows
from cnnkit.models.convolutionalize import convolutionalize
from cnnkit.models.detector import Detector, check_images, class_names


@keras.saving.register_keras_serializable(package="cnnkit")
class SlidingWindowClassifier(Detector):
    """Train a classifier on cut-outs, then slide it over images of any size.

    One class stands for "nothing there". `scores` looks at all windows in one pass, by
    `convolutionalize`; `detect` keeps those in which something is, and suppresses the
    doubles.

    Args:
        classifier: a `keras.Model` from windows to class probabilities, of a structure
            that `convolutionalize` takes. It stays the same object: training this model
            trains the classifier.
        classes: int, or a sequence of names, background included.
        background: int, the class that stands for "nothing there".
        name: name of the model.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> from keras import layers
    >>> classifier = keras.Sequential([
    ...     keras.Input((14, 14, 3)), layers.Conv2D(8, 5, activation="relu"),
    ...     layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2, "softmax")])
    >>> model = SlidingWindowClassifier(classifier, ("nothing", "car"))
    >>> model.stride
    (2, 2)
    >>> model.scores(np.zeros((1, 28, 28, 3))).shape
    (1, 8, 8, 2)

    Reference:
        - Sermanet et al., "OverFeat: integrated recognition, localization and
          detection using convolutional networks", 2014, section 3.5.

    Taught in: notebooks/week3_detection/02_sliding_windows.ipynb
    """

    def __init__(
        self, classifier, classes=2, background=0, name="sliding_window_classifier"
    ):
        count, names = class_names(classes)
        if classifier.outputs[0].shape[1:] != (count,):
            raise ValueError(
                f"`classifier` must give {count} numbers an image, one a class. "
                f"Received: output shape {classifier.outputs[0].shape}."
            )
        if background not in range(count):
            raise ValueError(
                f"`background` must be from 0 to {count - 1}. "
                f"Received: background={background!r}."
            )
        slider = convolutionalize(classifier)
        super().__init__(classifier, classifier.outputs[0], name)
        self.classes = classes
        self.background = background
        self.window = tuple(self.inputs[0].shape[1:3])
        self.stride = tuple(_stride(slider, axis, self.window) for axis in (0, 1))
        self._names = names

    def get_config(self):
        """Return the arguments, models among them as configurations."""
        config = super().get_config()
        config["classifier"] = config.pop("backbone")
        return {**config, "classes": self.classes, "background": self.background}

    @classmethod
    def from_config(cls, config):
        """Build the model of a configuration that `get_config` gave."""
        config = dict(config)
        config["classifier"] = keras.saving.deserialize_keras_object(
            config["classifier"]
        )
        return cls(**config)

    def default_loss(self):
        """Return the cross-entropy between class numbers and probabilities."""
        return keras.losses.SparseCategoricalCrossentropy()

    def targets(self, labels):
        """Return the class numbers of the windows as an array: nothing is to be done.

        Args:
            labels: integers `(n,)`.
        """
        return np.asarray(labels, np.int64)

    def windows(self, image_shape):
        """Return the boxes of all windows of an image, row by row.

        Args:
            image_shape: `(height, width)` in pixels.

        Returns:
            float32 array `(rows·columns, 4)`, "xyxy" in pixels.

        Raises:
            ValueError: if the image is smaller than the window.
        """
        return sliding_windows(image_shape, self.window, self.stride)

    def scores(self, images, batch_size=8):
        """Return the class probabilities of all windows, in one pass.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`, of any size that
                is at least the window's.
            batch_size: int, how many images go through the network at once.

        Returns:
            float32 array `(n, rows, columns, classes)`.

        Raises:
            ValueError: if the images are not as above.
        """
        images = check_images(images, (None, None, self.inputs[0].shape[-1]))
        rows, columns = _grid(self.windows(images.shape[1:3]))
        if not len(images):
            return np.zeros((0, rows, columns, *self.output_shape[1:]), np.float32)
        slider = convolutionalize(self, input_shape=images.shape[1:])
        # Not `predict`: it would be compiled anew for each call.
        parts = [
            keras.ops.convert_to_numpy(slider(images[i : i + batch_size]))
            for i in range(0, len(images), batch_size)
        ]
        return np.concatenate(parts)

    def detect(self, images, score=0.5, iou=0.3, batch_size=8):
        """Find the windows that hold an object, without doubles.

        Args:
            images: as for `scores`.
            score: float, the smallest probability at which an object is told.
            iou: float, two windows of a class that overlap by more are one object.
            batch_size: int, how many images go through the network at once.

        Returns:
            A list of `cnnkit.boxes.Detections`, one an image. Classes are counted as in
            `classes`, background included.

        Raises:
            ValueError: if the images are not as above.
        """
        scores = self.scores(images, batch_size)
        windows = self.windows(np.shape(images)[1:3])
        found = []
        for one in scores.reshape(len(scores), len(windows), scores.shape[-1]):
            one[:, self.background] = -1
            classes, best = one.argmax(axis=1), one.max(axis=1)
            likely = best >= score
            all_of_them = Detections(
                windows[likely], best[likely], classes[likely], self._names
            )
            kept = nms(
                all_of_them.boxes,
                all_of_them.scores,
                iou_threshold=iou,
                classes=all_of_them.classes,
            )
            found.append(all_of_them[kept])
        return found


def _stride(slider, axis, window):
    """Return by how many pixels two neighbouring outputs are apart."""
    for more in range(1, window[axis] + 1):
        shape = [1, *window, slider.inputs[0].shape[-1]]
        shape[1 + axis] += more
        if slider.compute_output_shape(tuple(shape))[1 + axis] == 2:
            return more
    raise ValueError("`classifier` must have strides smaller than its window.")


def _grid(windows):
    return len(np.unique(windows[:, 1])), len(np.unique(windows[:, 0]))
