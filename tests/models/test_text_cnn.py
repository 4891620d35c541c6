"""TextCNN against a naive loop, published sizes, and sentences of odd kinds."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.models import TextCNN
from cnnkit.models.text_cnn import OneHotWords, WordEmbedding
from tests.checks import check_layer, check_saved, check_trains

RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 30, (8, 9))
TABLE = RNG.normal(size=(30, 6)).astype("float32")
KINDS = {
    "learned": {"embedding": 5},
    "one-hot": {"embedding": "one-hot"},
    "tuned": {"embedding": TABLE},
    "frozen": {"embedding": TABLE, "training": "frozen"},
    "both": {"embedding": TABLE, "training": "both"},
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def build(kind="learned", **arguments):
    return TextCNN(30, 3, **{"filters": 4, "seed": 0, **KINDS[kind], **arguments})


def naive(vectors, model, windows=(3, 4, 5)):
    """Slide every filter over one sentence `(words, length)`, word by word."""
    margin = max(windows)
    x = np.pad(vectors, ((margin, margin), (0, 0)))
    features = []
    for width in windows:
        kernel, bias = model.get_layer(f"window{width}").get_weights()
        for f in range(kernel.shape[-1]):
            at = range(len(x) - width + 1)
            answers = [(x[i : i + width] * kernel[..., f]).sum() for i in at]
            features.append(max(0, max(answers) + bias[f]))
    weights, bias = model.get_layer("predictions").get_weights()
    logits = np.array(features) @ weights + bias
    return np.exp(logits) / np.exp(logits).sum()


@each_kind
@pytest.mark.parametrize("ids", [[5, 2, 9, 9, 1, 17, 3], [4], [0], [3, 0, 8]])
def test_as_the_naive_loop(kind, ids):
    model = build(kind)
    for name in ("window3", "window4", "window5"):  # a bias of 0 would hide mistakes
        kernel, bias = model.get_layer(name).get_weights()
        model.get_layer(name).set_weights([kernel, bias + 0.1])
    if kind == "learned":
        table = model.get_layer("vectors").get_weights()[0]
    else:
        table = {"one-hot": np.eye(30), "both": np.hstack([TABLE, TABLE])}.get(
            kind, TABLE
        )
    vectors = table[ids] * (np.array(ids) > 0)[:, None]
    found = model.predict(np.array([ids]), verbose=0)[0]
    np.testing.assert_allclose(found, naive(vectors, model), rtol=1e-4, atol=1e-5)


@each_kind
def test_saves_and_trains(kind, tmp_path):
    model = build(kind)
    check_saved(model, IDS, tmp_path)
    check_trains(
        model, IDS, RNG.integers(0, 3, 8), keras.losses.SparseCategoricalCrossentropy()
    )
    frozen = {"frozen": "vectors", "both": "frozen"}.get(kind)
    if frozen:
        np.testing.assert_array_equal(model.get_layer(frozen).get_weights()[0], TABLE)


def test_frozen_stays_frozen_after_loading(tmp_path):
    build("both").save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert not loaded.get_layer("frozen").trainable
    assert loaded.get_layer("tuned").trainable


def test_size_of_the_paper():
    """300 numbers a word, 100 filters of each of 3, 4 and 5 words; 18,765 words."""
    model = TextCNN(18_765, 2, embedding=300)
    filters = 100 * (3 * 300 + 1 + 4 * 300 + 1 + 5 * 300 + 1)
    assert model.count_params() == 18_765 * 300 + filters + 300 * 2 + 2
    hot = TextCNN(18_765, 2, embedding="one-hot")
    assert hot.get_layer("window3").count_params() == 100 * (3 * 18_765 + 1)
    assert hot.get_layer("vectors").count_params() == 0


@each_kind
def test_filling_up_changes_nothing(kind):
    model = build(kind)
    once = model.predict(IDS, verbose=0)
    filled = model.predict(np.pad(IDS, ((0, 0), (0, 20))), verbose=0)
    np.testing.assert_allclose(filled, once, atol=1e-6)
    np.testing.assert_allclose(
        model.predict(np.pad(IDS, ((0, 0), (6, 0))), verbose=0), once, atol=1e-6
    )


@each_kind
def test_empty_short_and_unknown_sentences(kind):
    found = build(kind).predict(np.array([[0, 0], [7, 0], [1, 1]]), verbose=0)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    empty = build(kind).predict(np.zeros((2, 40), int), verbose=0)
    np.testing.assert_allclose(empty, found[[0, 0]], atol=1e-6)


def test_order_matters_to_windows_of_two_words_and_not_of_one():
    ids, turned = np.array([[5, 6, 7, 8]]), np.array([[8, 6, 5, 7]])
    one, two = build(windows=(1,)), build(windows=(2,))
    np.testing.assert_allclose(
        one.predict(ids, verbose=0), one.predict(turned, verbose=0), atol=1e-6
    )
    assert not np.allclose(two.predict(ids, verbose=0), two.predict(turned, verbose=0))


def test_the_same_seed_gives_the_same_weights():
    first, second, other = build(seed=1), build(seed=1), build(seed=2)
    for a, b, c in zip(first.weights, second.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        if "bias" not in a.path and "seed" not in a.path:
            assert not np.array_equal(a, c), a.path


def test_the_last_layer_keeps_to_its_length():
    model = build(max_norm=0.5)
    model.compile(keras.optimizers.SGD(10.0), "sparse_categorical_crossentropy")
    model.fit(IDS, np.arange(8) % 3, verbose=0)
    kernel = model.get_layer("predictions").get_weights()[0]
    assert (np.linalg.norm(kernel, axis=0) < 0.5 + 1e-5).all()


def test_layers():
    check_layer(lambda: WordEmbedding(30, 5), IDS.astype("float32"), (8, 9, 5))
    check_layer(lambda: OneHotWords(30), IDS.astype("float32"), (8, 9, 30))
    hot = ops.convert_to_numpy(OneHotWords(30)(IDS))
    np.testing.assert_array_equal(hot.sum(axis=-1), IDS > 0)
    np.testing.assert_array_equal(hot.argmax(axis=-1), IDS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vocabulary": 1}, "`vocabulary` must be at least 2"),
        ({"vocabulary": 2.5}, "`vocabulary`"),
        ({"classes": 0}, "`classes`"),
        ({"embedding": 0}, "`embedding`"),
        ({"embedding": "glove"}, "`embedding` must be one of 'one-hot'"),
        ({"embedding": None}, "`embedding`"),
        ({"embedding": TABLE[1:]}, r"\(30, length\).*\(29, 6\)"),
        ({"embedding": TABLE[0]}, r"shape \(6,\)"),
        ({"embedding": TABLE * np.nan}, "finite"),
        ({"embedding": [["a"], ["b"]]}, "`embedding`"),
        ({"training": "fixed"}, "`training`"),
        ({"windows": ()}, "`windows`"),
        ({"windows": range(0, 2)}, "`windows`"),
        ({"windows": (3, 3)}, "`windows` must be different"),
        ({"windows": (0,)}, "`windows`"),
        ({"filters": 0}, "`filters`"),
        ({"dropout": 1}, "`dropout`"),
        ({"max_norm": 0}, "`max_norm` must be above 0"),
        ({"max_norm": -1}, "`max_norm`"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        TextCNN(**{"vocabulary": 30, "classes": 2, **arguments})
