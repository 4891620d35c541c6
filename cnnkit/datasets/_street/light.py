"""Day, an overcast day, dusk and night."""

from dataclasses import dataclass

import numpy as np

LIGHTS = ("day", "overcast", "dusk", "night")
SHARES = (0.40, 0.20, 0.18, 0.22)


@dataclass(frozen=True)
class Light:
    """The light of a scene, which is painted as by day and then multiplied.

    Attributes:
        name: one of `LIGHTS`.
        sky: array `(2, 3)`, its colour above and at the horizon.
        haze: array `(3,)`, what far things fade to.
        tint: array `(3,)`, what all colours are multiplied by in the end.
        pane: array `(3,)`, the colour of a dark window.
        windows: float, the share of windows with a light behind them.
        sun: float, how far a shadow lies to the right for each metre of height; 0
            where there are no shadows.
        shadow: float in [0, 1], how dark they are.
        lamps: float, how much the street lamps light up.
        beams: float, how much the lamps of vehicles dazzle.
    """

    name: str
    sky: np.ndarray
    haze: np.ndarray
    tint: np.ndarray
    pane: np.ndarray
    windows: float
    sun: float = 0.0
    shadow: float = 0.0
    lamps: float = 0.0
    beams: float = 0.0

    def sky_behind(self, height, width, horizon):
        """Return an image of nothing but sky, `(height, width, 3)`."""
        share = np.minimum((np.arange(height) + 0.5) / horizon, 1)[:, None]
        rows = (1 - share) * self.sky[0] + share * self.sky[1]
        return np.repeat(rows[:, None], width, axis=1).astype(np.float32)

    def glow(self, colour):
        """Return what to paint so that `colour` is left after the tint."""
        return np.asarray(colour) / self.tint


def draw_light(rng):
    """Return a `Light`."""
    name = LIGHTS[int(np.searchsorted(np.cumsum(SHARES), rng.random()))]
    side = 1 if rng.random() < 0.5 else -1
    if name == "day":
        return Light(
            name,
            sky=np.array([[0.36, 0.60, 0.88], [0.78, 0.90, 0.97]])
            + rng.normal(0, 0.03, 3),
            haze=np.array([0.80, 0.86, 0.90]),
            tint=np.array([1.02, 1.0, 0.95]) * rng.uniform(0.88, 1.10),
            pane=np.array([0.40, 0.52, 0.62]),
            windows=0.04,
            sun=side * rng.uniform(0.25, 1.2),
            shadow=rng.uniform(0.25, 0.5),
        )
    if name == "overcast":
        return Light(
            name,
            sky=np.array([[0.68, 0.72, 0.76], [0.86, 0.88, 0.90]])
            * rng.uniform(0.88, 1.05),
            haze=np.array([0.80, 0.82, 0.84]),
            tint=np.array([0.90, 0.92, 0.95]) * rng.uniform(0.85, 1.08),
            pane=np.array([0.42, 0.48, 0.54]),
            windows=0.1,
            beams=0.12,
        )
    if name == "dusk":
        return Light(
            name,
            sky=np.array([[0.42, 0.42, 0.68], [1.05, 0.74, 0.50]])
            + rng.normal(0, 0.04, 3),
            haze=np.array([0.92, 0.72, 0.62]),
            tint=np.array([0.98, 0.80, 0.72]) * rng.uniform(0.82, 1.0),
            pane=np.array([0.42, 0.38, 0.46]),
            windows=0.35,
            sun=side * rng.uniform(1.2, 2.2),
            shadow=0.3,
            lamps=0.2,
            beams=0.45,
        )
    tint = np.array([0.42, 0.45, 0.60]) * rng.uniform(0.85, 1.15)
    return Light(
        name,
        sky=np.array([[0.06, 0.08, 0.19], [0.22, 0.25, 0.40]]) / tint,
        haze=np.array([0.24, 0.26, 0.40]) / tint,
        tint=tint,
        pane=np.array([0.24, 0.28, 0.38]),
        windows=0.45,
        lamps=0.7,
        beams=0.85,
    )
