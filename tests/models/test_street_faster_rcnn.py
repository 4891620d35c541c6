"""The Faster R-CNN that ships: small, whole, and as good as it is said to be."""

import h5py
import numpy as np
import pytest

from cnnkit.boxes import pairwise_iou
from cnnkit.datasets import shipped_folder, street_scenes
from cnnkit.metrics import MeanAveragePrecision
from cnnkit.models import StreetFasterRCNN


@pytest.fixture(scope="module")
def scenes():
    return street_scenes(60, seed=77)


@pytest.fixture(scope="module")
def model():
    return StreetFasterRCNN(weights="cnnkit")


def test_the_file_is_small_and_holds_no_optimiser():
    path = shipped_folder() / "streetfasterrcnn.weights.h5"
    assert path.stat().st_size < 3_000_000
    with h5py.File(path) as file:
        assert not any("optimizer" in name for name in file)


def test_it_finds_what_is_in_the_street(model, scenes):
    metric = MeanAveragePrecision(class_names=scenes.class_names)
    metric.update_state(scenes, model.detect(scenes.images, score=0.01))
    # 0.85 and more on 500 scenes; sixty may be harder.
    assert metric.result() > 0.8


def test_it_proposes_nearly_all_that_there_is(model, scenes):
    found = [
        (pairwise_iou(own, near) >= 0.5).any(axis=1)
        for own, near in zip(scenes.boxes, model.propose(scenes.images), strict=True)
    ]
    assert np.concatenate(found).mean() > 0.9


def test_weights_of_a_path_and_a_name_that_is_not_there(model, scenes, tmp_path):
    model.save_weights(tmp_path / "own.weights.h5")
    other = StreetFasterRCNN(weights=tmp_path / "own.weights.h5", name="other")
    assert other.name == "other"
    for ours, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(ValueError, match="`weights`"):
        StreetFasterRCNN(weights="imagenot")
