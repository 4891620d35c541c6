"""Digits that are called others, and images of a class."""

import keras
import numpy as np
import pytest

from cnnkit.synthesis import adversarial, class_image


def test_one_step_goes_by_epsilon_uphill(digits):
    model, x, y = digits
    found = adversarial(x[:50], y[:50], model, epsilon=0.05)
    change = np.abs(found.changed - found.images)
    assert change.max() == pytest.approx(0.05, abs=1e-6)
    at_an_end = (found.changed == 0) | (found.changed == 1)
    assert ((change > 0.0499) | at_an_end).mean() > 0.99
    loss = keras.losses.SparseCategoricalCrossentropy()
    before, after = (
        float(loss(y[:50], model.predict(images, verbose=0)))
        for images in (found.images, found.changed)
    )
    assert after > before


def test_many_steps_fool_more_and_stay_within_epsilon(digits):
    model, x, y = digits
    once = adversarial(x, y, model, epsilon=0.2)
    often = adversarial(x, y, model, epsilon=0.2, steps=10)
    assert np.abs(often.changed - x).max() <= 0.2 + 1e-6
    assert often.rate >= once.rate > 0.3
    assert often.rate > 0.8
    assert "fooled" in repr(often)


def test_to_a_class_that_was_asked_for(digits):
    model, x, y = digits
    found = adversarial(x[:100], y[:100], model, epsilon=0.3, steps=20, target=8)
    assert (found.after == 8).mean() > 0.6


def test_a_sure_network_is_no_harder(digits):
    """A probability of exactly 1 has no slope; the score has."""
    model, x, y = digits
    sure = keras.models.clone_model(model)
    kernel, bias = model.layers[-1].get_weights()
    sure.set_weights([*model.get_weights()[:-2], 1000 * kernel, 1000 * bias])
    found = adversarial(x[:50], y[:50], sure, epsilon=0.2, steps=10)
    assert found.rate > 0.5


def test_no_images(digits):
    model, x, y = digits
    assert adversarial(x[:0], y[:0], model).rate == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"epsilon": 0}, "`epsilon`"),
        ({"steps": 0}, "`steps`"),
        ({"target": 10}, "`target`"),
        ({"step_size": -1}, "`step_size`"),
        ({"labels": np.zeros(2, int)}, "`labels`"),
        ({"labels": np.full(5, 10)}, "`labels`"),
        ({"images": np.full((5, 8, 8, 1), 16.0)}, r"in \[0, 1\]"),
    ],
)
def test_bad_arguments(digits, changed, message):
    model, x, y = digits
    with pytest.raises(ValueError, match=message):
        adversarial(**{"images": x[:5], "labels": y[:5], "model": model, **changed})


def test_an_image_of_a_class_is_that_class(digits):
    model, *_ = digits
    for digit in (0, 7):
        found = class_image(model, digit, steps=60)
        assert found.image.shape == (8, 8, 1)
        assert model.predict(found.image[None], verbose=0)[0].argmax() == digit


def test_class_images_of_what_is_not_there(digits, network):
    model, *_ = digits
    with pytest.raises(ValueError, match="`class_id`"):
        class_image(model, 10)
    with pytest.raises(ValueError, match="classifier of images of one size"):
        class_image(network, 0)
