"""Pairs and triplets from labels, and batches in which they can be found."""

import keras
import numpy as np


def all_pairs(labels):
    """Return each two of `n` images, and whether they show one person.

    Args:
        labels: integers `(n,)`, who is who.

    Returns:
        Three arrays `(n (n - 1) / 2,)`: the position of the first, of the second, and
        bools.

    Raises:
        ValueError: if `labels` is not as above.

    Example:

    >>> [x.tolist() for x in all_pairs([7, 7, 9])]
    [[0, 0, 1], [1, 2, 2], [True, False, False]]

    Taught in: notebooks/week4_faces_and_style/01_verification_and_recognition.ipynb
    """
    labels = _labels(labels)
    first, second = np.triu_indices(len(labels), 1)
    return first, second, labels[first] == labels[second]


def sample_pairs(labels, n, seed=0):
    """Draw pairs, half of them of one person and half of two.

    First a person is drawn and then two of the images, so that people with many images
    do not count more.

    Args:
        labels: integers `(images,)`, who is who.
        n: int, how many pairs.
        seed: int or `numpy.random.Generator`.

    Returns:
        As `all_pairs`, `(n,)`, in random order.

    Raises:
        ValueError: if there is no pair of one person, or none of two.

    Example:

    >>> first, second, same = sample_pairs([0, 0, 1, 1, 2], n=6)
    >>> int(same.sum())
    3

    Taught in: notebooks/week4_faces_and_style/03_siamese_networks.ipynb
    """
    labels, rng = _labels(labels), np.random.default_rng(seed)
    several, people = _people(labels)
    first, second = np.empty((2, n), int)
    same = rng.permutation(np.arange(n) % 2 == 0)
    for i in range(n):
        if same[i]:
            first[i], second[i] = rng.choice(
                several[rng.integers(len(several))], 2, False
            )
        else:
            one, other = rng.choice(len(people), 2, replace=False)
            first[i], second[i] = rng.choice(people[one]), rng.choice(people[other])
    return first, second, same


def sample_triplets(labels, n, seed=0):
    """Draw anchors, positives and negatives at random.

    Args:
        labels: integers `(images,)`, who is who.
        n: int, how many triplets.
        seed: int or `numpy.random.Generator`.

    Returns:
        Integer array `(n, 3)`, positions of anchor, positive and negative.

    Raises:
        ValueError: if there is no triplet.

    Example:

    >>> triplets = sample_triplets([0, 0, 1], n=4)
    >>> triplets.shape, set(triplets[:, 2].tolist())
    ((4, 3), {2})

    Taught in: notebooks/week4_faces_and_style/02_triplet_loss.ipynb
    """
    labels, rng = _labels(labels), np.random.default_rng(seed)
    several, _ = _people(labels)
    triplets = np.empty((n, 3), int)
    for row in triplets:
        row[:2] = rng.choice(several[rng.integers(len(several))], 2, replace=False)
        row[2] = rng.choice(np.flatnonzero(labels != labels[row[0]]))
    return triplets


class PeopleBatches(keras.utils.PyDataset):
    """Batches of some people with some images each, for losses that mine triplets.

    A batch of images drawn at random from many people holds hardly two of one person.
    Here each batch has `people` of them with `per_person` images; in one epoch each
    person comes about once. The batches of an epoch are drawn anew.

    Args:
        images: float array `(n, height, width, channels)`.
        labels: integers `(n,)`, who is who.
        people: int of at least 2, how many people a batch has.
        per_person: int of at least 2, how many images of each. Whoever has fewer is
            left out.
        batches: int, how many make an epoch; `None` for as many as show each person
            once.
        augment: function of a batch of images and a `seed`, such as
            `cnnkit.training.augment.Augment`, or `None`.
        seed: int.

    Raises:
        ValueError: if an argument is not as above, or there are fewer people.

    Example:

    >>> images, labels = np.zeros((12, 8, 8, 1)), np.repeat([0, 1, 2], 4)
    >>> x, y = PeopleBatches(images, labels, people=2, per_person=3)[0]
    >>> x.shape, sorted(np.unique(y, return_counts=True)[1].tolist())
    ((6, 8, 8, 1), [3, 3])

    Reference:
        - Hermans, Beyer and Leibe, "In defense of the triplet loss for person
          re-identification", 2017, section 2: PK batches.

    Taught in: notebooks/week4_faces_and_style/02_triplet_loss.ipynb
    """

    def __init__(
        self,
        images,
        labels,
        people=16,
        per_person=4,
        batches=None,
        augment=None,
        seed=0,
    ):
        super().__init__()
        self.images, self.labels = np.asarray(images), _labels(labels)
        if len(self.images) != len(self.labels):
            raise ValueError(
                "There must be one label an image. "
                f"Received: {len(self.labels)} labels, {len(self.images)} images."
            )
        for name, value, least in (
            ("people", people, 2),
            ("per_person", per_person, 2),
            ("batches", 1 if batches is None else batches, 1),
            ("seed", seed, 0),
        ):
            if not isinstance(value, (int, np.integer)) or value < least:
                raise ValueError(
                    f"`{name}` must be an integer of at least {least}. "
                    f"Received: {name}={value!r}."
                )
        self.people, self.per_person = int(people), int(per_person)
        self.positions = [
            where
            for who in np.unique(self.labels)
            if len(where := np.flatnonzero(self.labels == who)) >= per_person
        ]
        if len(self.positions) < people:
            raise ValueError(
                f"There must be {people} people with {per_person} images or more. "
                f"Received: {len(self.positions)} of them."
            )
        self.batches = batches or max(1, len(self.positions) // self.people)
        self.augment, self.seed, self.epoch = augment, int(seed), 0

    def __len__(self):
        """Return the number of batches of an epoch."""
        return self.batches

    def __getitem__(self, index):
        rng = np.random.default_rng([self.seed, self.epoch, index])
        who = rng.choice(len(self.positions), self.people, replace=False)
        chosen = np.concatenate(
            [rng.choice(self.positions[k], self.per_person, False) for k in who]
        )
        images = self.images[chosen]
        if self.augment is not None:
            images = self.augment(images, seed=rng)
        return images, self.labels[chosen]

    def on_epoch_end(self):
        """Draw other batches from now on."""
        self.epoch += 1


def _labels(labels):
    labels = np.asarray(labels)
    if labels.ndim != 1 or not labels.size or labels.dtype.kind not in "iu":
        raise ValueError(
            "`labels` must be integers of shape (n,), at least one. "
            f"Received: shape {labels.shape}, type {labels.dtype}."
        )
    return labels


def _people(labels):
    """Return where the people with several images are, and where all are."""
    people = [np.flatnonzero(labels == who) for who in np.unique(labels)]
    several = [where for where in people if len(where) > 1]
    if not several or len(people) < 2:
        raise ValueError(
            "There must be two people or more, one of them with two images or more. "
            f"Received: {len(people)} people, the most with "
            f"{max(map(len, people))} images."
        )
    return several, people
