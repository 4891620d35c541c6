"""The YOLO that ships: its form, its file, and how much it finds."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit import datasets
from cnnkit.metrics import MeanAveragePrecision
from cnnkit.models import YOLO, StreetYOLO
from tests.checks import check_saved


@pytest.fixture(scope="module")
def unseen():
    return datasets.street_scenes(100, seed=3000)


@pytest.fixture(scope="module")
def shipped():
    return StreetYOLO(weights="cnnkit")


def precision_of(model, scenes):
    metric = MeanAveragePrecision(class_names=scenes.class_names)
    metric.update_state(scenes, model.detect(scenes.images, score=0.02))
    return metric


def test_it_is_a_yolo_for_street_scenes(shipped, unseen):
    assert isinstance(shipped, YOLO)
    assert shipped.input_shape == (None, 96, 96, 3)
    assert shipped.output_shape == (None, 12, 12, 2, 8)
    assert tuple(shipped.classes) == unseen.class_names
    assert shipped.count_params() < 700_000


def test_its_file_is_small():
    path = datasets.shipped_folder() / "streetyolo.weights.h5"
    assert path.stat().st_size < 3_000_000


def test_it_finds_what_it_has_not_seen(shipped, unseen):
    # 0.968 on 500 scenes; a hundred others may be harder.
    metric = precision_of(shipped, unseen)
    assert metric.result() > 0.92
    assert min(metric.per_class().values()) > 0.6


def test_without_weights_it_finds_nothing(unseen):
    keras.utils.set_random_seed(0)
    few = unseen.subset(slice(0, 10))
    assert precision_of(StreetYOLO(), few).result() < 0.1


def test_an_empty_picture_holds_nothing(shipped):
    grey = np.full((1, 96, 96, 3), 0.5, "float32")
    assert len(shipped.detect(grey, score=0.5)[0]) == 0


def test_every_number_of_the_file_is_finite(shipped):
    assert all(np.isfinite(ops.convert_to_numpy(w)).all() for w in shipped.weights)


def test_it_is_saved_and_loaded(shipped, unseen, tmp_path):
    check_saved(shipped, unseen.images[:2], tmp_path)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is YOLO and loaded.grid == shipped.grid
    np.testing.assert_array_equal(loaded.anchors, shipped.anchors)
    assert tuple(loaded.classes) == tuple(shipped.classes)
    shipped.save_weights(tmp_path / "own.weights.h5")
    again = StreetYOLO(weights=tmp_path / "own.weights.h5", name="mine")
    assert again.name == "mine"
    np.testing.assert_array_equal(
        again.predict(unseen.images[:2], verbose=0),
        shipped.predict(unseen.images[:2], verbose=0),
    )


@pytest.mark.parametrize("weights", ["imagenet", "nowhere.h5", 3])
def test_other_weights_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        StreetYOLO(weights=weights)


def test_the_file_of_another_network_is_refused():
    path = datasets.shipped_folder() / "cifarvgg.weights.h5"
    with pytest.raises(ValueError, match="not made for 'street_yolo'"):
        StreetYOLO(weights=path)


def test_images_of_another_size_are_refused(shipped):
    with pytest.raises(ValueError, match="`images` must be of shape"):
        shipped.detect(np.zeros((1, 64, 64, 3), "float32"))
    with pytest.raises(ValueError, match="divide pixels"):
        shipped.detect(np.full((1, 96, 96, 3), 255))
