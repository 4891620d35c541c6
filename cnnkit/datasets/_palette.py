"""Colours that the drawn data sets share."""

import numpy as np

SKIN = ((0.98, 0.83, 0.72), (0.87, 0.66, 0.50), (0.66, 0.45, 0.32), (0.40, 0.26, 0.19))
HAIR = (
    (0.13, 0.10, 0.09),
    (0.30, 0.19, 0.12),
    (0.55, 0.36, 0.18),
    (0.86, 0.70, 0.40),
    (0.62, 0.60, 0.58),
    (0.62, 0.25, 0.13),
)
CLOTH = (
    (0.80, 0.24, 0.22),
    (0.92, 0.62, 0.20),
    (0.95, 0.83, 0.45),
    (0.30, 0.52, 0.36),
    (0.22, 0.42, 0.66),
    (0.16, 0.20, 0.34),
    (0.55, 0.34, 0.56),
    (0.90, 0.60, 0.62),
    (0.93, 0.91, 0.86),
    (0.50, 0.50, 0.50),
    (0.22, 0.22, 0.24),
    (0.58, 0.44, 0.32),
)
TROUSERS = (
    (0.20, 0.26, 0.42),
    (0.33, 0.42, 0.56),
    (0.19, 0.19, 0.21),
    (0.46, 0.40, 0.33),
    (0.66, 0.60, 0.50),
    (0.40, 0.41, 0.43),
    (0.42, 0.22, 0.22),
)


def pick(rng, colours, spread=0.05):
    """Return one of `colours`, a little changed."""
    colour = np.array(colours[rng.integers(len(colours))])
    return np.minimum(np.maximum(colour + rng.normal(0, spread, 3), 0.03), 0.98)


def shade(colour, factor):
    """Return a darker or a lighter colour; what is over 1 is cut off in the end."""
    return np.asarray(colour) * factor


def lit(colour, above=1.14, below=0.78):
    """Return a colour that fades from the light above to the shade below."""
    return np.multiply.outer([above, below], colour)
