"""What each assignment goes through: the reference, nothing, stubs, mistakes."""

import nbformat
import numpy as np

from cnnkit.grading.assignments import MODULES
from tests.grading.assignments.conftest import MASTERS

SALTS = ("a", "b", "c", "d", "e")


def _nothing(*args, **kwargs):
    return None


def _blank(*args, **kwargs):
    raise NotImplementedError


STUBS = {
    "first argument": lambda *args, **kwargs: args[0] if args else None,
    "last argument": lambda *args, **kwargs: args[-1] if args else None,
    "None": _nothing,
    "0": lambda *args, **kwargs: 0,
    "1": lambda *args, **kwargs: 1.0,
    "True": lambda *args, **kwargs: True,
    "[]": lambda *args, **kwargs: [],
    "[0]": lambda *args, **kwargs: [0],
    "zeros": lambda *args, **kwargs: np.zeros(_shape(args)),
    "ones": lambda *args, **kwargs: np.ones(_shape(args)),
    "as many zeros": lambda *args, **kwargs: np.zeros(_shape(args)[:1]),
    "three empty arrays": lambda *args, **kwargs: (
        np.zeros(0),
        np.zeros((0, 4)),
        np.zeros(0),
    ),
}


def _shape(args):
    return np.shape(args[0]) if args and hasattr(args[0], "shape") else ()


def check_reference(assignment, namespace, marks, failures, salts=SALTS):
    """The master's solutions earn all points and pass the learner's check."""
    due = {question.name: question.points for question in assignment.questions}
    assert assignment.points == 100
    assert 4 <= len(due) <= 8
    for salt in salts:
        assert marks(assignment, namespace, salt) == due
    for name in due:
        assert not failures(assignment, namespace, name)


def check_blank(assignment, marks):
    """Nothing defined and nothing written earn nothing."""
    for namespace in ({}, _everywhere(assignment, _blank)):
        assert not any(marks(assignment, namespace).values())


def check_stub(assignment, stub, marks):
    """One answer to everything earns next to nothing."""
    earned = marks(assignment, _everywhere(assignment, STUBS[stub]))
    for question in assignment.questions:
        assert earned[question.name] <= question.points / 10, question.name


def check_mistake(assignment, namespace, mistake, marks, failures, salts=SALTS):
    """A mistake costs points, whatever the salt, and the check has a hint for it.

    Args:
        assignment: `Assignment`.
        namespace: what its master defines.
        mistake: tuple of the question, what stands in its solution, what somebody
            writes there, and words of the hint that helps.
        marks: fixture.
        failures: fixture.
        salts: strings.
    """
    question, old, new, words = mistake
    changed = mistaken(namespace, assignment.name, question, old, new)
    for salt in salts:
        earned = marks(assignment, changed, salt, question)[question]
        assert earned < assignment.question(question).points
    failed = failures(assignment, changed, question)
    assert failed, "the check finds nothing"
    assert words in failed[0].case.hint


def _everywhere(assignment, function):
    return {question.name: function for question in assignment.questions}


def mistaken(namespace, name, question, old, new):
    """Give the namespace of a master in which a solution has another text.

    Args:
        namespace: what the master defines.
        name: string, as "a5".
        question: the function or class in whose cell `old` stands, once.
        old: string.
        new: string in its place.

    Returns:
        A dict. All solutions are defined anew, so that they call one another.
    """
    notebook = nbformat.read(MASTERS / f"{MODULES[name]}.ipynb", as_version=4)
    changed = dict(namespace)
    solutions = [c.source for c in notebook.cells if "### BEGIN SOLUTION" in c.source]
    for source in solutions:
        if f"def {question}(" in source or f"class {question}" in source:
            assert source.count(old) == 1, f"{question}: {old!r}"
            source = source.replace(old, new)
        exec(compile(source, "<cell 1>", "exec"), changed)
    return changed
