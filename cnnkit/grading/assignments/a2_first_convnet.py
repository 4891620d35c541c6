"""Assignment 2: a first convolutional network with Keras."""

import math

import numpy as np

from cnnkit.grading import _answers
from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.compare import difference, kind
from cnnkit.grading.requests import call, filled, layers, predict, value

# output_side

SIDE_VALID = 'With "valid": (n - f) divided by the stride, rounded down, and 1 more.'
SIDE_SAME = (
    'With "same" the filter does not matter: n divided by the stride, rounded up.'
)


def _side(part, n, f, stride, padding):
    if padding == "same":
        due, hint = math.ceil(n / stride), SIDE_SAME
    else:
        due, hint = (n - f) // stride + 1, SIDE_VALID
    return Case(part, call("output_side", n, f, stride, padding), due, hint=hint)


def _side_shown():
    return [
        _side("valid, a stride of one", 6, 3, 1, "valid"),
        _side("valid, a stride of two", 7, 3, 2, "valid"),
        _side("valid, a stride that does not divide", 9, 2, 2, "valid"),
        _side("same, a stride of one", 6, 5, 1, "same"),
        _side("same, a stride of two", 7, 3, 2, "same"),
    ]


def _side_hidden(rng):
    even = int(rng.integers(2, 6)) * 6
    odd = even + 5
    f = int(rng.integers(2, 6))
    return [
        _side("valid, a stride of one", even, f, 1, "valid"),
        _side("valid, a stride of one", odd, odd, 1, "valid"),
        _side("valid, longer strides", 2 * odd + f, f, 2, "valid"),
        _side("valid, a stride that does not divide", 3 * even + 2 + f, f, 3, "valid"),
        _side("valid, a stride that does not divide", 2 * odd + 1 + f, f, 2, "valid"),
        _side("same", even, f, 1, "same"),
        _side("same", even, f, 3, "same"),
        _side("same, a stride that does not divide", odd, f, 2, "same"),
        _side("same, a stride that does not divide", odd, f, 3, "same"),
    ]


# count_parameters

COUNT_CONV = "A filter has f * f weights for each channel that comes in, and one bias."
COUNT_CHAIN = (
    "The filters of one layer are the channels of the next: keep track of them."
)
COUNT_POOL = "Pooling has no parameters; it divides height and width, rounded down."
COUNT_DENSE = "A unit has one weight for each number that comes in, and one bias."
COUNT_FLAT = "Flattening makes height * width * channels numbers. It has no parameters."


def _counts(input_shape, stack):
    shape, counts = tuple(input_shape), []
    for name, *sizes in stack:
        count = 0
        if name == "conv":
            f, filters = sizes
            count = (f * f * shape[2] + 1) * filters
            shape = (*shape[:2], filters)
        elif name == "pool":
            shape = (shape[0] // sizes[0], shape[1] // sizes[0], shape[2])
        elif name == "flatten":
            shape = (math.prod(shape),)
        else:
            count = (shape[0] + 1) * sizes[0]
            shape = (sizes[0],)
        counts.append(count)
    return counts


def _count(part, input_shape, stack, hint):
    request = call("count_parameters", input_shape, stack)
    return Case(part, request, _counts(input_shape, stack), hint=hint)


def _count_shown():
    first = [("conv", 3, 8)]
    flat = [("flatten",), ("dense", 10)]
    return [
        _count("one convolution, one channel", (8, 8, 1), first, COUNT_CONV),
        _count("one convolution, three channels", (8, 8, 3), first, COUNT_CONV),
        _count("two convolutions", (8, 8, 1), [*first, ("conv", 5, 4)], COUNT_CHAIN),
        _count("dense layers", (4, 4, 2), [*flat, ("dense", 3)], COUNT_DENSE),
        _count(
            "pooling", (7, 7, 2), [("pool", 2), *flat], f"{COUNT_POOL} {COUNT_FLAT}"
        ),
    ]


def _count_hidden(rng):
    a, b, c, d = (int(n) for n in rng.integers(3, 20, size=4))
    f = int(rng.integers(2, 6))
    convs = [("conv", f, a), ("conv", 3, b), ("conv", 1, c)]
    dense = [("flatten",), ("dense", a), ("dense", b)]
    pools = [("pool", 2), ("conv", f, a), ("pool", 3), ("flatten",), ("dense", d)]
    whole = [*convs[:2], ("pool", 2), convs[2], ("pool", 2), *dense]
    return [
        _count("one convolution", (8, 8, 1), convs[:1], COUNT_CONV),
        _count("one convolution", (9, 5, d), convs[:1], COUNT_CONV),
        _count("convolutions in a row", (12, 12, 3), convs, COUNT_CHAIN),
        _count("dense layers", (5, 6, d), dense, f"{COUNT_FLAT} {COUNT_DENSE}"),
        _count("pooling", (12, 18, c), pools, COUNT_POOL),
        _count("sides that do not divide", (15, 23, c), pools, COUNT_POOL),
        _count("a whole network", (20, 13, 3), whole, f"{COUNT_CHAIN} {COUNT_FLAT}"),
    ]


# prepare

PREPARE = (
    "Divide by 255, whatever the brightest pixel is, and add an axis for the channel."
)
PREPARE_TYPE = (
    "Keras computes in float32: convert with astype before or after the division."
)


def _prepared(images):
    return images[..., np.newaxis].astype("float32") / 255


def _prepare(part, images, hint=PREPARE):
    return Case(part, call("prepare", images), _prepared(images), hint=hint)


def _prepare_type(images):
    def judge(got):
        found = difference(got, _prepared(images))
        if found is None and got.dtype != np.float32:
            found = f"{kind(got)} came back, float32 was due"
        return found

    return Case("float32", call("prepare", images), judge=judge, hint=PREPARE_TYPE)


def _grey(rng, *shape, brightest=255):
    return rng.integers(0, brightest + 1, size=shape, dtype="uint8")


def _prepare_shown():
    rng = np.random.default_rng(1)
    images = _grey(rng, 3, 8, 8)
    return [
        _prepare("three images", images),
        _prepare("a dark image", _grey(rng, 1, 4, 4, brightest=100)),
        _prepare_type(images),
    ]


def _prepare_hidden(rng):
    return [
        _prepare("a batch of images", _grey(rng, 5, 8, 8)),
        _prepare("dark images", _grey(rng, 3, 8, 8, brightest=90)),
        _prepare("images that are not square", _grey(rng, 2, 5, 12)),
        _prepare("one image, and none", _grey(rng, 1, 8, 8)),
        _prepare("one image, and none", _grey(rng, 0, 8, 8)),
        _prepare_type(_grey(rng, 4, 8, 8)),
    ]


# build_convnet

BUILD = (
    "Convolution with 8 filters, pooling, convolution with 16, pooling, flatten, "
    "dense; filters of 3×3, padding of zeros, ReLU after each convolution."
)
BUILD_SHAPE = (
    "Use `input_shape` and `classes`, wherever 8, 1 or 10 stood while you tried."
)
BUILD_SOFTMAX = "The last layer ends in softmax: probabilities, which add up to 1."


def _reference_convnet(input_shape, classes):
    import keras

    conv = {"kernel_size": 3, "padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input(tuple(input_shape)),
            keras.layers.Conv2D(8, **conv),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(16, **conv),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )


def _outputs(part, input_shape, classes, images, seed, hint=BUILD):
    """Compare the outputs of the network, all weights being known."""
    request = filled(call("build_convnet", input_shape, classes), seed)
    request = predict(request, images.astype("float32"))
    due = _answers.answer(request, {"build_convnet": _reference_convnet})
    return Case(part, request, due, hint=hint, tolerance=1e-3)


def _of_type(facts, name):
    return [fact for fact in facts if fact["type"] == name]


def _judge_layers(facts):
    """Say what is wrong with the convolutions and dense layers of a network."""
    convs, dense = _of_type(facts, "Conv2D"), _of_type(facts, "Dense")
    if len(convs) != 2:
        return f"it has {len(convs)} Conv2D layers, two were due"
    if [list(conv["kernel_size"]) for conv in convs] != [[3, 3], [3, 3]]:
        return "the filters of the convolutions are not 3×3"
    if [conv["filters"] for conv in convs] != [8, 16]:
        return "the convolutions do not have 8 and then 16 filters"
    if any(conv["padding"] != "same" for conv in convs):
        return 'the convolutions do not pad: padding="same" keeps the size'
    if len(_of_type(facts, "MaxPooling2D")) != 2:
        return "two MaxPooling2D layers were due"
    if len(dense) != 1:
        return f"it has {len(dense)} Dense layers, one was due"
    if sum(fact["parameters"] for fact in convs) != 80 + 1168:
        return "the convolutions do not have as many parameters as they should"
    return None


def _structure(input_shape, classes):
    request = layers(call("build_convnet", input_shape, classes))
    return Case("its layers", request, judge=_judge_layers, hint=BUILD)


def _build_shown():
    rng = np.random.default_rng(2)
    return [
        _structure((8, 8, 1), 10),
        _outputs("digits", (8, 8, 1), 10, rng.random((4, 8, 8, 1)), 1, BUILD_SOFTMAX),
        _outputs(
            "another shape", (9, 13, 3), 4, rng.random((2, 9, 13, 3)), 2, BUILD_SHAPE
        ),
    ]


def _build_hidden(rng):
    seed = int(rng.integers(1_000_000))
    classes = int(rng.integers(3, 9))
    tall = (int(rng.integers(9, 14)), int(rng.integers(5, 9)), 3)
    return [
        _structure((8, 8, 1), classes),
        _outputs("digits", (8, 8, 1), 10, rng.random((5, 8, 8, 1)), seed),
        _outputs("another shape", tall, classes, rng.random((3, *tall)), seed),
    ]


# model and read

TRAIN = "Train on digits that `distort` has changed: many copies, each changed anew."
TRAIN_LONGER = (
    "Most of it is there. More distorted copies, or more epochs, give the rest."
)
READ = "Prepare the images, let `model` predict, and take the largest of each row."
READ_SHAPE = "One whole number for each image comes back, in an array of shape (m,)."


def _distorted(images, rng):
    moved = np.zeros_like(images)
    height, width = images.shape[1:3]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    for i, (down, right) in enumerate(rng.integers(0, 3, size=(len(images), 2))):
        moved[i] = padded[i, down : down + height, right : right + width]
    light = rng.uniform(0.6, 1, size=(len(images), 1, 1, 1))
    noise = rng.normal(0, 0.08, size=images.shape)
    return np.clip(moved * light + noise, 0, 1).astype("float32")


def _digits(rng, number):
    """Draw digits that were kept for testing, changed as nobody has seen them."""
    from cnnkit.datasets import digits

    known = digits()
    chosen = rng.choice(len(known.x_test), number, replace=False)
    return _distorted(known.x_test[chosen], rng), known.y_test[chosen]


def _accuracy_judge(labels, least, of_labels):
    """Return a judge of predictions: probabilities, or labels themselves."""

    def judge(got):
        shape = (len(labels),) if of_labels else (len(labels), 10)
        if not isinstance(got, np.ndarray) or got.shape != shape:
            return f"{kind(got)} came back, an array of shape {shape} was due"
        if of_labels and not np.issubdtype(got.dtype, np.integer):
            return f"{kind(got)} came back, whole numbers were due"
        right = np.mean((got if of_labels else got.argmax(axis=1)) == labels)
        return None if right >= least else f"{right:.0%} are right, {least:.0%} are due"

    return judge


def _trained(images, labels, least, hint):
    request = predict(value("model"), images)
    judge = _accuracy_judge(labels, least, of_labels=False)
    return Case(f"better than {least:.0%}", request, judge=judge, hint=hint)


def _convolves(least):
    def judge(facts):
        found = any(_of_type(facts, name) for name in ("Conv2D", "SeparableConv2D"))
        return None if found else "there is no convolution in it"

    request = layers(value("model"))
    hint = "`model` should be what `build_convnet` builds."
    return Case(f"better than {least:.0%}", request, judge=judge, hint=hint)


def _model_shown():
    images, labels = _digits(np.random.default_rng(3), 100)
    return [_trained(images, labels, 0.6, TRAIN), _trained(images, labels, 0.8, TRAIN)]


def _model_hidden(rng):
    images, labels = _digits(rng, 300)
    return [
        _convolves(0.35),
        _trained(images, labels, 0.35, TRAIN),
        _trained(images, labels, 0.6, TRAIN),
        _trained(images, labels, 0.7, TRAIN_LONGER),
        _trained(images, labels, 0.8, TRAIN_LONGER),
    ]


def _bytes(images):
    return np.round(images[..., 0] * 255).astype("uint8")


def _read(part, images, labels, least):
    judge = _accuracy_judge(labels, least, of_labels=True)
    hint = f"{READ} {READ_SHAPE}"
    return Case(part, call("read", _bytes(images)), judge=judge, hint=hint)


def _read_shown():
    images, labels = _digits(np.random.default_rng(4), 60)
    return [_read("sixty digits", images, labels, 0.7)]


def _read_hidden(rng):
    images, labels = _digits(rng, 200)
    return [
        _read("many digits", images, labels, 0.7),
        _read("a few digits", images[:30], labels[:30], 0.5),
        _read("a few digits", images[:1], labels[:1], 0),
    ]


# confusion_matrix

CONFUSION = "Row: what it was. Column: what it was taken for. Each digit adds 1."
CONFUSION_SIZE = (
    "The table has `classes` rows and columns, whether all classes occur or not."
)
CONFUSION_ADD = (
    "`table[labels, predicted] += 1` adds only once where a pair occurs twice."
)


def _confusion(part, labels, predicted, classes, hint=CONFUSION):
    labels, predicted = np.asarray(labels, int), np.asarray(predicted, int)
    due = np.zeros((classes, classes), int)
    np.add.at(due, (labels, predicted), 1)
    request = call("confusion_matrix", labels, predicted, classes)
    return Case(part, request, due, hint=hint)


def _confusion_shown():
    return [
        _confusion("three digits", [0, 1, 2], [1, 1, 2], 3),
        _confusion("a pair that occurs twice", [0, 0, 1], [1, 1, 0], 2, CONFUSION_ADD),
        _confusion("a class that does not occur", [0, 1], [1, 1], 4, CONFUSION_SIZE),
    ]


def _confusion_hidden(rng):
    classes = int(rng.integers(4, 9))
    labels, predicted = rng.integers(0, classes, size=(2, 200))
    few, guessed = rng.integers(0, 3, size=(2, 30))
    return [
        _confusion("many", labels, predicted, classes, CONFUSION_ADD),
        _confusion("all right", labels, labels, classes),
        _confusion("classes that do not occur", few, guessed, classes, CONFUSION_SIZE),
        _confusion("one, and none", labels[:1], predicted[:1], classes),
        _confusion("one, and none", labels[:0], predicted[:0], classes, CONFUSION_SIZE),
    ]


ASSIGNMENT = Assignment(
    name="a2",
    title="A first convnet with Keras",
    minutes=90,
    questions=(
        Question("output_side", 10, _side_shown, _side_hidden),
        Question("count_parameters", 20, _count_shown, _count_hidden),
        Question("prepare", 10, _prepare_shown, _prepare_hidden),
        Question("build_convnet", 20, _build_shown, _build_hidden),
        Question("model", 20, _model_shown, _model_hidden),
        Question("read", 10, _read_shown, _read_hidden),
        Question("confusion_matrix", 10, _confusion_shown, _confusion_hidden),
    ),
    uses=("datasets",),
    preload=("keras", "matplotlib.pyplot"),
    cell_seconds=90,
    call_seconds=20,
    total_seconds=300,
    memory=4_000_000_000,
)
