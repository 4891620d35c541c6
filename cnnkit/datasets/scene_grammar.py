"""A small grammar for sentences about drawn scenes, and what is true by it."""

import itertools
import numbers
from dataclasses import dataclass

COLOURS = ("red", "green", "blue", "yellow", "purple", "white")
KINDS = ("circle", "square", "triangle", "cross", "ring")
# Whether one box, "xyxy", stands so to another.
RELATIONS = {
    "left of": lambda one, other: one[2] <= other[0],
    "right of": lambda one, other: other[2] <= one[0],
    "above": lambda one, other: one[3] <= other[1],
    "below": lambda one, other: other[3] <= one[1],
}
FORM = (
    '"a COLOUR KIND", then RELATION and another such thing, then "and", RELATION and '
    f"a thing as often as you like. COLOUR: {', '.join(COLOURS)}. "
    f"KIND: {', '.join(KINDS)}. RELATION: {', '.join(RELATIONS)}"
)


@dataclass(frozen=True)
class Thing:
    """One thing of a scene.

    Attributes:
        colour: str, one of `COLOURS`.
        kind: str, one of `KINDS`.
        box: tuple of four floats, "xyxy" in pixels; y grows downwards.
    """

    colour: str
    kind: str
    box: tuple

    def __str__(self):
        return f"a {self.colour} {self.kind}"


@dataclass(frozen=True)
class Statement:
    """What a sentence says: a thing, and how it stands to others.

    Attributes:
        subject: pair of str, colour and kind.
        others: tuple of triples of str: relation, colour and kind.
    """

    subject: tuple
    others: tuple


def parse(sentence):
    """Read a sentence of the grammar.

    Args:
        sentence: str such as "a red circle", "a red circle left of a blue square" or
            "a red circle left of a blue square and above a white ring": the relation
            after "and" is that of the first thing, too. Small letters, no full stop.

    Returns:
        A `Statement`.

    Raises:
        ValueError: if it is no sentence of the grammar, an empty one for instance.

    Example:

    >>> parse("a red circle left of a blue square")
    Statement(subject=('red', 'circle'), others=(('left of', 'blue', 'square'),))

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """
    if not isinstance(sentence, str):
        raise ValueError(f"`sentence` must be a str. Received: sentence={sentence!r}.")
    words = sentence.split()
    subject, others, place = _thing(words, 0, sentence), [], 3
    while place < len(words):
        if others:
            _expect(words, place, ("and",), sentence)
            place += 1
        relation = _expect(words, place, [n.split()[0] for n in RELATIONS], sentence)
        place += 1
        if relation in ("left", "right"):
            relation += " " + _expect(words, place, ("of",), sentence)
            place += 1
        others.append((relation, *_thing(words, place, sentence)))
        place += 3
    return Statement(subject, tuple(others))


def is_true(sentence, scene):
    """Tell whether a sentence is true of a scene.

    One thing is left of another if its box ends before the other's begins; so for
    right of, above and below. Of two things that stand aslant both "left of" and
    "above" may be true. Each "a" of a sentence must be another thing of the scene.
    What is not mentioned may be there too.

    Args:
        sentence: str, a sentence of the grammar; see `parse`.
        scene: a `DescribedScene`, or a sequence of `Thing`.

    Returns:
        bool.

    Raises:
        ValueError: if the sentence is not in the grammar.

    Example:

    >>> scene = [Thing("red", "circle", (2, 4, 12, 14)),
    ...          Thing("blue", "square", (20, 18, 30, 28))]
    >>> is_true("a red circle left of a blue square", scene)
    True
    >>> is_true("a blue square below a red circle", scene)
    True
    >>> is_true("a red circle right of a blue square", scene)
    False

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """
    said = parse(sentence)
    names = [said.subject, *(other[1:] for other in said.others)]
    return any(
        all((t.colour, t.kind) == name for t, name in zip(chosen, names, strict=True))
        and all(
            _stand(other[0], chosen[0], thing)
            for other, thing in zip(said.others, chosen[1:], strict=True)
        )
        for chosen in itertools.permutations(_things(scene), len(names))
    )


def true_sentences(scene, mentions=None):
    """Return all sentences that are true of a scene and mention so many things.

    Args:
        scene: a `DescribedScene`, or a sequence of `Thing`.
        mentions: int of at least 1, how many things a sentence mentions; by default
            all of the scene.

    Returns:
        A tuple of different str, sorted; empty if there are fewer things.

    Raises:
        ValueError: if `mentions` is not as above.

    Example:

    >>> scene = [Thing("red", "circle", (2, 4, 12, 14)),
    ...          Thing("blue", "square", (20, 10, 30, 20))]
    >>> for sentence in true_sentences(scene):
    ...     print(sentence)
    a blue square right of a red circle
    a red circle left of a blue square

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """
    things = _things(scene)
    mentions = len(things) if mentions is None else mentions
    whole = isinstance(mentions, numbers.Integral) and not isinstance(mentions, bool)
    if not whole or mentions < 1:
        raise ValueError(
            "`mentions` must be an integer of at least 1, or None for all things of a "
            f"scene that has some. Received: mentions={mentions!r}."
        )
    found = set()
    for first, *rest in itertools.permutations(things, int(mentions)):
        ways = [
            [f"{name} {other}" for name in RELATIONS if _stand(name, first, other)]
            for other in rest
        ]
        for said in itertools.product(*ways):
            found.add(" ".join([str(first), " and ".join(said)]).strip())
    return tuple(sorted(found))


def _things(scene):
    return tuple(getattr(scene, "things", scene))


def _stand(relation, one, other):
    return RELATIONS[relation](one.box, other.box)


def _thing(words, place, sentence):
    _expect(words, place, ("a",), sentence)
    colour = _expect(words, place + 1, COLOURS, sentence)
    return colour, _expect(words, place + 2, KINDS, sentence)


def _expect(words, place, allowed, sentence):
    word = words[place] if place < len(words) else "its end"
    if word not in allowed or place >= len(words):
        raise ValueError(
            f"`sentence` must be of the grammar: {FORM}. Received: {sentence!r}, which "
            f"has {word!r} where {' or '.join(allowed)} is due."
        )
    return word
