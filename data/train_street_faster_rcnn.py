"""Train the Faster R-CNN that ships, on drawn street scenes, and save its weights here.

python data/train_street_faster_rcnn.py
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from _training import Log, Rate, rise_and_fall, save_alone

from cnnkit.datasets import street_scenes
from cnnkit.metrics import MeanAveragePrecision
from cnnkit.models import StreetFasterRCNN

HERE = Path(__file__).parent
BATCH = 32
PEAK = 0.003
TRAIN_SEED, TEST_SEED = 10, 12


def with_targets(model, batches, seed):
    """Go through batches of a data set, with what the model should say of them."""
    rng = np.random.default_rng(seed)
    for images, boxes, classes in batches:
        yield images, model.targets(boxes, classes, seed=rng)


def average_precision(model, scenes):
    """Return the average precision of each class at an IoU of 0.5."""
    metric = MeanAveragePrecision(class_names=scenes.class_names)
    metric.update_state(scenes, model.detect(scenes.images, score=0.01))
    return metric.per_class()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=8000)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    keras.utils.set_random_seed(arguments.seed)
    scenes = street_scenes(arguments.scenes, seed=TRAIN_SEED)
    model = StreetFasterRCNN()
    model.compile(keras.optimizers.Adam())

    log = Log(HERE / "streetfasterrcnn.log")
    steps = len(scenes) // BATCH
    rate = Rate(rise_and_fall(PEAK, rise=0.1), arguments.epochs * steps)
    losses = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: log.note(
            f"epoch {epoch + 1:2d}: loss of anchors {logs['anchors_loss']:.4f}, "
            f"of regions {logs['regions_loss']:.4f}"
        )
    )
    batches = scenes.batches(
        BATCH, arguments.seed, epochs=None, mirror=True, drop_last=True
    )
    model.fit(
        with_targets(model, batches, arguments.seed),
        steps_per_epoch=steps,
        epochs=arguments.epochs,
        callbacks=[rate, losses],
        shuffle=False,  # the batches are shuffled already
        verbose=0,
    )

    path = HERE / "streetfasterrcnn.weights.h5"
    alone = save_alone(model, StreetFasterRCNN(), path)
    found = average_precision(alone, street_scenes(500, seed=TEST_SEED))
    each = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    log.note(
        f"500 unseen scenes: mean average precision {np.mean(list(found.values())):.4f}"
        f" at IoU 0.5 ({each}), seed {arguments.seed}, {len(scenes)} scenes, "
        f"{arguments.epochs} epochs, {time.process_time() / 60:.0f} minutes of CPU"
    )


if __name__ == "__main__":
    main()
