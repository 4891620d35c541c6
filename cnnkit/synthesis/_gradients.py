"""The value of a function and its gradient, on whichever backend runs."""

import keras
import numpy as np
from keras import ops


def value_and_gradient(function):
    """Return a compiled function from an array to the value there and the gradient.

    Args:
        function: function from a tensor to a scalar tensor.

    Returns:
        A function from a float32 array to a float and an array of the same shape.
    """
    return {
        "tensorflow": _by_tensorflow,
        "jax": _by_jax,
        "torch": _by_torch,
    }[keras.backend.backend()](function)


def _by_tensorflow(function):
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def both(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        return value, tape.gradient(value, x)

    def run(x):
        value, gradient = both(tf.constant(x, tf.float32))
        return float(value), gradient.numpy()

    return run


def _by_jax(function):
    import jax

    both = jax.jit(jax.value_and_grad(function))

    def run(x):
        value, gradient = both(np.asarray(x, np.float32))
        return float(value), np.asarray(gradient)

    return run


def _by_torch(function):
    import torch

    def run(x):
        tensor = torch.tensor(np.asarray(x, np.float32), requires_grad=True)
        value = function(tensor)
        (gradient,) = torch.autograd.grad(value, tensor)
        return float(value), ops.convert_to_numpy(gradient)

    return run
