"""What is saved in the lessons: complete, clean, in one form."""

import json
import re

import pytest

from cnnkit.lessons import course_root, find_lessons
from cnnkit.lessons.normalise import normalised_text

ROOT = course_root(__file__)
LESSONS = find_lessons(ROOT)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/**/*.md")])
PAGES = [page for page in PAGES if page.relative_to(ROOT).parts[0] != "build"]
LARGEST = 5_000_000  # bytes

pytestmark = pytest.mark.skipif(not LESSONS, reason="there is no lesson yet")


def each(function):
    return pytest.mark.parametrize("lesson", LESSONS, ids=lambda x: x.label)(function)


def cells(lesson):
    return json.loads(lesson.path.read_text(encoding="utf-8"))["cells"]


@each
def test_normalised(lesson):
    text, problems = normalised_text(lesson.path, ROOT, shrink=False)
    assert problems == []
    assert lesson.path.read_text(encoding="utf-8") == text, (
        "run: python -m cnnkit.lessons.normalise"
    )


@each
def test_outputs_are_saved(lesson):
    codes = [cell for cell in cells(lesson) if cell["cell_type"] == "code"]
    outputs = [output for cell in codes for output in cell["outputs"]]
    assert [x["execution_count"] for x in codes] == list(range(1, len(codes) + 1))
    assert any("image/png" in output.get("data", {}) for output in outputs)
    silent = [
        cell["execution_count"]
        for cell in codes
        if not cell["outputs"]
        and re.search(r"^(print|plt\.show)\(", _source(cell), re.M)
    ]
    assert silent == [], "these cells show something, and nothing of it is saved"


@each
def test_size(lesson):
    assert lesson.path.stat().st_size < LARGEST


@each
def test_name(lesson):
    number = r"a\d" if lesson.week == "masters" else r"\d\d"
    assert re.fullmatch(rf"{number}_[a-z0-9]+(_[a-z0-9]+)*", lesson.name)
    assert re.fullmatch(r"(week\d_[a-z_]+|beyond_one_image|masters)", lesson.week)


def test_numbers_are_unique():
    numbers = [(lesson.week, lesson.name[:2]) for lesson in LESSONS]
    assert len(set(numbers)) == len(numbers)


@each
def test_links_lead_somewhere(lesson):
    text = "\n".join(_source(x) for x in cells(lesson) if x["cell_type"] == "markdown")
    assert _dead_links(text, lesson.path.parent) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda x: str(x.relative_to(ROOT)))
def test_links_of_pages_lead_somewhere(page):
    assert _dead_links(page.read_text(encoding="utf-8"), page.parent) == []


def _source(cell):
    return "".join(cell["source"])


def _dead_links(text, folder):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    links = re.findall(r"\]\(<?([^)\s>]+)>?[^)]*\)", text)
    inside = [x.partition("#")[0] for x in links if "://" not in x and x[0] != "#"]
    return [
        x for x in inside if not x.startswith("mailto:") and not (folder / x).exists()
    ]
