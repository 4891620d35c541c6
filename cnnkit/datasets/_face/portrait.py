"""The picture of a face: what is painted, and the light on it."""

import numpy as np

from cnnkit.datasets._face.features import GLASSES, features, spectacles
from cnnkit.datasets._face.hair import around, back_hair, beard, front_hair
from cnnkit.datasets._face.head import EXPRESSIONS, PARTS, landmarks, surface, turned
from cnnkit.datasets._sketch import Sketch, mask, paint, rounded

MOST_TURNED = np.array([0.52, 0.32, 0.28])


def draw_situation(rng):
    """Return a dict of what differs from one picture of a person to the next."""
    around, above = rng.uniform(-1.3, 1.3), rng.uniform(-0.3, 0.9)
    light = [
        np.sin(around) * np.cos(above),
        -np.sin(above),
        np.cos(around) * np.cos(above),
    ]
    ambient = rng.uniform(0.2, 0.65)
    return {
        "pose": np.clip(rng.normal(0, (0.30, 0.16, 0.12)), -MOST_TURNED, MOST_TURNED),
        "scale": rng.uniform(0.265, 0.315),
        "shift": rng.uniform(-0.045, 0.045, 2),
        "expression": int(rng.integers(len(EXPRESSIONS))),
        "strength": rng.uniform(0.6, 1.15),
        "gaze": np.clip(rng.normal(0, 0.35, 2), -1, 1),
        "glasses": 0 if rng.random() < 0.72 else int(rng.integers(1, len(GLASSES))),
        "frame": rng.uniform(0.05, 0.6, 3) * rng.uniform(0.3, 1.0),
        "light": np.array(light),
        "ambient": ambient,
        "power": rng.uniform(0.8, 1.2) - ambient,
        "cast": 1 + rng.normal(0, 0.07, 3),
        "ground": _muted(rng, 2),
        "cloth": _muted(rng, 1)[0],
    }


def _muted(rng, n):
    """Return `n` colours that are not too gaudy, `(n, 3)`."""
    grey = rng.uniform(0.15, 0.9, (n, 1))
    return np.clip(grey + rng.normal(0, 0.13, (n, 3)), 0.03, 0.97)


def draw_portrait(person, situation, size, rng):
    """Return a picture `(size, size, 3)` and its landmarks `(64, 2)` in [0, 1]."""
    expression = EXPRESSIONS[situation["expression"]]
    points = landmarks(person, expression, situation["strength"])
    scale = situation["scale"] * size
    centre = (np.array([0.5, 0.48]) + situation["shift"]) * size

    def place(spots):
        """Return pixels of points in space, nearer ones a little larger."""
        spots = turned(spots, *situation["pose"])
        near = scale / (1 - 0.10 * spots[..., 2:])
        return spots[..., :2] * near + centre - [0, 0.22 * scale]

    behind, head = Sketch(), Sketch()
    back_hair(behind, person, place)
    _skull(head, person, points, place)
    beard(head, person, points, place, scale)
    features(head, person, situation, points, place, scale)
    front_hair(head, person, place)
    picture = _background(situation, size, rng)
    picture.add(behind)
    _body(picture, person, situation, place, scale)
    picture.add(head)
    pixels = np.zeros((size, size, 3), np.float32)
    paint(pixels, picture)
    _shine(pixels, behind.outline() + head.outline(), situation, place)
    if situation["glasses"]:
        paint(pixels, spectacles(situation, points, place, scale))
    pixels *= situation["cast"]
    pixels += rng.uniform(0.005, 0.03) * rng.standard_normal(pixels.shape)
    flat = place(points) / size
    return np.clip(pixels, 0, 1).astype(np.float32), flat.astype(np.float32)


def _background(situation, size, rng):
    sketch = Sketch()
    sketch.box(0, 0, size, size, situation["ground"])
    for _ in range(rng.integers(0, 7)):
        x, y = rng.uniform(0, size, 2)
        colour = np.clip(situation["ground"][0] + rng.normal(0, 0.15, 3), 0, 1)
        if rng.random() < 0.5:
            wide, tall = rng.uniform(0.05, 0.35, 2) * size
            sketch.box(x, y, x + wide, y + tall, colour, alpha=0.7)
        else:
            radius = rng.uniform(0.03, 0.2) * size
            sketch.ellipse(x, y, radius, radius, colour, alpha=0.7)
    return sketch


def _body(sketch, person, situation, place, scale):
    """Add shoulders and neck, which do not turn with the head so much."""
    chin = place(np.array([[0, 0.8 * person["chin"], -0.3]]))[0]
    x, y = chin
    cloth = np.stack([1.1 * situation["cloth"], 0.7 * situation["cloth"]])
    sketch.polygon(
        rounded(
            [
                [x - 0.5 * scale, y + 0.75 * scale],
                [x + 0.5 * scale, y + 0.75 * scale],
                [x + 1.7 * scale, y + 1.2 * scale],
                [x + 1.9 * scale, y + 3 * scale],
                [x - 1.9 * scale, y + 3 * scale],
                [x - 1.7 * scale, y + 1.2 * scale],
            ],
            2,
        ),
        cloth,
    )
    wide = 0.48 * scale * person["width"]
    sketch.polygon(
        [
            [x - wide, y - 0.3 * scale],
            [x + wide, y - 0.3 * scale],
            [x + 1.1 * wide, y + 0.85 * scale],
            [x, y + 1.15 * scale],
            [x - 1.1 * wide, y + 0.85 * scale],
        ],
        np.stack([0.66 * person["skin"], 0.90 * person["skin"]]),
    )


def _skull(sketch, person, points, place):
    """Add ears, then the face with its forehead."""
    skin, width = person["skin"], person["width"]
    for side in (-1, 1):
        ear = (side * (width + person["ear_out"] * 0.6), 0.12, -0.12)
        sketch.polygon(
            around(ear, (0.13 + person["ear_out"] / 2, person["ear"]), place),
            skin * 0.88,
        )
        sketch.polygon(around(ear, (0.06, 0.6 * person["ear"]), place), skin * 0.70)
    turn = np.linspace(0, -np.pi, 13)[1:-1]
    brow = np.column_stack(
        [width * 0.99 * np.cos(turn), -0.10 + 0.84 * person["crown"] * np.sin(turn)]
    )
    top = np.column_stack([brow, 0.5 * surface(person, *brow.T)])
    outline = np.concatenate([points[PARTS["contour"]], top])
    sketch.polygon(rounded(place(outline), 1), skin)


def _shine(pixels, outline, situation, place):
    """Shade head and hair like a ball in the light that there is."""
    size = pixels.shape[0]
    low, high = place(np.array([[[0, -1.2, 0.0]], [[0, 1.4, 0.0]]]))[:, 0]
    middle, tall = (low + high) / 2, np.hypot(*(high - low)) / 2
    covered = mask(outline, (size, size))
    y, x = (np.mgrid[:size, :size] + 0.5 - middle[::-1, None, None]) / tall
    x = x / 0.86
    z = np.sqrt(np.maximum(1.25 - x**2 - y**2, 0.02))
    length = np.sqrt(x**2 + y**2 + z**2)
    normal = np.stack([x, y, z]) / length
    facing = np.maximum(np.tensordot(situation["light"], normal, 1), 0)
    bright = situation["ambient"] + situation["power"] * facing
    flat = situation["ambient"] + 0.4 * situation["power"]
    pixels *= (covered * bright + (1 - covered) * flat)[..., None].astype(np.float32)
