import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.datasets import photograph
from cnnkit.models import preprocess_imagenet
from tests.checks import check_saved

MODES = ["caffe", "tf", "torch"]


def images(*shape):
    return np.random.default_rng(0).random(shape, dtype="float32")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(2, 5, 4, 3), (5, 4, 3), (0, 5, 4, 3)])
def test_equals_keras_on_pixels_of_0_to_255(mode, shape):
    x = images(*shape)
    expected = keras.applications.imagenet_utils.preprocess_input(
        255 * x.copy(), mode=mode
    )
    outputs = preprocess_imagenet(x, mode)
    assert isinstance(outputs, np.ndarray)
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, expected, atol=1e-4)
    tensor = preprocess_imagenet(ops.convert_to_tensor(x), mode)
    np.testing.assert_allclose(ops.convert_to_numpy(tensor), outputs, atol=1e-4)


@pytest.mark.parametrize("mode", MODES)
def test_does_not_change_what_it_is_given(mode):
    x = images(1, 2, 2, 3)
    before = x.copy()
    preprocess_imagenet(x, mode)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("mode", MODES)
def test_as_part_of_a_model(mode, tmp_path):
    inputs = keras.Input((4, 4, 3))
    model = keras.Model(inputs, preprocess_imagenet(inputs, mode))
    x = images(2, 4, 4, 3)
    np.testing.assert_allclose(
        model.predict(x, verbose=0), preprocess_imagenet(x, mode), atol=1e-4
    )
    check_saved(model, x, tmp_path)


def test_what_the_wrong_scale_does():
    # Images in [0, 1] where 0..255 is due: the picture is a 255th of what it should
    # be, beside a mean of more than 100, so that every image looks nearly the same.
    x = photograph("astronaut")[None].astype("float32")
    wrong = keras.applications.vgg16.preprocess_input(x.copy())
    right = preprocess_imagenet(x, "caffe")
    assert -124 < wrong.min() and wrong.max() < -102
    assert np.ptp(right) > 250
    assert wrong.std(axis=(1, 2)).max() < 0.4 < 60 < right.std(axis=(1, 2)).min()


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (255 * images(1, 4, 4, 3), "divide images of 0..255 by 255.*Received: values"),
        (preprocess_imagenet(images(1, 4, 4, 3), "tf"), "do not prepare them twice"),
        (preprocess_imagenet(images(1, 4, 4, 3)), "do not prepare them twice"),
        (np.zeros((1, 4, 4, 3), "uint8"), "8-bit images by 255. Received: dtype uint8"),
        (images(1, 4, 4, 1), r"3 channels, RGB.*\(1, 4, 4, 1\)"),
        (np.float32(0.5), "3 channels"),
        (np.full((1, 1, 3), np.nan), "must be in \\[0, 1\\]"),
        ([["a"]], "must be floats"),
    ],
)
def test_bad_images(x, message):
    with pytest.raises(ValueError, match=message):
        preprocess_imagenet(x)


def test_bad_mode():
    with pytest.raises(ValueError, match="`mode` must be one of 'caffe', 'tf'"):
        preprocess_imagenet(images(1, 2, 2, 3), "tensorflow")


def test_tensors_of_0_to_255_are_refused_too():
    with pytest.raises(ValueError, match="divide images of 0..255"):
        preprocess_imagenet(ops.convert_to_tensor(255 * images(1, 4, 4, 3)))
