"""Beam search over many images at once, beside one image at a time.

Run with `pytest benchmarks/bench_captions.py --benchmark-only`. The two rows of a group
write the same sentences for the same features.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from keras import layers

from cnnkit.models import Captioner

IMAGES, FEATURES, LENGTH = 64, 256, 16
who = pytest.mark.parametrize("who", ["cnnkit", "one image at a time"])


@pytest.fixture(scope="module")
def model():
    """Return a network of 5,000 words that has learned nothing."""
    keras.utils.set_random_seed(0)
    words = ("", "?unknown", "<start>", "<end>", *(f"word{i}" for i in range(4996)))
    inputs = keras.Input((FEATURES,))
    backbone = keras.Model(inputs, layers.Activation("linear")(inputs))
    return Captioner(backbone, words, embedding=256, units=256)


@who
@pytest.mark.asked("within 0.2")
@pytest.mark.parametrize("beams", [3, 10])
def test_beam_search(benchmark, model, beams, who):
    benchmark.group = f"describing {IMAGES} images, {beams} beams"
    vectors = np.random.default_rng(0).normal(size=(IMAGES, FEATURES))
    batch_size = IMAGES if who == "cnnkit" else 1
    said = benchmark.pedantic(
        model.describe,
        (vectors, beams, LENGTH, batch_size),
        warmup_rounds=1,
        rounds=3,
    )
    assert len(said) == IMAGES
