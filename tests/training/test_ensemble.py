"""Ensembles and crops beside plain loops."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.training import Ensemble, crops, multi_crop, predict_crops, ten_crop
from tests.checks import check_saved, check_trains


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def member(classes=3, activation="softmax", side=6):
    return keras.Sequential(
        [
            keras.Input((side, side, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(classes, activation=activation),
        ],
        name="member",
    )


def test_averages_probabilities(rng, tmp_path):
    images = rng.random((5, 6, 6, 1), dtype=np.float32)
    members = [member() for _ in range(3)]
    ensemble = Ensemble(members)
    expected = np.mean([m.predict(images, verbose=0) for m in members], axis=0)
    np.testing.assert_allclose(ensemble.predict(images, verbose=0), expected, rtol=1e-5)
    assert ensemble.output_shape == (None, 3)
    check_saved(ensemble, images, tmp_path)
    check_trains(ensemble, images, np.arange(5) % 3, "sparse_categorical_crossentropy")


def test_of_logits(rng):
    images = rng.random((5, 6, 6, 1), dtype=np.float32)
    members = [member(activation=None) for _ in range(2)]
    found = Ensemble(members, from_logits=True).predict(images, verbose=0)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


def test_an_ensemble_of_ensembles(rng, tmp_path):
    images = rng.random((2, 6, 6, 1), dtype=np.float32)
    nested = Ensemble([Ensemble([member(), member()]), Ensemble([member()])])
    check_saved(nested, images, tmp_path)


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([], "at least one"),
        ([keras.Sequential()], "built Keras models"),
        ([member(3), member(4)], "same shapes"),
    ],
)
def test_bad_members(models, message):
    with pytest.raises(ValueError, match=message):
        Ensemble(models)


@pytest.mark.parametrize(
    ("shape", "size"), [((9, 8), (6, 5)), ((7, 7), 7), ((10, 5), (5, 4))]
)
def test_ten_crop_is_the_loop(rng, shape, size):
    images = rng.random((2, *shape, 3), dtype=np.float32)
    found = ten_crop(images, size)
    h, w = (size, size) if isinstance(size, int) else size
    for image, ours in zip(images, found, strict=True):
        below, beside = shape[0] - h, shape[1] - w
        corners = [(0, 0), (0, beside), (below, 0), (below, beside)]
        for k, (y, x) in enumerate([*corners, (below // 2, beside // 2)]):
            window = image[y : y + h, x : x + w]
            np.testing.assert_array_equal(ours[k], window)
            np.testing.assert_array_equal(ours[k + 5], np.fliplr(window))


@pytest.mark.parametrize("shape", [(21, 33), (40, 20), (25, 25)])
def test_multi_crop(rng, shape):
    images = rng.random((2, *shape, 3), dtype=np.float32)
    crops = multi_crop(images, 14, scales=(16, 18, 20, 22))
    assert crops.shape == (2, 144, 14, 14, 3)
    np.testing.assert_array_equal(crops[:, 72:], crops[:, :72, :, ::-1])
    assert crops.min() >= -1e-4 and crops.max() <= 1 + 1e-4


def test_multi_crop_of_the_size_itself(rng):
    """At the image's own scale nothing is resampled."""
    images = rng.random((1, 8, 12, 1), dtype=np.float32)
    crops = multi_crop(images, 8, scales=8)[0]
    assert len(crops) == 36
    for k, left in enumerate((0, 2, 4)):
        for crop in crops[6 * k : 6 * k + 6]:
            np.testing.assert_array_equal(crop, images[0, :, left : left + 8])


@pytest.mark.parametrize("asked", [1, 10, 144, "function"])
def test_predict_crops_is_the_loop(rng, asked):
    images = rng.random((4, 9, 8, 1), dtype=np.float32)
    model = member()

    def cut(images):
        if asked == 144:
            return multi_crop(images, 6, (7, 8, 9, 9))
        both = ten_crop(images, 6)
        return {1: both[:, 4:5], 10: both, "function": both[:, :2]}[asked]

    expected = [
        np.mean(
            [ops.convert_to_numpy(model(c[None]))[0] for c in cut(image[None])[0]],
            axis=0,
        )
        for image in (images if asked != 144 else images[:1])
    ]
    found = predict_crops(model, images, cut if asked == "function" else asked)
    np.testing.assert_allclose(found[: len(expected)], expected, rtol=1e-4)


@pytest.mark.parametrize("floats", [1, 1000, 10**6])
def test_crops_of_many_images(rng, monkeypatch, floats):
    """However many are cut at once, each image gets its own answer."""
    monkeypatch.setattr(crops, "FLOATS_AT_ONCE", floats)
    images = rng.random((13, 7, 7, 1), dtype=np.float32)
    model = member()
    together = predict_crops(model, images)
    assert together.shape == (13, 3)
    one_by_one = [predict_crops(model, image[None])[0] for image in images[-3:]]
    np.testing.assert_allclose(together[-3:], one_by_one, rtol=1e-4)


@pytest.mark.parametrize(
    "cut",
    [
        lambda x: x[:, :6, :6],
        lambda x: ten_crop(x, 6)[:, :0],
        lambda x: ten_crop(x, 6)[:0],
        lambda x: np.concatenate([ten_crop(x, 6)] * 2),
    ],
)
def test_functions_that_give_no_crops(cut):
    with pytest.raises(ValueError, match="`crops` must give an array"):
        predict_crops(member(), np.zeros((2, 8, 8, 1), "float32"), cut)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, m: ten_crop(x, 9), "must not be larger than the image.*8×8"),
        (lambda x, m: ten_crop(x[0], 4), "must be of shape"),
        (lambda x, m: multi_crop(x, 8, scales=7), "`scales` must be an integer of at"),
        (lambda x, m: multi_crop(x, 8, scales=()), "`scales` must hold"),
        (lambda x, m: predict_crops(m, x, 5), "`crops` must be 1, 10, 144"),
        (lambda x, m: predict_crops(m, x, size=9), "must not be larger"),
        (lambda x, m: predict_crops(m, x[:0]), "at least one image"),
        (lambda x, m: predict_crops(m, x, 144, size=(6, 5)), "squares"),
    ],
)
def test_bad_crops(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.zeros((2, 8, 8, 1), "float32"), member())
