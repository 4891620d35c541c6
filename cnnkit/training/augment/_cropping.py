"""Cuts windows out of padded images: whole pixels move, none changes."""

import numpy as np

from cnnkit.training.augment._sampling import PAD_MODES


def crop(images, out, flips, tops, lefts, pad, border):
    """Write a window of each padded image into `out`.

    Args:
        images: float32 array `(n, height, width, channels)`.
        out: float32 array `(n, new_height, new_width, channels)` for the result.
        flips: bool array of `n`, whether to mirror each window, left to right.
        tops: int array of `n`, the first row of each window in the padded image.
        lefts: int array of `n`, its first column.
        pad: int, pixels added on each side.
        border: "reflect", "edge" or "zero".
    """
    n, *sides, channels = images.shape
    height, width = out.shape[1:3]
    # One array that is used again and again; its margins stay zero where they must.
    empty = np.zeros if border == "zero" else np.empty
    padded = empty((*(side + 2 * pad for side in sides), channels), np.float32)
    for image, new, flip, top, left in zip(
        images, out, flips.tolist(), tops.tolist(), lefts.tolist(), strict=True
    ):
        if pad:
            image = _padded(padded, image, pad, border)
        window = image[top : top + height, left : left + width]
        new[:] = window[:, ::-1] if flip else window


def _padded(padded, image, pad, border):
    """Return `image` padded, in `padded` where the padding is no larger than it."""
    if pad > min(image.shape[:2]):
        return np.pad(image, ((pad, pad), (pad, pad), (0, 0)), PAD_MODES[border])
    padded[pad:-pad, pad:-pad] = image
    if border == "reflect":
        padded[:pad, pad:-pad] = image[pad - 1 :: -1]
        padded[-pad:, pad:-pad] = image[: -pad - 1 : -1]
        padded[:, :pad] = padded[:, 2 * pad - 1 : pad - 1 : -1]
        padded[:, -pad:] = padded[:, -pad - 1 : -2 * pad - 1 : -1]
    elif border == "edge":
        padded[:pad, pad:-pad] = image[:1]
        padded[-pad:, pad:-pad] = image[-1:]
        padded[:, :pad] = padded[:, pad : pad + 1]
        padded[:, -pad:] = padded[:, -pad - 1 : -pad]
    return padded
