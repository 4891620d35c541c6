"""Masks that keep pruned weights at zero while the network trains on."""

import keras
import numpy as np
from keras import ops

from cnnkit.training.prune import _layers


class Masks(keras.callbacks.Callback):
    """Keeps pruned weights at zero; give it to `fit` as a callback.

    A weight that is set to zero would come back with the next step, if only by the
    momentum that the optimizer still has. So every pruned weight is set to zero again
    after each batch. The masks are no part of the model: what is saved is a plain
    Keras model with zeros in it.

    With `steps_per_execution` above 1 this happens after each execution.

    Args:
        kept: list of pairs, a weight and a boolean array of its shape that is true
            where the weight is kept.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    >>> masks = keep_zeros(model)
    >>> masks.pruned
    0

    Taught in: notebooks/week2_case_studies/06_pruning.ipynb
    """

    def __init__(self, kept):
        super().__init__()
        self.kept = [
            (weight, np.broadcast_to(mask, weight.shape)) for weight, mask in kept
        ]
        self._masks = [ops.convert_to_tensor(mask.copy()) for _, mask in self.kept]
        self.apply()

    @property
    def pruned(self):
        """int, how many numbers the masks hold at zero."""
        return int(sum((~mask).sum() for _, mask in self.kept))

    def apply(self):
        """Set the pruned weights to zero."""
        for (weight, _), mask in zip(self.kept, self._masks, strict=True):
            values = ops.convert_to_tensor(weight)
            weight.assign(ops.where(mask, values, ops.zeros_like(values)))

    def on_train_batch_end(self, batch, logs=None):
        """Set the pruned weights to zero again."""
        synchronise(self.model)
        self.apply()


def keep_zeros(model, layers=None):
    """Return masks that hold what is zero in a model, one that was pruned earlier.

    Args:
        model: a built `keras.Model`.
        layers: names of the layers to take, or `None` for all.

    Returns:
        `Masks` of all kernels, to train on with.
    """
    chosen = _layers.prunable(model, layers)
    return Masks(
        [(layer.kernel, _layers.to_numpy(layer.kernel) != 0) for layer in chosen]
    )


def synchronise(model):
    """Bring the weights up to date; with JAX, `fit` keeps them elsewhere meanwhile."""
    if keras.backend.backend() == "jax" and hasattr(model, "jax_state_sync"):
        model.jax_state_sync()
