"""Electrocardiograms and volumes: what all that is drawn by code must keep."""

import hashlib

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier

from cnnkit.datasets import electrocardiograms, heartbeat14, volumes

BOTH = pytest.mark.parametrize(
    "draw, shape", [(electrocardiograms, (512, 1)), (volumes, (14, 14, 14, 1))]
)


@BOTH
@pytest.mark.parametrize("n", [0, 1, 3, 10])
def test_shapes(draw, shape, n):
    data = draw(n)
    assert data.x_train.shape == (n, *shape)
    assert data.x_test.shape == (n // 4, *shape)
    assert data.y_train.shape == (n,) and data.y_test.shape == (n // 4,)
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    assert data.y_train.dtype == data.y_test.dtype == np.int64
    assert len(data.classes) == 4


@BOTH
def test_same_seed_same_bytes(draw, shape):
    digests = {
        hashlib.sha256(data.x_train.tobytes() + data.x_test.tobytes()).digest()
        for data in (draw(6, seed=5), draw(6, seed=5))
    }
    assert len(digests) == 1
    assert not np.array_equal(draw(6, seed=5).x_train, draw(6, seed=6).x_train)


@BOTH
def test_more_examples_begin_with_the_same_ones(draw, shape):
    few, many = draw(5, n_test=2), draw(14, n_test=9)
    np.testing.assert_array_equal(few.x_train, many.x_train[:5])
    np.testing.assert_array_equal(few.y_train, many.y_train[:5])
    np.testing.assert_array_equal(few.x_test, many.x_test[:2])


@BOTH
def test_nothing_is_drawn_twice(draw, shape):
    data = draw(40, n_test=40)
    examples = np.concatenate([data.x_train, data.x_test]).reshape(80, -1)
    assert len(np.unique(examples, axis=0)) == 80


@BOTH
def test_classes_are_equally_frequent_in_any_part(draw, shape):
    labels = draw(40).y_train
    for start in range(0, 40, 4):
        assert sorted(labels[start : start + 4]) == [0, 1, 2, 3]
    assert np.ptp(np.bincount(draw(39).y_train)) <= 1


@BOTH
@pytest.mark.parametrize("name", ["n", "n_test", "seed"])
@pytest.mark.parametrize("value", [-1, 1.0, "3", True, np.nan])
def test_bad_arguments(draw, shape, name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least 0"):
        draw(**{"n": 2, name: value})


@BOTH
@pytest.mark.parametrize("name", ["n", "seed"])
def test_none_is_no_number(draw, shape, name):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer"):
        draw(**{name: None})


@BOTH
def test_too_many(draw, shape):
    with pytest.raises(ValueError, match="GiB. Draw fewer"):
        draw(10**30)
    with pytest.raises(ValueError, match="GiB"):
        draw(1, **{"length" if draw is electrocardiograms else "size": 10**9})


def test_numpy_integers_and_great_seeds_are_welcome():
    assert len(volumes(np.int64(2), seed=np.uint8(3)).x_train) == 2
    assert len(volumes(2, seed=2**70).x_train) == 2


@pytest.mark.parametrize("length", [299, 0, 14, 512.0])
def test_too_short_a_recording(length):
    with pytest.raises(ValueError, match="`length` must be an integer of at least 300"):
        electrocardiograms(1, length=length)


@pytest.mark.parametrize("size", [7, 0, -14, 14.0])
def test_too_small_a_volume(size):
    with pytest.raises(ValueError, match="`size` must be an integer of at least 8"):
        volumes(1, size=size)


@pytest.mark.parametrize("length", [300, 700, 3000])
def test_any_length(length):
    data = electrocardiograms(40, length=length)
    assert data.x_train.shape == (40, length, 1)
    assert np.isfinite(data.x_train).all()
    assert (np.ptp(data.x_train, axis=(1, 2)) > 0.4).all()
    assert np.abs(data.x_train).max() < 5


@pytest.mark.parametrize("size", [8, 15, 24])
def test_any_size(size):
    data = volumes(8, size=size)
    assert data.x_train.shape == (8, size, size, size, 1)
    assert data.x_train.min() >= 0 and data.x_train.max() <= 1


def beats(recording):
    """Return the gaps between R peaks, in seconds."""
    slope = np.diff(recording[:, 0], 2)
    peaks = [
        i
        for i in np.flatnonzero(slope < 0.45 * slope.min())
        if slope[i] == slope[max(0, i - 20) : i + 20].min()
    ]
    return np.diff(peaks) / 100


def test_fibrillation_is_irregular_and_normal_rhythm_is_not():
    data = electrocardiograms(160)
    spread = np.array([beats(x).std() / beats(x).mean() for x in data.x_train])
    normal, fibrillation = (np.median(spread[data.y_train == c]) for c in (0, 2))
    assert normal < 0.08 < 0.15 < fibrillation


def test_hearts_beat_as_often_as_hearts_do():
    data = electrocardiograms(80)
    rates = [60 / np.median(beats(x)) for x in data.x_train[data.y_train == 0]]
    assert 50 < min(rates) and max(rates) < 115


def test_brightness_alone_does_not_tell_the_object():
    data = volumes(400)
    bright = np.sum(data.x_train > 0.6, axis=(1, 2, 3, 4))
    medians = [np.median(bright[data.y_train == c]) for c in (1, 2, 3)]
    assert max(medians) < 4 * min(medians)


@pytest.mark.parametrize("classifier", [KNeighborsClassifier(1), RidgeClassifier(1e3)])
@pytest.mark.parametrize(
    "data, limit",
    [(electrocardiograms(800), 0.7), (volumes(800), 0.7)],
    ids=["electrocardiograms", "volumes"],
)
def test_a_method_that_knows_no_neighbourhood_fails(classifier, data, limit):
    x_train, x_test = (x.reshape(len(x), -1) for x in (data.x_train, data.x_test))
    classifier.fit(x_train, data.y_train)
    assert classifier.score(x_test, data.y_test) < limit


def test_the_beat_of_14_samples():
    beat = heartbeat14()
    assert beat.shape == (14, 1) and beat.dtype == np.float32
    assert beat.argmax() == 5
    assert len(np.correlate(beat[:, 0], np.ones(5), "valid")) == 10
    beat[:] = 0
    assert heartbeat14().max() == 10
