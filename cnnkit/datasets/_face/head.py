"""A head in space: its landmarks under any expression, turned and projected.

Lengths are in half-widths of an ordinary head: x to the right of the picture, y
downwards from the middle between the eyes, z towards the camera.
"""

import numpy as np

EXPRESSIONS = ("neutral", "smiling", "laughing", "surprised", "angry", "sad", "asleep")

# What an expression does: corners of the mouth up, mouth open, lips apart in width,
# brows up, brows together and down at the nose, how far the eyes are open.
ACTIONS = {
    "neutral": (0.00, 0.00, 1.00, 0.00, 0.00, 1.00),
    "smiling": (0.09, 0.00, 1.22, 0.02, 0.00, 0.85),
    "laughing": (0.10, 0.16, 1.25, 0.04, 0.00, 0.60),
    "surprised": (-0.01, 0.22, 0.80, 0.12, 0.00, 1.45),
    "angry": (-0.05, 0.00, 0.95, -0.03, 0.10, 0.80),
    "sad": (-0.08, 0.00, 0.92, 0.04, -0.09, 0.80),
    "asleep": (0.00, 0.00, 1.00, -0.02, 0.00, 0.08),
}

# Where each part of the landmarks begins and ends.
PARTS = {
    "contour": slice(0, 17),
    "left brow": slice(17, 22),
    "right brow": slice(22, 27),
    "left eye": slice(27, 33),
    "right eye": slice(33, 39),
    "nose": slice(39, 48),
    "outer lips": slice(48, 60),
    "inner lips": slice(60, 64),
}


def landmarks(person, expression, strength):
    """Return the 64 landmarks of a head that looks into the camera, `(64, 3)`.

    Args:
        person: dict of `draw_person`.
        expression: str, one of `EXPRESSIONS`.
        strength: float, 1 for an ordinary one.
    """
    actions = np.array(ACTIONS[expression])
    rest = np.array(ACTIONS["neutral"])
    up, gape, stretch, raised, knit, wide = rest + strength * (actions - rest)
    parts = [
        _contour(person, gape),
        _brow(person, -1, raised, knit),
        _brow(person, 1, raised, knit)[::-1],
        _eye(person, -1, wide),
        _eye(person, 1, wide),
        _nose(person),
        *_mouth(person, up, gape, stretch),
    ]
    return np.concatenate(parts)


def surface(person, x, y):
    """Return z of the front of the head at x, y: half an egg."""
    half = np.where(np.asarray(y) < 0.2, 1.45, 1.1 * person["chin"])
    inside = 1 - (x / (1.12 * person["width"])) ** 2 - ((y - 0.1) / half) ** 2
    return 0.95 * np.sqrt(np.maximum(inside, 0.0))


def turned(points, yaw, pitch, roll):
    """Return points `(..., 3)` of a head turned about its middle.

    Args:
        points: `(..., 3)`.
        yaw: float, radians; positive looks to the right of the picture.
        pitch: float, radians; positive looks up.
        roll: float, radians; positive leans to the right of the picture.
    """
    x, y, z = np.moveaxis(np.asarray(points, float), -1, 0)
    y = y - 0.1
    x, z = x * np.cos(yaw) + z * np.sin(yaw), z * np.cos(yaw) - x * np.sin(yaw)
    y, z = y * np.cos(pitch) - z * np.sin(pitch), z * np.cos(pitch) + y * np.sin(pitch)
    x, y = x * np.cos(roll) - y * np.sin(roll), y * np.cos(roll) + x * np.sin(roll)
    return np.stack([x, y + 0.1, z], axis=-1)


def _lift(person, points, out=0.0):
    """Return points `(n, 2)` on the front of the head, `out` in front of it."""
    points = np.asarray(points, float)
    z = surface(person, points[:, 0], points[:, 1]) + out
    return np.column_stack([points, z])


def _contour(person, gape):
    """Return 17 points from ear to chin to ear, left to right in the picture."""
    width, chin = person["width"], person["chin"] + 0.55 * gape
    heights = np.array([-0.10, 0.14, 0.38, 0.60, 0.80, 0.94, 1.02, 1.06]) / 1.06
    corner = 0.70 * chin
    xs = [
        width,
        width * person["cheek"],
        width * (0.55 * person["cheek"] + 0.45 * person["jaw"]) * 1.04,
        width * person["jaw"] * 1.02,
        width * (0.62 * person["jaw"] + 0.38 * person["chin_width"]) * 1.06,
        person["chin_width"] * 1.45,
        person["chin_width"] * 0.95,
        person["chin_width"] * 0.5,
    ]
    ys = np.where(heights < 0, heights, heights * chin)
    ys[3] = corner
    ys[2] = (ys[1] + corner) / 2
    ys[4:] = corner + (chin - corner) * np.array([0.48, 0.78, 0.93, 0.985])
    left = np.column_stack([-np.array(xs), ys])
    right = left[::-1] * [-1, 1]
    outline = np.concatenate([left, [[0, chin]], right])
    z = 0.40 * np.clip(outline[:, 1] / chin, 0, 1) ** 2
    return np.column_stack([outline, z])


def _brow(person, side, raised, knit):
    """Return 5 points of a brow, from the outside to the nose."""
    share = np.linspace(1, 0, 5)
    x = person["brow_apart"] + share * (
        person["eye_apart"] + 0.16 - person["brow_apart"]
    )
    y = -person["brow_up"] - raised - person["brow_arch"] * np.sin(np.pi * share)
    y += person["brow_tilt"] * (share - 0.5) * 0.6 + knit * (1 - share) * 1.3
    return _lift(person, np.column_stack([side * x, y]), 0.04)


def _eye(person, side, wide):
    """Return 6 points of an eye: left corner, upper lid, right corner, lower lid."""
    half, opened = person["eye_width"], person["eye_open"] * wide
    x = half * np.array([-1, -0.4, 0.4, 1, 0.4, -0.4])
    y = opened * np.array([0, -1, -1, 0, 0.75, 0.75])
    y += 0.35 * person["eye_tilt"] * -side * x
    return _lift(person, np.column_stack([side * person["eye_apart"] + x, y]), 0.0)


def _nose(person):
    """Return 9 points: four down the bridge, five along the foot, left to right."""
    length, wide, out = person["nose"], person["nose_wide"], person["nose_out"]
    share = np.array([0.05, 0.35, 0.65, 0.92])
    bridge = np.column_stack([np.zeros(4), share * length])
    bridge = _lift(person, bridge) + np.column_stack(
        [0 * share, 0 * share, out * share]
    )
    foot = wide * np.array([[-1, 0], [-0.5, 0], [0, 0], [0.5, 0], [1, 0]])
    foot[:, 1] = length + 0.06 * np.array([-0.6, 0.6, 1, 0.6, -0.6])
    foot = _lift(person, foot)
    foot[:, 2] += out * np.array([0.15, 0.45, 0.62, 0.45, 0.15])
    return np.concatenate([bridge, foot])


def _mouth(person, up, gape, stretch):
    """Return 12 points around the lips and 4 along their inner edge."""
    centre = person["nose"] + (person["chin"] - person["nose"]) * (
        person["mouth"] - 0.1
    )
    half = person["mouth_wide"] * stretch
    turn = np.linspace(np.pi, 3 * np.pi, 13)[:-1]
    x, rise = half * np.cos(turn), np.sin(turn)
    corner = np.abs(np.cos(turn)) ** 2.2
    top, low = person["lip_up"], person["lip_low"] + gape
    y = np.where(rise < 0, rise * top, rise * low) - up * corner
    y[2], y[4] = y[2] - 0.012, y[4] - 0.012
    outer = np.column_stack([x, centre + y])
    inner = np.array([[-0.7 * half, 0], [0, 0], [0.7 * half, 0], [0, 0]])
    inner[[0, 2], 1] = -0.55 * up
    inner[1, 1] = -0.004
    inner[3, 1] = 0.85 * gape + 0.004
    inner[:, 1] += centre
    return _lift(person, outer, 0.05), _lift(person, inner, 0.05)
