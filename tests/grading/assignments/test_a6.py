"""Anchors and average precision: what people get wrong, and what it costs them."""

import numpy as np
import pytest

from cnnkit.boxes import kmeans_anchors, mean_best_iou, pairwise_iou
from cnnkit.grading.assignments.a6_anchors_and_average_precision import ASSIGNMENT
from cnnkit.metrics import AveragePrecision
from tests.grading.assignments.mistakes import (
    SALTS,
)

COCO = """row = np.where(taken, -1, row)
            best = row.argmax()"""
HIT = """if row[best] >= iou_threshold and not taken[best]:
                true[i] = taken[best] = True"""
TAKES_ANYWAY = """true[i] = row[best] >= iou_threshold and not taken[best]
            taken[best] = True"""
FIRST_REACHED = "total += reached[0]"
TRAPEZIA = """return float(np.trapezoid(precision, recall))
    area, before = 0.0, 0.0"""
EUCLID = """np.linalg.norm(sizes[:, None] - anchors, axis=2).argmin(axis=1)"""

# Question, what stands in the solution, what somebody writes, words of the hint.
MISTAKES = [
    ("shape_iou", "(areas - shared)", "areas", "less what they share"),
    ("shape_iou", "(areas - shared)", "(areas - shared) * 0 + shared", "union"),
    (
        "shape_iou",
        "np.minimum(sizes[:, None], anchors[None]).prod(axis=2)",
        "np.minimum(sizes.prod(axis=1)[:, None], anchors.prod(axis=1))",
        "two different ones",
    ),
    ("shape_iou", "(areas - shared)", "(areas - shared)[:len(anchors)].T", "table"),
    ("move_anchors", "np.median", "np.mean", "median"),
    ("move_anchors", "shape_iou(sizes, anchors).argmax(axis=1)", EUCLID, "highest"),
    ("move_anchors", "argmax(axis=1)", "argmin(axis=1)", "highest"),
    ("move_anchors", "anchors.copy()", "0 * anchors", "nobody joins"),
    ("move_anchors", "axis=0)", "axis=None)", "of the heights"),
    ("best_anchors", "range(100)", "range(1)", "until no anchor moves"),
    ("best_anchors", "best_fit = None, -1", "best_fit = None, 2", ""),
    ("best_anchors", "if fit > best_fit:", "if True:", "the better"),
    ("best_anchors", "if fit > best_fit:", "if best is None:", "the better"),
    ("best_anchors", "best.prod(axis=1)", "best[:, 0]", "area"),
    ("best_anchors", "best[np.argsort(best.prod(axis=1))]", "best", "area"),
    ("best_anchors", ".max(axis=1).mean()", ".mean()", "best anchor"),
    ("match", "and not taken[best]", "", "found once"),
    ("match", "best = row.argmax()", COCO, "does not go on"),
    ("match", ">= iou", "> iou", "is enough"),
    ("match", HIT, TAKES_ANYWAY, "takes nothing"),
    ("match", "best = row.argmax()", "best = i % len(row)", "overlaps most"),
    ("match", "if len(row)", "if True", "Without objects"),
    ("recall_and_precision", "true[np.argsort(-scores)]", "true", "Sort by score"),
    ("recall_and_precision", "-scores", "scores", "score"),
    ("recall_and_precision", "/ objects", "/ max(so_far, default=1)", "all objects"),
    ("recall_and_precision", "/ objects", "/ len(scores)", "all objects"),
    ("recall_and_precision", "np.arange(1, len(scores) + 1)", "len(scores)", "so far"),
    ("ap_11_point", "total += reached.max()", FIRST_REACHED, "at any higher recall"),
    ("ap_11_point", "np.arange(11) / 10", "np.arange(10) / 10", "eleven of them"),
    ("ap_11_point", "np.arange(11) / 10", "np.arange(1, 11) / 10", "eleven of them"),
    ("ap_11_point", "recall >= r", "recall <= r", ""),
    ("ap_11_point", "recall >= r", "recall >= min(r, recall[-1])", "Beyond"),
    ("ap_11_point", "/ 11", "/ 10", "eleven of them"),
    ("ap_all_point", "max(precision[i:])", "precision[i]", "comes after it"),
    ("ap_all_point", "area, before = 0.0, 0.0", TRAPEZIA, ""),
    ("ap_all_point", "before = 0.0, 0.0", "before = 0.0, min(recall)", "of 0"),
    ("ap_all_point", "return area", "return area / max(recall)", ""),
    ("ap_all_point", "(recall[i] - before)", "(1 / len(recall))", ""),
]


@pytest.fixture(scope="module")
def solved(master):
    return master("a6")


def test_another_way_is_as_right(marks):
    def match(overlaps, iou_threshold):
        best = [int(np.argmax(row)) if len(row) else -1 for row in overlaps]
        good = [
            i for i, j in enumerate(best) if j >= 0 and overlaps[i, j] >= iou_threshold
        ]
        first = {best[i]: i for i in reversed(good)}
        return [i in first.values() for i in range(len(overlaps))]

    def eleven(recall, precision):
        falling = [max(precision[i:]) for i in range(len(recall))] + [0]
        return np.mean([falling[np.sum(recall < r)] for r in np.linspace(0, 1, 11)])

    assert marks(ASSIGNMENT, {"match": match}, only="match") == {"match": 20}
    for salt in SALTS:
        earned = marks(ASSIGNMENT, {"ap_11_point": eleven}, salt, "ap_11_point")
        assert earned == {"ap_11_point": 15}


def test_the_rules_are_those_of_the_metric(solved):
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 60, (11, 2))
    truth = np.hstack([corners, corners + rng.uniform(15, 30, (11, 2))])
    found = truth[rng.integers(0, 11, 30)] + rng.normal(0, 2.5, (30, 4))
    scores = -np.sort(-rng.random(30))
    true = solved["match"](pairwise_iou(found, truth), 0.5)
    curve = solved["recall_and_precision"](scores, true, 11)
    assert 5 < true.sum() < 11
    for method, name in (("11", "ap_11_point"), ("all", "ap_all_point")):
        metric = AveragePrecision(method=method)
        metric.update_state(
            [{"boxes": truth, "classes": np.zeros(11, int)}],
            [{"boxes": found, "classes": np.zeros(30, int), "scores": scores}],
        )
        np.testing.assert_allclose(solved[name](*curve), metric.result())


def test_the_anchors_are_those_of_the_package(solved):
    sizes = np.exp(np.random.default_rng(0).normal(3, 0.5, (60, 2)))
    starts = np.stack([sizes[i : i + 4] for i in range(0, 60, 4)])
    fit = mean_best_iou(sizes, solved["best_anchors"](sizes, starts))
    due = mean_best_iou(sizes, kmeans_anchors(sizes, 4))
    assert abs(fit - due) < 0.02
