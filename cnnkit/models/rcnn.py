"""R-CNN: regions with CNN features, region by region."""

import keras
import numpy as np
from keras import layers, ops

from cnnkit.boxes import crops, decode_offsets, encode_offsets, pairwise_iou
from cnnkit.models import _arguments, _regions
from cnnkit.models.detector import Detector, check_images, class_names
from cnnkit.models.small_backbone import SmallBackbone

CONTEXT = 16 / 227  # how much of each side of a crop lies around the region
BACKGROUND = 0.3  # regions below this IoU are not of the class
CLOSE = 0.6  # those above it teach how to correct a box
NORM = 20.0  # the mean length of the features that the SVMs see
SVM_WEIGHT = 0.001  # C
RIDGE_WEIGHT = 1000.0  # λ
FIRST = 2000  # how many regions of background an SVM sees at first


@keras.saving.register_keras_serializable(package="cnnkit")
class RCNN(Detector):
    """Cut regions out, put each through a CNN, and judge its features.

    Regions come from selective search. Each is brought to the size that the backbone
    takes, whatever its shape, with a little of what lies around it. One linear support
    vector machine (SVM) a class says how much it looks like that class, and one ridge
    regression a class how to correct the box. Both are linear, so `fit` puts what
    scikit-learn finds into two dense layers, `svm` and `box`, and the whole is a
    `keras.Model` from crops to K margins and 4K offsets, which can be saved. The
    backbone is not changed.

    It is no model for `compile`: its parts are trained one after the other.

    Args:
        classes: int, or a sequence of names.
        backbone: a `keras.Model` from crops to maps or vectors, trained before; `None`
            for a `SmallBackbone` on crops of 48×48 with random weights.
        proposals: int, how many regions of an image to look at, at most.
        name: name of the model.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    ```python
    model = RCNN(("pedestrian", "car", "motorcycle"), backbone)
    model.fit(scenes.images, scenes.boxes, scenes.classes)
    found = model.detect(images)
    ```

    Reference:
        - Girshick, Donahue, Darrell and Malik, "Rich feature hierarchies for accurate
          object detection and semantic segmentation", 2014, section 2, appendices A, B
          and C. The thresholds and weights are those of the paper and its code.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """

    def __init__(self, classes, backbone=None, proposals=200, name="rcnn"):
        count, names = class_names(classes)
        proposals = _arguments.positive(proposals, "proposals")
        if backbone is None:
            backbone = SmallBackbone((48, 48, 3), filters=(16, 32, 64))
        x = layers.Flatten(name="features")(backbone.outputs[0])
        parts = [
            layers.Dense(count, kernel_initializer="zeros", name="svm")(x),
            layers.Dense(4 * count, kernel_initializer="zeros", name="box")(x),
        ]
        super().__init__(backbone, layers.Concatenate(name="output")(parts), name)
        self.classes = classes
        self.proposals = proposals
        self._names, self._count = names, count

    def get_config(self):
        """Return the arguments, the backbone as a configuration of its own."""
        return {
            **super().get_config(),
            "classes": self.classes,
            "proposals": self.proposals,
        }

    def compile(self, *args, **kwargs):
        """Raise an error: this model is trained by `fit` alone."""
        raise NotImplementedError(
            "R-CNN is not trained by one loss; call `fit(images, boxes, classes)`, "
            "which trains its SVMs and box regressors one after the other."
        )

    def warp(self, image, boxes):
        """Cut regions out with some context, at the size that the backbone takes.

        Args:
            image: floats in [0, 1], `(height, width, channels)`.
            boxes: numbers `(n, 4)`, "xyxy" in pixels.

        Returns:
            float32 array `(n, rows, columns, channels)`.
        """
        boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
        around = np.tile(boxes[:, 2:] - boxes[:, :2], 2) * CONTEXT / (1 - 2 * CONTEXT)
        wider = boxes + around * np.array([-1, -1, 1, 1], np.float32)
        return crops(image, wider, self.inputs[0].shape[1:3])

    def features(self, crops, batch_size=256):
        """Return the CNN's features of crops, float32 array `(n, features)`."""
        network = keras.Model(self.inputs[0], self.get_layer("features").output)
        return _in_batches(network, crops, batch_size)

    def fit(self, images, boxes, classes, proposals=None, seed=0):
        """Train the SVMs and the box regressors.

        An SVM learns the objects of its class against the regions that overlap none of
        them by an IoU of 0.3. It sees a part of these first, and then again with those
        of all that it took for the class or nearly so. A box regressor learns from
        regions that overlap an object of its class by 0.6 or more.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`, or a list of
                images of several sizes.
            boxes: one array `(m, 4)` an image, "xyxy" in pixels.
            classes: one array `(m,)` of integers an image.
            proposals: one array `(k, 4)` an image; `None` for selective search.
            seed: int, which background an SVM sees first.

        Returns:
            The model itself.

        Raises:
            ValueError: if a box or a class is not valid, or there is a class without
                an object or a background.
        """
        images = self._images(images)
        shapes = [image.shape[:2] for image in images]
        boxes, classes = _regions.truth(boxes, classes, self._count, shapes)
        proposals = _regions.proposed(proposals, images, self.proposals)
        examples = map(self._examples, images, boxes, classes, proposals)
        features, is_object, overlaps, offsets = map(
            np.concatenate, zip(*examples, strict=True)
        )
        scale = NORM / max(np.linalg.norm(features, axis=1).mean(), 1e-6)
        features *= scale
        rng = np.random.default_rng(seed)
        margins, corrections = [], []
        for k in range(self._count):
            negative = features[overlaps[:, k] < BACKGROUND]
            positive = features[is_object[:, k]]
            if not len(positive) or not len(negative):
                raise ValueError(
                    "There must be an object and background for each class. Received: "
                    f"{len(positive)} and {len(negative)} of class {k}."
                )
            margins.append(_svm(positive, negative, rng))
            close = overlaps[:, k] >= CLOSE
            corrections.append(_ridge(features[close], offsets[close, k]))
        for name, parts in (("svm", margins), ("box", corrections)):
            kernel, bias = (
                np.concatenate(x, axis=-1) for x in zip(*parts, strict=True)
            )
            self.get_layer(name).set_weights([kernel * scale, bias])
        return self

    def detect(self, images, score=0.0, iou=0.3, proposals=None, batch_size=256):
        """Find the objects of each image.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`, or a list of
                images of several sizes.
            score: float, the smallest margin of an SVM that is told. Scores are
                margins, not probabilities.
            iou: float, of two boxes of a class that overlap by more one is dropped.
            proposals: one array `(m, 4)` an image, "xyxy" in pixels; `None` for the
                first `self.proposals` of selective search.
            batch_size: int, how many crops go through the network at once.

        Returns:
            A list of `cnnkit.boxes.Detections`, one an image, the best first. Boxes are
            cut at the edge of the image.

        Raises:
            ValueError: if the images or the proposals are not as above.
        """
        images = self._images(images)
        proposals = _regions.proposed(proposals, images, self.proposals)
        found = []
        for image, regions in zip(images, proposals, strict=True):
            said = _in_batches(self, self.warp(image, regions), batch_size)
            margins = said[:, : self._count]
            offsets = said[:, self._count :].reshape(-1, self._count, 4)
            of_region, classes = np.nonzero(margins >= score)
            boxes = decode_offsets(offsets[of_region, classes], regions[of_region])
            found.append(
                _regions.best_boxes(
                    boxes,
                    margins[of_region, classes],
                    classes,
                    image.shape[:2],
                    self._names,
                    iou,
                )
            )
        return found

    def _examples(self, image, boxes, classes, regions):
        """Return features, and of each class: is it one, overlap and offsets."""
        regions = np.concatenate([boxes, regions])
        n, k = len(regions), self._count
        is_object = np.zeros((n, k), bool)
        is_object[np.arange(len(boxes)), classes] = True
        overlaps, offsets = np.zeros((n, k)), np.zeros((n, k, 4))
        for which in np.unique(classes):
            own = boxes[classes == which]
            table = pairwise_iou(regions, own)
            overlaps[:, which] = table.max(axis=1)
            offsets[:, which] = encode_offsets(own[table.argmax(axis=1)], regions)
        return self.features(self.warp(image, regions)), is_object, overlaps, offsets

    def _images(self, images):
        due = (None, None, self.inputs[0].shape[-1])
        return [check_images(np.asarray(image)[None], due)[0] for image in images]


def _in_batches(network, crops, batch_size):
    """Return what a network gives for crops; eagerly, as their number varies."""
    parts = [np.zeros((0, network.outputs[0].shape[-1]), np.float32)]
    for start in range(0, len(crops), batch_size):
        batch = ops.convert_to_tensor(crops[start : start + batch_size])
        parts.append(ops.convert_to_numpy(network(batch, training=False)))
    return np.concatenate(parts)


def _svm(positive, negative, rng):
    """Return kernel `(features, 1)` and bias `(1,)` of a support vector machine."""
    from sklearn.svm import LinearSVC

    svm = LinearSVC(C=SVM_WEIGHT, dual=False, intercept_scaling=10, class_weight={1: 2})
    used = rng.permutation(len(negative))[:FIRST]
    for _ in range(2):
        x = np.concatenate([positive, negative[used]])
        svm.fit(x, np.arange(len(x)) < len(positive))
        hard = np.flatnonzero(svm.decision_function(negative) > -1)
        if np.isin(hard, used).all():
            break
        used = np.union1d(used, hard)
    return svm.coef_.T, svm.intercept_


def _ridge(features, offsets):
    """Return kernel `(features, 4)` and bias `(4,)` of a ridge regression."""
    from sklearn.linear_model import Ridge

    if not len(features):
        return np.zeros((features.shape[1], 4)), np.zeros(4)
    ridge = Ridge(RIDGE_WEIGHT).fit(features, offsets)
    return ridge.coef_.T, ridge.intercept_
