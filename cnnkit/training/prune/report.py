"""How many weights of a model are zero, and a copy of it without its training."""

import dataclasses

import keras
import numpy as np

from cnnkit.training.prune import _layers


@dataclasses.dataclass(frozen=True)
class Sparsity:
    """The share of the weights that are zero; kernels only.

    Attributes:
        overall: float, of all kernels together.
        layers: dictionary from the name of a layer to the share in it.
        zeros: int, how many weights are zero.
        total: int, how many there are.
    """

    overall: float
    layers: dict
    zeros: int
    total: int


def sparsity(model):
    """Count the zeros in the kernels of a model.

    Args:
        model: a built `keras.Model`.

    Returns:
        A `Sparsity`.

    Example:

    >>> from cnnkit.training import prune
    >>> dense = keras.layers.Dense(10, name="dense")
    >>> model = keras.Sequential([keras.Input((10,)), dense])
    >>> _ = prune.weights(model, 0.8)
    >>> prune.sparsity(model)
    Sparsity(overall=0.8, layers={'dense': 0.8}, zeros=80, total=100)

    Taught in: notebooks/week2_case_studies/06_pruning.ipynb
    """
    kernels = {x.name: _layers.to_numpy(x.kernel) for x in _layers.prunable(model)}
    zeros = {name: int(np.sum(kernel == 0)) for name, kernel in kernels.items()}
    total = sum(kernel.size for kernel in kernels.values())
    return Sparsity(
        overall=sum(zeros.values()) / total,
        layers={name: zeros[name] / kernel.size for name, kernel in kernels.items()},
        zeros=sum(zeros.values()),
        total=total,
    )


def strip(model):
    """Return a copy with the same weights and nothing of the training.

    Neither optimizer nor masks: what is to be saved and handed on.

    Args:
        model: a built `keras.Model`.

    Returns:
        A `keras.Model` that is not compiled.

    Taught in: notebooks/week2_case_studies/06_pruning.ipynb
    """
    _layers.prunable(model)
    known = {type(x).__name__: type(x) for x in _layers.every_layer(model)}
    with keras.saving.custom_object_scope(known):
        copy = type(model).from_config(model.get_config())
    copy.set_weights(model.get_weights())
    return copy
