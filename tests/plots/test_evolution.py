import numpy as np
import pytest

from cnnkit import plots
from cnnkit.inspection import FeatureEvolution


def evolution(channels=1):
    images = np.zeros((3, 4, 6, channels), np.float32)
    images[2] = 1
    seen = FeatureEvolution("conv", images, units=[1, 5], epochs=[0, 4])
    seen.epochs = [0, 4]
    seen.projections = [np.zeros((2, 4, 6, channels), np.float32) for _ in range(2)]
    seen.projections[1][1, 2, 3] = -2
    seen.chosen = [np.array([0, 0]), np.array([0, 2])]
    seen.answers = [np.ones(2), np.ones(2)]
    return seen


@pytest.mark.parametrize("channels", [1, 3])
def test_a_row_a_unit_a_column_an_epoch_and_images_below(figure, channels):
    plots.show_evolution(evolution(channels), title="digits")
    axes = np.reshape(figure().axes, (4, 2))
    assert [axis.get_title() for axis in axes[0]] == ["epoch 0", "4"]
    assert [axis.get_ylabel() for axis in axes[:, 0]] == ["unit 1", "", "unit 5", ""]
    last = axes[2, 1].images[0].get_array()
    assert last[2, 3, 0] == 0 and last[0, 0, 0] == 0.5
    assert axes[3, 1].images[0].get_array().min() == 1
    assert axes[3, 0].images[0].get_array().max() == 0


def test_without_images(figure):
    plots.show_evolution(evolution(), images=False)
    assert len(figure().axes) == 4


def test_some_units(figure):
    plots.show_evolution(evolution(), units=[5], images=False)
    axes = figure().axes
    assert len(axes) == 2 and axes[0].get_ylabel() == "unit 5"
    assert axes[1].images[0].get_array()[2, 3, 0] == 0
    for units in ([0], []):
        with pytest.raises(ValueError, match="`units` must be among"):
            plots.show_evolution(evolution(), units=units)


def test_what_cannot_be_shown():
    with pytest.raises(ValueError, match="1 or 3 channels"):
        plots.show_evolution(evolution(channels=2))
    fresh = FeatureEvolution("conv", np.zeros((1, 4, 4, 1)), units=[0])
    with pytest.raises(ValueError, match="seen no epoch"):
        plots.show_evolution(fresh)
