"""What an assignment is made of: questions, and cases that are tried on a notebook."""

import dataclasses
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass(frozen=True)
class Case:
    """One thing asked of a notebook, and what is due.

    Attributes:
        part: what is tried, in a few words, as "a stride of two". Cases with the same
            words are one part of the question: it is passed if all of them are.
        request: see `cnnkit.grading.requests`, or `None` where there is a script.
        due: the value expected. It is compared with tolerance, see `compare`.
        judge: in place of `due`: a function that takes what came back and returns
            `None` if it is right, else a sentence that says what is wrong with it.
        hint: a sentence that helps on, without the answer. It is shown after a failure,
            to the learner and in the feedback.
        tolerance: float, relative, and absolute where the values due are near 1.
        script: in place of a request: a function that takes `ask`, asks what it likes,
            and raises `AssertionError` if an answer is wrong.
    """

    part: str
    request: dict | None
    due: object = None
    judge: Callable | None = None
    hint: str = ""
    tolerance: float = 1e-5
    script: Callable | None = None


@dataclasses.dataclass(frozen=True)
class Question:
    """One question of an assignment.

    Attributes:
        name: a Python name, as a rule that of the function to be written.
        points: integer, what it is worth. It is shared evenly among the parts of the
            hidden cases.
        shown: function without arguments that returns the cases that the learner's own
            check runs: small, fixed, made in less than half a second.
        hidden: function that takes a `numpy.random.Generator` and returns the cases
            that marks rest on, on inputs drawn from it.
    """

    name: str
    points: int
    shown: Callable[[], list[Case]]
    hidden: Callable[[np.random.Generator], list[Case]]


@dataclasses.dataclass(frozen=True)
class Assignment:
    """A graded assignment.

    Attributes:
        name: short, as "a1".
        title: what it is about.
        minutes: estimated time to work through it.
        questions: tuple of `Question`.
        uses: names of the rooms of `cnnkit` that the notebook may import while it is
            graded. All others hold answers and are refused.
        preload: names of modules that are slow to import and that every notebook
            imports, as "keras"; see `cnnkit.grading.sandbox.place`.
        cell_seconds: limit on one cell of the notebook.
        call_seconds: limit on one request.
        total_seconds: limit on the whole notebook.
        memory: limit in bytes on all processes of the notebook together.
        text: what the questions were read from, where that is no module of ours.
    """

    name: str
    title: str
    minutes: int
    questions: tuple[Question, ...]
    uses: tuple[str, ...] = ()
    preload: tuple[str, ...] = ("numpy",)
    cell_seconds: float = 30
    call_seconds: float = 10
    total_seconds: float = 180
    memory: int = 1_500_000_000
    text: str = ""

    @property
    def points(self):
        """What the whole assignment is worth."""
        return sum(question.points for question in self.questions)

    def question(self, name):
        """Find a question by its name.

        Args:
            name: string.

        Returns:
            A `Question`.

        Raises:
            LookupError: if there is none of that name.
        """
        for question in self.questions:
            if question.name == name:
                return question
        known = ", ".join(question.name for question in self.questions)
        raise LookupError(f"{self.name} has no question {name!r}. It has: {known}.")


def hidden_cases(assignment, question, salt):
    """Draw the hidden cases of a question.

    Args:
        assignment: `Assignment`.
        question: `Question` of it.
        salt: string that the inputs follow from. Who does not know it cannot know them.

    Returns:
        A list of `Case`.
    """
    words = f"{salt}/{assignment.name}/{question.name}".encode()
    return question.hidden(np.random.default_rng(list(words)))
