"""The tables of a batch: `grades.csv` and `review.csv`."""

import csv
import itertools
import os
import pathlib

from cnnkit.grading.similarity import near_copies

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_grades(batch, path):
    """Write the marks, a row a person.

    Args:
        batch: `Batch`.
        path: path of the file.
    """
    names = [question.name for question in batch.assignment.questions]
    head = ["name", "status", "points", "of", *names, "file", "note"]
    write_table(path, head, (_grade_row(batch, one, names) for one in batch.graded))


def _grade_row(batch, one, names):
    note = batch.found.notes.get(one.submission.person, "")
    marks = ["", *("" for _ in names)]  # no mark is not a zero
    if one.key is not None and one.status != "unreadable":
        record = batch.results[one.key]
        marks = [record["points"], *(record["questions"][x]["points"] for x in names)]
    return [
        one.submission.person,
        one.status,
        _plain(marks[0]),
        batch.assignment.points,
        *map(_plain, marks[1:]),
        one.submission.label,
        "; ".join(filter(None, [one.reason, note])),
    ]


def _plain(points):
    return points if points == "" else f"{points:.2f}".rstrip("0").rstrip(".")


def write_review(batch, path):
    """Write what a person should look at, a row a matter.

    Args:
        batch: `Batch`.
        path: path of the file.

    Returns:
        How many rows there are.
    """
    rows = list(_review_rows(batch))
    write_table(path, ["name", "file", "matter", "detail"], rows)
    return len(rows)


def _review_rows(batch):
    for label, reason in batch.found.odd:
        yield "", label, "not graded", reason
    sketches, keys = {}, {}
    for one in batch.graded:
        person, label = one.submission.person, one.submission.label
        if one.submission.person in batch.found.notes:
            yield person, label, "several files", batch.found.notes[person]
        if one.key is None:
            yield person, label, one.status, one.reason
            continue
        record = batch.results[one.key]
        for flag in record["flags"]:
            yield person, label, record["status"], flag
        if record["cells"]:
            cells = (f"{x['cell']} ({x['type'] or x['kind']})" for x in record["cells"])
            yield person, label, "cells failed", ", ".join(cells)
        keys.setdefault(one.key, []).append(one)
        sketches[one.key] = record["sketch"]
    yield from _copies(keys, sketches)


def _copies(keys, sketches):
    for same in keys.values():
        for one, other in itertools.pairwise(same):
            yield _pair(one, other, "the same file")
    for a, b, share in near_copies(sketches):
        yield _pair(keys[a][0], keys[b][0], f"{share:.0%} of their code is the same")


def _pair(one, other, what):
    detail = f"{what} as that of {other.submission.person} ({other.submission.label})"
    return one.submission.person, one.submission.label, "near-copy", detail


def write_table(path, head, rows):
    """Write a table for spreadsheets, whole or not at all.

    Cells that a spreadsheet would take for a formula begin with an apostrophe.

    Args:
        path: path of the file.
        head: list of strings.
        rows: iterable of rows.
    """
    path = pathlib.Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(head)
        table.writerows([_defused(x) for x in row] for row in rows)
    partial.replace(path)


def _defused(value):
    text = str(value)
    # What a file is called may hold what UTF-8 cannot.
    text = text.encode("utf-8", "backslashreplace").decode()
    return f"'{text}" if text.startswith(FORMULA) else text
