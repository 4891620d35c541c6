"""R-CNN: crops, support vector machines and ridge regressions as layers."""

import keras
import numpy as np
import pytest
from sklearn.linear_model import Ridge

from cnnkit.boxes import crops, iou
from cnnkit.models import RCNN, SmallBackbone
from cnnkit.models.rcnn import _svm
from tests.models.rectangles import rectangles

CLASSES = ("pedestrian", "car")


def small(**arguments):
    keras.utils.set_random_seed(0)
    return RCNN(CLASSES, SmallBackbone((16, 16, 3), (4, 8)), **arguments)


@pytest.fixture(scope="module")
def scenes():
    """Images with one coloured rectangle each, and boxes on and off it."""
    return rectangles(60, width=40, stray=20)


@pytest.fixture(scope="module")
def fitted(scenes):
    return small().fit(*scenes)


def test_it_finds_what_it_has_learned(fitted, scenes):
    images, boxes, classes, near = scenes
    right = 0
    found = fitted.detect(images, score=-1, proposals=near)
    for one, box, which in zip(found, boxes, classes, strict=True):
        if len(one):
            fits = iou(one.boxes[0], box[0].astype("float32")) > 0.5
            right += fits and one.classes[0] == which[0]
    assert right >= 50
    assert found[0].class_names == CLASSES


def test_it_is_saved_with_all_that_it_learned(fitted, scenes, tmp_path):
    images, _, _, near = scenes
    fitted.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert tuple(loaded.classes) == CLASSES
    for ours, theirs in zip(
        *(m.detect(images[:5], -1, proposals=near[:5]) for m in (fitted, loaded)),
        strict=True,
    ):
        np.testing.assert_array_equal(ours.boxes, theirs.boxes)
        np.testing.assert_array_equal(ours.scores, theirs.scores)


def test_fitting_does_not_change_the_backbone(scenes):
    model = small()
    before = model.get_layer("stage2_conv").get_weights()[0].copy()
    model.fit(*scenes)
    np.testing.assert_array_equal(
        before, model.get_layer("stage2_conv").get_weights()[0]
    )
    assert np.abs(model.get_layer("svm").get_weights()[0]).max() > 0


def test_the_same_seed_gives_the_same_model(fitted, scenes):
    again = small().fit(*scenes)
    for ours, theirs in zip(fitted.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_the_box_layer_is_the_ridge_regression_of_scikit_learn(scenes):
    images, boxes, classes, near = scenes
    model = small().fit(*scenes)
    rows, due = [], []
    for image, own, which, regions in zip(*scenes, strict=True):
        regions = np.concatenate([own, regions])
        close = iou(regions, np.array(own[0], "float32")) >= 0.6
        rows.append(
            (model.features(model.warp(image, regions)), close & (which[0] == 1))
        )
        sides, own_sides = (x[:, 2:] - x[:, :2] for x in (regions, np.array(own)))
        shift = (own[0][:2] + own_sides / 2 - regions[:, :2] - sides / 2) / sides
        due.append(np.concatenate([shift, np.log(own_sides / sides)], axis=1))
    x = np.concatenate([features for features, _ in rows])
    keep = np.concatenate([kept for _, kept in rows])
    scale = 20 / np.linalg.norm(x, axis=1).mean()
    ridge = Ridge(1000).fit(scale * x[keep], np.concatenate(due)[keep])
    kernel, bias = model.get_layer("box").get_weights()
    np.testing.assert_allclose(kernel[:, 4:], scale * ridge.coef_.T, atol=1e-4)
    np.testing.assert_allclose(bias[4:], ridge.intercept_, atol=1e-4)


def test_hard_background_is_found(monkeypatch):
    """Of 4,000 negatives only the few close ones matter, and 5 are seen at first."""
    monkeypatch.setattr("cnnkit.models.rcnn.FIRST", 5)
    rng = np.random.default_rng(0)
    positive = rng.normal([20, 5], 0.5, (50, 2))
    far = rng.normal([-20, 0], 0.5, (4000, 2))
    close = rng.normal([20, -5], 0.5, (20, 2))
    kernel, bias = _svm(positive, np.concatenate([far, close]), rng)
    assert (positive @ kernel + bias > 0).mean() > 0.9
    assert (close @ kernel + bias < 0).mean() > 0.9


def test_crops_have_sixteen_pixels_of_context_at_227():
    model = RCNN(1, SmallBackbone((227, 227, 3), (1,)))
    image = np.random.default_rng(0).random((400, 400, 3), "float32")
    (crop,) = model.warp(image, [[100, 100, 295, 295]])
    np.testing.assert_allclose(crop, image[84:311, 84:311], atol=1e-4)


def test_crops_have_one_size_whatever_the_box():
    model, image = small(), np.random.default_rng(0).random((20, 30, 3), "float32")
    assert model.warp(image, [[0, 0, 30, 20], [3, 4, 5, 18]]).shape == (2, 16, 16, 3)
    assert model.warp(image, []).shape == (0, 16, 16, 3)
    assert crops(image, [[0, 0, 4, 4]], 16).shape == (1, 16, 16, 3)


def test_images_of_several_sizes(fitted):
    images = [np.zeros((32, 40, 3)), np.zeros((20, 24, 3))]
    found = fitted.detect(images, proposals=[[[0, 0, 40, 32]], [[0, 0, 24, 20]]])
    assert len(found) == 2


def test_proposals_are_those_of_selective_search(scenes):
    model = small(proposals=5)
    found = model.detect(scenes[0][:1], score=-np.inf)
    assert 0 < len(found[0]) <= 10


def test_no_images_and_no_proposals(fitted):
    assert fitted.detect(np.zeros((0, 32, 32, 3))) == []
    (none,) = fitted.detect(np.zeros((1, 32, 32, 3)), proposals=[[]])
    assert len(none) == 0


def test_it_is_not_compiled():
    with pytest.raises(NotImplementedError, match="fit"):
        small().compile("adam")


def test_a_class_without_an_object_is_told(scenes):
    images, boxes, _, near = scenes
    with pytest.raises(ValueError, match="class 1"):
        small().fit(images[:3], boxes[:3], [[0]] * 3, near[:3])


@pytest.mark.parametrize(
    ("boxes", "classes", "near"),
    [
        ([[[9, 0, 2, 9]]], [[0]], [[]]),
        ([[[0, 0, 9, 9]]], [[2]], [[]]),
        ([[[0, 0, 9, 9]]], [[0], [0]], [[]]),
        ([[[0, 0, 9, 9]]], [[0]], [[[0, 0, 90, 9]]]),
    ],
)
def test_bad_objects_are_told(boxes, classes, near):
    with pytest.raises(ValueError, match="box|class|proposals"):
        small().fit(np.zeros((1, 32, 32, 3)), boxes, classes, near)


@pytest.mark.parametrize("image", [np.zeros((32, 32)), np.full((32, 32, 3), 255.0)])
def test_bad_images_are_told(image):
    with pytest.raises(ValueError, match="`images`"):
        small().detect([image])
