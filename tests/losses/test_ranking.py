"""The ranking loss against a naive loop, and odd batches."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

from cnnkit.losses import RankingLoss, ranking_loss

SCORES = arrays("float32", (4, 4), elements=st.floats(-5, 5, width=16))
GROUPS = arrays("int64", 4, elements=st.integers(0, 3))


def naive(scores, margin, groups):
    costs = np.zeros(len(scores))
    for k, j in np.ndindex(*scores.shape):
        if groups[k] != groups[j]:
            costs[k] += max(0, scores[k, j] - scores[k, k] + margin)
            costs[k] += max(0, scores[j, k] - scores[k, k] + margin)
    return costs


@given(SCORES, GROUPS, st.sampled_from([0.0, 0.2, 1.0]))
def test_as_the_naive_loop(scores, groups, margin):
    due = naive(scores, margin, groups)
    found = ops.convert_to_numpy(ranking_loss(scores, margin, groups))
    np.testing.assert_allclose(found, due, atol=1e-4)
    whole = float(RankingLoss(margin)(groups, scores))
    assert whole == pytest.approx(due.sum(), abs=1e-3)
    alone = ops.convert_to_numpy(ranking_loss(scores, margin))
    np.testing.assert_allclose(alone, naive(scores, margin, np.arange(4)), atol=1e-4)


def test_far_enough_apart_costs_nothing():
    scores = 2.0 * np.eye(3, dtype="float32")
    assert float(RankingLoss()(np.arange(3), scores)) == 0
    assert float(RankingLoss()(np.zeros(3), np.zeros((3, 3)))) == 0
    assert float(RankingLoss()(np.zeros((1, 1)), np.zeros((1, 1)))) == 0
    assert RankingLoss(margin=0.5).get_config()["margin"] == 0.5
    twin = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(RankingLoss(0.5))
    )
    assert twin.margin == 0.5


def test_refusals():
    with pytest.raises(ValueError, match="`margin`"):
        RankingLoss(margin=-1)
    with pytest.raises(ValueError, match="`scores` must be of shape"):
        ranking_loss(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="`scores` must be of shape"):
        ranking_loss(np.zeros(3))
    with pytest.raises(ValueError, match="one group a pair"):
        ranking_loss(np.zeros((3, 3)), groups=[0, 1])
