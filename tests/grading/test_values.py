"""What crosses into the sandbox and back: only plain data, bounded."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnkit.grading import _values
from cnnkit.grading._values import pack, unpack

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=9),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.lists(inside, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inside, max_size=4)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_data_comes_back(value):
    assert unpack(*pack(value)) == value


@given(hnp.arrays(st.sampled_from(_values.DTYPES), hnp.array_shapes(min_side=0)))
def test_arrays_come_back(array):
    back = unpack(*pack({"a": [array, (array,)]}))["a"]
    for one in (back[0], back[1][0]):
        assert type(one) is np.ndarray
        assert one.dtype == array.dtype and one.shape == array.shape
        assert one.tobytes() == array.tobytes()


def test_tensors_become_arrays():
    import keras

    back = unpack(*pack(keras.ops.ones((2, 3))))
    assert type(back) is np.ndarray and back.shape == (2, 3)


def test_scalars_become_arrays_without_dimensions():
    assert unpack(*pack(np.float32(2.5))).shape == ()


def test_subclasses_come_back_as_what_they_stand_on():
    class Odd(np.ndarray):
        pass

    back = unpack(*pack(np.ones(3).view(Odd)))
    assert type(back) is np.ndarray


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        b"bytes",
        1j,
        np.array([1j]),
        np.array(["a"]),
        {(1, 2): 3},
        print,
    ],
    ids=lambda x: type(x).__name__,
)
def test_other_types_are_refused(value):
    with pytest.raises(TypeError, match="sent"):
        pack(value)


def test_what_is_too_large_or_too_deep_is_refused():
    with pytest.raises(ValueError, match="large"):
        pack(np.zeros(_values.DATA_LIMIT // 8 + 1))
    with pytest.raises(ValueError, match="large"):
        pack("x" * _values.TEXT_LIMIT)
    deep = []
    for _ in range(_values.DEPTH_LIMIT + 2):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        pack(deep)


@pytest.mark.parametrize(
    "plain",
    [
        {"array": ["object", [1], 0]},
        {"array": ["float64", [1], 0]},
        {"array": ["float64", [-1], 0]},
        {"array": ["float64", [10**18, 10**18], 0]},
        {"array": ["float64", [0] * 20, 0]},
        {"array": ["float64", ["a"], 0]},
        {"array": ["float64", [True], 0]},
        {"array": ["float64", 3, 0]},
        {"array": ["float64"]},
        {"array": None},
        {"tuple": 5},
        {"dict": [[1]]},
        {"dict": [[[1], 2]]},
        {"dict": [[None, 2]]},
        {"other": 1},
        {"tuple": [], "dict": []},
        {},
    ],
    ids=json.dumps,
)
def test_forged_messages_are_refused(plain):
    with pytest.raises(ValueError):
        unpack(json.dumps(plain).encode(), b"\0" * 7)


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_noise_is_refused_or_plain(text, data):
    try:
        value = unpack(text, data)
    except ValueError:
        return
    assert isinstance(value, bool | int | float | str | list | tuple | dict | None)


def test_deep_noise_is_refused():
    with pytest.raises(ValueError):
        unpack(b"[" * 100_000, b"")
    with pytest.raises(ValueError):
        unpack(b"[" * 50 + b"]" * 50, b"")
    with pytest.raises(ValueError):
        unpack(b"9" * 10_000, b"")  # a number too long to be read
