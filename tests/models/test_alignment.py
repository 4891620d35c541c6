"""Regions and words in one space: against a naive loop, and odd input."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.metrics import ranks
from cnnkit.models import Alignment, alignment_scores

RNG = np.random.default_rng(0)
REGIONS = RNG.normal(size=(6, 4, 5)).astype("float32")
REGIONS[1, 2:] = 0
WORDS = RNG.integers(1, 9, (6, 7))
WORDS[2, 3:] = 0


def build(**arguments):
    keras.utils.set_random_seed(0)
    sizes = {"dimensions": 8, "embedding": 6, "units": 4}
    return Alignment(5, 9, **{**sizes, **arguments})


def naive(regions, words, is_region, is_word):
    scores = np.zeros((len(regions), len(words)))
    for k, j in np.ndindex(*scores.shape):
        for t, word in enumerate(words[j]):
            there = [
                word @ v for v, i in zip(regions[k], is_region[k], strict=True) if i
            ]
            if is_word[j, t] and there:
                scores[k, j] += max(there)
    return scores


def test_scores_as_the_naive_loop():
    v, s = RNG.normal(size=(3, 4, 8)), RNG.normal(size=(5, 6, 8))
    is_region, is_word = RNG.random((3, 4)) < 0.6, RNG.random((5, 6)) < 0.6
    is_region[2], is_word[4] = False, False
    found = ops.convert_to_numpy(alignment_scores(v, s, is_region, is_word))
    np.testing.assert_allclose(found, naive(v, s, is_region, is_word), atol=1e-5)
    assert (found[2] == 0).all() and (found[:, 4] == 0).all()


@pytest.mark.parametrize("arguments", [{}, {"units": 0}, {"hidden": 7}])
def test_scores_of_a_model(arguments):
    model = build(**arguments)
    found = model.scores(REGIONS, WORDS, batch_size=4)
    due = naive(
        ops.convert_to_numpy(model.region_encoder(REGIONS)),
        ops.convert_to_numpy(model.word_encoder(WORDS)),
        REGIONS.any(axis=-1),
        WORDS > 0,
    )
    np.testing.assert_allclose(found, due, atol=1e-5)
    np.testing.assert_allclose(model([REGIONS, WORDS]), due, atol=1e-5)


@pytest.mark.parametrize("arguments", [{}, {"units": 0}, {"hidden": 7}])
def test_filling_up_changes_nothing(arguments):
    model = build(**arguments)
    once = model.scores(REGIONS, WORDS)
    regions = np.pad(REGIONS, ((0, 0), (0, 3), (0, 0)))
    found = model.scores(regions, np.pad(WORDS, ((0, 0), (0, 5))))
    np.testing.assert_allclose(found, once, atol=1e-5)


def test_it_learns_pairs_and_is_saved(tmp_path):
    model = build(units=8, hidden=16)
    model.compile(keras.optimizers.Adam(0.02), jit_compile=False)
    before = [ops.convert_to_numpy(w) for w in model.trainable_weights]
    model.fit([REGIONS, WORDS], np.arange(6), batch_size=6, epochs=60, verbose=0)
    for weight, old in zip(model.trainable_weights, before, strict=False):
        assert not np.array_equal(ops.convert_to_numpy(weight), old), weight.path
    scores = model.scores(REGIONS, WORDS)
    assert (ranks(scores) == 1).all() and (ranks(scores.T) == 1).all()
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.scores(REGIONS, WORDS), scores, atol=1e-6)
    assert loaded.get_config() == model.get_config()


def test_nothing_to_compare():
    model = build()
    assert model.scores(REGIONS[:0], WORDS).shape == (0, 6)
    assert model.scores(REGIONS, WORDS[:0]).shape == (6, 0)
    assert (model.scores(REGIONS, np.zeros((2, 3), int)) == 0).all()
    assert (model.scores(np.zeros((2, 3, 5)), WORDS) == 0).all()
    assert (model.scores(np.zeros((2, 0, 5)), WORDS) == np.zeros((2, 6))).all()
    with pytest.raises(NotImplementedError, match="Use `scores`"):
        model.predict([REGIONS, WORDS])


def test_parts_change_nothing(monkeypatch):
    model = build()
    once = model.scores(REGIONS, WORDS)
    monkeypatch.setattr("cnnkit.models.alignment.CHUNK", 4)
    found = model.scores(REGIONS, WORDS, batch_size=5)
    np.testing.assert_allclose(found, once, atol=1e-6)
    for batch_size in (0, -1, 2.5):
        with pytest.raises(ValueError, match="`batch_size`"):
            model.scores(REGIONS, WORDS, batch_size)


def test_weights_are_kept_before_the_first_call(tmp_path):
    build().save_weights(tmp_path / "a.weights.h5")
    other = Alignment(5, 9, dimensions=8, embedding=6, units=4)
    other.load_weights(tmp_path / "a.weights.h5")
    due = build().scores(REGIONS, WORDS)
    np.testing.assert_allclose(other.scores(REGIONS, WORDS), due, atol=1e-6)


def test_half_precision():
    v, s = REGIONS.astype("float16"), REGIONS.astype("float16")
    found = alignment_scores(v, s, np.zeros((6, 4), bool), np.ones((6, 4), bool))
    assert (ops.convert_to_numpy(found) == 0).all()


@pytest.mark.parametrize(
    ("regions", "words", "message"),
    [
        (REGIONS[0], WORDS, "`regions` must be of shape"),
        (REGIONS[..., 1:], WORDS, "`regions` must be of shape"),
        (REGIONS * np.nan, WORDS, "finite"),
        (REGIONS, WORDS[0], "`words` must be integers"),
        (REGIONS, WORDS / 2, "`words` must be integers"),
        (REGIONS, WORDS + 9, "`words` must be from 0 to 8"),
        (REGIONS, WORDS - 9, "`words` must be from 0 to 8"),
    ],
)
def test_bad_input(regions, words, message):
    with pytest.raises(ValueError, match=message):
        build().scores(regions, words)


@pytest.mark.parametrize(
    "arguments",
    [
        {"features": 0},
        {"vocabulary": 1},
        {"dimensions": 0},
        {"embedding": 1.5},
        {"units": -1},
        {"hidden": -1},
        {"margin": -1},
        {"dropout": 1},
    ],
)
def test_bad_arguments(arguments):
    with pytest.raises(ValueError, match=f"`{next(iter(arguments))}`"):
        Alignment(**{"features": 5, "vocabulary": 9, **arguments})
