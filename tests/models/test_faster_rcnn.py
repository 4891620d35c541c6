"""Faster R-CNN: proposals, targets, losses, and that it can learn."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.boxes import encode_offsets, nms, pairwise_iou
from cnnkit.losses import FastRCNNLoss
from cnnkit.models import FasterRCNN, SmallBackbone, _regions
from cnnkit.models._region_proposals import RegionProposals
from tests.models.rectangles import found_first, rectangles

CLASSES = ("pedestrian", "car", "motorcycle")
BOXES = [[[2, 2, 12, 20]], [], [[4, 4, 28, 16], [0, 0, 10, 22]]]
LABELS = [[0], [], [1, 2]]


def small(**arguments):
    backbone = SmallBackbone((24, 32, 3), (4, 8))
    good = {"sizes": (8, 16), "proposals": 16, "filters": 8, "pool_size": 2, "units": 8}
    return FasterRCNN(CLASSES, backbone, **{**good, **arguments})


def scenes(n=3):
    return np.random.default_rng(0).random((n, 24, 32, 3), "float32")


def proposals_layer(count=10):
    return RegionProposals(
        (24, 32),
        (6, 8),
        4,
        sizes=(8, 16),
        ratios=(0.5, 2.0),
        count=count,
        candidates=60,
    )


def random_scores(n=2, anchors=192):
    rng = np.random.default_rng(0)
    said = rng.normal(0, 0.4, (n, anchors, 5)).astype("float32")
    said[..., 0] = rng.normal(0, 2, (n, anchors))
    return said


def test_proposals_are_a_layer_like_any_other():
    layer, said = proposals_layer(), random_scores()
    boxes = ops.convert_to_numpy(layer(said))
    assert boxes.shape == layer.compute_output_shape(said.shape) == (2, 10, 4)
    assert layer(keras.Input((192, 5))).shape == (None, 10, 4)
    twin = RegionProposals.from_config(layer.get_config())
    np.testing.assert_array_equal(ops.convert_to_numpy(twin(said)), boxes)
    alone = ops.convert_to_numpy(layer(said[:1]))
    np.testing.assert_allclose(alone, boxes[:1], atol=1e-5)
    half = RegionProposals.from_config({**layer.get_config(), "dtype": "float16"})
    assert keras.backend.standardize_dtype(half(said).dtype) == "float32"


@pytest.mark.parametrize("count", [12, 60])
def test_proposals_are_those_of_greedy_suppression(count):
    layer, said = proposals_layer(count), random_scores()
    for ours, one in zip(ops.convert_to_numpy(layer(said)), said, strict=True):
        best = np.argsort(-one[:, 0], kind="stable")[:60]
        boxes = decoded(one[best, 1:], layer.anchors[best])
        kept = nms(boxes, one[best, 0], iou_threshold=0.7)
        assert 12 < len(kept) < 60
        dropped = np.setdiff1d(np.arange(60), kept)
        due = boxes[np.concatenate([kept, dropped])[:count]]
        np.testing.assert_allclose(ours, due, atol=1e-4)


def decoded(offsets, anchors):
    sizes = anchors[:, 2:] - anchors[:, :2]
    centres = (anchors[:, :2] + anchors[:, 2:]) / 2 + offsets[:, :2] * sizes
    sizes = sizes * np.exp(offsets[:, 2:])
    boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)
    return np.clip(boxes, 0, [32, 24, 32, 24])


def test_it_trains_every_weight_and_is_saved(tmp_path):
    model = small()
    y = model.targets(BOXES, LABELS)
    # Proposals of random weights overlap no object: give the head one as its truth.
    y["regions"][0, 0, 1:] = regions_of(model)[0, 0, :4]
    before = [ops.convert_to_numpy(w) for w in model.trainable_weights]
    model.compile(keras.optimizers.SGD(0.1))
    history = model.fit(scenes(), y, verbose=0, batch_size=3)
    assert np.isfinite(history.history["loss"]).all()
    for weight, old in zip(model.trainable_weights, before, strict=True):
        new = ops.convert_to_numpy(weight)
        assert np.isfinite(new).all() and not np.array_equal(new, old), weight.path
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(regions_of(model), regions_of(loaded))
    assert loaded.sizes == model.sizes and tuple(loaded.classes) == CLASSES
    loaded.fit(scenes(), y, verbose=0)


def regions_of(model):
    return ops.convert_to_numpy(model(scenes(), training=False)["regions"])


def test_one_that_was_not_compiled_is_saved(tmp_path):
    model = small(align=False)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.align is False
    np.testing.assert_array_equal(regions_of(model), regions_of(loaded))


def test_there_can_be_as_many_proposals_as_anchors():
    model = small(proposals=288)
    assert regions_of(model).shape == (3, 288, 20)


def test_targets_of_the_anchors():
    model = small()
    y = model.targets(BOXES, LABELS, samples=40, seed=1)["anchors"]
    labels = y[..., 0]
    assert ((labels >= 0).sum(axis=1) <= 40).all()
    for own, row in zip(BOXES, y, strict=True):
        overlaps = pairwise_iou(
            model.anchors, np.reshape(own, (-1, 4)).astype("float32")
        )
        best = overlaps.max(axis=1, initial=0)
        positive = row[:, 0] == 1
        assert positive.any() == bool(own)
        assert (best[row[:, 0] == 0] < 0.3).all()
        if own:
            matched = np.array(own, "float32")[overlaps.argmax(axis=1)]
            np.testing.assert_allclose(
                row[positive, 1:],
                encode_offsets(matched[positive], model.anchors[positive]),
                atol=1e-5,
            )


def test_the_same_seed_chooses_the_same_anchors():
    model = small()
    one, other = (model.targets(BOXES, LABELS, 20, seed=s) for s in (3, 3))
    np.testing.assert_array_equal(one["anchors"], other["anchors"])
    third = model.targets(BOXES, LABELS, 20, seed=4)
    assert (one["anchors"] != third["anchors"]).any()


def test_objects_may_come_padded():
    model = small()
    plain = model.targets(BOXES, LABELS)
    boxes, classes = np.zeros((3, 2, 4)), np.full((3, 2), -1)
    for i, (own, which) in enumerate(zip(BOXES, LABELS, strict=True)):
        boxes[i, : len(own)], classes[i, : len(own)] = np.reshape(own, (-1, 4)), which
    padded = model.targets(boxes, classes)
    for name in plain:
        np.testing.assert_array_equal(plain[name], padded[name])


def test_the_loss_of_regions_finds_which_object_each_stands_for():
    regions = np.array([[[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]]], "float32")
    truth = np.array([[[-1, 0, 0, 0, 0], [1, 0, 0, 10, 12]]], "float32")
    said = np.random.default_rng(0).normal(size=(1, 3, 11)).astype("float32")
    due = np.zeros((1, 3, 5), "float32")
    due[0, :2, 0] = 2
    box = truth[0, 1, 1:]
    due[0, :2, 1:] = encode_offsets(box, regions[0, :2], stds=_regions.STDS)
    ours = _regions.RegionsLoss(2)(truth, np.concatenate([regions, said], axis=-1))
    assert float(ours) == pytest.approx(float(FastRCNNLoss(2)(due, said)), rel=1e-5)


def test_what_the_head_says_becomes_detections():
    regions = np.array([[0, 0, 10, 10], [0, 1, 10, 11], [5, 5, 5, 9], [2, 2, 8, 8.0]])
    said = np.zeros((4, 11), "float32")
    said[:, 0] = [0, 0, 0, 9]  # the last one is background
    said[:, 1] = [5, 4, 9, 0]  # the third has no area
    said[:2, 3:7] = encode_offsets(
        [[0, 0, 10, 12]] * 2, regions[:2], stds=_regions.STDS
    )
    (found,) = [_regions.detections(regions, said, (20, 20), ("a", "b"), 0.5, 0.5)]
    assert len(found) == 1 and found.classes[0] == 0
    np.testing.assert_allclose(found.boxes, [[0, 0, 10, 12]], atol=1e-4)
    assert found.scores[0] == pytest.approx(np.exp(5) / (np.exp(5) + 2), rel=1e-5)


def test_it_learns_coloured_rectangles():
    x, boxes, classes = rectangles(192)
    keras.utils.set_random_seed(0)
    backbone = SmallBackbone((32, 32, 3), (8, 16))
    model = FasterRCNN(
        2,
        backbone,
        (8, 12),
        (0.5, 2.0),
        proposals=16,
        filters=16,
        pool_size=3,
        units=32,
    )
    model.compile(keras.optimizers.Adam(0.005))
    y = model.targets(boxes, classes)
    model.fit(x, y, epochs=8, batch_size=16, verbose=0)
    right = found_first(model.detect(x[:50]), boxes[:50], classes[:50])
    assert right >= 45


def test_no_images_and_no_objects():
    model = small()
    assert model.detect(np.zeros((0, 24, 32, 3))) == []
    assert model.propose(np.zeros((0, 24, 32, 3))).shape == (0, 16, 4)
    y = model.targets([[], []], [[], []])
    assert y["regions"].shape == (2, 1, 5) and (y["regions"][..., 0] == -1).all()
    said = model(scenes(2))
    for name, loss in model.default_loss().items():
        assert np.isfinite(float(loss(y[name], said[name])))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"proposals": 0}, "`proposals`"),
        ({"proposals": 10_000}, "number of anchors"),
        ({"sizes": (8, -1)}, "`sizes`"),
        ({"ratios": ()}, "`ratios`"),
        ({"filters": 0}, "`filters`"),
        ({"pool_size": 1.5}, "`pool_size`"),
        ({"units": -1}, "`units`"),
    ],
)
def test_bad_arguments_are_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


def test_a_backbone_of_two_strides_is_told():
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.MaxPooling2D((2, 4))(inputs)
    with pytest.raises(ValueError, match="one stride"):
        FasterRCNN(2, keras.Model(inputs, x))


@pytest.mark.parametrize(
    ("boxes", "classes"),
    [
        ([[[9, 0, 2, 9]]], [[0]]),
        ([[[0, 0, np.nan, 9]]], [[0]]),
        ([[[0, 0, 90, 9]]], [[0]]),
        ([[[0, 0, 9, 9]]], [[3]]),
        ([[[0, 0, 9, 9]]], [[0.5]]),
        ([[[0, 0, 9, 9]]], [[0, 1]]),
        ([[[0, 0, 9, 9]]], [[0], [1]]),
    ],
)
def test_bad_targets_are_told(boxes, classes):
    with pytest.raises(ValueError, match="box|class"):
        small().targets(boxes, classes)


@pytest.mark.parametrize("images", [scenes()[0], scenes() * 255, scenes()[:, :8]])
def test_bad_images_are_told(images):
    with pytest.raises(ValueError, match="`images`"):
        small().detect(images)
