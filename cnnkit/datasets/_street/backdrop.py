"""The street itself: sky, houses, pavement and road, along the view or across it."""

from dataclasses import dataclass

import numpy as np

from cnnkit.datasets._palette import lit, pick, shade
from cnnkit.datasets._sketch import Sketch, rectangles
from cnnkit.datasets._street.houses import WALLS, draw_house

PAVING = ((0.68, 0.66, 0.62), (0.72, 0.64, 0.54), (0.58, 0.58, 0.60))
WHITE_LINE = np.array([0.90, 0.89, 0.84])
FARTHEST = 40.0


@dataclass(frozen=True)
class View:
    """Where the camera stands: it looks along z, with x to the right and y up.

    Attributes:
        height: int, of the image in pixels.
        width: int, of the image in pixels.
        focal: float, in pixels.
        horizon: float, its row.
        eye: float, the height of the camera over the ground in metres.
        side: float, how far the camera stands to the right of the street's middle.
    """

    height: int
    width: int
    focal: float
    horizon: float
    eye: float
    side: float

    @property
    def nearest(self):
        """How far away the ground at the lower edge of the image is, in metres."""
        return self.focal * self.eye / (0.985 * self.height - self.horizon)

    def project(self, x, y, z):
        """Return the pixels `(..., 2)` of points in metres."""
        scale = self.focal / np.asarray(z, float)
        pixels = np.empty((*np.broadcast(x, y, scale).shape, 2))
        pixels[..., 0] = self.width / 2 + (x - self.side) * scale
        pixels[..., 1] = self.horizon + (self.eye - y) * scale
        return pixels

    def ground(self, x1, x2, z1, z2):
        """Return the corners `(pieces, 4, 2)` of pieces of ground in pixels.

        Each argument is a number or an array with one number a piece.
        """
        x, z = rectangles(x1, x2, z1, z2)
        return self.project(x, 0.0, z)


def draw_view(height, width, rng):
    """Return a `View` from which the ground begins about four metres away."""
    focal, horizon = rng.uniform(1.0, 1.2), rng.uniform(0.32, 0.44)
    eye = min(rng.uniform(1.5, 2.4), 3.8 * (0.985 - horizon) / focal)
    side = rng.uniform(-1.2, 1.2)
    return View(height, width, focal * height, horizon * height, eye, side)


@dataclass(frozen=True)
class Street:
    """A street that is drawn, and where things may stand in it.

    Attributes:
        sketch: `Sketch` in pixels.
        along: bool, whether it runs away from us or from side to side.
        road: pair, where the road begins and ends: x if along, otherwise z.
        houses: float, where the houses begin: x on either side, or z.
    """

    sketch: Sketch
    along: bool
    road: tuple[float, float]
    houses: float


def draw_street(view, light, rng):
    """Draw a street without anything in it.

    Args:
        view: a `View`.
        light: a `Light`.
        rng: a `numpy.random.Generator`.

    Returns:
        A `Street`.
    """
    sketch = Sketch()
    _sky(sketch, view, light, rng)
    _skyline(sketch, view, light, rng)
    asphalt = np.full(3, rng.uniform(0.34, 0.52)) + rng.normal(0, 0.012, 3)
    paving = pick(rng, PAVING, 0.02)
    draw = _along if rng.random() < 0.45 else _across
    return draw(sketch, view, light, asphalt, paving, rng)


def _sky(sketch, view, light, rng):
    """Add what stands in the sky: stars and a moon, or clouds."""
    unit = view.height
    if light.name == "night":
        places = rng.uniform([0, 0], [view.width, 0.8 * view.horizon], (14, 2))
        for x, y in places:
            star = light.glow([0.8, 0.8, 0.75])
            sketch.ellipse(x, y, 0.004 * unit, 0.004 * unit, star)
        if rng.random() < 0.4:
            x, y = rng.uniform(0.1, 0.9) * view.width, rng.uniform(0.05, 0.2) * unit
            size = 0.035 * unit
            sketch.ellipse(x, y, size, size, light.glow([0.95, 0.93, 0.84]))
            x, y, size = x + 0.016 * unit, y - 0.008 * unit, 0.03 * unit
            sketch.ellipse(x, y, size, size, light.sky[0])
        return
    white = 0.5 * light.sky[1] + [0.5, 0.5, 0.48]
    for _ in range(rng.integers(0, 4)):
        x, y = rng.uniform(0, view.width), rng.uniform(0.02, 0.6) * view.horizon
        for _ in range(5):
            dx, dy = rng.normal(0, 0.07 * unit), rng.normal(0, 0.012 * unit)
            size = rng.uniform(0.02, 0.055) * unit
            sketch.ellipse(x + dx, y + dy, 1.8 * size, 0.6 * size, white, alpha=0.6)


def _skyline(sketch, view, light, rng):
    """Add the far end of the town, pale in the haze."""
    x = 0.0
    while x < view.width:
        wide = rng.uniform(0.05, 0.14) * view.height
        tall = rng.uniform(0.03, 0.16) * view.height
        colour = 0.65 * light.haze + 0.35 * pick(rng, WALLS)
        sketch.box(x, view.horizon - tall, x + wide, view.horizon + 2, colour)
        x += wide


def _across(sketch, view, light, asphalt, paving, rng):
    """Add a street that runs from side to side, with houses on its far side."""
    near, far = rng.uniform(4.3, 5.5), rng.uniform(13.0, 15.5)
    houses = far + rng.uniform(2.5, 4.0)
    reach = 0.5 * view.width * houses / view.focal + abs(view.side) + 2
    u = -reach - rng.uniform(0, 5)
    while u < reach:
        wide = rng.uniform(4.5, 8.5)
        if rng.random() < 0.86:
            draw_house(
                sketch, lambda u, v: view.project(u, v, houses), u, u + wide, light, rng
            )
        u += wide
    side = reach + 1
    sketch.polygons(view.ground(-side, side, 1.0, houses), lit(paving, 0.92, 1.05))
    sketch.polygons(view.ground(-side, side, near, far), lit(asphalt, 0.94, 1.05))
    for z in (near, far):
        kerb = view.ground(-side, side, z - 0.12, z + 0.14)
        sketch.polygons(kerb, shade(paving, 1.15))
        gutter = view.ground(-side, side, z - 0.2, z - 0.12)
        sketch.polygons(gutter, shade(asphalt, 0.6))
    middle = (near + far) / 2
    dashes = np.arange(-side, side, 3.4) + rng.uniform(-3, 0)
    sketch.polygons(
        view.ground(dashes, dashes + 1.7, middle - 0.09, middle + 0.09), WHITE_LINE
    )
    if rng.random() < 0.3:
        x, z = rng.uniform(-4, 2), np.arange(near + 0.4, far - 0.6, 1.1)
        sketch.polygons(view.ground(x, x + 2.6, z, z + 0.55), WHITE_LINE)
    joints = np.arange(-8, 8, 0.9)
    sketch.polygons(view.ground(joints, joints + 0.04, 1.5, near), shade(paving, 0.8))
    _wear(sketch, view, (-6, 6), (near + 0.5, far - 0.5), asphalt, rng)
    return Street(sketch, False, (near, far), houses)


def _along(sketch, view, light, asphalt, paving, rng):
    """Add a street that runs away from us, with houses on both sides."""
    half = rng.uniform(2.6, 3.8)
    houses = half + rng.uniform(2.2, 3.2)
    sketch.polygons(view.ground(-99, 99, 1.0, FARTHEST), lit(paving, 0.95, 1.05))
    for edge in (-houses, houses):
        ends = [2.5]
        while ends[-1] < FARTHEST:
            ends.append(ends[-1] + rng.uniform(4.5, 9.0))
        for z1, z2 in reversed(list(zip(ends[:-1], ends[1:], strict=True))):
            draw_house(
                sketch,
                lambda z, y, x=edge: view.project(x, y, z),
                z1,
                z2,
                light,
                rng,
                dim=0.92 if edge < 0 else 1.0,
            )
    sketch.polygons(view.ground(-half, half, 1.0, FARTHEST), lit(asphalt, 0.92, 1.06))
    for side in (-1, 1):
        kerb = view.ground(side * half, side * (half + 0.18), 1.0, FARTHEST)
        sketch.polygons(kerb, shade(paving, 1.15))
        gutter = view.ground(side * half, side * (half - 0.1), 1.0, FARTHEST)
        sketch.polygons(gutter, shade(asphalt, 0.65))
        z = np.arange(2.5, 14, 1.1)
        slabs = view.ground(side * (half + 0.2), side * houses, z, z + 0.05)
        sketch.polygons(slabs, shade(paving, 0.84))
    dashes = np.arange(rng.uniform(1.5, 4), 36, 3.2)
    sketch.polygons(view.ground(-0.07, 0.07, dashes, dashes + 1.6), WHITE_LINE)
    if rng.random() < 0.4:
        x, z = np.arange(-half + 0.2, half - 0.4, 0.85), rng.uniform(4.5, 9)
        sketch.polygons(view.ground(x, x + 0.45, z, z + 2.4), WHITE_LINE)
    _wear(sketch, view, (-half + 0.5, half - 0.5), (3.0, 12), asphalt, rng)
    return Street(sketch, True, (-half, half), houses)


def _wear(sketch, view, xs, zs, asphalt, rng):
    """Add mended places, manholes and puddles to the road."""
    for _ in range(rng.integers(0, 4)):
        x, z = rng.uniform(*xs), rng.uniform(*zs)
        kind = rng.integers(3)
        if kind == 0:
            patch = view.ground(
                x, x + rng.uniform(0.6, 2), z, z + rng.uniform(0.4, 1.5)
            )
            sketch.polygons(patch, shade(asphalt, rng.uniform(0.72, 0.9)))
            continue
        column, row = view.project(x, 0.0, z)
        wide = (0.4 if kind == 1 else rng.uniform(0.5, 1.1)) * view.focal / z
        colour = shade(asphalt, 0.6) if kind == 1 else asphalt * [0.87, 0.95, 1.07]
        sketch.ellipse(column, row, wide, 0.6 * wide * view.eye / z, colour)
