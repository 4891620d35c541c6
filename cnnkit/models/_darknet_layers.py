"""The sections of a Darknet cfg as Keras layers."""

from dataclasses import dataclass

import numpy as np
from keras import layers

from cnnkit.models._darknet_cfg import CfgError

# Darknet adds 1e-6 to the deviation on a processor and 1e-5 to the variance elsewhere;
# this is the former, as OpenCV reads it too. The two move raw outputs by about 0.01.
EPSILON = 1e-6
LEAK = 0.1
ACTIVATIONS = {
    "elu": "elu",
    "logistic": "sigmoid",
    "mish": "mish",
    "relu": "relu",
    "relu6": "relu6",
    "swish": "silu",
    "tanh": "tanh",
}


@dataclass(frozen=True)
class Head:
    """What a [yolo] or [region] section says about the maps before it.

    Attributes:
        name: str, the name of the layer.
        anchors: float array `(k, 2)`, widths and heights in cells.
        classes: int.
        class_activation: "sigmoid" or "softmax".
        xy_scale: float, how far midpoints are stretched.
        activated: bool, whether σ was applied before and sizes are squares
            (`new_coords=1`).
    """

    name: str
    anchors: np.ndarray
    classes: int
    class_activation: str
    xy_scale: float
    activated: bool = False


def build(sections, inputs):
    """Return the outputs of the heads and the heads, in two lists.

    Layers are called after the section and its place, counted from 0 behind [net] as
    Darknet counts: `conv0`, `conv0_norm`, `conv0_leaky`, `shortcut8`, `yolo121`.

    Args:
        sections: list of `Section`, without [net].
        inputs: symbolic tensor `(batch, height, width, channels)`.

    Raises:
        CfgError: if a section or an option is not supported or does not fit.
    """
    made, outputs, heads = [inputs], [], []
    for index, section in enumerate(sections):
        x = made[-1]
        try:
            if section.name in HEADS:
                head = HEADS[section.name](section, f"{section.name}{index}", x, inputs)
                outputs.append(_by_anchor(section, head, x))
                heads.append(head)
            elif section.name in LAYERS:
                x = LAYERS[section.name](section, index, x, made[1:])
            else:
                raise section.error(
                    "this kind of layer is not supported. There are: "
                    f"{', '.join(sorted([*LAYERS, *HEADS]))}"
                )
        except CfgError:
            raise
        except ValueError as error:  # Keras on shapes that do not fit
            raise section.error(f"it does not fit what comes in: {error}") from error
        made.append(x)
    return outputs, heads


def _convolutional(section, index, x, made):
    section.refuse(
        dilation=1, antialiasing=0, binary=0, xnor=0, flipped=0, coordconv=0, cbn=0
    )
    for key in ("share_index", "stride_x", "stride_y", "sway", "rotate", "stretch"):
        if key in section.options:
            raise section.error(f"{key} is not supported", key)
    filters = section.whole("filters", 1, least=1)
    size = section.whole("size", 1, least=1)
    stride = section.whole("stride", 1, least=1)
    groups = section.whole("groups", 1, least=1)
    normalised = section.whole("batch_normalize", 0) > 0
    padding = section.whole("padding", 0)
    if section.whole("pad", 0):
        padding = size // 2
    channels = x.shape[-1]
    if channels % groups or filters % groups:
        raise section.error(
            f"groups={groups} must divide the {channels} channels that come in and "
            f"the {filters} filters",
            "groups",
        )
    name = f"conv{index}"
    # With a stride, "same" of Keras pads less on the left than Darknet does.
    same = stride == 1 and size == 2 * padding + 1
    if padding and not same:
        x = layers.ZeroPadding2D(padding, name=f"{name}_pad")(x)
    options = {
        "strides": stride,
        "padding": "same" if same else "valid",
        "use_bias": not normalised,
        "name": name,
    }
    if groups == channels > 1:
        x = layers.DepthwiseConv2D(size, depth_multiplier=filters // groups, **options)(
            x
        )
    else:
        x = layers.Conv2D(filters, size, groups=groups, **options)(x)
    if normalised:
        x = layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_norm")(x)
    return _activate(section, name, x, default="logistic")


def _maxpool(section, index, x, made):
    section.refuse(maxpool_depth=0, antialiasing=0)
    stride = section.whole("stride", 1, least=1)
    size = section.whole("size", stride, least=1)
    if section.whole("padding", size - 1) != size - 1:
        raise section.error("padding must be size - 1, as it is by default", "padding")
    # Darknet's windows begin (size - 1) // 2 before each place, whatever the stride.
    # So does "same" without a stride; then every stride-th is taken.
    name = f"maxpool{index}"
    x = layers.MaxPooling2D(size, 1, padding="same", name=name)(x)
    if stride > 1:
        x = layers.MaxPooling2D(1, stride, name=f"{name}_stride")(x)
    return x


def _route(section, index, x, made):
    groups = section.whole("groups", 1, least=1)
    group = section.whole("group_id", 0)
    parts = _from(section, "layers", index, made)
    if group >= groups or any(part.shape[-1] % groups for part in parts):
        raise section.error(
            f"groups={groups} and group_id={group} do not fit "
            f"{[part.shape[-1] for part in parts]} channels",
            "groups",
        )
    if groups > 1:
        width = [part.shape[-1] // groups for part in parts]
        parts = [
            part[..., group * n : (group + 1) * n]
            for part, n in zip(parts, width, strict=True)
        ]
    if len(parts) == 1:
        return parts[0]
    return layers.Concatenate(name=f"route{index}")(parts)


def _shortcut(section, index, x, made):
    if section.text("weights_type", "none") != "none":
        raise section.error("weights_type is not supported", "weights_type")
    others = _from(section, "from", index, made)
    if any(other.shape != x.shape for other in others):
        raise section.error(
            f"it adds maps of {[o.shape[1:] for o in others]} to maps of "
            f"{x.shape[1:]}; only equal shapes are supported",
            "from",
        )
    name = f"shortcut{index}"
    x = layers.Add(name=name)([x, *others])
    return _activate(section, name, x, default="linear")


def _upsample(section, index, x, made):
    section.refuse(scale=1)
    stride = section.whole("stride", 2, least=1)
    return layers.UpSampling2D(stride, name=f"upsample{index}")(x)


def _dropout(section, index, x, made):
    rate = section.number("probability", 0.5)
    return layers.Dropout(rate, name=f"dropout{index}")(x)


def _reorg(section, index, x, made):
    """Turn places into channels, in the order that Darknet came to have.

    It reads maps of c channels, h rows and w columns as if they were c / s² channels of
    sh rows and sw columns, and makes c channels of h by w of them; what it then has in
    a row is called cs² channels of h / s by w / s.
    """
    section.refuse(reverse=0)
    s = section.whole("stride", 1, least=1)
    height, width, channels = x.shape[1:]
    if channels % s**2 or height % s or width % s:
        raise section.error(
            f"stride={s} does not fit maps of {height}×{width}×{channels}", "stride"
        )
    name = f"reorg{index}"
    few = channels // s**2
    x = layers.Permute((3, 1, 2), name=f"{name}_channels_first")(x)
    x = layers.Reshape((few, height, s, width, s), name=f"{name}_read")(x)
    x = layers.Permute((3, 5, 1, 2, 4), name=f"{name}_sorted")(x)
    shape = (channels * s**2, height // s, width // s)
    x = layers.Reshape(shape, name=f"{name}_written")(x)
    return layers.Permute((2, 3, 1), name=name)(x)


def _yolo(section, name, x, inputs):
    anchors = _pairs(section)
    total = section.whole("num", 1, least=1)
    mask = section.numbers("mask", ",".join(map(str, range(total))), int)
    if not mask or not all(0 <= i < len(anchors) for i in mask):
        raise section.error(f"mask must name some of the {len(anchors)} anchors")
    shape = np.array(x.shape[1:3]) / inputs.shape[1:3]  # cells for one pixel
    activated = section.whole("new_coords", 0) > 0
    return Head(
        name,
        anchors[mask] * shape[::-1],
        section.whole("classes", 20, least=1),
        "sigmoid",
        section.number("scale_x_y", 1),
        activated,
    )


def _region(section, name, x, inputs):
    for key in ("tree", "map"):
        if key in section.options:
            raise section.error(f"{key} is not supported", key)
    section.refuse(coords=4)
    anchors = _pairs(section)
    if len(anchors) != section.whole("num", 1, least=1):
        raise section.error(f"num must be {len(anchors)}, as there are anchors", "num")
    softmax = section.whole("softmax", 0) > 0
    classes = section.whole("classes", 20, least=1)
    return Head(name, anchors, classes, "softmax" if softmax else "sigmoid", 1.0)


LAYERS = {
    "conv": _convolutional,
    "convolutional": _convolutional,
    "dropout": _dropout,
    "max": _maxpool,
    "maxpool": _maxpool,
    "reorg": _reorg,
    "route": _route,
    "shortcut": _shortcut,
    "upsample": _upsample,
}
HEADS = {"region": _region, "yolo": _yolo}


def _activate(section, name, x, default):
    which = section.text("activation", default)
    if which == "linear":
        return x
    if which == "leaky":
        return layers.LeakyReLU(LEAK, name=f"{name}_leaky")(x)
    if which not in ACTIVATIONS:
        known = ", ".join(sorted(["leaky", "linear", *ACTIVATIONS]))
        raise section.error(
            f"activation={which} is not supported. There are: {known}", "activation"
        )
    return layers.Activation(ACTIVATIONS[which], name=f"{name}_{which}")(x)


def _from(section, key, index, made):
    """Return the outputs of the layers that an option names, from 0 or backwards."""
    section.text(key)
    places = [i + index if i < 0 else i for i in section.numbers(key, kind=int)]
    if not places or not all(0 <= place < index for place in places):
        raise section.error(
            f"{key}={section.text(key)} must name layers before this one, the "
            f"{index}th from 0",
            key,
        )
    return [made[place] for place in places]


def _pairs(section):
    numbers = section.numbers("anchors")
    if not numbers or len(numbers) % 2 or min(numbers) <= 0:
        raise section.error("anchors must be pairs of numbers above 0", "anchors")
    return np.array(numbers).reshape(-1, 2)


def _by_anchor(section, head, x):
    rows, columns, maps = x.shape[1:]
    each = 5 + head.classes
    if maps != len(head.anchors) * each:
        raise section.error(
            f"{len(head.anchors)} anchors and {head.classes} classes need "
            f"{len(head.anchors) * each} filters in the section before; there are "
            f"{maps}"
        )
    shape = (rows, columns, len(head.anchors), each)
    return layers.Reshape(shape, name=head.name)(x)
