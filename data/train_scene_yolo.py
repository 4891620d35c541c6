"""Train the YOLO that ships for drawn scenes, and save its weights here.

python data/train_scene_yolo.py
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from _training import Log, Rate, rise_and_fall, save_alone

from cnnkit import datasets, metrics, models

HERE = Path(__file__).parent
BATCH = 64
PEAK = 0.006
TEST_SEED, TEST_SCENES = 2000, 500


def batches(scenes, model, seed, epochs):
    """Yield images, half of them mirrored, and YOLO's targets."""
    for images, found, classes in scenes.batches(
        BATCH, seed=seed, epochs=epochs, mirror=True, drop_last=True
    ):
        yield images, model.targets(found, classes)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    keras.utils.set_random_seed(arguments.seed)
    log = Log(HERE / "sceneyolo.log", processor=True)
    scenes = datasets.described_scenes(
        arguments.scenes, seed=1000 + arguments.seed, things=(1, 4)
    ).detection()
    log.note(f"drawn: {scenes}"[:60])

    steps = arguments.scenes // BATCH
    model = models.SceneYOLO()
    model.compile(keras.optimizers.Adam(PEAK), jit_compile=False)
    losses = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: log.note(
            f"epoch {epoch + 1:2d}: loss {logs['loss']:.4f}"
        )
    )
    model.fit(
        batches(scenes, model, arguments.seed, arguments.epochs),
        epochs=arguments.epochs,
        steps_per_epoch=steps,
        shuffle=False,
        callbacks=[Rate(rise_and_fall(PEAK, 0.1), steps * arguments.epochs), losses],
        verbose=0,
    )

    plain = save_alone(model, models.SceneYOLO(), HERE / "sceneyolo.weights.h5")
    unseen = datasets.described_scenes(TEST_SCENES, seed=TEST_SEED).detection()
    metric = metrics.MeanAveragePrecision(class_names=unseen.class_names)
    metric.update_state(unseen, plain.detect(unseen.images, score=0.02))
    found = plain.detect(unseen.images)
    whole = [
        sorted(f.classes) == sorted(due)
        for f, due in zip(found, unseen.classes, strict=True)
    ]
    log.note(
        f"mean average precision at IoU 0.5 on {TEST_SCENES} unseen scenes "
        f"{metric.result():.4f}, all things and no others found in "
        f"{np.mean(whole):.3f} of them, seed {arguments.seed}, "
        f"{arguments.epochs} epochs, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
