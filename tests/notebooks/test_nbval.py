"""How the lessons are compared: the options of `make test`, on small notebooks."""

import pathlib
import subprocess
import sys

import pytest

from cnnkit.lessons import find_lessons
from cnnkit.lessons.normalise import main as normalise
from cnnkit.lessons.run import run_lessons

HERE = pathlib.Path(__file__).parent
OPTIONS = (
    "-p no:benchmark -p no:cacheprovider -n 2 --dist loadfile -W error --nbval "
    "--nbval-current-env --nbval-cell-timeout 60 --nbval-sanitize-with"
).split()


@pytest.fixture
def compare(course):
    """Run the course's lessons under nbval; give the exit code and what it said."""

    def run():
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                *OPTIONS,
                HERE / "sanitise.cfg",
                "notebooks",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout

    return run


def save(course):
    import nbformat

    for run in run_lessons(find_lessons(course.root), workers=2):
        assert run.passed
        nbformat.write(run.notebook, run.lesson.path)
    assert normalise([]) == 0


def test_cells_of_a_lesson_stay_together(course, compare):
    for number in (1, 2, 3):
        course.add(
            f"week1_foundations/{number:02d}_a",
            "x = 0",
            *[f"x += {step}\nprint(x)" for step in range(6)],
            "object()",
        )
    save(course)
    code, said = compare()
    assert code == 0, said
    assert "27 passed" in said


def test_a_changed_output_is_found(course, compare):
    path = course.add("week1_foundations/01_a", "print(6 * 7)")
    save(course)
    path.write_text(path.read_text().replace('"42\\n"', '"43\\n"'))
    code, said = compare()
    assert code == 1 and "1 failed, 1 passed" in said


def test_an_assertion_is_run_where_outputs_are_not_compared(course, compare):
    source = "# NBVAL_IGNORE_OUTPUT\nimport random\nprint(random.random())"
    path = course.add("week1_foundations/01_a", source, "assert 1 < 2")
    save(course)
    assert compare()[0] == 0
    path.write_text(path.read_text().replace("1 < 2", "2 < 1"))
    assert compare()[0] == 1
