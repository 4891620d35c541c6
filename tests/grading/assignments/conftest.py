"""What the tests of the assignments share: masters that run, marks, hints."""

import functools
import pathlib

import nbformat
import pytest

import cnnkit.grading
from cnnkit.grading.assignment import hidden_cases
from cnnkit.grading.assignments import MODULES
from cnnkit.grading.trial import asker, points, try_cases

MASTERS = pathlib.Path(__file__).parents[3] / "notebooks/assignments/masters"


def run_master(name):
    """Run the code cells of a master, without its checks; give what it defined."""
    notebook = nbformat.read(MASTERS / f"{MODULES[name]}.ipynb", as_version=4)
    namespace = {"__name__": "__main__"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cnnkit.grading, "check", lambda name: None)
        patch.setattr(cnnkit.grading, "hidden", lambda name: None)
        patch.setattr("matplotlib.pyplot.show", _close_figures)
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code" and "setup" not in cell.metadata.get(
                "tags", []
            ):
                exec(compile(cell.source, f"<cell {number}>", "exec"), namespace)
    return namespace


def _close_figures():
    import matplotlib.pyplot as plt

    plt.close("all")


# The values due are worked out once: in Keras that takes as long as what is tested.
_hidden_cases = functools.cache(hidden_cases)


@functools.cache
def _shown_cases(question):
    return question.shown()


@pytest.fixture(scope="session")
def master():
    """Give `master("a1")`: what the master's cells define, each time a new dict."""
    known = {}

    def defined(name):
        if name not in known:
            known[name] = run_master(name)
        return dict(known[name])

    return defined


@pytest.fixture(scope="session")
def marks():
    """Give `marks(assignment, namespace, salt="s", only=None)`: points by question."""

    def count(assignment, namespace, salt="s", only=None):
        counted = {}
        for question in assignment.questions:
            if only in (None, question.name):
                cases = _hidden_cases(assignment, question, salt)
                results = try_cases(cases, asker(namespace))
                counted[question.name] = points(question, cases, results)
        return counted

    return count


@pytest.fixture(scope="session")
def failures():
    """Give `failures(assignment, namespace, question)`: failed results of the check."""

    def failed(assignment, namespace, question):
        cases = _shown_cases(assignment.question(question))
        return [r for r in try_cases(cases, asker(namespace)) if not r.passed]

    return failed


@pytest.fixture(scope="session")
def first_failure():
    """Give `first_failure(assignment, namespace, question, salt=None)`.

    It tries case by case, those shown or the hidden ones of a salt, and gives the
    first failed result, or `None`.
    """

    def first(assignment, namespace, name, salt=None):
        question = assignment.question(name)
        if salt is None:
            cases = _shown_cases(question)
        else:
            cases = _hidden_cases(assignment, question, salt)
        for case in cases:
            (result,) = try_cases([case], asker(namespace))
            if not result.passed:
                return result
        return None

    return first
