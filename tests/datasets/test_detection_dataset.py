import inspect

import numpy as np
import pytest

from cnnkit.datasets import BadBox, DetectionDataset, street_scenes


def small(n=5, **changes):
    """Images of one number each, with 0, 1, 2, 0, 1 ... boxes."""
    fields = {
        "images": np.arange(n, dtype=np.float32)[:, None, None, None]
        * np.ones((1, 8, 10, 3), np.float32),
        "boxes": [[[1 + k, 2, 4 + k, 6] for k in range(i % 3)] for i in range(n)],
        "classes": [[(i + k) % 2 for k in range(i % 3)] for i in range(n)],
        "class_names": ["cat", "dog"],
    }
    return DetectionDataset(**{**fields, **changes})


def test_fields():
    data = small()
    assert len(data) == 5
    assert [len(b) for b in data.boxes] == [0, 1, 2, 0, 1]
    assert all(b.shape == (len(b), 4) and b.dtype == np.float32 for b in data.boxes)
    assert all(c.dtype == np.int64 for c in data.classes)
    assert data.class_names == ("cat", "dog")
    assert [d.tolist() for d in data.difficult] == [
        [],
        [False],
        [False] * 2,
        [],
        [False],
    ]
    assert data.sources == ("0", "1", "2", "3", "4")
    assert data.counts() == {"cat": 2, "dog": 2}
    assert data.report == () and data.attributes == {}


def test_it_cannot_be_changed():
    with pytest.raises(AttributeError):
        small().boxes = []


def test_images_of_several_sizes():
    images = [np.zeros((4, 5, 3)), np.zeros((6, 7, 3))]
    data = DetectionDataset(images, [[], []], [[], []], ["a"])
    assert isinstance(data.images, tuple)
    assert "2 of several sizes" in repr(data)
    assert data.subset([1]).images[0].shape == (6, 7, 3)
    with pytest.raises(ValueError, match="images of one size: load them with"):
        data.batches()


def test_empty():
    data = small(0, images=np.zeros((0, 8, 10, 3), np.float32))
    assert len(data) == 0 and data.counts() == {"cat": 0, "dog": 0}
    assert data.padded()[0].shape == (0, 1, 4)
    assert len(data.subset([])) == 0
    with pytest.raises(ValueError, match="no images"):
        data.batches()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"boxes": [[]] * 4}, "5 images, 4 boxes"),
        ({"sources": ["a"]}, "5 images, 1 sources"),
        ({"boxes": [[[1, 2, 3]]] * 5}, r"shape \(1, 3\) for image 0"),
        ({"boxes": [[[4, 2, 1, 6]]] + [[]] * 4}, r"\[4.0, 2.0, 1.0, 6.0\] for image 0"),
        ({"boxes": [[[1, 2, 1, 6]]] + [[]] * 4}, "x1 < x2"),
        ({"boxes": [[[1, 2, np.nan, 6]]] + [[]] * 4}, "finite"),
        ({"classes": [[0]] * 5}, "0 boxes of image 0"),
        ({"classes": [[], [2], [0, 0], [], [0]]}, r"2 `class_names`. Received: \[2\]"),
        ({"classes": [[], [-1], [0, 0], [], [0]]}, "positions"),
        ({"classes": [[], [0.5], [0, 0], [], [0]]}, "one integer for each box"),
        ({"difficult": [[], [], [0, 0], [], [0]]}, "`difficult` must have one value"),
        ({"crowd": [[True]] * 5}, "`crowd` must have one value for each box"),
        ({"images": np.zeros((5, 8, 10, 3), np.uint8)}, r"floats in \[0, 1\]"),
        ({"images": np.zeros((5, 8, 10))}, r"\(height, width, channels\)"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        small(**changes)


@pytest.mark.parametrize(
    "index, expected",
    [
        (slice(1, 3), [1, 2]),
        ([4, 0], [4, 0]),
        (np.array([-1]), [4]),
        (np.array([True, False, False, False, True]), [0, 4]),
        ([], []),
    ],
)
def test_subset(index, expected):
    data = small(attributes={"light": np.array(list("abcde"))})
    part = data.subset(index)
    assert part.images[:, 0, 0, 0].tolist() == expected
    assert part.sources == tuple(map(str, expected))
    assert [len(b) for b in part.boxes] == [i % 3 for i in expected]
    assert part.attributes["light"].tolist() == ["abcde"[i] for i in expected]


@pytest.mark.parametrize("index", [3, [[0]], [0.5], [9], "a", [True]])
def test_a_bad_index(index):
    with pytest.raises(ValueError, match="`index` must"):
        small().subset(index)


def test_split():
    data = small(20)
    train, test = data.split(0.25, seed=1)
    assert len(train) == 15 and len(test) == 5
    assert set(train.sources) | set(test.sources) == set(data.sources)
    again = data.split(0.25, seed=1)
    assert again[1].sources == test.sources
    assert data.split(0.25, seed=2)[1].sources != test.sources


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 1, 5, None, 0.01])
def test_a_bad_split(share):
    with pytest.raises(ValueError, match="`test_fraction` must be a float"):
        small().split(share)


def test_padded():
    boxes, classes = small().padded()
    assert boxes.shape == (5, 2, 4) and classes.shape == (5, 2)
    assert classes.tolist() == [[-1, -1], [1, -1], [0, 1], [-1, -1], [0, -1]]
    assert boxes[1].tolist() == [[1, 2, 4, 6], [0, 0, 0, 0]]
    assert small().padded(7)[1].shape == (5, 7)
    with pytest.raises(ValueError, match="at least 2"):
        small().padded(1)


def test_crowds_are_not_learned_from():
    crowd = [[], [False], [True, False], [], [False]]
    boxes, classes = small(crowd=crowd).padded()
    assert classes.tolist() == [[-1], [1], [1], [-1], [0]]
    assert boxes[2].tolist() == [[2, 2, 5, 6]]


def test_batches():
    data = small(7)
    assert inspect.isgenerator(data.batches())
    batches = list(data.batches(3, seed=4))
    assert [len(images) for images, _, _ in batches] == [3, 3, 1]
    assert {b.shape[1:] for _, b, _ in batches} == {(2, 4)}
    seen = np.concatenate([images[:, 0, 0, 0] for images, _, _ in batches]).astype(int)
    assert sorted(seen) == list(range(7))
    all_boxes, all_classes = data.padded()
    np.testing.assert_array_equal(
        np.concatenate([b for _, b, _ in batches]), all_boxes[seen]
    )
    np.testing.assert_array_equal(
        np.concatenate([c for _, _, c in batches]), all_classes[seen]
    )
    assert len(list(data.batches(3, drop_last=True))) == 2
    assert len(list(data.batches(9, drop_last=True))) == 0
    assert len(list(data.batches(3, epochs=4))) == 12


def order(batches):
    return [int(image[0, 0, 0]) for images, _, _ in batches for image in images]


def test_batches_come_in_an_order_that_the_seed_decides():
    data = small(12)
    first = order(data.batches(5, seed=1, epochs=2))
    assert first == order(data.batches(5, seed=1, epochs=2))
    assert first[:12] != first[12:]
    assert first != order(data.batches(5, seed=2, epochs=2))
    assert order(data.batches(5, shuffle=False)) == list(range(12))
    for_ever = data.batches(12, epochs=None)
    assert order([next(for_ever) for _ in range(3)])[24:] != list(range(12))


@pytest.mark.parametrize(
    "arguments",
    [{"batch_size": 0}, {"batch_size": 2.0}, {"seed": -1}, {"epochs": -1}],
)
def test_bad_arguments_of_batches_are_told_at_once(arguments):
    with pytest.raises(ValueError, match=f"`{next(iter(arguments))}` must be"):
        small().batches(**arguments)


def test_mirror():
    data = street_scenes(24, seed=3)
    plain = list(data.batches(24, shuffle=False))[0]
    images, boxes, classes = next(data.batches(24, shuffle=False, mirror=True))
    turned = np.array(
        [not np.array_equal(a, b) for a, b in zip(images, plain[0], strict=True)]
    )
    assert 3 < turned.sum() < 21
    np.testing.assert_array_equal(images[turned], plain[0][turned][:, :, ::-1])
    np.testing.assert_array_equal(boxes[~turned], plain[1][~turned])
    np.testing.assert_array_equal(classes, plain[2])
    real = classes[turned] >= 0
    ours, theirs = boxes[turned][real], plain[1][turned][real]
    np.testing.assert_allclose(ours[:, 0], 96 - theirs[:, 2], atol=1e-5)
    np.testing.assert_allclose(ours[:, 2], 96 - theirs[:, 0], atol=1e-5)
    np.testing.assert_array_equal(ours[:, [1, 3]], theirs[:, [1, 3]])
    assert (boxes[classes < 0] == 0).all()
    np.testing.assert_array_equal(data.images, plain[0])


def test_augment():
    data = small(6)

    def drop_first(image, boxes, classes, rng):
        return image + rng.random(), boxes[1:], classes[1:]

    images, boxes, classes = next(data.batches(6, augment=drop_first, shuffle=False))
    assert (images.ptp() if hasattr(images, "ptp") else np.ptp(images)) > 0
    assert classes.tolist() == [[-1, -1]] * 2 + [[1, -1]] + [[-1, -1]] * 2 + [[0, -1]]
    assert data.images[3].max() == 3
    with pytest.raises(ValueError, match="same shape"):
        next(data.batches(6, augment=lambda i, b, c, rng: (i[:2], b, c)))
    with pytest.raises(ValueError, match="more than 2 objects"):
        next(
            data.batches(
                6, augment=lambda i, b, c, rng: (i, [[0, 0, 1, 1]] * 3, [0] * 3)
            )
        )


def test_a_bad_box_reads_like_a_sentence():
    bad = BadBox("a.xml", "car", (1.0, 2.5, "x", 4), "it is not four finite numbers")
    assert str(bad) == "a.xml: car (1, 2.5, x, 4): it is not four finite numbers"
