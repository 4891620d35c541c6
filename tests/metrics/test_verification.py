"""Verification beside scikit-learn, by loops, and at the ends of the scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from cnnkit.metrics import (
    best_threshold,
    equal_error_rate,
    roc,
    true_accept_rate,
    verification_accuracy,
    verification_auc,
)

FAMILY = (
    best_threshold,
    equal_error_rate,
    roc,
    true_accept_rate,
    verification_auc,
    lambda same, distances: verification_accuracy(same, distances, 0.5),
)


def pairs(seed=0, n=200, digits=None):
    rng = np.random.default_rng(seed)
    same = rng.random(n) < 0.4
    distances = np.where(same, rng.gamma(4, 0.15, n), rng.gamma(9, 0.15, n))
    return same, distances if digits is None else np.round(distances, digits)


@pytest.mark.parametrize("digits", [None, 1])
@pytest.mark.parametrize("seed", range(3))
def test_auc_is_a_probability(seed, digits):
    same, distances = pairs(seed, digits=digits)
    near, far = distances[same][:, None], distances[~same]
    expected = np.mean((near < far) + 0.5 * (near == far))
    assert verification_auc(same, distances) == pytest.approx(expected)
    assert roc_auc_score(~same, distances) == pytest.approx(expected)


@pytest.mark.parametrize("digits", [None, 1])
def test_roc_counts(digits):
    same, distances = pairs(digits=digits)
    for false, true, threshold in zip(*roc(same, distances), strict=True):
        if np.isfinite(threshold) and (false or true):
            accepted = distances <= threshold + 1e-12
            assert true == pytest.approx(accepted[same].mean())
            assert false == pytest.approx(accepted[~same].mean())


@pytest.mark.parametrize("digits", [None, 1])
@pytest.mark.parametrize("seed", range(4))
def test_best_threshold_is_the_best(seed, digits):
    same, distances = pairs(seed, digits=digits)
    tried = [0, *(d + e for d in distances for e in (-1e-9, 1e-9) if d + e >= 0)]
    best = max(verification_accuracy(same, distances, t) for t in tried)
    chosen = best_threshold(same, distances)
    right = np.mean((distances <= chosen) == same)
    assert verification_accuracy(same, distances, chosen) == pytest.approx(right)
    # The rule weighs the numbers of pairs, so it is accuracy that it raises.
    assert right == pytest.approx(best)


@pytest.mark.parametrize("rate", [0, 0.01, 0.1, 0.5])
def test_few_false_ones(rate):
    same, distances = pairs(n=500)
    threshold = best_threshold(same, distances, rate)
    accepted = distances <= threshold
    assert accepted[~same].mean() <= rate
    assert accepted[same].mean() == true_accept_rate(same, distances, rate)


def test_equal_error_by_hand():
    assert equal_error_rate([1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4]) == 0
    assert equal_error_rate([1, 1, 0, 0], [0.3, 0.4, 0.1, 0.2]) == 1
    assert equal_error_rate([1, 0], [0.5, 0.5]) == pytest.approx(0.5)
    assert equal_error_rate([1, 1, 1, 1, 0, 0, 0, 0], [1, 2, 3, 6, 4, 5, 7, 8]) == 0.25


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 5)), min_size=2))
def test_bounds(rows):
    same = np.array([True, False] + [a for a, _ in rows])
    distances = np.array([1, 4] + [b for _, b in rows], float)
    assert 0 <= equal_error_rate(same, distances) <= 1
    assert 0 <= true_accept_rate(same, distances, 0) <= 1
    t = best_threshold(same, distances)
    assert verification_accuracy(same, distances, t) + 1e-9 >= max(
        same.mean(), 1 - same.mean()
    )


@pytest.mark.parametrize(
    ("same", "distances", "message"),
    [
        ([1, 0], [0.5], "one shape"),
        ([], [], "at least one pair"),
        ([[1, 0]], [[0.1, 0.2]], "one shape"),
        ([1, 2], [0.1, 0.2], "bools"),
        ([1, 0], [0.1, np.nan], "finite"),
        ([1, 0], ["a", "b"], "finite numbers"),
        ([1, 0], [0.1, -0.2], "similarities"),
    ],
)
def test_bad_pairs(same, distances, message):
    for metric in FAMILY:
        with pytest.raises(ValueError, match=message):
            metric(same, distances)


def test_bad_rates_and_one_kind_of_pairs():
    for metric in FAMILY[:-1]:
        for same in ([1, 1], [0, 0]):
            with pytest.raises(
                ValueError, match="pairs of one person and pairs of two"
            ):
                metric(same, [0.1, 0.2])
    for rate in (-0.1, 1):
        with pytest.raises(ValueError, match="`false_accept_rate`"):
            true_accept_rate([1, 0], [0.1, 0.2], rate)
    for threshold in (-1, np.nan):
        with pytest.raises(ValueError, match="`threshold`"):
            verification_accuracy([1, 0], [0.1, 0.2], threshold)
