"""Batches that worker threads distort while the network trains."""

import collections
import concurrent.futures
import threading

import keras
import numpy as np

from cnnkit.training import _arguments


class AugmentedBatches(keras.utils.PyDataset):
    """Feeds `fit` with distorted batches that threads prepare ahead.

    While the network trains on one batch, the threads are at the next ones. NumPy and
    SciPy let go of the interpreter while they compute, and so does the training step,
    so both run at the same time. Each batch is drawn from `(seed, epoch, place)`:
    whatever the number of workers, and whoever is first, the batches are the same and
    come in the same order, with `shuffle` of `fit` or without.

    It works the same with every backend; Keras's own enqueuer stays unused. Each epoch
    of `fit`, and each `for` loop over the batches, is shuffled and distorted anew;
    `epoch` counts them. (Where `fit` has to build the model first, it looks at a batch,
    and that counts as one.)

    Args:
        images: array `(n, height, width, channels)`.
        labels: array of `n` labels, or `None` for batches without.
        batch_size: int.
        augment: function of a batch and a `numpy.random.Generator`, such as `Augment`;
            a Keras layer also does, but draws from its own seed in the order in which
            the workers happen to come. `None` for the images as they are.
        workers: int, the number of threads; 0 prepares each batch when it is asked for.
        ahead: int, how many batches are prepared ahead at most.
        shuffle: bool, whether to shuffle before each epoch.
        seed: int.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> from cnnkit.training.augment import Augment
    >>> images, labels = np.zeros((10, 8, 8, 1), "float32"), np.arange(10)
    >>> batches = AugmentedBatches(images, labels, 4, Augment(flip=True, pad=1))
    >>> [x.shape[0] for x, y in batches]
    [4, 4, 2]

    Reference:
        - Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
          convolutional neural networks", 2012, section 4.1: the transformed images
          are generated on the CPU while the GPU trains on the batch before.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """

    def __init__(
        self,
        images,
        labels=None,
        batch_size=32,
        augment=None,
        workers=2,
        ahead=8,
        shuffle=True,
        seed=0,
    ):
        super().__init__()
        self.images = np.asarray(images)
        self.labels = None if labels is None else np.asarray(labels)
        if self.images.ndim != 4 or not len(self.images):
            raise ValueError(
                "`images` must be of shape (n, height, width, channels), at least one. "
                f"Received: shape {self.images.shape}."
            )
        if labels is not None and len(self.labels) != len(self.images):
            raise ValueError(
                "There must be as many labels as images. "
                f"Received: {len(self.labels)} labels, {len(self.images)} images."
            )
        if augment is not None and not callable(augment):
            raise ValueError(
                "`augment` must be a function of images and a generator. "
                f"Received: augment={augment!r}."
            )
        self.batch_size = _arguments.whole(batch_size, "batch_size")
        self.augment = augment
        self.threads = _arguments.whole(workers, "workers", least=0)
        self.ahead = _arguments.whole(ahead, "ahead")
        self.shuffle = bool(shuffle)
        self.seed = _arguments.whole(seed, "seed", least=0)
        self.epoch = 0
        self._within_epoch = False
        self._places = {}
        self._lock = threading.Lock()
        self._prepared = collections.OrderedDict()
        self._orders = {}
        self._pool = None

    @property
    def num_batches(self):
        """int, the batches of an epoch; the last may be smaller."""
        return -(-len(self.images) // self.batch_size)

    def __len__(self):
        return self.num_batches

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"There are {len(self)} batches. Received: index={index}.")
        with self._lock:
            epoch, place = self.epoch, index
            if self._within_epoch:
                # `fit` asks in an order of its own, which nobody can prepare for.
                # So the batches are handed out in theirs.
                place = self._places.setdefault(index, len(self._places))
            if self.threads:
                future = self._asked(epoch, place)
                for later in range(place + 1, min(place + 1 + self.ahead, len(self))):
                    self._prepared[epoch, later] = self._asked(epoch, later)
        return future.result() if self.threads else self._make(epoch, place)

    def __iter__(self):
        self.on_epoch_begin()
        for index in range(len(self)):
            yield self[index]
        self.on_epoch_end()

    def on_epoch_begin(self):
        """Begin an epoch: the next batch asked for is its first."""
        with self._lock:
            self._within_epoch = True
            self._places.clear()

    def on_epoch_end(self):
        """Go on to the next epoch: other distortions, another order.

        Keras also calls this where nothing was asked for; that does not count.
        """
        with self._lock:
            self._within_epoch = False
            if not self._places:
                return
            self.epoch += 1
            self._places.clear()
            for future in self._prepared.values():
                future.cancel()
            self._prepared.clear()
            self._orders.clear()

    def _asked(self, epoch, index):
        if self._pool is None:
            self._pool = concurrent.futures.ThreadPoolExecutor(
                self.threads, thread_name_prefix="augment"
            )
        future = self._prepared.pop((epoch, index), None)
        return future or self._pool.submit(self._make, epoch, index)

    def _make(self, epoch, index):
        part = slice(index * self.batch_size, (index + 1) * self.batch_size)
        chosen = self._order(epoch)[part]
        images = self.images[chosen]
        if isinstance(self.augment, keras.layers.Layer):
            moved = self.augment(images, training=True)
            images = np.asarray(keras.ops.convert_to_numpy(moved))
        elif self.augment is not None:
            rng = np.random.default_rng([self.seed, epoch, index, 1])
            images = np.asarray(self.augment(images, rng))
        return (images,) if self.labels is None else (images, self.labels[chosen])

    def _order(self, epoch):
        order = self._orders.get(epoch)
        if order is None:
            order = np.arange(len(self.images))
            if self.shuffle:
                rng = np.random.default_rng([self.seed, epoch, 0])
                rng.shuffle(order)
            self._orders[epoch] = order
        return order
