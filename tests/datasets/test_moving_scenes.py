"""Clips drawn by code: what a frame tells, and what only the order of frames tells."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier

from cnnkit.datasets import moving_scenes
from cnnkit.datasets.moving_scenes import _clip

SCENES = moving_scenes(360)


def test_shapes_and_ranges():
    assert SCENES.clips.shape == (360, 8, 24, 24, 1)
    assert SCENES.clips.dtype == np.float32
    assert SCENES.clips.min() >= 0 and SCENES.clips.max() <= 1
    assert SCENES.motions.dtype == SCENES.things.dtype == np.int64
    assert len(SCENES) == 360


@pytest.mark.parametrize(("frames", "size"), [(2, 16), (3, 17), (16, 40)])
def test_other_sizes(frames, size):
    scenes = moving_scenes(5, frames=frames, size=size)
    assert scenes.clips.shape == (5, frames, size, size, 1)
    assert np.isfinite(scenes.clips).all()


def test_none_and_one():
    assert moving_scenes(0).clips.shape == (0, 8, 24, 24, 1)
    assert moving_scenes(0).motions.shape == (0,)
    assert len(moving_scenes(1)) == 1


def test_the_first_clips_are_the_same():
    few = moving_scenes(5)
    np.testing.assert_array_equal(few.clips, SCENES.clips[:5])
    np.testing.assert_array_equal(few.motions, SCENES.motions[:5])
    assert not np.array_equal(few.clips, moving_scenes(5, seed=1).clips)


def test_all_pairs_are_equally_frequent():
    pairs = 3 * SCENES.motions + SCENES.things
    assert (np.bincount(pairs) == 30).all()


def test_subset():
    part = SCENES.subset(SCENES.motions == 2)
    assert len(part) == 90 and set(part.motions) == {2}


def test_backwards_is_the_opposite_motion():
    back = SCENES.backwards()
    opposite = {"left": "right", "approaching": "leaving"}
    opposite |= {b: a for a, b in opposite.items()}
    names = SCENES.motion_names
    assert all(
        opposite[names[a]] == names[b]
        for a, b in zip(SCENES.motions, back.motions, strict=True)
    )
    np.testing.assert_array_equal(back.things, SCENES.things)
    np.testing.assert_array_equal(back.backwards().clips, SCENES.clips)
    np.testing.assert_array_equal(back.backwards().motions, SCENES.motions)


def test_clips_of_opposite_motions_have_the_very_same_frames():
    """A clip "left" is what was drawn for "right", turned round in time."""
    pairs = 3 * SCENES.motions + SCENES.things
    for i in range(24):
        in_depth, thing = SCENES.motions[i] // 2, SCENES.thing_names[pairs[i] % 3]
        drawn = _clip(in_depth, thing, 8, 24, np.random.default_rng([0, 0, i, 0]))
        drawn = drawn[..., None].astype(np.float32)
        turned = SCENES.motions[i] % 2 == 0
        np.testing.assert_array_equal(SCENES.clips[i], drawn[::-1] if turned else drawn)


def test_things_go_where_their_names_say():
    """Follow the thing: where it is not the background, and how much of it there is."""
    clips = SCENES.clips[..., 0]
    behind = np.median(clips, axis=1, keepdims=True)
    other = np.abs(clips - behind) > 0.2
    columns = np.arange(24)
    found = {name: [] for name in SCENES.motion_names}
    for motion, thing in zip(SCENES.motions, other, strict=True):
        if min(thing[0].sum(), thing[-1].sum()) > 3:
            place = [(frame * columns).sum() / frame.sum() for frame in thing[[0, -1]]]
            found[SCENES.motion_names[motion]].append(place[1] - place[0])
    assert np.mean(np.array(found["right"]) > 3) > 0.95
    assert np.mean(np.array(found["left"]) < -3) > 0.95
    assert np.abs(np.median(found["approaching"] + found["leaving"])) < 2
    spread = clips.std(axis=(2, 3))  # a great thing makes for great differences
    nearer = spread[:, -1] > spread[:, 0]
    assert nearer[SCENES.motions == 2].mean() > 0.9
    assert nearer[SCENES.motions == 3].mean() < 0.1


@pytest.mark.parametrize("ways", [(0, 1), (2, 3)])
@pytest.mark.parametrize("view", ["one frame", "mean", "all pixels"])
def test_a_linear_method_does_not_find_the_direction(ways, view):
    scenes = SCENES.subset(np.isin(SCENES.motions, ways))
    views = {
        "one frame": lambda clips: clips[:, 3],
        "mean": lambda clips: clips.mean(axis=1),
        "all pixels": lambda clips: clips,
    }
    x = views[view](scenes.clips).reshape(len(scenes), -1)
    model = RidgeClassifier(100.0).fit(x[:120], scenes.motions[:120])
    assert model.score(x[120:], scenes.motions[120:]) < 0.7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": -1}, "`n` must be an integer of at least 0"),
        ({"n": 2.0}, "`n`"),
        ({"frames": 1}, "`frames` must be an integer of at least 2"),
        ({"size": 15}, "`size` must be an integer of at least 16"),
        ({"size": (24, 24)}, "`size`"),
        ({"seed": -1}, "`seed`"),
        ({"n": 10**9}, "GiB"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        moving_scenes(**{"n": 2, **arguments})
