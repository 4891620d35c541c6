"""Ranks and recall against a sorted list, and ties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnkit.metrics import median_rank, ranks, recall_at_k

SCORES = arrays("float64", (5, 6), elements=st.integers(-3, 3).map(float))


def naive(scores, right):
    places = []
    for row, own in zip(scores, right, strict=True):
        # Of equal scores the wrong ones first.
        order = sorted(range(len(row)), key=lambda i: (-row[i], own[i]))
        places.append(1 + next(p for p, i in enumerate(order) if own[i]))
    return places


@given(SCORES, arrays("bool", (5, 6)), arrays("int64", 5, elements=st.integers(0, 5)))
def test_as_a_sorted_list(scores, right, single):
    right[np.arange(5), single] = True
    # A right item among equals stands behind the wrong ones of its score.
    np.testing.assert_array_equal(ranks(scores, right), naive(scores, right))
    alone = single[:, None] == np.arange(6)
    np.testing.assert_array_equal(ranks(scores, single), naive(scores, alone))
    as_integers = ranks(scores.astype(int), single)
    np.testing.assert_array_equal(as_integers, ranks(scores, single))


def test_recall_and_median():
    found = ranks(np.zeros((4, 100)))
    assert found.tolist() == [100] * 4
    assert recall_at_k([1, 2, 3, 11], 10) == 0.75
    assert recall_at_k([1, 2, 3, 11], 1) == 0.25
    assert median_rank([1, 2, 3, 11]) == 2.5
    assert ranks([[-np.inf, -np.inf]], [0]).tolist() == [2]
    assert ranks([[np.inf, 3.0]], [0]).tolist() == [1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0],), "`scores`"),
        (([[np.nan, 1.0]],), "`scores`"),
        (([["a", "b"]],), "`scores`"),
        (([[1.0, 2.0]], [2]), "`right`"),
        (([[1.0, 2.0]], [-1]), "`right`"),
        (([[1.0, 2.0]], [0.0]), "`right`"),
        (([[1.0, 2.0]], [[False, False]]), "`right`"),
        (([[1.0], [2.0]],), "`right`"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        ranks(*arguments)


def test_refusals_of_ranks():
    for bad in ([], [0], [1.5], [[1]]):
        with pytest.raises(ValueError, match="`ranks`"):
            recall_at_k(bad, 1)
        with pytest.raises(ValueError, match="`ranks`"):
            median_rank(bad)
    with pytest.raises(ValueError, match="`k`"):
        recall_at_k([1], 0)
