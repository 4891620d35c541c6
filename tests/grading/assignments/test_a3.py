"""Assignment 3: what earns marks, what loses them, and what the learner is told."""

import keras
import pytest
from keras import layers

from cnnkit.grading.assignments import a3_residual_network as a3

ASSIGNMENT = a3.ASSIGNMENT
NAMES = [question.name for question in ASSIGNMENT.questions]
BLOCKS = [name for name in NAMES if name != "deep"]
DUE = {question.name: question.points for question in ASSIGNMENT.questions}


def test_a_hundred_points():
    assert ASSIGNMENT.points == 100


def test_the_master_earns_all(master, marks):
    for salt in "ab":
        assert marks(ASSIGNMENT, master("a3"), salt) == DUE


def test_the_master_earns_all_with_other_salts(master, marks):
    for name, salt in zip(NAMES, "cdefgh", strict=True):
        assert marks(ASSIGNMENT, master("a3"), salt, only=name)[name] == DUE[name]


def test_the_master_passes_its_checks(master, failures):
    for name in NAMES:
        assert failures(ASSIGNMENT, master("a3"), name) == []


def test_nothing_written_earns_nothing(marks):
    def blank(*args, **kwargs):
        raise NotImplementedError

    assert set(marks(ASSIGNMENT, {}).values()) == {0}
    assert set(marks(ASSIGNMENT, dict.fromkeys(BLOCKS, blank)).values()) == {0}


def straight(x, *args):
    return x


def small_net(shape, classes, *args):
    inputs = keras.Input(tuple(shape))
    outputs = layers.Dense(classes, activation="softmax")(layers.Flatten()(inputs))
    return keras.Model(inputs, outputs)


STUBS = {
    "input": straight,
    "none": lambda *args: None,
    "zero": lambda *args: 0,
    "relu": lambda x, *args: layers.Activation("relu")(x),
    "a dense network": small_net,
}


@pytest.mark.parametrize("stub", STUBS)
def test_stubs_earn_nothing(marks, stub):
    assert set(marks(ASSIGNMENT, dict.fromkeys(BLOCKS, STUBS[stub])).values()) == {0}


def test_an_untrained_or_a_shallow_network_earns_little(marks, failures):
    stages = [(8, 3), (16, 3), (32, 3)]
    untrained = {"deep": a3._resnet((8, 8, 1), 10, stages)}
    assert marks(ASSIGNMENT, untrained, only="deep")["deep"] == 0
    shallow = {"deep": a3._resnet((8, 8, 1), 10, [(8, 1), (16, 1)])}
    assert marks(ASSIGNMENT, shallow, only="deep")["deep"] == 0
    found = failures(ASSIGNMENT, shallow, "deep")[0]
    assert found.difference == "it has 6 layers with weights, 20 were due"
    assert "shortcuts do not" in found.case.hint


def relu(x):
    return layers.Activation("relu")(x)


def step(x, filters, size=3, strides=1, *, bias=False, norm=True, padding="same"):
    """One step of a block with mistakes to choose from."""
    x = layers.Conv2D(filters, size, strides, padding, use_bias=bias)(x)
    return layers.BatchNormalization()(x) if norm else x


def with_bias(x, filters, size, strides):
    return step(x, filters, size, strides, bias=True)


def with_relu(x, filters, size, strides):
    return relu(step(x, filters, size, strides))


def without_norm(x, filters, size, strides):
    return step(x, filters, size, strides, norm=False)


def stride_forgotten(x, filters, size, strides):
    return step(x, filters, size, 1)


def not_padded(x, filters, size, strides):
    return step(x, filters, size, strides, padding="valid")


def no_shortcut(x):
    return relu(step(relu(step(x, x.shape[-1])), x.shape[-1]))


def relu_before_adding(x):
    y = relu(step(relu(step(x, x.shape[-1])), x.shape[-1]))
    return layers.Add()([x, y])


def no_relu_at_the_end(x):
    return layers.Add()([x, step(relu(step(x, x.shape[-1])), x.shape[-1])])


def no_relu_between(x):
    return relu(layers.Add()([x, step(step(x, x.shape[-1]), x.shape[-1])]))


def four_channels(x):
    return relu(layers.Add()([x, step(relu(step(x, 4)), 4)]))


def one_convolution(x):
    return relu(layers.Add()([x, step(x, x.shape[-1])]))


def project(x, filters, strides, *, way=None, first=None, second=1):
    y = step(relu(step(x, filters, 3, first or strides)), filters, 3, second)
    way = step(x, filters, 1, strides) if way is None else way
    return relu(layers.Add()([way, y]))


def way_without_norm(x, filters, strides):
    return project(x, filters, strides, way=step(x, filters, 1, strides, norm=False))


def way_with_relu(x, filters, strides):
    return project(x, filters, strides, way=relu(step(x, filters, 1, strides)))


def way_of_three(x, filters, strides):
    return project(x, filters, strides, way=step(x, filters, 3, strides))


def stride_in_the_second(x, filters, strides):
    return project(x, filters, strides, first=1, second=strides)


def stride_of_two_always(x, filters, strides):
    return project(x, filters, 2)


def neck_without_relu(x, filters):
    y = step(step(step(x, filters, 1), filters), x.shape[-1], 1)
    return relu(layers.Add()([x, y]))


def neck_of_three(x, filters):
    y = step(relu(step(relu(step(x, filters)), filters)), x.shape[-1])
    return relu(layers.Add()([x, y]))


def four_times_back(x, filters):
    y = step(relu(step(relu(step(x, filters, 1)), filters)), 4 * filters, 1)
    return relu(layers.Add()([x, y]))


def net(input_shape, classes, stages, *, first=False, extra=False, end=True, stem=True):
    inputs = x = keras.Input(tuple(input_shape))
    x = step(x, stages[0][0])
    x = relu(x) if stem else x
    for place, (filters, blocks) in enumerate(stages):
        if place or first:
            x = a3._projection_block(x, filters, 2)
            blocks = blocks if extra else blocks - 1
        for _ in range(blocks):
            x = a3._identity_block(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, "softmax" if end else None)(x))


def projection_in_every_stage(input_shape, classes, stages):
    return net(input_shape, classes, stages, first=True)


def one_block_too_many(input_shape, classes, stages):
    return net(input_shape, classes, stages, extra=True)


def no_softmax(input_shape, classes, stages):
    return net(input_shape, classes, stages, end=False)


def no_relu_at_the_start(input_shape, classes, stages):
    return net(input_shape, classes, stages, stem=False)


def for_digits_only(input_shape, classes, stages):
    return net((8, 8, 1), 10, stages)


MISTAKES = {
    with_bias: ("conv_norm", "without a bias"),
    with_relu: ("conv_norm", "norm"),
    without_norm: ("conv_norm", "BatchNormalization"),
    stride_forgotten: ("conv_norm", "halved"),
    not_padded: ("conv_norm", 'padding="same"'),
    no_shortcut: ("identity_block", "one Add"),
    relu_before_adding: ("identity_block", "add the input, ReLU"),
    no_relu_at_the_end: ("identity_block", "add the input, ReLU"),
    no_relu_between: ("identity_block", "ReLU, convolve"),
    four_channels: ("identity_block", "x.shape[-1]"),
    one_convolution: ("identity_block", "Two convolutions"),
    way_without_norm: ("projection_block", "Three convolutions"),
    way_with_relu: ("projection_block", "no ReLU"),
    way_of_three: ("projection_block", "1×1 on the shortcut"),
    stride_in_the_second: ("projection_block", "in its first step"),
    stride_of_two_always: ("projection_block", "the 1×1 stays"),
    neck_without_relu: ("bottleneck_block", "ReLU, 3×3, ReLU"),
    neck_of_three: ("bottleneck_block", "1×1, 3×3 and 1×1"),
    four_times_back: ("bottleneck_block", "as `x` has channels"),
    projection_in_every_stage: ("resnet", "but the first"),
    one_block_too_many: ("resnet", "first one counted"),
    no_softmax: ("resnet", "softmax"),
    no_relu_at_the_start: ("resnet", "ReLU"),
    for_digits_only: ("resnet", "no numbers of your own"),
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda f: f.__name__)
def test_mistakes_lose_points_and_get_a_hint(first_failure, mistake):
    name, hint = MISTAKES[mistake]
    for salt in "a":
        assert first_failure(ASSIGNMENT, {name: mistake}, name, salt) is not None
    assert hint in first_failure(ASSIGNMENT, {name: mistake}, name).case.hint


def test_another_order_and_other_layers_are_as_good(marks):
    def projection_block(x, filters, strides):
        way = layers.Conv2D(filters, (1, 1), (strides, strides), use_bias=False)(x)
        y = layers.Conv2D(filters, 3, strides, "same", use_bias=False)(x)
        y = layers.ReLU()(layers.BatchNormalization(name="norm")(y))
        y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
        y = layers.add(
            [layers.BatchNormalization()(y), layers.BatchNormalization()(way)]
        )
        return keras.ops.relu(y)

    namespace = {"projection_block": projection_block}
    earned = marks(ASSIGNMENT, namespace, only="projection_block")
    assert earned["projection_block"] == 20
