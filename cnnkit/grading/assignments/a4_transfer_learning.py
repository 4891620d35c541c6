"""Assignment 4: transfer learning."""

import functools

import numpy as np

from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.compare import kind
from cnnkit.grading.requests import call, layers, predict, value

FEATURES = 128  # numbers that CifarVGG makes of an image

# Images of surfaces

SURFACES = ("brick", "grass", "gravel", "coins", "text")


@functools.cache
def _right_half(name):
    from cnnkit.datasets import photograph

    picture = photograph(name, grey=True)[..., 0]
    return picture[:, picture.shape[1] // 2 :]


def _patches(rng, number):
    """Cut `number` patches of each surface out of what the notebook does not use."""
    patches = []
    for name in SURFACES:
        picture = _right_half(name)
        for _ in range(number):
            i, j = (int(rng.integers(0, side - 63)) for side in picture.shape)
            patch = picture[i : i + 64, j : j + 64].reshape(32, 2, 32, 2).mean((1, 3))
            patch = patch[:, ::-1] if rng.random() < 0.5 else patch
            contrast, light = rng.uniform(0.5, 1.2), rng.uniform(0.35, 0.65)
            noise = rng.normal(0, 0.03, patch.shape)
            patches.append(light + contrast * (patch - patch.mean()) + noise)
    grey = np.clip(patches, 0, 1)[..., np.newaxis]
    labels = np.repeat(np.arange(len(SURFACES)), number)
    return np.repeat(grey, 3, axis=-1).astype("float32"), labels


@functools.cache
def _reference():
    import keras

    from cnnkit.models import CifarVGG

    trained = CifarVGG(weights="cnnkit")
    return keras.Model(trained.input, trained.get_layer("average").output)


def _features(images):
    return _reference().predict(images, verbose=0)


def _softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# extractor

EXTRACT = 'The features leave the layer "average": 128 numbers for each image.'
EXTRACT_WEIGHTS = (
    'The base is CifarVGG(weights="cnnkit"): without them it has learned nothing.'
)


def _extract(part, images, hint):
    request = predict(call("extractor"), images)
    return Case(part, request, _features(images), hint=hint, tolerance=1e-3)


def _extractor_shown():
    images, _ = _patches(np.random.default_rng(1), 1)
    return [_extract("five surfaces", images, f"{EXTRACT} {EXTRACT_WEIGHTS}")]


def _extractor_hidden(rng):
    noise = rng.random((3, 32, 32, 3)).astype("float32")
    return [
        _extract("surfaces", _patches(rng, 2)[0], EXTRACT),
        _extract("noise in colour", noise, EXTRACT_WEIGHTS),
    ]


# new_head

HEAD = 'One dense layer on the 128 features, with softmax, in place of "predictions".'
HEAD_FROZEN = (
    "Only the head may have trainable = True among the layers with parameters."
)
HEAD_BASE = (
    "The features must be those of the trained base: change none of its weights."
)


def _dense(facts):
    return [fact for fact in facts if fact["type"] == "Dense"]


def _judge_head(classes):
    def judge(facts):
        dense = _dense(facts)
        if len(dense) != 1:
            return f"it has {len(dense)} Dense layers, one was due"
        if dense[0]["units"] != classes:
            return f"the head has {dense[0]['units']} units, {classes} were due"
        if dense[0]["parameters"] != (FEATURES + 1) * classes:
            return "the head does not read the 128 features"
        if len([fact for fact in facts if fact["type"] == "Conv2D"]) != 6:
            return "the six convolutions of the base are not there"
        return None

    return judge


def _judge_frozen(facts):
    learned = [x["name"] for x in facts if x["trainable"] and x["parameters"]]
    if learned == [x["name"] for x in _dense(facts)]:
        return None
    return f"these layers would be trained: {', '.join(learned) or 'none'}"


def _judge_kept(images, classes):
    """Return a judge: are the scores a linear function of the right features?"""
    inputs = np.c_[_features(images), np.ones(len(images))]

    def judge(got):
        shape = (len(images), classes)
        if not isinstance(got, np.ndarray) or got.shape != shape:
            return f"{kind(got)} came back, an array of shape {shape} was due"
        if not np.allclose(got.sum(axis=1), 1, atol=1e-3):
            return "the outputs of an image do not add up to 1"
        scores = np.log(np.maximum(got, 1e-30))
        scores -= scores.mean(axis=1, keepdims=True)
        spread = scores - scores.mean(axis=0)
        rest = scores - inputs @ np.linalg.lstsq(inputs, scores)[0]
        if np.abs(spread).max() < 1e-4:
            return "every image gets the same outputs"
        if np.linalg.norm(rest) > 0.01 * np.linalg.norm(spread):
            return "the outputs are not a dense layer's and a softmax's of the features"
        return None

    return judge


def _head(rng, classes):
    images, _ = _patches(rng, 28)  # more images than features, or any scores would do
    request = call("new_head", classes)
    kept = _judge_kept(images, classes)
    return [
        Case("the head", layers(request), judge=_judge_head(classes), hint=HEAD),
        Case("frozen", layers(request), judge=_judge_head(classes), hint=HEAD),
        Case("frozen", layers(request), judge=_judge_frozen, hint=HEAD_FROZEN),
        Case("the base kept", predict(request, images), judge=kept, hint=HEAD_BASE),
    ]


def _new_head_shown():
    first, _, frozen, kept = _head(np.random.default_rng(2), 5)
    return [first, frozen, kept]


def _new_head_hidden(rng):
    return _head(rng, int(rng.integers(3, 9)))


# partly_frozen

PARTLY = (
    "Layers in the order of the model: all up to `last_frozen`, itself too, are frozen."
)
PARTLY_REST = "What comes after `last_frozen`, and the head, has trainable = True."
BASE = (
    "block1_conv1 block1_conv2 block1_pool block2_conv1 block2_conv2 block2_pool "
    "block3_conv1 block3_conv2 block3_pool average"
).split()


def _partly(part, classes, last_frozen):
    learned = BASE[BASE.index(last_frozen) + 1 :]

    def judge(facts):
        found = _judge_head(classes)(facts)
        if found is not None:
            return found
        for fact in facts:
            trained = fact["name"] in learned or fact["type"] == "Dense"
            if fact["parameters"] and fact["trainable"] != trained:
                state = "frozen" if trained else "not frozen"
                return f"the layer {fact['name']} is {state}"
        return None

    request = layers(call("partly_frozen", classes, last_frozen))
    return Case(part, request, judge=judge, hint=f"{PARTLY} {PARTLY_REST}")


def _partly_shown():
    return [
        _partly("up to a pooling", 5, "block2_pool"),
        _partly("up to a convolution", 5, "block1_conv2"),
    ]


def _partly_hidden(rng):
    classes = int(rng.integers(3, 9))
    conv = f"block{rng.integers(1, 3)}_conv1"
    return [
        _partly("up to a pooling", classes, f"block{rng.integers(1, 3)}_pool"),
        _partly("up to a convolution", classes, conv),
        _partly("up to a convolution", classes, "block3_conv1"),
        _partly("all but the head", classes, "average"),
    ]


# train_head

STEP = "Each step: probabilities P, error P - Y, then W and b go against the gradient."
STEP_BIAS = "The bias learns too: its gradient is the mean error of each class."
STEP_SHAPE = (
    "W has a row for each feature and a column for each class; b one number a class."
)
STEP_LONG = (
    "A rate of 0.5 and 500 steps over all examples are enough for numbers like these."
)


def _clusters(rng, classes, features, number, gap, offset=0.0):
    """Draw examples around one point a class, and as many to test on."""
    centres = rng.normal(size=(classes, features))
    centres *= gap / np.linalg.norm(centres, axis=1, keepdims=True)
    labels = rng.permutation(np.repeat(np.arange(classes), number))
    new_labels = np.repeat(np.arange(classes), 40)
    noise = 0.3

    def around(y):
        return offset + centres[y] + noise * rng.normal(size=(len(y), features))

    return around(labels), labels, around(new_labels), new_labels


def _on_a_line(rng, number):
    """Draw two classes that only a bias can part."""
    labels = rng.permutation(np.repeat([0, 1], number))
    new_labels = np.repeat([0, 1], 40)

    def along(y):
        return 1 + y[:, np.newaxis] + 0.1 * rng.uniform(-1, 1, size=(len(y), 1))

    return along(labels), labels, along(new_labels), new_labels


def _train(part, data, classes, least, hint):
    features, labels, new_features, new_labels = data
    shapes = (features.shape[1], classes), (classes,)

    def judge(got):
        if not isinstance(got, list | tuple) or len(got) != 2:
            return f"{kind(got)} came back, W and b were due"
        for name, array, shape in zip(("W", "b"), got, shapes, strict=True):
            if not isinstance(array, np.ndarray) or array.shape != shape:
                return f"{name}: {kind(array)} came back, the shape {shape} was due"
        W, b = (np.asarray(array, float) for array in got)
        if not (np.isfinite(W).all() and np.isfinite(b).all()):
            return "there is NaN or infinity in it"
        right = np.mean((new_features @ W + b).argmax(axis=1) == new_labels)
        if right < least:
            return f"{right:.0%} of new examples are right, {least:.0%} are due"
        return None

    request = call("train_head", features, labels, classes)
    return Case(part, request, judge=judge, hint=hint)


def _train_shown():
    rng = np.random.default_rng(3)
    three = _clusters(rng, 3, 4, 20, gap=2)
    return [
        _train("three classes", three, 3, 0.95, f"{STEP} {STEP_SHAPE} {STEP_LONG}"),
        _train("two classes on a line", _on_a_line(rng, 20), 2, 0.95, STEP_BIAS),
    ]


def _train_hidden(rng):
    features, labels = _feature_bank(rng, 6)
    tested = _feature_bank(rng, 20)
    seven, few = (
        _clusters(rng, 7, 12, 15, gap=2),
        _clusters(rng, 3, 60, 4, 2, offset=0.5),
    )
    return [
        _train("seven classes", seven, 7, 0.9, f"{STEP} {STEP_SHAPE}"),
        _train("few examples of many features", few, 3, 0.8, STEP_LONG),
        _train("two classes on a line", _on_a_line(rng, 30), 2, 0.95, STEP_BIAS),
        _train("features of surfaces", (features, labels, *tested), 5, 0.7, STEP_LONG),
    ]


def _feature_bank(rng, number):
    images, labels = _patches(rng, number)
    return _features(images).astype(float), labels


# assemble

JOIN = "The base, then a dense layer of as many units as W has columns, with softmax."
JOIN_WEIGHTS = (
    "Give the dense layer its weights with set_weights([W, b]), once it is built."
)


def _assemble(part, rng, classes, number):
    images, _ = _patches(rng, number)
    W = rng.normal(size=(FEATURES, classes)) / 4
    b = rng.normal(size=classes)
    due = _softmax(_features(images) @ W + b)
    request = predict(call("assemble", W, b), images)
    return Case(part, request, due, hint=f"{JOIN} {JOIN_WEIGHTS}", tolerance=1e-3)


def _assemble_shown():
    return [_assemble("five classes", np.random.default_rng(4), 5, 2)]


def _assemble_hidden(rng):
    classes = int(rng.integers(6, 12))
    return [
        _assemble("five classes", rng, 5, 2),
        _assemble("another number of classes", rng, classes, 1),
    ]


# guide

GUIDE = "Features of the training patches, a head trained on them, both put together."


def _guided(part, images, labels, least):
    def judge(got):
        shape = (len(labels), len(SURFACES))
        if not isinstance(got, np.ndarray) or got.shape != shape:
            return f"{kind(got)} came back, an array of shape {shape} was due"
        right = np.mean(got.argmax(axis=1) == labels)
        return None if right >= least else f"{right:.0%} are right, {least:.0%} are due"

    return Case(part, predict(value("guide"), images), judge=judge, hint=GUIDE)


def _guide_shown():
    images, labels = _patches(np.random.default_rng(5), 12)
    return [_guided("sixty new patches", images, labels, 0.7)]


def _guide_hidden(rng):
    images, labels = _patches(rng, 40)
    return [
        _guided("better than 45 %", images, labels, 0.45),
        _guided("better than 60 %", images, labels, 0.6),
        _guided("better than 75 %", images, labels, 0.75),
    ]


ASSIGNMENT = Assignment(
    name="a4",
    title="Transfer learning",
    minutes=90,
    questions=(
        Question("extractor", 15, _extractor_shown, _extractor_hidden),
        Question("new_head", 20, _new_head_shown, _new_head_hidden),
        Question("partly_frozen", 15, _partly_shown, _partly_hidden),
        Question("train_head", 20, _train_shown, _train_hidden),
        Question("assemble", 15, _assemble_shown, _assemble_hidden),
        Question("guide", 15, _guide_shown, _guide_hidden),
    ),
    uses=("datasets", "models", "boxes", "layers", "losses"),
    preload=("keras", "matplotlib.pyplot"),
    cell_seconds=90,
    call_seconds=20,
    total_seconds=300,
    memory=4_000_000_000,
)
