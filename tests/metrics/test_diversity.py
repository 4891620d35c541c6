"""Diversity against entropies, against the matrix of cosines, and at its ends."""

import numpy as np
import pytest
from scipy import stats

from cnnkit.metrics import diversity


@pytest.mark.parametrize("counts", [[1], [7], [3, 3], [1, 2, 5], [10] * 10, [99, 1]])
def test_of_classes_it_is_the_exponential_of_their_entropy(counts):
    one_hot = np.eye(len(counts))[np.repeat(range(len(counts)), counts)]
    due = np.exp(stats.entropy(counts))
    assert diversity(one_hot) == pytest.approx(due, rel=1e-9)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (12, 4, 4, 1), (1, 7)])
def test_by_its_definition(shape):
    vectors = np.random.default_rng(0).normal(size=shape)
    flat = vectors.reshape(shape[0], -1)
    lengths = np.linalg.norm(flat, axis=1)
    cosines = flat @ flat.T / np.outer(lengths, lengths)
    shares = np.clip(np.linalg.eigvalsh(cosines / shape[0]), 1e-300, 1)
    due = np.exp(-np.sum(shares * np.log(shares)))
    assert diversity(vectors) == pytest.approx(due, rel=1e-9)


def test_between_one_and_n():
    rng = np.random.default_rng(0)
    one = rng.random(16)
    assert diversity(np.tile(one, (50, 1))) == pytest.approx(1)
    near = diversity(one + 0.01 * rng.normal(size=(50, 16)))
    far = diversity(one + 0.5 * rng.normal(size=(50, 16)))
    assert 1 < near < far < 50


def test_length_and_order_do_not_count():
    rng = np.random.default_rng(0)
    vectors = rng.random((9, 6))
    lengths = 10.0 ** rng.integers(-200, 200, (9, 1))
    due = diversity(vectors)
    assert diversity((vectors * lengths)[::-1]) == pytest.approx(due)
    assert diversity((vectors * 255).astype("uint8")) == pytest.approx(due, rel=0.01)


@pytest.mark.parametrize(
    "vectors",
    [
        [],
        [1.0, 2.0],
        np.zeros((0, 4)),
        np.zeros((4, 0)),
        [["a", "b"]],
        [[1, 0], [0, 0]],
        [[1, np.nan]],
        [[1, np.inf]],
    ],
)
def test_bad_vectors(vectors):
    with pytest.raises(ValueError, match="`vectors` must"):
        diversity(vectors)
