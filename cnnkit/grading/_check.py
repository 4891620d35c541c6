"""The learner's own check: `check("a1.conv_forward")` under a question."""

import html
import sys

from cnnkit.grading.assignment import hidden_cases
from cnnkit.grading.assignments import find_assignment
from cnnkit.grading.requests import words
from cnnkit.grading.trial import asker, try_cases


def check(name):
    """Try a question of an assignment on what this notebook has defined.

    Nothing is sent anywhere and nothing is marked. Each request is a copy: a function
    under test cannot change what the next one gets.

    Args:
        name: a question, as "a1.conv_forward", or a whole assignment, as "a1".

    Returns:
        A `Report`, which a notebook shows; it is true if all passed.

    Raises:
        LookupError: if there is no such question.
        TypeError: if `name` is not a string.

    Example:

    >>> from cnnkit.grading import check
    >>> check("a1.zero_pad")  # doctest: +SKIP
    """
    assignment, question = _find(name)
    ask = asker(_notebook())
    if question is not None:
        return Report(name, [_try(assignment, question, ask)])
    return Report(
        name, [_try(assignment, q, ask) for q in assignment.questions], assignment
    )


def hidden(name, salt="rehearsal"):
    """Try the hidden cases of a question here, as the grader would try them.

    For masters: it stands between `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`.

    Args:
        name: a question, as "a1.conv_forward".
        salt: string that the inputs follow from.

    Returns:
        A `Report`, which a notebook shows; it is true if all passed.

    Raises:
        LookupError: if there is no such question.
    """
    assignment, question = _find(name)
    if question is None:
        raise LookupError(f"name a question of {name}, as {name}.{_first(assignment)}")
    cases = hidden_cases(assignment, question, salt)
    return Report(name, [(question, try_cases(cases, asker(_notebook())))])


class Report:
    """What a check found.

    Attributes:
        passed: bool, whether all cases passed.
    """

    def __init__(self, name, tried, assignment=None):
        self._name, self._tried, self._assignment = name, tried, assignment
        self.passed = all(r.passed for _, results in tried for r in results)

    def __bool__(self):
        return self.passed

    def __repr__(self):
        if self._assignment is None:
            head, rows = _story(self._name, self._tried[0][1])
            return "\n".join([head, *(f"  {label:<7} {text}" for label, text in rows)])
        rows = self._table()
        width = max(len(row[0]) for row in rows)
        lines = [f"{a:<{width}}  {b:>3} points  {c}" for a, b, c in rows]
        return "\n".join([*lines, _closing(self._assignment)])

    def _table(self):
        return [(q.name, q.points, _verdict(results)) for q, results in self._tried]

    def _repr_html_(self):
        if self._assignment is None:
            head, rows = _story(self._name, self._tried[0][1])
            closing = ""
        else:
            head, rows = self._assignment.title, self._table()
            closing = _closing(self._assignment)
        colour = "#2e7d32" if self.passed else "#b3261e"
        cell = '<td style="text-align: left; vertical-align: top">'
        body = "".join(
            f"<tr>{''.join(cell + html.escape(str(x)) for x in row)}</tr>"
            for row in rows
        )
        return (
            f'<div style="border-left: 4px solid {colour}; padding-left: 1em">'
            f"<b>{html.escape(head)}</b><table>{body}</table>{closing}</div>"
        )


def _closing(assignment):
    return (
        f"{assignment.points} points in all. They are given for hidden checks, which "
        "call the same names on inputs not seen here."
    )


def _verdict(results):
    if all(r.passed for r in results):
        return "passed"
    kinds = {r.problem["kind"] for r in results if r.problem}
    if kinds & {"missing", "blank"}:
        return "not written yet"
    return f"{sum(r.passed for r in results)} of {len(results)} passed"


def _story(name, results):
    """Tell how a question went: a line, and pairs of a word and what it is."""
    failed = [r for r in results if not r.passed]
    if not failed:
        return f"{name}: passed ({len(results)} of {len(results)})", []
    first = failed[0]
    rows = _problem(first) if first.problem else _difference(first)
    if first.case.hint:
        rows.append(("hint:", first.case.hint))
    return f"{name}: {_verdict(results)}", rows


def _difference(result):
    _, came_back, due = result.difference.partition(" came back, ")
    return [
        ("tried:", result.case.part),
        ("called:", words(result.case.request)),
        ("came:", result.came),
        ("but:", due if came_back else result.difference),
    ]


def _problem(result):
    problem = result.problem
    if problem["kind"] == "missing":
        return [("", f"{problem['message']}. Run the cell that defines it.")]
    if problem["kind"] == "blank":
        return []
    at = f" (line {problem['line']} of its cell)" if problem["line"] else ""
    return [
        ("tried:", result.case.part),
        ("called:", words(result.case.request)),
        ("raised:", f"{problem['type']}: {problem['message']}{at}"),
    ]


def _find(name):
    if not isinstance(name, str):
        raise TypeError(f'`name` must be a string, as "a1". Received: {name!r}')
    short, _, question = name.partition(".")
    assignment = find_assignment(short)
    return assignment, assignment.question(question) if question else None


def _first(assignment):
    return assignment.questions[0].name


def _try(assignment, question, ask):
    return question, try_cases(question.shown(), ask)


def _notebook():
    # In a kernel `__main__` is the notebook; in a script it is the script.
    return vars(sys.modules["__main__"])
