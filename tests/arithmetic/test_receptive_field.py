"""Receptive fields of chains of layers."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnkit.arithmetic import (
    ReceptiveField,
    output_size,
    receptive_field,
    receptive_fields,
)

CONV3, POOL = (3, 1), (2, 2)
VGG16 = [*[CONV3, CONV3, POOL] * 2, *[CONV3, CONV3, CONV3, POOL] * 3]
ALEXNET = [(11, 4), (3, 2), (5, 1), (3, 2), CONV3, CONV3, CONV3, (3, 2)]


@pytest.mark.parametrize(
    "layers, expected",
    [
        ([], 1),
        ([CONV3, CONV3], 5),
        ([CONV3, CONV3, CONV3], 7),
        ([(5, 1), POOL, (5, 1), POOL], 16),
        ([(3, 1, 1), (3, 1, 2), (3, 1, 4)], 15),
        (VGG16[:-1], 196),
        (VGG16, 212),
        (ALEXNET, 195),
        ([((3, 5), 1), (2, 2)], (4, 6)),
        ([[3, 2], [3, 1]], 7),
        (iter([CONV3]), 3),
    ],
)
def test_receptive_field(layers, expected):
    assert receptive_field(layers) == expected


def test_receptive_fields_place_by_place():
    fields = receptive_fields([(3, 2), (3, 1), (3, 1, 1, 1)])
    assert fields == [
        ReceptiveField(3, 2, 0),
        ReceptiveField(7, 2, 0),
        ReceptiveField(11, 2, -2),
    ]
    assert fields[1].span(2) == (4, 11)
    assert fields[1].centre(2) == 7.0
    assert receptive_fields([]) == []


def test_receptive_fields_by_axis():
    (first,) = receptive_fields([((3, 5), (1, 2), 1, ("valid", 2))])
    assert first == (ReceptiveField(3, 1, 0), ReceptiveField(5, 2, -2))
    (first,) = receptive_fields([(3, 2, 1, "same")], n=(6, 7))
    assert [axis.start for axis in first] == [0, -1]


LAYERS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(1, 3),
        st.integers(1, 3),
        st.sampled_from(["valid", "same", 1, 2]),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 40), LAYERS)
def test_fields_are_the_footprint_of_a_network_of_ones(n, layers):
    """An input pixel that is 1 shows which units see it."""
    layers = [(f, s, d if s == 1 else 1, p) for f, s, d, p in layers]
    try:
        size = n
        for f, stride, dilation, padding in layers:
            size = output_size(size, f, padding, stride, dilation)
    except ValueError:
        return
    units = _run(layers, np.eye(n, dtype="float32")[:, :, np.newaxis])
    for unit in range(size):
        first, end = receptive_fields(layers, n)[-1].span(unit)
        seen = np.flatnonzero(units[:, unit])
        if len(seen):
            assert first <= seen[0] and seen[-1] < end
        dense = all(d == 1 and s <= f for f, s, d, _ in layers)
        if dense and all(p == "valid" for *_, p in layers):
            assert (seen[0], seen[-1] + 1) == (first, end)
            assert len(seen) == receptive_field(layers)


def _run(layers, x):
    for f, stride, dilation, padding in layers:
        if isinstance(padding, int):
            x = np.pad(x, ((0, 0), (padding, padding), (0, 0)))
        x = keras.ops.convert_to_numpy(
            keras.ops.conv(
                x,
                np.ones((f, 1, 1), dtype="float32"),
                strides=stride,
                padding="same" if padding == "same" else "valid",
                dilation_rate=dilation,
            )
        )
    return x[:, :, 0]


def test_a_patch_alone_gives_what_the_unit_gave():
    layers = [(3, 1, 1, "same"), (2, 2, 1, "valid"), (5, 2, 1, "same")]
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 41, 1)).astype("float32")
    whole = _run(layers, x)
    field = receptive_fields(layers, n=41)[-1]
    alone = [(f, s, 1, "valid") for f, s, *_ in layers]
    for unit in range(1, 9):
        first, end = field.span(unit)
        assert first >= 0 and end <= 41
        patch = _run(alone, x[:, first:end])
        np.testing.assert_allclose(patch, whole[:, unit : unit + 1], rtol=1e-5)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: receptive_field([(3,)]), "Each layer must be .*Received: \\(3,\\)"),
        (lambda: receptive_field([3]), "Each layer must be .*Received: 3"),
        (lambda: receptive_field((3, 1)), "Each layer must be"),
        (lambda: receptive_field(3), "`layers` must be a sequence"),
        (lambda: receptive_field([(3, 0)]), "`stride` must be a positive integer"),
        (lambda: receptive_field([(3.0, 1)]), "`f` must be .*f=3.0"),
        (lambda: receptive_field([(3, 1, True)]), "`dilation` must be"),
        (lambda: receptive_fields([(3, 1, 1, "full")]), "`padding` must be"),
        (lambda: receptive_fields([(3, 2, 1, "same")]), "give `n`"),
        (lambda: receptive_fields([(3, 1)], n=2), "larger than the padded input"),
        (lambda: receptive_fields([(3, 1)], n=6.0), "`n` must be"),
        (lambda: receptive_field([((3, 3), (1, 1, 1))]), "one entry for each axis"),
        (lambda: ReceptiveField(3, 1, 0).span(-1), "`unit` must be"),
        (lambda: ReceptiveField(3, 1, 0).centre(0.5), "`unit` must be"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
