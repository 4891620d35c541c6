"""A small assignment, a sandbox to share, and notebooks for them."""

import json
import shutil

import numpy as np
import pytest

from cnnkit.grading import Assignment, Case, Question
from cnnkit.grading.grade import draw_paper, grade
from cnnkit.grading.requests import call
from cnnkit.grading.sandbox import NoSandboxError, place

GOOD = """
import numpy as np

def double(x):
    return np.asarray(x) * 2

def square(x):
    return x * x
"""
HEAVY = 900_000_000  # bytes


def _double(rng):
    small, large = rng.normal(size=3), rng.normal(size=(20, 3))
    return [
        Case("a few numbers", call("double", small), 2 * small, hint="Times two."),
        Case("a matrix", call("double", large), 2 * large, hint="Any shape."),
    ]


def _square(rng):
    numbers = rng.integers(3, 90, 4).tolist()
    return [Case("a number", call("square", n), n * n, hint="x · x") for n in numbers]


def _shown():
    return [Case("four", call("square", 4), 16, hint="x · x")]


SMALL = Assignment(
    "t1",
    "Doubles and squares",
    minutes=1,
    questions=(
        Question("double", 10, list, _double),
        Question("square", 10, _shown, _square),
    ),
    cell_seconds=2,
    call_seconds=1,
    total_seconds=60,
    memory=HEAVY,
)


@pytest.fixture(scope="session")
def assignment():
    return SMALL


@pytest.fixture(scope="session")
def good():
    return GOOD


def notebook_bytes(*cells, **metadata):
    listed = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for source in cells
    ]
    whole = {"cells": listed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole).encode()


@pytest.fixture(scope="session")
def notebook():
    return notebook_bytes


def _needs_sandbox():
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")


@pytest.fixture(scope="session")
def shared():
    _needs_sandbox()
    try:
        with place() as made:
            yield made
    except NoSandboxError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def warm(shared):
    with place(preload=["numpy"]) as made:
        if made.warm is None:
            pytest.skip("only root forks warm processes")
        yield made


@pytest.fixture(params=["shared", "warm"])
def marks(request):
    """Grade cells, in a fresh sandbox and in a warm one; give the record."""
    shared = request.getfixturevalue(request.param)
    paper = draw_paper(SMALL, "salt")

    def run(*cells):
        data = cells[0] if isinstance(cells[0], bytes) else notebook_bytes(*cells)
        return grade(paper, data, shared, slot=7)

    return run


@pytest.fixture
def rng():
    return np.random.default_rng(0)
