"""How many different things there are among many: whether a generator collapsed."""

import numpy as np


def diversity(vectors):
    """Return how many different vectors there are, effectively: the Vendi score.

    Two vectors count as the same thing in so far as they have one direction, by their
    cosine. `n` equal ones give 1, `n` at right angles `n`; what is partly alike gives a
    number between. With one-hot vectors of classes it is the exponential of the entropy
    of the classes: ten classes, all as frequent, give 10.

    A generator that has collapsed makes images of less diversity than the real ones.
    The score grows with `n`, so compare equal numbers.

    Args:
        vectors: finite numbers `(n, …)`, such as images, features or one-hot classes;
            each is flattened. None may be all zero, as that has no direction.

    Returns:
        float from 1 to `n`: the exponential of the entropy of the eigenvalues of the
        matrix of cosines, divided by `n`.

    Raises:
        ValueError: if `vectors` are not as above.

    Example:

    >>> round(diversity([[1, 0, 0], [0, 2, 0], [0, 0, 3]]), 2)
    3.0
    >>> round(diversity([[1, 0, 0], [1, 0, 0], [0, 0, 3]]), 2)
    1.89

    Reference:
        - Friedman and Dieng, "The Vendi score: a diversity evaluation metric for
          machine learning", 2023.

    Taught in: notebooks/week4_faces_and_style/11_gan.ipynb
    """
    vectors = np.asarray(vectors)
    if vectors.ndim < 2 or not vectors.size or vectors.dtype.kind not in "biuf":
        raise ValueError(
            "`vectors` must be numbers of shape (n, …), at least one. "
            f"Received: shape {vectors.shape}, {vectors.dtype}."
        )
    vectors = vectors.reshape(len(vectors), -1).astype(np.float64)
    if not np.isfinite(vectors).all():
        raise ValueError("`vectors` must be finite.")
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    if not largest.all():
        raise ValueError(
            "`vectors` must not hold one of zeros alone. "
            f"Received: {int((largest == 0).sum())} of them."
        )
    vectors = vectors / largest
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    # The eigenvalues of vectors·vectorsᵀ, without making that matrix.
    shares = np.linalg.svd(vectors, compute_uv=False) ** 2 / len(vectors)
    shares = shares[shares > 1e-12]
    return float(np.exp(-np.sum(shares * np.log(shares))))
