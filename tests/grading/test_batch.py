"""A folder of submissions: stopped, taken up again, disturbed in every way."""

import csv
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from cnnkit.grading import batch as batches
from cnnkit.grading import pages, tables
from cnnkit.grading.batch import grade_folder
from cnnkit.grading.results import BusyError, Results

HALF = "def square(x): return x * x"


@pytest.fixture
def folder(tmp_path, notebook, good, shared):
    """Ten people: six good, one half, one broken, two with the same file."""
    path = tmp_path / "submissions"
    path.mkdir()
    for number in range(6):
        text = notebook(good, f"number = {number}")
        (path / f"good{number}.ipynb").write_bytes(text)
    (path / "half.ipynb").write_bytes(notebook(HALF))
    (path / "twin.ipynb").write_bytes(notebook(HALF))
    (path / "broken.ipynb").write_bytes(b"no notebook")
    with (path / "huge.ipynb").open("wb") as file:
        file.truncate(10**9)
    return path


@pytest.fixture
def run(assignment, folder, tmp_path):
    def go(**options):
        with Results(tmp_path / "results") as results:
            batch = grade_folder(assignment, folder, results, **options)
            tables.write_grades(batch, tmp_path / "grades.csv")
            tables.write_review(batch, tmp_path / "review.csv")
            pages.write_feedback(batch, tmp_path / "feedback")
            pages.write_summary(batch, tmp_path / "summary.html")
        return batch

    return go


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_everyone_gets_what_is_due(run, tmp_path):
    run(workers=2)
    rows = {row["name"]: row for row in read(tmp_path / "grades.csv")}
    assert len(rows) == 10
    assert all(rows[f"good{n}"]["points"] == "20" for n in range(6))
    assert rows["half"]["points"] == rows["twin"]["points"] == "10"
    assert rows["half"]["double"] == "0" and rows["half"]["square"] == "10"
    assert (rows["broken"]["status"], rows["broken"]["points"]) == ("unreadable", "")
    assert (rows["huge"]["status"], rows["huge"]["points"]) == ("odd", "")
    review = [(row["name"], row["detail"]) for row in read(tmp_path / "review.csv")]
    assert ("broken", "the file holds no notebook") in review
    assert ("huge", "it is larger than 20 MB") in review
    assert ("half", "the same file as that of twin (twin.ipynb)") in review


def count_lines(path):
    return len((path / "results.jsonl").read_bytes().splitlines())


def test_what_is_graded_is_not_graded_again(run, tmp_path, monkeypatch):
    run()
    lines = count_lines(tmp_path / "results")
    assert lines == 8  # ten, less one twin and one that cannot be read
    monkeypatch.setattr(batches, "grade", lambda *_: pytest.fail("graded again"))
    again = run()
    assert len(again.graded) == 10 and count_lines(tmp_path / "results") == lines


def test_a_changed_file_or_salt_is_graded_anew(run, folder, tmp_path, notebook, good):
    run()
    (folder / "half.ipynb").write_bytes(notebook(good, "'now whole'"))
    run()
    assert count_lines(tmp_path / "results") == 9
    run(salt="other")
    assert count_lines(tmp_path / "results") == 18


def test_the_salt_stays(run, tmp_path):
    run()
    salt = (tmp_path / "results" / ".salt").read_text()
    run()
    assert (tmp_path / "results" / ".salt").read_text() == salt and len(salt) == 32


def test_a_line_cut_short_is_graded_again(run, tmp_path):
    run()
    path = tmp_path / "results" / "results.jsonl"
    data = path.read_bytes()
    for cut in (data[:-5], data[:-1], data + b'{"key": "x', b"\xff\n" + data):
        path.write_bytes(cut)
        assert all(x.status != "failed" for x in run().graded)
        for line in path.read_bytes().splitlines()[1:]:
            json.loads(line)


def test_the_machines_failure_is_no_zero_and_is_tried_again(run, tmp_path, monkeypatch):
    def fail(*_):
        raise batches.MachineError("no memory left")

    with monkeypatch.context() as patch:
        patch.setattr(batches, "grade", fail)
        run()
    rows = read(tmp_path / "grades.csv")
    failed = [row for row in rows if row["status"] == "failed"]
    assert len(failed) == 9
    assert {(row["points"], row["square"]) for row in failed} == {("", "")}
    assert failed[0]["note"] == "no memory left"
    run()
    assert {row["status"] for row in read(tmp_path / "grades.csv")} == {
        "graded",
        "unreadable",
        "odd",
    }


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), ZeroDivisionError("of ours")]
)
def test_an_unforeseen_error_is_the_machines(run, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(batches, "grade", fail)
    assert {x.status for x in run().graded} == {"failed", "odd"}


def test_progress_is_told(run):
    told = []
    run(tell=lambda *x: told.append(x))
    assert [x[0] for x in told] == list(range(1, 11)) and told[-1][1] == 10


def test_two_graders_do_not_meet(tmp_path):
    with Results(tmp_path / "r"):
        with pytest.raises(BusyError, match="Another grader"):
            with Results(tmp_path / "r"):
                pass
    with Results(tmp_path / "r"):
        pass


def test_nothing_to_grade(assignment, tmp_path):
    with Results(tmp_path / "r") as results:
        with pytest.raises(ValueError, match="no notebook"):
            grade_folder(assignment, tmp_path, results)


SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
sys.path[:0] = [{here!r}, {root!r}]
from conftest import SMALL
from cnnkit.grading.batch import grade_folder
from cnnkit.grading.results import Results
def tell(done, total, person):
    print(done, flush=True)
with Results({results!r}) as results:
    grade_folder(SMALL, {folder!r}, results, workers=1, tell=tell)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_stopped_and_taken_up_again(run, folder, tmp_path, notebook, good, number):
    for n in range(12):
        (folder / f"more{n}.ipynb").write_bytes(notebook(good, f"more = {n}"))
    here = pathlib.Path(__file__).parent
    text = SCRIPT.format(
        root=str(here.parents[1]),
        here=str(here),
        results=str(tmp_path / "results"),
        folder=str(folder),
    )
    command = [sys.executable, "-W", "ignore", "-c", text]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as grader:
        for _ in range(5):
            grader.stdout.readline()
        grader.send_signal(number)
        started = time.monotonic()
        grader.wait()
    assert time.monotonic() - started < 20
    before = count_lines(tmp_path / "results")
    assert 1 <= before < 20
    batch = run()
    assert len(batch.graded) == 22 and count_lines(tmp_path / "results") == 20
    assert sum(x.status == "graded" for x in batch.graded) == 20


def test_formulas_and_markup_in_names_are_harmless(
    assignment, tmp_path, notebook, shared
):
    folder = tmp_path / "in"
    folder.mkdir()
    names = ["=HYPERLINK(1)", "+1", "-1", "@x", "<script>alert(1)</script>", "a,b", '"']
    source = 'raise ValueError("<img src=x onerror=alert(1)>")'
    for number, name in enumerate(names):
        name = name.replace("/", "\N{FRACTION SLASH}")
        (folder / f"{name}.ipynb").write_bytes(notebook(source, f"n = {number}"))
    with Results(tmp_path / "r") as results:
        batch = grade_folder(assignment, folder, results)
        tables.write_grades(batch, tmp_path / "grades.csv")
        tables.write_review(batch, tmp_path / "review.csv")
        pages.write_feedback(batch, tmp_path / "feedback")
        pages.write_summary(batch, tmp_path / "summary.html")
    for table in ("grades.csv", "review.csv"):
        for row in read(tmp_path / table):
            assert not any(x.startswith(("=", "+", "-", "@")) for x in row.values())
    written = list((tmp_path / "feedback").iterdir())
    assert len(written) == len(names)
    for page in [*written, tmp_path / "summary.html"]:
        text = page.read_text()
        assert "<script" not in text and "<img" not in text
        assert all(ord(c) < 128 for c in page.name)


def test_feedback_holds_hints_and_no_hidden_input(run, tmp_path, folder, notebook):
    source = (
        "def double(x): raise ValueError(repr(list(x)) + 'CANARY')\n"
        "def square(x): return x"
    )
    (folder / "wrong.ipynb").write_bytes(notebook(source))
    run()
    text = (tmp_path / "feedback" / "wrong.html").read_text()
    assert "raised an error" in text and "CANARY" not in text and "Times two." in text
    assert "gave another result than was due" in text and "x · x" in text
    assert b"CANARY" not in (tmp_path / "results" / "results.jsonl").read_bytes()
    for case in ("square(", "array(["):
        assert case not in text


def test_names_of_pages_do_not_meet():
    names = ["a/b", "a b", "a_b", "", ".", "..", "x" * 300, "x" * 301, "ü", "\udcff"]
    made = {pages.page_name(name) for name in names}
    assert len(made) == len(names)
    assert all(len(os.fsencode(name)) < 100 and "/" not in name for name in made)


def test_on_a_cluster(run, tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
    ) as cluster:
        run(dask=cluster.scheduler_address)
    rows = {row["name"]: row["points"] for row in read(tmp_path / "grades.csv")}
    assert rows["good3"] == "20" and rows["half"] == "10" and rows["broken"] == ""
