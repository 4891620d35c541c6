"""The trained networks that ship: small, whole, and as good as they are said to be."""

import os
from pathlib import Path

import numpy as np
import pytest
from keras import ops

from cnnkit import datasets
from cnnkit.models import CifarResNet, CifarVGG

SHIPPED = {
    "cifarvgg": (CifarVGG, {}),
    "cifarresnet20": (CifarResNet, {"depth": 20}),
}
CAT = 3  # in the order of CIFAR-10
REAL = os.environ.get("CNNKIT_DATA", "")

each = pytest.mark.parametrize("name", SHIPPED)


def load(name, **arguments):
    build, own = SHIPPED[name]
    return build(weights="cnnkit", **own, **arguments)


def outputs_of(model, images):
    return ops.convert_to_numpy(model(images, training=False))


@pytest.fixture(scope="module")
def some_of_cifar():
    data = datasets.cifar10()
    return data.x_test[:1000], data.y_test[:1000]


def test_every_file_of_weights_is_told_of_and_they_are_small():
    files = list(datasets.shipped_folder().glob("*.weights.h5"))
    table = (datasets.shipped_folder() / "README.md").read_text(encoding="utf-8")
    assert {f"{name}.weights.h5" for name in SHIPPED} <= {path.name for path in files}
    assert all(path.name in table for path in files)
    ours = [path for path in files if path.name.removesuffix(".weights.h5") in SHIPPED]
    assert sum(path.stat().st_size for path in ours) < 3_000_000


@each
def test_it_knows_a_cat(name):
    cat = datasets.photograph("chelsea", size=32)
    (probabilities,) = outputs_of(load(name), cat[None])
    assert probabilities.argmax() == CAT


@each
def test_without_its_top_it_gives_the_features_that_the_top_reads(name):
    image = datasets.photograph("coffee", size=32)[None]
    whole = load(name)
    base = load(name, include_top=False, input_shape=(32, 32, 3))
    kernel, bias = map(ops.convert_to_numpy, whole.get_layer("predictions").weights)
    features = outputs_of(base, image).mean(axis=(1, 2))
    np.testing.assert_allclose(
        ops.convert_to_numpy(ops.softmax(features @ kernel + bias)),
        outputs_of(whole, image),
        atol=1e-5,
    )
    larger = load(name, include_top=False, input_shape=(48, 40, 3))
    assert larger.output_shape[1:3] != base.output_shape[1:3]


@each
@pytest.mark.parametrize(
    "arguments", [{"classes": 5}, {"width": 0.5}, {"input_shape": (32, 32, 1)}]
)
def test_what_the_weights_do_not_fit(name, arguments):
    with pytest.raises(ValueError, match="does not fit: layer"):
        load(name, **arguments)


@pytest.mark.skipif(
    not any(Path(REAL).glob("cifar*")) if REAL else True,
    reason="needs CIFAR-10 in CNNKIT_DATA",
)
@each
def test_accuracy_on_test_images(name, some_of_cifar):
    images, labels = some_of_cifar
    guesses = outputs_of(load(name), images).argmax(axis=1)
    # Both get more than 85 % of all 10,000 right; a thousand may be harder.
    assert (guesses == labels).mean() > 0.82
