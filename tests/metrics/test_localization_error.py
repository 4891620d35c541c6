"""Localisation error by hand, and as a metric while a network trains."""

import keras
import numpy as np
import pytest

from cnnkit.metrics import LocalizationError, localization_error

WHOLE, MOST, HALF, LITTLE = (
    [0, 0, 10, 10],
    [0, 0, 10, 6],
    [0, 0, 10, 5],
    [0, 0, 10, 4],
)


def test_class_and_place_must_be_right():
    said = [WHOLE, MOST, HALF, LITTLE]
    assert localization_error([1] * 4, [WHOLE] * 4, [1, 1, 1, 1], said) == 0.25
    assert localization_error([1] * 4, [WHOLE] * 4, [1, 2, 1, 1], said) == 0.5
    assert localization_error([1] * 4, [WHOLE] * 4, [1] * 4, said, 0.55) == 0.5


def test_five_guesses():
    """Right in one guess: class and place of the same guess must be right."""
    boxes = [[LITTLE, WHOLE, LITTLE, LITTLE, LITTLE]]
    assert localization_error([3], [WHOLE], [[1, 3, 2, 4, 5]], boxes) == 0
    assert localization_error([3], [WHOLE], [[3, 1, 2, 4, 5]], boxes) == 1


def test_any_object_of_the_class_will_do():
    objects = [[[50, 50, 60, 60], WHOLE], [[50, 50, 60, 60], [0, 0, 0, 0]]]
    assert localization_error([1, 1], objects, [1, 1], [WHOLE, WHOLE]) == 0.5


def test_formats():
    assert (
        localization_error(
            [1], [[5, 5, 10, 10]], [1], [[5, 3, 10, 6]], box_format="center_xywh"
        )
        == 0
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [], [], []), "at least one"),
        (([1], [WHOLE], [1, 2], [WHOLE]), "Received: shapes"),
        (([1], [WHOLE], [1], [WHOLE, WHOLE]), "Received: shapes"),
        (([1], [WHOLE[:3]], [1], [WHOLE]), "four numbers"),
        (([1], [WHOLE], [1], [[0, 0, 1, np.nan]]), "NaN"),
        (([1], [WHOLE], [1], [WHOLE], 0), "`iou_threshold` must be"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        localization_error(*arguments)


CAR = [1, 0.5, 0.5, 0.4, 0.2, 0, 1, 0]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (CAR, 0),
        ([0.5, 0.5, 0.5, 0.4, 0.2, 0.3, 0.4, 0.3], 0),
        ([0.4, *CAR[1:]], 1),  # not told
        ([1, 0.5, 0.5, 0.4, 0.2, 0.6, 0.4, 0], 1),  # another class
        ([1, 0.5, 0.5, 0.19, 0.2, 0, 1, 0], 1),  # less than half as high
        ([1, 0.5, 0.5, 0.4, 0.11, 0, 1, 0], 0),
        ([1, 0.5, 0.5, 0.2, 0.4, 0, 1, 0], 1),  # height and width swapped
    ],
)
def test_metric_by_hand(said, error):
    metric = LocalizationError()
    metric.update_state([CAR], [said])
    assert float(metric.result()) == error


@pytest.mark.parametrize("dont_care", [0.0, np.nan])
def test_without_an_object(dont_care):
    nothing = [0] + [dont_care] * 7
    metric = LocalizationError()
    metric.update_state([nothing, nothing], [CAR, [0.1, *CAR[1:]]])
    assert float(metric.result()) == 0.5


def test_no_classes():
    metric = LocalizationError(iou_threshold=0.9)
    metric.update_state([CAR[:5], CAR[:5]], [CAR[:5], [1, 0.5, 0.5, 0.4, 0.17]])
    assert float(metric.result()) == 0.5


def test_in_training():
    rng = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8)])
    model.compile("sgd", "mse", metrics=[LocalizationError(0.3)])
    y = np.array([CAR, [0] * 8] * 3, "float32")
    x = rng.normal(size=(6, 4)).astype("float32")
    model.fit(x, y, batch_size=2, verbose=0)
    measured = model.evaluate(x, y, verbose=0, return_dict=True)["localization_error"]
    metric = LocalizationError(0.3)
    metric.update_state(y, model.predict(x, verbose=0))
    assert measured == pytest.approx(float(metric.result()))


def test_config():
    metric = LocalizationError(0.7, name="wrong")
    twin = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert type(twin) is LocalizationError and twin.get_config() == metric.get_config()
    with pytest.raises(ValueError, match="`iou_threshold` must be"):
        LocalizationError(1.5)
    with pytest.raises(ValueError, match="5 \\+ classes"):
        LocalizationError()([[1, 2]], [[1, 2]])
