import numpy as np
import pytest
from skimage import data, transform
from skimage.segmentation import felzenszwalb

from cnnkit.boxes import pairwise_iou, selective_search
from cnnkit.boxes._regions import Regions, group


def scene(seed, n=5, side=96):
    """Rectangles of one colour each that do not overlap, on a plain ground; noise."""
    rng = np.random.default_rng(seed)
    ground = 0.3 + 0.4 * rng.random(3)
    image, truth = np.tile(ground, (side, side, 1)), []
    while len(truth) < n:
        width, height = rng.integers(12, 40, 2)
        x, y = rng.integers(0, side - width), rng.integers(0, side - height)
        box, colour = [x, y, x + width, y + height], rng.random(3)
        apart = not truth or pairwise_iou([box], truth).max() == 0
        if apart and np.abs(colour - ground).max() > 0.25:
            image[y : y + height, x : x + width] = colour
            truth.append(box)
    noisy = image + rng.normal(0, 0.03, image.shape)
    return np.clip(noisy, 0, 1).astype("float32"), truth


@pytest.mark.parametrize("seed", range(4))
def test_every_rectangle_is_proposed(seed):
    image, truth = scene(seed)
    boxes = selective_search(image)
    assert boxes.dtype == np.float32
    assert pairwise_iou(truth, boxes).max(axis=1).min() > 0.8
    assert len(np.unique(boxes, axis=0)) == len(boxes)
    assert (boxes[:, 2:] - boxes[:, :2]).min() >= 8
    assert boxes.min() >= 0
    assert boxes.max() <= 96


def test_a_face_in_a_photograph_is_proposed():
    """The astronaut's face and the whole of her, as a person would frame them."""
    image = transform.resize(data.astronaut(), (128, 128), anti_aliasing=True)
    boxes = selective_search(image)
    assert 100 < len(boxes) < 2000
    face, all_of_her = [43, 17, 67, 50], [0, 0, 113, 128]
    best = pairwise_iou([face, all_of_her], boxes).max(axis=1)
    assert (best > 0.6).all()


def test_the_seed_only_orders():
    image, _ = scene(0)
    one, again, other = (selective_search(image, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(np.unique(one, axis=0), np.unique(other, axis=0))
    np.testing.assert_array_equal(selective_search(image, max_boxes=7), one[:7])
    small = selective_search(image, min_side=1)
    assert len(small) >= len(one)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(30, 20, 3), (30, 20), (30, 20, 1)])
def test_an_image_of_one_colour_is_one_box(value, shape):
    boxes = selective_search(np.full(shape, value))
    assert boxes.tolist() == [[0, 0, 20, 30]]


def test_tiny_images():
    for shape in ((1, 1, 3), (1, 9, 3), (3, 2)):
        image = np.random.default_rng(0).random(shape)
        boxes = selective_search(image, min_side=1)
        assert [0, 0, shape[1], shape[0]] in boxes.tolist()
        assert selective_search(image).shape == (0, 4)


def test_regions_merge_into_what_they_hold():
    """The tree of a segmentation: each merger is the union of two rows before it."""
    image, _ = scene(1)
    labels = felzenszwalb(image, scale=50, sigma=0.8, min_size=50)
    regions = Regions(labels, image)
    n = regions.count
    for i in range(n):
        y, x = np.nonzero(labels == i)
        expected = [x.min(), y.min(), x.max() + 1, y.max() + 1]
        assert regions.boxes[i].tolist() == expected
    boxes = group(regions, "CTSF")
    assert len(boxes) == 2 * n - 1
    assert boxes[-1].tolist() == [0, 0, 96, 96]
    assert regions.sizes[2 * n - 2] == labels.size
    for look in regions.looks.values():
        np.testing.assert_allclose(look.sum(axis=1), 1)
        whole = regions.sizes[:n] / labels.size @ look[:n]
        np.testing.assert_allclose(look[-1], whole)
    np.testing.assert_array_equal(group(regions, "CTSF"), boxes)


def test_similarities_by_hand():
    labels = np.repeat([[0, 0, 1, 2]], 4, axis=0)
    image = np.repeat([[[0.1], [0.1], [0.1], [0.9]]], 4, axis=0)
    regions = Regions(labels, image)
    others = np.array([1, 2])
    np.testing.assert_allclose(regions.similarity(0, others, "C"), [1, 0])
    np.testing.assert_allclose(regions.similarity(0, others, "S"), [1 / 4, 1 / 4])
    np.testing.assert_allclose(regions.similarity(0, others, "F"), [1, 3 / 4])
    both = regions.similarity(0, others, "SF")
    np.testing.assert_allclose(both, [5 / 4, 1])
    assert [sorted(x) for x in regions.neighbours()] == [[1], [0, 2], [1]]
    assert group(regions, "C").tolist()[3:] == [[0, 0, 3, 4], [0, 0, 4, 4]]


IMAGE = np.zeros((20, 20, 3))


@pytest.mark.parametrize(
    ("image", "arguments", "message"),
    [
        (np.zeros((20, 20, 3), "uint8"), {}, "divide 8-bit"),
        (np.full((20, 20, 3), 200.0), {}, r"in \[0, 1\].*200"),
        (np.full((20, 20, 3), np.nan), {}, r"in \[0, 1\]"),
        (np.zeros((20, 20, 4)), {}, "1 or 3 channels"),
        (IMAGE[None], {}, "one image"),
        (np.zeros((0, 20, 3)), {}, "one image"),
        (IMAGE, {"scales": []}, "`scales`"),
        (IMAGE, {"scales": [0]}, "`scales`"),
        (IMAGE, {"colours": "lab"}, "`colours` must be a sequence"),
        (IMAGE, {"colours": ["cmyk"]}, "cmyk"),
        (IMAGE, {"measures": ["CX"]}, "CX"),
        (IMAGE, {"measures": [""]}, "`measures`"),
        (IMAGE, {"min_side": 0}, "`min_side`"),
        (IMAGE, {"max_boxes": 0}, "`max_boxes`"),
        (IMAGE, {"seed": -1}, "`seed`"),
    ],
)
def test_refuses(image, arguments, message):
    with pytest.raises(ValueError, match=message):
        selective_search(image, **arguments)
