"""Pedestrians, drawn in metres."""

import numpy as np

from cnnkit.datasets._palette import CLOTH, HAIR, SKIN, TROUSERS, lit, pick, shade
from cnnkit.datasets._sketch import Sketch, rounded


def pedestrian(rng):
    """Draw somebody who walks or stands, seen from the side, the front or behind."""
    tall = rng.uniform(1.0, 1.3) if rng.random() < 0.15 else rng.uniform(1.5, 1.92)
    look = {
        "skin": pick(rng, SKIN, 0.03),
        "hair": pick(rng, HAIR, 0.03),
        "top": pick(rng, CLOTH),
        "legs": pick(rng, TROUSERS),
        "shoes": pick(rng, TROUSERS + CLOTH[-4:]),
        "wide": rng.uniform(0.85, 1.2),
        "wears": rng.choice(["trousers", "trousers", "coat", "skirt", "shorts"]),
        "head": rng.choice(["short", "short", "long", "bun", "cap", "bald"]),
        "bag": rng.choice(["none", "none", "shoulder", "backpack", "case"]),
    }
    sketch = Sketch()
    if rng.random() < 0.6:
        _walker(sketch, look, rng)
    else:
        _stander(sketch, look, rng, behind=rng.random() < 0.5)
    child = 1.9 - tall if tall < 1.4 else 0
    return sketch.moved(np.diag([tall * (1 + 0.12 * child), tall]), [0, 0])


def _walker(sketch, look, rng):
    """Add somebody one metre tall, seen from the side."""
    stride = rng.uniform(0.10, 0.46)
    lean = rng.uniform(0.0, 0.03)
    wide = look["wide"]
    hip, shoulder = np.array([0, 0.49]), np.array([lean, 0.80])
    far, near = _leg(hip, -stride, rng), _leg(hip, stride, rng)
    swing = 0.9 * stride * rng.uniform(0.6, 1.2)
    bend = rng.uniform(0.1, 0.5)
    _arm(sketch, shoulder, swing, bend, look, 0.72)
    _draw_leg(sketch, far, look, 0.74)
    if look["bag"] == "backpack":
        sketch.polygon(
            rounded([[-0.20, 0.58], [-0.05, 0.56], [-0.04, 0.82], [-0.17, 0.80]], 2),
            lit(shade(look["shoes"], 1.3)),
        )
    _draw_leg(sketch, near, look, 1.0)
    _torso(sketch, look, shoulder, 0.066 * wide, 0.066 * wide)
    _head(sketch, look, shoulder + [0.012, 0.115], turned=1)
    _arm(sketch, shoulder, -swing, bend, look, 0.92)
    hand = shoulder + 0.33 * np.array([np.sin(-swing + bend / 2), -np.cos(swing)])
    if look["bag"] == "case":
        colour = lit(shade(look["shoes"], 1.2))
        sketch.polygon(rounded(_square(hand[0], hand[1] - 0.10, 0.10, 0.08), 1), colour)
    if look["bag"] == "shoulder":
        sketch.limb(
            [[lean + 0.03, 0.82], [-0.06, 0.56]], 0.018, shade(look["top"], 0.5)
        )
        colour = lit(shade(look["shoes"], 1.2))
        sketch.polygon(rounded(_square(-0.07, 0.51, 0.075, 0.055), 1), colour)


def _stander(sketch, look, rng, behind):
    """Add somebody one metre tall, seen from the front or from behind."""
    wide = look["wide"]
    apart = rng.uniform(0.03, 0.07) * wide
    lift = rng.uniform(0, 0.05)
    for side in (-1, 1):
        foot = np.array([side * (apart + 0.015), lift * (side > 0)])
        hip = np.array([side * 0.045 * wide, 0.48])
        knee = (hip + foot) / 2 + [side * 0.008, 0]
        _draw_leg(sketch, [hip, knee, foot + [0, 0.03]], look, 0.88 + 0.12 * side, 0.0)
    spread = rng.uniform(0.10, 0.32)
    bent = rng.random() < 0.3
    for side in (-1, 1):
        shoulder = np.array([side * 0.098 * wide, 0.79])
        elbow = shoulder + 0.17 * np.array([side * np.sin(spread), -np.cos(spread)])
        turn = rng.uniform(-0.5, 0.1) if not bent or side < 0 else 2.6
        angle = spread + turn * (1 if turn < 1 else -1)
        hand = elbow + 0.16 * np.array([side * np.sin(angle), -np.cos(angle)])
        _draw_arm(sketch, [shoulder, elbow, hand], look, 0.86)
    _torso(sketch, look, np.array([0, 0.80]), 0.112 * wide, 0.088 * wide)
    if look["bag"] == "backpack" and behind:
        colour = lit(shade(look["shoes"], 1.3))
        sketch.polygon(rounded(_square(0, 0.69, 0.10, 0.12), 2), colour)
    elif look["bag"] in ("shoulder", "backpack"):
        strap = shade(look["top"], 0.45)
        sketch.limb([[-0.07, 0.83], [0.10, 0.55]], 0.02, strap)
        colour = lit(shade(look["shoes"], 1.2))
        sketch.polygon(rounded(_square(0.12, 0.50, 0.06, 0.06), 1), colour)
    _head(sketch, look, np.array([0, 0.915]), turned=-1 if behind else 0)


def _square(x, y, half_width, half_height):
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return signs * [half_width, half_height] + [x, y]


def _leg(hip, swing, rng):
    """Return hip, knee and ankle of a leg that swings forward by `swing` radians."""
    bend = rng.uniform(0.05, 0.25) + (0.35 if swing < 0 else 0) * abs(swing)
    knee = hip + 0.24 * np.array([np.sin(swing), -np.cos(swing)])
    shin = swing - bend
    ankle = knee + 0.22 * np.array([np.sin(shin), -np.cos(shin)])
    return [hip, knee, np.maximum(ankle, [-9, 0.03])]


def _draw_leg(sketch, joints, look, dim, toe=0.06):
    hip, knee, ankle = joints
    colour = shade(look["legs"], dim)
    bare = look["wears"] in ("skirt", "shorts")
    skin = shade(look["skin"], dim)
    width = 0.080 * look["wide"]
    sketch.limb(
        [hip, knee, ankle], [width * 1.2, width, width * 0.75], skin if bare else colour
    )
    if look["wears"] == "shorts":
        sketch.limb([hip, knee], [width * 1.3, width * 1.2], colour)
    start = ankle - [0.015, 0.004]
    sketch.limb(
        [start, ankle + [toe, -0.006]], 0.052, shade(look["shoes"], 0.7 * dim + 0.1)
    )


def _arm(sketch, shoulder, swing, bend, look, dim):
    elbow = shoulder + 0.17 * np.array([np.sin(swing), -np.cos(swing)])
    swing += bend
    hand = elbow + 0.16 * np.array([np.sin(swing), -np.cos(swing)])
    _draw_arm(sketch, [shoulder, elbow, hand], look, dim)


def _draw_arm(sketch, joints, look, dim):
    shoulder, elbow, hand = joints
    width = 0.056 * look["wide"]
    sketch.ellipse(*hand, 0.03, 0.03, shade(look["skin"], dim))
    bare = look["wears"] in ("skirt", "shorts")
    if bare:
        sketch.limb([elbow, hand], [width * 0.8, width * 0.7], shade(look["skin"], dim))
    sleeve = (
        [shoulder, elbow] if bare else [shoulder, elbow, elbow + 0.8 * (hand - elbow)]
    )
    sketch.limb(sleeve, width, shade(look["top"], dim))


def _torso(sketch, look, shoulder, half_shoulder, half_hip):
    x, y = shoulder
    hem = 0.34 if look["wears"] == "coat" else 0.46
    half_hem = half_hip * (1.22 if look["wears"] == "coat" else 1.0)
    if look["wears"] == "skirt":
        skirt = [[-half_hip, 0.53], [half_hip, 0.53], [1.5 * half_hip, 0.31]]
        skirt.append([-1.5 * half_hip, 0.31])
        sketch.polygon(skirt, lit(look["legs"], 1.2, 0.9))
    points = [
        [x - 0.45 * half_shoulder, y + 0.035],
        [x + 0.45 * half_shoulder, y + 0.035],
        [x + half_shoulder, y + 0.01],
        [x + 0.95 * half_shoulder, y - 0.13],
        [0.92 * half_hip, 0.54],
        [half_hem, hem],
        [-half_hem, hem],
        [-0.92 * half_hip, 0.54],
        [x - 0.95 * half_shoulder, y - 0.13],
        [x - half_shoulder, y + 0.01],
    ]
    sketch.polygon(rounded(points, 1), lit(look["top"], 1.14, 0.84))
    if look["wears"] == "coat":
        sketch.limb([[x, y - 0.02], [0, hem + 0.01]], 0.012, shade(look["top"], 0.65))
    elif look["wears"] == "trousers":
        sketch.limb(
            [[-half_hip * 0.9, 0.475], [half_hip * 0.9, 0.475]],
            0.02,
            shade(look["shoes"], 0.5),
        )


def _head(sketch, look, centre, turned):
    """Add neck, head and hair; `turned` is 1 to the right, 0 to us, -1 away."""
    x, y = centre
    skin, hair = look["skin"], look["hair"]
    sketch.limb(
        [[x - 0.008, y - 0.04], [x - 0.014, y - 0.09]], 0.055, shade(skin, 0.85)
    )
    back = -0.016 if turned == 1 else 0
    if look["head"] == "long":
        points = _square(x + back * 1.6, y - 0.035, 0.078, 0.105)
        sketch.polygon(rounded(points, 2), shade(hair, 0.9))
    if look["head"] == "bun":
        bun = (x - 0.07, y + 0.045) if turned == 1 else (x, y + 0.085)
        sketch.ellipse(*bun, 0.033, 0.033, hair)
    if turned == -1 and look["head"] != "bald":
        sketch.ellipse(x, y, 0.066, 0.08, lit(hair, 1.2, 0.85))
    else:
        sketch.ellipse(x, y, 0.062, 0.078, lit(skin, 1.06, 0.9))
        if turned == 1:
            sketch.ellipse(x + 0.061, y - 0.01, 0.014, 0.014, skin)
    if look["head"] == "cap":
        top = [[x - 0.068, y + 0.012], [x - 0.06, y + 0.075], [x, y + 0.1]]
        top += [[x + 0.06, y + 0.075], [x + 0.068, y + 0.012]]
        sketch.polygon(rounded(top, 1), lit(look["top"], 0.8, 0.6))
        brim = 0.12 if turned == 1 else 0.07
        sketch.limb(
            [[x, y + 0.02], [x + brim, y + 0.018]], 0.022, shade(look["top"], 0.55)
        )
    elif look["head"] != "bald" and turned != -1:
        angles = np.linspace(0.05, np.pi + (0.75 if turned == 1 else -0.05), 12)
        cap = np.stack([0.069 * np.cos(angles), 0.086 * np.sin(angles)], axis=1)
        fringe = [[-0.02 if turned == 1 else -0.05, 0.032], [0.03, 0.042]]
        sketch.polygon(np.concatenate([cap, fringe]) + [x, y], lit(hair, 1.2, 0.9))
