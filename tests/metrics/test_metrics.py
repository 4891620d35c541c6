"""Top-k error beside scikit-learn, McNemar's test beside published figures."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import top_k_accuracy_score

from cnnkit.metrics import TopKError, mcnemar, top_k_error


def disputed(n01, n10, agreed=5):
    y = np.zeros(n01 + n10 + agreed, int)
    a, b = y.copy(), y.copy()
    a[:n01] = 1
    b[n01 : n01 + n10] = 1
    return y, a, b


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_equals_scikit_learn(k):
    rng = np.random.default_rng(k)
    scores, labels = rng.random((50, 6)), rng.integers(0, 6, 50)
    theirs = 1 - top_k_accuracy_score(labels, scores, k=k, labels=range(6))
    assert top_k_error(labels, scores, k) == pytest.approx(theirs)
    metric = TopKError(k)
    for part in (slice(0, 20), slice(20, 50)):
        metric.update_state(labels[part], scores[part].astype("float32"))
    assert float(metric.result()) == pytest.approx(theirs)


def test_ties_count_against():
    same = np.ones((3, 10))
    assert top_k_error([0, 4, 9], same, k=5) == 1
    assert top_k_error([0, 4, 9], same, k=10) == 0
    for y_pred in (same, same * np.nan):
        metric = TopKError(5)
        metric.update_state([[0], [4], [9]], y_pred)
        assert float(metric.result()) == 1


def test_metric_in_a_model(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6)])
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[TopKError(2, name="top2"), TopKError()],
    )
    x, y = np.random.default_rng(0).random((9, 4)), np.arange(9) % 6
    model.fit(x, y, verbose=0)
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    expected = top_k_error(y, model.predict(x, verbose=0), 2)
    assert found["top2"] == pytest.approx(expected)
    assert "top_5_error" in found
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    again = loaded.evaluate(x, y, verbose=0, return_dict=True)
    assert again["top2"] == pytest.approx(found["top2"])


@pytest.mark.parametrize(
    ("labels", "scores", "k", "message"),
    [
        ([0], [[0.1, 0.9]], 0, "`k` must be a positive integer"),
        ([0], [[0.1, 0.9]], 3, "at most the number of classes. Received: k=3"),
        ([0, 1], [[0.1, 0.9]], 1, "`y_true` must be 1 integers"),
        ([0.0], [[0.1, 0.9]], 1, "`y_true` must be 1 integers"),
        ([2], [[0.1, 0.9]], 1, "from 0 to 1"),
        ([-1], [[0.1, 0.9]], 1, "from 0 to 1"),
        ([0], [0.1], 1, "`y_score` must be numbers of shape"),
        ([], np.zeros((0, 3)), 1, "`y_score` must be"),
        ([0], [[0.1, np.nan]], 1, "NaN"),
    ],
)
def test_top_k_bad_input(labels, scores, k, message):
    with pytest.raises(ValueError, match=message):
        top_k_error(labels, scores, k)


# Two published examples: Wikipedia, "McNemar's test" (121 against 59, 6 against 16),
# and Raschka, "Model evaluation, model selection, and algorithm selection in machine
# learning", 2018, section 4.3 (25 against 15, 11 against 1).
@pytest.mark.parametrize(
    ("n01", "n10", "options", "statistic", "p_value"),
    [
        (121, 59, {"correction": False}, 21.36, 0.0),
        (6, 16, {"exact": False, "correction": False}, 4.55, 0.033),
        (6, 16, {"exact": False}, 3.68, 0.055),
        (6, 16, {}, 6, 0.052),
        (25, 15, {}, 2.025, 0.155),
        (25, 15, {"exact": True}, 15, 0.154),
        (11, 1, {"exact": False}, 6.75, 0.009),
        (11, 1, {}, 1, 0.006),
    ],
)
def test_published(n01, n10, options, statistic, p_value):
    result = mcnemar(*disputed(n01, n10), **options)
    assert (result.n01, result.n10) == (n01, n10)
    assert result.statistic == pytest.approx(statistic, abs=0.005)
    assert result.p_value == pytest.approx(p_value, abs=0.0006)


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([None, True, False]))
def test_symmetric_and_a_probability(n01, n10, exact):
    y, a, b = disputed(n01, n10)
    one, other = mcnemar(y, a, b, exact), mcnemar(y, b, a, exact)
    assert 0 <= one.p_value <= 1
    assert one.p_value == pytest.approx(other.p_value)
    assert (one.n01, one.n10) == (other.n10, other.n01)
    if n01 == n10:
        assert one.p_value == 1


@pytest.mark.parametrize("exact", [None, True, False])
@pytest.mark.parametrize("correction", [True, False])
def test_no_disagreements(exact, correction):
    result = mcnemar(*disputed(0, 0), exact=exact, correction=correction)
    assert result.p_value == 1 and result.statistic == 0


def test_exact_for_few_only():
    assert mcnemar(*disputed(12, 12)).exact
    assert not mcnemar(*disputed(12, 13)).exact


def test_names_as_classes():
    result = mcnemar(["cat", "dog"], ["cat", "cat"], ["dog", "dog"])
    assert (result.n01, result.n10) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 0], [1], [1, 0]), "same length.*2, 1 and 2"),
        (([], [], []), "`y_true` must be a list of classes"),
        (([1], [[0.2, 0.8]], [1]), "take the argmax"),
        (([1], [0.7], [1]), "take the argmax"),
    ],
)
def test_mcnemar_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        mcnemar(*arguments)
