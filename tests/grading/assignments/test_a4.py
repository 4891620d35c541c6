"""Assignment 4: what earns marks, what loses them, and what the learner is told."""

import keras
import numpy as np
import pytest
from keras import layers

from cnnkit.grading.assignments.a4_transfer_learning import ASSIGNMENT
from cnnkit.models import CifarVGG

NAMES = [question.name for question in ASSIGNMENT.questions]
FUNCTIONS = [name for name in NAMES if name != "guide"]
DUE = {question.name: question.points for question in ASSIGNMENT.questions}


def test_a_hundred_points():
    assert ASSIGNMENT.points == 100


def test_the_master_earns_all(master, marks):
    for salt in "abc":
        assert marks(ASSIGNMENT, master("a4"), salt) == DUE


@pytest.mark.parametrize("name", ["train_head", "guide"])
def test_the_master_earns_all_with_other_salts(master, marks, name):
    for salt in "defgh":
        assert marks(ASSIGNMENT, master("a4"), salt, only=name)[name] == DUE[name]


def test_the_master_passes_its_checks(master, failures):
    for name in NAMES:
        assert failures(ASSIGNMENT, master("a4"), name) == []


def test_nothing_written_earns_nothing(marks):
    def blank(*args, **kwargs):
        raise NotImplementedError

    assert set(marks(ASSIGNMENT, {}).values()) == {0}
    assert set(marks(ASSIGNMENT, dict.fromkeys(FUNCTIONS, blank)).values()) == {0}


def base(weights="cnnkit"):
    return CifarVGG(weights=weights)


STUBS = {
    "input": lambda *args: args[0] if args else None,
    "none": lambda *args: None,
    "zeros": lambda x=0, y=0, n=2: (np.zeros((np.shape(x)[-1:] or (1,))[0]), 0),
    "zero weights": lambda x=None, y=0, n=2: (
        np.zeros(np.shape(x)[1:] + (n,)),
        [0] * n,
    ),
    "the base": lambda *args: base(),
    "an untrained base": lambda *args: base(None),
}


@pytest.mark.parametrize("stub", STUBS)
def test_stubs_earn_nothing(marks, stub):
    namespace = {**dict.fromkeys(FUNCTIONS, STUBS[stub]), "guide": STUBS[stub]()}
    assert set(marks(ASSIGNMENT, namespace).values()) == {0}


def test_an_untrained_guide_earns_nothing(marks, failures):
    namespace = {"guide": new_head(5)}
    assert marks(ASSIGNMENT, namespace, only="guide")["guide"] == 0
    assert "Features" in failures(ASSIGNMENT, namespace, "guide")[0].case.hint


def test_a_guide_without_transfer_earns_nothing(master, marks):
    learned = master("a4")
    x, y = learned["x_train"].reshape(40, -1), learned["y_train"]
    W, b = learned["train_head"](x / 8, y, 5)

    class Pixels:
        def predict(self, images, verbose=0):
            return images.reshape(len(images), -1) @ W + b

    assert marks(ASSIGNMENT, {"guide": Pixels()}, only="guide")["guide"] == 0


def probabilities_of_cifar():
    return base()


def maps_and_not_features():
    trained = base()
    return keras.Model(trained.input, trained.get_layer("block3_pool").output)


def extractor_without_weights():
    fresh = base(None)
    return keras.Model(fresh.input, fresh.get_layer("average").output)


def new_head(classes, *, trained=None, at="average", end="softmax", frozen=True):
    """A new head with mistakes to choose from."""
    trained = base() if trained is None else trained
    for layer in trained.layers:
        layer.trainable = not frozen
    head = layers.Dense(classes, activation=end)
    return keras.Model(trained.input, head(trained.get_layer(at).output))


def head_not_frozen(classes):
    return new_head(classes, frozen=False)


def head_on_the_probabilities(classes):
    return new_head(classes, at="predictions")


def head_without_softmax(classes):
    return new_head(classes, end=None)


def head_on_an_untrained_base(classes):
    return new_head(classes, trained=base(None))


def all_of_it_frozen(classes):
    model = new_head(classes)
    model.trainable = False
    return model


def ten_classes_always(classes):
    return new_head(10)


def freeze(classes, frozen):
    model = new_head(classes)
    for layer in model.layers:
        layer.trainable = layer.name not in frozen
    return model


def names():
    return [layer.name for layer in base().layers[:-1]]


def but_not_itself(classes, last_frozen):
    known = names()
    return freeze(classes, known[: known.index(last_frozen)])


def the_other_way_round(classes, last_frozen):
    known = names()
    return freeze(classes, known[known.index(last_frozen) + 1 :])


def only_that_layer(classes, last_frozen):
    return freeze(classes, [last_frozen])


def nothing_thawed(classes, last_frozen):
    return new_head(classes)


def train(features, labels, classes, *, steps=500, sign=-1, bias=True, rate=0.5):
    """Train a head with mistakes to choose from."""
    W, b = np.zeros((features.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        scores = features @ W + b
        P = np.exp(scores - scores.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        dS = (P - np.eye(classes)[labels]) / len(features)
        W += sign * rate * features.T @ dS
        b += sign * rate * bias * dS.sum(axis=0)
    return W, b


def uphill(features, labels, classes):
    return train(features, labels, classes, sign=1)


def without_bias(features, labels, classes):
    return train(features, labels, classes, bias=False)


def no_step(features, labels, classes):
    return train(features, labels, classes, steps=0)


def turned(features, labels, classes):
    W, b = train(features, labels, classes)
    return W.T, b


def weights_alone(features, labels, classes):
    return train(features, labels, classes)[0]


def overflowing(features, labels, classes):
    W, b = train(features, labels, classes)
    return W * np.nan, b


def join(W, b):
    model = new_head(len(b))
    model.layers[-1].set_weights([W, b])
    return model


def weights_not_set(W, b):
    return new_head(len(b))


def bias_forgotten(W, b):
    return join(W, 0 * b)


def five_classes_always(W, b):
    model = new_head(5)
    model.layers[-1].set_weights([W[:, :5], b[:5]])
    return model


def joined_without_softmax(W, b):
    model = new_head(len(b), end=None)
    model.layers[-1].set_weights([W, b])
    return model


MISTAKES = {
    probabilities_of_cifar: ("extractor", '"average"'),
    maps_and_not_features: ("extractor", "128"),
    extractor_without_weights: ("extractor", "learned nothing"),
    head_not_frozen: ("new_head", "Only the head"),
    head_on_the_probabilities: ("new_head", "in place of"),
    head_without_softmax: ("new_head", "trained base"),
    head_on_an_untrained_base: ("new_head", "trained base"),
    all_of_it_frozen: ("new_head", "Only the head"),
    ten_classes_always: ("new_head", "One dense layer"),
    but_not_itself: ("partly_frozen", "itself too"),
    the_other_way_round: ("partly_frozen", "comes after"),
    only_that_layer: ("partly_frozen", "all up to"),
    nothing_thawed: ("partly_frozen", "comes after"),
    uphill: ("train_head", "against the gradient"),
    without_bias: ("train_head", "bias"),
    no_step: ("train_head", "500 steps"),
    turned: ("train_head", "a row for each feature"),
    weights_alone: ("train_head", "b one number"),
    overflowing: ("train_head", "probabilities P"),
    weights_not_set: ("assemble", "set_weights"),
    bias_forgotten: ("assemble", "[W, b]"),
    five_classes_always: ("assemble", "as W has columns"),
    joined_without_softmax: ("assemble", "softmax"),
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda f: f.__name__)
def test_mistakes_lose_points_and_get_a_hint(first_failure, mistake):
    name, hint = MISTAKES[mistake]
    for salt in "a":
        assert first_failure(ASSIGNMENT, {name: mistake}, name, salt) is not None
    if mistake is not five_classes_always:  # what is shown has five
        assert hint in first_failure(ASSIGNMENT, {name: mistake}, name).case.hint


def test_a_nested_base_is_as_good(marks):
    def nested(classes):
        trained = base()
        inner = keras.Model(trained.input, trained.get_layer("average").output)
        inner.trainable = False
        return keras.Sequential([inner, layers.Dense(classes, activation="softmax")])

    assert marks(ASSIGNMENT, {"new_head": nested}, only="new_head")["new_head"] == 20
