"""The VGG for small images, and the folding of its normalisation."""

import importlib
import pathlib

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.models import VGG16, CifarVGG
from tests.checks import check_saved, check_trains

SCRIPT = pathlib.Path(__file__).parents[2] / "data" / "train_cifar10.py"
SMALL = {"input_shape": (8, 11, 2), "classes": 3, "width": 0.1}


@pytest.fixture(scope="module")
def script():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPT.parent)  # as if it were run
        return importlib.import_module(SCRIPT.stem)


def outputs_of(model, images):
    return ops.convert_to_numpy(model(images, training=False))


def convolutions(batch_norm):
    """Count the parameters as one does by hand."""
    pairs = [(3, 32), (32, 32), (32, 64), (64, 64), (64, 128), (128, 128)]
    others = 4 if batch_norm else 1  # a scale, a shift, two averages; or a bias
    return sum(9 * c * k + others * k for c, k in pairs)


def test_parameters():
    top = 128 * 10 + 10
    assert CifarVGG().count_params() == convolutions(False) + top == 288_298
    with_norm = CifarVGG(batch_norm=True)
    assert with_norm.count_params() == convolutions(True) + top
    assert CifarVGG(include_top=False).count_params() == convolutions(False)


def test_stages():
    model = CifarVGG()
    for block, side, filters in ((1, 32, 32), (2, 16, 64), (3, 8, 128)):
        for place in (1, 2):
            output = model.get_layer(f"block{block}_conv{place}").output
            assert output.shape == (None, side, side, filters)
        pool = model.get_layer(f"block{block}_pool").output
        assert pool.shape == (None, side // 2, side // 2, filters)
    assert [layer.name for layer in model.layers[-3:]] == [
        "block3_pool",
        "average",
        "predictions",
    ]
    base = CifarVGG(include_top=False)
    assert base.layers[-1].name == "block3_pool"


def test_layers_are_named_as_in_vgg16():
    vgg16 = {layer.name for layer in VGG16(include_top=False, width=0.1).layers}
    assert {x.name for x in CifarVGG(include_top=False).layers} - {"image"} < vgg16


@pytest.mark.parametrize("batch_norm", [False, True])
def test_saves_and_trains(batch_norm, tmp_path):
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    model = CifarVGG(batch_norm=batch_norm, **{**SMALL, "width": 0.3})
    images = rng.normal(size=(16, *SMALL["input_shape"])).astype("float32")
    check_saved(model, images, tmp_path)
    check_trains(
        model, images, rng.integers(0, 3, 16), "sparse_categorical_crossentropy"
    )


def test_names_activation_and_least_width():
    model = CifarVGG(classifier_activation=None, width=1e-6, name="mine")
    assert model.name == "mine"
    assert model.get_layer("predictions").activation is keras.activations.linear
    kinds = [x for x in model.layers if isinstance(x, keras.layers.Conv2D)]
    assert {x.filters for x in kinds} == {1}


def test_folding_changes_no_output(script):
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    trained = CifarVGG(batch_norm=True, classifier_activation=None)
    for layer in trained.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            draws = rng.uniform(-1, 1, (4, layer.gamma.shape[0]))
            gamma, beta, mean = draws[:3]
            layer.set_weights([gamma, beta, mean, 0.01 + 0.1 * draws[3] ** 2])
    images = rng.random((4, 32, 32, 3), dtype="float32")
    expected = outputs_of(trained, images)
    outputs = outputs_of(script.folded(trained), images)
    scale = np.abs(expected).max()
    assert expected.std(axis=0).min() > 0.01 * scale  # the images are told apart
    np.testing.assert_allclose(outputs / scale, expected / scale, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"classes": 0}, "`classes` must be a positive integer. Received: classes=0"),
        ({"width": 0}, "`width` must be a number above 0.*Received: width=0"),
        ({"input_shape": (7, 32, 3)}, "at least 8 along each side"),
        ({"input_shape": (32, 32)}, "must be 3 positive integers"),
        ({"weights": "imagenet"}, '"imagenet"'),
        ({"weights": "no/such.weights.h5"}, "no/such.weights.h5 is not there"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        CifarVGG(**{**SMALL, **arguments})


def test_weights_from_a_file(tmp_path):
    path = tmp_path / "mine.weights.h5"
    model = CifarVGG(**SMALL)
    model.save_weights(path)
    images = np.random.default_rng(0).random((2, *SMALL["input_shape"]))
    np.testing.assert_array_equal(
        outputs_of(model, images),
        outputs_of(CifarVGG(weights=path, **SMALL), images),
    )
    with pytest.raises(ValueError, match="lacks layers block1_norm1"):
        CifarVGG(weights=path, batch_norm=True, **SMALL)
