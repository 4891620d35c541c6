"""Assignment 1: what earns marks, what loses them, and what the learner is told."""

import sys

import numpy as np
import pytest

from cnnkit.grading import check
from cnnkit.grading.assignments.a1_convolution_in_numpy import ASSIGNMENT

NAMES = [question.name for question in ASSIGNMENT.questions]


def test_a_hundred_points():
    assert ASSIGNMENT.points == 100


def test_the_master_earns_all(master, marks):
    due = {question.name: question.points for question in ASSIGNMENT.questions}
    for salt in range(20):
        assert marks(ASSIGNMENT, master("a1"), str(salt)) == due


def test_the_master_passes_its_checks(master, failures):
    for name in NAMES:
        assert failures(ASSIGNMENT, master("a1"), name) == []


def test_nothing_written_earns_nothing(marks):
    def blank(*args, **kwargs):
        raise NotImplementedError

    assert set(marks(ASSIGNMENT, {}).values()) == {0}
    assert set(marks(ASSIGNMENT, dict.fromkeys(NAMES, blank)).values()) == {0}


STUBS = {
    "input": lambda x, *args, **kwargs: x,
    "all": lambda *args, **kwargs: args,
    "none": lambda *args, **kwargs: None,
    "zero": lambda *args, **kwargs: 0.0,
    "zeros": lambda x, *args, **kwargs: np.zeros(np.shape(x)),
    "ones": lambda x, *args, **kwargs: np.ones(np.shape(x)),
    "three zeros": lambda x, *args, **kwargs: (0 * x, 0 * x, 0 * x),
    "cache zeros": lambda dZ, cache: tuple(0 * x for x in cache[:3]),
    "pixel zeros": lambda dZ, cache: np.zeros(cache[0].shape),
}


@pytest.mark.parametrize("stub", STUBS)
def test_stubs_earn_next_to_nothing(marks, stub):
    for salt in "ab":
        earned = marks(ASSIGNMENT, dict.fromkeys(NAMES, STUBS[stub]), salt)
        for question in ASSIGNMENT.questions:
            assert earned[question.name] <= question.points / 10, question.name


def padded_everywhere(X, pad):
    return np.pad(X, pad)


def padded_once(X, pad):
    return np.pad(X, ((0, 0), (pad, 0), (pad, 0), (0, 0)))


def padded_by_one(X, pad):
    return np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))


def padded_with_the_rim(X, pad):
    axes = ((0, 0), (pad, pad), (pad, pad), (0, 0))
    return np.pad(X, axes, mode="edge") if len(X) else np.pad(X, axes)


def bias_forgotten(a_slice, W, b):
    return np.sum(a_slice * W)


def bias_at_each_product(a_slice, W, b):
    return float(np.sum(a_slice * W + b))


def step_is_an_array(a_slice, W, b):
    return np.sum(a_slice * W) + b


def filter_flipped(a_slice, W, b):
    return np.sum(a_slice * W[::-1, ::-1]) + b.item()


def conv(A_prev, W, b, stride=1, pad=0, *, flip=False, ceil=False, swap=False):
    """Forward pass with mistakes to choose from."""
    f = len(W)
    W = W[::-1, ::-1] if flip else W
    X = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    sizes = [(n - f + (stride - 1) * ceil) // stride + 1 for n in X.shape[1:3]]
    n_H, n_W = sizes[::-1] if swap else sizes
    Z = np.zeros((len(X), n_H, n_W, W.shape[3]))
    for h, w in np.ndindex(n_H, n_W):
        window = X[:, h * stride : h * stride + f, w * stride : w * stride + f]
        weights = W[: window.shape[1], : window.shape[2]]
        Z[:, h, w] = np.tensordot(window, weights, 3) + b[0, 0, 0]
    return Z, (A_prev, W, b, {"stride": stride, "pad": pad})


def conv_without_stride(A_prev, W, b, stride=1, pad=0):
    return conv(A_prev, W, b, 1, pad)


def conv_without_padding(A_prev, W, b, stride=1, pad=0):
    return conv(A_prev, W, b, stride, 0)


def conv_flipped(A_prev, W, b, stride=1, pad=0):
    return conv(A_prev, W, b, stride, pad, flip=True)


def conv_rounded_up(A_prev, W, b, stride=1, pad=0):
    return conv(A_prev, W, b, stride, pad, ceil=True)


def conv_without_bias(A_prev, W, b, stride=1, pad=0):
    return conv(A_prev, W, 0 * b, stride, pad)


def conv_sides_swapped(A_prev, W, b, stride=1, pad=0):
    return conv(A_prev, W, b, stride, pad, swap=True)


def conv_of_the_first_image(A_prev, W, b, stride=1, pad=0):
    first = np.broadcast_to(A_prev[:1], A_prev.shape)
    return conv(first, W, b, stride, pad)


def conv_alone(A_prev, W, b, stride=1, pad=0):
    return conv(A_prev, W, b, stride, pad)[0]


def conv_cache_padded(A_prev, W, b, stride=1, pad=0):
    Z, (_, *rest) = conv(A_prev, W, b, stride, pad)
    return Z, (np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0))), *rest)


def pool(A_prev, f, stride, mode="max", *, start=None, channels=False):
    """Pooling with mistakes to choose from."""
    n_H, n_W = ((n - f) // stride + 1 for n in A_prev.shape[1:3])
    A = np.zeros((len(A_prev), n_H, n_W, A_prev.shape[3]))
    for h, w in np.ndindex(n_H, n_W):
        window = A_prev[:, h * stride : h * stride + f, w * stride : w * stride + f]
        axes = (1, 2, 3) if channels else (1, 2)
        kept = window.mean(axes, keepdims=True)
        if mode == "max":
            kept = window.max(axes, keepdims=True, initial=start or -np.inf)
            kept = np.maximum(kept, 0) if start == 0 else kept
        A[:, h, w] = kept[:, 0, 0]
    return A, (A_prev, A, {"f": f, "stride": stride, "mode": mode})


def pool_from_zero(A_prev, f, stride, mode="max"):
    return pool(A_prev, f, stride, mode, start=0)


def pool_over_channels(A_prev, f, stride, mode="max"):
    return pool(A_prev, f, stride, mode, channels=True)


def pool_side_by_side(A_prev, f, stride, mode="max"):
    return pool(A_prev, f, f, mode)


def pool_always_max(A_prev, f, stride, mode="max"):
    return pool(A_prev, f, stride, "max")


def pool_by_four(A_prev, f, stride, mode="max"):
    A, cache = pool(A_prev, f, stride, mode)
    return (A * f**2 / 4 if mode == "average" else A), cache


def conv_back(dZ, cache, *, add=True, flip=False, rim=True, stride=None, bias=True):
    """Backward pass with mistakes to choose from."""
    A_prev, W, b, settings = cache
    f, pad = len(W), settings["pad"]
    stride = stride or settings["stride"]
    X = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros(b.shape)
    for i, h, w, c in np.ndindex(dZ.shape):
        rows = slice(h * stride, h * stride + f)
        columns = slice(w * stride, w * stride + f)
        dz, seen = dZ[i, h, w, c], X[i, rows, columns]
        weights = W[::-1, ::-1, :, c] if flip else W[..., c]
        dW[..., c] = dW[..., c] * add + dz * seen
        dX[i, rows, columns] += dz * weights
        db[..., c] += dz * bias
    end = -pad if rim and pad else None
    return dX[:, pad if rim else 0 : end, pad if rim else 0 : end], dW, db


def back_of_the_last_window(dZ, cache):
    return conv_back(dZ, cache, add=False)


def back_flipped(dZ, cache):
    return conv_back(dZ, cache, flip=True)


def back_with_the_rim(dZ, cache):
    return conv_back(dZ, cache, rim=False)


def back_without_stride(dZ, cache):
    return conv_back(dZ, cache, stride=1)


def back_cut_to_nothing(dZ, cache):
    dX, dW, db = conv_back(dZ, cache, rim=False)
    pad = cache[3]["pad"]
    return dX[:, pad:-pad, pad:-pad], dW, db


def back_without_bias(dZ, cache):
    return conv_back(dZ, cache, bias=False)


def back_averaged(dZ, cache):
    dA_prev, dW, db = conv_back(dZ, cache)
    return dA_prev, dW / max(1, len(dZ)), db / max(1, len(dZ))


def pool_back(dA, cache, *, ties="first", add=True, share=True, channels=False):
    """Backward pass of pooling with mistakes to choose from."""
    A_prev, _, settings = cache
    f, stride, mode = settings["f"], settings["stride"], settings["mode"]
    dA_prev = np.zeros(A_prev.shape)
    for i, h, w, c in np.ndindex(dA.shape):
        rows = slice(h * stride, h * stride + f)
        columns = slice(w * stride, w * stride + f)
        window = A_prev[i, rows, columns, c]
        if mode == "max":
            mask = (window == window.max()).astype(float)
            if ties == "first":
                mask = np.eye(window.size)[window.argmax()].reshape(window.shape)
            if channels:
                mask = window == A_prev[i, rows, columns].max()
        else:
            mask = np.full(window.shape, 1 / f**2 if share else 1)
        kept = dA_prev[i, rows, columns, c] if add else 0
        dA_prev[i, rows, columns, c] = kept + dA[i, h, w, c] * mask
    return dA_prev


def unpool_to_all_ties(dA, cache):
    return pool_back(dA, cache, ties="all")


def unpool_without_adding(dA, cache):
    return pool_back(dA, cache, add=False)


def unpool_whole_to_each(dA, cache):
    return pool_back(dA, cache, share=False)


def unpool_over_channels(dA, cache):
    return pool_back(dA, cache, channels=True)


def unpool_always_max(dA, cache):
    A_prev, A, settings = cache
    return pool_back(dA, (A_prev, A, {**settings, "mode": "max"}))


MISTAKES = {
    padded_everywhere: ("zero_pad", "batch and the channels"),
    padded_once: ("zero_pad", "all four sides"),
    padded_by_one: ("zero_pad", "Each side grows by `pad`"),
    padded_with_the_rim: ("zero_pad", "zeros"),
    bias_forgotten: ("conv_single_step", "add the bias"),
    bias_at_each_product: ("conv_single_step", "bias once"),
    step_is_an_array: ("conv_single_step", ".item()"),
    filter_flipped: ("conv_single_step", "not flipped"),
    conv_without_stride: ("conv_forward", "h * stride"),
    conv_without_padding: ("conv_forward", "Pad first"),
    conv_flipped: ("conv_forward", "conv_single_step"),
    conv_rounded_up: ("conv_forward", "rounded down"),
    conv_without_bias: ("conv_forward", "one bias"),
    conv_sides_swapped: ("conv_forward", "n_H from n_H_prev"),
    conv_of_the_first_image: ("conv_forward", "one sum"),
    conv_alone: ("conv_forward", "one sum"),
    conv_cache_padded: ("conv_forward", "unpadded"),
    pool_from_zero: ("pool_forward", "below zero"),
    pool_over_channels: ("pool_forward", "by itself"),
    pool_side_by_side: ("pool_forward", "step is stride"),
    pool_always_max: ("pool_forward", "average"),
    pool_by_four: ("pool_forward", "formula"),
    back_of_the_last_window: ("conv_backward", "Each output adds its window"),
    back_flipped: ("conv_backward", "Each output adds its filter"),
    back_with_the_rim: ("conv_backward", "cut the rim off"),
    back_without_stride: ("conv_backward", "h * stride"),
    back_cut_to_nothing: ("conv_backward", "adds its filter"),
    back_without_bias: ("conv_backward", "sum of dZ"),
    back_averaged: ("conv_backward", "adds its window"),
    unpool_to_all_ties: ("pool_backward", "only the first"),
    unpool_without_adding: ("pool_backward", "+="),
    unpool_whole_to_each: ("pool_backward", "equal share"),
    unpool_over_channels: ("pool_backward", "channel by channel"),
    unpool_always_max: ("pool_backward", "equal share"),
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda f: f.__name__)
def test_mistakes_lose_points_and_get_a_hint(first_failure, mistake):
    name, hint = MISTAKES[mistake]
    for salt in "ab":
        assert first_failure(ASSIGNMENT, {name: mistake}, name, salt) is not None
    assert hint in first_failure(ASSIGNMENT, {name: mistake}, name).case.hint


def test_the_frames_of_the_mistakes_are_right(master, marks):
    right = {
        "conv_forward": lambda *args, **kwargs: conv(*args, **kwargs),
        "pool_forward": lambda *args: pool(*args),
        "conv_backward": lambda *args: conv_back(*args),
        "pool_backward": lambda *args: pool_back(*args),
    }
    due = {question.name: question.points for question in ASSIGNMENT.questions}
    assert marks(ASSIGNMENT, {**master("a1"), **right}) == due


def test_right_but_padded_by_hand_and_fast(marks):
    def zero_pad(X, pad):
        m, n_H, n_W, n_C = X.shape
        out = np.zeros((m, n_H + 2 * pad, n_W + 2 * pad, n_C), "float32")
        out[:, pad : pad + n_H, pad : pad + n_W] = X
        return out

    assert marks(ASSIGNMENT, {"zero_pad": zero_pad}, only="zero_pad")["zero_pad"] == 10


def test_partial_credit(marks):
    def only_the_filters(dZ, cache):
        _, dW, _ = conv_back(dZ, cache)
        return None, dW, None

    earned = marks(ASSIGNMENT, {"conv_backward": only_the_filters})["conv_backward"]
    assert earned == pytest.approx(25 / 8)


def test_the_digit_is_real(master):
    from sklearn.datasets import load_digits

    assert (master("a1")["digit"] == load_digits().images).all(axis=(1, 2)).any()


def test_what_the_learner_reads(monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "zero_pad", padded_once, raising=False)
    said = repr(check("a1.zero_pad"))
    assert "1 of 4 passed" in said
    assert "called: zero_pad(array of (2, 3, 4, 2), 1)" in said
    assert "(2, 5, 6, 2)" in said
    assert "all four sides" in said
