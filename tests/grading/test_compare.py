"""Same or not the same, and in which words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnkit.grading._values import pack, unpack
from cnnkit.grading.compare import difference, kind

A = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("got", "due"),
    [
        (1, 1.0),
        (np.array(1), 1),
        (np.float32(0.1), 0.1),
        (True, np.True_),
        (np.array(True), True),
        ((1, 2), [1, 2]),
        (np.array([1, 2]), [1, 2]),
        (A.astype("float32"), A),
        (A.astype(int), A),
        (A + 1e-7, A),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        ({"a": 1, "b": [A]}, {"b": (A,), "a": 1}),
        ("yes", "yes"),
        (None, None),
        ([], []),
    ],
    ids=repr,
)
def test_the_same(got, due):
    assert difference(got, due) is None


@pytest.mark.parametrize(
    ("got", "due", "said"),
    [
        (None, A, "nothing"),
        (A.T, A, r"shape \(3, 2\).*shape \(2, 3\)"),
        (A.tolist(), A, "a list of 2"),
        (A * 2, A, "5 of 6 numbers are far off"),
        (A * np.nan, A, "NaN"),
        (A > 2, A, "bool"),
        (A, A > 2, "bool"),
        (1, True, "truth value"),
        (True, 1, "truth value"),
        (np.array([1.0]), 1.0, "a number was due"),
        (1.5, 1.0, "the number is far off"),
        (1.001, 1.0, "the number is slightly off"),
        (np.inf, 1.0, "far off"),
        (np.nan, 1.0, "NaN"),
        (1.0, np.nan, "off"),
        (10**400, 1.0, "beyond"),
        ("no", "yes", "another string was due"),
        (1, "yes", "a number came back, a string"),
        ([1, 2, 3], [1, 2], "a list of 3"),
        ([1, 3], [1, 2], "at position 1"),
        ({"a": 1}, {"b": 1}, "keys a"),
        ({"a": 2}, {"a": 1}, "under 'a'"),
        ({}, {"a": 1}, "empty dict"),
        (0, None, "nothing"),
        (A, [A], "came back"),
    ],
    ids=repr,
)
def test_not_the_same(got, due, said):
    import re

    assert re.search(said, difference(got, due))


@given(hnp.arrays("float64", (2, 3), elements=st.floats(-1e6, 1e6)))
def test_an_array_is_itself_and_not_itself_plus_one(array):
    assert difference(array.copy(), array) is None
    assert difference(array + 1000, array) is not None


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=4),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=3), x),
        max_leaves=8,
    ),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers(),
        lambda x: st.lists(x, max_size=3),
        max_leaves=5,
    ),
)
def test_any_two_values_can_be_compared(got, due):
    found = difference(unpack(*pack(got)), due)
    assert found is None or isinstance(found, str)
    assert isinstance(kind(got), str)


def test_the_values_due_are_never_told():
    due = np.array([123.456, 789.012])
    assert "123" not in difference(np.zeros(3), due)
    assert "789.0" not in difference([1.0, 2.0], due)
