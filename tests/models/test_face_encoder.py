"""The encoder and the Siamese network: shapes, shared weights, training."""

import keras
import numpy as np
import pytest

from cnnkit.datasets import faces
from cnnkit.faces import all_pairs
from cnnkit.metrics import verification_auc
from cnnkit.models import FaceEncoder, Siamese, SmallBackbone
from tests.checks import check_saved, check_trains


@pytest.fixture
def images():
    return np.random.default_rng(0).random((6, 16, 16, 1), dtype=np.float32)


def encoder(dimensions=5):
    backbone = SmallBackbone((16, 16, 1), filters=(4, 6))
    return FaceEncoder(backbone, dimensions)


def test_encodings_have_length_one(images, tmp_path):
    model = encoder()
    lengths = np.linalg.norm(model.predict(images, verbose=0), axis=1)
    np.testing.assert_allclose(lengths, 1, rtol=1e-5)
    check_saved(model, images, tmp_path)


def test_on_a_backbone_of_vectors():
    flat = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten()])
    model = FaceEncoder(flat, 3)
    assert [layer.name for layer in model.layers][-2:] == ["dense", "encoding"]


def test_by_average_it_does_not_count_where_something_is():
    bright = np.zeros((2, 16, 16, 1), "float32")
    bright[0, 4:6, 4:6] = bright[1, 8:10, 8:10] = 1
    backbone = SmallBackbone((16, 16, 1), filters=(4, 6))
    here, there = FaceEncoder(backbone, 5, "average").predict(bright, verbose=0)
    np.testing.assert_allclose(here, there, atol=1e-5)
    here, there = FaceEncoder(backbone, 5, "flatten").predict(bright, verbose=0)
    assert np.linalg.norm(here - there) > 0.1


@pytest.mark.parametrize("head", ["absolute", "chi_squared"])
def test_siamese(images, head, tmp_path):
    shared = encoder()
    model = Siamese(shared, head)
    pair = [images[:3], images[3:]]
    said = model.predict(pair, verbose=0)
    assert said.shape == (3, 1) and ((said > 0) & (said < 1)).all()
    np.testing.assert_allclose(said, model.predict(pair[::-1], verbose=0), rtol=1e-5)
    assert model.count_params() == shared.count_params() + 6
    twins = model.predict([images, images], verbose=0)
    np.testing.assert_allclose(twins, 0.5)  # no difference, and no bias yet
    check_saved(model, pair, tmp_path)
    check_trains(model, pair, np.array([[1.0], [0.0], [1.0]]), "binary_crossentropy")


def test_the_weights_that_ship_know_people_never_seen():
    unseen = faces(30, per_person=4, seed=0, first=500_000)
    encodings = FaceEncoder(weights="cnnkit").predict(unseen.images, verbose=0)
    first, second, same = all_pairs(unseen.identity)
    distances = np.linalg.norm(encodings[first] - encodings[second], axis=1)
    assert verification_auc(same, distances) > 0.98
    pixels = unseen.images.reshape(120, -1)
    apart = np.linalg.norm(pixels[first] - pixels[second], axis=1)
    assert verification_auc(same, apart) < 0.8


def test_weights_of_another_encoder():
    with pytest.raises(ValueError, match="does not fit|not made for"):
        FaceEncoder(dimensions=64, weights="cnnkit")


def test_bad_arguments():
    with pytest.raises(ValueError, match="`dimensions`"):
        FaceEncoder(dimensions=0)
    with pytest.raises(ValueError, match="`backbone`"):
        FaceEncoder(backbone="vgg")
    with pytest.raises(ValueError, match="`pooling`"):
        FaceEncoder(pooling="max")
    with pytest.raises(ValueError, match="`head`"):
        Siamese(encoder(), head="cosine")
    with pytest.raises(ValueError, match="`encoder`"):
        Siamese(SmallBackbone((16, 16, 1), filters=(4,)))
