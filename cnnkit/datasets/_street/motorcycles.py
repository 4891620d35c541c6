"""Motorcycles and scooters, drawn in metres, with or without a rider.

They stand on y = 0, with y upwards, around x = 0, and look to the right.
"""

import numpy as np

from cnnkit.datasets._palette import CLOTH, SKIN, TROUSERS, lit, pick, shade
from cnnkit.datasets._sketch import Sketch, rounded
from cnnkit.datasets._street.paint import (
    CHROME,
    GLASS,
    HEADLIGHT,
    PAINT,
    REAR_LIGHT,
    TYRE,
)


def motorcycle(rng, view):
    """Draw a motorcycle, parked or with its rider, who is a part of it.

    Args:
        rng: a `numpy.random.Generator`.
        view: "side", "front" or "rear".

    Returns:
        A `Sketch`, and a list of lamps `(x, y, colour)`.
    """
    colour = pick(rng, PAINT, 0.04)
    rider = None
    if rng.random() < 0.7 or view != "side":
        rider = {
            "jacket": pick(rng, CLOTH),
            "legs": pick(rng, TROUSERS),
            "helmet": pick(rng, PAINT),
            "skin": pick(rng, SKIN, 0.03),
            "size": rng.uniform(0.93, 1.06),
        }
    if view != "side":
        return _motorcycle_head_on(colour, rider, view == "front", rng)
    if rng.random() < 0.4:
        return _scooter(colour, rider, rng)
    return _machine(colour, rider, rng)


def _wheel(sketch, x, radius):
    sketch.ellipse(x, radius, 0.82 * radius, 0.82 * radius, CHROME * 0.6, alpha=0.35)
    for turn in (0.3, 1.35, 2.4):
        spoke = 0.8 * radius * np.array([np.cos(turn), np.sin(turn)])
        hub = np.array([x, radius])
        sketch.limb([hub - spoke, hub + spoke], 0.022, CHROME)
    sketch.ring(x, radius, radius, 0.70 * radius, TYRE)
    sketch.ellipse(x, radius, 0.075, 0.075, CHROME)


def _machine(colour, rider, rng):
    """Draw a motorcycle with its engine between the wheels."""
    sketch = Sketch()
    radius = rng.uniform(0.30, 0.34)
    rear, front = -0.68, 0.72
    raised = rng.uniform(0, 0.12)
    grip = np.array([0.36, 1.02 + raised])
    seat = np.array([-0.32, 0.80])
    if rider:
        _leg_on(sketch, seat, [0.02, 0.34], shade(rider["legs"], 0.7), rider)
    _wheel(sketch, rear, radius)
    _wheel(sketch, front, radius)
    sketch.limb([[-0.2, 0.28], [-0.92, 0.36]], [0.09, 0.12], lit(CHROME, 1.1, 0.7))
    sketch.limb([[rear, radius], [-0.1, 0.42]], 0.07, TYRE * 2)
    sketch.limb([[front, radius], [0.46, 0.92], grip], 0.055, CHROME)
    engine = [[-0.22, 0.24], [0.20, 0.24], [0.30, 0.55], [-0.26, 0.58]]
    sketch.polygon(rounded(engine, 1), lit(CHROME * 0.62, 1.2, 0.6))
    sketch.limb([[-0.16, 0.34], [0.16, 0.34]], 0.05, TYRE)
    sketch.limb([[-0.16, 0.44], [0.18, 0.44]], 0.05, TYRE)
    tank = [
        [-0.20, 0.60],
        [0.36, 0.58],
        [0.44, 0.74],
        [0.28, 0.93],
        [-0.06, 0.92],
        [-0.22, 0.78],
    ]
    sketch.polygon(rounded(tank, 2), lit(colour, 1.25, 0.75))
    cushion = [
        [-0.16, 0.72],
        [-0.16, 0.83],
        [-0.50, 0.80],
        [-0.86, 0.94],
        [-0.88, 0.84],
        [-0.56, 0.66],
    ]
    sketch.polygon(rounded(cushion, 2), lit(TYRE * 1.6, 1.4, 0.8))
    tail = [[-0.52, 0.62], [-0.90, 0.82], [-0.98, 0.74], [-0.80, 0.58]]
    sketch.polygon(rounded(tail, 1), lit(colour, 1.1, 0.75))
    angles = np.linspace(0.35, 2.3, 8)
    guard = np.array([front, radius]) + (radius + 0.05) * np.stack(
        [np.cos(angles), np.sin(angles)], 1
    )
    sketch.limb(guard, 0.06, colour)
    sketch.limb([grip, grip + [-0.14, -0.02]], 0.06, TYRE)
    sketch.ellipse(0.54, 0.86, 0.11, 0.11, CHROME)
    sketch.ellipse(0.57, 0.86, 0.08, 0.09, HEADLIGHT)
    lamps = [(0.58, 0.86, HEADLIGHT), (-0.97, 0.78, REAR_LIGHT)]
    sketch.ellipse(-0.95, 0.78, 0.05, 0.05, REAR_LIGHT)
    if rng.random() < 0.35:
        screen = [[0.42, 1.0], [0.56, 0.98], [0.44, 1.28]]
        sketch.polygon(rounded(screen, 1), GLASS[0])
    if rider:
        _ride(sketch, seat, grip, [0.02, 0.34], rider, rng.uniform(0.1, 0.5))
    return sketch, lamps


def _scooter(colour, rider, rng):
    """Draw a scooter: small wheels, a shield, a floor to stand the feet on."""
    sketch = Sketch()
    radius = rng.uniform(0.21, 0.24)
    rear, front = -0.58, 0.60
    grip, seat = np.array([0.36, 1.04]), np.array([-0.36, 0.80])
    floor = [0.12, 0.30]
    if rider:
        _leg_on(sketch, seat, floor, shade(rider["legs"], 0.7), rider)
    _wheel(sketch, rear, radius)
    _wheel(sketch, front, radius)
    body = [
        [-0.92, 0.36],
        [-0.92, 0.62],
        [-0.70, 0.74],
        [-0.14, 0.72],
        [-0.06, 0.30],
        [-0.30, 0.26],
        [-0.40, 0.42],
        [-0.74, 0.44],
    ]
    sketch.limb([[-0.16, 0.28], [0.34, 0.28]], 0.13, shade(colour, 0.6))
    sketch.polygon(rounded(body, 2), lit(colour, 1.25, 0.75))
    sketch.limb([[front, radius], [0.46, 0.62], grip], 0.06, CHROME * 0.8)
    shield = [
        [0.28, 0.22],
        [0.40, 0.24],
        [0.54, 0.58],
        [0.48, 0.96],
        [0.36, 0.98],
        [0.36, 0.56],
    ]
    sketch.polygon(rounded(shield, 2), lit(colour, 1.2, 0.82))
    guard = [[0.34, 0.36], [0.46, 0.50], [0.70, 0.50], [0.84, 0.36], [0.60, 0.40]]
    sketch.polygon(rounded(guard, 2), lit(colour, 1.1, 0.8))
    cushion = [[-0.82, 0.72], [-0.80, 0.84], [-0.24, 0.82], [-0.14, 0.72]]
    sketch.polygon(rounded(cushion, 1), lit(TYRE * 1.9, 1.4, 0.8))
    sketch.limb([grip, grip + [-0.14, 0.02]], 0.06, TYRE)
    sketch.ellipse(0.47, 0.96, 0.09, 0.09, CHROME)
    sketch.ellipse(0.49, 0.96, 0.07, 0.075, HEADLIGHT)
    sketch.ellipse(-0.91, 0.58, 0.045, 0.06, REAR_LIGHT)
    if rng.random() < 0.4:
        sketch.polygon(
            rounded([[-1.06, 0.84], [-0.72, 0.84], [-0.74, 1.16], [-1.04, 1.16]], 1),
            lit(shade(colour, 0.7)),
        )
    if rider:
        _ride(sketch, seat, grip, floor, rider, rng.uniform(-0.05, 0.15))
    return sketch, [(0.50, 0.96, HEADLIGHT), (-0.92, 0.58, REAR_LIGHT)]


def _leg_on(sketch, seat, foot, colour, rider):
    knee = (seat + foot) / 2 + [0.24, 0.12]
    sketch.limb([seat, knee, foot], [0.17, 0.15, 0.11], colour)
    sketch.limb([foot, np.add(foot, [0.13, -0.01])], 0.10, shade(rider["legs"], 0.45))


def _ride(sketch, seat, grip, foot, rider, lean):
    """Add the near leg, the body, the arm and the helmet of a rider."""
    size = rider["size"]
    _leg_on(sketch, seat, foot, rider["legs"], rider)
    up = np.array([np.sin(lean), np.cos(lean)])
    shoulder = seat + 0.52 * size * up
    jacket = rider["jacket"]
    back = [
        seat + [-0.15, -0.04],
        seat + [0.13, -0.05],
        shoulder + [0.14, -0.02],
        shoulder + [0.02, 0.09],
        shoulder + [-0.14, 0.0],
    ]
    sketch.polygon(rounded(back, 2), lit(jacket, 1.15, 0.82))
    elbow = (shoulder + grip) / 2 + [-0.03, -0.12]
    sketch.limb([shoulder, elbow, grip], [0.13, 0.11, 0.09], shade(jacket, 0.9))
    sketch.ellipse(*grip, 0.06, 0.055, shade(rider["legs"], 0.5))
    head = shoulder + 0.19 * up + [0.05, 0.03]
    sketch.limb([shoulder, head], 0.12, rider["skin"])
    sketch.ellipse(*head, 0.155, 0.16, lit(rider["helmet"], 1.25, 0.75))
    visor = head + [[0.03, 0.06], [0.15, 0.05], [0.155, -0.04], [0.05, -0.05]]
    sketch.polygon(rounded(visor, 1), [0.16, 0.18, 0.22])


def _motorcycle_head_on(colour, rider, front, rng):
    """Draw a motorcycle and its rider from the front or from behind."""
    sketch = Sketch()
    wide = rng.uniform(0.36, 0.43)
    radius = 0.31
    for side in (-1, 1):
        foot = [side * 0.22, 0.32]
        knee = [side * 0.33, 0.62]
        sketch.limb(
            [[side * 0.12, 0.86], knee, foot],
            [0.2, 0.17, 0.12],
            shade(rider["legs"], 0.95),
        )
        sketch.limb([foot, [side * 0.24, 0.27]], 0.13, shade(rider["legs"], 0.45))
    sketch.polygon(
        rounded([[-0.09, 0], [0.09, 0], [0.09, 2 * radius], [-0.09, 2 * radius]], 2),
        TYRE,
    )
    y = 0.9
    if not front:
        hump = [[-0.17, 0.58], [0.17, 0.58], [0.20, 0.86], [-0.20, 0.86]]
        sketch.polygon(rounded(hump, 1), lit(colour))
    size = rider["size"]
    shoulder = y + 0.50 * size
    torso = [
        [-0.18, y - 0.08],
        [0.18, y - 0.08],
        [0.25, shoulder - 0.03],
        [0.12, shoulder + 0.06],
        [-0.12, shoulder + 0.06],
        [-0.25, shoulder - 0.03],
    ]
    jacket = rider["jacket"]
    arms = [
        [[side * 0.22, shoulder - 0.03], [side * 0.37, y + 0.26], [side * wide, 1.02]]
        for side in (-1, 1)
    ]
    if not front:
        for arm in arms:
            sketch.limb(arm, [0.13, 0.11, 0.09], shade(jacket, 0.85))
    sketch.polygon(rounded(torso, 1), lit(jacket, 1.12, 0.82))
    head = np.array([0, shoulder + 0.19])
    sketch.ellipse(*head, 0.145, 0.165, lit(rider["helmet"], 1.25, 0.75))
    lamps = []
    if front:
        visor = head + [[-0.11, 0.05], [0.11, 0.05], [0.10, -0.06], [-0.10, -0.06]]
        sketch.polygon(rounded(visor, 1), [0.16, 0.18, 0.22])
        for side in (-1, 1):
            sketch.limb(
                [[side * 0.08, radius], [side * 0.10, 0.86]], 0.05, CHROME * 0.8
            )
        guard = [
            [-0.12, 0.50],
            [0.12, 0.50],
            [0.20, 0.72],
            [0.24, 0.98],
            [0.10, 1.10],
            [-0.10, 1.10],
            [-0.24, 0.98],
            [-0.20, 0.72],
        ]
        sketch.polygon(rounded(guard, 2), lit(colour, 1.2, 0.75))
        sketch.ellipse(0, 0.86, 0.11, 0.11, CHROME)
        sketch.ellipse(0, 0.86, 0.085, 0.085, HEADLIGHT)
        lamps.append((0, 0.86, HEADLIGHT))
        for arm in arms:
            sketch.limb(arm, [0.13, 0.11, 0.09], shade(jacket, 0.92))
    else:
        sketch.limb([[-0.06, 0.72], [0.06, 0.72]], 0.09, REAR_LIGHT)
        sketch.box(-0.10, 0.52, 0.10, 0.64, [0.93, 0.92, 0.84])
        lamps.append((0, 0.72, REAR_LIGHT))
    sketch.limb([[-wide - 0.05, 1.02], [-wide + 0.06, 1.02]], 0.07, TYRE)
    sketch.limb([[wide - 0.06, 1.02], [wide + 0.05, 1.02]], 0.07, TYRE)
    return sketch, lamps
