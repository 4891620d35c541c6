"""What the loaders of labelled data return."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Examples and labels for training and for testing.

    Attributes:
        x_train: float32 array, `(examples, ..., channels)`.
        y_train: int64 array, `(examples,)`, positions in `classes`.
        x_test: float32 array, `(examples, ..., channels)`.
        y_test: int64 array, `(examples,)`.
        classes: tuple of str, the names of the classes.

    Example:

    >>> from cnnkit import datasets
    >>> data = datasets.digits()
    >>> data
    Dataset(x_train=(1347, 8, 8, 1), y_train=(1347,), x_test=(450, 8, 8, 1),
            y_test=(450,), classes=('0', '1', '2', ..., '9'))
    >>> data.classes[data.y_train[0]]
    '7'
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: tuple[str, ...]

    def __repr__(self):
        arrays = ("x_train", "y_train", "x_test", "y_test")
        shapes = [f"{name}={getattr(self, name).shape}" for name in arrays]
        names = [repr(name) for name in self.classes]
        if len(names) > 6:
            names[3:-1] = ["..."]
        shapes.append(f"classes=({', '.join(names)})")
        return f"Dataset({', '.join(shapes)})"
