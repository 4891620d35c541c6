"""What assignments 5 to 8 go through alike; the rest is in the file of each."""

import pytest

from cnnkit.grading.assignments import find_assignment
from tests.grading.assignments import test_a5, test_a6, test_a7, test_a8
from tests.grading.assignments.mistakes import (
    STUBS,
    check_blank,
    check_mistake,
    check_reference,
    check_stub,
)

MISTAKES = {
    "a5": test_a5.MISTAKES,
    "a6": test_a6.MISTAKES,
    "a7": test_a7.MISTAKES,
    "a8": test_a8.MISTAKES,
}
each = pytest.mark.parametrize("name", MISTAKES)


@each
def test_the_reference_earns_all(name, master, marks, failures):
    check_reference(find_assignment(name), master(name), marks, failures)


@each
def test_blank_earns_nothing(name, marks):
    check_blank(find_assignment(name), marks)


@each
@pytest.mark.parametrize("stub", STUBS)
def test_stubs_earn_next_to_nothing(name, stub, marks):
    check_stub(find_assignment(name), stub, marks)


@pytest.mark.parametrize(
    ("name", "mistake"),
    [(name, mistake) for name, them in MISTAKES.items() for mistake in them],
    ids=lambda x: x if isinstance(x, str) else x[0],
)
def test_mistakes_cost_points_and_get_a_hint(name, mistake, master, marks, failures):
    check_mistake(find_assignment(name), master(name), mistake, marks, failures)
