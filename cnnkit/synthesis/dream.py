"""An image with more of what a network sees in it."""

import numpy as np
from keras import ops
from scipy.ndimage import zoom

from cnnkit.layers._arguments import positive_integer
from cnnkit.synthesis import _features, _images
from cnnkit.synthesis._costs import total
from cnnkit.synthesis._gradients import value_and_gradient
from cnnkit.synthesis.backbones import chosen


def dream(
    image,
    model=None,
    layers=None,
    octaves=4,
    scale=1.4,
    steps=10,
    learning_rate=0.02,
    jitter=8,
    preprocess=None,
    callback=None,
    seed=0,
):
    """Change an image so that layers answer more strongly to it.

    The mean square of the answers is driven up by its gradient, which is divided by its
    mean size so that all steps are alike. It begins with the image made small; each
    octave is larger by `scale`, and gets back the details that were lost by making the
    original small. Before each step the image is shifted by up to `jitter` pixels, so
    that no grid shows.

    Args:
        image: image, as for `style_transfer`.
        model: `keras.Model`, `Backbone` or `None`, as for `style_transfer`.
        layers: names of layers, or a dict of weights.
        octaves: int of at least 1; those for which the image would have a side below
            32 are left out.
        scale: float above 1.
        steps: int, for each octave.
        learning_rate: float above 0, the mean change of a pixel by one step.
        jitter: int of at least 0.
        preprocess: function from images in [0, 1] to what the model takes, or `None`.
        callback: function `callback(step, image)`, or `None`.
        seed: int, for the shifts.

    Returns:
        float32 array, as large as the image. Interrupted from the keyboard, what there
        is, enlarged.

    Raises:
        ValueError: if an argument is not as above.

    Reference:
        - Mordvintsev, Olah and Tyka, "Inceptionism: going deeper into neural networks",
          2015.

    Taught in: notebooks/week4_faces_and_style/10_dreams_and_adversarial_examples.ipynb
    """
    image = _images.colour(image, "image")
    octaves = positive_integer(octaves, "octaves")
    steps = positive_integer(steps, "steps")
    if not learning_rate > 0:
        raise ValueError(
            "`learning_rate` must be above 0. "
            f"Received: learning_rate={learning_rate!r}."
        )
    if not scale > 1 or not jitter >= 0:
        raise ValueError(
            "`scale` must be above 1 and `jitter` at least 0. "
            f"Received: scale={scale!r}, jitter={jitter!r}."
        )
    model, preprocess, layers = chosen(model, preprocess, dream_layers=layers)
    model = _features.any_size(model)
    weights = _features.weights(layers, "layers")
    features = _features.extractor(model, weights, preprocess)
    _features.check_reach(features(image[None]), image[None])

    def answer(x):
        parts = [
            weight * ops.mean(ops.square(maps))
            for maps, weight in zip(features(x), weights.values(), strict=True)
        ]
        return total(parts)

    climb = value_and_gradient(answer)
    rng, done = np.random.default_rng(seed), 0
    sizes = [
        tuple(round(side / scale**k) for side in image.shape[:2])
        for k in reversed(range(octaves))
    ]
    sizes = [size for size in sizes if min(size) >= 32] or sizes[-1:]
    dreamt = resized(image, sizes[0])
    try:
        for size in sizes:
            original = resized(image, size)
            small = resized(resized(original, dreamt.shape[:2]), size)
            dreamt = resized(dreamt, size) + original - small
            for _ in range(steps):
                by = tuple(rng.integers(-jitter, jitter + 1, 2))
                _, slope = climb(np.roll(dreamt, by, (0, 1))[None])
                slope = np.roll(slope[0], (-by[0], -by[1]), (0, 1))
                step = learning_rate * slope / (np.abs(slope).mean() + 1e-8)
                dreamt = np.clip(dreamt + step, 0, 1).astype("float32")
                done += 1
                if callback is not None:
                    callback(done, dreamt)
    except KeyboardInterrupt:
        dreamt = resized(dreamt, image.shape[:2])
    return dreamt


def dream_zoom(image, frames, model=None, layers=None, by=1.05, **arguments):
    """Dream, look a little closer, dream again: the frames of an endless zoom.

    Args:
        image: image, as for `dream`.
        frames: int of at least 1.
        model: as for `dream`.
        layers: as for `dream`.
        by: float above 1, how much closer each frame is.
        **arguments: as for `dream`; by default one octave.

    Yields:
        float32 arrays, as large as the image.

    Raises:
        ValueError: if an argument is not as above.
    """
    if not by > 1 or frames < 1:
        raise ValueError(
            "`by` must be above 1 and `frames` at least 1. "
            f"Received: by={by!r}, frames={frames!r}."
        )
    image = _images.colour(image, "image")
    arguments = {"octaves": 1, **arguments}
    for _ in range(frames):
        image = dream(image, model, layers, **arguments)
        yield image
        size = [round(side * by) for side in image.shape[:2]]
        top, left = (
            (new - old) // 2 for new, old in zip(size, image.shape[:2], strict=True)
        )
        larger = resized(image, size)
        image = larger[top : top + image.shape[0], left : left + image.shape[1]]


def resized(image, size):
    """Return an image in another size, in [0, 1]."""
    if tuple(size) == image.shape[:2]:
        return image
    factors = (*(new / old for new, old in zip(size, image.shape[:2], strict=True)), 1)
    return np.clip(zoom(image, factors, order=1, grid_mode=True, mode="nearest"), 0, 1)
