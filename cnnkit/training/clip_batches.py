"""Batches of clips that worker threads read while the network trains."""

import concurrent.futures
import pathlib

import keras
import numpy as np

from cnnkit.datasets import read_clip
from cnnkit.training import _arguments


class ClipBatches(keras.utils.PyDataset):
    """Feeds `fit`, `evaluate` and `predict` with clips that threads read from files.

    While the network trains on one batch, the threads decode the next ones. The decoder
    lets go of the interpreter, and so does the training step: both run at the same
    time, and memory holds a few batches, not all clips.

    Files are sorted anew before each epoch if `shuffle` is set. For `predict` leave it
    out, and give `shuffle=False` to `fit` if batches must come in a fixed order.

    Args:
        paths: sequence of paths of video files, of any size and length.
        labels: sequence of as many labels, or `None` for batches without.
        batch_size: int.
        frames: int, how many frames to take of each file, evenly spread.
        size: int or pair `(height, width)`, what frames are brought to.
        workers: int, the number of threads; with 0 or 1 there are none beside the one
            that asks.
        ahead: int, how many batches are read ahead at most.
        shuffle: bool, whether to sort the files anew before each epoch.
        seed: int of at least 0, for the order.

    Raises:
        FileNotFoundError: if a file is not there.
        ValueError: if an argument is not as above. A file that cannot be read stops
            training with a message that names it; `broken()` finds all of them before.

    Example:

    >>> import tempfile
    >>> from imageio.v3 import imwrite
    >>> noise = np.random.default_rng(0).integers(0, 255, (6, 40, 60, 3), "uint8")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = [f"{folder}/{i}.gif" for i in range(5)]
    ...     for path in paths:
    ...         imwrite(path, noise)
    ...     batches = ClipBatches(paths, [0, 1, 0, 1, 1], 2, frames=4, size=32)
    ...     [clips.shape for clips, labels in (batches[0], batches[2])]
    [(2, 4, 32, 32, 3), (1, 4, 32, 32, 3)]

    Taught in: notebooks/beyond_one_image/03_video.ipynb
    """

    def __init__(
        self,
        paths,
        labels=None,
        batch_size=8,
        frames=16,
        size=112,
        workers=2,
        ahead=4,
        shuffle=False,
        seed=0,
    ):
        super().__init__(
            workers=_arguments.whole(workers, "workers", least=0),
            max_queue_size=_arguments.whole(ahead, "ahead"),
        )
        if isinstance(paths, (str, pathlib.Path)):
            raise ValueError(
                f"`paths` must be of several files. Received: paths={str(paths)!r}."
            )
        self.paths = [pathlib.Path(path) for path in paths]
        self.labels = None if labels is None else np.asarray(labels)
        if not self.paths:
            raise ValueError("`paths` is empty: there is nothing to read.")
        if labels is not None and len(self.labels) != len(self.paths):
            raise ValueError(
                "There must be as many labels as paths. "
                f"Received: {len(self.labels)} labels, {len(self.paths)} paths."
            )
        for path in self.paths:
            if not path.is_file():
                raise FileNotFoundError(f"There is no file {path}.")
        self.batch_size = _arguments.whole(batch_size, "batch_size")
        self.frames = _arguments.whole(frames, "frames")
        self.size = _arguments.size(size)
        self.shuffle = bool(shuffle)
        self.seed = _arguments.whole(seed, "seed", least=0)
        self.epoch = 0
        self._sort()

    @property
    def num_batches(self):
        """int, the batches of an epoch; the last may be smaller."""
        return -(-len(self.paths) // self.batch_size)

    def __len__(self):
        return self.num_batches

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"There are {len(self)} batches. Received: index={index}.")
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        clips = np.stack([self._read(self.paths[i]) for i in chosen])
        return (clips,) if self.labels is None else (clips, self.labels[chosen])

    def on_epoch_end(self):
        """Go on to the next epoch: another order, if `shuffle` is set."""
        self.epoch += 1
        self._sort()

    def broken(self):
        """Read every file once, and tell which cannot be used.

        Returns:
            A dict from paths to what is wrong with them; empty if all is well.
        """

        def problem(path):
            try:
                self._read(path)
            except (OSError, ValueError) as error:
                return str(error)

        with concurrent.futures.ThreadPoolExecutor(max(self.workers, 1)) as pool:
            problems = dict(zip(self.paths, pool.map(problem, self.paths), strict=True))
        return {path: text for path, text in problems.items() if text}

    def _read(self, path):
        return read_clip(path, self.frames, self.size)

    def _sort(self):
        self.order = np.arange(len(self.paths))
        if self.shuffle:
            np.random.default_rng([self.seed, self.epoch]).shuffle(self.order)
