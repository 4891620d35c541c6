"""The learner's check: what it calls, what it says, what it keeps to itself."""

import sys

import numpy as np
import pytest

from cnnkit.grading import assignments, check, hidden


@pytest.fixture(autouse=True)
def learner(monkeypatch, assignment):
    """A notebook that begins empty, and the small assignment beside the others."""
    import types

    main = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    find = assignments.find_assignment
    monkeypatch.setattr(
        "cnnkit.grading._check.find_assignment",
        lambda name: assignment if name == "t1" else find(name),
    )
    return main


def test_nothing_written_yet(learner):
    report = check("t1.square")
    assert not report
    assert "not written yet" in repr(report)
    assert "`square` is not defined. Run the cell" in repr(report)

    def square(x):
        raise NotImplementedError

    learner.square = square
    assert "not written yet" in repr(check("t1.square"))


def test_right(learner):
    learner.square = lambda x: x * x
    report = check("t1.square")
    assert report and repr(report) == "t1.square: passed (1 of 1)"


def test_wrong_says_what_was_called_and_what_came_back_and_not_what_was_due(learner):
    learner.square = lambda x: np.zeros((2, 2))
    said = repr(check("t1.square"))
    for words in (
        "tried:  four",
        "called: square(4)",
        "came:   an array of shape (2, 2) of float64",
        "a number was due",
        "hint:   x · x",
    ):
        assert words in said
    assert "16" not in said


def test_an_error_is_told_with_its_line(learner):
    exec(
        compile("\n\ndef square(x):\n    return x / 0", "<cell 1>", "exec"),
        vars(learner),
    )
    said = repr(check("t1.square"))
    assert "raised: ZeroDivisionError: division by zero (line 4 of its cell)" in said


def test_an_object_equal_to_everything_is_not(learner):
    class Anything:
        def __eq__(self, other):
            return True

    learner.square = lambda x: Anything()
    assert "Anything cannot be sent" in repr(check("t1.square"))


def test_arguments_are_copies(learner):
    kept = []

    def double(x):
        kept.append(x)
        y = 2 * x
        x[...] = 0
        return y

    learner.double = double
    assert hidden("t1.double") and hidden("t1.double")
    assert all((x == 0).all() for x in kept)


def test_the_table(learner):
    learner.square = lambda x: x + 1
    said = repr(check("t1"))
    assert "square   10 points  0 of 1 passed" in said
    assert "hidden checks" in said


def test_html_is_escaped(learner):
    def square(x):
        raise ValueError("<script>")

    learner.square = square
    assert "<script>" not in check("t1.square")._repr_html_()


@pytest.mark.parametrize("name", ["t1.cube", "z9", "", "t1.square.x"])
def test_unknown_names(name):
    with pytest.raises(LookupError, match="There is no|has no question"):
        check(name)


@pytest.mark.parametrize("name", [None, 3, print])
def test_what_is_no_name(name):
    with pytest.raises(TypeError, match="must be a string"):
        check(name)


def test_hidden_wants_a_question():
    with pytest.raises(LookupError, match=r"t1\.double"):
        hidden("t1")


def test_keyboard_interrupt_is_not_swallowed(learner):
    def square(x):
        raise KeyboardInterrupt

    learner.square = square
    with pytest.raises(KeyboardInterrupt):
        check("t1.square")
