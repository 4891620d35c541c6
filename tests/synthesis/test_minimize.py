"""The descent itself, on a cost whose least value is known."""

import numpy as np
import pytest
from keras import ops

from cnnkit.synthesis._minimize import minimize

DUE = np.linspace(0.1, 0.9, 48, dtype="float32").reshape(4, 4, 3)
START = np.full((4, 4, 3), 0.5, "float32")


def bowl(scale):
    steep = np.linspace(1, 50, 48, dtype="float32").reshape(4, 4, 3)
    return lambda x: scale * ops.sum(steep * ops.square(x[0] - DUE))


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_lbfgs_does_not_care_for_the_unit_of_the_cost(scale):
    found = minimize(bowl(scale), START, 40, "l-bfgs")
    np.testing.assert_allclose(found.image, DUE, atol=1e-3)
    assert found.costs[5] < 0.1 * found.costs[0]


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_adam_does_not_either(scale):
    found = minimize(bowl(scale), START, 150, "adam")
    np.testing.assert_allclose(found.image, DUE, atol=0.02)


@pytest.mark.parametrize("method", ["adam", "l-bfgs"])
def test_at_the_least_cost_it_stays(method):
    found = minimize(bowl(1.0), DUE, 3, method)
    np.testing.assert_array_equal(found.image, DUE)


@pytest.mark.parametrize("method", ["adam", "l-bfgs"])
def test_pixels_stay_pixels(method):
    found = minimize(lambda x: ops.sum(ops.square(x - 3)), START, 60, method)
    np.testing.assert_allclose(found.image, 1, atol=1e-6)
