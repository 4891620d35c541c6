"""Train the network for roads that ships, on drawn aerial images, and save it here.

python data/train_road_net.py
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from _training import Log, Rate, rise_and_fall, save_alone

from cnnkit.datasets import aerial_roads
from cnnkit.models import RoadNet

HERE = Path(__file__).parent
BATCH = 16
PATCH = 112
PATCHES = 1024
PEAK = 0.004


def scores(roads, truth):
    """Return precision, recall and F1 of all pixels together."""
    right = (roads & truth).sum()
    precision, recall = right / roads.sum(), right / truth.sum()
    return precision, recall, 2 * precision * recall / (precision + recall)


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
    schedule = rise_and_fall(PEAK, rise=0.1, least=1 / 200)
    rate = Rate(schedule, arguments.epochs * PATCHES // BATCH)
    for epoch in range(arguments.epochs):
        x, y = model.patches(tiles.images, tiles.roads, PATCHES, PATCH, seed=epoch)
        history = model.fit(x, y, batch_size=BATCH, callbacks=[rate], verbose=0)
        log.note(f"epoch {epoch + 1:2d}: loss {history.history['loss'][0]:.4f}")
    model = save_alone(model, RoadNet(), arguments.out / "roadnet.weights.h5")

    test = aerial_roads(60, seed=arguments.seed + 1000)
    roads = model.road_map(test.images) >= 0.5
    precision, recall, f1 = scores(roads, test.roads > 0)
    log.note(
        f"60 unseen tiles, seed {arguments.seed + 1000}: F1 {f1:.4f}, "
        f"precision {precision:.4f}, recall {recall:.4f}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
