"""`cnnkit.models` beside `keras.applications`.

Run with `pytest benchmarks/bench_models.py --benchmark-only`. Each group holds two rows
that do the same work on the same arrays; compare them within a group.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnkit import models
from cnnkit.layers import LocalResponseNormalization

WHO = {"cnnkit": models, "keras.applications": keras.applications}
BATCHES = {
    "VGG16": 2,
    "VGG19": 2,
    "ResNet50": 4,
    "ResNet101": 2,
    "ResNet152": 2,
    "MobileNet": 8,
}
SIDE = 128

who = pytest.mark.parametrize("who", WHO)
rounds = {"warmup_rounds": 2, "rounds": 7, "iterations": 1}


def prepared(who, name):
    keras.utils.set_random_seed(0)
    model = getattr(WHO[who], name)(
        weights=None, input_shape=(SIDE, SIDE, 3), classes=10
    )
    images = np.random.default_rng(0).random((BATCHES[name], SIDE, SIDE, 3), "float32")
    return model, images


@pytest.fixture(scope="module", autouse=True)
def warm():
    """Train once before all: of two equal networks the first would be the slower."""
    model, images = prepared("keras.applications", "VGG16")
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.train_on_batch(images, np.arange(len(images)))


@who
@pytest.mark.asked("within 1")
@pytest.mark.benchmark(group="building ResNet152")
def test_build(benchmark, who):
    model = benchmark.pedantic(
        lambda: WHO[who].ResNet152(weights=None),
        setup=keras.backend.clear_session,
        rounds=7,
        warmup_rounds=1,
    )
    assert model.count_params() == 60_419_944


@who
@pytest.mark.asked("within 1.05")
@pytest.mark.parametrize("name", BATCHES)
def test_forward(benchmark, name, who):
    benchmark.group = f"forward {name}, {BATCHES[name]} images of {SIDE} pixels"
    model, images = prepared(who, name)
    outputs = benchmark.pedantic(model.predict_on_batch, (images,), **rounds)
    assert outputs.shape == (BATCHES[name], 10)


@who
@pytest.mark.asked("within 1.05")
@pytest.mark.parametrize("name", BATCHES)
def test_training_step(benchmark, name, who):
    benchmark.group = f"training {name}, {BATCHES[name]} images of {SIDE} pixels"
    model, images = prepared(who, name)
    model.compile("sgd", "sparse_categorical_crossentropy")
    labels = np.arange(len(images))
    loss = benchmark.pedantic(model.train_on_batch, (images, labels), **rounds)
    assert np.isfinite(loss)


@pytest.mark.benchmark(group="local response normalisation, (8, 55, 55, 96)")
@pytest.mark.parametrize("who", ["cnnkit", "tf.nn"])
@pytest.mark.parametrize("gradient", [False, True])
def test_local_response_normalization(benchmark, who, gradient):
    x = tf.constant(np.random.default_rng(0).random((8, 55, 55, 96), "float32"))
    layer = LocalResponseNormalization()

    @tf.function
    def run(x):
        if who == "cnnkit":
            return layer(x)
        return tf.nn.local_response_normalization(x, 2, 2.0, 1e-4, 0.75)

    @tf.function
    def differentiate(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = run(x)
        return tape.gradient(y, x)

    benchmark.group += ", gradient" if gradient else ", forward"
    function = differentiate if gradient else run
    benchmark.pedantic(lambda: function(x).numpy(), **rounds)
