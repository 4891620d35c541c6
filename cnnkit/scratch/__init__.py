"""The network in NumPy, forward and backward.

Arrays are `(m, n_H, n_W, n_C)`: a batch of `m` volumes, channels last. Filters are
`(f, f, n_C_prev, n_C)` and biases `(1, 1, 1, n_C)`. Every `..._forward` function
returns its output and a cache, a plain tuple; the `..._backward` function of the same
name takes the gradient of the cost with respect to that output, and the cache.

float32 stays float32 and float64 stays float64.
"""

from cnnkit.scratch.conv import (
    conv_backward,
    conv_forward,
    conv_forward_loops,
    conv_single_step,
)
from cnnkit.scratch.correlate import convolve2d, correlate2d
from cnnkit.scratch.dense import dense_backward, dense_forward
from cnnkit.scratch.gradient_check import gradient_check
from cnnkit.scratch.im2col import col2im, im2col
from cnnkit.scratch.layers import Conv, Dense, Flatten, Pool, ReLU
from cnnkit.scratch.matrix import conv_matrix
from cnnkit.scratch.network import Network
from cnnkit.scratch.padding import zero_pad
from cnnkit.scratch.pooling import pool_backward, pool_forward
from cnnkit.scratch.relu import relu_backward, relu_forward
from cnnkit.scratch.softmax import softmax, softmax_cross_entropy

__all__ = [
    "Conv",
    "Dense",
    "Flatten",
    "Network",
    "Pool",
    "ReLU",
    "col2im",
    "conv_backward",
    "conv_forward",
    "conv_forward_loops",
    "conv_matrix",
    "conv_single_step",
    "convolve2d",
    "correlate2d",
    "dense_backward",
    "dense_forward",
    "gradient_check",
    "im2col",
    "pool_backward",
    "pool_forward",
    "relu_backward",
    "relu_forward",
    "softmax",
    "softmax_cross_entropy",
    "zero_pad",
]
