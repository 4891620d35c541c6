"""Grade one notebook: run it in the sandbox, try the hidden cases, count the points."""

import dataclasses
import time

import numpy as np

from cnnkit.grading.assignment import hidden_cases
from cnnkit.grading.sandbox import EndedError, MachineError, Sandbox
from cnnkit.grading.similarity import sketch
from cnnkit.grading.trial import ProblemError, passed_parts, points, try_cases
from cnnkit.quiet import start

FILE_LIMIT = 20_000_000  # bytes of one notebook
STARTS = 8  # how often a notebook that ends its process is run again
OPEN_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Paper:
    """An assignment with its hidden cases drawn: what every notebook is tried on.

    Attributes:
        assignment: `Assignment`.
        cases: dict from the names of questions to lists of `Case`.
    """

    assignment: object
    cases: dict


def draw_paper(assignment, salt):
    """Draw the hidden cases of all questions.

    Args:
        assignment: `Assignment`.
        salt: string that the inputs follow from.

    Returns:
        A `Paper`.
    """
    if "keras" in assignment.preload:
        start()
    questions = assignment.questions
    return Paper(
        assignment, {q.name: hidden_cases(assignment, q, salt) for q in questions}
    )


def grade(paper, data, place, slot=0):
    """Grade one notebook.

    Args:
        paper: `Paper`.
        data: bytes of the notebook's file.
        place: `Place` of the sandbox, see `cnnkit.grading.sandbox.place`.
        slot: integer below 256; notebooks graded side by side have different ones.

    Returns:
        A record, a dict of plain data: `status` ("graded", "timeout", "unreadable"),
        `points`, `questions` (for each name its points, and for each part whether it
        passed, what happened and a hint), `cells` (those that failed), `skipped`
        (magics), `flags` (what a person should look at), `sketch` (for finding
        near-copies) and `seconds`.

    Raises:
        MachineError: if the sandbox does not start, or the cases fail by themselves.
    """
    run = _Run(paper.assignment, data, place, slot)
    started = time.monotonic()
    try:
        status = run.open()
        questions = {
            question.name: _try_question(run, question, paper.cases[question.name])
            for question in paper.assignment.questions
        }
    except OSError as error:
        raise MachineError(str(error)) from error
    finally:
        run.close()
    return {
        "status": "timeout" if run.late and status == "graded" else status,
        "points": sum(entry["points"] for entry in questions.values()),
        "questions": questions,
        "cells": run.failed_cells,
        "skipped": sorted(run.skipped),
        "flags": sorted(run.flags),
        "sketch": sketch(run.sources),
        "seconds": round(time.monotonic() - started, 3),
    }


def _try_question(run, question, cases):
    results = try_cases(cases, run.ask) if run.sources else []
    entry = {"points": round(points(question, cases, results), 2), "parts": {}}
    for part, passed in passed_parts(cases, results).items():
        entry["parts"][part] = (
            {"passed": True} if passed else _failed_part(part, cases, results)
        )
    return entry


def _failed_part(part, cases, results):
    hint = next(case.hint for case in cases if case.part == part)
    failed = next((r for r in results if r.case.part == part and not r.passed), None)
    if failed is None:  # not tried: the one before it says why
        failed = next((r for r in results if r.problem), None)
    what = failed.problem["kind"] if failed and failed.problem else "differs"
    return {"passed": False, "what": what if failed else "missing", "hint": hint}


class _Run:
    """A notebook in its sandbox, started again where its code ended the process."""

    def __init__(self, assignment, data, place, slot):
        self.assignment, self.place, self.slot = assignment, place, slot
        self.data = np.frombuffer(data, np.uint8)
        self.deadline = time.monotonic() + assignment.total_seconds
        self.sandbox, self.starts, self.ready = None, 0, False
        self.sources, self.bad_cells = [], set()
        self.failed_cells, self.skipped, self.flags = [], set(), set()
        self.late = False

    def open(self):
        """Start the sandbox and read the cells; nothing of the learner's runs yet."""
        self._start()
        try:
            reply = self.sandbox.ask({"do": "open", "bytes": self.data}, OPEN_SECONDS)
        except EndedError as error:
            raise MachineError(f"the sandbox does not start ({error.reason})") from None
        if "error" in reply:
            if reply["error"]["type"] != "ValueError":
                raise MachineError(f"the sandbox cannot read: {reply['error']}")
            self.flags.add(reply["error"]["message"])
            return "unreadable"
        if not reply["ok"]:
            self.flags.add("the notebook holds no code")
        self.sources = reply["ok"]
        return "graded"

    def _start(self):
        self.close()
        self.starts += 1
        self.sandbox = Sandbox(self.place, self.slot, self.assignment.memory)
        self.sandbox.__enter__()

    def close(self):
        """End all that runs."""
        self.ready = False
        if self.sandbox is not None:
            self.sandbox.__exit__(None, None, None)
            self.sandbox = None

    def ask(self, request):
        """Answer a request of a case; raise `ProblemError` if there is no answer."""
        if not self._get_ready():
            raise ProblemError(_no_answer("time" if self.late else "ended"))
        limit = self.assignment.call_seconds
        reply = self._send({"do": "ask", "request": request}, limit)
        if reply is None:
            raise ProblemError(_no_answer("ended"))
        if "error" in reply:
            raise ProblemError(_checked(reply["error"]))
        return reply["ok"]

    def _get_ready(self):
        """Run the cells, without those that ended the process before."""
        while not self.ready:
            if self._over() or self.starts > STARTS:
                return False
            if self.sandbox is None and not self._open_again():
                return False
            self.ready = all(map(self._run_cell, range(len(self.sources))))
        return True

    def _open_again(self):
        self._start()
        reply = self._send({"do": "open", "bytes": self.data}, OPEN_SECONDS)
        return reply is not None and "ok" in reply

    def _run_cell(self, number):
        """Run one cell; return whether the process still lives."""
        if number in self.bad_cells or self._over():
            return not self._over()
        message = {"do": "run", "cell": number}
        reply = self._send(message, self.assignment.cell_seconds)
        if reply is None:
            self.bad_cells.add(number)
            self._note_cell(number, _no_answer("ended"))
            return False
        if "error" in reply:
            self._note_cell(number, _checked(reply["error"]))
        elif isinstance(reply["ok"], list):
            self.skipped |= {str(x)[:80] for x in reply["ok"][:20]}
        return True

    def _note_cell(self, number, problem):
        if all(number + 1 != x["cell"] for x in self.failed_cells):
            self.failed_cells.append({"cell": number + 1, **problem})

    def _send(self, message, limit):
        """Send a message; return `None`, and end the sandbox, if there is no reply."""
        seconds = max(0.1, min(limit, self.deadline - time.monotonic()))
        try:
            return self.sandbox.ask(message, seconds)
        except EndedError as error:
            self.flags.add(FLAGS[error.reason])
            self.close()
            return None

    def _over(self):
        self.late = self.late or time.monotonic() > self.deadline
        if self.late:
            self.flags.add("it ran out of time as a whole")
        return self.late


FLAGS = {
    "time": "code had to be ended: it did not stop when its time was over",
    "memory": "code had to be ended: it took too much memory",
    "ended": "its code ended the process that it ran in",
    "tampered": "tampering: it sent data that nobody had asked for",
}


def _no_answer(kind):
    return {"kind": kind, "type": "", "message": "", "line": None}


def _checked(problem):
    """Keep of a problem from inside what has the right form."""
    problem = problem if isinstance(problem, dict) else {}
    kind = str(problem.get("kind"))
    line = problem.get("line")
    return {
        "kind": kind if kind in ("missing", "blank", "time") else "raised",
        "type": str(problem.get("type", ""))[:80],
        "message": str(problem.get("message", ""))[:500],
        "line": line if type(line) is int else None,
    }
