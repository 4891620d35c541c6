"""Train the network for landmarks that ships, on drawn faces, and save it here.

The longer it may train, the better: it stops by the clock.

python data/train_landmark_net.py
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from _training import Log, rise_and_fall, save_alone, train_by_the_clock

from cnnkit.datasets import faces
from cnnkit.models import LandmarkNet

HERE = Path(__file__).parent
BATCH = 32
PEAK = 0.003
UNSEEN = 100_000  # the number of the first person who is only looked at

# Which landmark of a face each one of its mirror image is: the right ear becomes the
# left one, and so on, part by part in the order of `datasets.Faces`.
MIRRORED = [
    *range(16, -1, -1),
    *range(26, 16, -1),
    *(36, 35, 34, 33, 38, 37),
    *(30, 29, 28, 27, 32, 31),
    *(39, 40, 41, 42, 47, 46, 45, 44, 43),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(62, 61, 60, 63),
]


def mirrored(images, landmarks, rng):
    """Mirror half of the faces; what was the left eye is then the right one."""
    half = rng.random(len(images)) < 0.5
    images, landmarks = images.copy(), landmarks.copy()
    images[half] = images[half, :, ::-1]
    landmarks[half] = landmarks[half][:, MIRRORED] * [-1, 1] + [1, 0]
    return images, landmarks


def mean_errors(landmarks, truth):
    """Return for each face how far its points are off on average, in face widths."""
    width = np.ptp(truth[..., 0], axis=1)
    return np.linalg.norm(landmarks - truth, axis=-1).mean(axis=1) / width


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE)
    arguments = parser.parse_args()
    log = Log(arguments.out / "landmarknet.log", processor=True)

    keras.utils.set_random_seed(arguments.seed)
    drawn = faces(arguments.people, per_person=4, seed=arguments.seed)
    log.note(f"{len(drawn)} faces drawn, seed {arguments.seed}")
    model = LandmarkNet()
    model.compile(keras.optimizers.Adam(PEAK), jit_compile=False)
    rng = np.random.default_rng(arguments.seed)

    def vary():
        images, landmarks = mirrored(drawn.images, drawn.landmarks, rng)
        return images, model.targets(landmarks)

    rate = rise_and_fall(PEAK, rise=0.05)
    train_by_the_clock(model, arguments.minutes, rate, vary, BATCH, log, 5)
    model = save_alone(model, LandmarkNet(), arguments.out / "landmarknet.weights.h5")

    unseen = faces(500, per_person=2, seed=arguments.seed, first=UNSEEN)
    _, landmarks = model.find(unseen.images)
    errors = mean_errors(landmarks, unseen.landmarks)
    log.note(
        f"1000 faces of 500 unseen people: off by {errors.mean():.2%} of the width, "
        f"{(errors < 0.03).mean():.1%} of the faces by less than 3%, "
        f"{os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
