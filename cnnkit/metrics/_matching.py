"""Which detections are true, by the rules of PASCAL VOC and COCO, for all images.

Arrays of results have the axes detection, area range, threshold.
"""

import dataclasses

import numpy as np

PAIRS_AT_ONCE = 2**20
NEVER_ABOVE = 1 - 1e-10  # COCO's, so that a threshold of 1 can be met


@dataclasses.dataclass
class Matches:
    """What became of the detections, and how many objects there were to find.

    Attributes:
        classes: int64 array, all classes in order.
        of_class: int64 array `(n,)`, positions in `classes`, one a detection.
        scores: float64 array `(n,)`.
        rank: int64 array `(n,)`, 0 for the best of its image and class.
        hit: bool array `(n, areas, thresholds)`, whether it found an object.
        ignored: bool array of that shape: it counts neither as true nor as false.
        positives: int array `(classes, areas)`, objects to be found.
    """

    classes: np.ndarray
    of_class: np.ndarray
    scores: np.ndarray
    rank: np.ndarray
    hit: np.ndarray
    ignored: np.ndarray
    positives: np.ndarray


def match(truth, found, thresholds, rule, areas=None, most=None, inclusive=False):
    """Decide for each detection whether it is true.

    Args:
        truth: `Flat` with crowd, difficult and area.
        found: `Flat` with scores.
        thresholds: list of float, the least IoU.
        rule: "voc" or "coco".
        areas: list of pairs, smallest and largest area of the objects that count;
            `None` for one range without bounds.
        most: int, the best so many detections of an image and class; `None` for all.
        inclusive: bool, whether the last row and column of a box belong to it.

    Returns:
        `Matches`; detections are in order of image and class, best first.
    """
    areas = np.array([(-np.inf, np.inf)] if areas is None else areas)
    thresholds = np.minimum(thresholds, NEVER_ABOVE)
    classes = np.unique(np.concatenate([truth.classes, found.classes]))
    truth, group = _grouped(truth, classes, np.zeros(len(truth)))
    found, own_group = _grouped(found, classes, -found.extra["scores"])
    rank = np.arange(len(found)) - np.searchsorted(own_group, own_group)
    if most is not None:
        stays = rank < most
        found, own_group, rank = found[stays], own_group[stays], rank[stays]

    outside = _outside(truth.extra["area"], areas)
    not_counted = (truth.extra["crowd"] | truth.extra["difficult"])[:, None] | outside
    pairs = _pairs(truth, group, found, own_group, thresholds.min(), inclusive)
    decide = _voc if rule == "voc" else _coco
    shape = (len(found), len(areas), len(thresholds))
    hit, ignored = np.zeros(shape, bool), np.zeros(shape, bool)
    decide(hit, ignored, truth, own_group, pairs, not_counted, thresholds)
    own_area = found.boxes[:, 2] * found.boxes[:, 3]
    ignored |= ~hit & _outside(own_area, areas)[:, :, None]

    place = np.searchsorted(classes, truth.classes)
    positives = np.zeros((len(classes), len(areas)), np.int64)
    np.add.at(positives, place, ~not_counted)
    return Matches(
        classes=classes,
        of_class=np.searchsorted(classes, found.classes),
        scores=found.extra["scores"],
        rank=rank,
        hit=hit & ~ignored,
        ignored=ignored,
        positives=positives,
    )


def _grouped(table, classes, order):
    """Sort by image, class and `order`; return the table and the group of each row."""
    group = table.image * len(classes) + np.searchsorted(classes, table.classes)
    index = np.lexsort((order, group))
    return table[index], group[index]


def _outside(area, areas):
    return (area[:, None] < areas[:, 0]) | (area[:, None] > areas[:, 1])


def _pairs(truth, group, found, own_group, least, inclusive):
    """Return detection, object and IoU of all pairs of a group that overlap enough."""
    first = np.searchsorted(group, own_group, "left")
    counts = np.searchsorted(group, own_group, "right") - first
    before = np.concatenate([[0], np.cumsum(counts)])
    parts = []
    start = 0
    while start < len(found):
        end = np.searchsorted(before, before[start] + PAIRS_AT_ONCE, "right") - 1
        end = min(max(end, start + 1), len(found))
        n = counts[start:end]
        which = np.repeat(np.arange(start, end), n)
        offset = np.arange(len(which)) - np.repeat(before[start:end] - before[start], n)
        thing = first[which] + offset
        crowd = truth.extra["crowd"][thing]
        shared = _iou(found.boxes[which], truth.boxes[thing], crowd, inclusive)
        enough = shared >= least
        parts.append((which[enough], thing[enough], shared[enough]))
        start = end
    parts.append((np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0)))
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _iou(boxes, objects, crowd, inclusive):
    """Return the IoU; of a crowd, what share of the box lies in it."""
    extra = 1 if inclusive else 0
    (x, y, w, h), (gx, gy, gw, gh) = boxes.T, objects.T
    width = np.minimum(x + w, gx + gw) - np.maximum(x, gx) + extra
    height = np.minimum(y + h, gy + gh) - np.maximum(y, gy) + extra
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    own = (w + extra) * (h + extra)
    union = np.where(crowd, own, own + (gw + extra) * (gh + extra) - shared)
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _voc(hit, ignored, truth, own_group, pairs, not_counted, thresholds):
    """Each detection goes to the object it overlaps most, the best one first."""
    which, thing, shared = pairs
    if not len(which):
        return
    starts = np.flatnonzero(np.diff(which, prepend=-1))
    best = _first_best(shared, starts)
    which, thing, shared = which[best], thing[best], shared[best]
    for t, threshold in enumerate(thresholds):
        near = shared >= threshold
        _, first = np.unique(thing[near], return_index=True)
        hit[which[near][first], :, t] = True
        ignored[which[near], :, t] = not_counted[thing[near]]


def _first_best(values, starts):
    """Return the position of the largest value of each run, the first of equal ones."""
    most = np.repeat(np.maximum.reduceat(values, starts), _lengths(starts, len(values)))
    places = np.where(values == most, np.arange(len(values)), len(values))
    return np.minimum.reduceat(places, starts)


def _coco(hit, ignored, truth, own_group, pairs, not_counted, thresholds):
    """Each detection goes to the free object it overlaps most, the best one first.

    Objects that count come before those that do not. Groups do not touch one another:
    one round decides on one detection of each.
    """
    taken = np.zeros((len(truth), *hit.shape[1:]), bool)
    shareable = (truth.extra["crowd"] | truth.extra["difficult"])[:, None, None]
    for which, thing, shared in _rounds(*pairs, own_group):
        starts = np.flatnonzero(np.diff(which, prepend=-1))
        lengths = _lengths(starts, len(which))
        shared = shared[:, None, None]
        free = (shared >= thresholds) & ~(taken[thing] & ~shareable[thing])
        aside = not_counted[thing][:, :, None]
        one = np.where(free & ~aside, shared, -1)
        other = np.where(free & aside, shared, -1)
        best, second = (np.maximum.reduceat(x, starts) for x in (one, other))
        counts = best >= 0
        most = np.repeat(np.where(counts, best, second), lengths, axis=0)
        value = np.where(np.repeat(counts, lengths, axis=0), one, other)
        rows = np.arange(len(which))[:, None, None]
        last = np.where((value == most) & (value >= 0), rows, -1)
        winner = np.maximum.reduceat(last, starts)
        segment, area, level = np.nonzero(winner >= 0)
        taken[thing[winner[segment, area, level]], area, level] = True
        hit[which[starts]] = winner >= 0
        ignored[which[starts]] = ~counts & (second >= 0)


def _rounds(which, thing, shared, own_group):
    """Yield the pairs of the first detection of each group, then the second ones."""
    if not len(which):
        return
    starts = np.flatnonzero(np.diff(which, prepend=-1))
    group = own_group[which[starts]]
    turn = np.arange(len(starts)) - np.searchsorted(group, group)
    turn = np.repeat(turn, _lengths(starts, len(which)))
    order = np.argsort(turn, kind="stable")
    bounds = np.flatnonzero(np.diff(turn[order])) + 1
    for part in np.split(order, bounds):
        yield which[part], thing[part], shared[part]


def _lengths(starts, total):
    return np.diff(starts, append=total)
