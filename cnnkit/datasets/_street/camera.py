"""What light and lens do to a painted street."""

import numpy as np


def light_up(pixels, light, things):
    """Multiply by the light there is, and add the dazzle of lamps."""
    rows = np.arange(pixels.shape[0])[:, None] + 0.5
    columns = np.arange(pixels.shape[1])[None] + 0.5

    def spot(x, y, wide, tall):
        down = np.exp(-(((rows - y) / tall) ** 2))
        return (down * np.exp(-(((columns - x) / wide) ** 2)))[..., None]

    tint = light.tint
    if light.lamps:
        for thing in things:
            for x, y, colour in thing.lamps:
                if colour is None:
                    size = thing.scale
                    pool = spot(x, thing.foot[1], 1.6 * size, 0.9 * size)
                    pool += 0.8 * spot(x, y, 0.9 * size, 0.9 * size)
                    tint = tint + light.lamps * pool * [1.0, 0.85, 0.55]
    pixels *= tint
    if light.beams:
        for thing in things:
            for x, y, colour in thing.lamps:
                if colour is not None:
                    size = 0.22 * thing.scale
                    pixels += light.beams * spot(x, y, size, size) * colour


def blur(pixels, width):
    """Return the picture through a lens with a spot of `width` pixels."""
    reach = int(np.ceil(2.5 * width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(width, 1e-3)) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        edges = [(reach, reach) if i == axis else (0, 0) for i in range(3)]
        padded = np.moveaxis(np.pad(pixels, edges, mode="edge"), axis, 0)
        length = pixels.shape[axis]
        blurred = sum(
            share * padded[start : start + length] for start, share in enumerate(kernel)
        )
        pixels = np.moveaxis(blurred, 0, axis)
    return pixels
