"""How well distances tell pairs of one person from pairs of two."""

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve


def verification_accuracy(same, distances, threshold):
    """Return the share of pairs that are judged right at a threshold.

    Args:
        same: bools or 0 and 1, `(n,)`: whether a pair is of one person.
        distances: floats `(n,)`, how far apart the two encodings of each pair are.
        threshold: float of at least 0; a pair up to this distance counts as one person.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: if the arrays or the threshold are not as above.

    Example:

    >>> verification_accuracy([1, 1, 0, 0], [0.2, 0.9, 0.8, 1.4], threshold=1.0)
    0.75

    Taught in: notebooks/week4_faces_and_style/01_verification_and_recognition.ipynb
    """
    same, distances = _pairs(same, distances, both=False)
    if not np.isfinite(threshold) or threshold < 0:
        raise ValueError(
            f"`threshold` must be at least 0. Received: threshold={threshold!r}."
        )
    return float(np.mean((distances <= threshold) == same))


def best_threshold(same, distances, false_accept_rate=None):
    """Return the threshold that judges most pairs right, or accepts few false ones.

    Choose it on people who are not in the test: on the test itself it would flatter.

    Args:
        same: bools or 0 and 1, `(n,)`.
        distances: floats `(n,)`.
        false_accept_rate: float in [0, 1), the largest share of pairs of two people
            that may be accepted; `None` for the best accuracy.

    Returns:
        float, halfway between two distances.

    Raises:
        ValueError: if the arguments are not as above, or the pairs are not of both
            kinds.

    Example:

    >>> round(best_threshold([1, 1, 0, 0], [0.2, 0.6, 0.8, 1.4]), 2)
    0.7
    >>> round(best_threshold([1, 0, 1, 0], [0.2, 0.4, 0.6, 0.8], 0), 2)
    0.3

    Taught in: notebooks/week4_faces_and_style/01_verification_and_recognition.ipynb
    """
    same, distances = _pairs(same, distances)
    ascending = np.unique(distances)
    halfway = np.concatenate(
        [
            [ascending[0] / 2],
            (ascending[:-1] + ascending[1:]) / 2,
            [ascending[-1] * 1.01 + 1e-6],
        ]
    )
    accepted, false = (
        np.searchsorted(np.sort(distances[which]), halfway, "right")
        for which in (same, ~same)
    )
    if false_accept_rate is None:
        return float(halfway[np.argmax(accepted - false)])
    rate = _rate(false_accept_rate)
    return float(halfway[false <= rate * np.sum(~same)][-1])


def roc(same, distances):
    """Return what each threshold accepts: the receiver operating characteristic.

    Args:
        same: bools or 0 and 1, `(n,)`.
        distances: floats `(n,)`.

    Returns:
        Three arrays, from the strictest threshold to the widest: the shares of pairs of
        two people and of one person that are accepted, and the threshold.

    Raises:
        ValueError: if the arrays are not as above, or the pairs are not of both kinds.

    Example:

    >>> false, true, thresholds = roc([1, 1, 0], [0.2, 0.8, 0.5])
    >>> false.tolist(), true.tolist()
    ([0.0, 0.0, 1.0, 1.0], [0.0, 0.5, 0.5, 1.0])

    Taught in: notebooks/week4_faces_and_style/01_verification_and_recognition.ipynb
    """
    same, distances = _pairs(same, distances)
    false, true, scores = roc_curve(same, -distances, drop_intermediate=False)
    return false, true, np.maximum(-scores, 0)


def verification_auc(same, distances):
    """Return the area under the curve of `roc`.

    It is the probability that a pair of one person is nearer than a pair of two, ties
    counted half.

    Args:
        same: bools or 0 and 1, `(n,)`.
        distances: floats `(n,)`.

    Returns:
        float in [0, 1]; 0.5 for guessing.

    Raises:
        ValueError: as for `roc`.

    Example:

    >>> verification_auc([1, 1, 0, 0], [0.2, 0.9, 0.8, 1.4])
    0.75

    Taught in: notebooks/week4_faces_and_style/01_verification_and_recognition.ipynb
    """
    same, distances = _pairs(same, distances)
    return float(roc_auc_score(same, -distances))


def equal_error_rate(same, distances):
    """Return the error where as many are falsely accepted as falsely turned away.

    Between two thresholds the rates are taken to change in a straight line.

    Args:
        same: bools or 0 and 1, `(n,)`.
        distances: floats `(n,)`.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: as for `roc`.

    Example:

    >>> equal_error_rate([1, 1, 0, 0], [0.2, 0.9, 0.8, 1.4])
    0.5

    Taught in: notebooks/week4_faces_and_style/01_verification_and_recognition.ipynb
    """
    false, true, _ = roc(same, distances)
    gap = false - (1 - true)  # rises from -1 to 1
    after = np.argmax(gap >= 0)
    before = after - 1
    share = -gap[before] / (gap[after] - gap[before])
    return float(false[before] + share * (false[after] - false[before]))


def true_accept_rate(same, distances, false_accept_rate=0.001):
    """Return how many of one person are accepted if few of two may be.

    Args:
        same: bools or 0 and 1, `(n,)`.
        distances: floats `(n,)`.
        false_accept_rate: float in [0, 1), the largest share of pairs of two people
            that may be accepted. With n such pairs, rates below 1 / n mean none.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: as for `roc`, or if the rate is not as above.

    Example:

    >>> true_accept_rate([1, 1, 0, 0], [0.2, 0.9, 0.8, 1.4], false_accept_rate=0)
    0.5

    Reference:
        - Schroff, Kalenichenko and Philbin, "FaceNet: a unified embedding for face
          recognition and clustering", 2015, section 4: VAL(d) at a given FAR(d).

    Taught in: notebooks/week4_faces_and_style/01_verification_and_recognition.ipynb
    """
    rate = _rate(false_accept_rate)
    false, true, _ = roc(same, distances)
    return float(true[false <= rate][-1])


def _pairs(same, distances, both=True):
    same, distances = np.asarray(same), np.asarray(distances)
    if same.ndim != 1 or same.shape != distances.shape or not same.size:
        raise ValueError(
            "`same` and `distances` must be of one shape (n,), at least one pair. "
            f"Received: shapes {same.shape} and {distances.shape}."
        )
    if not np.isin(same, (0, 1)).all():
        raise ValueError("`same` must be bools, or 0 and 1.")
    if distances.dtype.kind not in "fiu" or not (np.isfinite(distances).all()):
        raise ValueError("`distances` must be finite numbers.")
    if distances.min() < 0:
        raise ValueError(
            "`distances` must be at least 0; of similarities take 1 - similarity. "
            f"Received: {distances.min():g}."
        )
    same = same.astype(bool)
    if both and same.all() | ~same.any():
        raise ValueError("There must be pairs of one person and pairs of two.")
    return same, distances.astype(np.float64)


def _rate(value):
    if not 0 <= value < 1:
        raise ValueError(
            "`false_accept_rate` must be from 0 to below 1. "
            f"Received: false_accept_rate={value!r}."
        )
    return value
