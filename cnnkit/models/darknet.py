"""Detectors that were trained with Darknet, from their .cfg and .weights files."""

import keras
import numpy as np

from cnnkit.boxes import Detections, activate, decode, filter_boxes, nms
from cnnkit.models import _arguments, _darknet_cfg, _darknet_layers, _darknet_weights
from cnnkit.models._darknet_images import back, fit
from cnnkit.models.detector import check_images, class_names

# Darknet's order of a cell's numbers is x, y, width, height, confidence, classes.
OURS = [4, 0, 1, 3, 2]


@keras.saving.register_keras_serializable(package="cnnkit")
class Darknet(keras.Model):
    """Build the network of a Darknet .cfg, and read its .weights.

    It takes networks of the kinds of YOLOv2, YOLOv3, YOLOv4 and their small versions:
    the sections [convolutional] (with groups), [maxpool], [route], [shortcut],
    [upsample], [reorg], [dropout], [yolo] and [region]. Layers are called after the
    section and its place behind [net], as Darknet counts: `conv0`, `conv0_norm`,
    `conv0_leaky`. The outputs are the raw maps before each [yolo] or [region], with the
    numbers of each cell and anchor in Darknet's order: x, y, width, height, confidence
    and classes.

    Args:
        cfg: path of the .cfg file, or its text.
        weights: path of the .weights file, or `None` for random weights.
        classes: sequence of distinct names, as many as the cfg has classes, or `None`.
        size: int or pair `(height, width)` of the images that the network sees; `None`
            for that of the cfg. Smaller is faster and misses more.
        name: name of the model.

    Raises:
        FileNotFoundError: if a file is missing.
        ValueError: if the cfg has a section or an option that is not supported, named
            with its line; if the weights are too short or too long for it; or if
            another argument is not as above.

    Example:

    >>> cfg = '''
    ... [net]
    ... width=64
    ... height=32
    ... [convolutional]
    ... filters=14
    ... size=3
    ... stride=2
    ... pad=1
    ... activation=linear
    ... [yolo]
    ... mask=1,2
    ... anchors=4,6, 8,8, 20,12
    ... num=3
    ... classes=2
    ... '''
    >>> model = Darknet(cfg, classes=("cat", "dog"))
    >>> model.input_shape, model.output_shape
    ((None, 32, 64, 3), (None, 16, 32, 2, 7))
    >>> found = model.detect(np.zeros((1, 100, 150, 3)), score=0.9)

    Reference:
        - Redmon, "Darknet: open source neural networks in C", 2013-2016; Redmon and
          Farhadi, "YOLOv3: an incremental improvement", 2018; Bochkovskiy and others,
          "YOLOv4: optimal speed and accuracy of object detection", 2020.

    Taught in: notebooks/week3_detection/08_darknet_real_data.ipynb
    """

    def __init__(self, cfg, weights=None, classes=None, size=None, name="darknet"):
        text, (net, *sections) = _darknet_cfg.read(cfg)
        inputs = keras.Input(_input_shape(net, size), name="image")
        outputs, heads = _darknet_layers.build(sections, inputs)
        if not heads:
            raise net.error("no section [yolo] or [region] follows: it is no detector")
        counts = {head.classes for head in heads}
        if len(counts) > 1:
            raise net.error(f"all its heads must have as many classes, not {counts}")
        names = None
        if classes is not None:
            count, names = class_names(classes)
            if names is None or {count} != counts:
                raise ValueError(
                    f"`classes` must be {counts.pop()} names, as many as the cfg has "
                    f"classes. Received: {count} of them."
                )
        super().__init__(inputs=inputs, outputs=outputs, name=name)
        self.cfg = text
        self.classes = names
        self.size = tuple(inputs.shape[1:3])
        self.heads = tuple(heads)
        self._resize = "letterbox" if net.whole("letter_box", 0) else "stretch"
        if weights is not None:
            _darknet_weights.load(self, weights)

    def get_config(self):
        """Return the arguments, with the text of the cfg and without weights."""
        return {
            "cfg": self.cfg,
            "classes": self.classes,
            "size": self.size,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """Build the model of a configuration that `get_config` gave."""
        return cls(**config)

    def decode(self, outputs):
        """Turn raw outputs into the boxes of all cells, anchors and scales.

        With σ(t) = 1 / (1 + e^-t), cells of c pixels, the cell's column i and the scale
        s of `scale_x_y`, a midpoint is x = c (i + s σ(t_x) - (s - 1) / 2) and a width
        a_w e^t_w.

        Args:
            outputs: array `(n, rows, columns, anchors, 5 + classes)`, or a list with
                one such array a scale; as `predict` returns it.

        Returns:
            A triple of arrays: confidences `(n, boxes, 1)`, boxes `(n, boxes, 4)`,
            "xyxy" in pixels of the network's input, and class probabilities
            `(n, boxes, classes)`.

        Raises:
            ValueError: if the outputs are not as above, or hold NaN.
        """
        arrays = [np.asarray(raw) for raw in keras.tree.flatten(outputs)]
        due = [tuple(output.shape[1:]) for output in self.outputs]
        if [raw.shape[1:] for raw in arrays] != due:
            raise ValueError(
                f"`outputs` must be arrays of shapes {due} behind the axis of images. "
                f"Received: shapes {[raw.shape for raw in arrays]}."
            )
        found = [
            decode(_cells(raw, head), self.size)
            for raw, head in zip(arrays, self.heads, strict=True)
        ]
        return tuple(
            np.concatenate([a.reshape(len(a), -1, a.shape[-1]) for a in arrays], axis=1)
            for arrays in zip(*found, strict=True)
        )

    def detect(self, images, score=0.25, iou=0.45, resize=None, batch_size=8):
        """Find the objects of each image.

        The defaults are those of Darknet's own `detector test`.

        Args:
            images: floats in [0, 1], `(n, height, width, channels)`, or a sequence of
                images `(height, width, channels)` of any sizes.
            score: float, the smallest confidence · class probability that is told. A
                box gets its best class.
            iou: float, of two boxes of a class that overlap by more one is dropped.
            resize: "stretch" to the size of the network whatever the aspect, or
                "letterbox" to keep the aspect, with grey bars. By default "letterbox"
                if the cfg has `letter_box=1`, else "stretch", as AlexeyAB's Darknet
                does. Redmon's own letterboxes always: say so for its weights.
            batch_size: int, how many images go through the network at once.

        Returns:
            A list of `cnnkit.boxes.Detections`, one an image, the best first, in pixels
            of the image. Boxes are cut at its edge.

        Raises:
            ValueError: if an argument is not as above.
        """
        resize = self._resize if resize is None else resize
        _arguments.one_of(resize, "resize", ("stretch", "letterbox"))
        batch_size = _arguments.positive(batch_size, "batch_size")
        images = _each(images, self.inputs[0].shape[-1])
        found = []
        for start in range(0, len(images), batch_size):
            some = images[start : start + batch_size]
            fitted, places = zip(
                *(fit(image, *self.size, resize) for image in some), strict=True
            )
            decoded = self.decode(self.predict_on_batch(np.stack(fitted)))
            parts = zip(some, places, *decoded, strict=True)
            found += [self._found(*part, score, iou) for part in parts]
        return found

    def _found(self, image, place, confidence, boxes, classes, score, iou):
        scores, boxes, classes = filter_boxes(confidence, boxes, classes, score)
        height, width = image.shape[:2]
        boxes = back(boxes, place, (height, width))
        kept = nms(boxes, scores, iou_threshold=iou, classes=classes)
        boxes = np.clip(boxes[kept], 0, [width, height, width, height])
        inside = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        return Detections(boxes, scores[kept], classes[kept], self.classes)[inside]


def _cells(raw, head):
    """Return the numbers of the grid in our order and units."""
    ours = OURS + list(range(5, raw.shape[-1]))
    raw = raw[..., ours]
    if head.activated:
        cells = raw.copy()
        cells[..., 1:3] = (raw[..., 1:3] - 0.5) * head.xy_scale + 0.5
        cells[..., 3:5] = (2 * raw[..., 3:5]) ** 2
    else:
        # Anchors of 1 cell, since those of a small `size` may exceed the whole grid.
        one = np.ones_like(head.anchors)
        cells = activate(raw, one, head.class_activation, head.xy_scale)
    cells[..., 3:5] *= head.anchors[:, ::-1]
    return cells


def _input_shape(net, size):
    channels = net.whole("channels", 3, least=1)
    if size is None:
        size = net.whole("height", least=1), net.whole("width", least=1)
    pair = tuple(size) if isinstance(size, (list, tuple)) else (size, size)
    if len(pair) != 2:
        raise ValueError(
            f"`size` must be an int, or height and width. Received: size={size!r}."
        )
    return (*(_arguments.positive(side, "size") for side in pair), channels)


def _each(images, channels):
    """Return images of any sizes as a list of float32 arrays."""
    shape = (None, None, channels)
    if isinstance(images, (list, tuple)):
        images = [check_images(np.asarray(image)[None], shape)[0] for image in images]
    else:
        images = list(check_images(images, shape))
    if not all(image.size for image in images):
        raise ValueError("`images` must have at least one pixel each.")
    return images
