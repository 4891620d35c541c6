"""Assignment 5: the YOLO pipeline, from the numbers of the grid to a few boxes."""

import numpy as np

from cnnkit import boxes as reference
from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.requests import call

# decode

MIDPOINT = (
    "b_x and b_y are the middle of the box. Half of its size lies on either side."
)
HEIGHT_FIRST = (
    "The order is p_c, b_x, b_y, b_h, b_w: the height comes before the width."
)
CELL = (
    "b_x and b_y are counted within their cell. The column says how far right the cell "
    "is, the row how far down; the first axis of `y` are the rows."
)
CELL_SIZE = (
    "A cell is image width / columns wide and image height / rows high. All four "
    "numbers of a box are counted in cells, until you turn them into pixels."
)
DECODED = (
    "Three arrays come back: confidences (rows, columns, k, 1), boxes "
    "(rows, columns, k, 4) and probabilities (rows, columns, k, classes)."
)


def _grid(rng, rows, columns, k, classes):
    """Draw the numbers of a grid, as a network gives them after its activations."""
    y = rng.random((rows, columns, k, 5 + classes))
    y[..., 3:5] *= 3
    y[..., 5:] /= y[..., 5:].sum(axis=-1, keepdims=True)
    return y


def _decode(part, y, image_shape, hint):
    due = reference.decode(y, image_shape)
    return Case(part, call("decode", y, image_shape), due, hint=hint)


def _decode_shown():
    def cell(b_x, b_y, b_h, b_w):
        return np.array([0.9, b_x, b_y, b_h, b_w, 0.2, 0.8]).reshape(1, 1, 1, 7)

    rng = np.random.default_rng(51)
    whole, flat = cell(0.5, 0.5, 1, 1), cell(0.5, 0.5, 0.2, 0.6)
    square = _grid(rng, 2, 2, 1, 2)
    wide = _grid(rng, 2, 3, 2, 4)
    return [
        _decode(
            "one cell, filled by its box", whole, (100, 100), f"{MIDPOINT} {DECODED}"
        ),
        _decode("one cell and a flat box", flat, (100, 100), HEIGHT_FIRST),
        _decode("four cells", square, (100, 100), CELL),
        _decode("an image that is not square", wide, (100, 240), CELL_SIZE),
    ]


def _decode_hidden(rng):
    side = int(rng.integers(3, 7))
    square = _grid(rng, side, side, 1, 3)
    tall, wide = _grid(rng, side + 2, side, 2, 3), _grid(rng, side, side + 3, 2, 3)
    many = _grid(rng, side, side, 5, int(rng.integers(4, 9)))
    one = _grid(rng, 1, 1, 2, 3)
    return [
        _decode("a square grid", square, (96, 96), CELL),
        _decode("more rows than columns", tall, (120, 120), CELL_SIZE),
        _decode("more columns than rows", wide, (90, 90), CELL_SIZE),
        _decode("an image that is not square", square, (60, 150), CELL_SIZE),
        _decode("an image that is not square", wide, (200, 80), CELL_SIZE),
        _decode("many anchors and classes", many, (64, 64), DECODED),
        _decode("one cell", one, (50, 70), HEIGHT_FIRST),
    ]


# filter_boxes

SCORE = "The score of a class is p_c times the probability of the class."
BOTH = "Compare the score with the threshold: neither p_c alone nor c_i alone will do."
EQUAL = "A score that equals the threshold is kept."
ORDER = (
    "Keep the order of the grid: row by row, in a row cell by cell, then the anchors."
)
NONE_SURE = (
    "Where nothing is sure enough, three empty arrays come back, of the shapes (0,), "
    "(0, 4) and (0,). A mask of truth values gives them by itself."
)


def _filter(part, y, threshold, hint):
    confidence, found, probabilities = reference.decode(y, (100, 100))
    due = reference.filter_boxes(confidence, found, probabilities, threshold)
    request = call("filter_boxes", confidence, found, probabilities, threshold)
    return Case(part, request, due, hint=hint)


def _cells(*numbers):
    """Give a grid of one row: each cell has p_c and the classes, and a fixed box."""
    y = np.zeros((1, len(numbers), 1, 4 + len(numbers[0])))
    for column, (p_c, *classes) in enumerate(numbers):
        y[0, column, 0] = [p_c, 0.5, 0.5, 0.4, 0.8, *classes]
    return y


def _filter_shown():
    unsure = _cells([0.9, 0.5, 0.5], [0.8, 0.1, 0.9], [0.5, 0.0, 1.0])
    exact = _cells([0.5, 1.0, 0.0], [0.25, 0.0, 1.0])
    grid = _grid(np.random.default_rng(52), 3, 4, 2, 3)
    return [
        _filter("one box", _cells([0.9, 0.2, 0.8]), 0.5, SCORE),
        _filter("sure of one thing only", unsure, 0.6, BOTH),
        _filter("a score that equals the threshold", exact, 0.5, EQUAL),
        _filter("a grid with two anchors", grid, 0.3, ORDER),
        _filter("nothing is sure enough", grid, 0.99, NONE_SURE),
    ]


def _filter_hidden(rng):
    one, several = _grid(rng, 5, 5, 1, 3), _grid(rng, 4, 6, 3, 5)
    steps = _grid(rng, 4, 5, 2, 4)
    steps[..., 0] = rng.integers(1, 5, size=steps.shape[:-1]) / 4
    steps[..., 5:] = np.eye(4)[rng.integers(0, 4, size=steps.shape[:-1])]
    all_or_none = "nothing, or everything"
    return [
        _filter("one anchor", one, float(rng.uniform(0.2, 0.4)), SCORE),
        _filter("several anchors", several, float(rng.uniform(0.1, 0.3)), ORDER),
        _filter("sure of one thing only", one, 0.35, BOTH),
        _filter("scores that equal the threshold", steps, 0.5, EQUAL),
        _filter("scores that equal the threshold", steps, 0.75, EQUAL),
        _filter(all_or_none, several, 0.999, NONE_SURE),
        _filter(all_or_none, several, 0.0, ORDER),
    ]


# iou

SHARED = (
    "What two boxes share goes from the larger left edge to the smaller right edge, "
    "and likewise from top to bottom. The union counts it once, not twice."
)
APART = (
    "Where boxes do not touch, the shared width or height comes out below 0. Two "
    "negative sides even make a positive area. What is shared then?"
)
NO_AREA = "A box without area makes 0/0, which is NaN. Its IoU is 0 with every box."
NO_BOXES = (
    "One number for each of `boxes`, and so none for none: an array of shape (0,)."
)


def _iou(part, box, others, hint):
    box, others = np.asarray(box, float), np.asarray(others, float).reshape(-1, 4)
    due = reference.pairwise_iou(box[None], others)[0]
    return Case(part, call("iou", box, others), due, hint=hint)


def _random_boxes(rng, n, side=100.0, least=10, most=40):
    corner = rng.uniform(0, side - most, (n, 2))
    return np.hstack([corner, corner + rng.uniform(least, most, (n, 2))])


def _iou_shown():
    box = [10, 10, 30, 20]
    return [
        _iou("boxes that overlap", box, [[20, 15, 40, 25], [10, 10, 30, 15]], SHARED),
        _iou("boxes apart", box, [[40, 30, 60, 40], [30, 10, 50, 20]], APART),
        _iou("no area", [5, 5, 5, 5], [[5, 5, 5, 5], [0, 0, 9, 9]], NO_AREA),
        _iou("no boxes", box, [], NO_BOXES),
    ]


def _iou_hidden(rng):
    box, *many = _random_boxes(rng, 20, side=60)
    x, y = rng.integers(0, 10, 2)
    inside = [[x, y, x + 2, y + 6], [x + 1, y + 2, x + 3, y + 4], [x, y, x + 8, y + 6]]
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1], [0, 1], [1, 0]]) * 50
    away = box + np.hstack([corners, corners])
    flat, point = [x, y, x + 4, y], [x + 1, y + 1, x + 1, y + 1]
    near = box + rng.uniform(-3, 3, 4)
    return [
        _iou("boxes that overlap", box, many, SHARED),
        _iou("boxes that overlap", box, [near], SHARED),
        _iou("one box within another", [x, y, x + 8, y + 6], inside, SHARED),
        _iou("boxes apart, and one that is not", box, [*away, near], APART),
        _iou("boxes without area", flat, [flat, point, *inside], NO_AREA),
        _iou("boxes without area", [x, y, x + 8, y + 6], [point, *inside], NO_AREA),
        _iou("one box, or none", box, many[:1], NO_BOXES),
        _iou("one box, or none", box, [], NO_BOXES),
        _iou("one box, or none", box, [near], NO_BOXES),
    ]


# nms and nms_per_class

KEEP_BEST = "Give back positions in `boxes`, that of the highest score first."
CHAIN = "A box that was dropped is gone. It must not drop others."
ABOVE = (
    "Boxes are dropped if their IoU is above the threshold. At the threshold they stay."
)
FIRST = "Of equal scores the box that stands first wins. Is your sorting stable?"
NOTHING = "No boxes in, no positions out."
OWN_CLASS = "A box drops only boxes of its own class. Suppress each class by itself."
GAPS = "Class numbers may have gaps: go through those that are there, as by np.unique."
MIXED = "In the end all classes stand in one list, the highest score first."
AT_MOST = (
    "`max_boxes` counts the boxes of all classes together, and the best ones stay."
)


def _nms(part, found, scores, threshold, hint):
    found, scores = np.asarray(found, float).reshape(-1, 4), np.asarray(scores, float)
    due = reference.nms(found, scores, threshold).tolist()
    return Case(part, call("nms", found, scores, threshold), due, hint=hint)


def _row(*lefts):
    """Give boxes 10 wide and 10 high that begin at these places of a line."""
    return [[left, 0, left + 10, 10] for left in lefts]


def _nms_shown():
    halves = [[0, 0, 10, 10], [0, 0, 10, 5]]
    return [
        _nms(
            "two boxes on one object", _row(0, 1, 30), [0.6, 0.9, 0.95], 0.5, KEEP_BEST
        ),
        _nms("a chain of boxes", _row(0, 3, 6), [0.9, 0.8, 0.7], 0.5, CHAIN),
        _nms("an IoU that equals the threshold", halves, [0.9, 0.8], 0.5, ABOVE),
        _nms("equal scores", _row(0, 1, 2, 40), [0.5, 0.5, 0.5, 0.5], 0.5, FIRST),
        _nms("no boxes", [], [], 0.5, NOTHING),
    ]


def _clusters(rng, n):
    """Draw boxes that crowd around a few places."""
    middles = _random_boxes(rng, 5)
    return middles[rng.integers(0, 5, n)] + rng.uniform(-5, 5, (n, 4))


def _nms_hidden(rng):
    threshold = float(rng.uniform(0.35, 0.65))
    chain = _row(*np.cumsum(rng.uniform(2, 5, 12)))
    halves = [[0, 0, 10, 10], [0, 0, 10, 5], [0, 0, 5, 10], [20, 0, 30, 10]]
    equal = rng.integers(1, 4, 30) / 4
    return [
        _nms(
            "several objects", _clusters(rng, 30), rng.random(30), threshold, KEEP_BEST
        ),
        _nms("several objects", _clusters(rng, 9), rng.random(9), threshold, KEEP_BEST),
        _nms("a chain of boxes", chain, rng.random(12), 0.3, CHAIN),
        _nms("a chain of boxes", chain, np.linspace(1, 0.1, 12), 0.3, CHAIN),
        _nms("an IoU that equals the threshold", halves, rng.random(4), 0.5, ABOVE),
        _nms(
            "an IoU that equals the threshold", halves, [1, 0.9, 0.8, 0.7], 0.5, ABOVE
        ),
        _nms("equal scores", _clusters(rng, 30), equal, threshold, FIRST),
        _nms("equal scores", _row(0, 1, 50, 51), [0.5] * 4, threshold, FIRST),
        _nms("few boxes, or none", [], [], threshold, NOTHING),
        _nms("few boxes, or none", chain[:1], [0.2], threshold, KEEP_BEST),
        _nms("few boxes, or none", _row(0, 1), [0.2, 0.3], 0.5, KEEP_BEST),
    ]


def _per_class(part, found, scores, classes, threshold, most, hint):
    found, scores = np.asarray(found, float).reshape(-1, 4), np.asarray(scores, float)
    classes = np.asarray(classes, int)
    due = reference.nms(found, scores, threshold, max_boxes=most, classes=classes)
    request = call("nms_per_class", found, scores, classes, threshold, most)
    return Case(part, request, due.tolist(), hint=hint)


def _per_class_shown():
    four, scores = _row(0, 1, 40, 41), [0.6, 0.7, 0.9, 0.8]
    return [
        _per_class(
            "two classes in one place",
            _row(0, 1),
            [0.9, 0.8],
            [0, 1],
            0.5,
            10,
            OWN_CLASS,
        ),
        _per_class("two of one class", _row(0, 1), [0.8, 0.9], [4, 4], 0.5, 10, GAPS),
        _per_class("four boxes", four, scores, [0, 0, 7, 2], 0.5, 10, MIXED),
        _per_class("two boxes at most", four, scores, [0, 1, 2, 7], 0.5, 2, AT_MOST),
        _per_class("no boxes", [], [], [], 0.5, 10, NOTHING),
    ]


def _per_class_hidden(rng):
    threshold = float(rng.uniform(0.35, 0.65))

    def drawn(part, n, which, most, hint):
        found, scores = _clusters(rng, n), rng.random(n)
        classes = rng.choice(which, n)
        return _per_class(part, found, scores, classes, threshold, most, hint)

    return [
        drawn("three classes", 30, [0, 1, 2], 100, MIXED),
        drawn("three classes", 8, [0, 1, 2], 100, OWN_CLASS),
        drawn("class numbers with gaps", 30, [3, 17, 60], 100, GAPS),
        drawn("a few boxes at most", 40, [0, 1, 2], 3, AT_MOST),
        drawn("a few boxes at most", 40, [1, 4], 1, AT_MOST),
        drawn("one class, one box, or none", 20, [5], 100, KEEP_BEST),
        drawn("one class, one box, or none", 1, [5], 100, KEEP_BEST),
        drawn("one class, one box, or none", 0, [5], 100, NOTHING),
    ]


# detect

STEPS = "Decode, filter, clip, suppress: your own functions, one after the other."
CLIP = (
    "A box ends where the image does. Clip before you suppress: the IoU of what is "
    "left decides. x goes up to the width of the image, y up to its height."
)
THREE = "Scores, boxes and classes come back in one and the same order, the best first."
NOBODY = "No boxes: the three arrays keep their shapes, (0,), (0, 4) and (0,)."


def _detect(part, y, image_shape, score, threshold, most, hint):
    confidence, found, probabilities = reference.decode(y, image_shape)
    scores, found, classes = reference.filter_boxes(
        confidence, found, probabilities, score
    )
    found = reference.clip(found, image_shape)
    kept = reference.nms(found, scores, threshold, max_boxes=most, classes=classes)
    due = scores[kept], found[kept], classes[kept]
    request = call("detect", y, image_shape, score, threshold, most)
    return Case(part, request, due, hint=hint)


def _scene(rng, rows, columns, sure, size=1.0, classes=3):
    """Draw a grid in which a few cells are sure, and their neighbours too."""
    y = _grid(rng, rows, columns, 2, classes)
    y[..., 0] *= 0.2
    for _ in range(sure):
        row, column = rng.integers(0, rows), rng.integers(0, columns)
        near = y[max(0, row - 1) : row + 2, column]
        near[..., 0] = rng.uniform(0.8, 1, near.shape[:-1])
        near[..., 3:5] = size * rng.uniform(1.5, 2.5, (*near.shape[:-1], 2))
        near[..., 5:] = 0.05
        near[..., 5 + rng.integers(0, classes)] = 0.9
    return y


def _detect_shown():
    rng = np.random.default_rng(55)
    one, twice, edge, both = np.zeros((4, 3, 3, 1, 7))
    one[1, 1, 0] = [0.9, 0.5, 0.5, 0.6, 0.8, 0.1, 0.9]
    edge[1, 2, 0] = [0.9, 0.975, 0.5, 4, 1.8, 1, 0]
    edge[1, 1, 0] = [0.8, 0.975, 0.5, 4, 1.95, 1, 0]
    twice[1, :2, 0] = [0.8, 0.9, 0.5, 1, 1.6, 0, 1], [0.9, 0.1, 0.5, 1, 1.6, 0, 1]
    both[1, :2, 0] = [0.8, 0.9, 0.5, 1, 1.6, 0, 1], [0.9, 0.1, 0.5, 1, 1.6, 1, 0]
    scene = _scene(rng, 4, 8, 5)
    return [
        _detect("one object", one, (90, 90), 0.6, 0.5, 10, STEPS),
        _detect("one object, found twice", twice, (90, 90), 0.6, 0.4, 10, STEPS),
        _detect("two classes in one place", both, (90, 90), 0.6, 0.4, 10, OWN_CLASS),
        _detect("boxes that reach outside", edge, (60, 120), 0.6, 0.37, 10, CLIP),
        _detect("a wide scene", scene, (80, 200), 0.5, 0.4, 4, THREE),
        _detect("nothing is sure enough", scene, (80, 200), 0.999, 0.4, 4, NOBODY),
    ]


def _detect_hidden(rng):
    threshold = float(rng.uniform(0.3, 0.6))
    street, wide = _scene(rng, 6, 6, 6), _scene(rng, 4, 9, 6)
    large, many = _scene(rng, 5, 5, 6, size=2), _scene(rng, 8, 8, 20, size=0.6)
    few = "nothing, or little"
    return [
        _detect("a street", street, (96, 96), 0.5, threshold, 50, STEPS),
        _detect("a wide image", wide, (64, 180), 0.5, threshold, 50, THREE),
        _detect("a tall image", wide, (180, 64), 0.4, threshold, 50, THREE),
        _detect("boxes that reach outside", large, (70, 90), 0.5, threshold, 50, CLIP),
        _detect(
            "more boxes than asked for", many, (96, 96), 0.5, threshold, 3, AT_MOST
        ),
        _detect(few, street, (96, 96), 0.999, threshold, 10, NOBODY),
        _detect(few, street, (96, 96), 0.7, threshold, 1, THREE),
    ]


ASSIGNMENT = Assignment(
    name="a5",
    title="The YOLO pipeline",
    minutes=90,
    questions=(
        Question("decode", 20, _decode_shown, _decode_hidden),
        Question("filter_boxes", 15, _filter_shown, _filter_hidden),
        Question("iou", 15, _iou_shown, _iou_hidden),
        Question("nms", 20, _nms_shown, _nms_hidden),
        Question("nms_per_class", 15, _per_class_shown, _per_class_hidden),
        Question("detect", 15, _detect_shown, _detect_hidden),
    ),
    uses=("datasets",),
    preload=("numpy", "matplotlib.pyplot"),
    cell_seconds=20,
    call_seconds=5,
    total_seconds=120,
)
