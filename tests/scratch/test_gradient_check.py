"""The check of gradients, checked."""

import numpy as np
import pytest

from cnnkit.scratch import gradient_check


def cubes(x):
    return np.sum(x**3)


@pytest.fixture
def x():
    return np.random.default_rng(0).standard_normal((3, 4))


def test_a_right_gradient_passes_and_wrong_ones_do_not(x):
    assert gradient_check(cubes, x, 3 * x**2) < 1e-8
    assert gradient_check(cubes, x, 3 * x**2 * 1.01) > 1e-3
    assert gradient_check(cubes, x, -3 * x**2) == pytest.approx(1)
    one_wrong = 3 * x**2
    one_wrong[1, 2] += 1
    assert gradient_check(cubes, x, one_wrong) > 1e-3


def test_the_value_is_the_published_ratio():
    """|2 - 1| / (|2| + |1|) where the slope is 2 and 1 is claimed."""
    error = gradient_check(lambda x: 2 * x[0], np.ones(1), np.ones(1))
    assert error == pytest.approx(1 / 3)


def test_no_slope_and_no_gradient_agree():
    assert gradient_check(lambda x: 7.0, np.ones(3), np.zeros(3)) == 0


def test_x_is_put_back_exactly_even_when_f_fails(x):
    before = x.copy()
    gradient_check(cubes, x, 3 * x**2)
    np.testing.assert_array_equal(x, before)
    with pytest.raises(ZeroDivisionError):
        gradient_check(lambda x: 1 / 0, x, x)
    np.testing.assert_array_equal(x, before)


def test_samples_are_drawn_from_the_seed(x):
    seen = []

    def watch(values):
        seen.append(tuple(np.flatnonzero(values != before)))
        return cubes(values)

    before = x.copy()
    for seed in (1, 1, 2):
        gradient_check(watch, x, 3 * x**2, samples=5, seed=seed)
    assert len(seen) == 30
    assert seen[:10] == seen[10:20] != seen[20:]
    assert len(set(seen[:10])) == 5
    assert gradient_check(cubes, x, 3 * x**2, samples=100) < 1e-8


def test_a_scalar_and_an_array_that_is_not_contiguous():
    assert gradient_check(lambda x: x**2, np.array(3.0), np.array(6.0)) < 1e-8
    x = np.asfortranarray(np.arange(12.0).reshape(3, 4))[:, ::2]
    assert gradient_check(cubes, x, 3 * x**2) < 1e-8


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.ones(3, "float32")}, TypeError, "float64"),
        ({"x": [1.0, 2.0, 3.0]}, TypeError, "Received: list"),
        ({"analytic": np.ones(2)}, ValueError, "shape of `x`"),
        ({"f": lambda x: x}, ValueError, "one finite number"),
        ({"f": lambda x: np.nan}, ValueError, "one finite number"),
        ({"epsilon": 0}, ValueError, "Received: epsilon=0"),
        ({"samples": 0}, ValueError, "Received: samples=0"),
    ],
)
def test_bad_input(change, error, message):
    good = {"f": cubes, "x": np.ones(3), "analytic": np.ones(3)}
    with pytest.raises(error, match=message):
        gradient_check(**{**good, **change})
