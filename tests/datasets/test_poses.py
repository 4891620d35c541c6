import hashlib

import numpy as np
import pytest

from cnnkit.datasets import poses
from cnnkit.datasets._body.skeleton import ACTIONS, BONES, JOINTS, draw_posture, joints

BUILD = {"legs": 0.5, "arms": 0.43, "shoulders": 0.12, "hips": 0.09, "head": 0.15}


@pytest.fixture(scope="module")
def people():
    return poses(60, seed=4)


def place(people, *names):
    return people.landmarks[:, [JOINTS.index(name) for name in names]]


def test_what_comes_back(people):
    assert people.images.shape == (60, 96, 96, 3) and people.images.dtype == np.float32
    assert people.images.min() >= 0 and people.images.max() <= 1
    assert people.landmarks.shape == (60, 32, 2)
    assert people.landmarks.dtype == np.float32
    assert set(people.action) == set(range(len(ACTIONS)))
    assert len(people.joints) == len(set(people.joints)) == 32
    assert repr(people) == "Poses(images=(60, 96, 96, 3), landmarks=(60, 32, 2))"


def test_all_joints_lie_in_the_picture(people):
    assert people.landmarks.min() > 0 and people.landmarks.max() < 1


def test_bones_join_the_whole_body():
    reached = {0}
    for _ in range(32):
        reached |= {b for a, b in BONES if a in reached}
        reached |= {a for a, b in BONES if b in reached}
    assert reached == set(range(32))


def test_people_and_places_differ(people):
    low, high = people.landmarks.min(axis=1), people.landmarks.max(axis=1)
    height, width = (high - low)[:, 1], (high - low)[:, 0]
    assert np.ptp(height) > 0.25 and np.ptp(width) > 0.3
    assert ((low + high) / 2).std(axis=0).min() > 0.04
    spread = (people.landmarks - people.landmarks.mean(axis=1, keepdims=True)).std(
        axis=0
    )
    assert spread[JOINTS.index("left hand")].min() > 0.08


def test_heads_are_over_feet_unless_somebody_bends(people):
    head, feet = place(people, "crown")[:, 0], place(people, "left toe", "right toe")
    assert (head[:, 1] < feet[..., 1].mean(axis=1)).mean() > 0.97


def test_left_and_right_are_the_persons(people):
    """Somebody who looks at us has the left shoulder on the right of the picture."""
    left, right = np.moveaxis(place(people, "left shoulder", "right shoulder"), 1, 0)
    assert (left[:, 0] > right[:, 0]).mean() > 0.75


@pytest.mark.parametrize("seed", range(20))
def test_limbs_keep_their_lengths(seed):
    rng = np.random.default_rng(seed)
    points = dict(zip(JOINTS, joints(draw_posture(rng), BUILD), strict=True))
    for side in ("left", "right"):
        for a, b, length in (
            ("shoulder", "elbow", 0.46 * 0.43),
            ("elbow", "wrist", 0.40 * 0.43),
            ("hip", "knee", 0.25),
            ("knee", "ankle", 0.23),
        ):
            bone = points[f"{side} {a}"] - points[f"{side} {b}"]
            assert np.linalg.norm(bone) == pytest.approx(length)
    assert min(point[1] for point in points.values()) >= -1e-9


def test_skin_is_at_the_hands(people):
    """What is painted at a hand differs from the wall beside it, mostly."""
    hands = place(people, "left hand", "right hand").reshape(-1, 2)
    differs = []
    for i, (x, y) in enumerate(hands):
        image = people.images[i // 2]
        column, row = int(96 * x), int(96 * y)
        around = image[max(row - 12, 0) : row + 13, max(column - 12, 0) : column + 13]
        colour = np.median(around.reshape(-1, 3), axis=0)
        differs.append(np.abs(image[row, column] - colour).max() > 0.06)
    assert np.mean(differs) > 0.6


def digest(data):
    return hashlib.sha256(data.images.tobytes() + data.landmarks.tobytes()).hexdigest()


def test_same_seed_same_bytes(people):
    assert digest(poses(3, seed=5)) == digest(poses(3, seed=5))
    assert digest(poses(3, seed=5)) != digest(poses(3, seed=6))
    assert digest(poses(3, seed=4)) == digest(people.subset(slice(3)))


def test_a_mean_pose_is_far_from_all(people):
    """Guessing the average place of each joint is off by a good part of the body."""
    error = np.linalg.norm(people.landmarks - people.landmarks.mean(axis=0), axis=-1)
    assert error.mean() > 0.1


@pytest.mark.parametrize("size", [32, 70, 200])
def test_any_size(size):
    data = poses(2, size=size)
    assert data.images.shape == (2, size, size, 3)
    assert np.isfinite(data.images).all()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"n": -1}, "`n` must be"),
        ({"n": "2"}, "`n` must be"),
        ({"seed": 0.5}, "`seed` must be"),
        ({"size": 31}, "`size` must be an integer of at least 32"),
        ({"n": 10**20}, "GiB. Draw fewer"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        poses(**{"n": 1, **arguments})


def test_nobody():
    assert poses(0).images.shape == (0, 96, 96, 3)
