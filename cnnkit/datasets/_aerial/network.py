"""Where roads run: polylines with a width, in a town or in the country."""

from dataclasses import dataclass

import numpy as np

KINDS = ("town", "suburb", "country")


@dataclass(frozen=True)
class Road:
    """A road.

    Attributes:
        points: array `(points, 2)`, its middle line in metres.
        width: float, in metres.
        main: bool, whether it is wide and has a line in its middle.
    """

    points: np.ndarray
    width: float
    main: bool = False


def draw_network(kind, extent, rng):
    """Return the roads of a square piece of land, a list of `Road`.

    Args:
        kind: one of `KINDS`.
        extent: float, the side of the land in metres.
        rng: a `numpy.random.Generator`.
    """
    roads = []
    if kind != "country":
        turn = rng.uniform(0, np.pi / 2)
        spacing = rng.uniform(38, 62) if kind == "town" else rng.uniform(55, 85)
        bend = 0.0 if kind == "town" else rng.uniform(4, 14)
        for quarter in (0, 1):
            roads += _parallel(extent, turn + quarter * np.pi / 2, spacing, bend, rng)
    count = 1 if kind == "town" else int(rng.integers(1, 3))
    for _ in range(count):
        roads.append(_through(extent, rng.uniform(9, 12.5), True, rng))
    if kind == "country":
        for _ in range(rng.integers(1, 4)):
            roads.append(_through(extent, rng.uniform(4.5, 6.5), False, rng))
    return roads


def distances(places, roads):
    """Return how far places are from the edge of the nearest road, and its direction.

    Args:
        places: array `(n, 2)` in metres.
        roads: list of `Road`.

    Returns:
        Distances `(n,)` in metres, negative on a road, and angles `(n,)` in radians.
    """
    starts = np.concatenate([road.points[:-1] for road in roads])
    along = np.concatenate([np.diff(road.points, axis=0) for road in roads])
    half = np.concatenate(
        [np.full(len(road.points) - 1, road.width / 2) for road in roads]
    )
    offset = places[:, None] - starts
    share = (offset * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-9)
    nearest = offset - np.clip(share, 0, 1)[..., None] * along
    away = np.hypot(nearest[..., 0], nearest[..., 1]) - half
    which = away.argmin(axis=1)
    angles = np.arctan2(along[which, 1], along[which, 0])
    return away[np.arange(len(places)), which], angles


def _parallel(extent, turn, spacing, bend, rng):
    """Return roads side by side across the land; some stop half-way."""
    ahead = np.array([np.cos(turn), np.sin(turn)])
    aside = np.array([-np.sin(turn), np.cos(turn)])
    middle = np.full(2, extent / 2)
    reach = 0.75 * extent
    phase, waves = rng.uniform(0, 2 * np.pi), rng.uniform(0.006, 0.02)
    roads = []
    across = -reach + rng.uniform(0, spacing)
    while across < reach:
        t = np.linspace(-reach, reach, 33)
        if rng.random() < 0.25:
            t = np.linspace(rng.uniform(-0.4, 0.2) * reach, reach, 25)
        if rng.random() < 0.5:
            t = -t
        line = middle + np.outer(t, ahead) + across * aside
        line += bend * np.sin(waves * t * 2 * np.pi + phase)[:, None] * aside
        if rng.random() < 0.88:
            roads.append(Road(line, rng.uniform(4.8, 7.5)))
        across += spacing * rng.uniform(0.75, 1.35)
    return roads


def _through(extent, width, main, rng):
    """Return a road that crosses the land in a bow."""
    turn = rng.uniform(0, 2 * np.pi)
    ahead = np.array([np.cos(turn), np.sin(turn)])
    aside = np.array([-np.sin(turn), np.cos(turn)])
    t = np.linspace(-0.8, 0.8, 25)
    sway = rng.uniform(-0.3, 0.3) + rng.uniform(-0.25, 0.25) * t
    sway = sway + rng.uniform(0.02, 0.10) * np.sin(rng.uniform(2, 6) * t + turn)
    line = np.outer(t, ahead) + np.outer(sway, aside)
    return Road(extent * (line + 0.5), width, main)
