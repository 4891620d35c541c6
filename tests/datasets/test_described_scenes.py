"""Drawn scenes and the grammar of their sentences, against what can be counted."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnkit import datasets
from cnnkit.datasets.described_scenes import NAMES, DescribedScene, DescribedScenes
from cnnkit.datasets.scene_grammar import (
    COLOURS,
    KINDS,
    RELATIONS,
    Statement,
    Thing,
    is_true,
    parse,
    true_sentences,
)

SCENE = [
    Thing("red", "circle", (2.0, 4.0, 12.0, 14.0)),
    Thing("blue", "square", (20.0, 18.0, 30.0, 28.0)),
    Thing("red", "ring", (20.0, 2.0, 30.0, 12.0)),
]
CORNER = st.integers(0, 40)
THING = st.builds(
    lambda colour, kind, x, y, w, h: Thing(colour, kind, (x, y, x + w, y + h)),
    st.sampled_from(COLOURS),
    st.sampled_from(KINDS),
    CORNER,
    CORNER,
    st.integers(1, 12),
    st.integers(1, 12),
)


@pytest.mark.parametrize(
    ("sentence", "truth"),
    [
        ("a red circle", True),
        ("a green circle", False),
        ("a red circle left of a blue square", True),
        ("a red circle above a blue square", True),
        ("a red circle above a red ring", False),
        ("a blue square right of a red circle and below a red ring", True),
        ("a blue square below a red ring and right of a red circle", True),
        ("a blue square right of a red circle and left of a red ring", False),
        ("a red circle left of a red circle", False),
        ("a red ring above a blue square and above a blue square", False),
    ],
)
def test_truth(sentence, truth):
    assert is_true(sentence, SCENE) is truth


def test_boxes_that_touch_stand_apart():
    pair = [Thing("red", "ring", (0, 0, 5, 5)), Thing("blue", "ring", (5, 0, 9, 5))]
    assert is_true("a red ring left of a blue ring", pair)
    assert not is_true("a red ring above a blue ring", pair)


def test_the_same_words_for_two_things():
    twins = [Thing("red", "ring", (0, 0, 5, 5)), Thing("red", "ring", (9, 0, 12, 5))]
    assert is_true("a red ring left of a red ring", twins)
    assert true_sentences(twins) == (
        "a red ring left of a red ring",
        "a red ring right of a red ring",
    )


def test_parse():
    assert parse("a red ring above a blue cross and left of a white square") == (
        Statement(
            ("red", "ring"),
            (("above", "blue", "cross"), ("left of", "white", "square")),
        )
    )
    assert parse("  a red\n ring ") == Statement(("red", "ring"), ())


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "a",
        "red circle",
        "a pink circle",
        "a red dog",
        "A red circle",
        "a red circle.",
        "a red circle left a blue square",
        "a red circle of a blue square",
        "a red circle left of",
        "a red circle left of a blue",
        "a red circle and a blue square",
        "a red circle left of a blue square above a white ring",
        "a red circle left of a blue square and",
        "a red circle left_of a blue square",
    ],
)
def test_what_is_no_sentence_is_refused(sentence):
    with pytest.raises(ValueError, match="`sentence` must be of the grammar"):
        is_true(sentence, SCENE)


def test_other_things_are_refused():
    with pytest.raises(ValueError, match="`sentence` must be a str"):
        parse(None)
    with pytest.raises(ValueError, match="`mentions`"):
        true_sentences(SCENE, 0)
    with pytest.raises(ValueError, match="`mentions`"):
        true_sentences([])
    assert true_sentences(SCENE, 4) == ()


@given(st.lists(THING, min_size=1, max_size=3), st.integers(1, 3))
def test_true_sentences_are_all_that_is_true(things, mentions):
    found = true_sentences(things, mentions)
    assert len(set(found)) == len(found) and all(is_true(s, things) for s in found)
    names = {str(thing) for thing in things}
    candidates = names
    if mentions > 1:
        steps = [f"{r} {name}" for r, name in itertools.product(RELATIONS, names)]
        rests = list(itertools.product(steps, repeat=mentions - 1))
        candidates = [f"{a} {' and '.join(r)}" for a in names for r in rests]
    assert set(found) == {s for s in candidates if is_true(s, things)}


def test_scenes():
    scenes = datasets.described_scenes(60, things=(1, 4))
    assert scenes.images.shape == (60, 48, 48, 3) and len(scenes) == 60
    assert scenes.images.dtype == np.float32
    assert scenes.images.min() >= 0 and scenes.images.max() <= 1
    assert {len(things) for things in scenes.things} == {1, 2, 3, 4}
    for things in scenes.things:
        assert len({str(thing) for thing in things}) == len(things)
        for one, other in itertools.permutations(things, 2):
            assert any(stand(one.box, other.box) for stand in RELATIONS.values())
    assert repr(scenes[0]).startswith("DescribedScene(a ")
    again = datasets.described_scenes(3, things=(1, 4))
    np.testing.assert_array_equal(again.images, scenes.images[:3])
    assert again.things == scenes.things[:3]
    assert datasets.described_scenes(3, seed=1).things != scenes.things[:3]
    assert datasets.described_scenes(2, size=64).images.shape == (2, 64, 64, 3)
    assert len(datasets.described_scenes(0)) == 0


def test_some_of_the_scenes():
    scenes = datasets.described_scenes(4)
    assert isinstance(scenes[-1], DescribedScene)
    assert scenes[np.int64(1)].things == scenes.things[1]
    mask = np.array([False, True, False, True])
    for index, places in ((slice(2), [0, 1]), ([2, 0], [2, 0]), (mask, [1, 3])):
        some = scenes[index]
        assert isinstance(some, DescribedScenes) and len(some) == 2
        np.testing.assert_array_equal(some.images, scenes.images[places])
        assert some.things == tuple(scenes.things[i] for i in places)
    assert len(scenes[4:]) == 0 and len(scenes[[]]) == 0
    assert scenes[:3].choose() == scenes.choose()[:3]
    assert [scene.things for scene in scenes] == list(scenes.things)
    for index in (4, [4], [[0]], None, 0.5):
        with pytest.raises(IndexError):
            scenes[index]


def test_a_box_holds_its_thing():
    scenes = datasets.described_scenes(80, things=1)
    for scene in (scenes[i] for i in range(80)):
        (thing,) = scene.things
        x1, y1, x2, y2 = map(int, thing.box)
        outside = np.ones((48, 48), bool)
        outside[max(0, y1 - 1) : y2 + 1, max(0, x1 - 1) : x2 + 1] = False
        ground = scene.image[outside]
        inside = scene.image[y1:y2, x1:x2].reshape(-1, 3)
        apart = np.abs(inside - np.median(ground, axis=0)).max(axis=1)
        assert 5 <= x2 - x1 <= 24 and 5 <= y2 - y1 <= 24
        assert np.percentile(apart, 75) > 0.1, thing


def test_what_is_chosen_is_true():
    scenes = datasets.described_scenes(40)
    chosen = [scenes.choose(), scenes.choose(seed=0), scenes.choose(seed=1)]
    assert len(set(chosen)) == 3 and scenes.choose(seed=1) == chosen[2]
    for sentences in chosen:
        for i, sentence in enumerate(sentences):
            assert scenes[i].is_true(sentence) and sentence in scenes[i].sentences()
    for sentence in chosen[0]:
        assert "right of" not in sentence
    assert all(s.count(" a ") == 1 for s in scenes.choose(mentions=2))
    assert scenes.choose(mentions=np.int64(1)) == scenes.choose(mentions=1)
    with pytest.raises(ValueError, match="`mentions` must not be more"):
        scenes.choose(mentions=3)
    for mentions in (0, 1.5, -1, True):
        with pytest.raises(ValueError, match="`mentions` must be an integer"):
            scenes.choose(mentions=mentions)
        with pytest.raises(ValueError, match="`mentions` must be an integer"):
            true_sentences(SCENE, mentions)
    assert true_sentences(SCENE, np.int64(2)) == true_sentences(SCENE, 2)


def test_detection():
    scenes = datasets.described_scenes(5)
    data = scenes.detection()
    assert data.class_names == NAMES and len(NAMES) == 30
    assert NAMES[data.classes[0][0]] == str(scenes.things[0][0])[2:]
    np.testing.assert_array_equal(data.boxes[4][1], scenes.things[4][1].box)


@pytest.mark.parametrize(
    "arguments",
    [
        {"n": -1},
        {"n": 1_000_000},
        {"size": 31},
        {"seed": -1},
        {"things": 0},
        {"things": 5},
        {"things": (3, 2)},
        {"things": (1, 2, 3)},
        {"things": 2.0},
    ],
)
def test_bad_arguments(arguments):
    name = "Draw" if arguments == {"n": 1_000_000} else f"`{next(iter(arguments))}`"
    with pytest.raises(ValueError, match=name):
        datasets.described_scenes(**arguments)
