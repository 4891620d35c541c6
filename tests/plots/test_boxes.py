import numpy as np
import pytest
from matplotlib.colors import to_hex

from cnnkit import plots
from cnnkit.boxes import Detections
from cnnkit.plots.style import COLOURS

IMAGE = np.random.default_rng(0).random((40, 60, 3))
NAMES = ("pedestrian", "car")
FOUND = Detections([[5, 8, 20, 38], [30, 10, 55, 30]], [0.9, 0.4], [0, 1], NAMES)


def frames(axis):
    """Corners and colour of each box, in the order of drawing."""
    return [
        (*patch.get_xy(), patch.get_width(), patch.get_height(), *colour(patch))
        for patch in axis.patches
    ]


def colour(patch):
    return (to_hex(patch.get_edgecolor()),)


def words(axis):
    return [text.get_text() for text in axis.texts]


def test_boxes_lie_on_the_image_with_names_and_scores(figure):
    plots.show_boxes(IMAGE, FOUND, titles="one", title="all")
    (axis,) = figure().axes
    assert axis.images[0].get_extent() == [0, 60, 40, 0]
    assert frames(axis) == [
        (30, 10, 25, 20, COLOURS[1]),
        (5, 8, 15, 30, COLOURS[0]),
    ]
    assert words(axis) == ["car 0.40", "pedestrian 0.90"]
    assert axis.get_title() == "one"
    assert figure().get_suptitle() == "all"


def test_numbers_in_any_format_and_dashed_truth(figure):
    plots.show_boxes(
        IMAGE,
        [[0.5, 0.5, 0.2, 0.5]],
        classes=[1],
        scores=[0.75],
        class_names=NAMES,
        truth=[[0.5, 0.5, 0.1, 0.5]],
        box_format="rel_center_xywh",
    )
    (axis,) = figure().axes
    dark, dashed, found = axis.patches
    np.testing.assert_allclose(found.get_bbox().extents, [24, 10, 36, 30])
    for patch in (dark, dashed):
        np.testing.assert_allclose(patch.get_bbox().extents, [27, 10, 33, 30])
    assert dashed.get_linestyle() != found.get_linestyle() == dark.get_linestyle()
    assert words(axis) == ["car 0.75"]


def test_without_names_and_scores_nothing_is_written(figure):
    for boxes in ([[1, 2, 9, 9]], Detections([[1, 2, 9, 9]]), []):
        plots.show_boxes(IMAGE[..., 0], boxes)
        (axis,) = figure().axes
        assert words(axis) == []
        assert len(axis.patches) == len(boxes)


def test_several_images(figure):
    images = [IMAGE, IMAGE[:20], (255 * IMAGE).astype("uint8"), IMAGE, IMAGE[..., :1]]
    found = [FOUND, Detections([]), FOUND[:1], [[1, 2, 3, 4]], FOUND]
    plots.show_boxes(images, found, truth=found, titles=list("abcde"))
    axes = figure().axes
    assert [len(axis.patches) for axis in axes] == [6, 0, 3, 3, 6, 0, 0, 0]
    assert [axis.get_title() for axis in axes] == [*"abcde", "", "", ""]
    plots.show_boxes(np.stack([IMAGE, IMAGE]), [FOUND, FOUND], columns=1)
    assert len(figure().axes) == 2


@pytest.mark.parametrize(
    ("box", "place", "alignment"),
    [
        ([5, 20, 20, 38], (5, 20), ("left", "bottom")),
        ([-4, -2, 20, 38], (0, 0), ("left", "top")),
        ([50, 20, 64, 38], (60, 20), ("right", "bottom")),
    ],
)
def test_words_stay_within_the_image(box, place, alignment, figure):
    plots.show_boxes(IMAGE, [box], class_names=NAMES)
    (text,) = figure().axes[0].texts
    assert text.get_position() == place
    assert (text.get_ha(), text.get_va()) == alignment


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.show_boxes([], []), "empty"),
        (lambda: plots.show_boxes([IMAGE], []), "`boxes`.*0 entries, 1 images"),
        (
            lambda: plots.show_boxes([IMAGE], [FOUND], titles=["a", "b"]),
            "`titles`.*2 entries",
        ),
        (lambda: plots.show_boxes(np.zeros((4, 4, 2)), []), "1 or 3 channels"),
        (lambda: plots.show_boxes(IMAGE, [[0.1, 0.1, 0.5, 0.9]]), "in pixels"),
        (
            lambda: plots.show_boxes(IMAGE, [[1, 2, 30, 40]], box_format="rel_xyxy"),
            "in shares",
        ),
        (lambda: plots.show_boxes(IMAGE, [[9, 9, 2, 2]]), "left, top, right"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
