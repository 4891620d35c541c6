"""Train the network for one object that ships, on drawn streets, and save it here.

The longer it may train, the better: it stops by the clock.

python data/train_localizer.py
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from _training import Log, rise_and_fall, save_alone, train_by_the_clock

from cnnkit.datasets import street_scenes
from cnnkit.losses import LocalizationLoss
from cnnkit.metrics import LocalizationError
from cnnkit.models import Localizer

HERE = Path(__file__).parent
SIZE = 64
BATCH = 32
PEAK = 0.003
SHIFT = 8  # pixels by which a street is moved at random, up, down and aside


def varied(images, y, rng):
    """Move, mirror and darken each street; the pixels of the border are repeated."""
    n = len(images)
    around = [(0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)]
    padded = np.pad(images, around, mode="edge")
    by = rng.integers(0, 2 * SHIFT + 1, (n, 2))
    moved = np.stack(
        [
            image[top : top + SIZE, left : left + SIZE]
            for image, (left, top) in zip(padded, by, strict=True)
        ]
    )
    middle, sides = y[:, 1:3] - (by - SHIFT) / SIZE, y[:, 4:2:-1]
    low = np.clip(middle - sides / 2, 0, 1)
    high = np.clip(middle + sides / 2, 0, 1)
    new, there = y.copy(), y[:, 0] == 1
    new[there, 1:3] = ((low + high) / 2)[there]
    new[there, 3:5] = (high - low)[there, ::-1]
    mirrored = rng.random(n) < 0.5
    moved[mirrored] = moved[mirrored, :, ::-1]
    new[mirrored & there, 1] = 1 - new[mirrored & there, 1]
    return moved * rng.uniform(0.7, 1, (n, 1, 1, 1)).astype("float32"), new


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=3000)
    parser.add_argument("--minutes", type=float, default=13)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE)
    arguments = parser.parse_args()
    log = Log(arguments.out / "localizer.log", processor=True)

    keras.utils.set_random_seed(arguments.seed)
    streets = street_scenes(arguments.scenes, SIZE, arguments.seed, objects=(0, 1))
    log.note(f"{len(streets)} streets drawn, seed {arguments.seed}")
    model = Localizer(classes=streets.class_names)
    loss = LocalizationLoss(form="log", box_weight=10)
    model.compile(keras.optimizers.Adam(PEAK), loss, jit_compile=False)
    y = model.targets(streets.boxes, streets.classes)
    rng = np.random.default_rng(arguments.seed)

    def vary():
        return varied(streets.images, y, rng)

    rate = rise_and_fall(PEAK, rise=0.05)
    train_by_the_clock(model, arguments.minutes, rate, vary, BATCH, log, 4)
    fresh = Localizer(classes=streets.class_names)
    model = save_alone(model, fresh, arguments.out / "localizer.weights.h5")

    seed = arguments.seed + 1000
    unseen = street_scenes(500, SIZE, seed, objects=(0, 1))
    error = LocalizationError()
    y_unseen = model.targets(unseen.boxes, unseen.classes)
    error.update_state(y_unseen, model.predict(unseen.images, verbose=0))
    log.note(
        f"500 unseen streets, seed {seed}: localisation error "
        f"{float(error.result()):.3f}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
