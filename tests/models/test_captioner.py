"""The network that describes: published losses, all sentences tried, odd input."""

import itertools

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnnkit.datasets import caption_vocabulary
from cnnkit.losses import CaptionLoss
from cnnkit.models import Captioner, SmallBackbone, beam_search
from tests.checks import check_saved

WORDS = ("", "?unknown", "<start>", "<end>", "a", "b", "c")
IMAGES = np.random.default_rng(0).uniform(size=(5, 16, 16, 3)).astype("float32")
ROWS = np.array([[2, 4, 5, 3], [2, 5, 3, 0], [2, 3, 0, 0], [2, 6, 6, 3], [2, 1, 4, 3]])
KINDS = list(itertools.product(("lstm", "rnn"), ("input", "state", "memory")))
each_kind = pytest.mark.parametrize(("cell", "image"), KINDS)


def build(cell="lstm", image="input", seed=0, **arguments):
    keras.utils.set_random_seed(seed)
    backbone = SmallBackbone((16, 16, 3), (4, 4))
    sizes = {"embedding": 6, "units": 8, **arguments}
    return Captioner(backbone, WORDS, cell=cell, image=image, **sizes)


def features(size):
    """A backbone that does nothing to a vector."""
    inputs = keras.Input((size,))
    return keras.Model(inputs, layers.Activation("linear")(inputs))


def of_any_size():
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, layers.Conv2D(2, 3)(inputs))


@pytest.mark.parametrize(
    ("cell", "ends", "due"),
    [("rnn", (-1.5, 0.3), 9.83235591003), ("lstm", (-0.5, 1.7), 9.82445935443)],
)
def test_the_losses_of_cs231n(cell, ends, due):
    """Weights and features in even steps, as in its third assignment.

    Its LSTM has the gates i, f, o, g, where Keras has i, f, g, o, and its loss is the
    sum over words divided by the number of sentences.
    """
    n, d, w, h, t, v = 10, 20, 30, 40, 13, 3
    gates = 4 if cell == "lstm" else 1

    def even(*shape):
        return np.linspace(-1.4, 1.3, int(np.prod(shape))).reshape(shape)

    def in_order(array):
        if cell == "rnn":
            return array
        i, f, o, g = np.split(array, 4, axis=-1)
        return np.concatenate([i, f, g, o], axis=-1)

    words = ("", "<start>", "<end>")
    model = Captioner(features(d), words, w, h, cell=cell, image="state")
    model.get_layer("image_vector").set_weights([even(d, h), even(h)])
    model.get_layer("word_vectors").set_weights([even(v, w)])
    model.get_layer("memory").set_weights(
        [in_order(even(*s)) for s in ((w, gates * h), (h, gates * h), (gates * h,))]
    )
    model.get_layer("next_word").set_weights([even(h, v), even(v)])
    x = np.linspace(*ends, n * d).reshape(n, d)
    captions = (np.arange(n * t) % v).reshape(n, t)
    logits = model([x, captions[:, :-1]])
    found = float(CaptionLoss(average="sentences")(captions[:, 1:], logits))
    assert found == pytest.approx(due, rel=1e-5)


@pytest.mark.parametrize(
    ("cell", "image"), [("lstm", "input"), ("rnn", "state"), ("lstm", "memory")]
)
def test_every_weight_learns_and_it_is_saved(cell, image, tmp_path):
    model = build(cell, image)
    inputs = [IMAGES, ROWS[:, :-1]]
    before = [ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    model.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    model.fit(inputs, ROWS[:, 1:], verbose=0)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        new = ops.convert_to_numpy(weight)
        assert np.isfinite(new).all() and not np.array_equal(new, old), weight.path
    check_saved(model, inputs, tmp_path)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is Captioner and tuple(loaded.words) == WORDS
    assert loaded.describe(IMAGES[:1]) == model.describe(IMAGES[:1])


@pytest.mark.parametrize("image", ["input", "memory"])
def test_it_learns_by_heart(image):
    model = build(image=image, units=32, embedding=16)
    model.compile(keras.optimizers.Adam(0.02), jit_compile=False)
    ones = np.arange(3)[:, None, None, None] * np.ones((1, 16, 16, 3)) / 2
    sentences = np.array([[2, 4, 5, 3], [2, 6, 3, 0], [2, 3, 0, 0]])
    model.fit([ones, sentences[:, :-1]], sentences[:, 1:], epochs=80, verbose=0)
    # With a norm's means of training; what it says of the images is what matters.
    rows = model([ones, sentences[:, :-1]], training=True)
    learned = ops.convert_to_numpy(ops.argmax(rows, axis=-1))
    np.testing.assert_array_equal(
        np.where(sentences[:, 1:] > 0, learned, 0), sentences[:, 1:]
    )


def log_p_of(model, image, sentences):
    """Return log p of sentences, lists of ids, by the network as it is trained."""
    longest = max(map(len, sentences))
    rows = np.array([[2, *ids, *[0] * (longest - len(ids))] for ids in sentences])
    images = np.repeat(image[None], len(rows), axis=0)
    logits = model([images, rows[:, :-1]], training=False)
    log_p = ops.convert_to_numpy(ops.log_softmax(logits, axis=-1))
    of_words = np.take_along_axis(log_p, rows[:, 1:, None], axis=-1)[..., 0]
    return (of_words * (rows[:, 1:] > 0)).sum(axis=1)


def ids_of(sentence, length):
    """Return the ids of a sentence that has ended, or has `length` words."""
    ids = [WORDS.index(word) for word in sentence.split()]
    return ids + [3] * (len(ids) < length)


@each_kind
def test_step_by_step_is_as_all_at_once(cell, image):
    model = build(cell, image)
    for own, found in zip(IMAGES[:2], model.candidates(IMAGES[:2], 4, 6), strict=True):
        sentences, log_p = zip(*found, strict=True)
        due = log_p_of(model, own, [ids_of(sentence, 6) for sentence in sentences])
        np.testing.assert_allclose(log_p, due, atol=1e-4)


@each_kind
def test_a_wide_beam_finds_the_best_of_all_sentences(cell, image):
    model = build(cell, image, seed=3)
    every = [
        " ".join(words)
        for count in range(4)
        for words in itertools.product(WORDS[4:], repeat=count)
    ]
    (found,) = model.candidates(IMAGES[:1], beams=50, length=3)
    due = log_p_of(model, IMAGES[0], [ids_of(sentence, 3) for sentence in every])
    assert len(found) == len(every) == 40
    assert dict(found) == pytest.approx(dict(zip(every, due, strict=True)), abs=1e-4)
    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)


def test_one_beam_is_greedy():
    model = build(seed=5)
    rows, ended = np.full((5, 1), 2), np.zeros(5, bool)
    for _ in range(7):
        logits = ops.convert_to_numpy(model([IMAGES, rows], training=False))[:, -1]
        logits[:, [0, 1, 2]] = -np.inf
        last = np.where(ended, 3, logits.argmax(axis=-1))
        rows, ended = np.column_stack([rows, last]), last == 3
    due = [" ".join(WORDS[i] for i in row[1:] if i != 3) for row in rows]
    assert model.describe(IMAGES, beams=1, length=7) == due


def test_batches_change_nothing():
    model = build(seed=5)
    alone = [model.describe(one[None], beams=3)[0] for one in IMAGES]
    assert model.describe(IMAGES, beams=3, batch_size=2) == alone


def test_beam_search_on_a_table():
    """Greedy search takes "b", which leads to nothing good; two beams find "a a"."""
    table = np.log(
        np.array([[0.0, 0.4, 0.6], [0.1, 0.8, 0.1], [0.3, 0.4, 0.3]]) + 1e-9
    )  # row: last word; column: next word; word 0 is the end

    def step(words, states):
        return ops.take(table, words, axis=0), states

    state = [np.zeros((1, 1))]
    words, log_p = beam_search(step, state, 0, 0, beams=1, length=2)
    assert words[0, 0].tolist() == [2, 1]
    assert np.exp(log_p[0, 0]) == pytest.approx(0.24, rel=1e-5)
    words, log_p = beam_search(step, state, 0, 0, beams=2, length=2)
    assert words[0, 0].tolist() == [1, 1]
    assert np.exp(log_p[0, 0]) == pytest.approx(0.32, rel=1e-5)


def test_beam_search_refuses():
    def step(words, states):
        return np.zeros((len(words), 3)), states

    state = [np.zeros((1, 1))]
    for beams, length, end, message in (
        (0, 1, 0, "`beams`"),
        (1, 0, 0, "`length`"),
        (1, 1, 3, "`end`"),
    ):
        with pytest.raises(ValueError, match=message):
            beam_search(step, state, 0, end, beams, length)
    with pytest.raises(ValueError, match="`states`"):
        beam_search(step, [], 0, 0, 1, 1)
    with pytest.raises(ValueError, match="NaN"):
        beam_search(lambda w, s: (step(w, s)[0] * np.nan, s), state, 0, 0, 1, 1)
    words, log_p = beam_search(step, [np.zeros((0, 1))], 0, 0, 2, 4)
    assert words.shape == (0, 2, 4) and log_p.shape == (0, 2)


def test_a_network_that_has_diverged():
    model = build()
    model.set_weights([weight * np.nan for weight in model.get_weights()])
    with pytest.raises(ValueError, match="NaN .* has the training diverged"):
        model.describe(IMAGES)


def test_unknown_words_are_read_and_never_said():
    model = build()
    kernel, bias = model.get_layer("next_word").get_weights()
    bias[1] = 99
    model.get_layer("next_word").set_weights([kernel, bias])
    assert not any("?unknown" in said for said in model.describe(IMAGES))
    words = [word for word in WORDS if word != "?unknown"]
    assert len(Captioner(features(4), words, 6, 8).describe(np.ones((2, 4)))) == 2


def test_a_vocabulary_and_a_backbone_with_dropout():
    vocabulary = caption_vocabulary(["a b", "c"])
    inputs = keras.Input((4,))
    backbone = keras.Model(inputs, layers.Dropout(0.2, name="dropout")(inputs))
    model = Captioner(backbone, vocabulary, 6, 8, dropout=0.5)
    assert model.words == vocabulary.words


def test_half_precision_ends_in_whole_numbers():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build()
    finally:
        keras.config.set_dtype_policy("float32")
    logits = model([IMAGES, ROWS])
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert len(model.describe(IMAGES)) == 5


def test_odd_input():
    model = build()
    assert model.describe(IMAGES[:0]) == []
    assert len(model.describe(IMAGES, length=1)) == 5
    for arguments, message in (
        ({"beams": 0}, "`beams`"),
        ({"beams": 1.5}, "`beams`"),
        ({"length": 0}, "`length`"),
        ({"batch_size": 0}, "`batch_size`"),
    ):
        with pytest.raises(ValueError, match=message):
            model.describe(IMAGES, **arguments)
    for images in (IMAGES[0], IMAGES * 255, IMAGES * np.nan, IMAGES[:, :8]):
        with pytest.raises(ValueError, match="`images` must be"):
            model.describe(images)
    vectors = Captioner(features(4), WORDS, 6, 8)
    assert len(vectors.describe(-9 * np.ones((2, 4)))) == 2
    for images in (np.ones((2, 5)), np.ones(4), np.full((2, 4), np.inf)):
        with pytest.raises(ValueError, match="`images` must be"):
            vectors.describe(images)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"words": ("", "a", "b")}, "with the marks '<start>' and '<end>'"),
        ({"words": ("<start>", "<end>", "a")}, "no word first"),
        ({"words": ("", "<start>", "<end>", "a", "a")}, "different"),
        ({"words": ("", "<start>", "<end>", 3)}, "sequence of str"),
        ({"words": "<start> <end>"}, "`words`"),
        ({"embedding": 0}, "`embedding`"),
        ({"units": 0}, "`units`"),
        ({"cell": "gru"}, "`cell`"),
        ({"image": "each"}, "`image`"),
        ({"dropout": 1}, "`dropout`"),
        ({"backbone": None}, "`backbone` must be a `keras.Model`"),
        ({"backbone": keras.Sequential([layers.Dense(3)])}, "built"),
        ({"backbone": of_any_size()}, "images of one size"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Captioner(**{"backbone": features(4), "words": WORDS, **arguments})
