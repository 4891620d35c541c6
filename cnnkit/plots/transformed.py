"""What an affine map reads from an image, and what it makes of it."""

import matplotlib.pyplot as plt
import numpy as np

from cnnkit.plots.style import ORANGE, blank

FARTHEST = 1.7


def show_transformed(images, thetas, outputs, titles=None, side=1.5):
    """Show images with the outline of what is read, and the outputs below.

    The dot on the outline is the top left corner of the output. A grey image and its
    output share one scale, from their least to their greatest value.

    Args:
        images: sequence of arrays `(height, width)`, `(height, width, 1)` or
            `(height, width, 3)`.
        thetas: array `(images, 2, 3)`, maps from output to source coordinates, both
            from −1 to 1, as for `cnnkit.layers.affine_grid`.
        outputs: sequence of arrays like `images`, of any size.
        titles: sequence of strings, one an image, or `None`.
        side: float, the width of one image in inches.
    """
    thetas = np.asarray(thetas, dtype=float)
    if thetas.shape != (len(images), 2, 3) or len(outputs) != len(images):
        raise ValueError(
            "There must be a map (2, 3) and an output for each image. Received: "
            f"{len(images)} images, thetas of shape {thetas.shape}, "
            f"{len(outputs)} outputs."
        )
    if not len(images):
        raise ValueError("`images` is empty: there is nothing to show.")
    corners = np.array([[-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1], [-1, -1, 1]])
    outlines = corners @ np.swapaxes(thetas, 1, 2)
    reach = np.clip(np.abs(outlines).max() + 0.08, 1, FARTHEST)
    _, axes = plt.subplots(
        2,
        len(images),
        figsize=(side * len(images), 2 * side + (0.5 if titles is not None else 0.1)),
        squeeze=False,
        layout="constrained",
    )
    for i, (above, below) in enumerate(axes.T):
        image, output = _displayable(images[i]), _displayable(outputs[i])
        values = np.concatenate([image.ravel(), output.ravel()])
        scale = {"vmin": values.min(), "vmax": values.max()}
        height, width = image.shape[:2]
        # The centres of the first and the last pixel are at −1 and 1.
        x, y = (n / max(n - 1, 1) for n in (width, height))
        above.imshow(image, extent=(-x, x, y, -y), aspect=height / width, **scale)
        above.plot(*outlines[i].T, color=ORANGE)
        above.plot(*outlines[i][0], "o", color=ORANGE, markersize=4)
        above.set(xlim=(-reach, reach), ylim=(reach, -reach))
        below.imshow(output, **scale)
        if titles is not None:
            above.set_title(titles[i])
        blank(above)
        blank(below)
    plt.show()


def _displayable(image):
    image = np.asarray(image, dtype="float32")
    if image.ndim == 3 and image.shape[-1] == 1:
        return image[..., 0]
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[-1] != 3):
        raise ValueError(
            "An image must be (height, width), or have 1 or 3 channels. "
            f"Received: shape {image.shape}."
        )
    return np.clip(image, 0, 1) if image.ndim == 3 else image
