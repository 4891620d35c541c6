"""Assignment 1: convolution and pooling, forward and backward, in NumPy."""

import numpy as np

from cnnkit import scratch
from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.compare import difference, kind
from cnnkit.grading.requests import call


def _one_of(index, names, due):
    """Return a judge of one value of a tuple of values with these names."""

    def judge(value):
        if not isinstance(value, list | tuple) or len(value) != len(names):
            return f"{kind(value)} came back, {' and '.join(names)} were due"
        found = difference(value[index], due)
        return None if found is None else f"{names[index]}: {found}"

    return judge


# zero_pad

PAD_AXES = (
    "Padding belongs to height and width. The batch and the channels keep theirs."
)
PAD_SIDES = "The zeros come on all four sides: above, below, left and right."
PAD_SIZE = "Each side grows by `pad`, whatever it is. With 0 the image stays as it is."


def _pad(part, X, pad, hint):
    return Case(part, call("zero_pad", X, pad), scratch.zero_pad(X, pad), hint=hint)


def _zero_pad_shown():
    rng = np.random.default_rng(1)
    images = rng.normal(size=(2, 3, 4, 2))
    return [
        _pad("a batch of two volumes", images, 1, f"{PAD_AXES} {PAD_SIDES}"),
        _pad("three rows of zeros", images, 3, PAD_SIZE),
        _pad("no padding", images, 0, PAD_SIZE),
        _pad(
            "an empty batch", images[:0], 2, "No images in, no images out, but larger."
        ),
    ]


def _zero_pad_hidden(rng):
    def images(m, n_H, n_W, n_C):
        return rng.normal(size=(m, n_H, n_W, n_C))

    def pad():
        return int(rng.integers(1, 5))

    return [
        _pad("a batch of volumes", images(3, 4, 4, 2), pad(), PAD_AXES),
        _pad("an image that is not square", images(2, 3, 6, 1), pad(), PAD_SIDES),
        _pad("no padding, and much of it", images(1, 3, 4, 2), 0, PAD_SIZE),
        _pad("no padding, and much of it", images(1, 3, 4, 2), 4 + pad(), PAD_SIZE),
        _pad("one image, and none", images(1, 5, 2, 3), pad(), PAD_AXES),
        _pad("one image, and none", images(0, 5, 2, 3), pad(), PAD_AXES),
    ]


# conv_single_step

STEP = "Multiply element by element, add up all the products, then add the bias once."
STEP_NUMBER = (
    "One number comes back. The bias has the shape (1, 1, 1); `.item()` takes it."
)
STEP_FLIP = (
    "The filter is not flipped: its first weight meets the window's first pixel."
)


def _step(part, rng, f_H, f_W, n_C, hint=STEP, window=None):
    window = rng.normal(size=(f_H, f_W, n_C)) if window is None else window
    W, b = rng.normal(size=(f_H, f_W, n_C)), rng.normal(size=(1, 1, 1))
    due = scratch.conv_single_step(window, W, b)
    return Case(part, call("conv_single_step", window, W, b), due, hint=hint)


def _step_shown():
    rng = np.random.default_rng(2)
    black = np.zeros((3, 3, 1))
    return [
        _step("a black window", rng, 3, 3, 1, f"{STEP} {STEP_NUMBER}", window=black),
        _step("one channel", rng, 3, 3, 1, f"{STEP} {STEP_FLIP}"),
        _step("three channels", rng, 3, 3, 3, f"{STEP} All channels go into one sum."),
        _step("a window of 2×5", rng, 2, 5, 2),
    ]


def _step_hidden(rng):
    size = int(rng.integers(2, 6))
    black = np.zeros((size, size, 2))
    return [
        _step("one channel", rng, size, size, 1, f"{STEP} {STEP_FLIP}"),
        _step("several channels", rng, 3, 3, int(rng.integers(2, 6))),
        _step("a window that is not square", rng, size, size + 2, 2),
        _step("a black window", rng, size, size, 2, STEP_NUMBER, window=black),
    ]


# conv_forward

CONV = "One filter, all channels of the window, one sum, one bias: `conv_single_step`."
CONV_STRIDE = (
    "Output row h looks at a window that begins at row h * stride of the padded image."
)
CONV_SIZE = (
    "A window must lie wholly inside: the division by the stride is rounded down."
)
CONV_PAD = (
    "Pad first, then slide over what came out. The output grows with the padding."
)
CONV_SQUARE = (
    "Rows and columns are counted apart: n_H from n_H_prev, n_W from n_W_prev."
)
CONV_BATCH = "Each image has its own output. An empty batch gives an empty output."
CONV_CACHE = (
    'The cache is (A_prev, W, b, {"stride": stride, "pad": pad}), A_prev unpadded.'
)


def _layer(rng, m, n_H, n_W, n_C_prev, f, n_C):
    A_prev = rng.normal(size=(m, n_H, n_W, n_C_prev))
    return (
        A_prev,
        rng.normal(size=(f, f, n_C_prev, n_C)),
        rng.normal(size=(1, 1, 1, n_C)),
    )


def _conv(part, layer, stride, pad, hint):
    Z, _ = scratch.conv_forward(*layer, stride=stride, pad=pad)
    request = call("conv_forward", *layer, stride=stride, pad=pad)
    return Case(part, request, judge=_one_of(0, ("Z", "the cache"), Z), hint=hint)


def _conv_cache(layer, stride, pad):
    due = (*layer, {"stride": stride, "pad": pad})
    judge = _one_of(1, ("Z", "the cache"), due)
    request = call("conv_forward", *layer, stride=stride, pad=pad)
    return Case("the cache", request, judge=judge, hint=CONV_CACHE)


def _conv_forward_shown():
    rng = np.random.default_rng(3)
    layer = _layer(rng, 2, 5, 7, 2, 3, 4)
    return [
        _conv("stride 1, no padding", layer, 1, 0, f"{CONV} {CONV_SQUARE}"),
        _conv("padding", layer, 1, 2, CONV_PAD),
        _conv("a stride of two", layer, 2, 0, CONV_STRIDE),
        _conv("a stride that does not divide", layer, 3, 0, CONV_SIZE),
        _conv("an empty batch", _layer(rng, 0, 5, 5, 2, 3, 4), 1, 0, CONV_BATCH),
        _conv_cache(layer, 2, 1),
    ]


def _conv_forward_hidden(rng):
    f, n_C = int(rng.integers(2, 4)), int(rng.integers(2, 5))
    plain = _layer(rng, 2, 6, 6, 3, f, n_C)
    long, tall = _layer(rng, 2, 4, 8, 2, 3, n_C), _layer(rng, 2, 9, 5, 2, 2, n_C)
    return [
        _conv("stride 1, no padding", plain, 1, 0, CONV),
        _conv("padding", plain, 1, int(rng.integers(1, 4)), CONV_PAD),
        _conv("a stride of two", _layer(rng, 2, 7, 7, 2, 3, n_C), 2, 0, CONV_STRIDE),
        _conv("a stride that does not divide", long, 3, 0, CONV_SIZE),
        _conv("a stride that does not divide", tall, 2, 1, CONV_SIZE),
        _conv("images that are not square", tall, 1, 1, CONV_SQUARE),
        _conv("images that are not square", long, 2, 1, CONV_SQUARE),
        _conv("one image, and none", _layer(rng, 1, 5, 5, 1, 3, 2), 1, 1, CONV_BATCH),
        _conv("one image, and none", _layer(rng, 0, 5, 5, 2, 3, 2), 2, 1, CONV_BATCH),
        _conv_cache(plain, 2, 1),
        _conv_cache(tall, 1, 0),
    ]


# pool_forward

POOL_CHANNEL = "Each channel is pooled by itself: there are as many after as before."
POOL_MAX = "Take the largest number of the window, even if all of them are below zero."
POOL_AVERAGE = 'With mode="average" it is the mean of the f * f numbers of the window.'
POOL_STRIDE = "The size of the window is f, the step is stride: they need not be equal."
POOL_SIZE = "The same formula as for a convolution without padding, rounded down."
POOL_CACHE = 'The cache is (A_prev, A, {"f": f, "stride": stride, "mode": mode}).'


def _pool(part, A_prev, f, stride, mode, hint):
    A, _ = scratch.pool_forward(A_prev, f, stride, mode)
    request = call("pool_forward", A_prev, f, stride, mode)
    return Case(part, request, judge=_one_of(0, ("A", "the cache"), A), hint=hint)


def _pool_cache(A_prev, f, stride, mode):
    A, _ = scratch.pool_forward(A_prev, f, stride, mode)
    due = (A_prev, A, {"f": f, "stride": stride, "mode": mode})
    judge = _one_of(1, ("A", "the cache"), due)
    request = call("pool_forward", A_prev, f, stride, mode)
    return Case("the cache", request, judge=judge, hint=POOL_CACHE)


def _pool_forward_shown():
    rng = np.random.default_rng(4)
    A_prev = rng.normal(size=(2, 4, 6, 3))
    dark = -1 - rng.random(size=(1, 4, 4, 2))
    return [
        _pool("the largest", A_prev, 2, 2, "max", f"{POOL_MAX} {POOL_CHANNEL}"),
        _pool("all below zero", dark, 2, 2, "max", POOL_MAX),
        _pool("the average", A_prev, 2, 2, "average", POOL_AVERAGE),
        _pool("windows that overlap", A_prev, 3, 1, "max", POOL_STRIDE),
        _pool("a stride that does not divide", A_prev, 3, 2, "average", POOL_SIZE),
        _pool_cache(A_prev, 2, 1, "average"),
    ]


def _pool_forward_hidden(rng):
    A_prev = rng.normal(size=(2, 6, 6, 3))
    flat, tall = rng.normal(size=(2, 3, 8, 2)), rng.normal(size=(2, 9, 4, 2))
    dark = -1 - rng.random(size=(2, 4, 4, 2))
    none = rng.normal(size=(0, 4, 4, 2))
    overlap, loose = "windows that overlap", "a stride that does not divide"
    batch = "one image, and none"
    return [
        _pool("the largest", A_prev, 2, 2, "max", POOL_CHANNEL),
        _pool("the largest", A_prev, 3, 3, "max", POOL_CHANNEL),
        _pool("the average", A_prev, 2, 2, "average", POOL_AVERAGE),
        _pool("the average", A_prev, 3, 3, "average", POOL_AVERAGE),
        _pool("all below zero", dark, 2, 2, "max", POOL_MAX),
        _pool(overlap, A_prev, 3, 1, "max", POOL_STRIDE),
        _pool(overlap, A_prev, 4, 2, "average", POOL_STRIDE),
        _pool(loose, flat, 3, 2, "max", POOL_SIZE),
        _pool(loose, tall, 2, 3, "average", POOL_SIZE),
        _pool(batch, tall[:1], 2, 2, "max", CONV_BATCH),
        _pool(batch, none, 2, 2, "average", CONV_BATCH),
        _pool_cache(A_prev, 3, 2, "max"),
        _pool_cache(tall, 2, 1, "average"),
    ]


# conv_backward

BACK_DW = "Each output adds its window to the gradient of its filter, times its own dZ."
BACK_DB = (
    "A bias was added at every place of every image: its gradient is the sum of dZ."
)
BACK_DA = "Each output adds its filter to the window that it saw, times its own dZ."
BACK_PAD = (
    "Collect in a padded array, windows and all; cut the rim off at the very end."
)
BACK_STRIDE = "The windows begin where they began in the forward pass, at h * stride."
BACK_ODD = (
    "Pixels that no window saw have the gradient 0. The shapes are those of A_prev."
)
BACK_BATCH = "dW and db sum over the images; dA_prev has one gradient for each image."
BACK_NAMES = ("dA_prev", "dW", "db")


def _conv_back(part, rng, layer, stride, pad, hint, only=(0, 1, 2)):
    Z, cache = scratch.conv_forward(*layer, stride=stride, pad=pad)
    dZ = rng.normal(size=Z.shape)
    due = scratch.conv_backward(dZ, cache)
    request = call("conv_backward", dZ, (*layer, {"stride": stride, "pad": pad}))
    judges = [_one_of(i, BACK_NAMES, due[i]) for i in only]
    return [Case(part, request, judge=judge, hint=hint) for judge in judges]


def _conv_backward_shown():
    rng = np.random.default_rng(5)
    layer, loose = _layer(rng, 2, 5, 6, 2, 3, 3), _layer(rng, 2, 6, 4, 2, 3, 3)
    return [
        *_conv_back("the filters", rng, layer, 1, 0, BACK_DW, only=[1]),
        *_conv_back("the biases", rng, layer, 1, 0, BACK_DB, only=[2]),
        *_conv_back("the input", rng, layer, 1, 0, BACK_DA, only=[0]),
        *_conv_back("padding", rng, layer, 1, 1, BACK_PAD),
        *_conv_back("a stride of two", rng, layer, 2, 0, BACK_STRIDE),
        *_conv_back("a stride that does not divide", rng, loose, 2, 0, BACK_ODD),
    ]


def _conv_backward_hidden(rng):
    f, n_C = int(rng.integers(2, 4)), int(rng.integers(2, 5))
    plain = _layer(rng, 2, 5, 5, 3, f, n_C)
    seven = _layer(rng, 2, 7, 7, 2, 3, n_C)
    long, tall = _layer(rng, 2, 4, 8, 2, 3, n_C), _layer(rng, 2, 9, 5, 2, 2, n_C)
    one, none = _layer(rng, 1, 5, 5, 2, 3, n_C), _layer(rng, 0, 5, 5, 2, 3, n_C)
    loose, batch = "a stride that does not divide", "one image, and none"
    return [
        *_conv_back("the filters", rng, plain, 1, 0, BACK_DW, only=[1]),
        *_conv_back("the biases", rng, plain, 1, 0, BACK_DB, only=[2]),
        *_conv_back("the input", rng, plain, 1, 0, BACK_DA, only=[0]),
        *_conv_back("padding", rng, plain, 1, 1, BACK_PAD),
        *_conv_back("padding", rng, plain, 1, 2, BACK_PAD),
        *_conv_back("a stride of two", rng, seven, 2, 0, BACK_STRIDE),
        *_conv_back(loose, rng, long, 3, 0, BACK_ODD),
        *_conv_back(loose, rng, tall, 2, 1, BACK_ODD),
        *_conv_back("images that are not square", rng, tall, 1, 0, CONV_SQUARE),
        *_conv_back("images that are not square", rng, long, 1, 1, CONV_SQUARE),
        *_conv_back(batch, rng, one, 1, 1, BACK_BATCH),
        *_conv_back(batch, rng, none, 1, 0, BACK_BATCH),
    ]


# pool_backward

UNPOOL_MAX = (
    "The largest pixel of the window gets the whole gradient, channel by channel."
)
UNPOOL_AVERAGE = (
    "Each of the f * f pixels gets an equal share of the window's gradient."
)
UNPOOL_TIE = "If several pixels are equally large, only the first gets it, row by row."
UNPOOL_ADD = (
    "A pixel in several windows gets something from each of them: add, with +=."
)
UNPOOL_ODD = (
    "Pixels that no window saw have the gradient 0. The shape is that of A_prev."
)


def _unpool(part, rng, A_prev, f, stride, mode, hint):
    A, cache = scratch.pool_forward(A_prev, f, stride, mode)
    dA = rng.normal(size=A.shape)
    request = call("pool_backward", dA, cache)
    return Case(part, request, scratch.pool_backward(dA, cache), hint=hint)


def _pool_backward_shown():
    rng = np.random.default_rng(6)
    A_prev = rng.normal(size=(2, 4, 6, 2))
    grey = np.full((1, 4, 4, 1), 0.5)
    return [
        _unpool("the largest", rng, A_prev, 2, 2, "max", UNPOOL_MAX),
        _unpool("the average", rng, A_prev, 2, 2, "average", UNPOOL_AVERAGE),
        _unpool("windows that overlap", rng, A_prev, 3, 1, "average", UNPOOL_ADD),
        _unpool("windows that overlap", rng, A_prev, 3, 1, "max", UNPOOL_ADD),
        _unpool("pixels that are equal", rng, grey, 2, 2, "max", UNPOOL_TIE),
        _unpool("a stride that does not divide", rng, A_prev, 3, 2, "max", UNPOOL_ODD),
    ]


def _pool_backward_hidden(rng):
    A_prev = rng.normal(size=(2, 6, 6, 3))
    flat, tall = rng.normal(size=(2, 3, 8, 2)), rng.normal(size=(2, 9, 4, 2))
    dark = -1 - rng.random(size=(2, 4, 4, 2))
    steps = rng.integers(0, 2, size=(2, 6, 6, 2)) / 2
    overlap, loose = "windows that overlap", "a stride that does not divide"
    batch = "one image, and none"
    return [
        _unpool("the largest", rng, A_prev, 2, 2, "max", UNPOOL_MAX),
        _unpool("the largest", rng, dark, 2, 2, "max", UNPOOL_MAX),
        _unpool("the average", rng, A_prev, 2, 2, "average", UNPOOL_AVERAGE),
        _unpool("the average", rng, A_prev, 3, 3, "average", UNPOOL_AVERAGE),
        _unpool(overlap, rng, A_prev, 3, 1, "max", UNPOOL_ADD),
        _unpool(overlap, rng, A_prev, 4, 2, "average", UNPOOL_ADD),
        _unpool("pixels that are equal", rng, steps, 2, 2, "max", UNPOOL_TIE),
        _unpool("pixels that are equal", rng, steps, 3, 3, "max", UNPOOL_TIE),
        _unpool(loose, rng, flat, 2, 2, "max", UNPOOL_ODD),
        _unpool(loose, rng, tall, 3, 2, "average", UNPOOL_ODD),
        _unpool(batch, rng, tall[:1], 2, 2, "max", CONV_BATCH),
        _unpool(batch, rng, flat[:0], 3, 1, "average", CONV_BATCH),
    ]


ASSIGNMENT = Assignment(
    name="a1",
    title="Convolution in NumPy",
    minutes=120,
    questions=(
        Question("zero_pad", 10, _zero_pad_shown, _zero_pad_hidden),
        Question("conv_single_step", 10, _step_shown, _step_hidden),
        Question("conv_forward", 25, _conv_forward_shown, _conv_forward_hidden),
        Question("pool_forward", 15, _pool_forward_shown, _pool_forward_hidden),
        Question("conv_backward", 25, _conv_backward_shown, _conv_backward_hidden),
        Question("pool_backward", 15, _pool_backward_shown, _pool_backward_hidden),
    ),
    uses=(),
    preload=("numpy", "matplotlib.pyplot"),
    cell_seconds=20,
    call_seconds=5,
    total_seconds=120,
)
