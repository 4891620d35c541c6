import numpy as np
import pytest
import tensorflow as tf

from cnnkit.arithmetic import output_size
from cnnkit.boxes import convert, crops, sliding_windows


@pytest.mark.parametrize(
    ("shape", "window", "stride"),
    [
        ((16, 16), 14, 2),
        ((28, 20), (14, 7), (3, 2)),
        ((5, 5), 5, 1),
        ((7, 9, 3), 2, 4),
    ],
)
def test_windows_stand_where_a_convolution_stops(shape, window, stride):
    boxes = sliding_windows(shape, window, stride)
    assert boxes.dtype == np.float32
    height, width = window if isinstance(window, tuple) else (window, window)
    down, across = stride if isinstance(stride, tuple) else (stride, stride)
    rows = output_size(shape[0], height, stride=down)
    columns = output_size(shape[1], width, stride=across)
    for i, box in enumerate(boxes.reshape(rows, columns, 4).reshape(-1, 4)):
        y, x = i // columns * down, i % columns * across
        assert box.tolist() == [x, y, x + width, y + height]
    assert len(boxes) == rows * columns


def test_whole_pixels_come_out_as_they_are():
    image = np.random.default_rng(0).random((12, 17, 3)).astype("float32")
    boxes = sliding_windows(image.shape, (5, 6), (2, 3))
    cut = crops(image, boxes, (5, 6))
    for box, crop in zip(boxes.astype(int), cut, strict=True):
        np.testing.assert_array_equal(crop, image[box[1] : box[3], box[0] : box[2]])


def test_equals_tensorflow():
    """It counts from the centre of the first pixel to that of the last."""
    rng = np.random.default_rng(0)
    image = rng.random((30, 41, 2)).astype("float32")
    ends = np.sort(rng.random((8, 2, 2)), axis=1) * (38, 27) + 1.5
    boxes, size = ends.reshape(8, 4), (6, 9)
    x1, y1, x2, y2 = boxes.T
    inset_x, inset_y = (x2 - x1) / size[1] / 2, (y2 - y1) / size[0] / 2
    theirs = tf.image.crop_and_resize(
        image[None],
        np.stack(
            [
                (y1 + inset_y - 0.5) / 29,
                (x1 + inset_x - 0.5) / 40,
                (y2 - inset_y - 0.5) / 29,
                (x2 - inset_x - 0.5) / 40,
            ],
            axis=1,
        ),
        np.zeros(8, int),
        size,
    )
    np.testing.assert_allclose(crops(image, boxes, size), theirs, atol=1e-5)
    relative = convert(boxes, "xyxy", "rel_center_xywh", image.shape)
    again = crops(image, relative, size, "rel_center_xywh")
    np.testing.assert_allclose(again, theirs, atol=1e-5)


def test_a_ramp_stays_a_ramp_and_ends_at_the_edge():
    image = np.tile(np.arange(8.0) / 8, (4, 1))
    cut = crops(image, [[2, 0, 6, 4], [-4, 0, 4, 4], [4, -4, 12, 8]], 4)
    assert cut.shape == (3, 4, 4, 1)
    np.testing.assert_allclose(cut[0, 0, :, 0] * 8, [2, 3, 4, 5])
    np.testing.assert_allclose(cut[1, 0, :, 0] * 8, [0, 0, 0.5, 2.5])
    np.testing.assert_allclose(cut[2, 0, :, 0] * 8, [4.5, 6.5, 7, 7])


def test_none_one_pixel_and_values_within_those_of_the_image():
    assert crops(np.zeros((4, 4, 3)), [], 2).shape == (0, 2, 2, 3)
    np.testing.assert_allclose(crops(np.full((1, 1), 0.7), [[0, 0, 1, 1]], 3), 0.7)
    image = np.random.default_rng(0).random((9, 9))
    cut = crops(image, [[0.3, 1.2, 7.7, 8.9], [2, 2, 2.1, 2.1]], (13, 2))
    assert image.min() <= cut.min() <= cut.max() <= image.max()


IMAGE = np.zeros((6, 6, 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sliding_windows((3, 3), 4, 1), "`window` must not be larger"),
        (lambda: sliding_windows((3, 3), 2, 0), "`stride` must be an integer"),
        (lambda: sliding_windows((3, 3), 2.5, 1), "`window` must be an integer"),
        (lambda: sliding_windows((3, 3), (2, 2, 2), 1), "`window`.*pair"),
        (lambda: sliding_windows(3, 2, 1), "`image_shape`"),
        (lambda: crops(IMAGE, [[7, 0, 9, 2]], 2), "part of it must lie in the image"),
        (lambda: crops(IMAGE, [[3, 3, 3, 5]], 2), "must have an area"),
        (lambda: crops(IMAGE, [[4, 4, 2, 5]], 2), "must have an area"),
        (lambda: crops(IMAGE, [0, 0, 2, 2], 2), r"\(n, 4\)"),
        (lambda: crops(IMAGE, [[1, 2, 30, 40]], 2, "rel_xyxy"), "in pixels"),
        (lambda: crops(IMAGE.astype("uint8"), [[0, 0, 2, 2]], 2), "divide 8-bit"),
        (lambda: crops(IMAGE[None], [[0, 0, 2, 2]], 2), "one image"),
        (lambda: crops(IMAGE, [[0, 0, 2, 2]], 0), "`size`"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()
