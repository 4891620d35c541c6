import json

import pytest

import cnnkit.lessons.find


@pytest.fixture
def lesson(course):
    return course.add("week1_foundations/01_a", "print('new')")


def test_run_leaves_the_lesson_as_it_is(course, lesson, invoke):
    before = lesson.read_text()
    code, out, err = invoke("run", "1/01")
    assert (code, err) == (0, "")
    assert out.startswith("passed") and out.endswith("week1_foundations/01_a\n")
    assert lesson.read_text() == before
    executed = course.root / "build" / "course" / "week1_foundations" / "01_a.ipynb"
    assert "new" in executed.read_text()


def test_html(course, lesson, invoke):
    code, out, _ = invoke("run", "--html", "--output", course.root / "pages")
    assert code == 0 and "index.html" in out
    assert "A lesson" in (course.root / "pages" / "index.html").read_text()
    assert (course.root / "pages" / "week1_foundations" / "01_a.html").is_file()


def test_save_writes_once(lesson, invoke):
    assert invoke("run", "--save")[0] == 0
    first, when = lesson.read_bytes(), lesson.stat().st_mtime_ns
    cells = json.loads(first)["cells"]
    assert [x.get("execution_count") for x in cells] == [None, 1, 2]
    assert invoke("run", "--save")[0] == 0
    assert (lesson.read_bytes(), lesson.stat().st_mtime_ns) == (first, when)


def test_save_keeps_an_edit_made_while_the_lesson_ran(course, invoke):
    path = course.add(
        "week1_foundations/01_a",
        "import pathlib\n"
        "lesson = pathlib.Path('01_a.ipynb')\n"
        "_ = lesson.write_text(lesson.read_text().replace('A lesson', 'Edited'))",
    )
    code, out, _ = invoke("run", "--save")
    assert code == 1 and "changed while it ran" in out
    assert "Edited" in path.read_text() and "colab-badge" not in path.read_text()


def test_save_touches_no_course_elsewhere(lesson, invoke, monkeypatch, tmp_path):
    # As with an editable install: the course is found although one stands outside.
    place = lesson.parents[2] / "cnnkit" / "lessons" / "find.py"
    monkeypatch.setattr(cnnkit.lessons.find, "__file__", str(place))
    monkeypatch.chdir(tmp_path)
    before = lesson.read_bytes()
    code, _, err = invoke("run", "--save")
    assert code == 1 and "lessons are not here" in err
    assert lesson.read_bytes() == before


def test_what_may_not_be_saved_is_not_saved(course, invoke):
    path = course.add("week1_foundations/01_a", "import sys; print(1, file=sys.stderr)")
    before = path.read_bytes()
    code, out, _ = invoke("run", "--save")
    assert code == 1 and "not saved: cell 2: it writes to stderr" in out
    assert path.read_bytes() == before


def test_failures_are_told_in_short(course, invoke):
    course.add("week1_foundations/01_a", "1", "raise ValueError('no')")
    course.add("week1_foundations/02_b", "1")
    code, out, err = invoke("run")
    assert code == 1 and "1 of 2 lessons failed." in err
    assert "cell 2: ValueError: no" in out and "Traceback" not in out + err
    assert "passed" in out


def test_downloaded_data_only_when_named(course, invoke):
    course.add("week1_foundations/01_a", "1")
    course.add("week1_foundations/02_b_real_data", "1")
    assert "02_b" not in invoke("run", "1")[1]
    assert "02_b_real_data" in invoke("run", "02_b_real_data")[1]
    assert "02_b_real_data" in invoke("run", "--real-data", "1")[1]


def test_unknown_lesson(lesson, invoke):
    code, out, err = invoke("run", "01_b")
    assert (code, out) == (2, "") and "Did you mean" in err and "01_a" in err


def test_no_lessons(course, invoke):
    assert invoke("run")[::2] == (1, "Error: There is no lesson to run.\n")
