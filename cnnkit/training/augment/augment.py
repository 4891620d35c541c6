"""Random distortions of a batch of images, all geometry in one pass."""

import threading

import keras
import numpy as np

from cnnkit.layers import PCAColour
from cnnkit.training import _arguments
from cnnkit.training.augment import _cropping, _fields, _sampling

KERAS_FILL = {"reflect": "reflect", "edge": "nearest", "zero": "constant"}


class Augment:
    """Distorts a batch of images at random, each of them differently.

    Mirror, random crop, rotation, shear, scale and local warping are first worked out
    as one map from output to source pixels, then every pixel is read once. That is
    faster than one layer after the other, and blurs once instead of five times. Mirror
    and crop alone move whole pixels and change none of them. Colours come last, and
    where one is changed the result is clipped to [0, 1].

    The numbers come from `rng`: the same one gives the same images, on any thread.

    Args:
        flip: bool, whether to mirror every second image, left to right.
        pad: int, pixels that a crop may reach beyond the image.
        crop: int or pair of ints, height and width of the result; `None` for those of
            the image. Its place is random.
        rotation: float, the largest angle in degrees, either way.
        shear: float, the largest slope, either way: 0.1 moves the first row by a tenth
            of the height against the last.
        scale: float from 0 to below 1, or pair of floats: 0.2 and (0.8, 1.25) both make
            things up to 1.25 times larger or smaller.
        warp: pair of floats (α, σ), strength and smoothness of a local warping in
            pixels, see `elastic`; `None` for none.
        brightness: float, the most that is added to or taken from all pixels.
        contrast: float from 0 to 1, by how much the distance to the mean may grow or
            shrink.
        colour: float, the standard deviation of a shift of each channel.
        pca: an adapted `cnnkit.layers.PCAColour`, or `None`.
        border: "reflect", "edge" or "zero", what lies beyond the image.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> images = np.random.default_rng(0).random((8, 32, 32, 3), dtype="float32")
    >>> augment = Augment(flip=True, pad=4, rotation=10, colour=0.05)
    >>> augment(images, seed=1).shape
    (8, 32, 32, 3)
    >>> bool((augment(images, seed=1) == augment(images, seed=1)).all())
    True

    Reference:
        - Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
          convolutional neural networks", 2012, section 4.1.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """

    def __init__(
        self,
        flip=False,
        pad=0,
        crop=None,
        rotation=0.0,
        shear=0.0,
        scale=0.0,
        warp=None,
        brightness=0.0,
        contrast=0.0,
        colour=0.0,
        pca=None,
        border="reflect",
    ):
        self.flip = bool(flip)
        self.pad = _arguments.whole(pad, "pad", least=0)
        self.crop = None if crop is None else _arguments.size(crop, "crop")
        self.rotation = _arguments.number(rotation, "rotation", most=180)
        self.shear = _arguments.number(shear, "shear", most=1)
        self.scale = scale_range(scale)
        self.warp = None if warp is None else alpha_sigma(warp)
        self.brightness = _arguments.number(brightness, "brightness", most=1)
        self.contrast = _arguments.number(contrast, "contrast", most=1)
        self.colour = _arguments.number(colour, "colour")
        if not isinstance(pca, PCAColour | None):
            raise ValueError(
                f"`pca` must be a `cnnkit.layers.PCAColour`. Received: pca={pca!r}."
            )
        if pca is not None:
            _ = pca.steps  # says so if it is not adapted
        self.pca = pca
        self.border = _arguments.one_of(border, "border", _sampling.BORDERS)
        self._bends = any((self.rotation, self.shear, self.warp, self.scale != (1, 1)))
        self._rng = np.random.default_rng()
        self._lock = threading.Lock()

    def __call__(self, images, seed=None):
        """Return distorted copies; the images themselves stay as they are.

        Args:
            images: float array `(n, height, width, channels)` in [0, 1].
            seed: int, `numpy.random.Generator`, or `None` for other copies each time.

        Returns:
            Float32 array `(n, new_height, new_width, channels)`.

        Raises:
            ValueError: if the images are not as above or smaller than the crop.
        """
        images = _arguments.image_batch(images)
        if seed is None:
            with self._lock:
                seed = self._rng.spawn(1)[0]
        rng = np.random.default_rng(seed)
        n, *source, channels = images.shape
        size = self._size(source)
        out = np.empty((n, *size, channels), np.float32)
        if self._bends:
            maps = self._draw_maps(rng, n, source, size)
        else:
            windows = self._draw_windows(rng, n, source, size)
            _cropping.crop(images, out, *windows, self.pad, self.border)
        factors, shifts = self._draw_colours(rng, n, channels)
        for part in _sampling.parts(n, size):
            if self._bends:
                self._bend(images[part], out[part], *(m[part] for m in maps))
            self._recolour(out[part], factors[part], shifts[part])
        return out

    def layers(self, image_shape, seed=None):
        """Return the same distortions as Keras's own layers, one after the other.

        They can be part of a model and run on an accelerator. The ranges are the same;
        the numbers are not, padding becomes a translation, and Keras measures warping
        in its own way.

        Args:
            image_shape: `(height, width, channels)`.
            seed: int or `None`.

        Returns:
            A `keras.Sequential`.
        """
        height, width, channels = image_shape
        new = self._size((height, width))
        fill = {"fill_mode": KERAS_FILL[self.border], "seed": seed}
        levels = {"value_range": (0.0, 1.0), "seed": seed}
        made = [keras.Input(image_shape)]
        if self.flip:
            made.append(keras.layers.RandomFlip("horizontal", seed=seed))
        if self.pad:
            by = self.pad / height, self.pad / width
            made.append(keras.layers.RandomTranslation(*by, **fill))
        if self.rotation:
            made.append(keras.layers.RandomRotation(self.rotation / 360, **fill))
        if self.shear:
            made.append(keras.layers.RandomShear(self.shear, self.shear, **fill))
        if self.scale != (1, 1):
            zoom = tuple(sorted(1 / s - 1 for s in self.scale))
            made.append(keras.layers.RandomZoom(zoom, **fill))
        if self.warp:
            made.append(
                keras.layers.RandomElasticTransform(
                    factor=(1.0, 1.0),
                    scale=min(1.0, self.warp[0] / min(height, width)),
                    fill_mode=fill["fill_mode"],
                    **levels,
                )
            )
        if new != (height, width):
            made.append(keras.layers.RandomCrop(*new, seed=seed))
        if self.brightness:
            made.append(keras.layers.RandomBrightness(self.brightness, **levels))
        if self.contrast:
            made.append(keras.layers.RandomContrast(self.contrast, **levels))
        if self.colour:
            apart = {"directions": np.eye(channels), "variances": np.ones(channels)}
            made.append(PCAColour(self.colour, seed=seed, **apart))
        if self.pca:
            made.append(PCAColour.from_config(self.pca.get_config()))
        return keras.Sequential(made, name="augment")

    def _size(self, image_size):
        size = self.crop or tuple(image_size)
        room = [side + 2 * self.pad for side in image_size]
        if any(s > r for s, r in zip(size, room, strict=True)):
            raise ValueError(
                "`crop` must fit into the image and its padding; use smaller `crop` or "
                f"larger `pad`. Received: crop={size}, pad={self.pad}, images of "
                f"{image_size[0]}×{image_size[1]}."
            )
        return size

    def _draw_flips(self, rng, n):
        return rng.random(n) < 0.5 if self.flip else np.zeros(n, bool)

    def _draw_windows(self, rng, n, source, size):
        """Return whether each image is mirrored, and top and left of its window."""
        flips = self._draw_flips(rng, n)
        room = [side + 2 * self.pad for side in source]
        tops, lefts = (
            rng.integers(0, r - s + 1, n) for r, s in zip(room, size, strict=True)
        )
        return flips, tops, lefts

    def _draw_maps(self, rng, n, source, size):
        """Return matrix, shift and, if any, the local warping of each image."""
        flips = self._draw_flips(rng, n)
        matrices = _fields.distortions(rng, n, self.rotation, self.shear, self.scale)
        play = np.full((n, 2), self.pad, float)
        if self.crop:
            spare = np.array(source) - np.abs(matrices) @ np.array(size)
            play += np.maximum(spare, 0) / 2
        matrices[:, :, 1] *= np.where(flips, -1, 1)[:, None]
        shifts = rng.uniform(-1, 1, (n, 2)) * play
        if not self.warp:
            return matrices, shifts
        fields = _fields.elastic_field(rng, n, size, *self.warp)
        return matrices, shifts, fields.swapaxes(0, 1)

    def _bend(self, images, out, matrices, shifts, fields=None):
        """Read every pixel where the map of its image says."""
        source, size = images.shape[1:3], out.shape[1:3]
        rows, columns = _fields.affine_places(matrices, shifts, size, source)
        if fields is not None:
            rows += fields[:, 0]
            columns += fields[:, 1]
        _sampling.sample(images, rows, columns, self.border, out)

    def _draw_colours(self, rng, n, channels):
        """Return by how much each image's contrast grows, and what is added to it."""
        factors = np.ones((n, 1), np.float32)
        shifts = np.zeros((n, channels), np.float32)
        if self.contrast:
            factors *= rng.uniform(1 - self.contrast, 1 + self.contrast, (n, 1))
        if self.brightness:
            shifts += rng.uniform(-self.brightness, self.brightness, (n, 1))
        if self.colour:
            shifts += rng.normal(0, self.colour, (n, channels))
        if self.pca:
            steps = self.pca.steps
            if len(steps) != channels:
                raise ValueError(
                    f"`pca` was adapted to {len(steps)} channels. "
                    f"Received: images of {channels}."
                )
            shifts += rng.normal(0, self.pca.sigma, (n, len(steps))) @ steps
        return factors, shifts

    def _recolour(self, images, factors, shifts):
        if not any((self.contrast, self.brightness, self.colour, self.pca)):
            return
        n, height, width, channels = images.shape
        # Long runs add up faster than one colour after the other.
        lines = images.reshape(n, height, width * channels)
        if self.contrast:
            sums = lines.sum(axis=1).reshape(n, width, channels).sum(axis=1)
            shifts = shifts + sums * ((1 - factors) / (height * width))
            lines *= factors[:, None]
        lines += np.tile(shifts, width)[:, None]
        np.clip(lines, 0, 1, out=lines)


def scale_range(value):
    """Return the smallest and the largest factor, or raise a `ValueError`."""
    if isinstance(value, (list, tuple)):
        pair = [_arguments.number(v, "scale", least=0.01) for v in value]
        if len(pair) != 2 or pair[0] > pair[1]:
            raise ValueError(
                "`scale` must be a number or a pair (smallest, largest). "
                f"Received: scale={value!r}."
            )
        return tuple(pair)
    factor = 1 - _arguments.number(value, "scale", most=0.99)
    return factor, 1 / factor


def alpha_sigma(value, name="warp"):
    """Return α and σ of a local warping, or raise a `ValueError`."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError(
            f"`{name}` must be a pair of numbers (alpha, sigma). "
            f"Received: {name}={value!r}."
        )
    alpha, sigma = value
    return (
        _arguments.number(alpha, "alpha"),
        _arguments.number(sigma, "sigma", least=0.1),
    )
