import base64
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cnnkit.lessons import find_lessons, html
from cnnkit.lessons.run import Run, run_lessons

ENVIRONMENT = """\
import os, sys
print(sys.executable)
for name in ("KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL", "OMP_NUM_THREADS"):
    print(os.environ[name])
print("folder", os.getcwd())
"""


def texts(run):
    outputs = [o for cell in run.notebook.cells for o in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


def children():
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in listed.stdout.splitlines() if "ipykernel" in line]


def test_two_at_once_and_one_fails(course, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    course.add("week1_foundations/01_a", ENVIRONMENT, "6 * 7")
    course.add("week1_foundations/02_b", "x = 1", "x / 0", "print('never')")
    course.add("week1_foundations/03_c", "print('after')")
    told = []
    runs = run_lessons(
        find_lessons(course.root),
        workers=2,
        on_start=lambda lesson, cells: told.append((lesson.name, cells)),
        on_cell=lambda lesson: told.append(lesson.name),
        on_end=lambda run: told.append((run.lesson.name, run.passed)),
    )
    assert [run.passed for run in runs] == [True, False, True]
    said = texts(runs[0]).splitlines()
    folder = course.root / "notebooks" / "week1_foundations"
    assert said == [sys.executable, "tensorflow", "3", "1", f"folder {folder}"]
    assert (runs[1].cell, runs[1].error) == (2, "ZeroDivisionError: division by zero")
    assert texts(runs[1]) == "" and texts(runs[2]) == "after\n"
    assert ("01_a", 2) in told and told.count("01_a") == 2
    assert ("02_b", False) in told and ("03_c", True) in told
    assert children() == []


def test_timings_are_not_recorded(course):
    course.add("week1_foundations/01_a", "1 + 1")
    (run,) = run_lessons(find_lessons(course.root))
    assert "execution" not in run.notebook.cells[1].metadata
    assert run.notebook.cells[1].execution_count == 1


def test_a_cell_that_takes_too_long(course):
    course.add("week1_foundations/01_a", "1", "import time; time.sleep(60)")
    (run,) = run_lessons(find_lessons(course.root), timeout=1)
    assert (run.cell, run.error) == (2, "it took longer than 1 s")
    assert run.seconds < 40


def test_a_kernel_that_dies(course):
    course.add("week1_foundations/01_a", "import os; os._exit(3)")
    (run,) = run_lessons(find_lessons(course.root))
    assert run.cell == 1 and "the kernel died" in run.error


def test_workers_are_checked():
    with pytest.raises(ValueError, match="Received: workers=0"):
        run_lessons([], workers=0)


def test_interrupt_stops_everything(course):
    course.add(
        "week1_foundations/01_a", "import time; open('started', 'w'); time.sleep(100)"
    )
    course.add("week1_foundations/02_b", "open('second', 'w')")
    folder = course.root / "notebooks" / "week1_foundations"
    running = subprocess.Popen(
        [sys.executable, "-m", "cnnkit", "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(300):
        if (folder / "started").exists():
            break
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err.strip()) == (130, "", "Interrupted.")
    assert not (folder / "second").exists()


@pytest.fixture
def runs(course, png):
    figure = new_output("display_data", data={"image/png": png})
    made = []
    for week, name, title in (
        ("week1_foundations", "01_a", "Images & <volumes>"),
        ("week1_foundations", "02_b", "Plain"),
        ("week2_case_studies", "01_c", "Broken"),
    ):
        path = course.add(f"{week}/{name}", "1", title=title)
        made.append(nbformat.read(path, as_version=4))
        del path
    made[0].cells[1].outputs = [figure]
    lessons = find_lessons(course.root)
    return [
        Run(lessons[0], made[0], seconds=61.4),
        Run(lessons[1], made[1], seconds=2.0),
        Run(lessons[2], made[2], seconds=1.0, error="ValueError: <no>", cell=4),
    ]


def test_index(runs):
    page = html.index(runs)
    assert page.count('<a class="card') == 3
    assert "Images &amp; &lt;volumes&gt;" in page and "<volumes>" not in page
    assert "Week 1 · Foundations" in page and "Week 2 · Case studies" in page
    assert "3 lessons in 1 min 04 s, 1 failed" in page
    assert "ValueError: &lt;no&gt;" in page and "failed in cell 4" in page
    assert 'href="week2_case_studies/01_c.html"' in page
    assert page.count("data:image/png;base64,") == 1
    assert "http" not in page  # readable without the internet


def test_index_of_one_lesson_that_passed(runs):
    assert "1 lesson in 0 min 02 s, all passed" in html.index(runs[1:2])


def test_first_figure(runs, png):
    assert html.first_figure(runs[0].notebook) == base64.b64decode(png)
    assert html.first_figure(runs[1].notebook) is None


def test_render_leaves_the_badge_out(png):
    figure = new_output("display_data", data={"image/png": png})
    badge = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/x)"
    made = new_notebook(
        cells=[
            new_markdown_cell(f"# A title\n\n{badge}\n\nText."),
            new_code_cell("1 + 1", outputs=[figure]),
        ]
    )
    page = html.render(made)
    assert "A title" in page and "Text." in page and png[:40] in page
    assert "colab-badge" not in page
