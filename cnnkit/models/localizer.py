"""Classification with localisation: one object an image."""

import keras
import numpy as np
from keras import layers

from cnnkit.boxes import Detections, check, convert
from cnnkit.losses import LocalizationLoss
from cnnkit.models import _weights
from cnnkit.models.detector import Detector, class_names
from cnnkit.models.small_backbone import SmallBackbone

FILTERS = (16, 32, 64, 64)


@keras.saving.register_keras_serializable(package="cnnkit")
class Localizer(Detector):
    """Say whether there is an object, where it is, and of which class.

    The output of an image is y = (p_c, b_x, b_y, b_h, b_w, c_1, … c_n): the
    probability of an object, its centre and size as parts of the image, and a
    probability for each class. Layers after the backbone: `flatten`, `hidden`,
    `object`, `box`, `class`, `y`.

    Args:
        backbone: a `keras.Model` from images to maps; `None` for
            `SmallBackbone((64, 64, 3), (16, 32, 64, 64), downsample="stride")`.
        classes: int, or a sequence of names.
        units: int, the units of the hidden layer.
        weights: `None` for random weights, "cnnkit" for those trained on
            `datasets.street_scenes` with at most one object, or the path of an .h5
            file.
        name: name of the model.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> model = Localizer(SmallBackbone((32, 32, 3), (4, 8)), ("car", "motorcycle"))
    >>> model.output_shape
    (None, 7)
    >>> model.targets([[[4, 8, 12, 24]], []], [[1], []])
    array([[1.  , 0.25, 0.5 , 0.5 , 0.25, 0.  , 1.  ],
           [0.  , 0.  , 0.  , 0.  , 0.  , 0.  , 0.  ]], dtype=float32)

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """

    def __init__(
        self, backbone=None, classes=3, units=128, weights=None, name="localizer"
    ):
        if backbone is None:
            backbone = SmallBackbone((64, 64, 3), FILTERS, "stride")
        count, names = class_names(classes)
        shape = backbone.inputs[0].shape[1:]
        file = _weights.find(weights, "Localizer", shape, count, True, 1.0)
        probabilities = "softmax" if count > 1 else "sigmoid"
        x = layers.Flatten(name="flatten")(backbone.outputs[0])
        x = layers.Dense(units, activation="relu", name="hidden")(x)
        parts = [
            layers.Dense(1, activation="sigmoid", name="object")(x),
            layers.Dense(4, activation="sigmoid", name="box")(x),
            layers.Dense(count, activation=probabilities, name="class")(x),
        ]
        super().__init__(backbone, layers.Concatenate(name="y")(parts), name)
        self.classes = classes
        self.units = units
        self._names, self._count = names, count
        _weights.load(self, file)

    def get_config(self):
        """Return the arguments, models among them as configurations."""
        return {**super().get_config(), "classes": self.classes, "units": self.units}

    def default_loss(self):
        """Return the log form of the localisation loss."""
        return LocalizationLoss(form="log")

    def targets(self, boxes, classes):
        """Return what the network should say of each image.

        Args:
            boxes: one array `(0, 4)` or `(1, 4)` an image, "xyxy" in pixels.
            classes: one array an image, as many integers as boxes.

        Returns:
            float32 array `(n, 5 + classes)`; all zeros for an image without an object.

        Raises:
            ValueError: if an image has two objects, or a box or a class is not valid.
        """
        shape = self.inputs[0].shape[1:3]
        y = np.zeros((len(boxes), 5 + self._count), np.float32)
        for row, own, which in zip(y, boxes, classes, strict=True):
            own = np.asarray(own, np.float32).reshape(-1, 4)
            which = np.asarray(which, np.int64).reshape(-1)
            if len(own) > 1 or len(own) != len(which):
                raise ValueError(
                    "A `Localizer` finds one object an image. Received: an image with "
                    f"{len(own)} boxes and {len(which)} classes."
                )
            if not len(own):
                continue
            check(own, "xyxy", shape)
            if not 0 <= which[0] < self._count:
                raise ValueError(
                    f"`classes` must be from 0 to {self._count - 1}. "
                    f"Received: {which[0]}."
                )
            x, y_, w, h = convert(own[0], "xyxy", "rel_center_xywh", shape)
            row[:5] = 1, x, y_, h, w
            row[5 + which[0]] = 1
        return y

    def detect(self, images, score=0.5, batch_size=32):
        """Find the object of each image.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`.
            score: float, the smallest p_c at which an object is told.
            batch_size: int, how many images go through the network at once.

        Returns:
            A list of `cnnkit.boxes.Detections`, one an image, with at most one box.

        Raises:
            ValueError: if the images are not as above.
        """
        shape = self.inputs[0].shape[1:3]
        y = self.predict_images(images, batch_size)
        boxes = convert(
            y[:, [1, 2, 4, 3]], "rel_center_xywh", "xyxy", image_shape=shape
        )
        return [
            Detections(box[None], p[:1], [p[5:].argmax()], self._names).above(score)
            for box, p in zip(boxes, y, strict=True)
        ]
