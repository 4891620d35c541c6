"""Output sizes, parameters and multiply-adds."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnkit.arithmetic import (
    conv_parameters,
    dense_multiply_adds,
    dense_parameters,
    multiply_adds,
    output_size,
    padding_amounts,
)

SIZES = st.integers(1, 24)
FILTERS = st.integers(1, 6)
STRIDES = st.integers(1, 4)
DILATIONS = st.integers(1, 3)


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (dict(n=6, f=3), 4),
        (dict(n=6, f=3, padding=1), 6),
        (dict(n=6, f=3, padding="same"), 6),
        (dict(n=7, f=3, stride=2), 3),
        (dict(n=(7, 7), f=3, stride=2), (3, 3)),
        (dict(n=14, f=5), 10),
        (dict(n=(14, 14, 14), f=5), (10, 10, 10)),
        (dict(n=28, f=2, padding="same"), 28),
        (dict(n=3, f=5, padding="same"), 3),
        (dict(n=3, f=5, padding=1), 1),
        (dict(n=227, f=11, stride=4), 55),
        (dict(n=6, f=3, padding="VALID"), 4),
        (dict(n=(6, 8), f=(3, 1), padding=(1, "same"), stride=(1, 2)), (6, 4)),
        (dict(n=[6, 8], f=3), (4, 6)),
        (dict(n=7, f=(3, 5)), (5, 3)),
        (dict(n=np.int64(6), f=np.uint8(3)), 4),
        (dict(n=9, f=3, dilation=4), 1),
    ],
)
def test_output_size(arguments, expected):
    size = output_size(**arguments)
    assert size == expected
    assert type(size) is type(expected)


def test_the_39_by_39_network():
    first = output_size(39, 3)
    second = output_size(first, 5, stride=2)
    third = output_size(second, 5, stride=2)
    assert (first, second, third) == (37, 17, 7)
    assert third * third * 40 == 1960


@settings(deadline=None)
@given(SIZES, FILTERS, STRIDES, DILATIONS, st.integers(0, 4))
def test_output_size_counts_the_places_of_the_filter(n, f, stride, dilation, padding):
    padded = np.pad(np.zeros(n), padding)
    taps = np.arange(0, f * dilation, dilation)
    places = [i for i in range(0, len(padded), stride) if i + taps[-1] < len(padded)]
    if places:
        assert output_size(n, f, padding, stride, dilation) == len(places)
    else:
        with pytest.raises(ValueError, match="larger than the padded input"):
            output_size(n, f, padding, stride, dilation)


@settings(deadline=None, max_examples=40)
@given(SIZES, FILTERS, STRIDES, DILATIONS, st.sampled_from(["valid", "same"]))
def test_output_size_is_that_of_keras(n, f, stride, dilation, padding):
    assume(stride == 1 or dilation == 1)
    assume(padding == "same" or (f - 1) * dilation < n)
    layer = keras.layers.Conv1D(
        1, f, strides=stride, dilation_rate=dilation, padding=padding
    )
    expected = layer.compute_output_shape((1, n, 1))[1]
    assert output_size(n, f, padding, stride, dilation) == expected


@settings(deadline=None, max_examples=25)
@given(SIZES, FILTERS, STRIDES, DILATIONS, st.integers(0, 2**16))
def test_padding_amounts_give_what_same_gives(n, f, stride, dilation, seed):
    assume(stride == 1 or dilation == 1)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1, n, 1)).astype("float32")
    kernel = rng.normal(size=(f, 1, 1)).astype("float32")
    padded = np.pad(x, ((0, 0), padding_amounts(n, f, stride, dilation), (0, 0)))
    same, valid = (
        keras.ops.conv(
            images, kernel, strides=stride, padding=mode, dilation_rate=dilation
        )
        for images, mode in ((x, "same"), (padded, "valid"))
    )
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(same),
        keras.ops.convert_to_numpy(valid),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ((28, 5), (2, 2)),
        ((28, 2), (0, 1)),
        ((28, 4), (1, 2)),
        ((6, 1, 3), (0, 0)),
        ((7, 3, 2), (1, 1)),
        (((6, 7), 3, 2), ((0, 1), (1, 1))),
        ((8, 3, 1, 2), (2, 2)),
    ],
)
def test_padding_amounts(arguments, expected):
    assert padding_amounts(*arguments) == expected


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (dict(f=3, channels=3, filters=10), 280),
        (dict(f=5, channels=1, filters=6), 156),
        (dict(f=5, channels=6, filters=16), 2416),
        (dict(f=5, channels=3, filters=6), 456),
        (dict(f=(5,), channels=1, filters=16), 96),
        (dict(f=(5, 5, 5), channels=1, filters=16), 2016),
        (dict(f=(5, 5), channels=1, filters=6, bias=False), 150),
        (dict(f=5, channels=96, filters=256, groups=2), 307456),
    ],
)
def test_conv_parameters(arguments, expected):
    assert conv_parameters(**arguments) == expected


def test_lenet5_has_61706_parameters():
    layers = [
        conv_parameters(5, 1, 6),
        conv_parameters(5, 6, 16),
        dense_parameters((5, 5, 16), 120),
        dense_parameters(120, 84),
        dense_parameters(84, 10),
    ]
    assert layers == [156, 2416, 48120, 10164, 850]
    assert sum(layers) == 61706


def test_vgg16_has_138357544_parameters():
    stages = [(3, 64, 64), (64, 128, 128), (128, 256, 256, 256)]
    stages += [(256, 512, 512, 512), (512, 512, 512, 512)]
    convs = sum(
        conv_parameters(3, channels, filters)
        for stage in stages
        for channels, filters in zip(stage, stage[1:], strict=False)
    )
    dense = [((7, 7, 512), 4096), (4096, 4096), (4096, 1000)]
    assert convs + sum(dense_parameters(*units) for units in dense) == 138_357_544


def test_why_dense_layers_do_not_scale():
    assert dense_parameters((1000, 1000, 3), 1000, bias=False) == 3 * 10**9
    dense = dense_parameters((39, 39, 3), (37, 37, 10), bias=False)
    assert round(dense / 1e6) == 62
    assert conv_parameters(3, 3, 10) == 280


def test_what_a_bottleneck_saves():
    assert multiply_adds(28, 5, channels=192, filters=32) == 120_422_400
    narrow = multiply_adds(28, 1, 192, 16) + multiply_adds(28, 5, 16, 32)
    assert narrow == 12_443_648


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (dict(n=(14,), f=5, channels=1, filters=16, padding="valid"), 10 * 5 * 16),
        (dict(n=14, f=(5,), channels=1, filters=16, padding="valid"), 10 * 5 * 16),
        (dict(n=(14,) * 3, f=5, channels=1, filters=2, padding=0), 10**3 * 125 * 2),
        (dict(n=8, f=3, channels=4, filters=4, groups=4), 64 * 9 * 4),
        (dict(n=9, f=3, channels=1, filters=1, padding="valid", dilation=4), 9),
        (dict(n=8, f=3, channels=1, filters=1, stride=2), 16 * 9),
    ],
)
def test_multiply_adds(arguments, expected):
    assert multiply_adds(**arguments) == expected


def test_dense_multiply_adds():
    assert dense_multiply_adds(400, 120) == 48000
    assert dense_multiply_adds((5, 5, 16), 120) == 48000


@pytest.mark.parametrize("bad", [0, -1, 6.0, True, "6", None, np.float32(6), 1 + 0j])
@pytest.mark.parametrize(
    "function, good",
    [
        (output_size, dict(n=6, f=3, stride=1, dilation=1)),
        (padding_amounts, dict(n=6, f=3, stride=1, dilation=1)),
        (conv_parameters, dict(f=3, channels=3, filters=8, groups=1)),
        (dense_parameters, dict(units_in=4, units_out=2)),
        (dense_multiply_adds, dict(units_in=4, units_out=2)),
        (multiply_adds, dict(n=6, f=3, channels=3, filters=8, stride=1, groups=1)),
    ],
)
def test_only_positive_integers_are_taken(function, good, bad):
    for name in good:
        with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
            function(**{**good, name: bad})


@pytest.mark.parametrize("bad", [-1, 1.0, True, "full", None, "", np.nan])
def test_paddings_that_are_none(bad):
    with pytest.raises(ValueError, match="`padding` must be .*Received: padding="):
        output_size(6, 3, padding=bad)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: output_size(3, 5), "larger than the padded input.*n=3.*f=5"),
        (lambda: output_size(6, 3, dilation=4), "dilation=4 stretches it to 9"),
        (lambda: output_size((6, 6), (3, 3, 3)), "one entry for each axis"),
        (lambda: output_size((), 3), "one entry for each axis"),
        (lambda: output_size((6, 6.5), 3), "`n` must be .*Received: n=6.5"),
        (lambda: multiply_adds((6, 6), (3,), 1, 1), "one entry for each axis"),
        (lambda: conv_parameters(3, 3, 8, groups=2), "`groups` must divide"),
        (lambda: conv_parameters((), 3, 8), "`f` must be a positive integer"),
        (lambda: dense_parameters((5, 0), 2), "`units_in` must be"),
    ],
)
def test_other_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_formulas_do_not_import_keras():
    code = (
        "import sys, cnnkit.arithmetic, cnnkit.filters;"
        "sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
