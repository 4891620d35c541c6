"""One object, or the points of one face, in an image."""

import keras
import numpy as np
import pytest

from cnnkit.datasets import faces
from cnnkit.losses import LandmarkLoss
from cnnkit.models import LandmarkNet, Localizer, SmallBackbone
from tests.checks import check_saved, check_trains

CLASSES = ("pedestrian", "car", "motorcycle")


def small(shape=(32, 48, 3)):
    return SmallBackbone(shape, filters=(4, 8))


def images(n=4, shape=(32, 48, 3)):
    return np.random.default_rng(0).random((n, *shape), "float32")


@pytest.mark.parametrize("downsample", ["pool", "stride"])
def test_backbone_halves_the_image_at_each_stage(downsample):
    backbone = SmallBackbone((50, 35, 1), (4, 8, 16), downsample)
    sides = (6, 4) if downsample == "pool" else (7, 5)
    assert backbone.output_shape == (None, *sides, 16)
    assert backbone.get_layer("stage3_relu").output.shape[-1] == 16


@pytest.mark.parametrize(
    "arguments",
    [
        {"filters": (4, 0)},
        {"filters": ()},
        {"input_shape": (8, 64, 3)},
        {"downsample": "x"},
    ],
)
def test_backbone_tells_bad_arguments(arguments):
    with pytest.raises(ValueError, match="must be"):
        SmallBackbone(**arguments)


def test_localizer_is_saved_and_trains_every_weight(tmp_path):
    model = Localizer(small(), CLASSES, units=16)
    boxes = [[[4, 4, 20, 28]], [], [[0, 0, 48, 32]], [[10, 10, 30, 20]]]
    y = model.targets(boxes, [[0], [], [1], [2]])
    check_trains(model, images(), y, model.default_loss())
    check_saved(model, images(), tmp_path)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.get_config().keys() == model.get_config().keys()
    assert loaded.detect(images(), score=0)[0].class_names == CLASSES


def test_localizer_target_follows_the_order_of_the_course():
    model = Localizer(small(), CLASSES)
    y = model.targets([[[12, 8, 36, 16]]], [[1]])
    # p_c, b_x, b_y, b_h, b_w, then one number a class.
    np.testing.assert_allclose(y[0], [1, 0.5, 0.375, 0.25, 0.5, 0, 1, 0], atol=1e-6)


def test_localizer_finds_what_its_target_says():
    model = Localizer(small(), CLASSES)
    boxes, classes = [[[12, 8, 36, 16]], []], [[1], []]
    y = model.targets(boxes, classes)
    model.predict_images = lambda images, batch_size: y
    one, none = model.detect(images(2))
    np.testing.assert_allclose(one.boxes, boxes[0], atol=1e-4)
    assert one.classes.tolist() == [1] and one.scores.tolist() == [1]
    assert len(none) == 0


def test_localizer_learns_bright_squares():
    rng = np.random.default_rng(0)
    x, boxes, classes = np.zeros((256, 32, 32, 1), "float32"), [], []
    for i, image in enumerate(x):
        left, top = rng.integers(0, 20, 2)
        image[top : top + 12, left : left + 12] = 1 if i % 3 else 0
        boxes.append([[left, top, left + 12, top + 12]] if i % 3 else [])
        classes.append([0] if i % 3 else [])
    keras.utils.set_random_seed(0)
    model = Localizer(SmallBackbone((32, 32, 1), (8, 16)), classes=1, units=32)
    model.compile(keras.optimizers.Adam(0.003))
    model.fit(x, model.targets(boxes, classes), epochs=25, batch_size=32, verbose=0)
    found = model.detect(x[:60])
    assert [len(f) for f in found] == [len(b) for b in boxes[:60]]
    errors = [
        np.abs(f.boxes - b).max()
        for f, b in zip(found, boxes[:60], strict=True)
        if len(b)
    ]
    assert np.mean(errors) < 2


@pytest.mark.parametrize(
    ("boxes", "classes", "message"),
    [
        ([[[0, 0, 9, 9], [1, 1, 8, 8]]], [[0, 1]], "one object"),
        ([[[0, 0, 9, 9]]], [[]], "one object"),
        ([[[0, 0, 9, 9]]], [[3]], "from 0 to 2"),
        ([[[9, 0, 0, 9]]], [[0]], "boxes"),
        ([[[0, 0, np.nan, 9]]], [[0]], "boxes"),
        ([[[0, 0, 90, 9]]], [[0]], "boxes"),
    ],
)
def test_localizer_tells_bad_targets(boxes, classes, message):
    with pytest.raises(ValueError, match=message):
        Localizer(small(), CLASSES).targets(boxes, classes)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((32, 48, 3)), "batch axis"),
        (np.zeros((1, 32, 48, 1)), "shape"),
        (np.full((1, 32, 48, 3), 200), "divide"),
        (np.full((1, 32, 48, 3), np.nan), "finite"),
    ],
)
def test_bad_images_are_told(x, message):
    with pytest.raises(ValueError, match=message):
        Localizer(small()).detect(x)


def test_no_images_no_detections():
    assert Localizer(small()).detect(np.zeros((0, 32, 48, 3))) == []


@pytest.mark.parametrize("classes", [0, (), ("a", "a"), (1, 2), 2.5])
def test_bad_classes_are_told(classes):
    with pytest.raises(ValueError, match="`classes` must be"):
        Localizer(small(), classes)


@pytest.mark.parametrize("head", ["maps", "dense"])
def test_landmark_net_is_saved_and_trains_every_weight(head, tmp_path):
    model = LandmarkNet(5, small(), head, units=16)
    points = np.random.default_rng(1).random((4, 5, 2))
    y = model.targets(points, [True, False, True, True])
    assert y.shape == (4, 11) and not y[1].any()
    check_trains(model, images(), y, model.default_loss())
    check_saved(model, images(), tmp_path)


def test_landmark_net_gives_back_its_target():
    model = LandmarkNet(2, small())
    y = model.targets([[[0.25, 0.5], [0.75, 0.25]]])
    model.predict_images = lambda images, batch_size: y
    p, points = model.find(images(1))
    assert p.tolist() == [1]
    np.testing.assert_array_equal(points, [[[0.25, 0.5], [0.75, 0.25]]])
    found = model.detect(images(1))[0]
    np.testing.assert_array_equal(found.boxes, [[12, 8, 36, 16]])


@pytest.mark.parametrize(
    ("points", "present", "message"),
    [
        (np.zeros((3, 4, 2)), None, "shape"),
        (np.zeros((3, 5, 2)), [True], "present"),
        (np.full((3, 5, 2), np.nan), None, "finite"),
    ],
)
def test_landmark_net_tells_bad_targets(points, present, message):
    with pytest.raises(ValueError, match=message):
        LandmarkNet(5, small()).targets(points, present)


def test_landmarks_of_people_never_seen():
    unseen = faces(60, per_person=1, seed=0, first=500_000)
    points = LandmarkNet(weights="cnnkit").find(unseen.images)[1]
    width = np.ptp(unseen.landmarks[..., 0], axis=1)
    off = np.linalg.norm(points - unseen.landmarks, axis=-1).mean(axis=1) / width
    assert off.mean() < 0.03


def test_landmark_loss_by_hand():
    y = np.array([[1, 0.2, 0.4, 0.6, 0.8], [0, 9, 9, 9, 9]], "float32")
    said = np.array([[0.5, 0.2, 0.3, 0.8, 0.8], [0.25, 0, 0, 0, 0]], "float32")
    losses = LandmarkLoss(weight=4, reduction=None)(y, said)
    due = [-np.log(0.5) + 4 * (0.1**2 + 0.2**2) / 2, -np.log(0.75)]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(losses), due, rtol=1e-5)


def test_unknown_points_of_an_empty_image_do_no_harm():
    model = LandmarkNet(5, small(), units=8)
    y = np.zeros((4, 11), "float32")
    y[0, 0] = 1
    y[1:, 1:] = np.nan
    model.compile(keras.optimizers.SGD(0.1))
    model.fit(images(), y, verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_landmark_loss_tells_bad_arguments():
    with pytest.raises(ValueError, match="weight"):
        LandmarkLoss(weight=-1)
    with pytest.raises(ValueError, match="landmarks"):
        LandmarkLoss()(np.zeros((2, 4)), np.zeros((2, 4)))
