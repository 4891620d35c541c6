"""Points on a face or a body: is there one, and where is each of them."""

from functools import partial

import keras
import numpy as np
from keras import layers

from cnnkit.boxes import Detections
from cnnkit.layers import SpatialSoftArgmax
from cnnkit.losses import LandmarkLoss
from cnnkit.models import _arguments, _weights
from cnnkit.models.detector import Detector
from cnnkit.models.small_backbone import SmallBackbone

FILTERS = (24, 48, 64, 96)


@keras.saving.register_keras_serializable(package="cnnkit")
class LandmarkNet(Detector):
    """Give the probability of a face, or of a body, and the places of its points.

    The output of an image is y = (p, x_1, y_1, … x_n, y_n): 1 + 2·64 numbers for a
    face of 64 landmarks, 1 + 2·32 for a pose of 32. Places are parts of the width and
    of the height.

    There are two heads. "maps" makes one map a landmark, which says where it may be,
    and gives the place of its hottest pixel by `SpatialSoftArgmax`; layers after the
    backbone: `average`, `object`, `maps`, `hottest`, `points`, `y`. "dense" is a hidden
    layer and 2n numbers at once: simpler, slower to learn; layers `flatten`, `hidden`,
    `object`, `points`, `y`.

    Args:
        landmarks: int, the number of points.
        backbone: a `keras.Model` from images to maps; `None` for `SmallBackbone((64,
            64, 3), (24, 48, 64, 96), downsample="stride", enlarge=1)`.
        head: "maps" or "dense".
        units: int, the units of the hidden layer; for "dense" only.
        weights: `None` for random weights, "cnnkit" for those trained on
            `datasets.faces` with the default backbone and head, or the path of an .h5
            file.
        name: name of the model.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> LandmarkNet().output_shape, LandmarkNet(landmarks=32).output_shape
    ((None, 129), (None, 65))

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """

    def __init__(
        self,
        landmarks=64,
        backbone=None,
        head="maps",
        units=96,
        weights=None,
        name="landmark_net",
    ):
        landmarks = _arguments.positive(landmarks, "landmarks")
        head = _arguments.one_of(head, "head", ("maps", "dense"))
        if backbone is None:
            backbone = SmallBackbone((64, 64, 3), FILTERS, "stride", enlarge=1)
        shape = backbone.inputs[0].shape[1:]
        file = _weights.find(weights, "LandmarkNet", shape, landmarks, True, 1.0)
        build = _by_maps if head == "maps" else partial(_at_once, units=units)
        parts = build(backbone.outputs[0], landmarks)
        super().__init__(backbone, layers.Concatenate(name="y")(parts), name)
        self.landmarks = landmarks
        self.head = head
        self.units = units
        _weights.load(self, file)

    def get_config(self):
        """Return the arguments, models among them as configurations."""
        return {
            **super().get_config(),
            "landmarks": self.landmarks,
            "head": self.head,
            "units": self.units,
        }

    def default_loss(self):
        """Return the loss that leaves the points of empty images out."""
        return LandmarkLoss()

    def targets(self, points, present=None):
        """Return what the network should say of each image.

        Args:
            points: floats `(n, landmarks, 2)`, x and y as parts of width and height.
            present: booleans `(n,)`, whether there is a face; `None` for always.

        Returns:
            float32 array `(n, 1 + 2·landmarks)`; zeros where there is none.

        Raises:
            ValueError: if the shapes do not fit, or a point of a face is NaN.
        """
        points = np.asarray(points, np.float32)
        if points.ndim != 3 or points.shape[1:] != (self.landmarks, 2):
            raise ValueError(
                f"`points` must be of shape (n, {self.landmarks}, 2). "
                f"Received: points of shape {points.shape}."
            )
        present = np.ones(len(points)) if present is None else np.asarray(present)
        if present.shape != (len(points),):
            raise ValueError(
                f"`present` must be of shape ({len(points)},). "
                f"Received: present of shape {present.shape}."
            )
        there = present.astype(bool)
        if not np.isfinite(points[there]).all():
            raise ValueError("`points` must be finite where `present` is true.")
        y = np.zeros((len(points), 1 + 2 * self.landmarks), np.float32)
        y[there, 0] = 1
        y[there, 1:] = points[there].reshape(there.sum(), -1)
        return y

    def find(self, images, batch_size=32):
        """Return the probability and the points of each image.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`.
            batch_size: int, how many images go through the network at once.

        Returns:
            float32 arrays `(n,)` and `(n, landmarks, 2)`: p, and x and y as parts of
            width and height.

        Raises:
            ValueError: if the images are not as above.
        """
        y = self.predict_images(images, batch_size)
        return y[:, 0], y[:, 1:].reshape(len(y), self.landmarks, 2)

    def detect(self, images, score=0.5, batch_size=32):
        """Find the box around the points of each image.

        Args:
            images: as for `find`.
            score: float, the smallest p at which a face is told.
            batch_size: int, how many images go through the network at once.

        Returns:
            A list of `cnnkit.boxes.Detections`, one an image, with at most one box.

        Raises:
            ValueError: if the images are not as above.
        """
        height, width = self.inputs[0].shape[1:3]
        probabilities, points = self.find(images, batch_size)
        points = points * np.array([width, height], np.float32)
        boxes = np.concatenate([points.min(axis=1), points.max(axis=1)], axis=1)
        return [
            Detections(box[None], [p]).above(score)
            for box, p in zip(boxes, probabilities, strict=True)
        ]


def _by_maps(x, landmarks):
    average = layers.GlobalAveragePooling2D(name="average")(x)
    maps = layers.Conv2D(landmarks, 1, name="maps")(x)
    places = SpatialSoftArgmax(name="hottest")(maps)
    return [
        layers.Dense(1, activation="sigmoid", name="object")(average),
        layers.Reshape((2 * landmarks,), name="points")(places),
    ]


def _at_once(x, landmarks, units):
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(units, activation="relu", name="hidden")(x)
    middle = keras.initializers.Constant(0.5)
    return [
        layers.Dense(1, activation="sigmoid", name="object")(x),
        layers.Dense(2 * landmarks, bias_initializer=middle, name="points")(x),
    ]
