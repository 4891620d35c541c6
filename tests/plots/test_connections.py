import numpy as np
import pytest

from cnnkit import arithmetic, plots
from cnnkit.plots.style import FAINT

SHARED = np.array([[1, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 2]])


def test_shared_weights_have_a_colour_and_others_are_grey(figure):
    single = np.array([[1, 2, 0], [0, 3, 4]])
    plots.show_connections([SHARED, single], unit=1, titles=["shared", "single"])
    shared, alone = figure().axes
    assert len(shared.lines) == 6
    assert len({line.get_color() for line in shared.lines}) == 2
    assert {line.get_color() for line in alone.lines} == {FAINT}
    assert [axis.get_title() for axis in (shared, alone)] == ["shared", "single"]


def test_lines_of_the_chosen_output_are_thick(figure):
    plots.show_connections([SHARED], unit=1)
    (axis,) = figure().axes
    widths = [line.get_linewidth() for line in axis.lines]
    thick = [line for line in axis.lines if line.get_linewidth() == max(widths)]
    assert sorted(line.get_xdata()[0] for line in thick) == [1, 2]


@pytest.mark.parametrize(
    "chain", [[(3, 1)], [(3, 1), (2, 2), (3, 1)], [(5, 2), (2, 1)]]
)
def test_counts_what_the_unit_sees(chain, figure):
    plots.show_receptive_fields([chain], n=14)
    size = arithmetic.receptive_field(chain)
    assert f"sees {size} of 14" in [text.get_text() for text in figure().axes[0].texts]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.show_connections([]), "empty"),
        (lambda: plots.show_connections([SHARED], unit=3), "unit=3"),
        (lambda: plots.show_receptive_fields([]), "empty"),
        (lambda: plots.show_receptive_fields([[(3, 1)] * 3], n=5), "n=5"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
