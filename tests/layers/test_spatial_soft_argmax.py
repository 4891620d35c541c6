"""Places of maps against a loop, on edges, between pixels, and for huge numbers."""

import keras
import numpy as np
import pytest

from cnnkit.layers import SpatialSoftArgmax
from tests.checks import check_layer
from tests.gradients import gradients


def places(maps):
    return keras.ops.convert_to_numpy(SpatialSoftArgmax()(maps))


def loop(maps):
    n, height, width, count = maps.shape
    points = np.zeros((n, count, 2))
    for i in range(n):
        for k in range(count):
            heat = np.exp(maps[i, :, :, k].astype(float))
            for row in range(height):
                for column in range(width):
                    share = heat[row, column] / heat.sum()
                    points[i, k, 0] += share * (column + 0.5) / width
                    points[i, k, 1] += share * (row + 0.5) / height
    return points


def test_equals_the_loop():
    maps = np.random.default_rng(0).normal(size=(3, 5, 4, 6)).astype("float32")
    np.testing.assert_allclose(places(maps), loop(maps), atol=1e-5)


def test_as_a_layer():
    maps = np.random.default_rng(0).normal(size=(3, 6, 8, 5)).astype("float32")
    check_layer(SpatialSoftArgmax, maps, (3, 5, 2))


def test_flat_maps_point_to_the_middle():
    np.testing.assert_allclose(places(np.full((1, 3, 7, 2), -4.0)), 0.5, atol=1e-6)


def test_between_two_pixels_and_with_huge_numbers():
    maps = np.full((1, 1, 4, 1), -1e30, "float32")
    maps[0, 0, 1:3] = 1e30
    np.testing.assert_allclose(places(maps)[0, 0], [0.5, 0.5], atol=1e-6)


def test_every_pixel_is_pushed():
    def away(maps):
        return keras.ops.sum(keras.ops.square(SpatialSoftArgmax()(maps) - 0.1))

    pushed = gradients(away, np.zeros((1, 4, 4, 1), "float32"))[0]
    assert np.isfinite(pushed).all() and (np.abs(pushed) > 1e-6).mean() > 0.7


def test_sides_must_be_known():
    with pytest.raises(ValueError, match="must be known"):
        SpatialSoftArgmax()(keras.Input((None, 8, 3)))
