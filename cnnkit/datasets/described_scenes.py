"""Drawn scenes of a few things, and all that is true of them."""

from dataclasses import dataclass

import numpy as np

from cnnkit.datasets import _arguments, _index
from cnnkit.datasets.detection_dataset import DetectionDataset
from cnnkit.datasets.scene_grammar import (
    COLOURS,
    KINDS,
    RELATIONS,
    Thing,
    is_true,
    true_sentences,
)

SMALLEST = 32
MOST_THINGS = 4
PAINT = {
    "red": (0.86, 0.13, 0.14),
    "green": (0.13, 0.62, 0.22),
    "blue": (0.14, 0.30, 0.90),
    "yellow": (0.95, 0.85, 0.12),
    "purple": (0.62, 0.18, 0.72),
    "white": (0.96, 0.96, 0.96),
}
NAMES = tuple(f"{colour} {kind}" for colour in COLOURS for kind in KINDS)


@dataclass(frozen=True, eq=False, repr=False)
class DescribedScene:
    """A scene: its image, and the things in it.

    Attributes:
        image: float32 array in [0, 1], `(height, width, 3)`.
        things: tuple of `Thing`, in no particular order; no two have both colour and
            kind in common.
    """

    image: np.ndarray
    things: tuple[Thing, ...]

    def __repr__(self):
        return f"DescribedScene({', '.join(map(str, self.things))})"

    def sentences(self, mentions=None):
        """Return all that is true of it; see `true_sentences`."""
        return true_sentences(self, mentions)

    def is_true(self, sentence):
        """Tell whether a sentence is true of it; see `is_true`."""
        return is_true(sentence, self)


@dataclass(frozen=True, eq=False, repr=False)
class DescribedScenes:
    """Several scenes; `scenes[i]` is a `DescribedScene`.

    It has a length, and a slice, a list of positions or a bool array picks some of the
    scenes, as a `DescribedScenes`.

    Attributes:
        images: float32 array in [0, 1], `(scenes, height, width, 3)`.
        things: tuple of tuples of `Thing`, one tuple a scene.
    """

    images: np.ndarray
    things: tuple

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        picked = _index.positions(index, len(self))
        if not np.ndim(picked):
            return DescribedScene(self.images[picked], self.things[picked])
        things = tuple(self.things[i] for i in picked)
        return DescribedScenes(self.images[picked], things)

    def __repr__(self):
        count = sum(map(len, self.things))
        return f"DescribedScenes(images={self.images.shape}, things={count})"

    def choose(self, mentions=None, seed=None):
        """Return one true sentence a scene.

        Args:
            mentions: int of at least 1 or `None`; see `true_sentences`. No scene may
                have fewer things.
            seed: `None` for what somebody would write who reads from left to right:
                the things in the order of their left edges, "left of" where it is
                true, otherwise "above" or "below". An int of at least 0 for any true
                sentence, each as likely as the others.

        Returns:
            A tuple of str, one a scene.

        Raises:
            ValueError: if an argument is not as above.
        """
        if mentions is not None:
            mentions = _arguments.integer(mentions, "mentions", least=1)
        rng = None
        if seed is not None:
            rng = np.random.default_rng(_arguments.integer(seed, "seed"))
        chosen = []
        for things in self.things:
            count = len(things) if mentions is None else mentions
            if rng is None:
                things = sorted(things, key=lambda thing: thing.box)[:count]
            sentences = true_sentences(things, count)
            if not sentences:
                raise ValueError(
                    "`mentions` must not be more than the things of a scene. "
                    f"Received: mentions={mentions}, a scene of {len(things)}."
                )
            if rng is None:
                chosen.append(_from_left_to_right(things, sentences))
            else:
                chosen.append(sentences[rng.integers(len(sentences))])
        return tuple(chosen)

    def detection(self):
        """Return the boxes as a `DetectionDataset` of classes such as "red circle"."""
        return DetectionDataset(
            self.images,
            boxes=[[thing.box for thing in things] for things in self.things],
            classes=[
                [NAMES.index(f"{thing.colour} {thing.kind}") for thing in things]
                for things in self.things
            ],
            class_names=NAMES,
        )


def described_scenes(n=1000, size=48, seed=0, things=(2, 3)):
    """Draw scenes of a few things of which can be told exactly what is true.

    Circles, squares, triangles, crosses and rings of six colours lie on a dim ground.
    No two overlap, so of any two at least one is left of, right of, above or below the
    other. Places, sizes, angles, shades, the light and the ground vary, and there is
    noise.

    The first scenes are the same whatever `n` is.

    Args:
        n: int, how many scenes to draw.
        size: int of at least 32, pixels along each side.
        seed: int of at least 0.
        things: int, how many things to draw in each scene, or pair of the least and
            the greatest number; from 1 to 4.

    Returns:
        A `DescribedScenes`.

    Raises:
        ValueError: if an argument is not as above, or the images would take more than
            2 GiB.

    Example:

    >>> scenes = described_scenes(10)
    >>> scenes
    DescribedScenes(images=(10, 48, 48, 3), things=...)
    >>> scene = scenes[0]
    >>> all(scene.is_true(sentence) for sentence in scene.sentences())
    True

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """
    size = _arguments.integer(size, "size", least=SMALLEST)
    n, seed = _arguments.pictures(n, (size, size, 3), seed)
    least, most = _range(things)
    images = np.empty((n, size, size, 3), np.float32)
    contents = []
    for i in range(n):
        rng = np.random.default_rng([seed, i])
        count = rng.integers(least, most + 1)
        images[i], drawn = _draw(size, count, rng)
        contents.append(drawn)
    return DescribedScenes(images, tuple(contents))


def _from_left_to_right(things, sentences):
    """Return the one of some sentences that names things as they are given."""
    said = str(things[0])
    for number, other in enumerate(things[1:]):
        ways = [f"{said}{' and' * (number > 0)} {way} {other}" for way in RELATIONS]
        # "left of" comes first; "right of" cannot be true of what lies to the left.
        said = next(way for way in ways if any(s.startswith(way) for s in sentences))
    return said


def _range(things):
    pair = things if isinstance(things, (tuple, list)) else (things, things)
    whole = all(isinstance(k, (int, np.integer)) and k is not True for k in pair)
    if len(pair) != 2 or not whole or not 1 <= pair[0] <= pair[1] <= MOST_THINGS:
        raise ValueError(
            f"`things` must be an integer from 1 to {MOST_THINGS}, or a pair of them, "
            f"the smaller one first. Received: things={things!r}."
        )
    return pair


def _draw(size, count, rng):
    """Return the image and the things of a scene."""
    y, x = np.mgrid[:size, :size] + 0.5
    image = _ground(x / size, y / size, rng)
    names = rng.choice(len(NAMES), count, replace=False)
    things = []
    for name, (middle, radius) in zip(names, _places(size, count, rng), strict=True):
        colour, kind = NAMES[name].split()
        inside = _coverage(kind, x - middle[0], y - middle[1], radius, rng)
        paint = np.array(PAINT[colour]) + rng.normal(0, 0.04, 3)
        paint = paint * rng.uniform(0.75, 1.0)
        image = image + inside[..., None] * (paint - image)
        columns, rows = (np.flatnonzero((inside > 0.5).any(axis=a)) for a in (0, 1))
        box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        things.append(Thing(colour, kind, tuple(map(float, box))))
    image = image * rng.uniform(0.75, 1.1) + rng.normal(0, 0.03, image.shape)
    return np.clip(image, 0, 1), tuple(things)


def _ground(x, y, rng):
    """Return a dim ground that fades in some direction."""
    shade = rng.uniform(0.05, 0.45) + rng.normal(0, 0.04, 3)
    angle = rng.uniform(0, 2 * np.pi)
    slope = rng.uniform(0, 0.25) * (
        np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)
    )
    return np.maximum(shade + slope[..., None], 0.02)


def _places(size, count, rng):
    """Return middles and radii of things that do not come near each other."""
    while True:
        radii = rng.uniform(0.1, 0.17, count) * size
        # A square that is turned reaches farther than its radius.
        reach = 1.3 * radii
        middles = rng.uniform(reach[:, None], size - reach[:, None], (count, 2))
        gaps = np.abs(middles[:, None] - middles).max(axis=-1)
        near = gaps < reach[:, None] + reach
        if not near[~np.eye(count, dtype=bool)].any():
            return list(zip(middles, radii, strict=True))


def _coverage(kind, x, y, radius, rng):
    """Return how much of each pixel a shape covers, from 0 to 1."""
    angle = rng.uniform(-0.3, 0.3)
    x, y = (
        np.cos(angle) * x + np.sin(angle) * y,
        np.cos(angle) * y - np.sin(angle) * x,
    )
    return np.clip(0.5 - _outside(kind, x, y, radius), 0, 1)


def _outside(kind, x, y, r):
    """Return how far each pixel is outside of a shape; negative inside."""
    if kind == "circle":
        return np.hypot(x, y) - r
    if kind == "ring":
        return np.abs(np.hypot(x, y) - 0.75 * r) - 0.25 * r
    if kind == "square":
        return np.maximum(np.abs(x), np.abs(y)) - 0.9 * r
    if kind == "triangle":
        side = np.abs(x) * np.sqrt(3) / 2 - (y + r) / 2
        return np.maximum(side, y - r / 2)
    across, along = np.abs(x), np.abs(y)  # a cross: two bars
    bars = np.minimum(
        np.maximum(across - r, along - 0.28 * r),
        np.maximum(along - r, across - 0.28 * r),
    )
    return bars
