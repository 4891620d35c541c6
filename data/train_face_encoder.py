"""Train the encoder of faces that ships, on drawn people, and save it here.

The longer it may train, the better: each stage stops by the clock.

python data/train_face_encoder.py
"""

import argparse
import os
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from _training import Clock, Log, rise_and_fall, save_alone

from cnnkit.datasets import faces
from cnnkit.faces import PeopleBatches, all_pairs
from cnnkit.losses import TripletHardLoss, TripletSemiHardLoss
from cnnkit.metrics import equal_error_rate, verification_auc
from cnnkit.models import FaceEncoder

HERE = Path(__file__).parent
UNSEEN = 300_000  # the number of the first person who is only looked at


def mirrored(images, seed):
    """Mirror half of the faces."""
    half = seed.random(len(images)) < 0.5
    return np.where(half[:, None, None, None], images[:, :, ::-1], images)


def one_shot(encodings, identity):
    """Return how many are recognised by the first image of each person alone."""
    first = np.unique(identity, return_index=True)[1]
    others = np.setdiff1d(np.arange(len(identity)), first)
    nearest = (encodings[others] @ encodings[first].T).argmax(axis=1)
    return (identity[first][nearest] == identity[others]).mean()


class Stage(NamedTuple):
    """A part of the training, with people of its own."""

    first: int  # the number of its first person
    loss: keras.losses.Loss
    peak: float  # learning rate
    people: int  # of one batch
    minutes: float  # of one core


def stages(people):
    """Return semi-hard triplets first; with the hardest ones it would collapse."""
    return [
        Stage(0, TripletSemiHardLoss(margin=0.2), 0.002, 24, 22),
        Stage(people, TripletHardLoss(margin=0.2), 0.0007, 32, 14),
    ]


def train(model, stage, people, seed, log):
    """Train on people whom no other stage has."""
    drawn = faces(people, per_person=8, seed=seed, first=stage.first)
    log.note(f"{len(drawn)} faces of people {stage.first} ... {stage.first + people}")
    model.compile(keras.optimizers.Adam(stage.peak), stage.loss, jit_compile=False)
    batches = PeopleBatches(
        drawn.images, drawn.identity, stage.people, augment=mirrored, seed=seed
    )
    rate = rise_and_fall(stage.peak, rise=0.05)
    told = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: log.note(
            f"epoch {epoch + 1:3d}: loss {logs['loss']:.4f}"
        )
    )
    clock = Clock(rate, stage.minutes)
    model.fit(batches, epochs=1_000_000, callbacks=[clock, told], verbose=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000, help="of each stage")
    parser.add_argument("--start", type=Path, help="weights after the first stage")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE)
    arguments = parser.parse_args()
    log = Log(arguments.out / "faceencoder.log", processor=True)

    keras.utils.set_random_seed(arguments.seed)
    model = FaceEncoder(weights=arguments.start)
    for stage in stages(arguments.people)[1 if arguments.start else 0 :]:
        train(model, stage, arguments.people, arguments.seed, log)
        file = arguments.out / "faceencoder.weights.h5"
        save_alone(model, FaceEncoder(), file)

    unseen = faces(100, per_person=10, seed=arguments.seed, first=UNSEEN)
    encodings = model.predict(unseen.images, verbose=0)
    first, second, same = all_pairs(unseen.identity)
    distances = np.linalg.norm(encodings[first] - encodings[second], axis=1)
    log.note(
        "1000 faces of 100 unseen people: AUC "
        f"{verification_auc(same, distances):.4f}, equal error rate "
        f"{equal_error_rate(same, distances):.4f}, one-shot recognition "
        f"{one_shot(encodings, unseen.identity):.3f}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
