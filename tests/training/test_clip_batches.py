"""Batches of clips from files: in order, at random, with a broken one among them."""

import imageio.v3 as imageio
import keras
import numpy as np
import pytest

from cnnkit.datasets import read_clip
from cnnkit.training import ClipBatches

SIZES = [(24, 32), (40, 30), (24, 24), (50, 60), (32, 32), (24, 32), (26, 24)]


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """Seven clips of different sizes and lengths."""
    folder = tmp_path_factory.mktemp("clips")
    rng = np.random.default_rng(0)
    for i, size in enumerate(SIZES):
        frames = rng.integers(0, 255, (5 + i, *size, 3), dtype="uint8")
        imageio.imwrite(folder / f"{i}.gif", frames)
    return sorted(folder.iterdir())


def expected(paths):
    return np.stack([read_clip(path, 4, 24) for path in paths])


def batches_of(paths, labels=None, **options):
    return ClipBatches(paths, labels, 3, frames=4, size=24, **options)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_clips_of_all_sizes_in_order(paths, workers):
    batches = batches_of(paths, np.arange(7), workers=workers)
    assert len(batches) == batches.num_batches == 3
    assert [clips.shape[0] for clips, _ in batches] == [3, 3, 1]
    clips, labels = (np.concatenate(x) for x in zip(*batches, strict=True))
    assert clips.dtype == np.float32
    np.testing.assert_array_equal(labels, np.arange(7))
    np.testing.assert_array_equal(clips, expected(paths))


def test_each_epoch_has_an_order_of_its_own(paths):
    batches = batches_of(paths, np.arange(7), shuffle=True, seed=3)
    again = batches_of(paths, np.arange(7), shuffle=True, seed=3, workers=0)
    orders = []
    for _ in range(3):
        labels = np.concatenate([y for _, y in batches])
        np.testing.assert_array_equal(labels, np.concatenate([y for _, y in again]))
        np.testing.assert_array_equal(batches[0][0], expected(paths)[labels[:3]])
        assert sorted(labels) == list(range(7))
        orders.append(tuple(labels))
        batches.on_epoch_end(), again.on_epoch_end()
    assert len(set(orders)) == 3


@pytest.mark.parametrize("workers", [0, 2])
def test_training_evaluation_and_prediction(paths, workers):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((4, 24, 24, 3)),
            keras.layers.Flatten(),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        batches_of(paths, np.arange(7), shuffle=True, workers=workers),
        epochs=2,
        verbose=0,
    )
    found = model.predict(batches_of(paths, workers=workers), verbose=0)
    alone = model.predict(expected(paths), verbose=0)
    np.testing.assert_allclose(found, alone, atol=1e-5)
    loss, _ = model.evaluate(batches_of(paths, np.arange(7)), verbose=0)
    assert np.isfinite(loss)


def test_broken_files_are_found_and_named(paths, tmp_path):
    (tmp_path / "empty.gif").write_bytes(b"")
    imageio.imwrite(tmp_path / "short.png", np.zeros((24, 24, 3), "uint8"))
    mixed = [*paths, tmp_path / "empty.gif", tmp_path / "short.png"]
    batches = batches_of(mixed)
    problems = batches.broken()
    assert set(problems) == set(mixed[-2:])
    assert "empty.gif is no video" in problems[mixed[-2]]
    assert "at most 1" in problems[mixed[-1]]
    with pytest.raises(ValueError, match="empty.gif is no video"):
        batches[2]
    assert batches_of(paths).broken() == {}


@pytest.mark.parametrize("index", [-1, 3])
def test_there_are_no_more(paths, index):
    with pytest.raises(IndexError, match=f"There are 3 batches. Received: .*{index}"):
        batches_of(paths)[index]


def test_no_such_file(paths, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.gif"):
        batches_of([*paths, tmp_path / "nowhere.gif"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"paths": []}, "`paths` is empty"),
        ({"paths": "a.gif"}, "of several files"),
        ({"labels": [0, 1]}, "2 labels, 7 paths"),
        ({"batch_size": 0}, "`batch_size`"),
        ({"frames": 0}, "`frames`"),
        ({"size": 0}, "`size`"),
        ({"workers": -1}, "`workers`"),
        ({"ahead": 0}, "`ahead`"),
        ({"seed": 0.5}, "`seed`"),
    ],
)
def test_bad_arguments(paths, arguments, message):
    with pytest.raises(ValueError, match=message):
        ClipBatches(**{"paths": paths, **arguments})
