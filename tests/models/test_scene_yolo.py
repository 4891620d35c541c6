"""The YOLO that ships for drawn scenes: its form, its file, and what it finds."""

import numpy as np
import pytest

from cnnkit import datasets
from cnnkit.datasets.described_scenes import NAMES
from cnnkit.models import YOLO, SceneYOLO
from cnnkit.models.scene_yolo import CLASSES
from tests.checks import check_saved


@pytest.fixture(scope="module")
def shipped():
    return SceneYOLO(weights="cnnkit")


def test_its_form(shipped, tmp_path):
    assert isinstance(shipped, YOLO)
    assert CLASSES == NAMES == shipped.classes
    assert shipped.output_shape == (None, 6, 6, 1, 35)
    assert shipped.count_params() < 150_000
    path = datasets.shipped_folder() / "sceneyolo.weights.h5"
    assert path.stat().st_size < 1_000_000
    check_saved(shipped, datasets.described_scenes(2).images, tmp_path)


def test_it_finds_what_it_has_not_seen(shipped):
    # 0.95 on 500 scenes; a hundred others may be harder.
    scenes = datasets.described_scenes(100, seed=3000)
    due = scenes.detection()
    found = shipped.detect(scenes.images)
    whole = [
        sorted(one.classes) == sorted(classes)
        for one, classes in zip(found, due.classes, strict=True)
    ]
    assert np.mean(whole) > 0.88


def test_an_empty_picture_holds_nothing(shipped):
    assert len(shipped.detect(np.full((1, 48, 48, 3), 0.3, "float32"))[0]) == 0


def test_other_weights_are_refused():
    with pytest.raises(ValueError, match="weights"):
        SceneYOLO(weights="imagenet")
