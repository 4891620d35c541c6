"""Average precision: published figures, cases by hand, and PASCAL VOC's loop."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnkit.boxes import Detections, iou
from cnnkit.metrics import (
    AveragePrecision,
    MeanAveragePrecision,
    average_precision,
)
from tests.metrics.scenes import scenes, without

# A widely used example: 24 detections of 15 objects, of which these are true. Padilla,
# Netto and da Silva, "A survey on performance metrics for object-detection
# algorithms", 2020, give 24.56 % for all points and 26.84 % for eleven.
TRUE = [1, 3, 10, 12, 13, 14, 23]


def test_published_figures():
    hits = np.isin(np.arange(1, 25), TRUE).cumsum()
    recall, precision = hits / 15, hits / np.arange(1, 25)
    assert average_precision(recall, precision) == pytest.approx(0.2456, abs=1e-4)
    assert average_precision(recall, precision, "11") == pytest.approx(0.2684, abs=1e-4)


@pytest.mark.parametrize(
    ("recall", "precision", "expected"),
    [
        ([1.0], [1.0], (1, 1, 1)),
        ([], [], (0, 0, 0)),
        ([0.0, 0.0], [0.0, 0.0], (0, 0, 0)),
        ([0.5], [1.0], (0.5, 6 / 11, 51 / 101)),
        # A later point lifts the earlier ones up to itself.
        ([0.0, 0.5, 1.0], [0.0, 0.5, 2 / 3], (2 / 3, 2 / 3, 2 / 3)),
        # Recall 3 / 10 reaches the fourth of eleven points, whatever floats say.
        ([3 / 10], [1.0], (0.3, 4 / 11, 31 / 101)),
    ],
)
def test_by_hand(recall, precision, expected):
    for method, value in zip(("all", "11", "101"), expected, strict=True):
        found = average_precision(recall, precision, method)
        assert found == pytest.approx(value, abs=1e-12)


def naive(truth, found, class_id, threshold, inclusive):
    """VOC's evaluation: all detections of a class, best first, one at a time."""
    extra = 1 if inclusive else 0

    def corners(boxes):
        return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)

    queue, positives = [], 0
    for i, (t, f) in enumerate(zip(truth, found, strict=True)):
        mine = t["classes"] == class_id
        positives += (mine & ~t["difficult"]).sum()
        own = f["classes"] == class_id
        for box, score in zip(corners(f["boxes"])[own], f["scores"][own], strict=True):
            queue.append((score, i, box))
    queue.sort(key=lambda row: -row[0])
    taken, hits = set(), []
    for _, i, box in queue:
        mine = np.flatnonzero(truth[i]["classes"] == class_id)
        overlaps = [
            iou(box, other, inclusive=bool(extra))
            for other in corners(truth[i]["boxes"])[mine]
        ]
        if overlaps and max(overlaps) >= threshold:
            thing = mine[int(np.argmax(overlaps))]
            if truth[i]["difficult"][thing]:
                continue
            hits.append((i, thing) not in taken)
            taken.add((i, thing))
        else:
            hits.append(False)
    true = np.cumsum(hits)
    recall = true / positives
    precision = true / np.arange(1, len(hits) + 1)
    best = [max(precision[i:], default=0) for i in range(len(hits))]
    area = sum(
        (b * r for b, r in zip(best, np.diff(recall, prepend=0), strict=True)), 0
    )
    eleven = np.mean([max(precision[recall >= k / 10], default=0) for k in range(11)])
    return area, eleven


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("threshold", [0.5, 0.75])
@pytest.mark.parametrize("inclusive", [False, True])
def test_equals_voc(seed, threshold, inclusive):
    truth, found = scenes(seed, grid=bool(seed % 2))
    truth = without(truth, "crowd", "area")
    for class_id in range(3):
        expected = naive(truth, found, class_id, threshold, inclusive)
        for method, value in zip(("all", "11"), expected, strict=True):
            metric = AveragePrecision(
                class_id, threshold, method, inclusive=inclusive, box_format="xywh"
            )
            metric.update_state(truth, found)
            assert metric.result() == pytest.approx(value, abs=1e-9)


def one(boxes, classes=None, **fields):
    return {"boxes": boxes, "classes": classes or [0] * len(boxes), **fields}


def result(truth, found, **options):
    metric = AveragePrecision(**options)
    metric.update_state([truth], [found])
    return metric.result()


def test_two_detections_of_one_object():
    """The second is false, also if its overlap is the greater one."""
    truth = one([[0, 0, 10, 10], [50, 0, 60, 10]])
    found = one(
        [[0, 0, 10, 10], [0, 0, 10, 8], [50, 0, 60, 10]], scores=[0.7, 0.9, 0.5]
    )
    assert result(truth, found) == pytest.approx((1 + 2 / 3) / 2)


def test_difficult_objects_do_not_count():
    truth = one([[0, 0, 10, 10], [50, 0, 60, 10]], difficult=[False, True])
    boxes = [[50, 0, 60, 10], [50, 0, 60, 9], [0, 0, 10, 10]]
    assert result(truth, one(boxes, scores=[0.9, 0.8, 0.7])) == 1
    assert result(truth, one(boxes[:2], scores=[0.9, 0.8])) == 0


def test_a_crowd_takes_any_number():
    """Boxes within it, far smaller than it, are neither true nor false."""
    truth = one([[0, 0, 10, 10], [50, 0, 90, 40]], crowd=[False, True])
    boxes = [[50, 0, 55, 5], [60, 10, 65, 15], [0, 0, 10, 10], [45, 0, 56, 5]]
    for matching in ("voc", "coco"):
        found = one(boxes, scores=[0.9, 0.8, 0.7, 0.6])
        assert result(truth, found, matching=matching) == 1


def test_voc_and_coco_differ():
    """The second detection overlaps the taken object most, the free one enough."""
    truth = one([[0, 0, 10, 10], [0, 4, 10, 14]])
    found = one([[0, 0, 10, 10], [0, 1, 10, 11]], scores=[0.9, 0.8])
    assert result(truth, found, matching="voc") == 0.5
    assert result(truth, found, matching="coco") == 1


def test_inclusive_pixels():
    """9 of 19 pixels without, 10 of 20 with the last ones: 0.47 and 0.5."""
    truth, found = one([[0, 0, 19, 0.5]]), one([[0, 0, 9, 0.5]], scores=[1])
    assert result(truth, found) == 0
    assert result(truth, found, inclusive=True) == 1


def test_an_overlap_of_just_the_threshold_is_enough():
    truth, found = one([[0, 0, 10, 10]]), one([[0, 0, 10, 5]], scores=[1])
    assert result(truth, found, iou_threshold=0.5) == 1
    assert result(truth, found, iou_threshold=0.51) == 0
    assert result(truth, one([[0, 0, 10, 10]], scores=[1]), iou_threshold=1) == 1


def test_classes():
    truth = one([[0, 0, 10, 10]], [2])
    found = one([[0, 0, 10, 10], [0, 0, 10, 10]], [1, 2], scores=[0.9, 0.8])
    assert result(truth, found, class_id=2) == 1
    assert result(truth, found) == 1  # whatever the class
    with pytest.raises(ValueError, match="no object to be found.*class_id=1"):
        result(truth, found, class_id=1)


def test_max_detections():
    truth = one([[0, 0, 10, 10]])
    found = one([[50, 0, 60, 10], [0, 0, 10, 10]], scores=[0.9, 0.8])
    assert result(truth, found) == 0.5
    assert result(truth, found, max_detections=1) == 0


def test_mean_is_over_classes_with_objects():
    metric = MeanAveragePrecision(class_names="abc")
    metric.update_state(
        [one([[0, 0, 10, 10], [50, 0, 60, 10]], [0, 1])],
        [one([[0, 0, 10, 10], [9, 9, 20, 20]], [0, 2], scores=[0.9, 0.8])],
    )
    assert metric.per_class() == {"a": 1.0, "b": 0.0} and metric.result() == 0.5


def test_over_thresholds():
    """An IoU of 0.81 is enough for 0.5, 0.55 … 0.8: seven of ten."""
    metric = MeanAveragePrecision(np.arange(0.5, 1, 0.05).tolist())
    metric.update_state([one([[0, 0, 10, 10]])], [one([[0, 0, 10, 8.1]], scores=[1])])
    assert metric.result() == pytest.approx(0.7)


@pytest.mark.parametrize("matching", ["voc", "coco"])
def test_batches_order_and_reset(matching):
    truth, found = scenes(1, images=8)
    options = {"matching": matching, "box_format": "xywh"}
    whole = MeanAveragePrecision(**options)
    whole.update_state(truth, found)
    parts = MeanAveragePrecision.from_config(whole.get_config())
    parts.update_state(truth[:3], found[:3])
    before = parts.result()
    parts.update_state(truth[3:], found[3:])
    assert parts.per_class() == whole.per_class()
    assert before != parts.result() == parts.result()
    backwards = MeanAveragePrecision(**options)
    backwards.update_state(truth[::-1], found[::-1])
    assert backwards.result() == pytest.approx(whole.result())
    parts.reset_state()
    with pytest.raises(ValueError, match="call `update_state` first"):
        parts.result()


@given(st.integers(0, 10**6), st.sampled_from(["voc", "coco"]))
def test_properties(seed, matching):
    truth, found = scenes(seed, images=3, most=5)
    truth = [one([[5, 5, 20, 20]], crowd=[0], difficult=[0], area=[400]), *truth]
    options = {"matching": matching, "box_format": "xywh"}
    perfect = MeanAveragePrecision(**options)
    perfect.update_state(
        without(truth, "crowd", "difficult"),
        [{**t, "scores": np.ones(len(t["boxes"]))} for t in truth],
    )
    assert perfect.result() == pytest.approx(1)
    nothing = {"boxes": [], "classes": [], "scores": []}
    metric = MeanAveragePrecision(**options)
    metric.update_state(truth, [nothing, *found])
    assert 0 <= metric.result() <= 1
    loose = MeanAveragePrecision(iou_thresholds=0.1, **options)
    loose.update_state(truth, [nothing] * 4)
    assert loose.result() == 0


class Images:
    """As a `DetectionDataset`: one tuple of each for all images."""

    boxes = ([[0, 0, 10, 10]], [])
    classes = ([1], [])
    difficult = ([False], [])


def test_what_update_state_takes():
    detections = [Detections([[0, 0, 10, 10]], [0.9], [1]), Detections([])]
    truths = [
        Images(),
        [Detections([[0, 0, 10, 10]], None, [1]), Detections([])],
        [one([[0, 0, 10, 10]], [1]), one([])],
    ]
    for truth in truths:
        metric = MeanAveragePrecision()
        metric.update_state(truth, detections)
        assert metric.per_class() == {1: 1.0}
    metric = MeanAveragePrecision()
    metric.update_state(truths[2][0], detections[0])  # one image
    assert metric.result() == 1


@pytest.mark.parametrize("box_format", ["xyxy", "yxyx", "xywh", "center_xywh"])
def test_formats(box_format):
    truth, found = scenes(2)
    whole = MeanAveragePrecision(box_format="xywh")
    whole.update_state(truth, found)
    metric = MeanAveragePrecision(box_format=box_format)
    convert = keras.utils.bounding_boxes.convert_format
    for items in (truth, found):
        for item in items:
            boxes = convert(item["boxes"], "xywh", box_format, dtype="float64")
            item["boxes"] = keras.ops.convert_to_numpy(boxes)
    metric.update_state(truth, found)
    assert metric.result() == pytest.approx(whole.result(), abs=1e-9)


@pytest.mark.parametrize("make", [AveragePrecision, MeanAveragePrecision])
def test_config(make):
    metric = make(method="101", matching="coco", max_detections=7, box_format="xywh")
    twin = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(metric)
    )
    assert type(twin) is make and twin.get_config() == metric.get_config()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"iou_threshold": 0}, "`iou_threshold` must be a number above 0"),
        ({"iou_threshold": 50}, "`iou_threshold` must be"),
        ({"method": "12"}, '`method` must be one of "all", "11", "101"'),
        ({"matching": "best"}, "`matching` must be one of"),
        ({"class_id": "car"}, "`class_id` must be an integer"),
        ({"max_detections": 0}, "`max_detections` must be"),
        ({"box_format": "corners"}, "must be one of"),
        ({"inclusive": True, "box_format": "rel_xyxy"}, "`inclusive` counts pixels"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        AveragePrecision(**options)


GOOD = one([[0, 0, 9, 9]])


@pytest.mark.parametrize(
    ("truth", "found", "message"),
    [
        ([GOOD], [], "1 and 0 images"),
        (5, [GOOD], "`truth` must be a list"),
        ([GOOD], [GOOD], "`detections.scores` must be one number a box"),
        ([{"classes": [0]}], [GOOD], "must have `boxes`"),
        ([{"boxes": [[0, 0, 9, 9]]}], [GOOD], "`truth.classes` must be one number"),
        ([one([[0, 0, 9]])], [GOOD], r"`boxes` of shape \(n, 4\)"),
        ([one([[9, 9, 0, 0]])], [GOOD], "negative width or height, in image 0"),
        ([one([[0, 0, 9, np.nan]])], [GOOD], "NaN"),
        ([one([[0, 0, 9, 9]], [0.5])], [GOOD], "`truth.classes` must be integers"),
        ([GOOD], [one([[0, 0, 9, 9]], scores=[np.nan])], "scores` must not hold NaN"),
        ([GOOD], [one([[0, 0, 9, 9]], scores=[1, 2])], "scores` must be one number"),
        ([one([[0, 0, 9, 9]], crowd=[])], [GOOD], "`truth.crowd` must be one number"),
    ],
)
def test_bad_input(truth, found, message):
    with pytest.raises(ValueError, match=message):
        MeanAveragePrecision().update_state(truth, found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.4], [1, 1]), "`recall` must not fall"),
        (([0.5], [1.5]), "`precision` must be from 0 to 1"),
        (([np.nan], [1]), "`recall` must be from 0 to 1"),
        (([0.5, 1], [1]), "of the same length"),
        (([0.5], [1], 11), "`method` must be one of"),
    ],
)
def test_bad_curve(arguments, message):
    with pytest.raises(ValueError, match=message):
        average_precision(*arguments)


def test_nothing_to_be_found():
    metric = MeanAveragePrecision()
    metric.update_state([one([])], [one([[0, 0, 9, 9]], scores=[1])])
    with pytest.raises(ValueError, match="no object to be found"):
        metric.result()


def test_class_without_a_name():
    metric = MeanAveragePrecision(class_names=["car"])
    metric.update_state([one([[0, 0, 9, 9]], [1])], [one([], scores=[])])
    with pytest.raises(ValueError, match="`class_names` must name all"):
        metric.result()
