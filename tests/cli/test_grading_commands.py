"""`cnnkit grade`, `cnnkit assign build` and `cnnkit doctor --grading`."""

import csv
import json
import os
import shutil

import pytest
from click.testing import CliRunner

from cnnkit.cli import cli

needs_sandbox = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="bubblewrap is not installed"
)
MASTER = {
    "cells": [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": source,
        }
        for source in (
            "def third(x):\n    ### BEGIN SOLUTION\n    return x / 3\n"
            "    ### END SOLUTION",
            "### BEGIN HIDDEN TESTS (5 points)\nassert third(6) == 2\n"
            "### END HIDDEN TESTS",
        )
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def run(*arguments):
    return CliRunner().invoke(cli, [str(x) for x in arguments])


@pytest.fixture
def folder(tmp_path):
    for name in ("masters", "in"):
        (tmp_path / name).mkdir()
    (tmp_path / "masters" / "m1.ipynb").write_text(json.dumps(MASTER))
    (tmp_path / "in" / "ann.ipynb").write_text(json.dumps(MASTER))
    return tmp_path


@needs_sandbox
def test_grade(folder):
    command = ("grade", folder / "masters" / "m1.ipynb", folder / "in")
    ran = run(*command, "-o", folder / "out", "--workers", 1)
    assert ran.exit_code == 0, ran.output
    assert "grades.csv: 1 people" in ran.output
    assert {x.name for x in (folder / "out").iterdir()} >= {
        "grades.csv",
        "review.csv",
        "summary.html",
        "feedback",
    }
    with (folder / "out" / "grades.csv").open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["name"], row["points"], row["of"]) == ("ann", "5", "5")


@needs_sandbox
def test_names_that_no_terminal_can_show(folder):
    for name in (b"\xff\xfe", b"\x1b[2Jx", "\N{RIGHT-TO-LEFT OVERRIDE}y".encode()):
        path = os.fsencode(folder / "in") + b"/" + name + b".ipynb"
        with open(path, "w") as file:
            json.dump(MASTER, file)
    command = ("grade", folder / "masters" / "m1.ipynb", folder / "in")
    ran = run(*command, "-o", folder / "out")
    assert ran.exit_code == 0, ran.output
    assert "\x1b[2J" not in ran.output
    assert "grades.csv: 4 people" in ran.output


@needs_sandbox
def test_build(folder):
    ran = run("assign", "build", folder / "masters" / "m1.ipynb")
    assert ran.exit_code == 0, ran.output
    assert "reference 5 of 5, blank 0" in ran.output.replace("\n", "")
    assert "return x / 3" not in (folder / "m1.ipynb").read_text()


def test_no_sandbox_no_grading(folder, monkeypatch):
    from cnnkit.grading import _bubblewrap

    monkeypatch.setattr(_bubblewrap.shutil, "which", lambda name: None)
    command = ("grade", folder / "masters" / "m1.ipynb", folder / "in")
    ran = run(*command, "-o", folder / "out")
    assert ran.exit_code == 1 and "apt-get install bubblewrap" in ran.output
    assert not (folder / "out" / "grades.csv").exists()
    ran = run(*command, "-o", folder / "out", "--i-trust-these-submissions")
    assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grade", "zz", "."), "There is no assignment 'zz'"),
        (("grade", "a1", "nowhere"), "nowhere is no folder"),
        (("grade", "none.ipynb", "."), "none.ipynb"),
        (("assign", "build", "none.ipynb"), "does not exist"),
    ],
)
def test_wrong_usage(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = run(*arguments)
    assert ran.exit_code in (1, 2) and said in ran.output


@pytest.mark.parametrize("held", [True, False])
def test_doctor_tries_to_escape(monkeypatch, held):
    from cnnkit.grading import escapes

    def tried(preload=()):
        yield "a fork bomb", held

    monkeypatch.setattr(escapes, "try_to_escape", tried)
    ran = run("doctor", "--grading")
    assert ran.exit_code == (0 if held else 1)
    assert "a fork bomb" in ran.output and ("ESCAPED" in ran.output) is not held


def test_doctor_says_how_to_get_a_sandbox(monkeypatch):
    from cnnkit.grading import _bubblewrap

    monkeypatch.setattr(_bubblewrap.shutil, "which", lambda name: None)
    ran = run("doctor", "--grading")
    assert ran.exit_code == 1 and "apt-get install" in ran.output
