"""Batches are distorted while the network trains, and always the same."""

import threading

import keras
import numpy as np
import pytest

from cnnkit.training.augment import Augment, AugmentedBatches

WAIT = 30
FIRST = 3  # Keras looks at a few batches before it begins


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.random((21, 6, 6, 1), dtype=np.float32), np.arange(21) % 2


def tiny():
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


class Meeting(keras.callbacks.Callback):
    """Ends the first training step only once a batch is distorted during it."""

    def __init__(self):
        super().__init__()
        self.trains, self.distorts = threading.Event(), threading.Event()
        self.met = None
        self.calls = 0

    def augment(self, images, rng):
        self.calls += 1
        if self.calls > FIRST and self.trains.wait(WAIT):
            self.distorts.set()
        return images

    def on_train_batch_begin(self, batch, logs=None):
        self.trains.set()

    def on_train_batch_end(self, batch, logs=None):
        if batch == 0:
            self.met = self.distorts.wait(WAIT)


@pytest.mark.parametrize("workers", [1, 2])
def test_distorts_while_the_network_trains(data, workers):
    """Without overlap nobody distorts while the first step waits for it."""
    meeting = Meeting()
    model = tiny()
    model.train_on_batch(data[0][:2], data[1][:2])  # so that `fit` begins at once
    batches = AugmentedBatches(*data, 2, meeting.augment, workers=workers)
    model.fit(batches, callbacks=[meeting], verbose=0)
    assert meeting.met


def test_two_workers_work_side_by_side(data):
    barrier = threading.Barrier(2, timeout=WAIT)

    def augment(images, rng):
        barrier.wait()
        return images

    batches = AugmentedBatches(data[0][:20], data[1][:20], 2, augment, workers=2)
    assert len(list(batches)) == 10


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_the_same_whatever_the_workers(data, workers):
    def run(workers):
        batches = AugmentedBatches(
            *data, 4, Augment(flip=True, pad=1, rotation=5), workers, ahead=2, seed=5
        )
        seen = []
        for _ in range(2):
            seen += [x for x, _ in batches]
        return seen

    for ours, expected in zip(run(workers), run(0), strict=True):
        np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("shuffle", [True, False])
def test_what_fit_sees(data, workers, shuffle):
    """Whatever order `fit` asks in, it trains on the batches of a loop, in order."""
    images, labels = data[0], np.arange(21)
    images[:] = labels[:, None, None, None]
    model, seen, epochs = tiny(), [], []
    model.train_on_batch(images[:4], labels[:4] % 2)

    def spy(images, rng):
        return images

    class Epochs(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            epochs.append(batches.epoch)

    class Spied(AugmentedBatches):
        def __getitem__(self, index):
            batch = super().__getitem__(index)
            if self._within_epoch:
                seen.append((self._places[index], self.epoch, batch[0][:, 0, 0, 0]))
            return batch

    batches = Spied(images, labels % 2, 4, spy, workers, seed=1)
    model.fit(batches, epochs=3, callbacks=[Epochs()], shuffle=shuffle, verbose=0)
    assert [epoch - epochs[0] for epoch in epochs] == [0, 1, 2]
    loop = AugmentedBatches(images, labels, 4, seed=1)
    for epoch in epochs:
        loop.epoch = epoch
        expected = [y for _, y in loop]
        got = {place: x for place, e, x in seen if e == epoch}
        assert sorted(got) == list(range(6))
        for place, x in got.items():
            np.testing.assert_array_equal(x, expected[place])


def test_epochs_differ_and_can_be_gone_on_with(data):
    labels = np.arange(21)
    batches = AugmentedBatches(data[0], labels, 4, seed=1)
    orders = [np.concatenate([y for _, y in batches]) for _ in range(2)]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(21))
    assert not np.array_equal(*orders)
    resumed = AugmentedBatches(data[0], labels, 4, seed=1)
    resumed.epoch = 1
    np.testing.assert_array_equal(np.concatenate([y for _, y in resumed]), orders[1])


def test_every_image_once_and_its_own_label(data):
    images, _ = data
    batches = AugmentedBatches(images, np.arange(21), 5)
    got = [(x, y) for x, y in batches]
    assert [len(y) for _, y in got] == [5, 5, 5, 5, 1]
    labels = np.concatenate([y for _, y in got])
    np.testing.assert_array_equal(np.sort(labels), np.arange(21))
    np.testing.assert_array_equal(np.concatenate([x for x, _ in got]), images[labels])
    plain = AugmentedBatches(images, np.arange(21), 5, shuffle=False)
    np.testing.assert_array_equal(plain[0][1], np.arange(5))


def test_keras_layer_as_augmentation(data):
    layer = keras.layers.RandomFlip(seed=0)
    batches = AugmentedBatches(*data, 7, layer, workers=1)
    assert [x.shape for x, _ in batches] == [(7, 6, 6, 1)] * 3


def test_predicts_without_labels(data):
    batches = AugmentedBatches(data[0], batch_size=8, shuffle=False)
    assert tiny().predict(batches, verbose=0).shape == (21, 2)


def test_an_error_in_a_worker_arrives(data):
    def broken(images, rng):
        raise ZeroDivisionError("in a worker")

    with pytest.raises(ZeroDivisionError, match="in a worker"):
        list(AugmentedBatches(*data, 4, broken))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": np.zeros((0, 4, 4, 1))}, "`images` must be of shape"),
        ({"labels": [1, 2]}, "as many labels as images"),
        ({"batch_size": 0}, "`batch_size` must be"),
        ({"workers": -1}, "`workers` must be"),
        ({"augment": 3}, "`augment` must be a function"),
    ],
)
def test_bad_arguments(data, arguments, message):
    with pytest.raises(ValueError, match=message):
        AugmentedBatches(**{"images": data[0], "labels": data[1], **arguments})
