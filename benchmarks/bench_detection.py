"""YOLO's grid, COCO's figures, RoI align, sliding windows beside what people would use.

Run with `pytest benchmarks/bench_detection.py --benchmark-only`. Each group holds two
rows that do the same work on the same arrays; compare them within a group.
"""

import contextlib
import io

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnkit.boxes import encode, sliding_windows
from cnnkit.layers import RoIAlign
from cnnkit.metrics import COCOMetrics
from cnnkit.models import convolutionalize

IMAGES = 1000
SIDE = 256
CLASSES = 3
ANCHORS = np.array([[0.4, 1.0], [1.0, 0.6], [1.0, 2.0], [2.5, 1.2], [4.0, 3.0]])


def scenes():
    """Boxes and classes of a thousand images with one to nine objects."""
    rng = np.random.default_rng(0)
    boxes, classes = [], []
    for n in rng.integers(1, 10, IMAGES):
        sizes = np.exp(rng.uniform(np.log(8), np.log(SIDE / 2), (n, 2)))
        low = rng.random((n, 2)) * (SIDE - sizes)
        boxes.append(np.concatenate([low, low + sizes], axis=1).astype("float32"))
        classes.append(rng.integers(0, CLASSES, n))
    return boxes, classes


def encode_by_loop(boxes, classes, grid, anchors):
    """One object at a time; of two in the same place the larger one stays."""
    y = np.zeros((len(boxes), grid, grid, len(anchors), 5 + CLASSES), "float32")
    cell = SIDE / grid
    for image, own, which in zip(y, boxes, classes, strict=True):
        for box, c in zip(own, which, strict=True):
            centre = (box[:2] + box[2:]) / 2 / cell
            size = (box[2:] - box[:2]) / cell
            shared = np.minimum(size, anchors).prod(axis=1)
            overlaps = shared / (size.prod() + anchors.prod(axis=1) - shared)
            column, row = centre.astype(int)
            place = image[row, column, overlaps.argmax()]
            if place[3] * place[4] < size.prod():
                place[:] = 0
                place[:5] = 1, *(centre - (column, row)), size[1], size[0]
                place[5 + c] = 1
    return y


@pytest.mark.asked("within 0.02")
@pytest.mark.parametrize("who", ["cnnkit.boxes.encode", "a loop over objects"])
@pytest.mark.parametrize(("grid", "k"), [(3, 2), (8, 5)])
def test_encode(benchmark, grid, k, who):
    benchmark.group = f"YOLO's targets of 1,000 scenes, {grid}×{grid}×{k}×8"
    boxes, classes = scenes()
    anchors = ANCHORS[:k]

    def run():
        if who.startswith("cnnkit"):
            return encode(boxes, classes, grid, anchors, CLASSES, (SIDE, SIDE))[0]
        return encode_by_loop(boxes, classes, grid, anchors)

    y = benchmark.pedantic(run, rounds=15, warmup_rounds=2)
    expected = encode_by_loop(boxes, classes, grid, anchors)
    np.testing.assert_allclose(y, expected, atol=1e-4)


def objects_and_detections(classes):
    """A thousand images with up to 14 objects and 60 detections, some of them right."""
    rng = np.random.default_rng(0)
    truth, found = [], []
    for _ in range(IMAGES):
        n, m = rng.integers(0, 15), rng.integers(0, 61)
        sizes = np.exp(rng.uniform(np.log(8), np.log(250), (n, 2)))
        boxes = np.concatenate([rng.random((n, 2)) * 400, sizes], axis=1)
        which = rng.integers(0, classes, n)
        truth.append({"boxes": boxes, "classes": which, "crowd": rng.random(n) < 0.05})
        near = rng.integers(0, n, m) if n else np.zeros(0, int)
        own = boxes[near] * np.exp(rng.normal(0, 0.1, (len(near), 4)))
        scores = rng.random(len(near))
        found.append({"boxes": own, "classes": which[near], "scores": scores})
    return truth, found


def with_pycocotools(truth, found, classes):
    """Return the data of pycocotools, as its `loadRes` gives them."""
    from pycocotools.coco import COCO

    objects, results = [], []
    for i, (t, f) in enumerate(zip(truth, found, strict=True)):
        for box, c, crowd in zip(*t.values(), strict=True):
            row = {"id": len(objects) + 1, "image_id": i, "category_id": int(c)}
            row |= {"bbox": box.tolist(), "area": box[2] * box[3]}
            objects.append({**row, "iscrowd": int(crowd)})
        for box, c, score in zip(*f.values(), strict=True):
            row = {"image_id": i, "category_id": int(c), "score": score}
            results.append({**row, "bbox": box.tolist()})
    data = COCO()
    data.dataset = {
        "images": [{"id": i} for i in range(len(truth))],
        "annotations": objects,
        "categories": [{"id": c} for c in range(classes)],
    }
    data.createIndex()
    return data, data.loadRes(results)


def evaluate(data, results):
    from pycocotools.cocoeval import COCOeval

    evaluation = COCOeval(data, results, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation.stats


def twelve_figures(truth, found):
    metric = COCOMetrics("xywh")
    metric.update_state(truth, found)
    return list(metric.result().values())


@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit.metrics.COCOMetrics", "pycocotools"])
@pytest.mark.parametrize("classes", [3, 80])
def test_coco_metrics(benchmark, classes, who):
    pytest.importorskip("pycocotools")
    benchmark.group = f"COCO's figures of 1,000 images, {classes} classes"
    truth, found = objects_and_detections(classes)
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = with_pycocotools(truth, found, classes)
        if who.startswith("cnnkit"):
            run, arguments = twelve_figures, (truth, found)
        else:
            run, arguments = evaluate, theirs
        stats = benchmark.pedantic(run, arguments, rounds=3, warmup_rounds=1)
        np.testing.assert_allclose(stats, evaluate(*theirs), atol=1e-6)


# Images, side and channels of the features; regions of each image.
FEATURES = {
    "a small network": (8, 16, 64, 64),
    "ResNet-50 of 800 px": (1, 50, 256, 300),
}
POOL, SAMPLES = 7, 2


def regions(images, side, channels, n):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(images, side, side, channels))
    sizes = rng.uniform(2, 0.3 * side, (images, n, 2))
    low = 1 + rng.random((images, n, 2)) * (side - 2 - sizes)
    boxes = np.concatenate([low, low + sizes], axis=-1)
    return tf.constant(features, tf.float32), tf.constant(boxes, tf.float32)


def align_by_crops(features, boxes):
    """The same, as long as no place lies outside the features."""
    images, n = boxes.shape[:2]
    last = features.shape[1] - 1
    left, top, right, bottom = tf.unstack(tf.reshape(boxes, (-1, 4)) - 0.5, axis=-1)
    across = (right - left) / (2 * POOL * SAMPLES)
    down = (bottom - top) / (2 * POOL * SAMPLES)
    ends = tf.stack([top + down, left + across, bottom - down, right - across], -1)
    crops = tf.image.crop_and_resize(
        features, ends / last, tf.repeat(tf.range(images), n), [POOL * SAMPLES] * 2
    )
    pooled = tf.nn.avg_pool2d(crops, SAMPLES, SAMPLES, "VALID")
    return tf.reshape(pooled, (images, n, POOL, POOL, -1))


@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit.layers.RoIAlign", "tf.image.crop_and_resize"])
@pytest.mark.parametrize("task", ["forward", "gradient"])
@pytest.mark.parametrize("size", FEATURES)
def test_roi_align(benchmark, size, task, who):
    benchmark.group = f"RoI align, features of {size}, {task}"
    layer = RoIAlign(POOL, sampling_ratio=SAMPLES)

    def pool(features, boxes):
        if who.startswith("cnnkit"):
            return layer([features, boxes])
        return align_by_crops(features, boxes)

    def gradient(features, boxes):
        with tf.GradientTape() as tape:
            tape.watch(features)
            total = tf.reduce_sum(tf.square(pool(features, boxes)))
        return tape.gradient(total, features)

    run = tf.function(pool if task == "forward" else gradient)
    arrays = regions(*FEATURES[size])
    out = benchmark.pedantic(lambda: run(*arrays).numpy(), rounds=15, warmup_rounds=3)
    if task == "forward":
        np.testing.assert_allclose(out, align_by_crops(*arrays), atol=1e-3)


def window_classifier(window=32):
    """A small network like LeNet-5."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((window, window, 3)),
            keras.layers.Conv2D(16, 5, activation="relu", name="conv1"),
            keras.layers.MaxPooling2D(2, name="pool1"),
            keras.layers.Conv2D(32, 5, activation="relu", name="conv2"),
            keras.layers.MaxPooling2D(2, name="pool2"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(64, activation="relu", name="hidden"),
            keras.layers.Dense(4, activation="softmax", name="classes"),
        ]
    )


@pytest.mark.asked("within 0.1")
@pytest.mark.parametrize("who", ["cnnkit.models.convolutionalize", "crop by crop"])
def test_sliding_windows(benchmark, who):
    benchmark.group = "a classifier at 57×57 windows of a 256×256 image"
    classifier, rng = window_classifier(), np.random.default_rng(0)
    image = rng.random((256, 256, 3), dtype=np.float32)
    slider = convolutionalize(classifier)
    windows = sliding_windows((256, 256), 32, 4)

    def one_pass():
        return slider.predict_on_batch(image[None])[0]

    def crop_by_crop():
        cut = np.stack([image[y : y + 32, x : x + 32] for x, y in corners])
        parts = map(classifier.predict_on_batch, np.split(cut, 57))
        return np.concatenate(list(parts))

    corners = windows[:, :2].astype(int)
    run = one_pass if who.startswith("cnnkit") else crop_by_crop
    out = benchmark.pedantic(run, rounds=5, warmup_rounds=2)
    np.testing.assert_allclose(out.reshape(-1, 4), crop_by_crop(), atol=1e-5)
