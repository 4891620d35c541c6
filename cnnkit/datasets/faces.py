"""Drawn faces: identity, pose, light, expression, glasses and 64 landmarks."""

from dataclasses import dataclass

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets._face.head import EXPRESSIONS, PARTS
from cnnkit.datasets._face.person import draw_person
from cnnkit.datasets._face.portrait import GLASSES, draw_portrait, draw_situation
from cnnkit.datasets._pictures import Pictures

SMALLEST = 32


@dataclass(frozen=True, eq=False, repr=False)
class Faces(Pictures):
    """Pictures of faces and what is true about them.

    The 64 landmarks come in this order, `parts` has the slices; left and right are
    those of the picture:

    | landmarks | part | from ... to |
    | --- | --- | --- |
    | 0-16 | contour | left ear, chin (8), right ear |
    | 17-21 | left brow | outer end to inner end |
    | 22-26 | right brow | inner end to outer end |
    | 27-32 | left eye | left corner, upper lid (2), right corner, lower lid (2) |
    | 33-38 | right eye | likewise |
    | 39-47 | nose | four down the bridge (42 is the tip), five along its foot |
    | 48-59 | outer lips | left corner, upper lip, right corner (54), lower lip |
    | 60-63 | inner lips | left, upper, right, lower |

    Attributes:
        images: float32 array in [0, 1], `(images, size, size, 3)`.
        identity: int64 array `(images,)`, the number of the person.
        landmarks: float32 array `(images, 64, 2)`: x in widths and y in heights of the
            image, from its upper left corner. Those of a cheek that is turned away are
            where they are behind the nose.
        pose: float32 array `(images, 3)`: yaw (positive looks to the right of the
            picture), pitch (up) and roll (leans to the right) in degrees.
        light: float32 array `(images, 3)`: unit vector towards the light, x to the
            right, y downwards, z towards the camera.
        expression: int64 array `(images,)`, positions in `expressions`.
        glasses: int64 array `(images,)`, positions in `kinds_of_glasses`; 0 is none.
        expressions: tuple of str.
        kinds_of_glasses: tuple of str.
        parts: dict of slices by the name of a part.

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """

    images: np.ndarray
    identity: np.ndarray
    landmarks: np.ndarray
    pose: np.ndarray
    light: np.ndarray
    expression: np.ndarray
    glasses: np.ndarray

    expressions = EXPRESSIONS
    kinds_of_glasses = GLASSES
    parts = PARTS

    def __repr__(self):
        people = len(np.unique(self.identity))
        return f"Faces(images={self.images.shape}, people={people})"

    def split(self, test_people=0.25, seed=0):
        """Divide the people into two sets: nobody is in both.

        Args:
            test_people: float between 0 and 1, the share of the people in the second
                set, or int, their number.
            seed: int.

        Returns:
            Two `Faces`.

        Raises:
            ValueError: if either would be empty.

        Example:

        >>> train, test = faces(people=8, per_person=2).split(test_people=2)
        >>> train
        Faces(images=(12, 64, 64, 3), people=6)
        >>> set(train.identity) & set(test.identity)
        set()
        """
        people = np.unique(self.identity)
        count = test_people
        if isinstance(test_people, (float, np.floating)):
            count = round(test_people * len(people)) if 0 < test_people < 1 else 0
        whole = isinstance(count, (int, np.integer)) and not isinstance(count, bool)
        if not whole or not 0 < count < len(people):
            raise ValueError(
                "`test_people` must be a share or a number that leaves at least one of "
                f"{len(people)} people on either side. "
                f"Received: test_people={test_people!r}."
            )
        order = np.random.default_rng(_arguments.integer(seed, "seed"))
        tested = np.isin(self.identity, order.permutation(people)[:count])
        return self.subset(~tested), self.subset(tested)


def faces(people=50, per_person=10, seed=0, size=64, first=0):
    """Draw faces of people who differ, in pictures that differ more.

    Who somebody is decides the shape of head, jaw, ears, brows, eyes, nose and mouth,
    the colours of skin, hair and eyes, hair and beard. Each picture then has a pose,
    a light, an expression, glasses or none, clothes and a background of its own, and
    noise. So two pictures of one person are often less alike, pixel by pixel, than
    pictures of two people; what makes a person must be learned.

    A person of a number is the same whatever `people` and `per_person` are, and so are
    the first pictures of each. People never seen before are those of other numbers.

    Args:
        people: int, how many people to draw.
        per_person: int, how many pictures of each.
        seed: int of at least 0.
        size: int of at least 32, in pixels.
        first: int of at least 0, the number of the first person.

    Returns:
        A `Faces`; the pictures of one person stand together.

    Raises:
        ValueError: if an argument is not as above, or the images would take more than
            2 GiB.

    Example:

    >>> faces(people=3, per_person=2)
    Faces(images=(6, 64, 64, 3), people=3)
    >>> faces(people=2, per_person=2, first=100).identity
    array([100, 100, 101, 101])

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """
    people = _arguments.integer(people, "people")
    per_person = _arguments.integer(per_person, "per_person")
    first = _arguments.integer(first, "first")
    size = _arguments.integer(size, "size", least=SMALLEST)
    n, seed = _arguments.pictures(people * per_person, (size, size, 3), seed)
    images = np.empty((n, size, size, 3), np.float32)
    landmarks = np.empty((n, 64, 2), np.float32)
    situations = []
    for i in range(n):
        number, picture = first + i // per_person, i % per_person
        if picture == 0:
            person = draw_person(np.random.default_rng([seed, number]))
        rng = np.random.default_rng([seed, number, picture + 1])
        situations.append(draw_situation(rng))
        images[i], landmarks[i] = draw_portrait(person, situations[-1], size, rng)

    def gather(key, kind, shape=()):
        return np.array([one[key] for one in situations], kind).reshape(n, *shape)

    return Faces(
        images,
        first + np.repeat(np.arange(people), per_person),
        landmarks,
        np.degrees(gather("pose", np.float32, (3,))),
        gather("light", np.float32, (3,)),
        gather("expression", np.int64),
        gather("glasses", np.int64),
    )
