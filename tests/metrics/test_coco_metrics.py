"""COCO's figures beside pycocotools, on scenes with ties, crowds and all sizes."""

import contextlib
import io

import keras
import numpy as np
import pytest

from cnnkit.metrics import COCOMetrics, MeanAveragePrecision, _matching
from tests.metrics.scenes import scenes, without


def pycocotools(truth, found, classes, **parameters):
    """Return the evaluation of pycocotools."""
    coco = pytest.importorskip("pycocotools.coco")
    cocoeval = pytest.importorskip("pycocotools.cocoeval")
    objects, results = [], []
    for i, (t, f) in enumerate(zip(truth, found, strict=True)):
        for j, box in enumerate(t["boxes"].tolist()):
            row = {"id": len(objects) + 1, "image_id": i, "bbox": box}
            row["area"] = t["area"][j] if "area" in t else box[2] * box[3]
            row["iscrowd"] = int(t["crowd"][j])
            objects.append({**row, "category_id": int(t["classes"][j])})
        for j, box in enumerate(f["boxes"].tolist()):
            row = {"image_id": i, "bbox": box, "score": float(f["scores"][j])}
            results.append({**row, "category_id": int(f["classes"][j])})
    with contextlib.redirect_stdout(io.StringIO()):
        data = coco.COCO()
        data.dataset = {
            "images": [{"id": i} for i in range(len(truth))],
            "annotations": objects,
            "categories": [{"id": c} for c in range(classes)],
        }
        data.createIndex()
        evaluation = cocoeval.COCOeval(data, data.loadRes(results), "bbox")
        for name, value in parameters.items():
            setattr(evaluation.params, name, value)
        evaluation.evaluate()
        evaluation.accumulate()
        if not parameters:
            evaluation.summarize()
    return evaluation


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("grid", [False, True])
def test_equals_pycocotools(seed, grid):
    truth, found = scenes(seed, classes=1 + seed % 4, most=3 + 2 * seed, grid=grid)
    truth = without(truth, "difficult")
    metric = COCOMetrics("xywh")
    metric.update_state(truth[:2], found[:2])
    metric.update_state(truth[2:], found[2:])
    ours = list(metric.result().values())
    theirs = pycocotools(truth, found, 1 + seed % 4).stats
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_more_than_a_hundred_detections():
    truth, found = scenes(3, images=3, classes=1, most=60)
    truth = without(truth, "difficult", "area")
    metric = COCOMetrics("xywh")
    metric.update_state(truth, found)
    theirs = pycocotools(truth, found, 1).stats
    np.testing.assert_allclose(list(metric.result().values()), theirs, atol=1e-9)


def test_corners_are_as_good():
    truth, found = scenes(5)
    theirs = pycocotools(truth, found, 3).stats
    for items in (truth, found):
        for item in items:
            item["boxes"] = item["boxes"].copy()
            item["boxes"][:, 2:] += item["boxes"][:, :2]
    metric = COCOMetrics()
    metric.update_state(without(truth, "difficult"), found)
    np.testing.assert_allclose(list(metric.result().values()), theirs, atol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_other_thresholds_and_limits(seed):
    thresholds, most = [0.3, 0.6, 1.0], 5
    truth, found = scenes(seed, grid=True)
    truth = without(truth, "difficult", "area")
    metric = MeanAveragePrecision(
        thresholds, "101", "coco", max_detections=most, box_format="xywh"
    )
    metric.update_state(truth, found)
    evaluation = pycocotools(
        truth, found, 3, iouThrs=np.array(thresholds), maxDets=[most]
    )
    precision = evaluation.eval["precision"][..., 0, 0]  # threshold, recall, class
    for which, value in metric.per_class().items():
        assert value == pytest.approx(precision[..., which].mean(), abs=1e-9)


def test_pairs_in_blocks(monkeypatch):
    """Large sets are compared a block at a time."""
    truth, found = scenes(7, classes=1)
    results = []
    for block in (10**6, 50, 1):
        monkeypatch.setattr(_matching, "PAIRS_AT_ONCE", block)
        metric = COCOMetrics("xywh")
        metric.update_state(truth, found)
        results.append(metric.result())
    assert results[0] == results[1] == results[2]


def test_no_objects_of_a_size():
    metric = COCOMetrics()
    metric.update_state(
        {"boxes": [[0, 0, 10, 10]], "classes": [0]},
        {"boxes": [[0, 0, 10, 10]], "classes": [0], "scores": [1]},
    )
    figures = metric.result()
    assert figures["AP"] == figures["AP_small"] == figures["AR1"] == 1
    assert figures["AP_large"] == figures["AR_medium"] == -1


def test_no_objects_at_all():
    metric = COCOMetrics()
    with pytest.raises(ValueError, match="call `update_state` first"):
        metric.result()
    empty = {"boxes": [], "classes": [], "scores": []}
    metric.update_state(empty, empty)
    assert set(metric.result().values()) == {-1.0}
    metric.update_state({"boxes": [[0, 0, 9, 9]], "classes": [0]}, empty)
    assert metric.result()["AP"] == metric.result()["AR100"] == 0
    metric.reset_state()
    with pytest.raises(ValueError, match="No image"):
        metric.result()


def test_config_and_format():
    metric = COCOMetrics("yxyx")
    twin = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(metric)
    )
    assert twin.get_config() == {"box_format": "yxyx"}
    with pytest.raises(ValueError, match="`box_format` must be in pixels"):
        COCOMetrics("rel_xyxy")
