"""Assignment 3: a residual network from blocks."""

import numpy as np

from cnnkit.grading import _answers
from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.compare import kind
from cnnkit.grading.requests import call, filled, layers, model, predict, value

# The networks that the answers are compared with.


def _conv_norm(x, filters, size=3, strides=1):
    import keras

    conv = keras.layers.Conv2D(filters, size, strides, "same", use_bias=False)
    return keras.layers.BatchNormalization()(conv(x))


def _relu(x):
    import keras

    return keras.layers.Activation("relu")(x)


def _add_relu(x, y):
    import keras

    return _relu(keras.layers.Add()([x, y]))


def _identity_block(x):
    filters = x.shape[-1]
    return _add_relu(x, _conv_norm(_relu(_conv_norm(x, filters)), filters))


def _projection_block(x, filters, strides):
    y = _conv_norm(_relu(_conv_norm(x, filters, 3, strides)), filters)
    return _add_relu(_conv_norm(x, filters, 1, strides), y)


def _bottleneck_block(x, filters):
    y = _relu(_conv_norm(x, filters, 1))
    y = _relu(_conv_norm(y, filters))
    return _add_relu(x, _conv_norm(y, x.shape[-1], 1))


def _resnet(input_shape, classes, stages):
    import keras

    inputs = keras.Input(tuple(input_shape))
    x = _relu(_conv_norm(inputs, stages[0][0]))
    for place, (filters, blocks) in enumerate(stages):
        for block in range(blocks):
            if place and not block:
                x = _projection_block(x, filters, 2)
            else:
                x = _identity_block(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(classes, activation="softmax")(x)
    return keras.Model(inputs, x)


REFERENCE = {
    "conv_norm": _conv_norm,
    "identity_block": _identity_block,
    "projection_block": _projection_block,
    "bottleneck_block": _bottleneck_block,
    "resnet": _resnet,
}


def _outputs(part, rng, made, hint):
    """Compare outputs for images drawn from `rng`, with all weights known."""
    shape = made["input_shape"] if made["op"] == "model" else made["args"][0]
    images = rng.normal(size=(2, *shape)).astype("float32")
    request = predict(filled(made, int(rng.integers(1_000_000))), images)
    due = _answers.answer(request, REFERENCE)
    return Case(part, request, due, hint=hint, tolerance=1e-3)


def _of_type(facts, name):
    return [fact for fact in facts if fact["type"] == name]


def _built(made, hint, part="its layers"):
    """Compare the layers, in whatever order they were made."""
    due = _answers.answer(layers(made), REFERENCE)

    def convolutions(facts):
        found = _of_type(facts, "Conv2D")
        return sorted(
            (list(x["kernel_size"]), x["filters"], x["strides"]) for x in found
        )

    def judge(facts):
        for name in ("Conv2D", "BatchNormalization", "Add"):
            found, expected = len(_of_type(facts, name)), len(_of_type(due, name))
            if found != expected:
                return f"it has {found} layers of type {name}, {expected} were due"
        if any(fact["use_bias"] for fact in _of_type(facts, "Conv2D")):
            return "a convolution has a bias: batch normalisation has one already"
        if convolutions(facts) != convolutions(due):
            return "a convolution has another size, stride or number of filters"
        found, expected = (sum(x["parameters"] for x in y) for y in (facts, due))
        if found != expected:
            return f"it has {found} parameters, {expected} were due"
        return None

    return Case(part, layers(made), judge=judge, hint=hint)


# conv_norm

NORM = (
    'Conv2D(filters, size, strides=strides, padding="same", use_bias=False), then norm.'
)
NORM_STRIDE = (
    "The stride belongs to the convolution; with 2 each side is halved, rounded up."
)
NORM_LAYERS = "One convolution without a bias, one BatchNormalization, and no ReLU."


def _conv_norm_shown():
    rng = np.random.default_rng(1)
    made = model("conv_norm", (6, 7, 2), 4, 3, 1)
    return [
        _built(made, NORM_LAYERS),
        _outputs("a stride of one", rng, made, NORM),
        _outputs(
            "a stride of two", rng, model("conv_norm", (7, 8, 3), 4, 1, 2), NORM_STRIDE
        ),
    ]


def _conv_norm_hidden(rng):
    a, b = (int(n) for n in rng.integers(2, 9, size=2))
    return [
        _built(model("conv_norm", (8, 8, a), b, 3, 1), NORM_LAYERS),
        _outputs("a stride of one", rng, model("conv_norm", (6, 7, a), b, 3, 1), NORM),
        _outputs(
            "a stride of two", rng, model("conv_norm", (9, 6, a), b, 5, 2), NORM_STRIDE
        ),
    ]


# identity_block

BLOCK = "Convolve and normalise, ReLU, convolve and normalise, add the input, ReLU."
BLOCK_LAYERS = "Two convolutions of 3×3 and nothing on the shortcut; one Add."
BLOCK_SHAPE = (
    "It must work for any size, and for as many channels as come in: x.shape[-1]."
)


def _identity_shown():
    rng = np.random.default_rng(2)
    made = model("identity_block", (6, 6, 4))
    return [
        _built(made, BLOCK_LAYERS),
        _outputs("four channels", rng, made, BLOCK),
        _outputs("other sizes", rng, model("identity_block", (5, 8, 3)), BLOCK_SHAPE),
    ]


def _identity_hidden(rng):
    channels, other = (int(n) for n in rng.choice(np.arange(2, 10), 2, replace=False))
    return [
        _built(model("identity_block", (8, 8, channels)), BLOCK_LAYERS),
        _outputs("a block", rng, model("identity_block", (6, 6, channels)), BLOCK),
        _outputs(
            "other sizes", rng, model("identity_block", (7, 4, other)), BLOCK_SHAPE
        ),
    ]


# projection_block

PROJECT = (
    "The main path is that of the identity block, with the stride in its first step."
)
PROJECT_LAYERS = (
    "Three convolutions: 3×3 and 3×3 on the main path, 1×1 on the shortcut."
)
PROJECT_WAY = "The shortcut: 1×1 convolution with the stride, normalised, and no ReLU."
PROJECT_ONE = "With a stride of 1 only the number of channels changes; the 1×1 stays."


def _projection_shown():
    rng = np.random.default_rng(3)
    made = model("projection_block", (6, 6, 3), 5, 2)
    return [
        _built(made, PROJECT_LAYERS),
        _outputs("a stride of two", rng, made, f"{PROJECT} {PROJECT_WAY}"),
        _outputs(
            "a stride of one",
            rng,
            model("projection_block", (5, 4, 2), 4, 1),
            PROJECT_ONE,
        ),
    ]


def _projection_hidden(rng):
    a, b = (int(n) for n in rng.integers(2, 9, size=2))
    made = model("projection_block", (8, 8, a), b + 1, 2)
    odd, one = (7, 5, a), (6, 5, a)
    return [
        _built(made, PROJECT_LAYERS),
        _outputs("a stride of two", rng, made, PROJECT_WAY),
        _outputs("odd sides", rng, model("projection_block", odd, b, 2), PROJECT_WAY),
        _outputs(
            "a stride of one", rng, model("projection_block", one, b, 1), PROJECT_ONE
        ),
    ]


# bottleneck_block

NECK = (
    "1×1 to fewer channels, ReLU, 3×3, ReLU, 1×1 back to as many as before, add, ReLU."
)
NECK_LAYERS = "Three convolutions, each with its normalisation: 1×1, 3×3 and 1×1."
NECK_BACK = (
    "The last 1×1 has as many filters as `x` has channels, or they cannot be added."
)


def _bottleneck_shown():
    rng = np.random.default_rng(4)
    made = model("bottleneck_block", (6, 6, 8), 2)
    return [
        _built(made, NECK_LAYERS),
        _outputs("eight channels, two between", rng, made, NECK),
        _outputs(
            "other sizes", rng, model("bottleneck_block", (5, 7, 6), 3), NECK_BACK
        ),
    ]


def _bottleneck_hidden(rng):
    a, b = (int(n) for n in rng.integers(2, 5, size=2))
    made = model("bottleneck_block", (8, 8, 4 * a), a)
    return [
        _built(made, NECK_LAYERS),
        _outputs("a quarter between", rng, made, NECK),
        _outputs(
            "other sizes", rng, model("bottleneck_block", (7, 4, 9), b), NECK_BACK
        ),
    ]


# resnet

NET = "conv_norm and ReLU, the stages, global average pooling, dense with softmax."
NET_STAGES = (
    "Each stage but the first begins with a projection block, with a stride of 2."
)
NET_BLOCKS = (
    "A stage (filters, blocks) has `blocks` blocks in all, the first one counted."
)
NET_SHAPE = "Use `input_shape`, `classes` and `stages`, and no numbers of your own."


def _resnet_shown():
    rng = np.random.default_rng(5)
    made = call("resnet", (8, 8, 1), 10, [(4, 1), (6, 2)])
    return [
        _built(made, f"{NET_STAGES} {NET_BLOCKS}"),
        _outputs("two stages", rng, made, f"{NET} {NET_STAGES}"),
        _outputs("one stage", rng, call("resnet", (6, 5, 3), 3, [(3, 1)]), NET_SHAPE),
    ]


def _resnet_hidden(rng):
    classes, filters = int(rng.integers(3, 9)), int(rng.integers(2, 5))
    blocks = [int(n) for n in rng.integers(1, 3, size=3)]
    stages = [(filters * 2**i, n) for i, n in enumerate(blocks)]
    made = call("resnet", (8, 8, 1), classes, stages)
    other = call("resnet", (9, 6, 3), classes, [(filters + 3, 2), (filters, 1)])
    return [
        _built(made, f"{NET_STAGES} {NET_BLOCKS}"),
        _outputs("three stages", rng, made, NET),
        _outputs("another network", rng, other, NET_SHAPE),
    ]


# deep

DEEP = "Convolutions of 3×3 and the dense layer count, those of the shortcuts do not."
DEEP_TRAIN = "Adam with a rate of 0.01, batches of 64 and fifteen epochs are enough."


def _depth(facts):
    square = [x for x in _of_type(facts, "Conv2D") if list(x["kernel_size"]) == [3, 3]]
    return len(square) + len(_of_type(facts, "Dense"))


def _deep_enough(part):
    def judge(facts):
        found = _depth(facts)
        if found != 20:
            return f"it has {found} layers with weights, 20 were due"
        if len(_of_type(facts, "Add")) != 9:
            return f"it has {len(_of_type(facts, 'Add'))} shortcuts, nine were due"
        return None

    return Case(part, layers(value("deep")), judge=judge, hint=DEEP)


def _digits(rng, number):
    """Draw digits that were kept for testing, in other light and with noise."""
    from cnnkit.datasets import digits

    known = digits()
    chosen = rng.choice(len(known.x_test), number, replace=False)
    light = rng.uniform(0.8, 1, size=(number, 1, 1, 1))
    noise = rng.normal(0, 0.05, size=(number, 8, 8, 1))
    images = np.clip(known.x_test[chosen] * light + noise, 0, 1)
    return images.astype("float32"), known.y_test[chosen]


def _reads(part, images, labels, least):
    def judge(got):
        shape = (len(labels), 10)
        if not isinstance(got, np.ndarray) or got.shape != shape:
            return f"{kind(got)} came back, an array of shape {shape} was due"
        right = np.mean(got.argmax(axis=1) == labels)
        return None if right >= least else f"{right:.0%} are right, {least:.0%} are due"

    return Case(part, predict(value("deep"), images), judge=judge, hint=DEEP_TRAIN)


def _deep_shown():
    images, labels = _digits(np.random.default_rng(6), 100)
    return [_deep_enough("20 layers"), _reads("new digits", images, labels, 0.8)]


def _deep_hidden(rng):
    images, labels = _digits(rng, 300)
    return [
        _deep_enough("20 layers that read more than half"),
        _reads("20 layers that read more than half", images, labels, 0.5),
        _reads("better than 80 %", images, labels, 0.8),
    ]


ASSIGNMENT = Assignment(
    name="a3",
    title="A residual network from blocks",
    minutes=90,
    questions=(
        Question("conv_norm", 10, _conv_norm_shown, _conv_norm_hidden),
        Question("identity_block", 20, _identity_shown, _identity_hidden),
        Question("projection_block", 20, _projection_shown, _projection_hidden),
        Question("bottleneck_block", 20, _bottleneck_shown, _bottleneck_hidden),
        Question("resnet", 15, _resnet_shown, _resnet_hidden),
        Question("deep", 15, _deep_shown, _deep_hidden),
    ),
    uses=("datasets",),
    preload=("keras", "matplotlib.pyplot"),
    cell_seconds=120,
    call_seconds=20,
    total_seconds=400,
    memory=4_000_000_000,
)
