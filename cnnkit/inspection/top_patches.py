"""The parts of images to which a unit answers most strongly."""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np

from cnnkit.inspection import _chain, _units
from cnnkit.inspection._cut_out import cut_out
from cnnkit.layers._arguments import positive_integer

OUTSIDE = 0.5


@dataclass(frozen=True, eq=False)
class TopPatches:
    """For each unit of a layer the patches that it likes best, the best first.

    Attributes:
        layer: str.
        units: int array `(units,)`, which units of the layer these are.
        answers: float32 array `(units, k)`.
        images: int array `(units, k)`, the number of the image, counted from 0.
        places: int array `(units, k, 2)`, row and column in the layer's map.
        boxes: int array `(units, k, 4)`, "xyxy" in pixels: exactly what was seen. It
            may reach outside the image.
        patches: float32 array `(units, k, height, width, channels)`; grey outside the
            image.
    """

    layer: str
    units: np.ndarray
    answers: np.ndarray
    images: np.ndarray
    places: np.ndarray
    boxes: np.ndarray
    patches: np.ndarray

    def __repr__(self):
        units, k = self.answers.shape
        height, width = self.patches.shape[2:4]
        return f"TopPatches({self.layer!r}, units={units}, k={k}, {height}×{width})"


def top_patches(model, layer, images, k=9, units=None, batch_size=64):
    """Find for each unit the `k` images to which it answers most strongly, and where.

    Of each image only the strongest place counts, so that not all patches come from
    one. The images are looked at once, batch by batch: the memory does not grow with
    their number.

    Args:
        model: a `keras.Model` with one input.
        layer: name of a layer that gives maps; the way to it must be a chain of
            convolutions, poolings and pointwise layers.
        images: array `(n, height, width, channels)`, or an iterator of such batches.
        k: int of at least 1.
        units: sequence of ints, or `None` for all.
        batch_size: int, for an array.

    Returns:
        A `TopPatches`; with fewer than `k` images, with so many patches.

    Raises:
        ValueError: if an argument is not as above, there are no images, those of a
            stream differ in size, or they or the answers are not finite.

    Example:

    >>> model = keras.Sequential([
    ...     keras.Input((32, 32, 3)),
    ...     keras.layers.Conv2D(8, 5, activation="relu", name="conv"),
    ...     keras.layers.MaxPooling2D(2, name="pool")])
    >>> images = np.random.default_rng(0).random((20, 32, 32, 3))
    >>> top_patches(model, "pool", images)
    TopPatches('pool', units=8, k=9, 6×6)

    Reference:
        - Zeiler and Fergus, "Visualizing and understanding convolutional networks",
          2014, section 4 and figure 2.

    Taught in: notebooks/week4_faces_and_style/06_what_layers_see.ipynb
    """
    layers = _chain.chain(model, layer)
    output = layers[-1].output
    if len(output.shape) != 4:
        raise ValueError(
            f"{layer!r} gives no maps but an output of shape {tuple(output.shape)}."
        )
    units = _units.check(units, output.shape[-1])
    k = positive_integer(k, "k")
    part = keras.Model(model.inputs[0], output)
    best, seen, field, shape = None, 0, None, None
    for batch in _batches(images, batch_size):
        if not len(batch):
            continue
        if field is None:
            shape = batch.shape[1:]
            field = _chain.fields(layers, shape[:2])
        if batch.shape[1:] != shape:
            raise ValueError(
                "All `images` must have one shape. "
                f"Received: {shape} and then {batch.shape[1:]}."
            )
        maps = np.asarray(part.predict_on_batch(batch))[..., units]
        # A ReLU may turn NaN into 0, so the answers alone do not tell.
        if not (np.isfinite(batch).all() and np.isfinite(maps).all()):
            raise ValueError(
                "Images and answers must be finite. Received: NaN or infinity in the "
                f"images {seen} to {seen + len(batch) - 1}, or in what {layer!r} "
                "answers to them."
            )
        new = _strongest(maps, batch, seen, field)
        best = new if best is None else _merged(best, new)
        best = _best(best, k)
        seen += len(batch)
    if best is None:
        raise ValueError("`images` must hold at least one image.")
    answers, numbers, places, patches = best
    rows, columns = field
    first = places * [rows.jump, columns.jump] + [rows.start, columns.start]
    boxes = np.concatenate(
        [first[..., ::-1], first[..., ::-1] + [columns.size, rows.size]], axis=-1
    )
    return TopPatches(layer, units, answers, numbers, places, boxes, patches)


def _strongest(maps, images, seen, field):
    """Return answers, numbers, places and a cutter of patches, all `(units, n, …)`."""
    n, height, width, units = maps.shape
    flat = maps.reshape(n, height * width, units).argmax(axis=1).T
    places = np.stack(np.divmod(flat, width), axis=-1)
    answers = maps.max(axis=(1, 2)).T.astype(np.float32)
    numbers = np.broadcast_to(np.arange(seen, seen + n), (units, n))

    def cut(unit, i):
        row, column = (int(at) for at in places[unit, i])
        rows, columns = field
        spans = rows.span(row), columns.span(column)
        return cut_out(images[i], *spans, outside=OUTSIDE)

    return answers, numbers, places, cut


def _merged(best, new):
    """Put the candidates of a batch beside the best so far."""
    answers, numbers, places, patches = best
    more, their_numbers, their_places, cut = new
    kept = answers.shape[1]

    def either(unit, i):
        return patches[unit, i] if i < kept else cut(unit, i - kept)

    return (
        np.concatenate([answers, more], axis=1),
        np.concatenate([numbers, their_numbers], axis=1),
        np.concatenate([places, their_places], axis=1),
        either,
    )


def _best(candidates, k):
    """Keep the strongest `k`; of equal ones the earlier. Only these are cut out."""
    answers, numbers, places, cut = candidates
    order = np.argsort(-answers, axis=1, kind="stable")[:, :k]
    patches = np.stack(
        [np.stack([cut(unit, i) for i in row]) for unit, row in enumerate(order)]
    )
    return (
        np.take_along_axis(answers, order, axis=1),
        np.take_along_axis(numbers, order, axis=1),
        np.take_along_axis(places, order[..., None], axis=1),
        patches,
    )


def _batches(images, batch_size):
    if isinstance(images, Iterator):
        for batch in images:
            yield _checked(batch)
        return
    images = _checked(images)
    for start in range(0, len(images), batch_size):
        yield images[start : start + batch_size]


def _checked(images):
    images = np.asarray(images)
    if images.ndim != 4 or images.dtype.kind not in "fiu":
        raise ValueError(
            "`images` must be numbers (n, height, width, channels), or an iterator of "
            f"such batches. Received: shape {images.shape}, {images.dtype}."
        )
    return images
