"""Assignment 6: anchors by k-means, and the average precision of a detector."""

import numpy as np

from cnnkit.boxes import mean_best_iou, size_iou
from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.requests import call

ROUNDS = 100

# shape_iou

SAME_CORNER = (
    "Put both on the same corner: what they share is as wide as the narrower and as "
    "high as the lower of the two, which may be two different ones."
)
ONCE = "The union is both areas less what they share."
TABLE = "One row for each size, one column for each anchor: a table of shape (n, k)."


def _shape_iou(part, sizes, anchors, hint):
    sizes, anchors = np.asarray(sizes, float), np.asarray(anchors, float)
    due = size_iou(sizes, anchors)
    return Case(part, call("shape_iou", sizes, anchors), due, hint=hint)


def _sizes(rng, n, spread=0.5):
    return np.exp(rng.normal(3, spread, (n, 2)))


def _shape_iou_shown():
    rng = np.random.default_rng(61)
    return [
        _shape_iou("one within the other", [[2, 4]], [[4, 8]], f"{ONCE} {TABLE}"),
        _shape_iou("a tall one and a wide one", [[1, 4]], [[4, 1]], SAME_CORNER),
        _shape_iou("five sizes, two anchors", _sizes(rng, 5), _sizes(rng, 2), TABLE),
    ]


def _shape_iou_hidden(rng):
    k = int(rng.integers(2, 6))
    sizes, anchors = _sizes(rng, 12), _sizes(rng, k)
    single = "one size, or one anchor"
    return [
        _shape_iou("many sizes and a few anchors", sizes, anchors, SAME_CORNER),
        _shape_iou("tall ones and wide ones", sizes, sizes[:5, ::-1], SAME_CORNER),
        _shape_iou("one within the other", sizes, 1.5 * sizes[:6], ONCE),
        _shape_iou("as many anchors as sizes", sizes, _sizes(rng, 12), TABLE),
        _shape_iou(single, sizes[:1], anchors, TABLE),
        _shape_iou(single, sizes, anchors[:1], TABLE),
    ]


# move_anchors and best_anchors

JOIN = "Each box joins the anchor with which its IoU of shapes is highest."
MEDIAN = "Take the median of the widths, and the median of the heights."
ALONE = (
    "The median of no numbers is NaN. An anchor that nobody joins stays where it is."
)
SETTLE = "Repeat `move_anchors`, from each start, until no anchor moves any more."
FIT = (
    "How well anchors fit is one number: for each box its IoU with its best anchor, "
    "averaged over the boxes. The higher, the better."
)
BY_AREA = (
    "Sort the anchors by area at the end, the smallest first. A row stays together."
)


def _moved(sizes, anchors):
    nearest = size_iou(sizes, anchors).argmax(axis=1)
    moved = anchors.copy()
    for j in np.unique(nearest):
        moved[j] = np.median(sizes[nearest == j], axis=0)
    return moved


def _settled(sizes, anchors):
    for _ in range(ROUNDS):
        before, anchors = anchors, _moved(sizes, anchors)
        if np.array_equal(before, anchors):
            break
    return anchors


def _best(sizes, starts):
    ends = [_settled(sizes, start) for start in starts]
    best = max(ends, key=lambda anchors: mean_best_iou(sizes, anchors))
    return best[np.argsort(best.prod(axis=1))]


def _move(part, sizes, anchors, hint):
    sizes, anchors = np.asarray(sizes, float), np.asarray(anchors, float)
    due = _moved(sizes, anchors)
    return Case(part, call("move_anchors", sizes, anchors), due, hint=hint)


def _move_shown():
    three = [[10, 20], [12, 24], [20, 25]]
    two_kinds = [*three, [70, 40], [74, 42], [90, 40]]
    return [
        _move("one anchor", three, [[12, 12]], MEDIAN),
        _move("two anchors", two_kinds, [[11, 11], [80, 40]], JOIN),
        _move("near, but smaller", [[10, 10], [5, 6]], [[5, 5], [16, 16]], JOIN),
        _move("an anchor that nobody joins", three, [[300, 200], [12, 24]], ALONE),
    ]


def _move_hidden(rng):
    sizes = _sizes(rng, 40)
    wide_range = np.vstack([_sizes(rng, 20), 8 * _sizes(rng, 20)])
    anchors = rng.permutation(wide_range)[:5]
    far = np.array([[3000.0, 2000.0], *sizes[:3]])
    few = "one anchor, and one for each box"
    between = [[2, 2], [2, 2], [3, 8], [1, 3]], [[1, 2], [2, 1], [3, 9]]
    return [
        _move("a few anchors", sizes, sizes[:4], JOIN),
        _move("small boxes and large ones", wide_range, anchors, JOIN),
        _move("small boxes and large ones", wide_range, anchors[::-1], JOIN),
        _move("an anchor that nobody joins", sizes, far, ALONE),
        _move("boxes between two anchors", *between, "Of equal IoU the first anchor."),
        _move(few, sizes[:9], _sizes(rng, 1), MEDIAN),
        _move(few, sizes[:6], sizes[:6], JOIN),
    ]


def _choose(part, sizes, starts, hint):
    sizes, starts = np.asarray(sizes, float), np.asarray(starts, float)
    due = _best(sizes, starts)
    return Case(part, call("best_anchors", sizes, starts), due, hint=hint)


def _starts(rng, sizes, n, k):
    return np.stack([rng.permutation(sizes)[:k] for _ in range(n)])


# From its first three the clustering ends badly, and the mean over all IoU is high.
HARD = np.array([[70, 10], [30, 80], [80, 10], [10, 60], [40, 60], [80, 70.0]])


def _choose_shown():
    rng = np.random.default_rng(62)
    two_kinds = [[10, 10], [11, 10], [60, 40], [62, 44]]
    many = np.vstack([_sizes(rng, 30, 0.3), 3 * _sizes(rng, 30, 0.3)])
    together = many[np.argsort(many.prod(axis=1))][:2]
    sizes, good, bad = HARD, HARD[[3, 2, 5]], HARD[:3]
    return [
        _choose("one start", two_kinds, [two_kinds[::2]], SETTLE),
        _choose("many rounds", many, [together], SETTLE),
        _choose("one start, out of order", sizes, [good[::-1]], BY_AREA),
        _choose("two starts", sizes, [good, bad], FIT),
        _choose("two starts, the other way round", sizes, [bad, good], FIT),
    ]


def _choose_hidden(rng):
    sizes = np.vstack([s * _sizes(rng, 15, 0.3) for s in (1, 2, 5)])
    sizes[15:30, 0] *= 3
    hard = HARD * rng.uniform(0.5, 2, 2)
    two = rng.permutation(hard[[[0, 1, 2], [3, 2, 5]]])
    few = "one anchor"
    return [
        _choose("two starts", hard, two, FIT),
        _choose("two starts", hard[:, ::-1], two[..., ::-1], FIT),
        _choose("one start", sizes, _starts(rng, sizes, 1, 3), SETTLE),
        _choose("one start", sizes, [np.sort(sizes, axis=0)[-4:]], SETTLE),
        _choose("several starts", sizes, _starts(rng, sizes, 6, 3), FIT),
        _choose("several starts", sizes, _starts(rng, sizes, 6, 4), FIT),
        _choose("many anchors", sizes, _starts(rng, sizes, 4, 8), BY_AREA),
        _choose(few, sizes, _starts(rng, sizes, 3, 1), MEDIAN),
        _choose(few, sizes[:1], [sizes[:1]], MEDIAN),
    ]


# match

MOST = "A detection belongs to the object that it overlaps most, and to no other."
TWICE = (
    "An object is found once, by the first detection that is good enough. Those that "
    "come later are false, even if they overlap it more."
)
TAKEN = (
    "If the object that a detection overlaps most is taken, the detection is false. It "
    "does not go on to another one."
)
ENOUGH = "An IoU of exactly the threshold is enough."
TOO_LITTLE = "A detection that overlaps too little is false, and takes nothing."
NO_OBJECTS = (
    "Without objects all detections are false, and of no detections none is true."
)


def _matched(overlaps, threshold):
    taken, true = set(), []
    for row in overlaps:
        best = int(np.argmax(row)) if len(row) else None
        hit = best is not None and row[best] >= threshold and best not in taken
        true.append(bool(hit))
        if hit:
            taken.add(best)
    return true


def _match(part, overlaps, threshold, hint):
    overlaps = np.asarray(overlaps, float)
    due = _matched(overlaps, threshold)
    return Case(part, call("match", overlaps, threshold), due, hint=hint)


def _match_shown():
    free = [[0.9, 0.2], [0.8, 0.6], [0.1, 0.7]]
    return [
        _match("an object each", [[0.8, 0.1], [0.3, 0.2], [0.0, 0.7]], 0.5, MOST),
        _match("an object found twice", [[0.8, 0.0], [0.9, 0.0]], 0.5, TWICE),
        _match("one taken, another one free", free, 0.5, TAKEN),
        _match("an IoU that equals the threshold", [[0.5], [0.4]], 0.5, ENOUGH),
        _match("too little, then enough", [[0.4], [0.6]], 0.5, TOO_LITTLE),
        _match("no objects", np.zeros((3, 0)), 0.5, NO_OBJECTS),
    ]


def _match_hidden(rng):
    few, crowd = rng.random((12, 6)), 0.6 + 0.4 * rng.random((12, 3))
    sparse = rng.random((15, 5)) * (rng.random((15, 5)) < 0.3)
    pairs = 0.5 + 0.5 * rng.random((8, 4))
    each = np.eye(5)[rng.permutation(5)]
    steps = rng.permutation([0.5, 0.5, 0.75, 0.25, 0.5])[:, None] * each
    late = np.vstack([0.45 * each, rng.uniform(0.5, 1, (5, 1)) * each])
    none = "no objects, or no detections"
    return [
        _match("a few objects", sparse, 0.3, MOST),
        _match("a few objects", few, 0.9, MOST),
        _match("objects found twice", crowd, 0.5, TWICE),
        _match("one taken, another one free", pairs, 0.5, TAKEN),
        _match("an IoU that equals the threshold", steps, 0.5, ENOUGH),
        _match("too little, then enough", late, 0.5, TOO_LITTLE),
        _match(none, np.zeros((4, 0)), 0.5, NO_OBJECTS),
        _match(none, np.zeros((0, 3)), 0.5, NO_OBJECTS),
        _match(none, crowd[:1], 0.5, MOST),
    ]


# recall_and_precision

SORTED = "Sort by score first, the highest first, and the truth values along with it."
OF_OBJECTS = "Recall: true detections so far, of all objects that there are."
SO_FAR = "Precision: true detections so far, of all detections so far."
NO_DETECTIONS = "Two empty arrays."


def _counted(scores, true, objects):
    so_far = np.cumsum(true[np.argsort(-scores)])
    return so_far / objects, so_far / np.arange(1, len(true) + 1)


def _count(part, scores, true, objects, hint):
    scores, true = np.asarray(scores, float), np.asarray(true, bool)
    due = _counted(scores, true, objects)
    request = call("recall_and_precision", scores, true, objects)
    return Case(part, request, due, hint=hint)


def _count_shown():
    both = f"{OF_OBJECTS} {SO_FAR}"
    hits = [True, False, True, True]
    return [
        _count("in order", [0.9, 0.8, 0.7], [True, False, True], 5, both),
        _count("out of order", [0.7, 0.9, 0.4, 0.8], hits, 5, SORTED),
        _count(
            "more detections than objects", [0.9, 0.8, 0.7], [1, 0, 0], 1, OF_OBJECTS
        ),
        _count("no detections", [], [], 3, NO_DETECTIONS),
    ]


def _count_hidden(rng):
    def drawn(part, n, objects, hint, ordered=False):
        scores = rng.permutation(np.linspace(0.05, 0.95, n))
        true = rng.random(n) < 0.6
        true[np.cumsum(true) > objects] = False
        return _count(
            part, -np.sort(-scores) if ordered else scores, true, objects, hint
        )

    few = "one detection, or none"
    return [
        drawn("in order", 12, 15, SO_FAR, ordered=True),
        drawn("out of order", 20, 23, SORTED),
        drawn("out of order", 5, 6, SORTED),
        drawn("more detections than objects", 20, 4, OF_OBJECTS),
        _count(few, [0.4], [True], 3, OF_OBJECTS),
        _count(few, [0.4], [False], 3, OF_OBJECTS),
        _count(few, [], [], 3, NO_DETECTIONS),
    ]


# ap_11_point and ap_all_point

BEST_FROM = (
    "At each recall take the best precision there or at any higher recall. A dip "
    "counts for nothing if something better comes after it."
)
ELEVEN = "The recalls are 0, 0.1, 0.2 and so on up to 1: eleven of them."
BEYOND = "Beyond the highest recall that was reached the precision is 0."
STEP = (
    "Each rise of the recall adds a rectangle: how far the recall rose, times the "
    "precision there. Between two points the curve is a step, not a slope."
)
FROM_ZERO = "The first rectangle begins at a recall of 0."
NOTHING_FOUND = "Without detections there is no curve, and no area under it."


def _falling(precision):
    return np.maximum.accumulate(precision[::-1])[::-1]


def _eleven(recall, precision):
    best = [max(precision[recall >= r / 10], default=0.0) for r in range(11)]
    return float(np.mean(best))


def _area(recall, precision):
    return float(np.diff(recall, prepend=0) @ _falling(precision))


REFERENCES = {"ap_11_point": _eleven, "ap_all_point": _area}


def _ap(name, part, hits, objects, hint):
    # With 3, 7, 11 … objects a recall is never 0.3 or the like: how that is rounded
    # makes no difference.
    hits = np.asarray(hits, bool)
    recall, precision = _counted(-np.arange(len(hits)), hits, objects)
    due = REFERENCES[name](recall, precision)
    return Case(part, call(name, recall, precision), due, hint=hint)


def _ap_shown(name, at_first, at_the_end):
    return [
        _ap(name, "one object of one found", [1], 1, at_first),
        _ap(name, "never a false one, one missed", [1, 1], 3, at_the_end),
        _ap(name, "a precision that falls", [1, 0, 1, 0, 0], 3, at_first),
        _ap(name, "a precision that falls and rises", [0, 1, 1, 1, 0, 1], 7, BEST_FROM),
        _ap(name, "no detections", [], 3, NOTHING_FOUND),
    ]


def _ap_hidden(name, rng, at_first, at_the_end):
    def drawn(n, objects, share):
        hits = rng.random(n) < share
        hits[np.cumsum(hits) > objects] = False
        return hits

    every = [1] * 11 + [0] * 7
    some, none = "a few of many", "nothing found, or little"
    return [
        _ap(name, some, drawn(15, 13, 0.5), 13, BEST_FROM),
        _ap(name, some, drawn(30, 17, 0.5), 17, BEST_FROM),
        _ap(name, "every object found", rng.permutation(every), 11, at_the_end),
        _ap(name, "every object found", rng.permutation(every), 11, at_first),
        _ap(name, "false ones first", [0, 0, *drawn(12, 11, 0.7)], 11, BEST_FROM),
        _ap(name, "much missed", [1, 1, 0, 1, 0, *drawn(5, 3, 0.5)], 19, at_the_end),
        _ap(name, none, [], 7, NOTHING_FOUND),
        _ap(name, none, [0, 0], 7, NOTHING_FOUND),
        _ap(name, none, [0, 1, 0], 7, at_first),
    ]


def _eleven_shown():
    return _ap_shown("ap_11_point", ELEVEN, BEYOND)


def _eleven_hidden(rng):
    return _ap_hidden("ap_11_point", rng, ELEVEN, BEYOND)


def _area_shown():
    return _ap_shown("ap_all_point", FROM_ZERO, STEP)


def _area_hidden(rng):
    return _ap_hidden("ap_all_point", rng, FROM_ZERO, STEP)


ASSIGNMENT = Assignment(
    name="a6",
    title="Anchors and average precision",
    minutes=90,
    questions=(
        Question("shape_iou", 10, _shape_iou_shown, _shape_iou_hidden),
        Question("move_anchors", 15, _move_shown, _move_hidden),
        Question("best_anchors", 15, _choose_shown, _choose_hidden),
        Question("match", 20, _match_shown, _match_hidden),
        Question("recall_and_precision", 10, _count_shown, _count_hidden),
        Question("ap_11_point", 15, _eleven_shown, _eleven_hidden),
        Question("ap_all_point", 15, _area_shown, _area_hidden),
    ),
    uses=(),
    preload=("numpy", "matplotlib.pyplot"),
    cell_seconds=20,
    call_seconds=5,
    total_seconds=120,
)
