"""Drawn people in many postures, with 32 joints each."""

from dataclasses import dataclass

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets._body.figure import draw_figure
from cnnkit.datasets._body.skeleton import ACTIONS, BONES, JOINTS
from cnnkit.datasets._pictures import Pictures

SMALLEST = 32


@dataclass(frozen=True, eq=False, repr=False)
class Poses(Pictures):
    """Pictures of people and where their joints are.

    Attributes:
        images: float32 array in [0, 1], `(images, size, size, 3)`.
        landmarks: float32 array `(images, 32, 2)`: x in widths and y in heights of the
            image, from its upper left corner, also of joints that are hidden.
        action: int64 array `(images,)`, positions in `actions`: what somebody does.
        actions: tuple of str.
        joints: tuple of str, the names of the 32 landmarks. Left and right are those of
            the person.
        bones: tuple of pairs of positions in `joints`, to draw a skeleton with.

    Example:

    >>> people = poses(1)
    >>> people.joints[:7]
    ('crown', 'chin', 'nose', 'left eye', 'right eye', 'left ear', 'right ear')
    >>> people.joints[7:12]
    ('neck', 'chest', 'pelvis', 'left waist', 'right waist')
    >>> people.joints[12:22]
    ('left shoulder', 'left elbow', 'left wrist', 'left hand', 'left thumb',
     'left hip', 'left knee', 'left ankle', 'left heel', 'left toe')
    >>> people.joints[22:] == tuple(
    ...     name.replace("left", "right") for name in people.joints[12:22]
    ... )
    True

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """

    images: np.ndarray
    landmarks: np.ndarray
    action: np.ndarray

    actions = ACTIONS
    joints = JOINTS
    bones = BONES

    def __repr__(self):
        return f"Poses(images={self.images.shape}, landmarks={self.landmarks.shape})"


def poses(n=200, seed=0, size=96):
    """Draw people who stand, walk, run, wave, jump, squat, kick, bend or dance.

    A skeleton in space takes a posture, is turned and dressed, and stands before things
    that have colours and shapes like its own. All joints lie inside the picture. The
    first people are the same whatever `n` is.

    Args:
        n: int, how many pictures to draw, each of another person.
        seed: int of at least 0.
        size: int of at least 32, in pixels.

    Returns:
        A `Poses`.

    Raises:
        ValueError: if an argument is not as above, or the images would take more than
            2 GiB.

    Example:

    >>> poses(3)
    Poses(images=(3, 96, 96, 3), landmarks=(3, 32, 2))

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """
    size = _arguments.integer(size, "size", least=SMALLEST)
    n, seed = _arguments.pictures(n, (size, size, 3), seed)
    images = np.empty((n, size, size, 3), np.float32)
    landmarks = np.empty((n, len(JOINTS), 2), np.float32)
    action = np.empty(n, np.int64)
    for i in range(n):
        rng = np.random.default_rng([seed, i])
        images[i], landmarks[i], action[i] = draw_figure(size, rng)
    return Poses(images, landmarks, action)
