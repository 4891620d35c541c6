"""The loss of captions: published figures, a naive loop, and odd rows."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.losses import CaptionLoss, caption_loss

RNG = np.random.default_rng(0)
WORDS = np.array([[3, 1, 4, 0], [2, 0, 0, 0], [0, 0, 0, 0], [1, 1, 2, 3]])
LOGITS = RNG.normal(size=(4, 4, 5)).astype("float32")


def naive(words, logits, average):
    total, count = 0.0, 0
    for row, values in zip(words, logits, strict=True):
        for word, value in zip(row, values, strict=True):
            if word:
                total -= value[word] - np.log(np.exp(value).sum())
                count += 1
    return total / (count if average == "words" else len(words))


@pytest.mark.parametrize("average", ["words", "sentences"])
def test_as_the_naive_loop(average):
    due = naive(WORDS, LOGITS.astype(float), average)
    assert float(caption_loss(WORDS, LOGITS, average)) == pytest.approx(due, rel=1e-5)
    assert float(CaptionLoss(average)(WORDS, LOGITS)) == pytest.approx(due, rel=1e-5)
    chances = ops.softmax(LOGITS)
    found = caption_loss(WORDS, chances, average, from_logits=False)
    assert float(found) == pytest.approx(due, rel=1e-5)


def test_filling_up_changes_nothing():
    once = float(CaptionLoss()(WORDS, LOGITS))
    words = np.pad(WORDS, ((0, 3), (0, 6)))
    logits = np.pad(LOGITS, ((0, 3), (0, 6), (0, 0)), constant_values=7)
    assert float(CaptionLoss()(words, logits)) == pytest.approx(once, rel=1e-6)
    logits[0, -1] = [0, np.inf, 0, 0, 0]  # where there is no word
    assert float(CaptionLoss()(words, logits)) == pytest.approx(once, rel=1e-6)


def test_without_a_word_it_is_nothing():
    none = np.zeros((2, 3), int)
    for average in ("words", "sentences"):
        assert float(caption_loss(none, np.zeros((2, 3, 5)), average)) == 0


def test_sure_and_right_costs_nothing():
    logits = 50.0 * np.eye(5, dtype="float32")[WORDS]
    assert float(caption_loss(WORDS, logits)) < 1e-6


def test_weights_of_sentences():
    """Those of one sentence alone give its sum of costs by the batch's mean length."""
    weights = np.array([0.0, 1.0, 0.0, 0.0])
    found = float(CaptionLoss("sentences")(WORDS, LOGITS, sample_weight=weights))
    due = naive(WORDS[1:2], LOGITS[1:2].astype(float), "sentences") / 4
    assert found == pytest.approx(due, rel=1e-5)


def test_config_and_half_precision():
    loss = CaptionLoss(average="sentences", from_logits=False)
    twin = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(loss)
    )
    assert twin.get_config() == loss.get_config()
    half = CaptionLoss()(WORDS, LOGITS.astype("float16"))
    assert float(half) == pytest.approx(float(CaptionLoss()(WORDS, LOGITS)), rel=1e-2)


def test_refusals():
    with pytest.raises(ValueError, match="`average` must be"):
        CaptionLoss(average="letters")
    with pytest.raises(ValueError, match="`average` must be"):
        caption_loss(WORDS, LOGITS, "letters")
    with pytest.raises(ValueError, match="`y_true` must be of shape"):
        caption_loss(WORDS[:, 1:], LOGITS)
    with pytest.raises(ValueError, match="`y_true` must be of shape"):
        caption_loss(WORDS[0], LOGITS[0])
