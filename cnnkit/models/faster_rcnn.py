"""Faster R-CNN: the network proposes the regions that it then looks at."""

import keras
import numpy as np
from keras import layers

from cnnkit.boxes import assign_targets, encode_offsets, sample_targets
from cnnkit.losses import RPNLoss
from cnnkit.models import _arguments, _regions
from cnnkit.models._region_proposals import RegionProposals
from cnnkit.models.detector import Detector, check_images, class_names
from cnnkit.models.small_backbone import SmallBackbone

# Where smooth L1 of the anchors' offsets becomes a line, as in the published code.
STEEPER = 1 / 9
CANDIDATES = 256  # as many boxes at least go into suppression


@keras.saving.register_keras_serializable(package="cnnkit")
class FasterRCNN(Detector):
    """Find objects in two steps that share one pass through the network.

    A region proposal network, a 3×3 convolution on the backbone's maps, says of each
    anchor whether there is an object and how to move and stretch the anchor. The best
    boxes go to the head of Fast R-CNN, which reads the same maps inside each of them,
    and says the class and the exact place. Both are trained together, with no gradient
    through the proposals ("approximate joint training"). Layers after the backbone:
    `rpn_conv`, `rpn_object`, `rpn_offsets`, `anchors`, `proposals`, and those of the
    head: `region_grid`, `region_hidden`, `region_class`, `region_offsets`, `regions`.

    Args:
        classes: int, or a sequence of names.
        backbone: a `keras.Model` from images to maps; `None` for a `SmallBackbone`
            of three stages on images of 96×96.
        sizes: numbers above 0, roots of the areas of the anchors in pixels.
        ratios: numbers above 0, height through width of the anchors.
        proposals: int, how many regions the head looks at in each image.
        filters: int, the filters of the 3×3 convolution.
        pool_size: int, the side of the grid that each region becomes.
        units: int, the units of the head's hidden layer.
        align: bool, whether regions are read by `RoIAlign` or, as in the paper, by
            `RoIPooling`.
        name: name of the model.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> model = FasterRCNN(("car", "motorcycle"), sizes=(16, 32), ratios=(0.5, 1, 2))
    >>> len(model.anchors)  # 12 × 12 places, 6 at each
    864
    >>> y = model.targets([[[30, 40, 62, 72]]], [[0]])
    >>> {name: target.shape for name, target in y.items()}
    {'anchors': (1, 864, 5), 'regions': (1, 1, 5)}

    Reference:
        - Ren and others, "Faster R-CNN: towards real-time object detection with region
          proposal networks", 2015, section 3.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """

    def __init__(
        self,
        classes,
        backbone=None,
        sizes=(12, 24, 48),
        ratios=(0.5, 1.0, 2.0),
        proposals=64,
        filters=64,
        pool_size=4,
        units=128,
        align=True,
        name="faster_rcnn",
    ):
        count, names = class_names(classes)
        proposals = _arguments.positive(proposals, "proposals")
        filters = _arguments.positive(filters, "filters")
        pool_size = _arguments.positive(pool_size, "pool_size")
        units = _arguments.positive(units, "units")
        if backbone is None:
            backbone = SmallBackbone((96, 96, 3), filters=(16, 32, 64))
        maps = backbone.outputs[0]
        image_shape, cells = backbone.inputs[0].shape[1:3], maps.shape[1:3]
        stride = _regions.stride_of(backbone)
        propose = RegionProposals(
            image_shape,
            cells,
            stride,
            sizes,
            ratios,
            proposals,
            candidates=max(CANDIDATES, 4 * proposals),
            name="proposals",
        )
        anchors = len(propose.anchors)
        if anchors < proposals:
            raise ValueError(
                "`proposals` must be at most the number of anchors. "
                f"Received: proposals={proposals}, {anchors} anchors."
            )
        each = anchors // (cells[0] * cells[1])
        small = keras.initializers.RandomNormal(stddev=0.01)
        x = layers.Conv2D(
            filters,
            3,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            name="rpn_conv",
        )(maps)
        objects = layers.Conv2D(each, 1, kernel_initializer=small, name="rpn_object")(x)
        offsets = layers.Conv2D(
            4 * each, 1, kernel_initializer=small, name="rpn_offsets"
        )(x)
        said = layers.Concatenate(name="anchors")(
            [
                layers.Reshape((anchors, 1), name="rpn_object_flat")(objects),
                layers.Reshape((anchors, 4), name="rpn_offsets_flat")(offsets),
            ]
        )
        regions = propose(said)
        head = _regions.add_head(maps, regions, stride, count, pool_size, units, align)
        # In float16 a coordinate would be rounded.
        head = layers.Concatenate(dtype="float32", name="regions")([regions, head])
        super().__init__(backbone, {"anchors": said, "regions": head}, name)
        self.classes = classes
        self.sizes, self.ratios = propose.sizes, propose.ratios
        self.proposals, self.filters = proposals, filters
        self.pool_size, self.units, self.align = pool_size, units, bool(align)
        self._names, self._count = names, count

    @property
    def anchors(self):
        """The anchors, float32 array `(n, 4)`, "xyxy" in pixels."""
        return self.get_layer("proposals").anchors

    def get_config(self):
        """Return the arguments, the backbone as a configuration of its own."""
        return {
            **super().get_config(),
            "classes": self.classes,
            "sizes": self.sizes,
            "ratios": self.ratios,
            "proposals": self.proposals,
            "filters": self.filters,
            "pool_size": self.pool_size,
            "units": self.units,
            "align": self.align,
        }

    def default_loss(self):
        """Return the losses of anchors and of regions; they are added."""
        return {
            "anchors": RPNLoss(beta=STEEPER),
            "regions": _regions.RegionsLoss(self._count),
        }

    def targets(self, boxes, classes, samples=128, seed=0):
        """Return what the network should say of each image.

        Anchors of which an IoU of 0.7 or more, or the highest with some object, makes
        one for an object, and those below 0.3 that are background; of both together
        `samples` an image, half of them of objects if there are as many. Unlike in the
        paper anchors that reach outside the image are used: in small images most do.

        Args:
            boxes: one array `(n, 4)` an image, "xyxy" in pixels.
            classes: one array `(n,)` of integers an image; -1 for no object, so that
                what `DetectionDataset.batches` gives can be used as it is.
            samples: int, how many anchors of an image to train.
            seed: int, or a `numpy.random.Generator`, which anchors to train.

        Returns:
            dict of two float32 arrays: "anchors" `(images, anchors, 5)` as `RPNLoss`
            takes, and "regions" `(images, most, 5)`, class and box of each object; the
            class is -1 where there is none.

        Raises:
            ValueError: if a box or a class is not valid.
        """
        most = max([1, *map(len, boxes)])
        shapes = [self.inputs[0].shape[1:3]] * len(boxes)
        boxes, classes = _regions.truth(boxes, classes, self._count, shapes)
        truth = np.zeros((len(boxes), most, 5), np.float32)
        truth[..., 0] = -1
        for row, own, which in zip(truth, boxes, classes, strict=True):
            row[: len(own), 0] = which
            row[: len(own), 1:] = own
        labels, matched = assign_targets(self.anchors, truth[..., 1:])
        y = np.zeros((len(boxes), len(self.anchors), 5), np.float32)
        y[..., 0] = sample_targets(labels, samples, seed=seed)
        image, anchor = np.nonzero(y[..., 0] == 1)
        own = truth[image, matched[image, anchor], 1:]
        y[image, anchor, 1:] = encode_offsets(own, self.anchors[anchor])
        return {"anchors": y, "regions": truth}

    def propose(self, images, batch_size=32):
        """Return the regions that the network proposes, the best first.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`.
            batch_size: int, how many images go through the network at once.

        Returns:
            float32 array `(n, proposals, 4)`, "xyxy" in pixels.

        Raises:
            ValueError: if the images are not as above.
        """
        return self._predict(images, batch_size)[..., :4]

    def detect(self, images, score=0.5, iou=0.5, batch_size=32):
        """Find the objects of each image.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`.
            score: float, the smallest probability of a class that is told.
            iou: float, of two boxes of a class that overlap by more one is dropped.
            batch_size: int, how many images go through the network at once.

        Returns:
            A list of `cnnkit.boxes.Detections`, one an image, the best first. Boxes are
            cut at the edge of the image.

        Raises:
            ValueError: if the images are not as above.
        """
        shape = self.inputs[0].shape[1:3]
        return [
            _regions.detections(own[:, :4], own[:, 4:], shape, self._names, score, iou)
            for own in self._predict(images, batch_size)
        ]

    def _predict(self, images, batch_size):
        images = check_images(images, self.inputs[0].shape[1:])
        if not len(images):
            return np.zeros((0, self.proposals, 5 + 5 * self._count), np.float32)
        return self.predict(images, batch_size=batch_size, verbose=0)["regions"]
