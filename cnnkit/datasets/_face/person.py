"""Who somebody is: the shape and the colours of a head, the same in every picture."""

import numpy as np

SKIN = (
    (0.97, 0.82, 0.71),
    (0.91, 0.70, 0.56),
    (0.78, 0.56, 0.42),
    (0.56, 0.38, 0.27),
    (0.38, 0.25, 0.18),
)
HAIR = (
    (0.10, 0.08, 0.08),
    (0.24, 0.16, 0.11),
    (0.42, 0.27, 0.15),
    (0.62, 0.42, 0.22),
    (0.84, 0.68, 0.40),
    (0.60, 0.24, 0.11),
    (0.62, 0.60, 0.58),
    (0.86, 0.85, 0.82),
)
HAIR_SHARES = (0.22, 0.26, 0.18, 0.10, 0.08, 0.06, 0.06, 0.04)
IRIS = (
    (0.32, 0.20, 0.12),
    (0.42, 0.30, 0.16),
    (0.30, 0.42, 0.50),
    (0.34, 0.46, 0.32),
    (0.40, 0.42, 0.44),
)
STYLES = ("bald", "crop", "parted", "fringe", "quiff", "curls", "long", "bob", "bun")
BEARDS = ("none", "none", "none", "stubble", "moustache", "goatee", "full")


def draw_person(rng):
    """Return a dict of what is particular about a person.

    Lengths are in half-widths of an ordinary head, y downwards from the middle of the
    eyes.
    """
    tone = rng.uniform(0, len(SKIN) - 1)
    low = int(tone)
    skin = (1 - tone + low) * np.array(SKIN[low])
    skin += (tone - low) * np.array(SKIN[min(low + 1, len(SKIN) - 1)])
    hair = HAIR[int(np.searchsorted(np.cumsum(HAIR_SHARES), rng.random()))]
    hair = np.array(hair) * rng.uniform(0.85, 1.15)
    bearded = rng.random() < 0.5
    return {
        "skin": skin + rng.normal(0, 0.015, 3),
        "hair": np.clip(hair + rng.normal(0, 0.012, 3), 0.03, 0.95),
        "iris": np.array(IRIS[rng.integers(len(IRIS))]),
        "lips": rng.uniform(0.0, 1.0),
        "style": STYLES[rng.integers(len(STYLES))],
        "volume": rng.uniform(0.8, 1.25),
        "parting": 1 if rng.random() < 0.5 else -1,
        "hairline": rng.uniform(-0.12, 0.12),
        "beard": BEARDS[rng.integers(len(BEARDS))] if bearded else "none",
        "width": rng.uniform(0.88, 1.10),
        "chin": rng.uniform(1.16, 1.52),
        "jaw": rng.uniform(0.62, 0.94),
        "chin_width": rng.uniform(0.22, 0.46),
        "cheek": rng.uniform(0.90, 1.04),
        "crown": rng.uniform(1.00, 1.20),
        "ear": rng.uniform(0.16, 0.32),
        "ear_out": rng.uniform(0.02, 0.16),
        "eye_apart": rng.uniform(0.36, 0.50),
        "eye_width": rng.uniform(0.15, 0.23),
        "eye_open": rng.uniform(0.065, 0.125),
        "eye_tilt": rng.uniform(-0.25, 0.30),
        "lid": rng.uniform(0.0, 1.0),
        "brow_up": rng.uniform(0.20, 0.36),
        "brow_thick": rng.uniform(0.045, 0.13),
        "brow_arch": rng.uniform(0.0, 0.12),
        "brow_tilt": rng.uniform(-0.18, 0.14),
        "brow_apart": rng.uniform(0.11, 0.22),
        "nose": rng.uniform(0.44, 0.70),
        "nose_wide": rng.uniform(0.13, 0.28),
        "nose_out": rng.uniform(0.20, 0.38),
        "nose_dark": rng.uniform(0.70, 0.86),
        "mouth": rng.uniform(0.46, 0.62),
        "mouth_wide": rng.uniform(0.26, 0.44),
        "lip_up": rng.uniform(0.035, 0.10),
        "lip_low": rng.uniform(0.05, 0.13),
        "freckles": rng.random() < 0.15,
        "mole": rng.uniform([-0.6, 0.15], [0.6, 0.95]) if rng.random() < 0.3 else None,
    }
