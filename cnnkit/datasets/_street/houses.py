"""The fronts of houses, on any upright plane of the street."""

import numpy as np

from cnnkit.datasets._palette import CLOTH, lit, pick, shade
from cnnkit.datasets._sketch import rectangles

WALLS = (
    (0.72, 0.42, 0.32),
    (0.86, 0.76, 0.60),
    (0.92, 0.86, 0.74),
    (0.66, 0.70, 0.62),
    (0.60, 0.66, 0.72),
    (0.82, 0.58, 0.44),
    (0.88, 0.70, 0.66),
    (0.56, 0.52, 0.50),
    (0.95, 0.80, 0.50),
)
ROOFS = ((0.55, 0.28, 0.22), (0.34, 0.33, 0.36), (0.46, 0.38, 0.34))
CREAM = np.array([0.95, 0.93, 0.88])
LAMPLIGHT = (1.0, 0.82, 0.45)


def draw_house(sketch, plane, u1, u2, light, rng, dim=1.0):
    """Draw one house.

    Args:
        sketch: the `Sketch` to add it to.
        plane: function of arrays u (along the street) and v (upwards) in metres that
            returns their pixels, `(..., 2)`.
        u1: float, where the house begins.
        u2: float, where it ends.
        light: a `Light`.
        rng: a `numpy.random.Generator`.
        dim: float, how much light falls on this side of the street.
    """

    def face(a, b, low, high):
        """Return the corners of rectangles on the front, `(rectangles, 4, 2)`."""
        return plane(*rectangles(a, b, low, high))

    floors = int(rng.integers(2, 5))
    story = rng.uniform(2.7, 3.2)
    top = 0.4 + floors * story
    wall = dim * pick(rng, WALLS, 0.03)
    sketch.polygons(face(u1, u2, 0, top), lit(wall, 1.04, 0.92))
    if rng.random() < 0.5:
        roof = dim * pick(rng, ROOFS, 0.02)
        slope = 0.2 * (u2 - u1)
        u = np.array([u1 - 0.2, u2 + 0.2, u2 - slope, u1 + slope])
        gable = plane(u, top + np.array([0, 0, 1.6, 1.6]))
        sketch.polygon(gable, lit(roof, 1.1, 0.9))
    else:
        cornice = face(u1 - 0.1, u2 + 0.1, top - 0.1, top + 0.3)
        sketch.polygons(cornice, shade(wall, 0.8))
    _windows(sketch, face, u1, u2, 1.0 + story * np.arange(1, floors), wall, light, rng)
    _ground_floor(sketch, face, u1, u2, wall, light, rng)


def _windows(sketch, face, u1, u2, sills, wall, light, rng):
    """Add a window over every sill and every so many metres, some of them lit."""
    count = max(2, int((u2 - u1) / rng.uniform(1.5, 2.1)))
    centres = u1 + (u2 - u1) * (np.arange(count) + 0.5) / count
    half, tall = rng.uniform(0.38, 0.5), rng.uniform(1.3, 1.7)
    u, v = (places.ravel() for places in np.meshgrid(centres, sills))
    frames = face(u - half - 0.1, u + half + 0.1, v - 0.12, v + tall + 0.1)
    sketch.polygons(frames, shade(wall, 1.22 if rng.random() < 0.7 else 0.7))
    panes = face(u - half, u + half, v, v + tall)
    bright = rng.random(len(u)) < light.windows
    dark = light.pane * rng.uniform(0.85, 1.1)
    for chosen, colour in (
        (panes[~bright], dark),
        (panes[bright], light.glow(LAMPLIGHT)),
    ):
        if len(chosen):
            sketch.polygons(chosen, colour)


def _ground_floor(sketch, face, u1, u2, wall, light, rng):
    """Add a shop with an awning, or a door and windows."""
    wide = u2 - u1
    accent = pick(rng, CLOTH, 0.04)
    pane = light.glow(LAMPLIGHT) if rng.random() < light.windows else light.pane
    if rng.random() < 0.55:
        sketch.polygons(face(u1 + 0.3, u2 - 0.3, 0.0, 2.5), shade(accent, 0.55))
        sketch.polygons(face(u1 + 0.5, u2 - 1.7, 0.5, 2.3), pane)
        sketch.polygons(face(u2 - 1.4, u2 - 0.5, 0.0, 2.3), shade(pane, 0.8))
        edges = np.linspace(u1 + 0.2, u2 - 0.2, 2 * max(3, int(wide / 1.2)) + 1)
        stripes = face(edges[:-1], edges[1:], 2.3, 2.95)
        sketch.polygons(stripes[::2], accent)
        sketch.polygons(stripes[1::2], CREAM)
    else:
        door = u1 + wide * rng.uniform(0.15, 0.7)
        sketch.polygons(face(door - 0.1, door + 1.1, 0, 2.4), shade(wall, 0.75))
        sketch.polygons(face(door, door + 1.0, 0, 2.25), shade(accent, 0.8))
        u = u1 + wide * np.array([0.2, 0.85])
        u = u[np.abs(u - door - 0.5) > 1.3]
        if len(u):
            sketch.polygons(face(u - 0.45, u + 0.45, 1.0, 2.2), pane)
    if rng.random() < 0.12:
        _poster(sketch, face, (u1 + u2) / 2, rng)


def _poster(sketch, face, u, rng):
    """Add a poster with somebody on it, who is a picture and no pedestrian."""
    sketch.polygons(face(u - 0.7, u + 0.7, 0.5, 2.2), CREAM)
    ground = pick(rng, CLOTH, 0.05)
    sketch.polygons(face(u - 0.6, u + 0.6, 0.6, 2.1), ground)
    ink = shade(ground, 0.45 if ground.mean() > 0.4 else 2.2)
    sketch.polygons(face(u - 0.32, u + 0.32, 0.6, 1.3), ink)
    sketch.polygons(face(u - 0.18, u + 0.18, 1.4, 1.85), ink)
