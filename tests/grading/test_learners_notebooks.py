"""The assignments as they are handed out: in step with their masters, and proved."""

import json

import pytest

from cnnkit.grading.assignments import MODULES, find_assignment
from cnnkit.grading.build import build_master, learners_text
from cnnkit.lessons import course_root

FOLDER = course_root(__file__) / "notebooks" / "assignments"
MASTERS = sorted((FOLDER / "masters").glob("*.ipynb"))

each = pytest.mark.parametrize("master", MASTERS, ids=lambda x: x.stem)


def test_there_is_a_master_for_each_assignment():
    assert [x.stem for x in MASTERS] == sorted(MODULES.values())


@each
def test_in_step(master):
    handed_out = FOLDER / master.name
    assert handed_out.read_text(encoding="utf-8") == learners_text(
        master, handed_out
    ), f"run: cnnkit assign build {master}"


@each
def test_solutions_and_hidden_tests_are_gone(master):
    text = (FOLDER / master.name).read_text(encoding="utf-8")
    for word in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "hidden("):
        assert word not in text
    cells = json.loads(text)["cells"]
    assert not any(cell.get("outputs") for cell in cells)
    assert any("raise NotImplementedError" in "".join(x["source"]) for x in cells)


@each
def test_the_master_earns_all_and_the_blank_notebook_nothing(master, shared, tmp_path):
    built = build_master(master, tmp_path)
    assert built.problem is None
    assert (built.reference, built.blank) == (built.best, 0)


@pytest.mark.parametrize("name", MODULES)
def test_an_assignment_is_whole(name):
    assignment = find_assignment(name)
    assert assignment.name == name
    assert 4 <= len(assignment.questions) <= 8
    assert assignment.points == 100 and assignment.minutes >= 30
    text = (FOLDER / f"{MODULES[name]}.ipynb").read_text(encoding="utf-8")
    for question in assignment.questions:
        assert f'check(\\"{name}.{question.name}\\")' in text
    assert f'check(\\"{name}\\")' in text
