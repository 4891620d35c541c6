"""Train the network for one object that ships, on drawn streets, and save it here.

The longer it may train, the better: it stops by the clock.

python data/train_localizer.py
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from cnnkit.datasets import street_scenes
from cnnkit.losses import LocalizationLoss
from cnnkit.metrics import LocalizationError
from cnnkit.models import Localizer

HERE = Path(__file__).parent
SIZE = 64
BATCH = 32
PEAK = 0.003
SHIFT = 8  # pixels by which a street is moved at random, up, down and aside


def learning_rate(done):
    """Rise for a twentieth of the time, then fall in a straight line to nothing."""
    return float(np.interp(done, [0, 0.05, 1], [PEAK / 10, PEAK, PEAK / 1000]))


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
    path, start = arguments.out / "localizer.log", time.monotonic()
    path.write_text("")

    def note(line):
        line = f"{(time.monotonic() - start) / 60:5.1f} min  {line}"
        print(line, flush=True)
        with path.open("a") as file:
            file.write(line + "\n")

    keras.utils.set_random_seed(arguments.seed)
    streets = street_scenes(arguments.scenes, SIZE, arguments.seed, objects=(0, 1))
    note(f"{len(streets)} streets drawn, seed {arguments.seed}")
    model = Localizer(classes=streets.class_names)
    loss = LocalizationLoss(form="log", box_weight=10)
    model.compile(keras.optimizers.Adam(PEAK), loss, jit_compile=False)
    y = model.targets(streets.boxes, streets.classes)
    rng = np.random.default_rng(arguments.seed)
    begin, epoch, done = time.monotonic(), 0, 0.0
    while done < 1:
        new_images, new_y = varied(streets.images, y, rng)
        order, losses = rng.permutation(len(y)), []
        # The rate follows the clock, so that a slow machine ends in time as well.
        for part in np.array_split(order, max(1, len(order) // 500)):
            done = min(1, (time.monotonic() - begin) / (60 * arguments.minutes))
            model.optimizer.learning_rate = learning_rate(done)
            history = model.fit(
                new_images[part], new_y[part], batch_size=BATCH, verbose=0
            )
            losses += history.history["loss"]
        epoch += 1
        note(f"epoch {epoch:2d}: loss {np.mean(losses):.4f}")
    # The network alone: a trained one would bring what its optimiser remembers.
    trained, model = model, Localizer(classes=streets.class_names)
    model.set_weights(trained.get_weights())
    model.save_weights(arguments.out / "localizer.weights.h5")

    seed = arguments.seed + 1000
    unseen = street_scenes(500, SIZE, seed, objects=(0, 1))
    error = LocalizationError()
    y_unseen = model.targets(unseen.boxes, unseen.classes)
    error.update_state(y_unseen, model.predict(unseen.images, verbose=0))
    note(
        f"500 unseen streets, seed {seed}: localisation error "
        f"{float(error.result()):.3f}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
