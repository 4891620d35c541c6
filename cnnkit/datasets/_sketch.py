"""Flat shapes with smooth edges, painted with NumPy alone.

A `Sketch` is a list of filled shapes in the order in which they are painted. All of
them are rasterised in one pass: how much of each pixel a shape covers is exact along
the rows and sampled `SUBROWS` times down the columns. So edges are smooth, an object
that moves by a tenth of a pixel changes a little, and the same numbers come out on
every machine, whatever drawing library it has.
"""

from dataclasses import dataclass

import numpy as np

SUBROWS = 4
TURN = 2 * np.pi * np.arange(20) / 20
CIRCLE = np.stack([np.cos(TURN), np.sin(TURN)], axis=1)
HALF_TURN = np.pi * np.arange(7) / 6 - np.pi / 2
CAP = np.stack([np.cos(HALF_TURN), np.sin(HALF_TURN)], axis=1)


@dataclass(slots=True)
class Shape:
    """Closed contours that are filled as one.

    Attributes:
        contours: list of arrays `(points, 2)` of x and y.
        colour: array `(3,)`, or `(2, 3)` for one that fades from top to bottom.
        alpha: float in [0, 1], how much it hides of what is behind it.
    """

    contours: list
    colour: np.ndarray
    alpha: float = 1.0


class Sketch:
    """Shapes in the order in which they are painted, the last one in front."""

    def __init__(self, shapes=()):
        self.shapes = list(shapes)

    def polygon(self, points, colour, alpha=1.0):
        """Add the inside of one closed line of `(points, 2)`."""
        self.polygons([points], colour, alpha)

    def polygons(self, contours, colour, alpha=1.0):
        """Add several closed lines as one shape; where two overlap it stays one."""
        contours = [np.asarray(points, float) for points in contours]
        self.shapes.append(Shape(contours, np.asarray(colour, np.float32), alpha))

    def box(self, x1, y1, x2, y2, colour, alpha=1.0):
        """Add an upright rectangle."""
        self.polygons([[[x1, y1], [x2, y1], [x2, y2], [x1, y2]]], colour, alpha)

    def ellipse(self, x, y, rx, ry, colour, angle=0.0, alpha=1.0):
        """Add an ellipse with half-axes `rx`, `ry`, turned by `angle` radians."""
        self.polygons([oval(x, y, rx, ry, angle)], colour, alpha)

    def ring(self, x, y, outer, inner, colour, alpha=1.0):
        """Add a disc of radius `outer` with a hole of radius `inner`."""
        edge = np.concatenate([CIRCLE, CIRCLE[:1]])
        points = np.concatenate([outer * edge, inner * edge[::-1]]) + [x, y]
        self.polygons([points], colour, alpha)

    def limb(self, points, widths, colour, alpha=1.0):
        """Add a line through `points` with round ends and joints.

        Args:
            points: `(points, 2)`.
            widths: float, or one a point: it narrows or widens on the way.
            colour: see `Shape`.
            alpha: see `Shape`.
        """
        points = np.asarray(points, float)
        radii = np.broadcast_to(np.asarray(widths, float) / 2, len(points))
        self.polygons(capsules(points, radii), colour, alpha)

    def add(self, other):
        """Add the shapes of another sketch in front."""
        self.shapes.extend(other.shapes)

    def moved(self, matrix, offset, colour=None):
        """Return the sketch with every point p at `matrix @ p + offset`.

        Args:
            matrix: `(2, 2)`.
            offset: `(2,)`.
            colour: function of a colour that gives the new one, or `None`.
        """
        contours = [points for shape in self.shapes for points in shape.contours]
        points = np.concatenate(contours) @ np.asarray(matrix, float).T + offset
        ends = np.cumsum([len(contour) for contour in contours]).tolist()
        starts = [0, *ends[:-1]]
        pieces = iter([points[a:b] for a, b in zip(starts, ends, strict=True)])
        return Sketch(
            Shape(
                [next(pieces) for _ in shape.contours],
                colour(shape.colour) if colour else shape.colour,
                shape.alpha,
            )
            for shape in self.shapes
        )

    def outline(self):
        """Return all contours of the opaque shapes: the silhouette of the whole."""
        return [
            points
            for shape in self.shapes
            if shape.alpha == 1
            for points in shape.contours
        ]

    def extent(self):
        """Return `(x1, y1, x2, y2)` around the opaque shapes."""
        points = np.concatenate(self.outline())
        return np.concatenate([points.min(axis=0), points.max(axis=0)])


def rectangles(a1, a2, b1, b2):
    """Return the corners of rectangles, for each of two axes an array `(n, 4)`.

    Each argument is a number or an array with one number a rectangle.
    """
    n = max(np.size(a1), np.size(a2), np.size(b1), np.size(b2))
    corners = np.empty((2, 4, n))
    corners[0, 0] = corners[0, 3] = a1
    corners[0, 1] = corners[0, 2] = a2
    corners[1, 0] = corners[1, 1] = b1
    corners[1, 2] = corners[1, 3] = b2
    return corners.transpose(0, 2, 1)


def oval(x, y, rx, ry, angle=0.0):
    """Return points of an ellipse, `(20, 2)`."""
    points = CIRCLE * [rx, ry]
    if angle:
        cos, sin = np.cos(angle), np.sin(angle)
        points = points @ np.array([[cos, sin], [-sin, cos]])
    return points + [x, y]


def capsules(points, radii):
    """Return for each pair of neighbours the outline around their two discs.

    Args:
        points: `(points, 2)`.
        radii: `(points,)`.

    Returns:
        `(points - 1, 14, 2)`.
    """
    along = points[1:] - points[:-1]
    length = np.hypot(along[:, 0], along[:, 1])
    cos, sin = np.where(length > 0, along.T, [[1], [0]]) / np.where(
        length > 0, length, 1
    )
    turn = np.stack([cos, sin, -sin, cos], axis=1).reshape(-1, 2, 2)
    caps = CAP @ turn
    ends = points[1:, None] + radii[1:, None, None] * caps
    starts = points[:-1, None] - radii[:-1, None, None] * caps
    return np.concatenate([ends, starts], axis=1)


def rounded(points, times=2):
    """Return a closed line with its corners cut off, a quarter of each side."""
    points = np.asarray(points, float)
    for _ in range(times):
        after = np.concatenate([points[1:], points[:1]])
        cut = np.empty((len(points), 2, 2))
        cut[:, 0] = 0.75 * points + 0.25 * after
        cut[:, 1] = 0.25 * points + 0.75 * after
        points = cut.reshape(-1, 2)
    return points


def paint(pixels, sketch):
    """Paint a sketch, whose units are pixels, over an image in place.

    Args:
        pixels: float32 array `(height, width, 3)`.
        sketch: a `Sketch`.
    """
    windows = coverage([shape.contours for shape in sketch.shapes], pixels.shape[:2])
    for shape, (rows, columns, covered) in zip(sketch.shapes, windows, strict=True):
        if not covered.size:
            continue
        colour = shape.colour
        if colour.ndim == 2:
            colour = _faded(shape, rows)
        part = pixels[rows, columns]
        share = covered if shape.alpha == 1 else np.float32(shape.alpha) * covered
        part += share[..., None] * (colour - part)


def mask(contours, shape):
    """Return how much of each pixel a shape covers, `(height, width)` in [0, 1]."""
    ((rows, columns, covered),) = coverage([contours], shape)
    whole = np.zeros(shape, np.float32)
    whole[rows, columns] = covered
    return whole


def coverage(shapes, size):
    """Return how much of each pixel each shape covers.

    A line through the middle of each of `SUBROWS` parts of a row crosses the contours
    at certain x. What a crossing adds to the pixels on its right, and in part to its
    own, goes into two bins; a running sum along the row makes the coverage of them.

    Args:
        shapes: list of shapes, each a list of contours `(points, 2)` in pixels.
        size: pair `(height, width)`.

    Returns:
        List of `(rows, columns, covered)`: two slices, and the coverage there, a
        float32 array in [0, 1].
    """
    if not shapes:
        return []
    contours = [points for shape in shapes for points in shape]
    lengths = np.array([len(points) for points in contours])
    starts = np.cumsum(lengths) - lengths
    per_shape = np.array([len(shape) for shape in shapes])
    points = np.concatenate(contours)
    x, y = points.T.copy()
    following = np.arange(1, len(points) + 1)
    following[starts + lengths - 1] = starts
    x_after, y_after = x[following], y[following]

    # The window of each shape, and where its pixels begin among those of all shapes;
    # a row has two bins more than pixels, for what lies to the right.
    firsts = starts[np.cumsum(per_shape) - per_shape]
    low = np.floor(np.minimum.reduceat(points, firsts))
    high = np.ceil(np.maximum.reduceat(points, firsts))
    left, right = np.clip([low[:, 0], high[:, 0]], 0, size[1]).astype(int)
    top, bottom = np.clip([low[:, 1], high[:, 1]], 0, size[0]).astype(int)
    width = right - left + 2
    places = width * (bottom - top)
    ends = np.cumsum(places)
    begin = ends - places - top * width - left

    # Which subrows each edge crosses, and the line that it crosses them along.
    of = np.repeat(np.repeat(np.arange(len(shapes)), per_shape), lengths)
    line, line_after = SUBROWS * y - 0.5, SUBROWS * y_after - 0.5
    least, most = SUBROWS * top[of], SUBROWS * bottom[of]
    first = np.clip(np.ceil(np.minimum(line, line_after)), least, most).astype(int)
    last = np.clip(np.ceil(np.maximum(line, line_after)), least, most).astype(int)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (x_after - x) / (line_after - line)
        start = x - line * slope
    area = np.add.reduceat(x * y_after - x_after * y, starts)
    sign = np.repeat(np.where(area < 0, -1.0, 1.0), lengths)
    sign[line_after > line] *= -1

    # All crossings: the edge and the subrow of each, the pixel and the place in it.
    count = last - first
    edge = np.repeat(np.arange(len(points)), count)
    subrow = np.arange(len(edge)) + (first - np.cumsum(count) + count)[edge]
    crossing = start[edge] + subrow * slope[edge]
    crossing = np.minimum(np.maximum(crossing, left[of][edge]), right[of][edge])
    column = crossing.astype(int)
    place = begin[of][edge] + subrow // SUBROWS * width[of][edge] + column
    weight = sign[edge]
    after = weight * (crossing - column)

    bins = np.bincount(
        np.concatenate([place, place + 1]),
        np.concatenate([weight - after, after]),
        ends[-1] + 1,
    )
    covered = (np.cumsum(bins) / SUBROWS).astype(np.float32)
    covered = np.minimum(np.maximum(covered, 0), 1)
    windows = zip(*(n.tolist() for n in (top, bottom, left, right, ends)), strict=True)
    start, result = 0, []
    for y1, y2, x1, x2, end in windows:
        part = covered[start:end].reshape(y2 - y1, x2 - x1 + 2)[:, :-2]
        result.append((slice(y1, y2), slice(x1, x2), part))
        start = end
    return result


def _faded(shape, rows):
    """Return the colour of each row of a shape that fades from top to bottom."""
    top = min(points[:, 1].min() for points in shape.contours)
    bottom = max(points[:, 1].max() for points in shape.contours)
    share = (np.arange(rows.start, rows.stop) + 0.5 - top) / max(bottom - top, 1e-9)
    share = np.minimum(np.maximum(share, 0), 1)[:, None, None].astype(np.float32)
    return shape.colour[0] + share * (shape.colour[1] - shape.colour[0])
