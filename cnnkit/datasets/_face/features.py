"""Eyes, brows, nose, mouth, and glasses before them."""

import numpy as np

from cnnkit.datasets._face.head import PARTS, surface
from cnnkit.datasets._sketch import CIRCLE, Sketch, rounded

GLASSES = ("none", "round", "square", "dark")


def features(sketch, person, situation, points, place, scale):
    skin = person["skin"]
    flat = place(points)
    if person["freckles"]:
        for side in (-1, 1):
            for dx, dy in ((0.30, 0.38), (0.42, 0.30), (0.52, 0.42), (0.40, 0.48)):
                spot = [[side * dx, dy, surface(person, side * dx, dy)]]
                sketch.ellipse(
                    *place(np.array(spot))[0],
                    0.035 * scale,
                    0.035 * scale,
                    skin * [0.80, 0.68, 0.60],
                )
    if person["mole"] is not None:
        x, y = person["mole"]
        spot = place(np.array([[x, y, surface(person, x, y)]]))[0]
        sketch.ellipse(*spot, 0.05 * scale, 0.05 * scale, skin * 0.35)
    _lips(sketch, person, flat)
    nose = flat[PARTS["nose"]]
    shadow = skin * person["nose_dark"]
    side = 1 if situation["light"][0] < 0 else -1
    foot = nose[4:] if side < 0 else nose[8:3:-1]
    sketch.polygon([nose[0], nose[3], foot[2], foot[0], nose[1]], shadow, alpha=0.45)
    sketch.limb(nose[4:], 0.07 * scale, shadow)
    for nostril in (nose[5], nose[7]):
        sketch.ellipse(*nostril, 0.05 * scale, 0.035 * scale, skin * 0.40)
    for side, part in ((-1, "left"), (1, "right")):
        _eye(sketch, person, situation, flat[PARTS[f"{part} eye"]], scale)
        brow = flat[PARTS[f"{part} brow"]]
        thick = person["brow_thick"] * scale
        ends = np.array([0.45, 0.85, 1.0, 1.05, 0.9])
        sketch.limb(
            brow, thick * (ends if side < 0 else ends[::-1]), person["hair"] * 0.8
        )


def _lips(sketch, person, flat):
    outer, inner = flat[PARTS["outer lips"]], flat[PARTS["inner lips"]]
    rose = np.array([0.74, 0.32, 0.33])
    colour = person["skin"] * 0.72 * [1.05, 0.85, 0.85]
    colour = (1 - 0.6 * person["lips"]) * colour + 0.6 * person["lips"] * rose
    sketch.polygon(rounded(outer, 1), colour)
    left, top, right, low = inner
    gap = np.hypot(*(low - top))
    if gap > 0.12 * np.hypot(*(right - left)):
        sketch.polygon(rounded(inner, 2), [0.30, 0.08, 0.09])
        teeth = [left, top, right, 0.7 * top + 0.3 * low]
        sketch.polygon(rounded(teeth, 2), [0.96, 0.95, 0.92])
    else:
        line = np.stack([outer[0], 0.5 * (top + low), outer[6]])
        sketch.limb(line, 0.035 * np.hypot(*(outer[6] - outer[0])) + 0.3, colour * 0.45)


def _eye(sketch, person, situation, eye, scale):
    middle = eye.mean(axis=0)
    half = np.hypot(*(eye[3] - eye[0])) / 2
    opened = np.hypot(*(eye[1] + eye[2] - eye[4] - eye[5])) / 4
    lid = person["skin"] * 0.78
    sketch.ellipse(
        *(middle - [0, 0.5 * opened]),
        1.15 * half,
        1.3 * opened + 0.03 * scale,
        lid,
        alpha=0.5,
    )
    if opened > 0.03 * scale:
        sketch.polygon(rounded(eye, 1), [0.95, 0.95, 0.94])
        look = middle + situation["gaze"] * [0.45 * half, 0.35 * opened]
        radius = min(0.55 * half, 1.15 * opened)
        iris = CIRCLE * radius + look
        low, high = eye.min(axis=0), eye.max(axis=0)
        iris = np.clip(iris, low, high)
        sketch.polygon(iris, person["iris"])
        sketch.ellipse(*look, 0.45 * radius, 0.45 * radius, [0.04, 0.04, 0.05])
        sketch.ellipse(*(look - 0.35 * radius), 0.22 * radius, 0.22 * radius, [1, 1, 1])
    line = eye[[0, 1, 2, 3]]
    thick = (0.035 + 0.04 * person["lid"]) * scale
    sketch.limb(line, thick, [0.12, 0.08, 0.07])


def spectacles(situation, points, place, scale):
    sketch = Sketch()
    kind = GLASSES[situation["glasses"]]
    eyes = [points[PARTS[name]].mean(axis=0) for name in ("left eye", "right eye")]
    wide = 0.27
    shape = (
        CIRCLE
        if kind == "round"
        else rounded([[-1.1, -0.8], [1.1, -0.8], [1.0, 0.85], [-1.0, 0.85]], 1)
    )
    width = 0.055 * scale
    rims = []
    for eye in eyes:
        rim = eye + np.column_stack([wide * shape, np.full(len(shape), 0.12)])
        rims.append(place(rim))
        if kind == "dark":
            sketch.polygon(rims[-1], [0.06, 0.06, 0.08], alpha=0.88)
        else:
            sketch.polygon(rims[-1], [0.85, 0.90, 0.95], alpha=0.12)
        sketch.limb(np.concatenate([rims[-1], rims[-1][:1]]), width, situation["frame"])
    bridge = [eyes[0] + [wide, 0, 0.14], eyes[1] + [-wide, 0, 0.14]]
    sketch.limb(place(np.array(bridge)), width, situation["frame"])
    for eye, side in zip(eyes, (-1, 1), strict=True):
        temple = [eye + [side * wide, 0, 0.12], [side * 1.0, -0.02, -0.15]]
        sketch.limb(place(np.array(temple)), 0.8 * width, situation["frame"])
    return sketch
