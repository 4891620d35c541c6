"""A convolutional classifier is its dense form at every window."""

import keras
import numpy as np
import pytest
from keras import layers

from cnnkit.models import VGG16, CifarResNet, LeNet5, convolutionalize


def valid_classifier(head="flatten"):
    bridge = layers.Flatten if head == "flatten" else layers.GlobalAveragePooling2D
    return keras.Sequential(
        [
            keras.Input((14, 14, 3)),
            layers.Conv2D(6, 5, activation="relu", name="conv"),
            layers.MaxPooling2D(name="pool"),
            bridge(name="bridge"),
            layers.Dense(20, name="dense1"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(name="relu"),
            layers.Dropout(0.5, name="dropout"),
            layers.Dense(4, activation="softmax", name="predictions"),
        ],
        name="small",
    )


def crop_by_crop(model, image, window, stride):
    height, width = image.shape[:2]
    rows = range(0, height - window + 1, stride)
    columns = range(0, width - window + 1, stride)
    crops = [image[r : r + window, c : c + window] for r in rows for c in columns]
    scores = model.predict(np.stack(crops), verbose=0)
    return scores.reshape(len(rows), len(columns), -1)


@pytest.mark.parametrize("head", ["flatten", "average"])
@pytest.mark.parametrize("shape", [(14, 14), (16, 28), (31, 23)])
def test_one_pass_equals_crop_by_crop(head, shape):
    keras.utils.set_random_seed(0)
    model = valid_classifier(head)
    model.get_layer("norm").set_weights(
        [np.random.default_rng(i).uniform(0.5, 2, 20) for i in range(4)]
    )
    image = np.random.default_rng(0).random((*shape, 3), "float32")
    due = crop_by_crop(model, image, window=14, stride=2)
    got = convolutionalize(model).predict(image[None], verbose=0)[0]
    assert got.shape == due.shape
    np.testing.assert_allclose(got, due, atol=1e-5)


def test_the_14_by_14_example_of_overfeat():
    # 14×14×3 → 5×5, 16 filters → pool → 400 → 400 → 4; on 16×16 it is 2×2×4, and on
    # 28×28 it is 8×8×4.
    model = keras.Sequential(
        [
            keras.Input((14, 14, 3)),
            layers.Conv2D(16, 5, name="conv"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(400, name="dense1"),
            layers.Dense(400, name="dense2"),
            layers.Dense(4, activation="softmax", name="predictions"),
        ]
    )
    slider = convolutionalize(model)
    assert slider.get_layer("dense1").kernel.shape == (5, 5, 16, 400)
    assert slider.get_layer("dense2").kernel.shape == (1, 1, 400, 400)
    assert slider.count_params() == model.count_params()
    for side, cells in ((14, 1), (16, 2), (28, 8)):
        assert slider.compute_output_shape((1, side, side, 3)) == (1, cells, cells, 4)


@pytest.mark.parametrize(
    "model",
    [
        lambda: LeNet5(),
        lambda: CifarResNet(8, input_shape=(16, 16, 3)),
        lambda: VGG16(input_shape=(32, 32, 3), classes=5, width=0.0625),
    ],
)
def test_same_padding_is_exact_at_the_size_of_the_classifier(model):
    model = model()
    x = np.random.default_rng(0).random((2, *model.input.shape[1:]), "float32")
    got = convolutionalize(model).predict(x, verbose=0)
    np.testing.assert_allclose(
        got[:, 0, 0], model.predict(x, verbose=0), atol=1e-5, rtol=1e-4
    )


def test_the_classifier_stays_as_it_was_and_names_are_kept():
    model = valid_classifier()
    before = model.get_weights()
    slider = convolutionalize(model, input_shape=(30, 40, 3))
    slider.set_weights([np.zeros_like(w) for w in slider.get_weights()])
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert slider.output_shape == (None, 9, 14, 4)
    assert slider.name == "small_convolutional"
    assert [n for n in ("conv", "dense1", "norm") if slider.get_layer(n)]


def branching():
    inputs = keras.Input((8, 8, 1))
    x = layers.Flatten(name="flatten")(inputs)
    a = layers.Dense(3, name="a")(x)
    return keras.Model(inputs, layers.Add()([a, layers.Dense(3, name="b")(x)]))


def of(*stack, shape=(8, 8, 1)):
    return keras.Sequential([keras.Input(shape), *stack])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: of(layers.Conv2D(2, 3)), "0 such layers"),
        (lambda: branching(), "one chain"),
        (
            lambda: of(layers.GlobalAveragePooling2D(), shape=(None, None, 1)),
            "fixed input size",
        ),
        (lambda: of(layers.Flatten(), layers.Softmax()), "Softmax"),
        (lambda: of(layers.Flatten(), layers.Reshape((8, 8))), "Reshape"),
    ],
)
def test_other_structures_are_told(model, message):
    with pytest.raises(ValueError, match=message):
        convolutionalize(model())
