"""McNemar's test: are two classifiers different on the same examples?"""

import dataclasses

import numpy as np
from scipy import stats

SMALL = 25


@dataclasses.dataclass(frozen=True)
class McNemarResult:
    """What `mcnemar` found.

    Attributes:
        n01: int, the examples that the first classifier gets wrong and the second
            right.
        n10: int, the examples that the second gets wrong and the first right.
        statistic: float, χ² with one degree of freedom, or the smaller of the two
            counts in the exact test.
        p_value: float, how probable a difference at least as large is if the two
            classifiers are equally good.
        exact: bool, whether the exact test was made.
    """

    n01: int
    n10: int
    statistic: float
    p_value: float
    exact: bool


def mcnemar(y_true, a, b, exact=None, correction=True):
    """Test whether two classifiers differ on the same test examples.

    Examples that both get right, or both wrong, say nothing. Of the others, each
    classifier should win about half if the two are equally good. The exact test asks
    the binomial distribution; the χ² test approximates it by
    `(|n01 − n10| − 1)² / (n01 + n10)`. Without disagreements the p-value is 1.

    Args:
        y_true: the true classes, shape `(n,)`.
        a: the classes that the first classifier gives, shape `(n,)`.
        b: the classes that the second gives, shape `(n,)`.
        exact: bool, or `None` for the exact test where fewer than 25 examples are in
            dispute.
        correction: bool, whether to subtract 1 for continuity; without effect on the
            exact test.

    Returns:
        A `McNemarResult`.

    Raises:
        ValueError: if the three are not lists of classes of the same length.

    Example:

    >>> y = [0] * 40
    >>> a = [0] * 25 + [1] * 15
    >>> b = [1] * 25 + [0] * 15
    >>> result = mcnemar(y, a, b)
    >>> result.n01, result.n10, result.statistic, round(result.p_value, 4)
    (15, 25, 2.025, 0.1547)

    Reference:
        - McNemar, "Note on the sampling error of the difference between correlated
          proportions or percentages", 1947.
        - Edwards, "Note on the 'correction for continuity' in testing the significance
          of the difference between correlated proportions", 1948: subtract 1.
        - Dietterich, "Approximate statistical tests for comparing supervised
          classification learning algorithms", 1998, section 3.1.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """
    y_true, a, b = (_classes(v, n) for v, n in ((y_true, "y_true"), (a, "a"), (b, "b")))
    if not len(y_true) == len(a) == len(b):
        raise ValueError(
            "`y_true`, `a` and `b` must be of the same length, one class an example. "
            f"Received: {len(y_true)}, {len(a)} and {len(b)} of them."
        )
    right_a, right_b = a == y_true, b == y_true
    n01 = int(np.sum(~right_a & right_b))
    n10 = int(np.sum(right_a & ~right_b))
    disputed = n01 + n10
    exact = disputed < SMALL if exact is None else bool(exact)
    if exact:
        statistic = float(min(n01, n10))
        p_value = stats.binomtest(n01, disputed).pvalue if disputed else 1.0
    else:
        difference = max(abs(n01 - n10) - bool(correction), 0)
        statistic = difference**2 / disputed if disputed else 0.0
        p_value = stats.chi2.sf(statistic, df=1)
    return McNemarResult(n01, n10, statistic, float(p_value), exact)


def _classes(values, name):
    array = np.asarray(values)
    if array.ndim != 1 or not array.size or array.dtype.kind in "fcO":
        raise ValueError(
            f"`{name}` must be a list of classes (integers or names), at least one; "
            "take the argmax of scores first. "
            f"Received: {name} of shape {array.shape} and type {array.dtype}."
        )
    return array
