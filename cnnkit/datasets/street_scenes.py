"""Street scenes with pedestrians, cars and motorcycles, drawn by code."""

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets._street.scene import CLASSES, draw_scene
from cnnkit.datasets.detection_dataset import DetectionDataset

SMALLEST = 32
MOST_OBJECTS = 8
DIFFICULT = 0.6


def street_scenes(n=500, size=96, seed=0, objects=(0, 6)):
    """Draw streets with pedestrians, cars and motorcycles, and the box of each.

    A street runs away from the camera or from side to side, by day, under clouds, at
    dusk or at night. Who is nearer is larger, stands lower in the image and hides who
    is behind. People walk or stand, alone or in pairs; vehicles are seen from the side,
    the front or behind; a rider is a part of the motorcycle. Bicycles, postboxes,
    skips, trees, posters, shadows and reflections of nothing in the picture are there
    to be taken for one of the three. The picture is a little blurred and noisy.

    A box goes around the whole of an object as it was drawn, also around the parts
    that something nearer hides, and ends at the edge of the image; the shadow on the
    ground does not belong to it. An object is left out of the picture if less than
    40 % of it can be seen, and marked as difficult if less than 60 % can.

    The first scenes are the same whatever `n` is.

    Args:
        n: int, how many scenes to draw.
        size: int of at least 32 or pair `(height, width)`, in pixels.
        seed: int of at least 0.
        objects: int, how many objects to draw in each, or pair of the least and the
            greatest number, up to 8. There may be fewer of many where no more find
            room without hiding others.

    Returns:
        A `DetectionDataset` with `attributes["light"]`: "day", "overcast", "dusk" or
        "night".

    Raises:
        ValueError: if an argument is not as above, or the images would take more than
            2 GiB.

    Example:

    >>> street_scenes(4)
    DetectionDataset(images=(4, 96, 96, 3), objects=..., class_names=('pedestrian',
                     'car', 'motorcycle'))

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """
    height, width = _arguments.image_size(size, least=SMALLEST)
    n, seed = _arguments.pictures(n, (height, width, 3), seed)
    objects = _range(objects)
    images = np.empty((n, height, width, 3), np.float32)
    scenes = []
    for i in range(n):
        scene = draw_scene(height, width, objects, np.random.default_rng([seed, i]))
        images[i] = scene.image
        scenes.append(scene)
    return DetectionDataset(
        images,
        boxes=[scene.boxes for scene in scenes],
        classes=[scene.classes for scene in scenes],
        class_names=CLASSES,
        difficult=[scene.visible < DIFFICULT for scene in scenes],
        sources=[f"street_scenes(seed={seed})[{i}]" for i in range(n)],
        attributes={"light": np.array([scene.light for scene in scenes], "U8")},
    )


def _range(objects):
    """Return the least and the greatest number of objects."""
    pair = objects if isinstance(objects, (tuple, list)) else (objects, objects)
    whole = all(isinstance(k, (int, np.integer)) and k is not True for k in pair)
    if len(pair) != 2 or not whole or not 0 <= pair[0] <= pair[1] <= MOST_OBJECTS:
        raise ValueError(
            f"`objects` must be an integer from 0 to {MOST_OBJECTS}, or a pair of "
            f"them, the smaller one first. Received: objects={objects!r}."
        )
    return int(pair[0]), int(pair[1])
