"""Try cases on a notebook, wherever it runs, and count what they are worth."""

import collections
import dataclasses
from collections.abc import Callable

from cnnkit.grading import _answers
from cnnkit.grading._values import pack, unpack
from cnnkit.grading.assignment import Case, Question
from cnnkit.grading.compare import difference, kind


class ProblemError(Exception):
    """Raised by `ask` if a request has no answer.

    Attributes:
        problem: dict with `kind`, `type`, `message` and `line`, see
            `cnnkit.grading._answers.problem`.
    """

    def __init__(self, problem):
        super().__init__(problem["kind"])
        self.problem = problem


@dataclasses.dataclass(frozen=True)
class Result:
    """How one case went.

    Attributes:
        case: the `Case`.
        passed: bool.
        problem: dict, if the request had no answer, else `None`.
        came: words for what came back, else `None`.
        difference: words for how it differs from what was due, else `None`.
    """

    case: Case
    passed: bool
    problem: dict | None = None
    came: str | None = None
    difference: str | None = None


def try_cases(cases, ask: Callable):
    """Try cases one after the other.

    Args:
        cases: list of `Case`.
        ask: function that takes a request and returns its answer, plain data; it raises
            `ProblemError` if there is none.

    Returns:
        A list of `Result`. The rest is not tried after a name that is missing, a
        function not yet written or a process that ended, nor after two that took too
        long: it would say the same.
    """
    results = []
    stops = {"missing": 1, "blank": 1, "ended": 1, "time": 2}
    for case in cases:
        try:
            if case.script is not None:
                results.append(_scripted(case, ask))
                continue
            value = ask(case.request)
        except ProblemError as error:
            results.append(Result(case, False, problem=error.problem))
            kind_of = error.problem["kind"]
            stops[kind_of] = stops.get(kind_of, len(cases) + 1) - 1
            if not stops[kind_of]:
                break
            continue
        if case.judge is None:
            found = difference(value, case.due, case.tolerance)
        else:
            found = _judged(case, value)
        results.append(Result(case, found is None, None, kind(value), found))
    return results


def _scripted(case, ask):
    try:
        case.script(ask)
    except ProblemError:
        raise
    except Exception as error:  # an answer of the wrong type breaks a test anywhere
        return Result(case, False, difference=str(error) or type(error).__name__)
    return Result(case, True)


def _judged(case, value):
    # A judge sees data of any shape; what it cannot read is wrong, not an accident.
    try:
        return case.judge(value)
    except Exception:
        return f"{kind(value)} came back, which is not what was asked for"


def passed_parts(cases, results):
    """Tell which parts are passed: those of which all cases are.

    Args:
        cases: all hidden cases of a question.
        results: list of `Result`, as far as they were tried.

    Returns:
        A dict from each part, in the order of the cases, to a bool.
    """
    due = collections.Counter(case.part for case in cases)
    passed = collections.Counter(r.case.part for r in results if r.passed)
    return {part: passed[part] == count for part, count in due.items()}


def points(question: Question, cases, results):
    """Count what results are worth.

    Args:
        question: `Question`.
        cases: all its hidden cases.
        results: list of `Result`, as far as they were tried.

    Returns:
        A number of points between 0 and those of the question: each part counts the
        same, and is passed if all its cases are.
    """
    passed = passed_parts(cases, results)
    return question.points * sum(passed.values()) / len(passed)


def asker(namespace):
    """Make an `ask` for names that are here, by way of bytes as the sandbox does.

    Args:
        namespace: dict of the names that a notebook has defined.

    Returns:
        A function for `try_cases`. What it hands over and gives back are copies.
    """

    def ask(request):
        try:
            got = _answers.answer(unpack(*pack(request)), namespace)
            return unpack(*pack(got))
        except Exception as error:
            raise ProblemError(_answers.problem(error)) from None

    return ask
