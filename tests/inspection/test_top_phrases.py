"""Phrases against a search through all places, word by word."""

import keras
import numpy as np
import pytest
from keras import layers

from cnnkit.datasets import Vocabulary
from cnnkit.inspection import top_phrases
from cnnkit.models import TextCNN

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", ","]
VOCABULARY = Vocabulary(WORDS[:-2])
TABLE = np.random.default_rng(1).normal(size=(len(VOCABULARY), 6))
KINDS = {
    "learned": {"embedding": 5},
    "one-hot": {"embedding": "one-hot"},
    "both": {"embedding": TABLE, "training": "both"},
}


@pytest.fixture(scope="module")
def sentences():
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(WORDS, rng.integers(0, 9))) for _ in range(40)]


def build(kind="learned", windows=(2, 3), **arguments):
    arguments = {"filters": 4, "seed": 0, **KINDS[kind], **arguments}
    return TextCNN(len(VOCABULARY), 2, windows=windows, **arguments)


def vectors_of(model, sentences):
    look_up = keras.Model(model.input, model.get_layer("vectors").output)
    return look_up.predict(VOCABULARY.encode(sentences), verbose=0)


def naive(model, layer, sentences, vectors, unit):
    """Slide over each sentence; return the best phrase of each, the best first."""
    kernel, bias = model.get_layer(layer).get_weights()
    width, margin = len(kernel), model.get_layer("margins").padding[0]
    answers = {}
    for sentence, rows in zip(sentences, vectors, strict=True):
        padded = np.pad(rows, ((margin, margin), (0, 0)))
        words = ["·"] * margin + sentence.split() + ["·"] * len(padded)
        found = []
        for i in range(len(padded) - width + 1):
            answer = (padded[i : i + width] * kernel[..., unit]).sum() + bias[unit]
            found.append((answer, -i, " ".join(words[i : i + width])))
        answer, _, phrase = max(found)
        if answer > 0:
            answers.setdefault(phrase, answer)
    return sorted(answers, key=lambda phrase: -answers[phrase])


@pytest.mark.parametrize("kind", KINDS)
def test_as_a_search_word_by_word(kind, sentences):
    model = build(kind)
    vectors = vectors_of(model, sentences)
    for layer in ("window2", "window3"):
        found = top_phrases(model, layer, sentences, VOCABULARY, k=5)
        due = [naive(model, layer, sentences, vectors, unit)[:5] for unit in range(4)]
        assert found == due


def test_units_in_the_order_asked_for(sentences):
    model = build()
    every = top_phrases(model, "window3", sentences, VOCABULARY)
    some = top_phrases(model, "window3", iter(sentences), VOCABULARY, units=[3, 0])
    assert some == [every[3], every[0]]
    assert all(len(phrases) == 3 for phrases in every)


def only(word, place, width, bias=0.0):
    """Build a network whose one filter answers to a word at a place of its window."""
    model = build("one-hot", windows=width, filters=1)
    kernel = np.zeros((width, len(VOCABULARY), 1))
    kernel[place, VOCABULARY.words.index(word)] = 1
    model.get_layer(f"window{width}").set_weights([kernel, np.array([bias])])
    return model


def test_zeros_around_a_sentence_and_words_that_are_unknown():
    model = only("two", place=0, width=3)
    sentences = ["two", "One TWO, six", "two nobody knows", "two", "", "four"]
    (found,) = top_phrases(model, "window3", sentences, VOCABULARY, k=9)
    assert found == ["two · ·", "two , six", "two nobody knows"]
    model = only("two", place=2, width=3)
    (found,) = top_phrases(model, "window3", ["two two", "one two"], VOCABULARY)
    assert found == ["· · two", "· one two"]


def test_a_filter_that_never_answers_and_one_that_always_does():
    model = only("two", place=0, width=2, bias=-2)
    assert top_phrases(model, "window2", ["two two", ""], VOCABULARY) == [[]]
    model = only("two", place=0, width=2, bias=1)
    (found,) = top_phrases(model, "window2", ["", "six two one"], VOCABULARY)
    assert found == ["two one", "· ·"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": "a model"}, "`model` must be a Keras model"),
        ({"layer": "window9"}, "no layer 'window9'. The nearest: window"),
        ({"layer": "predictions"}, "`layer` must be one of the windows.*a Dense"),
        ({"sentences": []}, "at least one sentence"),
        ({"sentences": "one two"}, "put a single one into a list"),
        ({"sentences": ["one", 2]}, "must be a str, got int"),
        ({"vocabulary": Vocabulary(WORDS)}, "11 numbers, and a model of 9"),
        ({"vocabulary": WORDS}, "`vocabulary` must be a `cnn.*a list"),
        ({"k": 0}, "`k` must be"),
        ({"units": [4]}, "`units` must be from 0 to 3"),
    ],
)
def test_bad_arguments(arguments, message):
    good = {
        "model": build(),
        "layer": "window3",
        "sentences": ["one two"],
        "vocabulary": VOCABULARY,
    }
    with pytest.raises(ValueError, match=message):
        top_phrases(**{**good, **arguments})


def test_a_convolution_of_another_network():
    series = keras.Sequential(
        [keras.Input((20, 1)), layers.Conv1D(2, 3, name="conv")], name="series"
    )
    with pytest.raises(ValueError, match="windows of a `TextCNN`.*'conv' of"):
        top_phrases(series, "conv", ["one"], VOCABULARY)


def test_weights_that_are_not_finite():
    model = build()
    kernel, bias = model.get_layer("window2").get_weights()
    model.get_layer("window2").set_weights([kernel, bias + np.inf])
    with pytest.raises(ValueError, match="'window2' answers must be finite"):
        top_phrases(model, "window2", ["one"], VOCABULARY)
