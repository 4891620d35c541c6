"""Triplets and the gallery: what people get wrong, and what it costs them."""

import numpy as np
import pytest

from cnnkit.grading.assignments.a7_triplets_and_gallery import ASSIGNMENT
from cnnkit.losses import TripletSemiHardLoss, triplet_loss
from cnnkit.metrics import best_threshold
from tests.grading.assignments.mistakes import (
    SALTS,
    mistaken,
)

TO_PEOPLE = """for known, other in zip(self.encodings, self.names, strict=True):
            if other == name and"""
TO_ANYBODY = """for known, other in zip(self.encodings, self.names, strict=True):
            if name in self.names and"""
KEEP = """self.names.append(name)
        self.encodings.append(encoding)"""
KEEP_LAST = """if name in self.names:
            self.encodings[self.names.index(name)] = encoding
        else:
            self.names.append(name)
            self.encodings.append(encoding)"""
KEEP_FIRST = """if name not in self.names:
            self.names.append(name)
            self.encodings.append(encoding)"""
KEEP_MEAN = """if name in self.names:
            i = self.names.index(name)
            self.encodings[i] = (self.encodings[i] + encoding) / 2
        else:
            self.names.append(name)
            self.encodings.append(encoding)"""
HALFWAY = """return (distances[same].mean() + distances[~same].mean()) / 2
    candidates = [-1.0, *distances]"""

# Question, what stands in the solution, what somebody writes, words of the hint.
MISTAKES = [
    ("triplet_loss", "near - far", "np.sqrt(near) - np.sqrt(far)", "squared"),
    ("triplet_loss", "near - far + margin", "near - far", "margin is added"),
    ("triplet_loss", "near - far + margin", "near - far - margin", "margin is added"),
    ("triplet_loss", "np.maximum(near - far + margin, 0)", "near - far + margin", "0"),
    ("triplet_loss", "return np.maximum", "return np.mean(0) + np.sum", "triplet"),
    ("triplet_loss", "near - far", "np.mean(near - far)", "One number for each"),
    ("squared_distances", "differences**2", "abs(differences)", "squares"),
    (
        "squared_distances",
        "np.sum(differences**2, axis=-1)",
        "np.sqrt(np.sum(differences**2, axis=-1))",
        "squared",
    ),
    ("squared_distances", "axis=-1)", "axis=0)", ""),
    ("semi_hard", "            if p == a:", "            if False:", "of its own"),
    (
        "semi_hard",
        "if p == a:",
        "if p <= a:",
        "two for each pair",
    ),
    ("semi_hard", "[squared[a, negatives] > squared[a, p]]", "", "farther from the"),
    ("semi_hard", "argmin()", "argmax()", "the nearest"),
    ("semi_hard", "argmax()", "argmin()", "the farthest negative"),
    (
        "semi_hard",
        "n = negatives[squared[a, negatives].argmax()]",
        "continue",
        "farthest",
    ),
    ("semi_hard", "> squared[a, p]", ">= squared[a, p]", "exactly as far"),
    ("semi_hard", ".reshape(-1, 3)", "", "(0, 3)"),
    ("semi_hard", "labels != labels[a]", "np.arange(len(labels)) != a", ""),
    (
        "best_threshold",
        "candidates = [-1.0, *distances]",
        HALFWAY,
        "Take the best count",
    ),
    ("best_threshold", "[-1.0, *distances]", "[-1.0, max(distances[same])]", "count"),
    ("best_threshold", "[-1.0, *distances]", "distances", "no pair"),
    ("best_threshold", "(distances <= t)", "(distances < t)", "accepted"),
    ("best_threshold", "np.argmax", "np.argmin", "Take the best count"),
    (
        "verify",
        "np.linalg.norm(known - encoding) <= self",
        "sum((known - encoding) ** 2) <= self",
        "not its square",
    ),
    ("verify", "<= self.threshold", "< self.threshold", "equals"),
    ("verify", TO_PEOPLE, TO_ANYBODY, "one person"),
    ("verify", KEEP, KEEP_LAST, "nearest"),
    ("verify", KEEP, KEEP_FIRST, "nearest"),
    ("verify", KEEP, KEEP_MEAN, "nearest"),
    (
        "verify",
        "        return False\n",
        "        return name not in self.names\n",
        "never enrolled",
    ),
    (
        "recognise",
        "if distances[nearest] > self.threshold:",
        "if False:",
        "even the nearest",
    ),
    ("recognise", "> self.threshold", ">= self.threshold", "equals"),
    (
        "recognise",
        "distances[nearest] >",
        "distances[nearest] ** 2 >",
        "not its square",
    ),
    ("recognise", "if not self.names:", "if False:", "empty gallery"),
    ("recognise", "np.argmin", "np.argmax", "nearest encoding of all"),
    ("recognise", KEEP, KEEP_LAST, "Keep all encodings"),
    ("recognise", KEEP, KEEP_MEAN, "Keep all encodings"),
]


@pytest.fixture(scope="module")
def solved(master):
    return master("a7")


class _Nobody:
    """A gallery that always says the same."""

    def __init__(self, threshold):
        pass

    def enroll(self, name, encoding):
        pass

    def verify(self, encoding, name):
        return False

    def recognise(self, encoding):
        return "not recognised"


class _Everybody(_Nobody):
    def verify(self, encoding, name):
        return True

    def recognise(self, encoding):
        return "Ada"


@pytest.mark.parametrize("gallery", [_Nobody, _Everybody])
def test_a_gallery_that_does_not_look_earns_nothing(gallery, marks):
    earned = marks(ASSIGNMENT, {"Gallery": gallery})
    assert earned["verify"] == earned["recognise"] == 0


def test_people_shared_by_all_galleries_are_found(solved, marks, failures):
    name, people = "a7", "names = []\n        self.encodings = []"
    shared = mistaken(solved, name, "verify", f"self.{people}", "pass")
    shared["Gallery"].names, shared["Gallery"].encodings = [], []
    assert marks(ASSIGNMENT, shared, only="recognise")["recognise"] < 20
    assert failures(ASSIGNMENT, shared, "recognise")


class _ByName:
    """A gallery kept in another way, which answers in another type."""

    def __init__(self, threshold):
        self.threshold, self.people = threshold, {}

    def enroll(self, name, encoding):
        self.people.setdefault(name, []).append(encoding)
        return len(self.people)

    def distance(self, name, encoding):
        known = np.array(self.people.get(name, [encoding + np.inf]))
        return np.sqrt(np.sum((known - encoding) ** 2, axis=1)).min()

    def verify(self, encoding, name):
        return np.bool_(self.distance(name, encoding) <= self.threshold)

    def recognise(self, encoding):
        near = {name: self.distance(name, encoding) for name in self.people}
        best = min(near, key=near.get, default=None)
        known = best is not None and near[best] <= self.threshold
        return best if known else "not recognised"


def test_another_gallery_is_as_right(marks, failures):
    namespace = {"Gallery": _ByName}
    for question in ("verify", "recognise"):
        due = ASSIGNMENT.question(question).points
        assert marks(ASSIGNMENT, namespace, only=question) == {question: due}
        assert not failures(ASSIGNMENT, namespace, question)


def test_another_threshold_is_as_right(marks):
    name = "best_threshold"
    for salt in SALTS:
        earned = marks(ASSIGNMENT, {name: best_threshold}, salt, name)[name]
        assert earned >= 12  # that of the package needs pairs of both kinds


def test_triplets_are_those_of_the_losses(solved):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 24)
    encodings = rng.normal(size=(24, 6))
    a, p, n = encodings[solved["semi_hard"](_table(encodings), labels).T]
    mean = solved["triplet_loss"](a, p, n, 0.5).mean()
    due = TripletSemiHardLoss(margin=0.5)(labels, encodings)
    np.testing.assert_allclose(mean, float(due), rtol=1e-5)
    np.testing.assert_allclose(
        solved["triplet_loss"](a, p, n, 0.5), triplet_loss(a, p, n, 0.5), atol=1e-5
    )


def _table(encodings):
    return ((encodings[:, None] - encodings) ** 2).sum(axis=-1)


def test_the_threshold_is_as_good_as_that_of_the_package(solved):
    rng = np.random.default_rng(0)
    same = rng.random(80) < 0.4
    distances = np.where(same, 1.0, 1.6) + 0.4 * rng.normal(size=80)

    def right(threshold):
        return np.sum((distances <= threshold) == same)

    own = solved["best_threshold"](same, distances)
    assert right(own) == right(best_threshold(same, distances))
