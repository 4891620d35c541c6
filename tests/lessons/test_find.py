import pytest

import cnnkit.lessons
from cnnkit.lessons import course_root, find_lessons, select

LABELS = (
    "week1_foundations/01_images",
    "week1_foundations/02_edge_detection",
    "week1_foundations/03_edges_real_data",
    "week2_case_studies/01_residuals",
    "week10_more/01_last",
    "beyond_one_image/01_text",
)


@pytest.fixture
def lessons(course):
    for label in LABELS:
        course.add(label, "1 + 1", title=f"About {label}")
    return find_lessons(course.root)


def test_lessons_come_in_the_order_of_the_weeks(lessons):
    assert [lesson.label for lesson in lessons] == list(LABELS)


def test_lesson_knows_its_names(lessons):
    assert lessons[2].name == "03_edges_real_data"
    assert lessons[2].needs_download and not lessons[1].needs_download
    assert lessons[2].title == "About week1_foundations/03_edges_real_data"


def test_title_without_a_heading_is_the_name(course):
    path = course.add("week1_foundations/01_a_b", "1")
    path.write_text(path.read_text().replace("# A lesson", "A lesson"))
    assert find_lessons(course.root)[0].title == "01 a b"


@pytest.mark.parametrize(
    "wanted, found",
    [
        ("1", LABELS[:3]),
        ("week1", LABELS[:3]),
        ("week1_foundations", LABELS[:3]),
        ("week10", LABELS[4:5]),
        ("beyond_one_image", LABELS[5:]),
        ("1/02", LABELS[1:2]),
        ("week1/02_edge_detection", LABELS[1:2]),
        ("02_edge_detection", LABELS[1:2]),
        ("edge_detection", LABELS[1:2]),
        ("edge", LABELS[1:3]),
        ("residuals", LABELS[3:4]),
        ("notebooks/week2_case_studies/01_residuals.ipynb", LABELS[3:4]),
    ],
)
def test_select(lessons, wanted, found):
    assert [lesson.label for lesson in select(lessons, wanted)] == list(found)


@pytest.mark.parametrize("wanted", ["", "/", "week3", "1/", "1/99", "../x"])
def test_select_names_what_is_missing(lessons, wanted):
    with pytest.raises(LookupError, match="No week or lesson is called"):
        select(lessons, wanted)


def test_select_names_what_is_near(lessons):
    with pytest.raises(LookupError, match="Did you mean .*02_edge_detection"):
        select(lessons, "02_edge_detektion")


def test_root_is_found_from_within(course, monkeypatch):
    course.add("week1_foundations/01_a", "1")
    monkeypatch.chdir(course.root / "notebooks" / "week1_foundations")
    assert course_root() == course.root


def test_root_of_an_editable_install_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (course_root() / "notebooks").is_dir()


def test_no_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path / "site-packages" / "cnnkit" / "lessons" / "find.py"
    monkeypatch.setattr(cnnkit.lessons.find, "__file__", str(elsewhere))
    with pytest.raises(FileNotFoundError, match="Clone the project"):
        course_root()


@pytest.mark.parametrize("text", ["", "not toml [", '[project]\nname = "other"'])
def test_another_project_is_no_course(tmp_path, text):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(FileNotFoundError):
        course_root(tmp_path)
