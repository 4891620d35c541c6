"""A piece of land from above: fields, water, roads, roofs, trees and their shadows."""

import numpy as np

from cnnkit.datasets._aerial.network import KINDS, distances, draw_network
from cnnkit.datasets._palette import pick, shade
from cnnkit.datasets._sketch import Sketch, mask, oval, paint

METRES_PER_PIXEL = 0.8
GRASS = ((0.42, 0.50, 0.28), (0.36, 0.46, 0.27), (0.52, 0.53, 0.34), (0.48, 0.45, 0.34))
FIELDS = (
    (0.62, 0.57, 0.36),
    (0.45, 0.53, 0.28),
    (0.54, 0.45, 0.33),
    (0.36, 0.47, 0.25),
    (0.70, 0.65, 0.46),
    (0.60, 0.58, 0.55),
)
LEAVES = (
    (0.20, 0.31, 0.17),
    (0.26, 0.38, 0.19),
    (0.17, 0.27, 0.20),
    (0.34, 0.40, 0.20),
)
TILES = ((0.60, 0.36, 0.27), (0.50, 0.32, 0.26), (0.68, 0.46, 0.34), (0.42, 0.33, 0.29))
WATER = ((0.22, 0.30, 0.34), (0.30, 0.38, 0.38))
CARS = ((0.85, 0.85, 0.85), (0.15, 0.15, 0.17), (0.65, 0.18, 0.16), (0.25, 0.35, 0.55))
SHADOW = (0.06, 0.08, 0.14)


def draw_land(size, rng):
    """Draw a tile.

    Args:
        size: int, in pixels.
        rng: a `numpy.random.Generator`.

    Returns:
        A picture `(size, size, 3)` in [0, 1], a map `(size, size)` of 0 and 1 with 1 on
        roads, also where something hides them, and the kind of land.
    """
    extent = size * METRES_PER_PIXEL
    kind = KINDS[rng.integers(len(KINDS))]
    roads = draw_network(kind, extent, rng)
    around = rng.uniform(0, 2 * np.pi)
    sun = rng.uniform(0.4, 1.3) * np.array([np.cos(around), np.sin(around)])
    land = Land(extent, kind, roads, sun, rng)
    land.ground()
    land.yards()
    contours = land.pave()
    land.cars()
    land.buildings()
    land.trees()

    scale = np.eye(2) / METRES_PER_PIXEL
    pixels = np.zeros((size, size, 3), np.float32)
    paint(pixels, land.sketch.moved(scale, [0, 0]))
    covered = mask([line @ scale for line in contours], (size, size))
    pixels *= 1 + 0.05 * _cloud(size, 4, rng)[..., None]
    pixels *= 1 + 0.10 * _cloud(size, 40, rng)[..., None]
    pixels = (pixels - 0.45) * rng.uniform(0.8, 1.15) + 0.45 * rng.uniform(0.85, 1.15)
    pixels *= 1 + rng.normal(0, 0.035, 3)
    pixels += rng.uniform(0.01, 0.03) * rng.standard_normal(pixels.shape)
    return np.clip(pixels, 0, 1), (covered >= 0.5).astype(np.float32), kind


class Land:
    """A piece of land while it is being drawn, in metres.

    Args:
        extent: float, its side.
        kind: str.
        roads: list of `Road`.
        sun: array `(2,)`, where the shadow of a thing one metre high ends.
        rng: a `numpy.random.Generator`.
    """

    def __init__(self, extent, kind, roads, sun, rng):
        self.extent, self.kind, self.roads = extent, kind, roads
        self.sun, self.rng = sun, rng
        self.sketch = Sketch()
        self.grey = rng.uniform(0.42, 0.60)
        self.tint = 1 + rng.normal([0.02, 0, -0.02], 0.02)

    def ground(self):
        """Cover the land with grass, fields and water."""
        rng, extent = self.rng, self.extent
        self.sketch.box(0, 0, extent, extent, pick(rng, GRASS, 0.03))
        turn, wide = rng.uniform(0, np.pi), rng.uniform(30, 70)
        if self.kind != "country":
            wide = rng.uniform(14, 30)
        cells = np.arange(-int(0.8 * extent / wide) - 1, int(0.8 * extent / wide) + 1)
        for i in cells:
            for j in cells:
                if rng.random() < (0.85 if self.kind == "country" else 0.5):
                    self._field(wide * i, wide * j, wide, turn)
        if rng.random() < 0.25:
            x, y = rng.uniform(0, extent, 2)
            shore = oval(x, y, rng.uniform(15, 45), rng.uniform(10, 25), turn)
            wobble = 1 + 0.15 * rng.standard_normal((len(shore), 1))
            self.sketch.polygon(
                (shore - [x, y]) * wobble + [x, y], pick(rng, WATER, 0.02)
            )

    def _field(self, u, v, wide, turn):
        """Add one field, perhaps with furrows."""
        rng = self.rng
        middle = np.full(2, self.extent / 2)
        a, b = wide * rng.uniform(0.8, 1.0, 2)
        colour = pick(rng, FIELDS if self.kind == "country" else GRASS, 0.04)
        corners = (
            _turned([[u, v], [u + a, v], [u + a, v + b], [u, v + b]], turn) + middle
        )
        self.sketch.polygon(corners, colour)
        if self.kind == "country" and rng.random() < 0.5:
            xs = np.arange(u, u + a, rng.uniform(2.5, 5))
            furrows = [
                _turned(_block([x, v + b / 2], 0.5, b / 2), turn) + middle for x in xs
            ]
            self.sketch.polygons(furrows, shade(colour, rng.uniform(0.85, 1.12)))

    def yards(self):
        """Add yards, car parks and tracks, which are as grey as roads and are none."""
        rng = self.rng
        for _ in range(rng.integers(3, 11)):
            place = rng.uniform(0, self.extent, (1, 2))
            _, (turn,) = distances(place, self.roads)
            a, b = rng.uniform(5, 17, 2)
            block = _block(place[0], a, b, turn)
            self.sketch.polygon(block, self._asphalt())
        for _ in range(rng.integers(0, 3)):
            turn, start = rng.uniform(0, 2 * np.pi), rng.uniform(0, self.extent, 2)
            t = np.linspace(0, rng.uniform(0.3, 1) * self.extent, 9)
            sway = 6 * np.sin(t / rng.uniform(12, 30))
            line = start + _turned(np.column_stack([t, sway]), turn)
            colour = pick(rng, ((0.62, 0.55, 0.42), (0.58, 0.56, 0.52)), 0.03)
            self.sketch.limb(line, rng.uniform(1.2, 2.4), colour)

    def _asphalt(self):
        """Return one of the greys of roads, yards and flat roofs."""
        grey = np.clip(self.rng.normal(self.grey, 0.08), 0.25, 0.80)
        return grey * (self.tint + self.rng.normal(0, 0.02, 3))

    def pave(self):
        """Add the roads; return their contours."""
        rng = self.rng
        outlines, contours = Sketch(), []
        for road in self.roads:
            verge = road.width + rng.uniform(0, 2.5)
            self.sketch.limb(road.points, verge, shade(self._asphalt(), 1.1), alpha=0.7)
        for road in sorted(self.roads, key=lambda road: road.main):
            outlines.limb(road.points, road.width, self._asphalt())
            contours += outlines.shapes[-1].contours
        self.sketch.add(outlines)
        for road in self.roads:
            if road.main and rng.random() < 0.8:
                dashes = [
                    road.points[i]
                    + np.outer([0.1, 0.6], road.points[i + 1] - road.points[i])
                    for i in range(len(road.points) - 1)
                ]
                for dash in dashes:
                    self.sketch.limb(dash, 0.5, [0.85, 0.84, 0.80])
        return contours

    def cars(self):
        """Add cars on the roads and in the yards."""
        rng = self.rng
        for _ in range(rng.integers(4, 26)):
            road = self.roads[rng.integers(len(self.roads))]
            i = rng.integers(len(road.points) - 1)
            start, end = road.points[i], road.points[i + 1]
            along = (end - start) / max(np.hypot(*(end - start)), 1e-9)
            aside = np.array([-along[1], along[0]]) * 0.27 * road.width
            place = start + rng.random() * (end - start) + aside * rng.choice([-1, 1])
            turn = np.arctan2(along[1], along[0])
            self.sketch.polygon(
                _block(place + 0.5 * self.sun, 2.1, 0.95, turn), SHADOW, 0.5
            )
            self.sketch.polygon(_block(place, 2.1, 0.95, turn), pick(rng, CARS, 0.05))

    def buildings(self):
        """Add houses along the roads and halls between them, none on a road."""
        rng = self.rng
        tries = {"town": 500, "suburb": 320, "country": 60}[self.kind]
        places = rng.uniform(0, self.extent, (tries, 2))
        away, turns = distances(places, self.roads)
        limit = {"town": 60, "suburb": 22, "country": 30}[self.kind]
        taken = np.zeros((0, 3))
        for place, free, turn in zip(places, away, turns, strict=True):
            great = rng.random() < (0.3 if self.kind == "town" else 0.08)
            a, b = rng.uniform(7, 16, 2) if great else rng.uniform([4, 3], [7, 5])
            reach = np.hypot(a, b)
            if not reach + 0.5 < free < limit:
                continue
            if len(taken):
                gaps = np.hypot(*(taken[:, :2] - place).T) - taken[:, 2] - 0.8 * reach
                if gaps.min() < 0:
                    continue
            taken = np.concatenate([taken, [[*place, 0.8 * reach]]])
            self._building(place, a, b, turn, great)

    def _building(self, place, a, b, turn, great):
        """Add one building, its shadow and perhaps the drive to it."""
        rng = self.rng
        tall = rng.uniform(6, 16) if great else rng.uniform(4, 7)
        base = _block(place, a, b, turn)
        if not great and rng.random() < 0.5:
            drive = _block(place + _turned([[0, b + 3]], turn)[0], 1.5, 3.5, turn)
            self.sketch.polygon(drive, self._asphalt())
        cast = tall * self.sun
        self.sketch.polygons(
            [base, base + cast] + [_band(base[i - 1], base[i], cast) for i in range(4)],
            SHADOW,
            0.55,
        )
        if great or rng.random() < 0.35:
            roof = (
                self._asphalt() if rng.random() < 0.75 else shade(self._asphalt(), 1.5)
            )
            self.sketch.polygon(base, roof)
            for _ in range(rng.integers(0, 4)):
                spot = place + _turned([rng.uniform(-0.6, 0.6, 2) * [a, b]], turn)[0]
                self.sketch.polygon(_block(spot, 1.2, 0.9, turn), shade(roof, 0.75))
            return
        roof = pick(rng, TILES, 0.03) if rng.random() < 0.5 else self._asphalt()
        ridge = _turned([[-a, 0], [a, 0]], turn) + place
        lit = 1.12 if self.sun @ (base[0] - base[3]) > 0 else 0.85
        self.sketch.polygon([base[0], base[1], ridge[1], ridge[0]], shade(roof, lit))
        self.sketch.polygon(
            [ridge[0], ridge[1], base[2], base[3]], shade(roof, 1.97 - lit)
        )

    def trees(self):
        """Add trees, alone, in rows beside roads and in woods; they may hide a road."""
        rng = self.rng
        spots = [rng.uniform(0, self.extent, (rng.integers(15, 70), 2))]
        for _ in range(rng.integers(0, 3)):
            wood = rng.uniform(0, self.extent, 2)
            spots.append(wood + rng.normal(0, rng.uniform(6, 16), (60, 2)))
        for road in self.roads:
            if rng.random() < 0.38:
                i = np.arange(len(road.points) - 1)
                start, along = road.points[:-1], np.diff(road.points, axis=0)
                length = np.maximum(np.hypot(*along.T), 1e-9)
                side = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None]
                for _ in range(2):
                    rows = start + rng.random((len(i), 1)) * along
                    rows = rows + side * (road.width / 2 + 0.8) * rng.choice([-1, 1])
                    spots.append(rows)
        spots = np.concatenate(spots)
        away, _ = distances(spots, self.roads)
        inside = ((spots > -3) & (spots < self.extent + 3)).all(axis=1)
        spots = spots[inside & (away > 0)]
        sizes = rng.uniform(1.6, 4.8, len(spots))
        tall = 1.6 * sizes[:, None] * self.sun
        discs = [oval(*spot, r, r) for spot, r in zip(spots + tall, sizes, strict=True)]
        if discs:
            self.sketch.polygons(discs, SHADOW, 0.5)
        for spot, radius in zip(spots, sizes, strict=True):
            leaf = pick(rng, LEAVES, 0.025)
            self.sketch.ellipse(*spot, radius, radius, leaf)
            bright = spot - 0.3 * radius * self.sun
            self.sketch.ellipse(*bright, 0.6 * radius, 0.6 * radius, shade(leaf, 1.3))


def _turned(points, angle):
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(points, float) @ np.array([[cos, sin], [-sin, cos]])


def _block(place, a, b, turn=0.0):
    """Return the corners of a rectangle of `2a` by `2b` around `place`."""
    return _turned([[-a, -b], [a, -b], [a, b], [-a, b]], turn) + place


def _band(start, end, cast):
    return np.array([start, end, end + cast, start + cast])


def _cloud(size, cell, rng):
    """Return smooth noise `(size, size)` with spots of `cell` pixels."""
    knots = size // cell + 2
    at = (np.arange(size) + 0.5) / cell
    left = at.astype(int)
    weights = np.zeros((size, knots))
    weights[np.arange(size), left] = 1 - (at - left)
    weights[np.arange(size), left + 1] = at - left
    return weights @ rng.standard_normal((knots, knots)) @ weights.T
