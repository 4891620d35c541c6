"""Gradients on whichever backend runs, for comparison with an oracle."""

import keras
import numpy as np


def gradients(function, *arrays):
    """Return the gradients of a scalar `function` of tensors, as NumPy arrays."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tensors = [tf.constant(a) for a in arrays]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value = function(*tensors)
        found = tape.gradient(value, tensors)
    elif backend == "jax":
        import jax

        found = jax.grad(function, argnums=tuple(range(len(arrays))))(*arrays)
    else:
        import torch

        tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
        function(*tensors).backward()
        found = [t.grad for t in tensors]
    return [np.asarray(keras.ops.convert_to_numpy(g)) for g in found]
