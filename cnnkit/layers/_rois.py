"""What RoI pooling and RoI align share: their inputs and the units of their boxes."""

import numbers

import keras
from keras import ops

FORMATS = (
    "xyxy",
    "yxyx",
    "xywh",
    "center_xywh",
    "center_yxhw",
    "rel_xyxy",
    "rel_yxyx",
    "rel_xywh",
    "rel_center_xywh",
)
# Beyond any image, and small enough for products of int32.
FAR = 2.0**15


def positive_number(value, name):
    """Return `value` as a finite float above zero, or raise a `ValueError`."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 < value < float("inf"):
        raise ValueError(
            f"`{name}` must be a number above 0. Received: {name}={value!r}."
        )
    return float(value)


def box_format(value):
    """Return `value` if it names a format of boxes, or raise a `ValueError`."""
    if value not in FORMATS:
        raise ValueError(
            f"`box_format` must be one of {', '.join(FORMATS)}. "
            f"Received: box_format={value!r}."
        )
    return value


def shapes(input_shape):
    """Return the shapes of features and boxes, or raise a `ValueError`."""
    two = isinstance(input_shape, (list, tuple)) and len(input_shape) == 2
    if two and all(isinstance(shape, (list, tuple)) for shape in input_shape):
        features, boxes = (tuple(shape) for shape in input_shape)
        if len(features) == 4 and len(boxes) == 3 and boxes[-1] == 4:
            if None in (features[0], boxes[0]) or features[0] == boxes[0]:
                return features, boxes
    raise ValueError(
        "The inputs must be a pair [features, boxes] of shapes (batch, height, width, "
        f"channels) and (batch, n, 4). Received: input_shape={input_shape!r}."
    )


def corners(boxes, box_format, spatial_scale, height, width):
    """Return left, top, right and bottom in pixels of the features, float32.

    No gradient flows to the boxes. One that holds NaN or infinity lies far outside.

    Args:
        boxes: tensor `(batch, n, 4)`.
        box_format: str, their format.
        spatial_scale: float, pixels of the features for one of the image.
        height: height of the features.
        width: width of the features.
    """
    boxes = ops.stop_gradient(ops.cast(boxes, "float32"))
    relative = box_format.startswith("rel_")
    boxes = keras.utils.bounding_boxes.convert_format(
        boxes, box_format, "rel_xyxy" if relative else "xyxy", height=1, width=1
    )
    finite = ops.all(ops.isfinite(boxes), axis=-1)
    x_scale = ops.cast(width, "float32") if relative else spatial_scale
    y_scale = ops.cast(height, "float32") if relative else spatial_scale
    scales = (x_scale, y_scale, x_scale, y_scale)
    return [
        ops.where(finite, ops.clip(boxes[..., i] * scale, -FAR, FAR), -FAR)
        for i, scale in enumerate(scales)
    ]
