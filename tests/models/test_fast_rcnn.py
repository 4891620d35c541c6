"""Fast R-CNN: regions to learn from, shapes, and that it can learn."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.boxes import encode_offsets, pairwise_iou, selective_search
from cnnkit.layers import RoIPooling
from cnnkit.models import FastRCNN, SmallBackbone, _regions
from tests.checks import check_saved, check_trains
from tests.models.rectangles import found_first, rectangles

CLASSES = ("pedestrian", "car", "motorcycle")
BOXES = [[[2, 2, 12, 20]], [], [[4, 4, 28, 16], [0, 0, 10, 22]]]
LABELS = [[0], [], [1, 2]]


def small(**arguments):
    backbone = SmallBackbone((24, 32, 3), (4, 8))
    good = {"proposals": 20, "pool_size": 2, "units": 8}
    return FastRCNN(CLASSES, backbone, **{**good, **arguments})


def scenes(n=3):
    return np.random.default_rng(0).random((n, 24, 32, 3), "float32")


def proposals(n=3, each=30):
    rng = np.random.default_rng(1)
    low = rng.uniform(0, [20, 14], (n, each, 2))
    high = low + rng.uniform(4, 10, (n, each, 2))
    return list(np.concatenate([low, high], axis=-1).astype("float32"))


def test_it_trains_every_weight_and_is_saved(tmp_path):
    model = small()
    regions, y = model.targets(BOXES, LABELS, proposals(), samples=12)
    inputs = [scenes(), regions]
    check_trains(model, inputs, y, model.default_loss())
    check_saved(model, inputs, tmp_path)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.proposals == 20 and tuple(loaded.classes) == CLASSES
    loaded.fit(inputs, y, verbose=0)


@pytest.mark.parametrize("align", [False, True])
def test_the_backbone_sees_the_image_once_and_the_head_each_region(align):
    model = small(align=align)
    regions = np.stack(proposals())
    said = ops.convert_to_numpy(model([scenes(), regions]))
    assert said.shape == (3, 30, 16)
    alone = ops.convert_to_numpy(model([scenes(), regions[:, 7:8]]))
    np.testing.assert_allclose(said[:, 7:8], alone, atol=1e-5)


def test_regions_are_read_on_the_grid_of_the_maps():
    model = small()
    layer = model.get_layer("region_grid")
    assert isinstance(layer, RoIPooling) and layer.spatial_scale == 1 / 4


def test_regions_to_learn_from():
    model = small()
    regions, y = model.targets(BOXES, LABELS, proposals(), samples=16)
    assert regions.shape == (3, 16, 4) and y.shape == (3, 16, 5)
    assert (y[1, :, 0] == -1).all()  # without an object no region reaches 0.1
    for i in (0, 2):
        own, used = np.array(BOXES[i], "float32"), y[i, :, 0] >= 0
        overlaps = pairwise_iou(regions[i, used], own)
        best, which = overlaps.max(axis=1), overlaps.argmax(axis=1)
        is_object = y[i, used, 0] > 0
        assert 1 <= is_object.sum() <= 4
        assert (best[is_object] >= 0.5).all()
        assert ((best[~is_object] < 0.5) & (best[~is_object] >= 0.1)).all()
        labels = np.array(LABELS[i])[which] + 1
        np.testing.assert_array_equal(y[i, used, 0][is_object], labels[is_object])
        offsets = encode_offsets(own[which], regions[i, used], stds=_regions.STDS)
        np.testing.assert_allclose(
            y[i, used, 1:][is_object], offsets[is_object], atol=1e-4
        )


def test_with_no_lowest_overlap_images_without_objects_teach_too():
    regions, y = small().targets(BOXES, LABELS, proposals(), samples=16, lowest=0)
    assert (y[1, :, 0] == 0).sum() == 12 or (y[1, :, 0] == 0).all()
    assert (regions[1, y[1, :, 0] == 0, 2] > 0).all()


def test_proposals_are_those_of_selective_search():
    model, images = small(), scenes(2)
    for ours, image in zip(model.propose(images), images, strict=True):
        np.testing.assert_array_equal(ours, selective_search(image, max_boxes=20))


def test_it_learns_coloured_rectangles():
    x, boxes, classes, near = rectangles(160, stray=24)
    keras.utils.set_random_seed(0)
    backbone = SmallBackbone((32, 32, 3), (8, 16))
    model = FastRCNN(2, backbone, proposals=32, pool_size=3, units=32)
    model.compile(keras.optimizers.Adam(0.005), jit_compile=False)
    regions, y = model.targets(boxes, classes, near, samples=32, lowest=0)
    model.fit([x, regions], y, epochs=6, batch_size=16, verbose=0)
    found = model.detect(x[:50], proposals=near[:50])
    right = found_first(found, boxes[:50], classes[:50])
    assert right >= 45


def test_no_images_no_proposals_and_no_objects():
    model = small()
    assert model.detect(np.zeros((0, 24, 32, 3))) == []
    found = model.detect(scenes(2), score=0, proposals=[[], [[0, 0, 9, 9]]])
    assert len(found[0]) == 0 and len(found[1]) > 0
    regions, y = model.targets([[]], [[]], [[]], samples=4)
    assert regions.shape == (1, 4, 4) and (y[..., 0] == -1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"proposals": 0}, "`proposals`"),
        ({"pool_size": 0}, "`pool_size`"),
        ({"units": 2.5}, "`units`"),
    ],
)
def test_bad_arguments_are_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


@pytest.mark.parametrize(
    ("boxes", "classes", "near"),
    [
        ([[[9, 0, 2, 9]]], [[0]], [[]]),
        ([[[0, 0, 9, 9]]], [[3]], [[]]),
        ([[[0, 0, 9, 9]]], [[0]], [[[0, 0, 90, 9]]]),
        ([[[0, 0, 9, 9]]], [[0]], []),
    ],
)
def test_bad_targets_are_told(boxes, classes, near):
    with pytest.raises(ValueError, match="box|class|proposals"):
        small().targets(boxes, classes, near)


def test_bad_proposals_are_told():
    with pytest.raises(ValueError, match="one array an image"):
        small().detect(scenes(), proposals=[[]])
    with pytest.raises(ValueError, match="`boxes`|box"):
        small().detect(scenes(1), proposals=[[[5, 5, 2, 9]]])
