"""Fast R-CNN: one pass over the image, then a small head for each region."""

import keras
import numpy as np

from cnnkit.boxes import pairwise_iou, sample_targets
from cnnkit.losses import FastRCNNLoss
from cnnkit.models import _arguments, _regions
from cnnkit.models.detector import Detector, check_images, class_names
from cnnkit.models.small_backbone import SmallBackbone


@keras.saving.register_keras_serializable(package="cnnkit")
class FastRCNN(Detector):
    """Say the class and the exact place of each region that is proposed.

    The backbone sees the image once. `RoIPooling` cuts each region out of its maps and
    brings it to one size; two dense layers say the class, or background, and four
    offsets for each class. Layers after the backbone: `region_grid`, `region_flat`,
    `region_hidden`, `region_class`, `region_offsets`, `region_output`.

    Regions come from elsewhere, by default from selective search:

    ```python
    proposals = model.propose(images)
    regions, y = model.targets(boxes, classes, proposals)
    model.compile(keras.optimizers.Adam(0.001))
    model.fit([images, regions], y)
    found = model.detect(images)
    ```

    Args:
        classes: int, or a sequence of names.
        backbone: a `keras.Model` from images to maps; `None` for a `SmallBackbone`
            of three stages on images of 96×96.
        proposals: int, how many regions of an image to look at, at most.
        pool_size: int, the side of the grid that each region becomes.
        units: int, the units of the hidden layer.
        align: bool, whether regions are read by `RoIAlign` instead of `RoIPooling`.
        name: name of the model.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> model = FastRCNN(("car", "motorcycle"))
    >>> near, far = [30, 40, 62, 74], [0, 0, 20, 20]
    >>> regions, y = model.targets([[[30, 40, 62, 72]]], [[0]], [[near, far]])
    >>> regions.shape
    (1, 64, 4)
    >>> y[0, :2, 0]  # the car itself is a region too; the one far off is left out
    array([1., 1.], dtype=float32)
    >>> [t.shape for t in model.outputs]  # background and two classes; two boxes
    [(None, None, 11)]

    Reference:
        - Girshick, "Fast R-CNN", 2015, sections 2 and 3.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """

    def __init__(
        self,
        classes,
        backbone=None,
        proposals=200,
        pool_size=4,
        units=128,
        align=False,
        name="fast_rcnn",
    ):
        count, names = class_names(classes)
        proposals = _arguments.positive(proposals, "proposals")
        pool_size = _arguments.positive(pool_size, "pool_size")
        units = _arguments.positive(units, "units")
        if backbone is None:
            backbone = SmallBackbone((96, 96, 3), filters=(16, 32, 64))
        stride = _regions.stride_of(backbone)
        regions = keras.Input((None, 4), name="regions")
        head = _regions.add_head(
            backbone.outputs[0], regions, stride, count, pool_size, units, align
        )
        super().__init__(backbone, head, name, [backbone.inputs[0], regions])
        self.classes = classes
        self.proposals = proposals
        self.pool_size, self.units, self.align = pool_size, units, bool(align)
        self._names, self._count = names, count

    def get_config(self):
        """Return the arguments, the backbone as a configuration of its own."""
        return {
            **super().get_config(),
            "classes": self.classes,
            "proposals": self.proposals,
            "pool_size": self.pool_size,
            "units": self.units,
            "align": self.align,
        }

    def default_loss(self):
        """Return the multi-task loss of class and box."""
        return FastRCNNLoss(self._count)

    def propose(self, images):
        """Return the first `proposals` boxes of selective search for each image.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`.

        Returns:
            A list of float32 arrays `(m, 4)`, "xyxy" in pixels.
        """
        images = check_images(images, self.inputs[0].shape[1:])
        return _regions.proposed(None, images, self.proposals)

    def targets(self, boxes, classes, proposals, samples=64, lowest=0.1, seed=0):
        """Choose regions to learn from, and say what the network should say of each.

        At most a quarter of the `samples` overlap an object by an IoU of 0.5 or more;
        the others are background, with an IoU from `lowest` to 0.5. The objects' own
        boxes count as proposals too.

        Args:
            boxes: one array `(n, 4)` an image, "xyxy" in pixels.
            classes: one array `(n,)` of integers an image; -1 for no object.
            proposals: one array `(m, 4)` an image.
            samples: int, how many regions of an image to train.
            lowest: float, the least IoU of a region for background. The paper's 0.1
                leaves out what is easy to tell; then images without an object teach
                nothing.
            seed: int, or a `numpy.random.Generator`, which regions to train.

        Returns:
            A pair of float32 arrays: regions `(images, samples, 4)`, and what
            `FastRCNNLoss` takes, `(images, samples, 5)`. Where an image has fewer, the
            class is -1.

        Raises:
            ValueError: if a box or a class is not valid.
        """
        shapes = [self.inputs[0].shape[1:3]] * len(boxes)
        boxes, classes = _regions.truth(boxes, classes, self._count, shapes)
        proposals = _regions.given(proposals, shapes)
        rng = np.random.default_rng(seed)
        regions = np.zeros((len(boxes), samples, 4), np.float32)
        y = np.zeros((len(boxes), samples, 5), np.float32)
        y[..., 0] = -1
        for i, (own, which, near) in enumerate(
            zip(boxes, classes, proposals, strict=True)
        ):
            near = np.concatenate([own, near])
            overlap = pairwise_iou(near, own).max(axis=1, initial=0)
            labels = np.where(overlap >= lowest, 0, -1)
            labels[overlap >= _regions.OBJECT] = 1
            chosen = near[sample_targets(labels, samples, 0.25, seed=rng) >= 0]
            regions[i, : len(chosen)] = chosen
            if len(own) and len(chosen):
                y[i, : len(chosen)] = _regions.numpy_targets(chosen, own, which)
            else:
                y[i, : len(chosen), 0] = 0
        return regions, y

    def detect(self, images, score=0.5, iou=0.5, proposals=None, batch_size=32):
        """Find the objects of each image.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`.
            score: float, the smallest probability of a class that is told.
            iou: float, of two boxes of a class that overlap by more one is dropped.
            proposals: one array `(m, 4)` an image, "xyxy" in pixels; of each the first
                `self.proposals` are looked at. `None` for those of `propose`.
            batch_size: int, how many images go through the network at once.

        Returns:
            A list of `cnnkit.boxes.Detections`, one an image, the best first. Boxes are
            cut at the edge of the image.

        Raises:
            ValueError: if the images or the proposals are not as above.
        """
        images = check_images(images, self.inputs[0].shape[1:])
        shape = images.shape[1:3]
        proposals = _regions.proposed(proposals, images, self.proposals)
        if not len(images):
            return []
        regions = np.zeros((len(images), self.proposals, 4), np.float32)
        for row, own in zip(regions, proposals, strict=True):
            row[: len(own)] = own
        said = self.predict([images, regions], batch_size=batch_size, verbose=0)
        return [
            _regions.detections(*both, shape, self._names, score, iou)
            for both in zip(regions, said, strict=True)
        ]
