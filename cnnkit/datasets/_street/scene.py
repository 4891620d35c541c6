"""One street scene: who stands where, who hides whom, and the picture of it."""

from dataclasses import dataclass, field

import numpy as np

from cnnkit.datasets._sketch import Sketch, coverage, paint
from cnnkit.datasets._street.backdrop import Street, View, draw_street, draw_view
from cnnkit.datasets._street.camera import blur, light_up
from cnnkit.datasets._street.cars import car
from cnnkit.datasets._street.light import Light, draw_light
from cnnkit.datasets._street.motorcycles import motorcycle
from cnnkit.datasets._street.people import pedestrian
from cnnkit.datasets._street.props import PROPS

CLASSES = ("pedestrian", "car", "motorcycle")
LEAST_VISIBLE = 0.4
MEAN_OBJECTS = 2.3
TRIES = 12
SHADOW = (0.05, 0.06, 0.12)

# The nearest and the farthest an object stands, in metres, by class and view. What is
# large stands farther away, so that all fit into the picture and none is a speck.
DISTANCES = {
    ("pedestrian", "side"): (3.0, 6.2),
    ("car", "side"): (6.0, 11.5),
    ("car", "head-on"): (4.4, 8.8),
    ("motorcycle", "side"): (4.0, 7.8),
    ("motorcycle", "head-on"): (3.4, 6.6),
}


@dataclass
class Thing:
    """Something that stands in the street.

    Attributes:
        sketch: `Sketch` in pixels.
        foot: array `(x, y)`, where it stands, in pixels.
        scale: float, pixels in a metre there.
        distance: float, in metres.
        width: float, in pixels.
        label: int, a position in `CLASSES`, or `None`.
        shadow: contours in pixels.
        lamps: list of `(x, y, colour)` in pixels.
        visible: float, the share of it that is in the picture and not hidden.
    """

    sketch: Sketch
    foot: np.ndarray
    scale: float
    distance: float
    width: float
    label: int | None = None
    shadow: list = field(default_factory=list)
    lamps: list = field(default_factory=list)
    visible: float = 1.0


@dataclass(frozen=True)
class Scene:
    """A picture and the truth about it.

    Attributes:
        image: float32 array `(height, width, 3)` in [0, 1].
        things: list of `Thing`, the farthest first.
        boxes: float32 array `(objects, 4)`, `xyxy` in pixels.
        classes: int64 array `(objects,)`.
        visible: float array `(objects,)` in [0, 1].
        light: str.
    """

    image: np.ndarray
    things: list
    boxes: np.ndarray
    classes: np.ndarray
    visible: np.ndarray
    light: str


def draw_scene(height, width, objects, rng):
    """Draw a scene.

    Args:
        height: int, in pixels.
        width: int, in pixels.
        objects: pair of ints, how many objects at least and at most.
        rng: a `numpy.random.Generator`.

    Returns:
        A `Scene`.
    """
    light = draw_light(rng)
    view = draw_view(height, width, rng)
    street = draw_street(view, light, rng)
    count = draw_count(*objects, rng)
    stage = Stage(view, street, light, rng)
    things = stage.props()
    missing = count
    for _ in range(TRIES):
        things = _without_hidden(things + stage.objects(missing), height, width)
        labelled = [thing for thing in things if thing.label is not None]
        missing = count - len(labelled)
        if not missing:
            break
    image = _picture(stage, things, rng)
    limit = np.array([width, height, width, height])
    boxes = [np.clip(thing.sketch.extent(), 0, limit) for thing in labelled]
    return Scene(
        image,
        things,
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array([thing.label for thing in labelled], np.int64),
        np.array([thing.visible for thing in labelled]),
        light.name,
    )


def draw_count(least, most, rng):
    """Return a number of objects: Poisson's, cut off at both ends."""
    counts = np.arange(least, most + 1)
    logs = counts * np.log(MEAN_OBJECTS) - [
        np.log(np.arange(1, count + 1)).sum() for count in counts
    ]
    shares = np.cumsum(np.exp(logs))
    return int(counts[np.searchsorted(shares, rng.random() * shares[-1])])


@dataclass(frozen=True)
class Stage:
    """An empty street, and how things are put into it."""

    view: View
    street: Street
    light: Light
    rng: np.random.Generator

    def props(self):
        """Return some things that are no objects, each a `Thing`."""
        return [self.prop() for _ in range(self.rng.integers(2, 7))]

    def objects(self, count):
        """Return `count` objects, each a `Thing`."""
        rng = self.rng
        things = []
        while len(things) < count:
            label = int(rng.integers(len(CLASSES)))
            thing = self.object(label)
            things.append(thing)
            if label == 0 and len(things) < count and rng.random() < 0.35:
                things.append(self.companion(thing))
        return things

    def object(self, label):
        """Place a pedestrian, a car or a motorcycle where such things are found."""
        rng, view, street = self.rng, self.view, self.street
        head_on = label and rng.random() < (0.75 if street.along else 0.12)
        facing = ("front" if rng.random() < 0.5 else "rear") if head_on else "side"
        low, high = DISTANCES[CLASSES[label], "head-on" if head_on else "side"]
        low = max(low, view.nearest)
        for _ in range(8):
            z = low * (high / low) ** rng.random()
            x = (rng.random() - 0.5) * view.width * z / view.focal + view.side
            if street.along and abs(x) > street.houses - 0.8:
                continue
            place = x if street.along else z
            on_road = street.road[0] + 0.3 < place < street.road[1] - 0.3
            if on_road == (label > 0) or rng.random() < 0.35:
                break
        if label == 0:
            return self.put(pedestrian(rng), x, z, label)
        sketch, lamps = (car if label == 1 else motorcycle)(rng, facing)
        return self.put(sketch, x, z, label, lamps)

    def companion(self, thing):
        """Place a second pedestrian beside the first."""
        rng, view = self.rng, self.view
        z = max(thing.distance + rng.normal(0, 0.3), view.nearest)
        aside = rng.uniform(0.45, 0.75) * (1 if rng.random() < 0.5 else -1)
        x = (thing.foot[0] - view.width / 2) / thing.scale + view.side + aside
        return self.put(pedestrian(rng), x, z, 0)

    def prop(self):
        """Place something on the pavement."""
        rng, view, street = self.rng, self.view, self.street
        name = list(PROPS)[rng.integers(len(PROPS))]
        if street.along:
            z = rng.uniform(6, 16)
            x = rng.uniform(street.road[1] + 0.4, street.houses - 0.3)
            x *= 1 if rng.random() < 0.5 else -1
        else:
            z = rng.uniform(street.road[1] + 0.3, street.houses - 0.4)
            if rng.random() < 0.25 and name != "kiosk":
                z = rng.uniform(4.0, street.road[0])
            x = rng.uniform(-0.5, 0.5) * view.width * z / view.focal + view.side
        sketch = PROPS[name](rng)
        thing = self.put(sketch, x, z)
        if name == "lamp":
            head = thing.sketch.extent()[1] + 0.2 * thing.scale
            thing.lamps = [(thing.foot[0], head, None)]
        return thing

    def put(self, sketch, x, z, label=None, lamps=()):
        """Return a sketch in metres as a `Thing` at (x, z), facing either way."""
        view, light = self.view, self.light
        scale = view.focal / z
        foot = view.project(x, 0.0, z)
        turned = -scale if self.rng.random() < 0.5 else scale
        matrix = np.diag([turned, -scale])
        haze = min(0.35, z / 60)
        pale = (haze * light.haze).astype(np.float32)
        moved = sketch.moved(matrix, foot, lambda colour: (1 - haze) * colour + pale)
        shadow = []
        if light.sun:
            flat = 0.22 * abs(light.sun) * scale * view.eye / z
            cast = np.array([[turned, light.sun * scale], [0, flat]]).T
            shadow = [points @ cast + foot for points in sketch.outline()]
        beams = [(*(matrix @ (a, b) + foot), colour) for a, b, colour in lamps]
        left, _, right, _ = moved.extent()
        return Thing(moved, foot, scale, z, right - left, label, shadow, beams)


def _without_hidden(things, height, width):
    """Return the things from far to near, without objects that can hardly be seen.

    From the nearest to the farthest: what part of it lies inside the picture, and what
    part of that is not behind those already counted.
    """
    things = sorted(things, key=lambda thing: thing.distance)
    windows = coverage([thing.sketch.outline() for thing in things], (height, width))
    free = np.ones((height, width))
    kept = []
    for thing, (rows, columns, covered) in zip(things, windows, strict=True):
        if thing.label is not None:
            x1, y1, x2, y2 = thing.sketch.extent()
            inside = max(min(x2, width) - max(x1, 0), 0)
            inside *= max(min(y2, height) - max(y1, 0), 0)
            share = inside / ((x2 - x1) * (y2 - y1))
            seen = (free[rows, columns] * covered).sum() / max(covered.sum(), 1e-9)
            thing.visible = share * seen
            if thing.visible < LEAST_VISIBLE:
                continue
        free[rows, columns] *= 1 - covered
        kept.append(thing)
    return kept[::-1]


def _picture(stage, things, rng):
    """Return the picture of a street with things in it, as a camera would take it."""
    view, light = stage.view, stage.light
    shadows = Sketch()
    for thing in things:
        if thing.shadow:
            shadows.polygons(thing.shadow, SHADOW, light.shadow)
        wide = max(0.48 * thing.width, 0.1 * thing.scale)
        flat = 0.3 * wide * view.eye / thing.distance
        shadows.ellipse(*thing.foot, wide, flat, (0, 0, 0), alpha=0.28)
    if light.sun and rng.random() < 0.3:
        _passer_by(stage, shadows, rng)
    whole = Sketch([*stage.street.sketch.shapes, *shadows.shapes])
    for thing in things:
        whole.add(thing.sketch)
    pixels = light.sky_behind(view.height, view.width, view.horizon)
    paint(pixels, whole)
    light_up(pixels, light, things)
    pixels = blur(pixels, rng.uniform(0, 0.55) * view.height / 96)
    dark = 1.5 if light.name == "night" else 1.0
    noise = rng.uniform(0.006, 0.022) * dark
    pixels += noise * rng.standard_normal(pixels.shape, np.float32)
    return np.clip(pixels, 0, 1).astype(np.float32)


def _passer_by(stage, shadows, rng):
    """Add the shadow of somebody who is not in the picture."""
    view, light = stage.view, stage.light
    z = rng.uniform(4, 9)
    x = rng.uniform(-0.5, 0.5) * view.width * z / view.focal + view.side
    somebody = stage.put(pedestrian(rng), x, z)
    shadows.polygons(somebody.shadow, SHADOW, light.shadow)
