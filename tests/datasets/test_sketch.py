"""What is painted: coverage against areas and against skimage's polygons."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.draw import polygon2mask

from cnnkit.datasets import _sketch
from cnnkit.datasets._sketch import Sketch, coverage, mask, oval, paint, rounded

FINE = 16
coordinate = st.floats(-12, 32, allow_nan=False, width=32)
triangle = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=3)


def finely(contours, shape):
    """Coverage by skimage: the union of polygons on a grid sixteen times as fine."""
    grid = (shape[0] * FINE, shape[1] * FINE)
    fine = np.zeros(grid, bool)
    for points in contours:
        corners = FINE * np.asarray(points)[:, ::-1] - 0.5
        fine |= polygon2mask(grid, corners)
    return fine.reshape(shape[0], FINE, shape[1], FINE).mean(axis=(1, 3))


@settings(max_examples=60)
@given(triangle)
def test_a_triangle_covers_what_skimage_says(points):
    ours, theirs = mask([np.array(points)], (20, 24)), finely([points], (20, 24))
    assert ours.min() >= 0 and ours.max() <= 1
    assert np.abs(ours - theirs).max() < 0.30
    assert np.abs(ours - theirs).mean() < 0.01


@pytest.mark.parametrize("turn", [1, -1])
def test_shapes_that_are_not_convex(turn):
    star = np.array([[12, 1], [14, 9], [23, 10], [15, 13], [18, 22], [12, 16], [4, 21]])
    ours = mask([star[::turn]], (24, 24))
    assert np.abs(ours - finely([star], (24, 24))).max() < 0.2


def test_areas():
    square = np.array([[2.25, 3.5], [10.75, 3.5], [10.75, 9.25], [2.25, 9.25]])
    assert mask([square], (20, 20)).sum() == pytest.approx(8.5 * 5.75)
    assert mask([square + [100, 0]], (20, 20)).sum() == 0
    assert mask([square - [6.25, 6.5]], (20, 20)).sum() == pytest.approx(4.5 * 2.75)
    assert mask([oval(20, 20, 12, 7, 0.7)], (40, 40)).sum() == pytest.approx(
        np.pi * 84, rel=0.02
    )
    ring = Sketch()
    ring.ring(20, 20, 12, 6, (1, 1, 1))
    assert mask(ring.outline(), (40, 40)).sum() == pytest.approx(np.pi * 108, rel=0.02)
    assert mask(ring.outline(), (40, 40))[20, 20] == 0


def test_two_contours_of_a_shape_are_one():
    a, b = np.array([[2, 2], [8, 2], [8, 8], [2, 8]]), np.array([[5, 5], [5, 12]])
    b = np.concatenate([b, b[::-1] + [7, 0]])
    whole = mask([a, b], (20, 20))
    assert whole.sum() == 36 + 49 - 9
    assert whole.max() == 1


def test_a_limb_is_as_thick_as_it_says():
    sketch = Sketch()
    sketch.limb([[10, 5], [10, 25], [30, 25]], [4, 4, 8], (1, 0, 0))
    covered = mask(sketch.outline(), (40, 40))
    assert covered[15].sum() == pytest.approx(4, abs=0.1)
    assert covered[:, 20].sum() == pytest.approx(6, abs=0.15)
    assert covered.max() == 1
    dot = Sketch()
    dot.limb([[10, 10], [10, 10]], 6, (1, 0, 0))
    assert mask(dot.outline(), (20, 20)).sum() == pytest.approx(np.pi * 9, rel=0.06)


def test_a_shape_in_many_windows_is_the_same_as_alone():
    rng = np.random.default_rng(0)
    shapes = [[oval(*rng.uniform(-5, 45, 2), 6, 3, i)] for i in range(30)]
    together = coverage(shapes, (40, 40))
    for shape, (rows, columns, covered) in zip(shapes, together, strict=True):
        alone = mask(shape, (40, 40))
        np.testing.assert_allclose(alone[rows, columns], covered, atol=1e-9)
        assert alone.sum() == pytest.approx(covered.sum())
    assert coverage([], (40, 40)) == []


def test_paint():
    pixels = np.zeros((4, 6, 3))
    sketch = Sketch()
    sketch.box(0, 0, 6, 4, (0.5, 0.5, 0.5))
    sketch.box(1, 1, 3, 3, (1.0, 0.0, 0.0), alpha=0.5)
    sketch.box(4, 0, 5, 4, [(0, 0, 0), (1, 1, 1)])
    paint(pixels, sketch)
    assert pixels[0, 0].tolist() == [0.5, 0.5, 0.5]
    assert pixels[1, 1].tolist() == [0.75, 0.25, 0.25]
    assert pixels[:, 4, 0].tolist() == [0.125, 0.375, 0.625, 0.875]
    untouched = pixels.copy()
    paint(pixels, Sketch())
    np.testing.assert_array_equal(pixels, untouched)


def test_moved_and_extent():
    sketch = Sketch()
    sketch.polygon([[0, 0], [2, 0], [2, 1]], (1, 1, 1))
    sketch.ellipse(50, 50, 5, 5, (0, 0, 0), alpha=0.5)
    moved = sketch.moved(np.diag([-2, -3]), [10, 10], lambda colour: colour / 2)
    assert moved.extent().tolist() == [6, 7, 10, 10]
    assert moved.shapes[0].colour.tolist() == [0.5, 0.5, 0.5]
    assert sketch.shapes[0].colour.tolist() == [1, 1, 1]
    assert len(moved.shapes) == 2


def test_rounded_stays_inside():
    square = np.array([[0, 0], [8, 0], [8, 8], [0, 8]])
    once, twice = rounded(square, 1), rounded(square, 2)
    assert len(once) == 8 and len(twice) == 16
    assert mask([once], (8, 8)).sum() == pytest.approx(64 - 4 * 2)
    assert once.min() == 0 and once.max() == 8
    np.testing.assert_array_equal(rounded(square, 0), square)


def test_rectangles():
    x, y = _sketch.rectangles(0, np.array([1, 2, 3]), 5, 6)
    assert x.tolist() == [[0, 1, 1, 0], [0, 2, 2, 0], [0, 3, 3, 0]]
    assert y.tolist() == [[5, 5, 6, 6]] * 3
