"""Assignment 7: the triplet loss, semi-hard triplets, and a gallery of faces."""

import numpy as np

from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.compare import difference, kind
from cnnkit.grading.requests import call, methods

STRANGER = "not recognised"

# triplet_loss

SQUARES = (
    "The loss is made of squared distances: add up the squares of the differences."
)
MARGIN = (
    "The margin is added: a negative just as far away as the positive costs it all."
)
NEVER_BELOW = "A triplet that is solved costs nothing. The loss is never below 0."
ONE_EACH = "One number for each triplet: the sum runs over the last axis only."


def _loss(anchor, positive, negative, margin):
    near = ((anchor - positive) ** 2).sum(axis=1)
    far = ((anchor - negative) ** 2).sum(axis=1)
    return np.maximum(near - far + margin, 0)


def _triplet(part, a, p, n, margin, hint):
    a, p, n = (np.asarray(x, float) for x in (a, p, n))
    due = _loss(a, p, n, margin)
    return Case(part, call("triplet_loss", a, p, n, margin), due, hint=hint)


def _triplet_shown():
    rng = np.random.default_rng(71)
    a, p, n = rng.normal(size=(3, 4, 5))
    return [
        _triplet(
            "one triplet", [[0, 0]], [[0, 3]], [[1, 1]], 0.0, f"{SQUARES} {ONE_EACH}"
        ),
        _triplet("a margin", [[0, 0]], [[0, 1]], [[1, 0]], 0.5, MARGIN),
        _triplet("a solved triplet", [[0, 0]], [[0, 1]], [[3, 0]], 0.5, NEVER_BELOW),
        _triplet("four triplets", a, p, n, 0.2, ONE_EACH),
    ]


def _triplet_hidden(rng):
    def drawn(part, n, dimensions, margin, hint, near=1.0):
        a, b, c = rng.normal(size=(3, n, dimensions))
        return _triplet(part, a, a + near * b, c, margin, hint)

    margin = float(rng.uniform(0.3, 2))
    return [
        drawn("a batch of triplets", 12, 8, margin, ONE_EACH),
        drawn("no margin", 12, 4, 0.0, NEVER_BELOW),
        drawn("a wide margin", 9, 3, 10 * margin, MARGIN),
        drawn("most of them solved", 30, 2, margin, NEVER_BELOW, near=0.2),
        drawn("one triplet, or none", 1, 128, margin + 5, ONE_EACH, near=2.0),
        drawn("one triplet, or none", 0, 8, margin, ONE_EACH),
    ]


# squared_distances

EACH_TWO = "Row i, column j holds the squared distance of encodings i and j."


def _table(encodings):
    return ((encodings[:, None] - encodings[None]) ** 2).sum(axis=-1)


def _distances(part, encodings, hint):
    encodings = np.asarray(encodings, float)
    due = _table(encodings)
    return Case(part, call("squared_distances", encodings), due, hint=hint)


def _distances_shown():
    rng = np.random.default_rng(72)
    return [
        _distances("two encodings", [[0, 0], [3, 4]], SQUARES),
        _distances("four encodings", rng.normal(size=(4, 6)), EACH_TWO),
    ]


def _distances_hidden(rng):
    few = "one encoding, or two"
    scale = rng.uniform(1, 10, (2, 1))
    return [
        _distances("many encodings", rng.normal(size=(20, 8)), EACH_TWO),
        _distances("long encodings", rng.normal(size=(6, 128)), EACH_TWO),
        _distances("numbers, not vectors", rng.normal(size=(9, 1)), SQUARES),
        _distances(few, rng.normal(size=(1, 5)), EACH_TWO),
        _distances(few, scale * rng.normal(size=(2, 5)), SQUARES),
    ]


# semi_hard

PAIRS = (
    "There is one triplet for each anchor and each other image of the same person, so "
    "two for each pair. An image is not a positive of its own."
)
FARTHER = (
    "Look only at negatives that are farther from the anchor than the positive is. Of "
    "those take the nearest."
)
FALL_BACK = (
    "Where no negative is farther than the positive, take the farthest negative."
)
STRICTLY = "A negative exactly as far away as the positive is not farther."
NO_TRIPLET = (
    "Without a second image of a person, or without anybody else, there is no triplet: "
    "an array of shape (0, 3)."
)


def _mined(squared, labels):
    rows = []
    for a in range(len(labels)):
        others = np.flatnonzero(labels != labels[a])
        for p in np.flatnonzero(labels == labels[a]):
            if p == a or not len(others):
                continue
            beyond = others[squared[a, others] > squared[a, p]]
            if len(beyond):
                rows.append([a, p, beyond[np.argmin(squared[a, beyond])]])
            else:
                rows.append([a, p, others[np.argmax(squared[a, others])]])
    return np.array(rows, int).reshape(-1, 3)


def _mine(part, encodings, labels, hint):
    squared = _table(np.asarray(encodings, float).reshape(len(labels), -1))
    labels = np.asarray(labels, int)
    request = call("semi_hard", squared, labels)
    return Case(part, request, _mined(squared, labels), hint=hint)


def _mine_shown():
    three = [0, 0, 1, 2]
    crowd = np.random.default_rng(73).normal(size=(8, 3))
    return [
        _mine("two people apart", [0, 1, 3, 4.5], [0, 0, 1, 1], f"{PAIRS} {FARTHER}"),
        _mine("a negative nearer than the positive", [0, 2, 1, 6], three, FARTHER),
        _mine("no negative is farther", [0, 5, 1, 2], three, FALL_BACK),
        _mine("positive and negative equally far", [0, 2, -2, 8], three, STRICTLY),
        _mine("a crowd", crowd, [7, 3, 7, 5, 3, 3, 7, 9], PAIRS),
        _mine("everybody once", [0, 1, 3], [0, 1, 2], NO_TRIPLET),
    ]


def _mine_hidden(rng):
    def drawn(n, people, spread=0.0):
        labels = rng.integers(0, people, n)
        middles = spread * rng.normal(size=(people, 4))
        return middles[labels] + rng.normal(size=(n, 4)), labels

    mixed, labels = drawn(16, 4, spread=1.0)
    wide = rng.normal(size=(10, 3)) * np.where(np.arange(10) < 5, 20, 1)[:, None]
    one_wide = np.where(np.arange(10) < 5, 0, np.arange(10))
    d = int(rng.integers(1, 9))
    equal = rng.permutation(4)
    tie = np.array([0, d, -d, 4 * d])[equal], np.array([0, 0, 1, 2])[equal]
    none = "no triplet, or few"
    return [
        _mine("a few people", mixed, labels, FARTHER),
        _mine("many people", *drawn(20, 8), PAIRS),
        _mine("any numbers as labels", mixed, 100 - 7 * labels, PAIRS),
        _mine("no negative is farther", wide, one_wide, FALL_BACK),
        _mine("no negative is farther", *drawn(14, 3), FALL_BACK),
        _mine("positive and negative equally far", *tie, STRICTLY),
        _mine(none, mixed[:5], [4] * 5, NO_TRIPLET),
        _mine(none, mixed[:5], [0, 1, 2, 3, 4], NO_TRIPLET),
        _mine(none, mixed[:5], [0, 1, 2, 1, 4], PAIRS),
    ]


# best_threshold

COUNT = (
    "For a threshold, count the pairs that it judges right: those of one person at "
    "most so far apart, and those of two people farther apart. Take the best count."
)
NOBODY = "It may be best to accept no pair, or to accept all. Try such thresholds too."
AT_MOST = "A pair whose distance equals the threshold is accepted."


def _threshold(part, same, distances, hint):
    same, distances = np.asarray(same, bool), np.asarray(distances, float)

    def right(threshold):
        return np.sum((distances <= threshold) == same)

    most = max(map(right, [-1.0, *distances]))

    def judge(value):
        if kind(value) != "a number" or not np.isfinite(value):
            return f"{kind(value)} came back, a finite number was due"
        return None if right(value) == most else "another one judges more pairs right"

    request = call("best_threshold", same, distances)
    return Case(part, request, judge=judge, hint=hint)


def _threshold_shown():
    mixed = [0.2, 0.5, 0.9, 0.7, 0.8, 1.2]
    few = [0.1, 0.5, 0.6, 0.7, 0.8, 0.9]
    return [
        _threshold(
            "well apart", [1, 1, 0, 0], [0.2, 0.3, 0.8, 0.9], f"{COUNT} {AT_MOST}"
        ),
        _threshold("one pair on the wrong side", [1, 1, 1, 0, 0, 0], mixed, COUNT),
        _threshold("few pairs of one person", [1, 0, 0, 0, 0, 0], few, COUNT),
        _threshold("two people, the nearer ones", [0, 0, 1, 0], [1, 2, 3, 4], NOBODY),
        _threshold("one person alone", [1, 1, 1], [3, 1, 2], NOBODY),
        _threshold("equal distances", [1, 1, 0, 0], [2, 2, 3, 3], AT_MOST),
    ]


def _threshold_hidden(rng):
    def drawn(part, one, two, hint, apart=1.0, scale=9.0):
        scale = scale * rng.uniform(0.5, 2)
        near = np.abs(rng.normal(1, 0.4, one))
        far = np.abs(rng.normal(1 + apart, 0.4, two))
        order = rng.permutation(one + two)
        same = (np.arange(one + two) < one)[order]
        return _threshold(part, same, scale * np.hstack([near, far])[order], hint)

    steps = rng.integers(1, 7, 40)
    all_or_none = "one person alone, or none"
    return [
        drawn("well apart", 20, 20, COUNT, apart=4, scale=0.01),
        drawn("well apart", 20, 20, COUNT, apart=4, scale=10.0),
        drawn("a mixture", 30, 30, COUNT),
        drawn("a mixture", 40, 40, COUNT, apart=0.6),
        drawn("few pairs of one kind", 6, 60, COUNT, apart=0.8),
        drawn("few pairs of one kind", 60, 6, COUNT, apart=0.8),
        _threshold(
            "equal distances", steps + rng.integers(0, 3, 40) < 5, steps, AT_MOST
        ),
        drawn(all_or_none, 8, 0, NOBODY),
        drawn(all_or_none, 0, 8, NOBODY),
    ]


# verify and recognise

OWN = "Compare with the encodings of that one person, not with everybody's."
WITHIN = (
    "It is the distance that is compared, not its square; a distance that equals the "
    "threshold is accepted."
)
NEAREST = (
    "Keep all encodings of a person, and take the nearest. Their mean is somewhere "
    "else, and the last one is not enough."
)
UNKNOWN = "Of somebody who was never enrolled nothing is known: False."
WHO = "Look for the nearest encoding of all, and say whose it is."
NOT_FAR = (
    'If even the nearest encoding is farther away than the threshold, it is "not '
    'recognised", spelt like this.'
)
EMPTY = 'In an empty gallery there is nobody to be recognised: "not recognised".'
OWN_LIST = "Each gallery has its own people. Make what you keep in `__init__`."


def _visits(part, threshold, enrolled, asked, hint):
    """Enrol people, then ask; `asked` are a method and its arguments, and what is due.

    What `enroll` returns does not matter.
    """
    steps = [("enroll", name, _vector(x)) for name, x in enrolled]
    for method, x, *rest, _ in asked:
        steps.append((method, _vector(x), *rest))

    def judge(value):
        answers = zip(value[len(enrolled) :], asked, strict=True)
        for visitor, (got, (*_, due)) in enumerate(answers, 1):
            if (found := difference(got, due)) is not None:
                return f"visitor {visitor}: {found}"
        return None

    request = methods(call("Gallery", threshold), *steps)
    return Case(part, request, judge=judge, hint=hint)


def _vector(x):
    return np.asarray(x, float)


def _verify_shown():
    ada, ben = ("Ada", [0, 0]), ("Ben", [4, 0])
    return [
        _visits(
            "two visitors who say they are Ada",
            0.5,
            [ada],
            [("verify", [0.1, 0], "Ada", True), ("verify", [0.6, 0], "Ada", False)],
            WITHIN,
        ),
        _visits(
            "a distance that equals the threshold",
            0.5,
            [ada],
            [("verify", [0.5, 0], "Ada", True)],
            WITHIN,
        ),
        _visits(
            "somebody who is Ben",
            1.0,
            [ada, ben],
            [("verify", [4, 0], "Ada", False), ("verify", [4, 0], "Ben", True)],
            OWN,
        ),
        _visits(
            "several images of Ada",
            1.0,
            [ada, ("Ada", [4, 0])],
            [
                ("verify", [0, 0.5], "Ada", True),
                ("verify", [4, 0.5], "Ada", True),
                ("verify", [2, 0], "Ada", False),
            ],
            NEAREST,
        ),
        _visits(
            "nobody of that name", 1.0, [], [("verify", [0, 0], "Eve", False)], UNKNOWN
        ),
    ]


def _recognise_shown():
    ada, ben = ("Ada", [0, 0]), ("Ben", [4, 0])
    nobody = [("recognise", [0, 0], STRANGER)]
    return [
        _visits("an empty gallery", 9.0, [], nobody, f"{EMPTY} {OWN_LIST}"),
        _visits(
            "Ada and Ben",
            5.0,
            [ada, ben],
            [("recognise", [1, 0], "Ada"), ("recognise", [3, 0], "Ben")],
            WHO,
        ),
        _visits(
            "a stranger",
            0.5,
            [ada, ben],
            [("recognise", [0, 0.6], STRANGER), ("recognise", [0, 0.5], "Ada")],
            f"{NOT_FAR} {WITHIN}",
        ),
        _visits(
            "several images",
            1.0,
            [ada, ben, ("Ada", [8, 0])],
            [
                ("recognise", [0, 1], "Ada"),
                ("recognise", [7.5, 0], "Ada"),
                ("recognise", [4, 0.5], "Ben"),
            ],
            NEAREST,
        ),
        _visits("a new gallery", 9.0, [], nobody, OWN_LIST),
    ]


NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hana")


def _people(rng, dimensions=16):
    """Draw people far from one another, and one image of each to enrol."""
    middles = 2 * rng.normal(size=(len(NAMES), dimensions))
    names = rng.permutation(NAMES).tolist()

    def near(i, radius):
        step = rng.normal(size=dimensions)
        return middles[i] + radius * step / np.linalg.norm(step)

    return names, near, [(name, near(i, 0.4)) for i, name in enumerate(names)]


def _verify_hidden(rng):
    names, near, enrolled = _people(rng)
    own, x, scale = names[0], rng.normal(size=16), float(rng.integers(1, 5))
    several = [(own, x + i) for i in range(3)]
    edge = np.zeros(4), np.array([0, scale, 0, 0])
    visits = [("verify", near(i, 0.2), names[i], True) for i in (0, 3, 5)]
    visits += [("verify", near(i, 2.0), names[i], False) for i in (1, 2, 6)]
    others = [("verify", near(i, 0.2), names[i - 1], False) for i in (2, 4, 7)]
    others += [("verify", near(i, 0.2), names[i], True) for i in (2, 4, 7)]
    at_edge = [
        ("verify", edge[1], "Ada", True),
        ("verify", 1.01 * edge[1], "Ada", False),
    ]
    of_many = [("verify", x + i, own, True) for i in range(3)]
    of_many += [("verify", x + 0.5, own, False)]
    unknown = [("verify", near(0, 0.2), name, name == own) for name in ("Zoe", own)]
    squares = [("verify", 0.9 * edge[1] / scale, "Ada", False)]
    return [
        _visits("people who are who they say", 1.0, enrolled, visits, WITHIN),
        _visits("people who are somebody else", 1.0, enrolled, others, OWN),
        _visits("near the threshold", scale, [("Ada", edge[0])], at_edge, WITHIN),
        _visits("near the threshold", 0.85, [("Ada", edge[0])], squares, WITHIN),
        _visits("several images of a person", 0.5, several, of_many, NEAREST),
        _visits("names that nobody has", 1.0, enrolled, unknown, UNKNOWN),
    ]


def _recognise_hidden(rng):
    names, near, enrolled = _people(rng)
    known = [("recognise", near(i, 0.2), names[i]) for i in (0, 2, 3, 5, 7)]
    strangers = [("recognise", near(i, 2.0), STRANGER) for i in (1, 4)]
    x, step = rng.normal(size=6), np.array([3.0, 0, 0, 0, 0, 0])
    two = [("Ada", x), ("Ben", x + step), ("Ada", x + 2 * step)]
    of_two = [("recognise", x + 0.1, "Ada"), ("recognise", x + step + 0.1, "Ben")]
    of_two += [("recognise", x + 2 * step - 0.1, "Ada")]
    of_two += [("recognise", x + 0.5 * step, STRANGER)]
    scale = float(rng.integers(1, 5))
    edge = np.array([0, 0, scale])
    at_edge = [("recognise", edge, "Ada"), ("recognise", 1.01 * edge, STRANGER)]
    squares = [
        ("recognise", 0.9 * edge / scale, STRANGER),
        ("recognise", 0 * edge, "Ada"),
    ]
    empty = "an empty gallery, and a full one"
    return [
        _visits("people it knows", 1.0, enrolled, known, WHO),
        _visits(
            "people it knows, and strangers", 1.0, enrolled, known + strangers, NOT_FAR
        ),
        _visits("several images of a person", 1.0, two, of_two, NEAREST),
        _visits("near the threshold", scale, [("Ada", 0 * edge)], at_edge, WITHIN),
        _visits("near the threshold", 0.85, [("Ada", 0 * edge)], squares, WITHIN),
        _visits(empty, 1e6, [], [("recognise", x, STRANGER)], f"{EMPTY} {OWN_LIST}"),
        _visits(empty, 1e6, two, of_two[:3], WHO),
    ]


ASSIGNMENT = Assignment(
    name="a7",
    title="Triplets and a gallery of faces",
    minutes=90,
    questions=(
        Question("triplet_loss", 15, _triplet_shown, _triplet_hidden),
        Question("squared_distances", 10, _distances_shown, _distances_hidden),
        Question("semi_hard", 25, _mine_shown, _mine_hidden),
        Question("best_threshold", 15, _threshold_shown, _threshold_hidden),
        Question("verify", 15, _verify_shown, _verify_hidden),
        Question("recognise", 20, _recognise_shown, _recognise_hidden),
    ),
    uses=(),
    preload=("numpy", "matplotlib.pyplot"),
    cell_seconds=20,
    call_seconds=5,
    total_seconds=120,
)
