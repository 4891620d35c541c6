"""A split that does not ask in the test what was told in training."""

import math
import numbers
from collections import Counter

import numpy as np

from cnnkit.datasets.vocabulary import check_several, split_words

CHUNK = 1024


def split_without_near_copies(sentences, test=0.2, alike=0.5, seed=0):
    """Split sentences so that no near-copy of a training sentence is in the test.

    Two sentences are near-copies if they share more than `alike` of their words: the
    number of different words in both, by the number in either. Copies of copies
    belong together too. A group goes to one side as a whole.

    Args:
        sentences: iterable of str.
        test: float in (0, 1), the share of the sentences for the test, about.
        alike: float in [0, 1).
        seed: int.

    Returns:
        A pair of int64 arrays, positions to train with and positions to test with,
        each in ascending order.

    Raises:
        ValueError: if an argument is not as above, or all sentences are near-copies of
            each other.

    Example:

    >>> sentences = ["the cat sat down", "a dog", "the cat sat", "snow fell all day"]
    >>> train, test = split_without_near_copies(sentences, test=0.5, seed=1)
    >>> len(train), len(test), (0 in train) == (2 in train)
    (2, 2, True)

    Reference:
        - Broder, "On the resemblance and containment of documents", 1997.

    Taught in: notebooks/beyond_one_image/01_text.ipynb
    """
    _check_share(test, "test", _real(test) and 0 < test < 1, "above 0")
    _check_share(alike, "alike", _real(alike) and 0 <= alike < 1, "from 0")
    groups = near_copies(sentences, alike)
    rng = np.random.default_rng(seed)
    sizes = np.bincount(groups)
    if len(sizes) < 2:
        raise ValueError(
            f"All {len(groups)} sentences are near-copies of each other, so that they "
            f"cannot be split. Received: alike={alike}."
        )
    order = rng.permutation(len(sizes))
    before = np.cumsum(sizes[order]) - sizes[order] / 2
    tested = order[before < test * len(groups)]
    if not len(tested):
        tested = order[np.argsort(sizes[order])][:1]
    is_test = np.isin(groups, tested)
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def near_copies(sentences, alike=0.5):
    """Return the number of the group of each sentence; near-copies share a group.

    Args:
        sentences: iterable of str; see `split_without_near_copies`.
        alike: float in [0, 1).

    Returns:
        int array, `(sentences,)`. All empty sentences are copies of each other.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    check_several(sentences)
    sentences = list(sentences)
    n = len(sentences)
    words = [sorted(set(split_words(sentence))) or [""] for sentence in sentences]
    counts = Counter(word for row in words for word in row)
    rank = {word: place for place, word in enumerate(sorted(counts, key=counts.get))}
    rows = [sorted(rank[word] for word in row) for row in words]
    sizes = np.array([len(row) for row in rows])
    has = _matrix(rows, len(rank))
    # Who shares that much of the words shares one of the rarest, these few.
    few = [row[: len(row) - math.ceil(alike * len(row)) + 1] for row in rows]
    rare = _matrix(few, len(rank))
    edges = []
    for start in range(0, n, CHUNK):
        first, second = (rare[start : start + CHUNK] @ rare.T).nonzero()
        first = first + start
        first, second = first[first < second], second[first < second]
        shared = np.asarray(has[first].multiply(has[second]).sum(axis=1)).ravel()
        close = shared > alike * (sizes[first] + sizes[second] - shared)
        edges.append(np.stack([first[close], second[close]]))
    pairs = np.concatenate([np.zeros((2, 0), int), *edges], axis=1)
    graph = sparse.coo_matrix((np.ones(pairs.shape[1], bool), pairs), (n, n))
    return connected_components(graph, directed=False)[1]


def _matrix(rows, columns):
    """Return a sparse matrix that has a 1 in each row at the numbers in the row."""
    from scipy import sparse

    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    places = np.concatenate([np.zeros(0, int), *rows]).astype(int)
    ones = np.ones(len(places), np.float32)
    return sparse.csr_matrix((ones, places, starts), (len(rows), max(1, columns)))


def _real(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _check_share(value, name, good, least):
    if not good:
        raise ValueError(
            f"`{name}` must be a number {least} and below 1. "
            f"Received: {name}={value!r}."
        )
