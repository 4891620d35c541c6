"""What a YOLO network puts out, turned into the numbers of the grid."""

import numpy as np

from cnnkit.boxes import _arguments, _arrays, _grid

LARGEST_LOG = 10.0  # e^10 anchors; above it, sizes would run to infinity


def activate(raw, anchors, class_activation="softmax", xy_scale=1.0):
    """Turn the raw outputs of a network into the numbers of YOLO's grid.

    With σ(t) = 1 / (1 + e^-t) and an anchor of height a_h and width a_w:

        p_c = σ(t_c)    b_x = σ(t_x)      b_y = σ(t_y)
                        b_h = a_h e^t_h   b_w = a_w e^t_w

    and the classes by softmax. A midpoint so cannot leave its cell, and a raw size of 0
    is that of the anchor.

    Args:
        raw: numbers `(..., rows, columns, k, 5 + classes)`, an array or a tensor, in
            the order t_c, t_x, t_y, t_h, t_w and classes.
        anchors: numbers `(k, 2)`, widths and heights in cells.
        class_activation: "softmax", or "sigmoid" for classes that do not exclude each
            other, as from YOLOv3 on.
        xy_scale: float of at least 1, YOLOv4's: σ is stretched about its middle so
            that a midpoint can lie on the edge of the cell.

    Returns:
        An array or a tensor of the same shape, as `decode` takes it: confidences and
        classes in [0, 1], midpoints within the cell, sizes in cells above 0.

    Raises:
        ValueError: if an argument is not as above, or an array holds NaN or infinity.

    Example:

    >>> raw = np.zeros((1, 1, 1, 7), "float32")
    >>> activate(raw, anchors=[[2.0, 1.0]]).ravel()
    array([0.5, 0.5, 0.5, 1. , 2. , 0.5, 0.5], dtype=float32)

    Reference:
        - Redmon and Farhadi, "YOLO9000: better, faster, stronger", 2017, section 2,
          "Direct location prediction"; Redmon and Farhadi, "YOLOv3: an incremental
          improvement", 2018, section 2.1.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """
    if class_activation not in ("softmax", "sigmoid"):
        raise ValueError(
            '`class_activation` must be "softmax" or "sigmoid". '
            f"Received: class_activation={class_activation!r}."
        )
    xy_scale = _arguments.number(xy_scale, "xy_scale", least=1)
    xp, (raw,) = _arrays.floats(raw, names=("raw",))
    _grid.check(raw, "raw")
    anchors = _grid.anchors(anchors, raw.shape[-4:-2])
    if len(anchors) != raw.shape[-2]:
        raise ValueError(
            "`anchors` must be as many as `raw` has along its last axis but one. "
            f"Received: {len(anchors)} anchors, raw of shape {tuple(raw.shape)}."
        )
    sizes = xp.array(anchors[:, ::-1], dtype=raw.dtype)
    midpoints = (_sigmoid(xp, raw[..., 1:3]) - 0.5) * xy_scale + 0.5
    logs = xp.clip(raw[..., 3 : _grid.BOX], -LARGEST_LOG, LARGEST_LOG)
    classes = _softmax if class_activation == "softmax" else _sigmoid
    return xp.concatenate(
        [
            _sigmoid(xp, raw[..., :1]),
            midpoints,
            sizes * xp.exp(logs),
            classes(xp, raw[..., _grid.BOX :]),
        ],
        axis=-1,
    )


def _sigmoid(xp, x):
    if xp is np:
        return 1 / (1 + np.exp(-np.clip(x, -80, 80)))
    return xp.sigmoid(x)


def _softmax(xp, x):
    powers = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
    return powers / xp.sum(powers, axis=-1, keepdims=True)
