"""The way down, the way up again, and arguments that do not fit."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.models import SmallBackbone


@pytest.mark.parametrize("downsample", ["pool", "stride"])
@pytest.mark.parametrize(
    ("enlarge", "shape"), [(0, (4, 6, 8)), (1, (8, 12, 6)), (2, (16, 24, 4))]
)
def test_sides_and_filters(downsample, enlarge, shape):
    model = SmallBackbone((32, 48, 3), (4, 6, 8), downsample, enlarge)
    assert model.output_shape == (None, *shape)


def test_on_the_way_up_the_fine_maps_are_still_there():
    model = SmallBackbone((32, 32, 1), (2, 3), "stride", enlarge=1)
    beside = model.get_layer("up1_beside")
    assert [tuple(x.shape)[1:] for x in beside.input] == [(16, 16, 3), (16, 16, 2)]


def test_enlarged_maps_see_far_and_near():
    """A change in a corner reaches the places beside it, and does not reach all."""
    keras.utils.set_random_seed(0)
    model = SmallBackbone((64, 64, 1), (16, 16, 16, 16), "stride", enlarge=1)
    image = np.random.default_rng(0).random((1, 64, 64, 1)).astype("float32")
    other = image.copy()
    other[0, :4, :4] = 5
    changed = ops.convert_to_numpy(model(other) - model(image)) != 0
    rows = np.flatnonzero(changed.any(axis=(0, 2, 3)))
    alone = SmallBackbone((64, 64, 1), (16, 16, 16), "stride")
    reached = ops.convert_to_numpy(alone(other) - alone(image)) != 0
    reached = np.flatnonzero(reached.any(axis=(0, 2, 3)))
    assert changed[0, 0, 0].any() and not changed[0, -1, -1].any()
    assert len(rows) > len(reached)  # by the way through the coarse maps


@pytest.mark.parametrize("enlarge", [-1, 2, 3, True, 1.0])
def test_enlarging_more_often_than_the_way_led_down(enlarge):
    with pytest.raises(ValueError, match="`enlarge` must be"):
        SmallBackbone((32, 32, 3), (4, 8), enlarge=enlarge)


def test_odd_sides_cannot_be_put_beside():
    with pytest.raises(ValueError, match="multiples of 4"):
        SmallBackbone((30, 32, 3), (4, 8), enlarge=1)
