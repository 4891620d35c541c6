"""Differences of encodings, and the gradient where there is nothing."""

import keras
import numpy as np
import pytest

from cnnkit.layers import AbsoluteDifference, ChiSquaredDifference
from tests.checks import check_saved
from tests.gradients import gradients

both = pytest.mark.parametrize("layer", [AbsoluteDifference, ChiSquaredDifference])


def test_values():
    f, g = np.random.default_rng(0).random((2, 5, 4)).astype("float32")
    np.testing.assert_allclose(AbsoluteDifference()([f, g]), np.abs(f - g), rtol=1e-5)
    np.testing.assert_allclose(
        ChiSquaredDifference()([f, g]), (f - g) ** 2 / (f + g), rtol=1e-4
    )


@both
def test_same_encodings_and_zeros(layer):
    f = np.array([[0.0, 0.5, 0.0]], "float32")
    np.testing.assert_array_equal(layer()([f, f]), np.zeros((1, 3)))
    zero = np.zeros((2, 3), "float32")

    def total(f, g):
        return keras.ops.sum(layer()([f, g]))

    assert np.isfinite(gradients(total, zero, zero)).all()


@both
def test_saved_and_symmetric(layer, tmp_path):
    inputs = [keras.Input((4,), name="a"), keras.Input((4,), name="b")]
    model = keras.Model(inputs, layer(name="difference")(inputs))
    assert model.output_shape == (None, 4)
    f, g = np.random.default_rng(0).random((2, 5, 4)).astype("float32")
    check_saved(model, [f, g], tmp_path)
    np.testing.assert_array_equal(layer()([f, g]), layer()([g, f]))


@both
def test_bad_inputs(layer):
    f = np.zeros((2, 3), "float32")
    for inputs in ([f], [f, f, f], [f, f[:, :2]]):
        with pytest.raises(ValueError, match="pair of tensors"):
            layer()(inputs)
