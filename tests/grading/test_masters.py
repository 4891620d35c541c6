"""From a master to a learner's notebook and to marks."""

import json
import shutil

import pytest

from cnnkit.grading.batch import grade_folder
from cnnkit.grading.build import build_master
from cnnkit.grading.masters import MasterError, learners_notebook, read_assignment
from cnnkit.grading.results import Results

IMPORTS = "import numpy as np\nSCALE = 3"
FIRST = '''def scaled(x):
    """Multiplies."""
    ### BEGIN SOLUTION
    y = SCALE * x
    return y
    ### END SOLUTION'''
SECOND = "### BEGIN SOLUTION\nanswer = 6 * 7\n### END SOLUTION\nother = 1"
TEST_FIRST = """assert scaled(1) == 3
### BEGIN HIDDEN TESTS (6 points)
x = y = rng.normal(size=4)
assert np.allclose(scaled(x), solution.scaled(x)), "not scaled"
### END HIDDEN TESTS"""
TEST_SECOND = "### BEGIN HIDDEN TESTS\nassert answer == 42\n### END HIDDEN TESTS"


def master_of(*cells):
    listed = [
        {
            "cell_type": "code",
            "source": source.splitlines(keepends=True),
            "metadata": {},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}],
            "execution_count": 3,
        }
        for source in cells
    ]
    listed[-1]["metadata"] = {"nbgrader": {"grade_id": "the_answer", "points": 4}}
    return {"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


MASTER = master_of(IMPORTS, FIRST, TEST_FIRST, SECOND, TEST_SECOND)


def sources(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def test_the_learners_notebook():
    made = sources(learners_notebook(MASTER))
    assert made[0] == IMPORTS
    assert made[1].endswith(
        '"""Multiplies."""\n'
        "    # Write your code here, in place of the next line.\n"
        "    raise NotImplementedError"
    )
    assert made[2] == "assert scaled(1) == 3"
    assert made[3].startswith("# Write") and made[3].endswith("other = 1")
    assert len(made) == 4  # the last cell held hidden tests alone
    text = json.dumps(learners_notebook(MASTER))
    for secret in ("SOLUTION", "HIDDEN", "6 * 7", "allclose", 'execution_count": 3'):
        assert secret not in text
    assert sources(MASTER)[1] == FIRST


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("### BEGIN SOLUTION\nx", "has no ### END SOLUTION"),
        ("### END SOLUTION", "stands where it cannot"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "where it cannot"),
        ("### BEGIN HIDDEN TESTS\nx", "has no ### END HIDDEN"),
        ("x = 1", "nothing to write"),
    ],
)
def test_markers_that_do_not_match(cell, said):
    with pytest.raises(MasterError, match=said):
        learners_notebook(master_of(cell, ""))


@pytest.fixture
def path(tmp_path):
    (tmp_path / "masters").mkdir()
    path = tmp_path / "masters" / "b1_mine.ipynb"
    path.write_text(json.dumps(MASTER))
    return path


def test_a_master_of_ones_own(path, tmp_path, shared, notebook):
    assignment = read_assignment(path)
    assert [(q.name, q.points) for q in assignment.questions] == [
        ("question_1", 6),
        ("the_answer", 4),
    ]
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "right.ipynb").write_text(json.dumps(MASTER))
    (folder / "half.ipynb").write_bytes(notebook("def scaled(x): return 3 * x"))
    (folder / "cheat.ipynb").write_bytes(
        notebook(
            "class E:\n  def __eq__(s, o): return True\n"
            "answer = E()\nscaled = lambda x: E()\n"
            "import numpy as np\nnp.allclose = lambda *a: True"
        )
    )
    (folder / "table.ipynb").write_bytes(
        notebook("answer = 42\ndef scaled(x): return {1: 3}.get(x)")
    )
    with Results(tmp_path / "r") as results:
        batch = grade_folder(assignment, folder, results)
        points = {x.submission.person: results[x.key]["points"] for x in batch.graded}
    assert points == {"right": 10, "half": 6, "cheat": 0, "table": 4}


def test_build_proves_the_pair(path, tmp_path, shared):
    built = build_master(path)
    assert (built.reference, built.blank, built.problem) == (10, 0, None)
    assert built.path == tmp_path / "b1_mine.ipynb" and built.path.exists()
    assert build_master(path, check=True).problem is None
    built.path.write_text("{}")
    assert "not in step" in build_master(path, check=True).problem


def test_build_finds_a_reference_that_fails_and_a_blank_that_passes(path, shared):
    wrong = master_of(IMPORTS, FIRST.replace("SCALE * x", "x"), TEST_FIRST)
    wrong["cells"][1]["source"] = [
        "def scaled(x):\n",
        "    ### BEGIN SOLUTION\n",
        "    import os; return x if os.getpid() < 5 else SCALE * x\n",
        "    ### END SOLUTION",
    ]
    path.write_text(json.dumps(wrong))
    assert "the reference earns 0 points" in build_master(path).problem
    free = master_of(FIRST, "### BEGIN HIDDEN TESTS\nassert True\n### END HIDDEN TESTS")
    path.write_text(json.dumps(free))
    assert "the blank notebook earns" in build_master(path).problem


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"cells": 3}'])
def test_what_is_no_master(tmp_path, data):
    path = tmp_path / "x.ipynb"
    path.write_bytes(data)
    with pytest.raises(MasterError):
        read_assignment(path)


def test_a_master_of_the_course_names_its_questions(tmp_path):
    path = tmp_path / "copy.ipynb"
    hidden = 'check("a1.zero_pad")\n### BEGIN HIDDEN TESTS\nhidden("a1.zero_pad")\n'
    path.write_text(json.dumps(master_of(FIRST, hidden + "### END HIDDEN TESTS")))
    assert read_assignment(path).name == "a1"


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap")
def test_tests_written_out_beside_those_of_the_course(tmp_path):
    path = tmp_path / "variant.ipynb"
    hidden = 'check("a1.zero_pad")\n### BEGIN HIDDEN TESTS\nhidden("a1.zero_pad")\n'
    hidden += "### END HIDDEN TESTS"
    whole = master_of(IMPORTS, FIRST, hidden, TEST_FIRST)
    whole["cells"][-1]["metadata"] = {}
    path.write_text(json.dumps(whole))
    assignment = read_assignment(path)
    assert [q.name for q in assignment.questions] == ["zero_pad", "question_2"]
    assert assignment.name == "a1"
