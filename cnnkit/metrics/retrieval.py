"""How far up in a list the right one stands: recall at k, and the median rank."""

import numpy as np

from cnnkit.metrics import _options


def ranks(scores, right=None):
    """Return at which place the first right item stands for each query.

    The items of a query are ordered by score, the greatest first. A wrong item of the
    same score is taken to stand before the right one, so that equal scores for all
    are worth nothing.

    Args:
        scores: numbers `(queries, items)`.
        right: which items are right: integers `(queries,)`, the position of the only
            one; or bools `(queries, items)`, at least one a query. By default item i
            for query i.

    Returns:
        int64 array `(queries,)`, from 1.

    Raises:
        ValueError: if an argument is not as above, or a score is NaN.

    Example: the right item of the third query, number 2, has a worse score than two.

    >>> ranks([[0.9, 0.1, 0.5], [0.2, 0.7, 0.1], [0.6, 0.8, 0.3]])
    array([1, 1, 3])

    Taught in: notebooks/beyond_one_image/04_alignment.ipynb
    """
    scores = np.asarray(scores)
    if scores.ndim != 2 or scores.dtype.kind not in "fiu" or np.isnan(scores).any():
        raise ValueError(
            "`scores` must be numbers of shape (queries, items), none of them NaN. "
            f"Received: scores of shape {scores.shape} and dtype {scores.dtype}."
        )
    right = _right(right, scores.shape)
    scores = scores.astype(np.float64)
    best = np.where(right, scores, -np.inf).max(axis=1, initial=-np.inf)
    before = (scores >= best[:, None]) & ~right
    return before.sum(axis=1) + 1


def recall_at_k(ranks, k):
    """Return the share of queries whose right item is among the first k.

    Args:
        ranks: integers `(queries,)` from 1; see `ranks`.
        k: int of at least 1.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: if an argument is not as above, or there is no query.

    Example:

    >>> recall_at_k([1, 4, 2, 30], k=5)
    0.75

    Reference:
        - Karpathy and Fei-Fei, "Deep visual-semantic alignments for generating image
          descriptions", 2015, section 4.1.

    Taught in: notebooks/beyond_one_image/04_alignment.ipynb
    """
    return float(np.mean(_ranks(ranks) <= _options.whole(k, "k")))


def median_rank(ranks):
    """Return the median of the ranks: half of the queries do at least as well.

    Args:
        ranks: integers `(queries,)` from 1; see `ranks`.

    Returns:
        float.

    Raises:
        ValueError: if `ranks` are not as above, or there is no query.

    Example:

    >>> median_rank([1, 4, 2, 30])
    3.0

    Taught in: notebooks/beyond_one_image/04_alignment.ipynb
    """
    return float(np.median(_ranks(ranks)))


def _right(right, shape):
    """Return which items are right as bools `(queries, items)`."""
    queries, items = shape
    right = np.arange(queries) if right is None else np.asarray(right)
    if right.dtype == bool and right.shape == shape and right.any(axis=1).all():
        return right
    single = right.dtype.kind in "iu" and right.shape == (queries,)
    if single and (right >= 0).all() and (right < items).all():
        return right[:, None] == np.arange(items)
    raise ValueError(
        f"`right` must be integers from 0 to {items - 1}, one for each of {queries} "
        f"queries, or bools of shape {shape} with a true one in each row. "
        f"Received: right of shape {right.shape} and dtype {right.dtype}."
    )


def _ranks(ranks):
    ranks = np.asarray(ranks)
    if (
        ranks.ndim != 1
        or not ranks.size
        or ranks.dtype.kind not in "iu"
        or (ranks < 1).any()
    ):
        raise ValueError(
            "`ranks` must be integers of at least 1, one a query, and there must be a "
            f"query. Received: ranks of shape {ranks.shape} and dtype {ranks.dtype}."
        )
    return ranks
