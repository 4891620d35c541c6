"""Assignment 2: what earns marks, what loses them, and what the learner is told."""

import keras
import numpy as np
import pytest
from keras import layers

from cnnkit.grading._answers import answer
from cnnkit.grading.assignments.a2_first_convnet import ASSIGNMENT
from cnnkit.grading.requests import predict, value

NAMES = [question.name for question in ASSIGNMENT.questions]
FUNCTIONS = [name for name in NAMES if name != "model"]
DUE = {question.name: question.points for question in ASSIGNMENT.questions}
SALTS = "ab"


def test_a_hundred_points():
    assert ASSIGNMENT.points == 100


def test_the_master_earns_all(master, marks):
    for salt in range(5):
        assert marks(ASSIGNMENT, master("a2"), str(salt)) == DUE


def test_the_master_passes_its_checks(master, failures):
    for name in NAMES:
        assert failures(ASSIGNMENT, master("a2"), name) == []


def test_nothing_written_earns_nothing(marks):
    def blank(*args, **kwargs):
        raise NotImplementedError

    assert set(marks(ASSIGNMENT, {}).values()) == {0}
    assert set(marks(ASSIGNMENT, dict.fromkeys(FUNCTIONS, blank)).values()) == {0}


STUBS = {
    "input": lambda x, *args: x,
    "none": lambda *args: None,
    "zero": lambda *args: 0,
    "one": lambda *args: 1,
    "zeros": lambda x, *args: np.zeros(np.shape(x)),
    "a digit": lambda x, *args: np.full(len(x), 3) if np.ndim(x) else 3,
    "no parameters": lambda x, y=(), *args: [0] * np.size(y),
    "a table": lambda x, y, n=2, *args: np.zeros((n, n), int),
}


@pytest.mark.parametrize("stub", STUBS)
def test_stubs_earn_next_to_nothing(marks, stub):
    for salt in SALTS:
        earned = marks(ASSIGNMENT, dict.fromkeys(NAMES, STUBS[stub]), salt)
        for name, points in DUE.items():
            assert earned[name] <= points / 10, name


def test_an_untrained_network_earns_nothing(master, marks):
    model = master("a2")["build_convnet"]((8, 8, 1), 10)
    assert marks(ASSIGNMENT, {"model": model}, only="model")["model"] == 0


def test_one_that_knows_tidy_digits_earns_little(master, marks, failures):
    namespace = {**master("a2"), "model": master("a2")["tidy"]}
    assert marks(ASSIGNMENT, namespace, only="model")["model"] <= 5
    assert "distort" in failures(ASSIGNMENT, namespace, "model")[0].case.hint


def rounded_up(n, f, stride, padding):
    return -(-(n - f) // stride) + 1 if padding == "valid" else -(-n // stride)


def rounded_down(n, f, stride, padding):
    return (n - f) // stride + 1 if padding == "valid" else n // stride


def one_forgotten(n, f, stride, padding):
    return (n - f) // stride if padding == "valid" else -(-n // stride)


def same_means_n(n, f, stride, padding):
    return (n - f) // stride + 1 if padding == "valid" else n


def count(input_shape, stack, *, bias=1, chain=True, up=False, pools=True):
    """Count parameters with mistakes to choose from."""
    height, width, channels = input_shape
    inputs, counts = channels, []
    for kind, *sizes in stack:
        found = 0
        if kind == "conv":
            found = (sizes[0] ** 2 * channels + bias) * sizes[1]
            channels = sizes[1] if chain else channels
        elif kind == "pool" and pools:
            height = -(-height // sizes[0]) if up else height // sizes[0]
            width = -(-width // sizes[0]) if up else width // sizes[0]
        elif kind == "flatten":
            inputs = height * width * channels
        elif kind == "dense":
            found, inputs = (inputs + bias) * sizes[0], sizes[0]
        counts.append(found)
    return counts


def biases_forgotten(input_shape, stack):
    return count(input_shape, stack, bias=0)


def channels_stay(input_shape, stack):
    return count(input_shape, stack, chain=False)


def pools_rounded_up(input_shape, stack):
    return count(input_shape, stack, up=True)


def pools_ignored(input_shape, stack):
    return count(input_shape, stack, pools=False)


def the_sum(input_shape, stack):
    return sum(count(input_shape, stack))


def by_the_brightest(images):
    return images[..., None].astype("float32") / max(1, images.max(initial=0))


def without_channel(images):
    return images.astype("float32") / 255


def not_divided(images):
    return images[..., None].astype("float32")


def divided_as_wholes(images):
    return (images[..., None] // 255).astype("float32")


def in_float64(images):
    return images[..., None] / 255


def network(input_shape, classes, *, filters=(8, 16), size=3, end="softmax", **conv):
    conv = {"padding": "same", "activation": "relu", **conv}
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(filters[0], size, **conv),
            layers.MaxPooling2D(),
            layers.Conv2D(filters[1], size, **conv),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(classes, activation=end),
        ]
    )


def without_relu(input_shape, classes):
    return network(input_shape, classes, activation=None)


def without_softmax(input_shape, classes):
    return network(input_shape, classes, end=None)


def not_padded(input_shape, classes):
    return network(input_shape, classes, padding="valid")


def filters_swapped(input_shape, classes):
    return network(input_shape, classes, filters=(16, 8))


def filters_of_five(input_shape, classes):
    return network(input_shape, classes, size=5)


def for_digits_only(input_shape, classes):
    return network((8, 8, 1), 10)


def transposed(labels, predicted, classes):
    table = np.zeros((classes, classes), int)
    np.add.at(table, (predicted, labels), 1)
    return table


def added_once(labels, predicted, classes):
    table = np.zeros((classes, classes), int)
    table[labels, predicted] += 1
    return table


def as_large_as_the_labels(labels, predicted, classes):
    classes = max(labels.max(initial=0), predicted.max(initial=0)) + 1
    table = np.zeros((classes, classes), int)
    np.add.at(table, (labels, predicted), 1)
    return table


def as_shares(labels, predicted, classes):
    table = np.zeros((classes, classes))
    np.add.at(table, (labels, predicted), 1)
    return table / max(1, len(labels))


MISTAKES = {
    rounded_up: ("output_side", "rounded down"),
    rounded_down: ("output_side", "rounded up"),
    one_forgotten: ("output_side", "1 more"),
    same_means_n: ("output_side", "divided by the stride"),
    biases_forgotten: ("count_parameters", "one bias"),
    channels_stay: ("count_parameters", "keep track"),
    pools_rounded_up: ("count_parameters", "rounded down"),
    pools_ignored: ("count_parameters", "divides height and width"),
    the_sum: ("count_parameters", "weights"),
    by_the_brightest: ("prepare", "brightest"),
    without_channel: ("prepare", "axis"),
    not_divided: ("prepare", "Divide by 255"),
    divided_as_wholes: ("prepare", "Divide by 255"),
    in_float64: ("prepare", "float32"),
    without_relu: ("build_convnet", "probabilities"),
    without_softmax: ("build_convnet", "softmax"),
    not_padded: ("build_convnet", "padding"),
    filters_swapped: ("build_convnet", "8 filters"),
    filters_of_five: ("build_convnet", "3×3"),
    for_digits_only: ("build_convnet", "`input_shape`"),
    transposed: ("confusion_matrix", "Row"),
    added_once: ("confusion_matrix", "twice"),
    as_large_as_the_labels: ("confusion_matrix", "whether all classes occur"),
    as_shares: ("confusion_matrix", "adds 1"),
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda f: f.__name__)
def test_mistakes_lose_points_and_get_a_hint(first_failure, mistake):
    name, hint = MISTAKES[mistake]
    for salt in "a" if name == "build_convnet" else SALTS:
        assert first_failure(ASSIGNMENT, {name: mistake}, name, salt) is not None
    assert hint in first_failure(ASSIGNMENT, {name: mistake}, name).case.hint


def test_reading_mistakes(master, marks, failures):
    model, prepare = master("a2")["model"], master("a2")["prepare"]

    def probabilities(images):
        return model.predict(prepare(images), verbose=0)

    def along_the_batch(images):
        return probabilities(images).argmax(axis=0)

    def not_prepared(images):
        return model.predict(images[..., None], verbose=0).argmax(axis=1) + 0.0

    def the_first(images):
        return probabilities(images)[0].argmax()

    for mistake in (probabilities, along_the_batch, not_prepared, the_first):
        assert marks(ASSIGNMENT, {"read": mistake}, only="read")["read"] <= 5
        hint = failures(ASSIGNMENT, {"read": mistake}, "read")[0].case.hint
        assert "Prepare" in hint and "One whole number" in hint


def test_the_functional_form_is_as_good(marks):
    def build_convnet(input_shape, classes):
        inputs = x = keras.Input(input_shape)
        for filters in (8, 16):
            x = layers.Conv2D(filters, (3, 3), padding="same")(x)
            x = layers.MaxPool2D()(layers.ReLU()(x))
        x = layers.Dense(classes)(layers.Flatten()(x))
        return keras.Model(inputs, layers.Softmax()(x))

    namespace = {"build_convnet": build_convnet}
    assert marks(ASSIGNMENT, namespace, only="build_convnet")["build_convnet"] == 20


def test_labels_as_lists_and_wholes_of_any_kind(marks):
    def confusion_matrix(labels, predicted, classes):
        pairs = list(zip(labels.tolist(), predicted.tolist(), strict=True))
        return np.array(
            [
                [float(pairs.count((r, c))) for c in range(classes)]
                for r in range(classes)
            ]
        )

    namespace = {"confusion_matrix": confusion_matrix}
    assert marks(ASSIGNMENT, namespace, only="confusion_matrix") == {
        "confusion_matrix": 10
    }


def test_a_network_is_asked_as_predict_would(master):
    model = master("a2")["model"]
    images = np.random.default_rng(0).random((1200, 8, 8, 1)).astype("float32")
    due = model.predict(images, verbose=0)
    for few in (1, 1000, 1200):
        got = answer(predict(value("model"), images[:few]), {"model": model})
        assert isinstance(got, np.ndarray)
        np.testing.assert_allclose(got, due[:few], atol=1e-6)
