"""A network of layers that trains."""

import numbers

import numpy as np

from cnnkit.scratch import _checks
from cnnkit.scratch.softmax import softmax_cross_entropy


class Network:
    """A stack of layers, trained by gradient descent with momentum.

    The last layer gives one score for each class; the loss is the softmax
    cross-entropy.

    Args:
        layers: list of `Conv`, `Pool`, `Dense`, `ReLU` and `Flatten`, from the image
            on. Each may stand in one network only, and once.
        input_shape: `(n_H, n_W, n_C)` of one image.
        seed: int, for the first weights.
        dtype: "float32" or "float64"; the latter for `gradient_check`.

    Raises:
        ValueError: if the layers do not fit together.

    Example:

    >>> import numpy as np
    >>> from cnnkit.scratch import Conv, Dense, Flatten, ReLU
    >>> network = Network(
    ...     [Conv(2, f=3), ReLU(), Flatten(), Dense(2)], input_shape=(4, 4, 1), seed=1
    ... )
    >>> x = np.zeros((8, 4, 4, 1), "float32")
    >>> x[4:, :, 2:] = 1.0
    >>> labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    >>> history = network.fit(x, labels, epochs=20, batch_size=4, learning_rate=0.1)
    >>> network.predict(x)
    array([0, 0, 0, 0, 1, 1, 1, 1])

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """

    def __init__(self, layers, input_shape, seed=0, dtype="float32"):
        self.layers = list(layers)
        self.input_shape = _checks.shape(input_shape, "input_shape", "(n_H, n_W, n_C)")
        self.seed = seed
        if dtype not in ("float32", "float64"):
            raise ValueError(
                f'`dtype` must be "float32" or "float64". Received: dtype={dtype!r}.'
            )
        self.dtype = np.dtype(dtype)
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise ValueError(
                "`layers` must be different objects: each keeps its own weights and "
                "cache. Received: the same layer twice."
            )
        rng = np.random.default_rng(seed)
        shape = self.input_shape
        for layer in self.layers:
            shape = layer.build(shape, rng, self.dtype)
        if len(shape) != 1:
            raise ValueError(
                "The network must end in one row of scores. Put `Flatten()` and "
                f"`Dense(classes)` at the end. Received: an output of shape {shape}."
            )
        self.output_shape = shape

    def forward(self, x):
        """Return the scores (logits), `(m, classes)`, of the images `x`."""
        A = self._images(x)
        for layer in self.layers:
            A = layer.forward(A)
        return A

    def backward(self, dlogits):
        """Return the gradient with respect to the images; keep those of the weights."""
        if any(layer.cache is None for layer in self.layers):
            raise RuntimeError("`backward` follows `forward`. Call forward(x) first.")
        dA = dlogits
        for layer in reversed(self.layers):
            dA = layer.backward(dA)
        return dA

    def parameters(self):
        """Return all weights and biases, a list of arrays, from the first layer on."""
        return [p for layer in self.layers for p in layer.parameters.values()]

    def gradients(self):
        """Return what `backward` kept, in the order of `parameters()`."""
        if any(
            layer.gradients.keys() != layer.parameters.keys() for layer in self.layers
        ):
            raise RuntimeError(
                "There are no gradients yet. Call backward(dlogits) first."
            )
        return [
            layer.gradients[name] for layer in self.layers for name in layer.parameters
        ]

    def fit(
        self,
        x,
        y,
        epochs=10,
        batch_size=32,
        learning_rate=0.05,
        momentum=0.9,
        seed=0,
    ):
        """Train on the images `x` and their classes `y`.

        Args:
            x: floats, `(m, n_H, n_W, n_C)`, finite.
            y: integers, `(m,)`.
            epochs: int, how often to go through the images.
            batch_size: int.
            learning_rate: float.
            momentum: float from 0, none, to below 1.
            seed: int, for the order of the images.

        Returns:
            A dict of lists with one number an epoch, the mean over its batches while
            they were trained on: `loss` and `accuracy`.

        Raises:
            FloatingPointError: if scores or weights grow beyond all bounds.
            TypeError: if `x` does not hold floats, or `y` integers.
            ValueError: if an argument is not as above.
        """
        x = _finite(self._images(x))
        y = _checks.labels(y, len(x), *self.output_shape)
        epochs = _checks.positive_integer(epochs, "epochs")
        batch_size = _checks.positive_integer(batch_size, "batch_size")
        _check_training(x, learning_rate, momentum)

        rng = np.random.default_rng(seed)
        velocities = [np.zeros_like(p) for p in self.parameters()]
        history = {"loss": [], "accuracy": []}
        for _ in range(epochs):
            loss, right = 0.0, 0
            order = rng.permutation(len(x))
            for start in range(0, len(x), batch_size):
                batch = order[start : start + batch_size]
                with np.errstate(over="ignore", invalid="ignore"):
                    step = self._step(
                        x[batch], y[batch], velocities, learning_rate, momentum
                    )
                loss += step[0] * len(batch)
                right += step[1]
            history["loss"].append(loss / len(x))
            history["accuracy"].append(right / len(x))
        return history

    def predict(self, x, batch_size=256):
        """Return the class with the highest score for each image, `(m,)` integers."""
        x = _finite(self._images(x))
        batch_size = _checks.positive_integer(batch_size, "batch_size")
        classes = np.zeros(len(x), int)
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            classes[batch] = self.forward(x[batch]).argmax(axis=1)
        return classes

    def _step(self, x, y, velocities, learning_rate, momentum):
        """Train on one batch; return its loss and how many it got right."""
        logits = self.forward(x)
        _check_bounds(logits, learning_rate)
        loss, dlogits = softmax_cross_entropy(logits, y)
        self.backward(dlogits)
        for parameter, gradient, velocity in zip(
            self.parameters(), self.gradients(), velocities, strict=True
        ):
            velocity *= momentum
            velocity -= learning_rate * gradient
            parameter += velocity
            _check_bounds(parameter, learning_rate)
        return loss, int(np.sum(logits.argmax(axis=1) == y))

    def _images(self, x):
        x = _checks.volumes(x, "x")
        if x.shape[1:] != self.input_shape:
            raise ValueError(
                f"`x` must have the shape (m, n_H, n_W, n_C) with images of "
                f"{self.input_shape}. Received: x.shape={x.shape}."
            )
        return x.astype(self.dtype, copy=False)


def _check_training(x, learning_rate, momentum):
    if len(x) == 0:
        raise ValueError("`x` must hold at least one image. Received: an empty batch.")
    if not _is_real(learning_rate) or not 0 < learning_rate < np.inf:
        raise ValueError(
            "`learning_rate` must be a positive number. "
            f"Received: learning_rate={learning_rate!r}."
        )
    if not _is_real(momentum) or not 0 <= momentum < 1:
        raise ValueError(
            "`momentum` must be at least 0 and less than 1. "
            f"Received: momentum={momentum!r}."
        )


def _is_real(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _check_bounds(values, learning_rate):
    if not np.isfinite(values).all():
        raise FloatingPointError(
            "The training diverged: scores or weights grew beyond all bounds. Take a "
            f"smaller learning rate. Received: learning_rate={learning_rate!r}."
        )


def _finite(x):
    if not np.isfinite(x).all():
        raise ValueError(
            "`x` must be finite. Received: images with NaN or infinity in them."
        )
    return x
