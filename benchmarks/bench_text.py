"""`models.TextCNN` beside the same network put together from Keras's own layers.

Run with `pytest benchmarks/bench_text.py --benchmark-only`. Each group holds two rows
that do the same work on the same arrays; compare them within a group.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from keras import layers

from cnnkit.models import TextCNN

VOCABULARY, LENGTH, BATCH = 10_000, 56, 64
who = pytest.mark.parametrize("who", ["cnnkit", "plain Keras layers"])


def plain(embedding, windows=(3, 4, 5), filters=100):
    """A branch of `keras.Sequential` for each width of window."""
    inputs = keras.Input((None,), dtype="int32")
    vectors = layers.ZeroPadding1D(max(windows))(
        layers.Embedding(VOCABULARY, embedding)(inputs)
    )
    branches = [
        keras.Sequential(
            [
                layers.Conv1D(filters, width, activation="relu"),
                layers.GlobalMaxPooling1D(),
            ]
        )(vectors)
        for width in windows
    ]
    x = layers.Dropout(0.5)(layers.Concatenate()(branches))
    limit = keras.constraints.MaxNorm(3.0)
    outputs = layers.Dense(2, activation="softmax", kernel_constraint=limit)(x)
    return keras.Model(inputs, outputs)


def prepared(who, embedding):
    keras.utils.set_random_seed(0)
    ours = who == "cnnkit"
    model = TextCNN(VOCABULARY, 2, embedding) if ours else plain(embedding)
    model.compile("adam", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    ids = rng.integers(1, VOCABULARY, (BATCH, LENGTH))
    ids[np.arange(LENGTH) >= rng.integers(5, LENGTH, (BATCH, 1))] = 0
    return model, ids, rng.integers(0, 2, BATCH)


@pytest.fixture(scope="module", autouse=True)
def warm():
    """Train once before all: of two equal networks the first would be the slower."""
    model, ids, labels = prepared("plain Keras layers", 50)
    model.train_on_batch(ids, labels)


@who
@pytest.mark.asked("within 1.05")
@pytest.mark.parametrize("embedding", [100, 300])
def test_training_step(benchmark, embedding, who):
    benchmark.group = f"training TextCNN, {BATCH} sentences, {embedding} numbers a word"
    model, ids, labels = prepared(who, embedding)
    loss = benchmark.pedantic(
        model.train_on_batch, (ids, labels), warmup_rounds=5, rounds=40
    )
    assert np.isfinite(loss)
