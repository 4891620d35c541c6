"""Which weights a network needs least: by size, by unit, by Fisher information."""

import math

import keras
import numpy as np
from keras import ops

from cnnkit.training import _arguments
from cnnkit.training.prune import _layers
from cnnkit.training.prune.masks import Masks

SCOPES = ("layer", "global")


def weights(model, sparsity, scope="layer", layers=None):
    """Set the smallest weights to zero.

    Biases and normalisation stay as they are. Each layer keeps at least one weight.

    Args:
        model: a built `keras.Model`; it is changed.
        sparsity: float from 0 to below 1, the share of the weights to prune.
        scope: "layer" to prune that share of each layer, "global" to compare the
            weights of all layers with each other.
        layers: names of the layers to prune, or `None` for all that are convolutional
            or dense.

    Returns:
        `Masks`, for `fit(callbacks=[...])`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(10)])
    >>> weights(model, 0.8).pruned
    80

    Reference:
        - Han, Pool, Tran and Dally, "Learning both weights and connections for
          efficient neural networks", 2015.

    Taught in: notebooks/week2_case_studies/06_pruning.ipynb
    """
    chosen = _layers.prunable(model, layers)
    scores = [np.abs(_layers.to_numpy(layer.kernel)) for layer in chosen]
    return _masked(chosen, chosen_masks(scores, sparsity, scope))


def units(model, sparsity, scope="layer", layers=None):
    """Set the filters and dense units with the smallest L2 norm to zero.

    A unit goes whole: its weights, its bias, and its gain and offset in a batch
    normalisation right behind, so that it gives zero for good and `shrink` can remove
    it. The outputs of the model are no candidates. Each layer keeps at least one unit.

    Args:
        model: a built `keras.Model`; it is changed.
        sparsity: float from 0 to below 1, the share of the units to prune.
        scope: "layer", or "global" to compare units of all layers, by the root of the
            mean square of their weights, since layers differ in how many a unit has.
        layers: names of the layers to prune, or `None`.

    Returns:
        `Masks`, for `fit(callbacks=[...])`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> model = keras.Sequential(
    ...     [keras.Input((10,)), keras.layers.Dense(8), keras.layers.Dense(2)]
    ... )
    >>> units(model, 0.5).pruned  # four units of ten weights and a bias
    44

    Reference:
        - Li, Kadav, Durdanovic, Samet and Graf, "Pruning filters for efficient
          ConvNets", 2017 (there with the L1 norm).

    Taught in: notebooks/week2_case_studies/06_pruning.ipynb
    """
    ends = {id(layer) for layer in _layers.heads(model)}
    if layers is None:
        chosen = [x for x in _layers.prunable(model) if id(x) not in ends]
    else:
        chosen = _layers.prunable(model, layers)
    if not chosen or any(id(layer) in ends for layer in chosen):
        raise ValueError(
            "The units of the last layer are the outputs of the model and cannot be "
            "pruned. Name hidden layers in `layers`. "
            f"Received: {', '.join(repr(x.name) for x in chosen) or 'no hidden layer'}."
        )
    scores = []
    for layer in chosen:
        kernel = _layers.to_numpy(layer.kernel)
        scores.append(np.sqrt(np.mean(kernel**2, axis=tuple(range(kernel.ndim - 1)))))
    kept = []
    for layer, mask in zip(chosen, chosen_masks(scores, sparsity, scope), strict=True):
        kept.append((layer.kernel, mask))
        if layer.use_bias:
            kept.append((layer.bias, mask))
        if norm := _layers.norm_after(layer):
            kept += [(w, mask) for w in (norm.gamma, norm.beta) if w is not None]
    return Masks(kept)


def fisher(model, sparsity, information, scope="global", layers=None):
    """Set the weights to zero whose loss would cost least.

    Removing a weight changes the loss by about half its square times its Fisher
    information. Large weights that hardly matter go; small ones that matter stay. The
    estimate is one for each weight alone: remove few, train on, and measure again.

    Args:
        model: a built `keras.Model`; it is changed.
        sparsity: float from 0 to below 1, the share of the weights to prune.
        information: what `fisher_information` returns for this model.
        scope: "global" or "layer"; here weights of different layers do compare.
        layers: names of the layers to prune, or `None` for all that are convolutional
            or dense.

    Returns:
        `Masks`, for `fit(callbacks=[...])`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(10)])
    >>> images, labels = np.ones((2, 10)), np.zeros((2, 10))
    >>> information = fisher_information(model, images, labels, loss="mse")
    >>> fisher(model, 0.8, information).pruned
    80

    Reference:
        - Theis, Korshunova, Tejani and Huszár, "Faster gaze prediction with dense
          networks and Fisher pruning", 2018 (there for whole feature maps, too).
        - LeCun, Denker and Solla, "Optimal brain damage", 1990 (there with the second
          derivative of the loss).

    Taught in: notebooks/week2_case_studies/06_pruning.ipynb
    """
    chosen = _layers.prunable(model, layers)
    scores = []
    for layer in chosen:
        kernel = _layers.to_numpy(layer.kernel)
        cost = _of_kernel(information, layer) * kernel**2 / 2
        scores.append(np.where(kernel == 0, -1, cost))  # what is gone stays gone
    return _masked(chosen, chosen_masks(scores, sparsity, scope))


def fisher_information(model, images, labels, loss=None, batch_size=1):
    """Return the Fisher information of every trainable weight.

    It is the mean, over examples, of the squared gradient of the loss: how far the
    answers move when the weight does. The model runs as at test time and is not
    changed.

    Args:
        model: a built `keras.Model`.
        images: array, some of the training examples; a few hundred do.
        labels: array, what they are, as in the paper. Labels drawn from the model's
            own probabilities give the information in the strict sense.
        loss: name, function or `keras.losses.Loss`; `None` for
            "sparse_categorical_crossentropy".
        batch_size: int; with more than 1 the squares are those of the gradients of
            batches: faster, and only in proportion the same.

    Returns:
        Dictionary from the path of each weight to an array of its shape.

    Raises:
        ValueError: if there are no examples, or not as many labels.

    Reference:
        - Theis, Korshunova, Tejani and Huszár, "Faster gaze prediction with dense
          networks and Fisher pruning", 2018.

    Taught in: notebooks/week2_case_studies/06_pruning.ipynb
    """
    images, labels = np.asarray(images), np.asarray(labels)
    batch_size = _arguments.whole(batch_size, "batch_size")
    if not len(images) or len(images) != len(labels):
        raise ValueError(
            "`images` and `labels` must be as many, at least one of each. "
            f"Received: {len(images)} images, {len(labels)} labels."
        )
    probe = _AtTestTime(model)
    squares = _SquaredGradients()
    probe.compile(squares, loss or "sparse_categorical_crossentropy")
    probe.fit(images, labels, batch_size=batch_size, shuffle=False, verbose=0)
    steps = math.ceil(len(images) / batch_size)
    return {
        weight.path: _layers.to_numpy(total) / steps
        for weight, total in zip(probe.trainable_weights, squares.totals, strict=True)
    }


class _AtTestTime(keras.Model):
    """Runs a model as at test time even in `fit`.

    In a functional model `training=False` would be overruled by that of `fit`.
    """

    def __init__(self, model):
        super().__init__(name="at_test_time")
        self.model = model

    def call(self, inputs):
        return self.model(inputs, training=False)


class _SquaredGradients(keras.optimizers.Optimizer):
    """Adds up squared gradients, and leaves the weights alone."""

    def __init__(self):
        super().__init__(learning_rate=0.0, name="squared_gradients")

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.totals = [
            self.add_variable_from_reference(v, name="squares") for v in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        total = self.totals[self._get_variable_index(variable)]
        self.assign_add(total, ops.cast(ops.square(gradient), total.dtype))


def chosen_masks(scores, sparsity, scope):
    """Return for each array of scores a boolean one that is true for what stays.

    Exactly the asked share goes, also where scores are equal, as far as every array
    keeps its best.
    """
    sparsity = checked_sparsity(sparsity)
    scope = _arguments.one_of(scope, "scope", SCOPES)
    if scope == "layer":
        return [_lowest([s], sparsity)[0] for s in scores]
    return _lowest(scores, sparsity)


def checked_sparsity(value, name="sparsity"):
    """Return the share to prune, or raise a `ValueError`."""
    value = _arguments.number(value, name, most=1)
    if value == 1:
        raise ValueError(
            f"`{name}` must be below 1: a network without weights says the same of "
            f"every image. Received: {name}={value:g}."
        )
    return value


def _lowest(scores, sparsity):
    flat = [s.astype(np.float64).ravel() for s in scores]
    if not all(np.isfinite(s).all() for s in flat):
        raise ValueError("The weights or gradients are not finite; nothing was pruned.")
    for s in flat:
        s[np.argmax(s)] = np.inf
    together = np.concatenate(flat)
    count = min(round(sparsity * together.size), together.size - len(flat))
    stays = np.ones(together.size, bool)
    stays[np.argsort(together, kind="stable")[:count]] = False
    parts = np.split(stays, np.cumsum([s.size for s in flat])[:-1])
    return [part.reshape(s.shape) for part, s in zip(parts, scores, strict=True)]


def _of_kernel(information, layer):
    path, shape = layer.kernel.path, tuple(layer.kernel.shape)
    values = information.get(path) if isinstance(information, dict) else None
    if np.shape(values) != shape:
        raise ValueError(
            "`information` must be what `fisher_information` returns for this model. "
            f"Received: nothing of shape {shape} for {path!r}."
        )
    return values


def _masked(layers, masks):
    return Masks([(x.kernel, mask) for x, mask in zip(layers, masks, strict=True)])
