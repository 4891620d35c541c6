"""Region proposals: boxes that may hold an object, by selective search."""

import numpy as np

from cnnkit.boxes import _arguments
from cnnkit.boxes._regions import Regions, group

SIGMA = 0.8  # blur before segmentation
MEASURES = "CTSF"


def selective_search(
    image,
    scales=(50, 100),
    colours=("hsv", "lab"),
    measures=("CTSF", "TSF"),
    min_side=8,
    max_boxes=None,
    seed=0,
):
    """Propose boxes of all sizes, by growing regions of an image together.

    The image is cut into small segments. Then the two neighbours that are most alike
    become one region, again and again, until the whole image is one. Each region on
    the way proposes the box around it. This is done for each scale, each colour space
    and each combination of measures; boxes that come twice are dropped.

    Args:
        image: floats in [0, 1], `(height, width)`, `(height, width, 1)` or
            `(height, width, 3)`.
        scales: sequence of floats of at least 1: the greater, the larger the first
            segments, none of which has fewer pixels than this.
        colours: sequence of "rgb", "hsv", "lab": where segments are cut and compared.
        measures: sequence of strings of letters, what makes two regions alike: C for
            colour, T for texture, S for size (small ones join first), F for fill (one
            fits into the other).
        min_side: int, leave out boxes that are narrower or lower, in pixels.
        max_boxes: int, how many boxes to return at most; `None` for all.
        seed: int, what the order is drawn from.

    Returns:
        float32 array `(n, 4)`, "xyxy" in pixels. As in the paper, regions that were
        merged late come earlier, mixed at random, so that the first boxes are of many
        sizes. An image of one colour gives one box, the whole image.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> image = np.zeros((40, 60, 3))
    >>> image[10:30, 20:50] = [1.0, 0.5, 0.0]
    >>> boxes = selective_search(image)
    >>> boxes[0]
    array([ 0.,  0., 60., 40.], dtype=float32)
    >>> [20, 10, 50, 30] in boxes.tolist()
    True

    Reference:
        - Uijlings and others, "Selective search for object recognition", 2013,
          sections 3 and 4; Felzenszwalb and Huttenlocher, "Efficient graph-based image
          segmentation", 2004. The defaults are those of the first paper's "fast" mode
          but for `min_side`.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """
    image = _rgb(image)
    scales = [_arguments.number(x, "scales", least=1) for x in _some(scales, "scales")]
    spaces = [_in_space(image, name) for name in _some(colours, "colours")]
    measures = [_letters(word) for word in _some(measures, "measures")]
    min_side = _arguments.whole(min_side, "min_side")
    if max_boxes is not None:
        max_boxes = _arguments.whole(max_boxes, "max_boxes")
    rng = np.random.default_rng(_arguments.whole(seed, "seed", least=0))
    boxes, ranks = [], []
    for space in spaces:
        for scale in scales:
            regions = Regions(_segments(space, scale), space)
            for word in measures:
                found = group(regions, word)[::-1]
                boxes.append(found)
                ranks.append(np.arange(1, len(found) + 1) * rng.random(len(found)))
    boxes = np.concatenate(boxes)[np.argsort(np.concatenate(ranks), kind="stable")]
    _, first = np.unique(boxes, axis=0, return_index=True)
    boxes = boxes[np.sort(first)]
    large = (boxes[:, 2:] - boxes[:, :2]).min(axis=1) >= min_side
    return boxes[large][:max_boxes].astype(np.float32)


def _segments(image, scale):
    from skimage.segmentation import felzenszwalb

    return felzenszwalb(image, scale=scale, sigma=SIGMA, min_size=round(scale))


def _in_space(image, name):
    from skimage import color

    if name == "rgb":
        return image
    if name == "hsv":
        return color.rgb2hsv(image)
    if name == "lab":
        lightness, green_red, blue_yellow = np.moveaxis(color.rgb2lab(image), -1, 0)
        scaled = lightness / 100, (green_red + 128) / 255, (blue_yellow + 128) / 255
        return np.clip(np.stack(scaled, axis=-1), 0, 1)
    raise ValueError(
        f'`colours` must be of "rgb", "hsv" and "lab". Received: {name!r}.'
    )


def _letters(word):
    if not isinstance(word, str) or not word or set(word) - set(MEASURES):
        raise ValueError(
            f"`measures` must be strings of the letters {MEASURES}. Received: {word!r}."
        )
    return word


def _some(value, name):
    if isinstance(value, str) or not len(value):
        raise ValueError(
            f"`{name}` must be a sequence with one entry at least. "
            f"Received: {name}={value!r}."
        )
    return value


def _rgb(image):
    image = _arguments.image(image)
    if image.shape[-1] not in (1, 3) or not (image.min() >= 0 and image.max() <= 1):
        raise ValueError(
            "`image` must have 1 or 3 channels in [0, 1]. Received: shape "
            f"{image.shape}, values from {image.min():g} to {image.max():g}."
        )
    return np.repeat(image, 3, axis=-1) if image.shape[-1] == 1 else image
