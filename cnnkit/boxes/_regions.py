"""Regions of an image, what they look like, and how they are grouped into a tree."""

import heapq

import numpy as np

COLOUR_BINS = 25
TEXTURE_BINS = 10
DIRECTIONS = 8


class Regions:
    """The regions of one segmentation, and room for those that merging makes.

    Row i of each array is region i; the first `count` are the segments.

    Args:
        labels: int array `(height, width)`, segments counted from 0.
        image: float array `(height, width, channels)` in [0, 1].
    """

    def __init__(self, labels, image):
        from scipy import ndimage

        self.labels = labels
        self.count = int(labels.max()) + 1
        self.pixels = labels.size
        places = ndimage.find_objects(labels + 1)
        self.sizes = self._room(np.bincount(labels.ravel()).astype(float))
        self.boxes = self._room(
            np.array([[x.start, y.start, x.stop, y.stop] for y, x in places], float)
        )
        self.looks = {
            "C": self._room(_histograms(image, labels, self.count, COLOUR_BINS)),
            "T": self._room(
                _histograms(_textures(image), labels, self.count, TEXTURE_BINS)
            ),
        }

    def merge(self, a, b, new):
        """Write the union of regions `a` and `b` to row `new`."""
        pair = [a, b]
        weights = self.sizes[pair] / self.sizes[pair].sum()
        for look in self.looks.values():
            look[new] = weights @ look[pair]
        self.sizes[new] = self.sizes[pair].sum()
        self.boxes[new] = _around(self.boxes[a], self.boxes[b])

    def similarity(self, one, others, measures):
        """Return how well a region goes with each of others, by summed measures.

        Args:
            one: int, a region.
            others: int array `(n,)`, its neighbours.
            measures: str of letters: C for colour, T for texture, S for small size, F
                for how well the two fill the box around them.

        Returns:
            Floats `(n,)`.
        """
        sizes = self.sizes[others] + self.sizes[one]
        total = np.zeros(len(others))
        for letter in measures:
            if letter in self.looks:
                look = self.looks[letter]
                total += np.minimum(look[others], look[one]).sum(axis=1)
            elif letter == "S":
                total += 1 - sizes / self.pixels
            else:
                x1, y1, x2, y2 = _around(self.boxes[others], self.boxes[one]).T
                total += 1 - ((x2 - x1) * (y2 - y1) - sizes) / self.pixels
        return total

    def neighbours(self):
        """Return a list with the set of neighbours of each segment."""
        found = [set() for _ in range(self.count)]
        for one, other in (
            (self.labels[:, 1:], self.labels[:, :-1]),
            (self.labels[1:], self.labels[:-1]),
        ):
            apart = one != other
            pairs = np.stack([one[apart], other[apart]], axis=1)
            for a, b in np.unique(pairs, axis=0).tolist():
                found[a].add(b)
                found[b].add(a)
        return found

    def _room(self, rows):
        return np.concatenate([rows, np.zeros((self.count - 1, *rows.shape[1:]))])


def group(regions, measures):
    """Merge the two most similar neighbours again and again, until one region is left.

    Args:
        regions: `Regions`; its rows past the segments are written anew.
        measures: str, as in `Regions.similarity`.

    Returns:
        Floats `(2 * count - 1, 4)`, the boxes of all regions, "xyxy": the segments
        first, then in the order of merging.
    """
    neighbours = regions.neighbours()
    queue = []
    for a, near in enumerate(neighbours):
        _push(queue, regions, a, [b for b in near if b < a], measures)
    while queue:
        _, a, b = heapq.heappop(queue)
        if neighbours[a] is None or neighbours[b] is None:
            continue
        new = len(neighbours)
        regions.merge(a, b, new)
        near = (neighbours[a] | neighbours[b]) - {a, b}
        neighbours[a] = neighbours[b] = None
        neighbours.append(near)
        for c in near:
            neighbours[c] = (neighbours[c] - {a, b}) | {new}
        _push(queue, regions, new, sorted(near), measures)
    return regions.boxes[: len(neighbours)].copy()


def _push(queue, regions, one, others, measures):
    if not others:
        return
    similarities = regions.similarity(one, np.array(others), measures)
    for similarity, other in zip(similarities.tolist(), others, strict=True):
        heapq.heappush(queue, (-similarity, one, other))


def _around(boxes1, boxes2):
    low = np.minimum(boxes1[..., :2], boxes2[..., :2])
    return np.concatenate([low, np.maximum(boxes1[..., 2:], boxes2[..., 2:])], axis=-1)


def _textures(image):
    """Return how steep the image is in each of eight directions, from 0 to 1."""
    from scipy import ndimage

    planes = np.moveaxis(image, -1, 0)
    across = ndimage.gaussian_filter(planes, sigma=(0, 1, 1), order=(0, 0, 1))
    down = ndimage.gaussian_filter(planes, sigma=(0, 1, 1), order=(0, 1, 0))
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    steep = [np.cos(angle) * across + np.sin(angle) * down for angle in angles]
    steep = np.maximum(np.concatenate(steep), 0)
    return np.moveaxis(steep / max(steep.max(), 1e-6), 0, -1)


def _histograms(image, labels, count, bins):
    """Return for each segment the histogram of each channel; a row sums to 1."""
    channels = image.shape[-1]
    bin_of = np.minimum((image * bins).astype(np.int64), bins - 1)
    cell = (labels[..., None] * channels + np.arange(channels)) * bins + bin_of
    counted = np.bincount(cell.ravel(), minlength=count * channels * bins)
    rows = counted.reshape(count, -1).astype(float)
    return rows / rows.sum(axis=1, keepdims=True)
