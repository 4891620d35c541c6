"""A body in space: its joints in any posture.

Lengths are in heights of the person: x to the person's left, y upwards, z the way the
person looks.
"""

import numpy as np

ACTIONS = (
    "standing",
    "walking",
    "running",
    "waving",
    "reaching up",
    "jumping",
    "squatting",
    "kicking",
    "bending",
    "dancing",
)
HEAD = ("crown", "chin", "nose", "left eye", "right eye", "left ear", "right ear")
TRUNK = ("neck", "chest", "pelvis", "left waist", "right waist")
ARM = ("shoulder", "elbow", "wrist", "hand", "thumb")
LEG = ("hip", "knee", "ankle", "heel", "toe")
JOINTS = (
    *HEAD,
    *TRUNK,
    *(f"{side} {joint}" for side in ("left", "right") for joint in (*ARM, *LEG)),
)
INDEX = {name: i for i, name in enumerate(JOINTS)}
BONES = tuple(
    (INDEX[a], INDEX[b])
    for a, b in (
        ("crown", "nose"),
        ("nose", "chin"),
        ("left ear", "left eye"),
        ("left eye", "nose"),
        ("right ear", "right eye"),
        ("right eye", "nose"),
        ("chin", "neck"),
        ("neck", "chest"),
        ("chest", "pelvis"),
        *(
            (f"{side} {a}", f"{side} {b}")
            for side in ("left", "right")
            for a, b in (
                *zip(ARM, ARM[1:4], strict=False),
                *zip(LEG, LEG[1:], strict=False),
            )
        ),
        *(
            (a, f"{side} {b}")
            for side in ("left", "right")
            for a, b in (("neck", "shoulder"), ("pelvis", "hip"))
        ),
        *(
            (f"{side} {a}", f"{side} {b}")
            for side in ("left", "right")
            for a, b in (("wrist", "thumb"), ("shoulder", "waist"), ("waist", "hip"))
        ),
    )
)


def draw_posture(rng):
    """Return the name of what somebody does and the angles of it, in radians.

    Angles of an arm or a leg: forward, sideways, bend, how much of the bend is forward.
    """
    action = ACTIONS[rng.integers(len(ACTIONS))]
    side = 1 if rng.random() < 0.5 else -1
    near, off = rng.uniform(0.3, 1.0), rng.normal(0, 0.08, 20)
    arms = {1: [off[0], 0.15, 0.25, 1.0], -1: [off[1], 0.15, 0.25, 1.0]}
    legs = {1: [0.0, 0.06, 0.06, 1.0], -1: [0.0, 0.06, 0.06, 1.0]}
    lean, tilt, lift = 0.03, 0.0, 0.0
    if action in ("walking", "running"):
        fast = action == "running"
        swing = (0.95 if fast else 0.50) * near
        legs = {
            side: [swing, 0.02, (0.9 if fast else 0.15) * near, 1.0],
            -side: [-0.8 * swing, 0.02, (1.3 if fast else 0.5) * near, 1.0],
        }
        bend = 1.5 if fast else 0.35
        arms = {side: [-swing, 0.12, bend, 1.0], -side: [swing, 0.12, bend, 1.0]}
        lean, lift = (0.22 if fast else 0.05), (0.05 * near if fast else 0.0)
    elif action == "waving":
        arms[side] = [0.1, rng.uniform(1.3, 2.2), rng.uniform(0.5, 1.4), 0.0]
    elif action == "reaching up":
        arms = {
            s: [0.2, rng.uniform(2.3, 3.0), rng.uniform(0, 0.5), 0.0] for s in (1, -1)
        }
    elif action == "jumping":
        arms = {s: [0.1, rng.uniform(1.2, 2.6), 0.2, 0.0] for s in (1, -1)}
        legs = {s: [0.1, rng.uniform(0.15, 0.7), 0.3, 1.0] for s in (1, -1)}
        lift = rng.uniform(0.03, 0.14)
    elif action == "squatting":
        deep = rng.uniform(0.7, 1.6)
        legs = {s: [deep, rng.uniform(0.1, 0.5), 1.9 * deep, 1.0] for s in (1, -1)}
        arms = {s: [rng.uniform(0.6, 1.5), 0.1, 0.2, 1.0] for s in (1, -1)}
        lean = 0.35 * deep
    elif action == "kicking":
        legs[side] = [rng.uniform(0.8, 1.5), 0.1, rng.uniform(0, 0.4), 1.0]
        arms = {s: [-0.2 * s * side, rng.uniform(0.5, 1.3), 0.4, 0.5] for s in (1, -1)}
        lean = -0.15
    elif action == "bending":
        lean = rng.uniform(0.5, 1.2)
        arms = {s: [rng.uniform(0.2, 1.2), 0.1, 0.2, 1.0] for s in (1, -1)}
    elif action == "dancing":
        arms = {
            s: [
                *rng.uniform([-0.5, 0.3], [1.2, 2.4]),
                rng.uniform(0.2, 1.8),
                rng.random(),
            ]
            for s in (1, -1)
        }
        legs = {
            s: [*rng.uniform([-0.4, 0.0], [0.9, 0.5]), rng.uniform(0.1, 1.2), 1.0]
            for s in (1, -1)
        }
        tilt = rng.normal(0, 0.2)
    noise = {s: rng.normal(0, 0.10, (2, 4)) * [1, 1, 1, 0] for s in (1, -1)}
    return {
        "action": ACTIONS.index(action),
        "arms": {s: np.array(arms[s]) + noise[s][0] for s in (1, -1)},
        "legs": {s: np.array(legs[s]) + noise[s][1] for s in (1, -1)},
        "lean": lean + off[2] * 0.4,
        "tilt": tilt + off[3] * 0.5,
        "nod": rng.normal(0, 0.2) - 0.4 * lean,
        "look": rng.normal(0, 0.3),
        "lift": lift,
    }


def joints(posture, build):
    """Return the 32 joints of a body, `(32, 3)`.

    Args:
        posture: dict of `draw_posture`.
        build: dict of lengths: "legs", "arms", "shoulders", "hips", "head".
    """
    place = {"pelvis": np.zeros(3)}
    lean, tilt = posture["lean"], posture["tilt"]
    up = np.array([np.sin(tilt), np.cos(lean) * np.cos(tilt), np.sin(lean)])
    across = np.array([np.cos(tilt), -np.sin(tilt), 0.0])
    trunk = 0.53 - build["legs"] + 0.28
    place["chest"] = 0.72 * trunk * up
    place["neck"] = trunk * up
    for side, name in ((1, "left"), (-1, "right")):
        place[f"{name} waist"] = (
            0.35 * trunk * up + side * 0.85 * build["hips"] * across
        )
        place[f"{name} shoulder"] = (
            0.94 * trunk * up + side * build["shoulders"] * across
        )
        place[f"{name} hip"] = side * 0.75 * build["hips"] * across
        _arm(place, name, side, posture["arms"][side], build["arms"], lean)
        _leg(place, name, side, posture["legs"][side], build["legs"])
    _head(place, up, posture, build["head"])
    points = np.array([place[name] for name in JOINTS])
    return points + [0, posture["lift"] - points[:, 1].min(), 0]


def _way(side, forward, sideways):
    """Return the unit vector of a limb that hangs down if both angles are 0."""
    return np.array(
        [
            side * np.sin(sideways) * np.cos(forward),
            -np.cos(sideways) * np.cos(forward),
            np.sin(forward),
        ]
    )


def _arm(place, name, side, angles, length, lean):
    forward, sideways, bend, share = angles
    forward = forward - 0.3 * lean
    upper = _way(side, forward, sideways)
    lower = _way(side, forward + bend * share, sideways + bend * (1 - share))
    elbow = place[f"{name} shoulder"] + 0.46 * length * upper
    wrist = elbow + 0.40 * length * lower
    thumb = np.cross(lower, [side, 0.3, 0.2])
    place[f"{name} elbow"], place[f"{name} wrist"] = elbow, wrist
    place[f"{name} hand"] = wrist + 0.16 * length * lower
    place[f"{name} thumb"] = wrist + 0.08 * length * lower + 0.05 * length * thumb


def _leg(place, name, side, angles, length):
    forward, sideways, bend, _ = angles
    thigh = _way(side, forward, sideways)
    shin_angle = forward - abs(bend)
    shin = _way(side, shin_angle, 0.6 * sideways)
    knee = place[f"{name} hip"] + 0.50 * length * thigh
    ankle = knee + 0.46 * length * shin
    toe = np.array([side * 0.25, -np.sin(shin_angle) * -1 - 0.25, np.cos(shin_angle)])
    toe = toe / np.linalg.norm(toe)
    place[f"{name} knee"], place[f"{name} ankle"] = knee, ankle
    place[f"{name} heel"] = ankle + [0, -0.035, 0] - 0.035 * toe
    place[f"{name} toe"] = ankle + [0, -0.035, 0] + 0.12 * toe


def _head(place, up, posture, size):
    nod, look = posture["nod"], posture["look"]
    ahead = np.array(
        [np.sin(look) * np.cos(nod), np.sin(nod), np.cos(look) * np.cos(nod)]
    )
    left = np.array([np.cos(look), 0.0, -np.sin(look)])
    above = np.cross(ahead, left)
    middle = place["neck"] + 0.05 * up + 0.60 * size * above + 0.1 * size * ahead
    place["crown"] = middle + 0.55 * size * above
    place["chin"] = middle - 0.48 * size * above + 0.25 * size * ahead
    place["nose"] = middle - 0.08 * size * above + 0.48 * size * ahead
    for side, name in ((1, "left"), (-1, "right")):
        eye = middle + 0.08 * size * above + 0.36 * size * ahead
        place[f"{name} eye"] = eye + side * 0.17 * size * left
        place[f"{name} ear"] = middle + side * 0.40 * size * left
