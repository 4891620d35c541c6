"""Train the network for roads that ships, on drawn aerial images, and save it here.

python data/train_road_net.py
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from cnnkit.datasets import aerial_roads
from cnnkit.models import RoadNet

HERE = Path(__file__).parent
BATCH = 16
PATCH = 112
PATCHES = 1024
PEAK = 0.004


def learning_rate(done):
    """Rise for a tenth of the time, then fall in a straight line to nearly nothing."""
    return float(np.interp(done, [0, 0.1, 1], [PEAK / 10, PEAK, PEAK / 200]))


def scores(roads, truth):
    """Return precision, recall and F1 of all pixels together."""
    right = (roads & truth).sum()
    precision, recall = right / roads.sum(), right / truth.sum()
    return precision, recall, 2 * precision * recall / (precision + recall)


class Log:
    """Print lines, and keep them in a file, with the minutes since the start."""

    def __init__(self, path):
        self.path, self.start = path, time.monotonic()
        path.write_text("")

    def note(self, line):
        line = f"{(time.monotonic() - self.start) / 60:5.1f} min  {line}"
        print(line, flush=True)
        with self.path.open("a") as file:
            file.write(line + "\n")


class Rate(keras.callbacks.Callback):
    """Set the learning rate of each step."""

    def __init__(self, steps):
        super().__init__()
        self.step, self.steps = 0, steps

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = learning_rate(self.step / self.steps)
        self.step += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--tiles", type=int, default=240)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE)
    arguments = parser.parse_args()

    log = Log(arguments.out / "roadnet.log")
    keras.utils.set_random_seed(arguments.seed)
    tiles = aerial_roads(arguments.tiles, seed=arguments.seed)
    log.note(f"{len(tiles)} tiles drawn, seed {arguments.seed}")

    model = RoadNet()
    model.compile(keras.optimizers.Adam(PEAK), jit_compile=False)
    rate = Rate(arguments.epochs * PATCHES // BATCH)
    for epoch in range(arguments.epochs):
        x, y = model.patches(tiles.images, tiles.roads, PATCHES, PATCH, seed=epoch)
        history = model.fit(x, y, batch_size=BATCH, callbacks=[rate], verbose=0)
        log.note(f"epoch {epoch + 1:2d}: loss {history.history['loss'][0]:.4f}")
    # The network alone: a trained one would bring what its optimiser remembers.
    trained, model = model, RoadNet()
    model.set_weights(trained.get_weights())
    model.save_weights(arguments.out / "roadnet.weights.h5")

    test = aerial_roads(60, seed=arguments.seed + 1000)
    roads = model.road_map(test.images) >= 0.5
    precision, recall, f1 = scores(roads, test.roads > 0)
    log.note(
        f"60 unseen tiles, seed {arguments.seed + 1000}: F1 {f1:.4f}, "
        f"precision {precision:.4f}, recall {recall:.4f}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
