"""Cars, drawn in metres: they stand on y = 0, with y upwards, around x = 0."""

import numpy as np

from cnnkit.datasets._palette import lit, pick, shade
from cnnkit.datasets._sketch import Sketch, rounded
from cnnkit.datasets._street.paint import (
    CHROME,
    GLASS,
    HEADLIGHT,
    PAINT,
    REAR_LIGHT,
    TYRE,
)

# Side views in parts of the length and of the height: the line over bonnet, cabin and
# boot from the rear bumper to the front one, the foot and the roof of the windows.
BODIES = {
    "hatchback": {
        "size": (3.8, 1.50),
        "top": [(0.02, 0.62), (0.10, 0.96), (0.24, 1.0), (0.52, 1.0), (0.70, 0.64)],
        "nose": [(0.96, 0.55)],
        "glass": [(0.10, 0.64), (0.15, 0.92), (0.52, 0.92), (0.66, 0.64)],
        "posts": (0.38,),
    },
    "saloon": {
        "size": (4.4, 1.42),
        "top": [(0.01, 0.62), (0.16, 0.66), (0.30, 1.0), (0.56, 1.0), (0.72, 0.64)],
        "nose": [(0.97, 0.55)],
        "glass": [(0.22, 0.66), (0.32, 0.92), (0.55, 0.92), (0.68, 0.66)],
        "posts": (0.44,),
    },
    "estate": {
        "size": (4.5, 1.66),
        "top": [(0.01, 0.62), (0.05, 0.97), (0.20, 1.0), (0.56, 0.99), (0.71, 0.64)],
        "nose": [(0.97, 0.58)],
        "glass": [(0.06, 0.64), (0.10, 0.91), (0.55, 0.91), (0.67, 0.64)],
        "posts": (0.24, 0.43),
    },
    "van": {
        "size": (4.6, 2.0),
        "top": [(0.0, 0.7), (0.02, 1.0), (0.2, 1.0), (0.70, 1.0), (0.86, 0.58)],
        "nose": [(0.98, 0.48)],
        "glass": [(0.52, 0.58), (0.52, 0.90), (0.69, 0.90), (0.81, 0.58)],
        "posts": (0.66,),
    },
    "little": {
        "size": (3.2, 1.48),
        "top": [(0.02, 0.55), (0.10, 0.86), (0.34, 1.0), (0.58, 0.98), (0.76, 0.62)],
        "nose": [(0.96, 0.50)],
        "glass": [(0.15, 0.60), (0.20, 0.84), (0.36, 0.91), (0.57, 0.90), (0.70, 0.60)],
        "posts": (0.43,),
    },
}


def car(rng, view):
    """Draw a car.

    Args:
        rng: a `numpy.random.Generator`.
        view: "side", "front" or "rear".

    Returns:
        A `Sketch`, and a list of lamps `(x, y, colour)`.
    """
    body = BODIES[str(rng.choice(list(BODIES)))]
    colour = pick(rng, PAINT, 0.03)
    if view == "side":
        return _car_from_the_side(body, colour, rng)
    return _car_head_on(body, colour, view == "front", rng)


def _car_from_the_side(body, colour, rng):
    length, height = body["size"] * rng.uniform(0.94, 1.06, 2)
    scale = [length, height]
    shift = [-0.5, 0]
    sketch = Sketch()
    low = 0.17 / height
    line = [
        (0.0, low),
        (0.0, 0.5),
        *body["top"],
        *body["nose"],
        (1.0, 0.36),
        (0.995, low),
    ]
    shell = rounded((np.array(line) + shift) * scale, 2)
    sketch.polygon(shell, lit(colour, 1.16, 0.80))
    axles = np.array([0.19, 0.80]) + rng.uniform(-0.01, 0.01, 2)
    radius = rng.uniform(0.29, 0.34)
    sketch.box(
        *(np.array([0.0, low]) + shift) * scale, length / 2, 0.30, shade(colour, 0.5)
    )
    glass = rounded((np.array(body["glass"]) + shift) * scale, 1)
    sketch.polygon(glass, GLASS)
    for post in body["posts"]:
        x = (post - 0.5) * length
        top, foot = 0.94 * height, 0.6 * height
        sketch.box(x - 0.045, foot, x + 0.045, top, lit(colour, 1.05, 0.9))
        sketch.limb([[x, 0.60 * height], [x - 0.02, 0.25]], 0.025, shade(colour, 0.66))
        sketch.limb(
            [[x - 0.22, 0.53 * height], [x - 0.38, 0.53 * height]], 0.04, CHROME * 0.8
        )
    if rng.random() < 0.4:
        line = np.array([[-0.495, 0.49], [0.47, 0.47]]) * scale
        sketch.limb(line, 0.035, shade(colour, 0.72))
    if rng.random() < 0.12:
        sketch.box(-0.28, height - 0.02, 0.22, height + 0.15, [0.98, 0.85, 0.35])
    for x in (axles - 0.5) * length:
        sketch.ellipse(x, radius, radius * 1.16, radius * 1.16, shade(colour, 0.25))
        sketch.ellipse(x, radius, radius, radius, TYRE)
        sketch.ellipse(x, radius, radius * 0.58, radius * 0.58, CHROME)
        sketch.ellipse(x, radius, radius * 0.24, radius * 0.24, CHROME * 0.6)
    front, rear = 0.485 * length, -0.492 * length
    sketch.ellipse(front - 0.02, 0.45 * height, 0.09, 0.075, HEADLIGHT)
    sketch.box(rear, 0.44 * height, rear + 0.10, 0.56 * height, REAR_LIGHT)
    lamps = [(front, 0.45 * height, HEADLIGHT), (rear, 0.5 * height, REAR_LIGHT)]
    return sketch, lamps


def _car_head_on(body, colour, front, rng):
    width, height = (
        1.78 * rng.uniform(0.94, 1.06),
        body["size"][1] * rng.uniform(0.96, 1.05),
    )
    half = width / 2
    sketch = Sketch()
    for side in (-1, 1):
        x = side * 0.78 * half
        sketch.box(x - 0.12, 0.0, x + 0.12, 0.5, TYRE)
    belt = 0.60 * height
    outline = [
        (-0.98 * half, 0.17),
        (-half, 0.5 * belt),
        (-0.95 * half, belt),
        (-0.70 * half, 0.97 * height),
        (-0.45 * half, height),
    ]
    outline += [(-x, y) for x, y in outline[::-1]]
    sketch.polygon(rounded(outline, 2), lit(colour, 1.14, 0.80))
    pane = [(-0.83 * half, belt), (-0.64 * half, 0.92 * height)]
    pane += [(-x, y) for x, y in pane[::-1]]
    sketch.polygon(rounded(pane, 1), GLASS)
    sketch.box(-0.98 * half, 0.2, 0.98 * half, 0.36, shade(colour, 0.5))
    lamps = []
    for side in (-1, 1):
        x = side * 0.73 * half
        mirror = side * 1.04 * half
        sketch.ellipse(mirror, belt + 0.03, 0.09, 0.07, shade(colour, 0.7))
        if front:
            sketch.ellipse(x, 0.76 * belt, 0.17, 0.11, HEADLIGHT)
            lamps.append((x, 0.76 * belt, HEADLIGHT))
        else:
            sketch.polygon(
                rounded(
                    [
                        [x - 0.17, 0.68 * belt],
                        [x + 0.17, 0.68 * belt],
                        [x + 0.17, 0.86 * belt],
                        [x - 0.17, 0.86 * belt],
                    ],
                    1,
                ),
                REAR_LIGHT,
            )
            lamps.append((x, 0.76 * belt, REAR_LIGHT))
    if front:
        sketch.box(-0.38 * half, 0.66 * belt, 0.38 * half, 0.82 * belt, TYRE * 1.6)
    else:
        sketch.limb(
            [[-0.9 * half, 0.93 * belt], [0.9 * half, 0.93 * belt]],
            0.03,
            shade(colour, 0.6),
        )
    sketch.box(-0.28, 0.40, 0.28, 0.52, [0.93, 0.92, 0.84])
    if rng.random() < 0.12:
        sketch.box(-0.25, height - 0.02, 0.25, height + 0.15, [0.98, 0.85, 0.35])
    return sketch, lamps
