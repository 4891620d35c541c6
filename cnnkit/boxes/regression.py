"""Box regression of R-CNN: how a proposal must move and stretch to fit an object."""

import math

import numpy as np

from cnnkit.boxes import _arguments, _arrays, _layouts

LARGEST_SCALE = 1000 / 16  # as much as a box may grow, by which e^t stays finite
SMALLEST = 1e-6  # a size below it in a tensor counts as this


def encode_offsets(boxes, proposals, box_format="xyxy", means=None, stds=None):
    """Return the offsets that turn proposals into boxes.

    With the centre x, y, the width w and the height h of a box, and the same with a p
    of its proposal:

        t_x = (x - x_p) / w_p    t_w = log(w / w_p)
        t_y = (y - y_p) / h_p    t_h = log(h / h_p)

    They have no unit: the offsets do not change with the size of the image. With
    `means` and `stds` the result is `(t - means) / stds`, which brings the four to the
    same range. `decode_offsets` is the inverse.

    Args:
        boxes: numbers `(..., 4)`, an array or a tensor.
        proposals: numbers `(..., 4)`; the axes before the last broadcast.
        box_format: str, the format of both.
        means: four numbers for t_x, t_y, t_w and t_h; 0 by default.
        stds: four numbers above 0; 1 by default. Fast R-CNN's code has 0.1, 0.1, 0.2
            and 0.2.

    Returns:
        Floats `(..., 4)` in the order t_x, t_y, t_w, t_h; a tensor if one of the two is
        a tensor.

    Raises:
        ValueError: if boxes do not have four finite numbers, or an array holds a box
            without area or with its corners swapped. Tensors are not looked into: there
            a size below a millionth counts as that.

    Example:

    >>> encode_offsets([[20, 10, 60, 50]], proposals=[[10, 10, 50, 50]])
    array([[0.25, 0.  , 0.  , 0.  ]])

    Reference:
        - Girshick and others, "Rich feature hierarchies for accurate object detection
          and semantic segmentation", 2014, appendix C, equations 6 to 9.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """
    xp, (boxes, proposals) = _arrays.boxes(
        boxes, proposals, names=("boxes", "proposals")
    )
    centres, sizes = _centres(xp, boxes, "boxes", box_format)
    centres_p, sizes_p = _centres(xp, proposals, "proposals", box_format)
    shifts = (centres - centres_p) / sizes_p
    scales = xp.log(sizes / sizes_p)
    offsets = xp.concatenate([shifts, scales], axis=-1)
    means, stds = _normaliser(xp, means, stds, offsets.dtype)
    return (offsets - means) / stds


def decode_offsets(
    offsets,
    proposals,
    box_format="xyxy",
    means=None,
    stds=None,
    largest_scale=LARGEST_SCALE,
):
    """Return the boxes that offsets make of proposals: the inverse of `encode_offsets`.

    Args:
        offsets: numbers `(..., 4)`, t_x, t_y, t_w and t_h, an array or a tensor.
        proposals: numbers `(..., 4)`; the axes before the last broadcast, so that
            offsets `(n, classes, 4)` go with proposals `(n, 1, 4)`.
        box_format: str, the format of the proposals and of the result.
        means: four numbers, as in `encode_offsets`.
        stds: four numbers, as in `encode_offsets`.
        largest_scale: float above 0, how many times wider or higher than its proposal a
            box can become at most. A network that goes astray so gives no infinity.

    Returns:
        Floats `(..., 4)`; a tensor if one of the two is a tensor. They may reach
        outside the image: `clip` them.

    Raises:
        ValueError: as `encode_offsets` does.

    Example:

    >>> decode_offsets([[0.25, 0, 0, 0]], proposals=[[10, 10, 50, 50]])
    array([[20., 10., 60., 50.]])

    Reference:
        - Girshick and others, "Rich feature hierarchies for accurate object detection
          and semantic segmentation", 2014, appendix C, equations 1 to 4.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """
    limit = _arguments.number(largest_scale, "largest_scale", least=1e-6)
    xp, (offsets, proposals) = _arrays.boxes(
        offsets, proposals, names=("offsets", "proposals")
    )
    means, stds = _normaliser(xp, means, stds, offsets.dtype)
    offsets = offsets * stds + means
    centres_p, sizes_p = _centres(xp, proposals, "proposals", box_format)
    centres = centres_p + offsets[..., :2] * sizes_p
    sizes = sizes_p * xp.exp(xp.minimum(offsets[..., 2:], math.log(limit)))
    corners = xp.concatenate([centres - sizes / 2, centres + sizes / 2], axis=-1)
    return _layouts.from_corners(xp, corners, _layouts.parse(box_format)[0])


def _centres(xp, boxes, name, box_format):
    """Return centres (x, y) and sizes (width, height), the sizes above 0."""
    layout, _ = _layouts.parse(box_format)
    corners = _layouts.to_corners(xp, boxes, layout)
    low, high = corners[..., :2], corners[..., 2:]
    sizes = high - low
    if xp is not np:
        sizes = xp.maximum(sizes, SMALLEST)
    elif (sizes <= 0).any():
        place = tuple(int(i) for i in np.argwhere(sizes <= 0)[0][:-1])
        raise ValueError(
            f"`{name}` must have an area, with left before right and top before bottom."
            f' Received: {boxes[place].tolist()} as "{box_format}" at position {place}.'
        )
    return (low + high) / 2, sizes


def _normaliser(xp, means, stds, dtype):
    numbers = []
    for value, name, default in ((means, "means", 0.0), (stds, "stds", 1.0)):
        array = np.full(4, default) if value is None else _arrays.to_numpy(value)
        if array.shape != (4,) or array.dtype.kind not in "fiu":
            raise ValueError(
                f"`{name}` must be four numbers, for t_x, t_y, t_w and t_h. "
                f"Received: {name}={value!r}."
            )
        if not np.isfinite(array).all() or (name == "stds" and (array <= 0).any()):
            raise ValueError(
                "`means` must be finite and `stds` above 0. "
                f"Received: {name}={array.tolist()}."
            )
        numbers.append(xp.array(array, dtype=dtype))
    return numbers
