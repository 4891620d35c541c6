"""What stands in a street and is none of the three classes, drawn in metres.

Some of it is there to confuse: a bicycle has two wheels, a postbox is as tall and as
red as somebody in a red coat, a skip is as wide as a car.
"""

import numpy as np

from cnnkit.datasets._palette import lit, pick, shade
from cnnkit.datasets._sketch import Sketch, rounded

IRON = np.array([0.22, 0.24, 0.26])
WOOD = np.array([0.50, 0.34, 0.22])
LEAVES = (
    (0.27, 0.45, 0.22),
    (0.38, 0.55, 0.27),
    (0.20, 0.38, 0.26),
    (0.62, 0.55, 0.22),
    (0.72, 0.42, 0.18),
    (0.88, 0.66, 0.70),
)
SIGNAL = (
    (0.80, 0.16, 0.15),
    (0.15, 0.35, 0.66),
    (0.95, 0.78, 0.20),
    (0.20, 0.48, 0.34),
)


def tree(rng):
    """Draw a tree: a trunk and a crown of leaves in several tufts."""
    sketch = Sketch()
    tall = rng.uniform(3.2, 5.5)
    crown = rng.uniform(0.9, 1.6)
    leaf = pick(rng, LEAVES, 0.03)
    sketch.limb([[0, 0], [rng.normal(0, 0.1), tall]], [0.30, 0.14], shade(WOOD, 0.75))
    for dim in (0.72, 0.9, 1.08):
        tufts = rng.integers(4, 7)
        places = rng.normal(0, 0.42 * crown, (tufts, 2)) * [1, 0.8]
        places += [-0.15 * crown * dim, tall + 0.5 * crown * dim]
        sizes = crown * rng.uniform(0.35, 0.62, tufts)
        for (x, y), size in zip(places, sizes, strict=True):
            sketch.ellipse(
                x, y, size, 0.85 * size, shade(leaf, dim * rng.uniform(0.93, 1.07))
            )
    return sketch


def bush(rng):
    """Draw a bush in a box or on the ground."""
    sketch = Sketch()
    leaf = pick(rng, LEAVES, 0.03)
    for dim in (0.75, 1.0):
        for _ in range(4):
            x, y = rng.uniform(-0.6, 0.6), rng.uniform(0.3, 0.7)
            sketch.ellipse(x, y, 0.4, 0.32, shade(leaf, dim * rng.uniform(0.9, 1.1)))
    sketch.box(-0.75, 0, 0.75, 0.34, lit(pick(rng, (WOOD, (0.6, 0.6, 0.58)))))
    return sketch


def lamp(rng):
    """Draw a street lamp; it hangs over to the right at its top."""
    sketch = Sketch()
    tall = rng.uniform(3.6, 4.6)
    sketch.limb([[0, 0], [0, 0.7], [0, tall]], [0.22, 0.13, 0.09], IRON)
    sketch.limb([[0, tall], [0.25, tall + 0.22], [0.62, tall + 0.2]], 0.08, IRON)
    head = [[0.45, tall + 0.22], [0.95, tall + 0.18], [0.9, tall + 0.06]]
    sketch.polygon([*head, [0.5, tall + 0.08]], [0.99, 0.93, 0.70])
    return sketch


def sign(rng):
    """Draw a traffic sign on its pole: round, three-cornered or square."""
    sketch = Sketch()
    tall = rng.uniform(1.9, 2.5)
    sketch.limb([[0, 0], [0, tall]], 0.08, [0.55, 0.57, 0.58])
    colour = pick(rng, SIGNAL, 0.03)
    kind = rng.integers(3)
    if kind == 0:
        sketch.ellipse(0, tall, 0.33, 0.33, colour)
        sketch.ellipse(0, tall, 0.22, 0.22, [0.95, 0.95, 0.93])
    elif kind == 1:
        corners = np.array([[-0.40, -0.22], [0.40, -0.22], [0, 0.42]])
        sketch.polygon(corners + [0, tall], SIGNAL[0])
        sketch.polygon(0.62 * corners + [0, tall], [0.95, 0.95, 0.93])
    else:
        sketch.box(-0.3, tall - 0.3, 0.3, tall + 0.3, colour)
        sketch.limb([[-0.1, tall - 0.15], [0.12, tall + 0.15]], 0.1, [0.95, 0.95, 0.93])
    return sketch


def traffic_light(rng):
    """Draw a traffic light with one of its three lamps on."""
    sketch = Sketch()
    sketch.limb([[0, 0], [0, 2.4]], 0.12, IRON)
    sketch.box(-0.2, 2.2, 0.2, 3.2, IRON * 0.7)
    colours = np.array([[0.25, 0.75, 0.40], [0.98, 0.75, 0.20], [0.90, 0.20, 0.16]])
    colours *= np.where(np.arange(3) == rng.integers(3), 1.0, 0.35)[:, None]
    for i, colour in enumerate(colours):
        sketch.ellipse(0, 2.38 + 0.31 * i, 0.13, 0.13, colour)
    return sketch


def bench(rng):
    """Draw a bench."""
    sketch = Sketch()
    wood = lit(pick(rng, (WOOD, (0.30, 0.42, 0.36)), 0.04))
    for x in (-0.75, 0.75):
        sketch.box(x - 0.05, 0, x + 0.05, 0.85, IRON)
    for y in (0.42, 0.60, 0.74):
        sketch.box(-0.95, y, 0.95, y + 0.1, wood)
    return sketch


def bin_(rng):
    """Draw a litter bin or a wheeled one."""
    sketch = Sketch()
    colour = pick(rng, ((0.25, 0.40, 0.32), (0.32, 0.34, 0.36), (0.62, 0.30, 0.20)))
    sketch.polygon(
        [[-0.24, 0.05], [0.24, 0.05], [0.30, 0.95], [-0.30, 0.95]], lit(colour)
    )
    sketch.polygon(
        rounded([[-0.35, 0.92], [0.35, 0.92], [0.32, 1.08], [-0.32, 1.08]], 1),
        shade(colour, 0.7),
    )
    sketch.box(-0.18, 0.62, 0.18, 0.74, shade(colour, 0.55))
    return sketch


def postbox(rng):
    """Draw a postbox, about as tall as a child."""
    sketch = Sketch()
    colour = pick(
        rng, ((0.78, 0.18, 0.16), (0.92, 0.74, 0.20), (0.20, 0.36, 0.60)), 0.03
    )
    sketch.box(-0.10, 0, 0.10, 0.5, IRON)
    body = [
        [-0.27, 0.4],
        [0.27, 0.4],
        [0.27, 1.25],
        [0.15, 1.42],
        [-0.15, 1.42],
        [-0.27, 1.25],
    ]
    sketch.polygon(rounded(body, 1), lit(colour))
    sketch.box(-0.17, 1.08, 0.17, 1.14, [0.12, 0.12, 0.12])
    sketch.box(-0.15, 0.68, 0.15, 0.90, [0.93, 0.92, 0.86])
    return sketch


def hydrant(rng):
    """Draw a hydrant."""
    sketch = Sketch()
    colour = pick(rng, ((0.84, 0.24, 0.18), (0.95, 0.76, 0.22)), 0.03)
    sketch.box(-0.17, 0, 0.17, 0.10, shade(colour, 0.7))
    sketch.polygon(
        rounded([[-0.13, 0], [0.13, 0], [0.13, 0.7], [-0.13, 0.7]], 1), lit(colour)
    )
    sketch.ellipse(0, 0.68, 0.14, 0.12, colour)
    sketch.limb([[-0.22, 0.46], [0.22, 0.46]], 0.13, shade(colour, 0.85))
    return sketch


def bollard(rng):
    """Draw a row of bollards."""
    sketch = Sketch()
    for x in np.arange(rng.integers(2, 4)) * 0.9:
        sketch.limb([[x, 0], [x, 0.8]], 0.14, IRON)
        sketch.limb([[x, 0.68], [x, 0.7]], 0.15, [0.9, 0.88, 0.82])
    return sketch


def bicycle(rng):
    """Draw a parked bicycle: two wheels, and no motorcycle."""
    sketch = Sketch()
    colour = pick(rng, SIGNAL + ((0.12, 0.12, 0.13), (0.85, 0.85, 0.82)), 0.04)
    rear, front = np.array([-0.52, 0.34]), np.array([0.52, 0.34])
    crank, seat, head = (
        np.array([-0.06, 0.30]),
        np.array([-0.18, 0.80]),
        np.array([0.38, 0.80]),
    )
    for x, y in (rear, front):
        sketch.ring(x, y, 0.34, 0.295, IRON * 0.7)
        for turn in (0.2, 1.25, 2.3):
            spoke = 0.3 * np.array([np.cos(turn), np.sin(turn)])
            sketch.limb([[x, y] - spoke, [x, y] + spoke], 0.012, [0.6, 0.6, 0.6])
    for line in ((rear, crank, head, seat, crank), (rear, seat), (front, head)):
        sketch.limb(line, 0.045, colour)
    sketch.limb([head, head + [-0.03, 0.14], head + [0.1, 0.2]], 0.04, IRON)
    sketch.limb([seat + [-0.12, 0.08], seat + [0.1, 0.06]], 0.07, IRON * 0.6)
    return sketch


def kiosk(rng):
    """Draw a skip or a stall: as wide as a car, with an awning or without wheels."""
    sketch = Sketch()
    colour = pick(rng, SIGNAL + ((0.62, 0.52, 0.40),), 0.05)
    if rng.random() < 0.5:
        body = [[-1.3, 0.1], [1.3, 0.1], [1.6, 1.25], [-1.6, 1.25]]
        sketch.polygon(body, lit(colour))
        sketch.box(-1.65, 1.18, 1.65, 1.3, shade(colour, 0.6))
        for x in (-0.8, 0, 0.8):
            sketch.box(x - 0.05, 0.15, x + 0.05, 1.2, shade(colour, 0.7))
        return sketch
    sketch.box(-1.2, 0, 1.2, 2.1, lit([0.80, 0.76, 0.66]))
    sketch.box(-1.0, 0.95, 1.0, 1.8, [0.25, 0.24, 0.26])
    sketch.box(-1.25, 0.78, 1.25, 0.95, lit(WOOD))
    for i in range(8):
        stripe = colour if i % 2 else [0.95, 0.93, 0.88]
        x = -1.4 + 0.35 * i
        sketch.polygon(
            [[x, 1.75], [x + 0.35, 1.75], [x + 0.33, 2.2], [x + 0.02, 2.2]], stripe
        )
    return sketch


PROPS = {
    "tree": tree,
    "bush": bush,
    "lamp": lamp,
    "sign": sign,
    "traffic light": traffic_light,
    "bench": bench,
    "bin": bin_,
    "postbox": postbox,
    "hydrant": hydrant,
    "bollard": bollard,
    "bicycle": bicycle,
    "kiosk": kiosk,
}
