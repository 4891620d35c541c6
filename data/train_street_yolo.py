"""Train the YOLO that ships, on drawn street scenes, and save its weights here.

python data/train_street_yolo.py
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from _training import Log, Rate, save_alone

from cnnkit import datasets, metrics, models

HERE = Path(__file__).parent
BATCH = 32
PEAK = 0.004
DECAY = 0.01
TEST_SEED, TEST_SCENES = 2000, 500
# Streets with more in them than those of the test: more to learn from each drawing.
OBJECTS = (1, 8)
ZOOM, SHIFT = 0.12, 0.06  # log of the scale, share of the image
# What is left of an object that is cut at the edge: share of its area, and pixels.
SHARE, SMALLEST = 0.4, 3


def learning_rate(done, steps):
    """Rise for a twentieth of the steps, then fall along half a cosine to nothing."""
    if done < 0.05:
        return PEAK * max(done, 1 / steps) / 0.05
    return PEAK * 0.5 * (1 + np.cos(np.pi * (done - 0.05) / 0.95))


def distort(image, found, classes, rng):
    """Zoom a scene, shift it, and change its light, all by a little."""
    height, width = image.shape[:2]
    zoom = np.exp(rng.uniform(-ZOOM, ZOOM))
    middle = 0.5 * (1 - 1 / zoom) + rng.uniform(-SHIFT, SHIFT, 2)
    left, top = middle * [width, height]
    image = between(image, (np.arange(height) + 0.5) / zoom - 0.5 + top, axis=0)
    image = between(image, (np.arange(width) + 0.5) / zoom - 0.5 + left, axis=1)
    light = np.exp(rng.normal(0, 0.1) + rng.normal(0, 0.05, 3))
    image = np.clip(image * light.astype(np.float32), 0, 1)

    moved = (found - [left, top, left, top]) * zoom
    inside = np.clip(moved, 0, [width, height, width, height])
    kept = (area(inside) > SHARE * area(moved)) & (sides(inside).min(axis=1) > SMALLEST)
    return image, inside[kept], classes[kept]


def between(image, places, axis):
    """Take rows or columns at places between them; beyond the edge, the last one."""
    last = image.shape[axis] - 1
    places = np.clip(places, 0, last)
    before = np.minimum(places.astype(int), last - 1)
    share = (places - before).astype(np.float32)
    share = share[:, None, None] if axis == 0 else share[None, :, None]
    low = np.take(image, before, axis)
    return low + share * (np.take(image, before + 1, axis) - low)


def sides(found):
    return found[:, 2:] - found[:, :2]


def area(found):
    return sides(found).prod(axis=1)


def batches(scenes, model, seed, epochs):
    """Yield images, distorted, half of them mirrored, and YOLO's targets."""
    for images, found, classes in scenes.batches(
        BATCH, seed=seed, epochs=epochs, mirror=True, augment=distort, drop_last=True
    ):
        yield images, model.targets(found, classes)


def judge(model, scenes):
    """Return the mean average precision, without and with difficult objects."""
    found = model.detect(scenes.images, score=0.02)
    plain = datasets.DetectionDataset(
        scenes.images, scenes.boxes, scenes.classes, scenes.class_names
    )
    results = []
    for truth in (scenes, plain):
        metric = metrics.MeanAveragePrecision(class_names=scenes.class_names)
        metric.update_state(truth, found)
        results.append(metric)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=8_000)
    parser.add_argument("--epochs", type=int, default=36)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    keras.utils.set_random_seed(arguments.seed)
    log = Log(HERE / "streetyolo.log", processor=True)
    steps = arguments.epochs * (arguments.scenes // BATCH)
    losses = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: log.note(
            f"epoch {epoch + 1:2d}: loss {logs['loss']:.4f}"
        )
    )
    rate = Rate(lambda done: learning_rate(done, steps), steps)
    scenes = datasets.street_scenes(
        arguments.scenes, seed=arguments.seed, objects=OBJECTS
    )
    log.note(f"drawn: {arguments.scenes} scenes, {scenes.counts()}")

    model = models.StreetYOLO()
    optimizer = keras.optimizers.AdamW(PEAK, weight_decay=DECAY)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    model.compile(optimizer, jit_compile=False)
    model.fit(
        batches(scenes, model, arguments.seed, arguments.epochs),
        epochs=arguments.epochs,
        steps_per_epoch=arguments.scenes // BATCH,
        shuffle=False,
        callbacks=[rate, losses],
        verbose=0,
    )

    plain = save_alone(model, models.StreetYOLO(), HERE / "streetyolo.weights.h5")
    unseen = datasets.street_scenes(TEST_SCENES, seed=TEST_SEED)
    metric, with_difficult = judge(plain, unseen)
    each = {name: round(value, 3) for name, value in metric.per_class().items()}
    log.note(
        f"mean average precision at IoU 0.5 on {TEST_SCENES} unseen scenes "
        f"{metric.result():.4f} {each}, with difficult objects counted "
        f"{with_difficult.result():.4f}, seed {arguments.seed}, "
        f"{arguments.epochs} epochs, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
