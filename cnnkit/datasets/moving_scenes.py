"""Short clips of things that move, drawn by code."""

from dataclasses import dataclass

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets._pictures import Pictures

MOTIONS = ("left", "right", "approaching", "leaving")
THINGS = ("ball", "crate", "ring")
SMALLEST, FEWEST = 16, 2
LENGTH = 8  # frames of a clip in which a thing moves as far as is said below


@dataclass(frozen=True, eq=False, repr=False)
class MovingScenes(Pictures):
    """Clips, how the thing in each moves, and what it is.

    Attributes:
        clips: float32 array in [0, 1], `(clips, frames, size, size, 1)`.
        motions: int64 array `(clips,)`, positions in `motion_names`.
        things: int64 array `(clips,)`, positions in `thing_names`.
        motion_names: "left", "right", "approaching", "leaving".
        thing_names: "ball", "crate", "ring".

    Taught in: notebooks/beyond_one_image/03_video.ipynb
    """

    clips: np.ndarray
    motions: np.ndarray
    things: np.ndarray

    motion_names = MOTIONS
    thing_names = THINGS

    def __len__(self):
        return len(self.clips)

    def __repr__(self):
        return f"MovingScenes(clips={self.clips.shape})"

    def backwards(self):
        """Return the clips played backwards, with what their motions are then.

        What went left goes right, what approached leaves. The things stay the same.
        """
        return MovingScenes(self.clips[:, ::-1], self.motions ^ 1, self.things)


def moving_scenes(n=1000, frames=8, size=24, seed=0):
    """Draw clips in which a thing goes left or right, comes nearer or goes away.

    In front of a background that stands still there is a ball, a striped crate or a
    ring, lighter or darker than what is behind it. Light flickers a little, and every
    frame has noise of its own. Place, size, speed and brightness vary. All twelve pairs
    of a motion and a thing are equally frequent.

    A single frame shows what the thing is, but not where it goes; nor do all frames
    together, if their order is lost. For a clip "left" is drawn as a clip "right" and
    then turned round in time, and "approaching" as "leaving": clips of opposite motions
    have frames of the very same kind. The blur of all frames tells the axis of the
    motion, but not its direction. (Who knows that a frame is the first of its clip
    knows more: what goes right begins further left.)

    The first clips are the same whatever `n` is.

    Args:
        n: int, how many clips to draw.
        frames: int of at least 2, the length of a clip. A longer clip shows the same
            way in smaller steps.
        size: int of at least 16, the side of a frame in pixels.
        seed: int of at least 0.

    Returns:
        A `MovingScenes`.

    Raises:
        ValueError: if an argument is not as above, or the clips would take more than
            2 GiB.

    Example:

    >>> scenes = moving_scenes(12)
    >>> scenes
    MovingScenes(clips=(12, 8, 24, 24, 1))
    >>> scenes.motion_names[scenes.motions[0]], scenes.thing_names[scenes.things[0]]
    ('leaving', 'ring')

    Taught in: notebooks/beyond_one_image/03_video.ipynb
    """
    frames = _arguments.integer(frames, "frames", least=FEWEST)
    size = _arguments.integer(size, "size", least=SMALLEST)
    shape = (frames, size, size, 1)
    n, seed = _arguments.pictures(n, shape, seed)

    def one(label, rng):
        motion, thing = divmod(label, len(THINGS))
        clip = _clip(motion // 2, THINGS[thing], frames, size, rng)
        return clip[:: -1 if motion % 2 == 0 else 1, ..., None]

    pairs = len(MOTIONS) * len(THINGS)
    clips, labels = _arguments.draw(n, shape, pairs, one, seed, stream=0)
    return MovingScenes(clips, *divmod(labels, len(THINGS)))


def _clip(in_depth, kind, frames, size, rng):
    """Draw a clip of a thing that goes right or, `in_depth`, away from the viewer.

    Lengths are in parts of the side of a frame, time goes from -1/2 to 1/2.
    """
    time = np.linspace(-0.5, 0.5, frames)
    if in_depth:
        radius = rng.uniform(0.19, 0.23) * rng.uniform(2.0, 2.6) ** -time
        way = 0.0
    else:
        radius = np.full(frames, rng.uniform(0.14, 0.28))
        way = rng.uniform(0.3, 0.5)
    margin = 0.7 * radius.max()
    x = rng.uniform(margin + way / 2, 1 - margin - way / 2) + way * time
    y = rng.uniform(margin, 1 - margin)
    inside = _inside(kind, x, y, radius, size)

    behind = _background(size, rng)
    shade = rng.uniform(0.3, 0.5) * rng.choice([-1, 1])
    light = rng.normal(1, 0.03, (frames, 1, 1))
    noise = rng.normal(0, 0.03, (frames, size, size))
    return np.clip(light * (behind + shade * inside) + noise, 0, 1)


def _inside(kind, x, y, radius, size):
    """Return how much of each pixel the thing covers, `(frames, size, size)`."""
    middles = (np.arange(size) + 0.5) / size
    across = middles - x[:, None, None]
    down = np.broadcast_to(middles[:, None] - y, across.shape[:1] + (size, 1))
    radius = radius[:, None, None]
    if kind == "crate":
        stripes = np.sin(2.5 * np.pi * down / radius)
        depth = 0.9 * radius - np.maximum(np.abs(across), np.abs(down))
        return np.clip(size * depth + 0.5, 0, 1) * np.sign(stripes)
    depth = radius - np.hypot(across, down)
    if kind == "ring":
        depth = np.minimum(depth, 0.5 * radius - depth)
    return np.clip(size * depth + 0.5, 0, 1)


def _background(size, rng):
    """Return a grey slope with smooth spots, `(size, size)`."""
    y, x = np.mgrid[:size, :size] / size
    slope = rng.uniform(-0.15, 0.15, 2)
    grey = rng.uniform(0.4, 0.6) + slope[0] * (x - 0.5) + slope[1] * (y - 0.5)
    for _ in range(6):
        centre, width = rng.uniform(0, 1, 2), rng.uniform(0.06, 0.25, 2)
        distance = ((x - centre[0]) / width[0]) ** 2 + ((y - centre[1]) / width[1]) ** 2
        grey += rng.uniform(-0.15, 0.15) * np.exp(-distance / 2)
    return grey
