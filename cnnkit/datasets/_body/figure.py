"""The picture of a person in some posture."""

import numpy as np

from cnnkit.datasets._body.skeleton import INDEX, draw_posture, joints
from cnnkit.datasets._palette import CLOTH, HAIR, SKIN, TROUSERS, lit, pick, shade
from cnnkit.datasets._sketch import Sketch, paint

MARGIN = 0.05


def draw_figure(size, rng):
    """Draw somebody.

    Args:
        size: int, of the square picture in pixels.
        rng: a `numpy.random.Generator`.

    Returns:
        A picture `(size, size, 3)`, the joints `(32, 2)` in [0, 1], and the position of
        what they do in `ACTIONS`.
    """
    build = {
        "legs": rng.uniform(0.47, 0.53),
        "arms": rng.uniform(0.40, 0.46),
        "shoulders": rng.uniform(0.10, 0.135),
        "hips": rng.uniform(0.075, 0.105),
        "head": rng.uniform(0.13, 0.165),
        "stout": rng.uniform(0.85, 1.3),
    }
    posture = draw_posture(rng)
    space = joints(posture, build)
    yaw = np.clip(rng.normal(0, 0.7), -1.4, 1.4)
    x, y, z = space.T
    across, depth = x * np.cos(yaw) + z * np.sin(yaw), z * np.cos(yaw) - x * np.sin(yaw)
    flat = np.column_stack([across, -y - 0.06 * depth])
    flat, scale, ground = _framed(flat, size, rng)
    pixels = np.zeros((size, size, 3), np.float32)
    sketch = _surroundings(size, ground, rng)
    middle = flat[INDEX["pelvis"], 0]
    sketch.ellipse(middle, ground, 0.24 * scale, 0.045 * scale, [0, 0, 0], alpha=0.3)
    _person(sketch, flat, depth, scale, build, yaw + posture["look"], rng)
    paint(pixels, sketch)
    pixels *= rng.uniform(0.7, 1.1) * (1 + rng.normal(0, 0.05, 3))
    pixels += rng.uniform(0.005, 0.03) * rng.standard_normal(pixels.shape)
    return np.clip(pixels, 0, 1), flat / size, posture["action"]


def _framed(flat, size, rng):
    """Return joints in pixels, all inside the picture; the scale; the ground's row."""
    low, high = flat.min(axis=0) - MARGIN, flat.max(axis=0) + MARGIN
    room = size * rng.uniform(0.60, 0.97)
    scale = room / max(high - low)
    spare = size - scale * (high - low)
    corner = spare * rng.uniform(0.1, 0.9, 2)
    ground = corner[1] + scale * (0 - low[1])
    return scale * (flat - low) + corner, scale, ground


def _surroundings(size, ground, rng):
    """Return a floor, a wall and things that are nobody."""
    sketch = Sketch()
    wall = rng.uniform(0.35, 0.9) + rng.normal(0, 0.08, 3)
    floor = rng.uniform(0.3, 0.75) + rng.normal(0, 0.08, 3)
    line = ground - rng.uniform(0.03, 0.25) * size
    sketch.box(0, 0, size, size, np.stack([1.1 * wall, 0.9 * wall]))
    for _ in range(rng.integers(2, 9)):
        colour = pick(rng, CLOTH, 0.08)
        x, wide = rng.uniform(-0.1, 1.0) * size, rng.uniform(0.02, 0.25) * size
        kind = rng.integers(3)
        if kind == 0:
            top = rng.uniform(0, 0.8) * line
            sketch.box(x, top, x + wide, line, lit(colour))
        elif kind == 1:
            y = rng.uniform(0, 1) * line
            sketch.ellipse(x, y, 0.5 * wide, 0.5 * wide, colour)
        else:
            bend = rng.uniform(-0.3, 0.3, 2) * size
            trunk = [[x, line], [x + bend[0], 0.6 * line], [x + bend[1], 0.1 * line]]
            sketch.limb(trunk, 0.3 * wide, colour)
    sketch.box(0, line, size, size, np.stack([0.9 * floor, 1.1 * floor]))
    for _ in range(rng.integers(0, 4)):
        x, y = rng.uniform([0, line], [size, size])
        wide = rng.uniform(0.03, 0.14) * size
        sketch.ellipse(x, y, wide, 0.3 * wide, shade(floor, rng.uniform(0.7, 1.2)))
    return sketch


def _person(sketch, flat, depth, scale, build, facing, rng):
    """Add the person, what is farther away first."""
    look = {
        "skin": pick(rng, SKIN, 0.03),
        "hair": pick(rng, HAIR, 0.03),
        "top": pick(rng, CLOTH),
        "legs": pick(rng, TROUSERS + CLOTH[:6]),
        "shoes": pick(rng, CLOTH),
        "sleeves": rng.random() < 0.5,
        "shorts": rng.random() < 0.35,
        "skirt": rng.random() < 0.15,
    }

    def at(*names):
        return flat[[INDEX[name] for name in names]]

    parts = []
    for side in ("left", "right"):
        arm = Sketch()
        _arm(arm, at, side, look, scale * build["stout"])
        parts.append((depth[INDEX[f"{side} elbow"]], arm))
        leg = Sketch()
        _leg(leg, at, side, look, scale * build["stout"])
        parts.append((depth[INDEX[f"{side} knee"]] - 0.05, leg))
    trunk = Sketch()
    _trunk(trunk, at, look, scale * build["stout"])
    parts.append((depth[INDEX["chest"]], trunk))
    head = Sketch()
    _head(head, at, depth, look, scale * build["head"], facing)
    parts.append((depth[INDEX["nose"]] + 0.02, head))
    for _, part in sorted(parts, key=lambda pair: pair[0]):
        sketch.add(part)


def _arm(sketch, at, side, look, scale):
    line = at(f"{side} shoulder", f"{side} elbow", f"{side} wrist")
    hand, thumb = at(f"{side} hand", f"{side} thumb")
    dim = 0.92 if side == "left" else 1.0
    skin, cloth = shade(look["skin"], dim), shade(look["top"], 0.9 * dim)
    sketch.limb(line, np.array([0.058, 0.048, 0.036]) * scale, skin)
    sketch.limb([line[2], thumb], 0.02 * scale, skin)
    sketch.limb([line[2], hand], np.array([0.036, 0.03]) * scale, skin)
    if look["sleeves"]:
        sketch.limb(line, np.array([0.068, 0.058, 0.046]) * scale, cloth)
    else:
        half = (line[0] + 1.2 * line[1]) / 2.2
        sketch.limb([line[0], half], np.array([0.070, 0.064]) * scale, cloth)


def _leg(sketch, at, side, look, scale):
    line = at(f"{side} hip", f"{side} knee", f"{side} ankle")
    heel, toe = at(f"{side} heel", f"{side} toe")
    dim = 0.9 if side == "left" else 1.0
    skin, cloth = shade(look["skin"], dim), shade(look["legs"], dim)
    widths = np.array([0.095, 0.068, 0.045]) * scale
    bare = look["shorts"] or look["skirt"]
    sketch.limb(line, widths, skin if bare else cloth)
    if bare:
        share = 0.65 if look["shorts"] else 0.5
        cut = (1 - share) * line[0] + share * line[1]
        wide = np.array([0.105, 0.10 if look["shorts"] else 0.14]) * scale
        sketch.limb([line[0], cut], wide, cloth)
    shoe = shade(look["shoes"], 0.7 * dim)
    sketch.limb([heel, toe], np.array([0.05, 0.036]) * scale, shoe)


def _trunk(sketch, at, look, scale):
    """Add the trunk: shoulders, waist and hips, thick enough from the side."""
    ring = at(
        "left shoulder",
        "left waist",
        "left hip",
        "right hip",
        "right waist",
        "right shoulder",
    )
    top = shade(look["top"], 1.0)
    waist = ring[[1, 4]].mean(axis=0)
    low = np.concatenate([ring[[2, 3]], waist[None]])
    sketch.limb(ring[[2, 3]], 0.10 * scale, shade(look["legs"], 0.95))
    sketch.polygon(low, shade(look["legs"], 0.95))
    spine = np.stack([at("neck")[0], at("chest")[0], waist])
    sketch.limb(spine, np.array([0.08, 0.135, 0.115]) * scale, top)
    outline = np.concatenate(
        [ring[[0, 1]], 0.6 * ring[[1, 4]] + 0.4 * ring[[2, 3]], ring[[4, 5]]]
    )
    sketch.polygon(outline, top)
    sketch.limb(ring[[0, 5]], 0.07 * scale, top)


def _head(sketch, at, depth, look, size, facing):
    """Add neck, head, hair and face; the face only as far as it is seen."""
    crown, chin, neck, nose = at("crown", "chin", "neck", "nose")
    ears, eyes = at("left ear", "right ear"), at("left eye", "right eye")
    sketch.limb(
        [neck, (chin + ears.mean(axis=0)) / 2], 0.48 * size, shade(look["skin"], 0.85)
    )
    middle = ears.mean(axis=0)
    up = crown - middle
    angle = np.arctan2(up[0], -up[1])
    tall = np.hypot(*up)
    for i, ear in enumerate(ears):
        if depth[INDEX[("left ear", "right ear")[i]]] > depth[INDEX["crown"]] - 0.02:
            sketch.ellipse(*ear, 0.11 * size, 0.14 * size, shade(look["skin"], 0.85))
    sketch.ellipse(*(middle + 0.08 * up), 0.46 * size, 1.0 * tall, look["hair"], angle)
    face = middle + 0.35 * (nose - middle) - 0.06 * up
    sketch.ellipse(
        *face, 0.40 * size, 0.92 * tall, lit(look["skin"], 1.05, 0.92), angle
    )
    ahead = nose - middle
    fringe = middle + 0.80 * up + 0.15 * ahead
    sketch.ellipse(*fringe, 0.40 * size, 0.30 * size, look["hair"], angle)
    for i, eye in enumerate(eyes):
        if depth[INDEX[("left eye", "right eye")[i]]] > depth[INDEX["crown"]] + 0.01:
            sketch.ellipse(*eye, 0.055 * size, 0.07 * size, [0.08, 0.06, 0.06])
    sketch.ellipse(*nose, 0.06 * size, 0.05 * size, shade(look["skin"], 0.75))
    mouth = 0.55 * nose + 0.45 * chin
    sketch.ellipse(*mouth, 0.10 * size, 0.03 * size, [0.55, 0.2, 0.2], angle)
