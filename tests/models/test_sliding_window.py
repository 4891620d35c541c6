"""A classifier at every window, crop by crop and in one pass."""

import keras
import numpy as np
import pytest
from keras import layers

from cnnkit.boxes import crops
from cnnkit.models import SlidingWindowClassifier
from tests.checks import check_saved


def classifier(classes=2, window=14):
    return keras.Sequential(
        [
            keras.Input((window, window, 1)),
            layers.Conv2D(8, 5, activation="relu", name="conv"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(16, activation="relu", name="dense"),
            layers.Dense(classes, activation="softmax", name="predictions"),
        ],
        name="classifier",
    )


def test_scores_equal_crop_by_crop():
    model = SlidingWindowClassifier(classifier())
    image = np.random.default_rng(0).random((24, 31, 1), "float32")
    assert model.stride == (2, 2) and model.window == (14, 14)
    windows = model.windows(image.shape[:2])
    due = model.predict(crops(image, windows, size=14), verbose=0)
    got = model.scores(image[None])
    assert got.shape == (1, 6, 9, 2)
    np.testing.assert_allclose(got.reshape(-1, 2), due, atol=1e-5)


def test_finds_what_it_was_trained_on(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 0.4, (400, 14, 14, 1)).astype("float32")
    y = np.arange(400) % 2
    x[y == 1, 3:11, 3:11] += 0.6
    keras.utils.set_random_seed(0)
    model = SlidingWindowClassifier(classifier(), ("nothing", "lamp"))
    model.compile(keras.optimizers.Adam(0.003))
    model.fit(x, model.targets(y), epochs=4, verbose=0)
    scene = rng.uniform(0, 0.4, (40, 60, 1)).astype("float32")
    for left, top in ((8, 6), (40, 20)):
        scene[top : top + 8, left : left + 8] += 0.6
    found = model.detect(scene[None], score=0.9)[0]
    centres = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    for centre in ((12, 10), (44, 24)):
        assert np.abs(centres - centre).max(axis=1).min() <= 2
    assert found.class_names == ("nothing", "lamp") and set(found.classes) == {1}
    check_saved(model, x[:4], tmp_path)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.detect(scene[None], 0.9)[0].boxes, found.boxes)


def test_training_it_trains_the_classifier():
    inner = classifier()
    model = SlidingWindowClassifier(inner)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    assert not any(w.any() for w in inner.get_weights())


def test_bad_arguments_are_told():
    with pytest.raises(ValueError, match="3 numbers"):
        SlidingWindowClassifier(classifier(), classes=3)
    with pytest.raises(ValueError, match="background"):
        SlidingWindowClassifier(classifier(), background=2)
    model = SlidingWindowClassifier(classifier())
    with pytest.raises(ValueError, match="larger than the image"):
        model.scores(np.zeros((1, 12, 40, 1)))
    with pytest.raises(ValueError, match="shape"):
        model.scores(np.zeros((1, 20, 40, 3)))
    assert model.detect(np.zeros((0, 20, 40, 1))) == []
