"""Where the lessons are, and which of them a word means."""

import dataclasses
import difflib
import json
import math
import pathlib
import re
import tomllib


@dataclasses.dataclass(frozen=True)
class Lesson:
    """One notebook of the course.

    Attributes:
        path: `pathlib.Path` of the notebook.
        week: name of its folder, as in "week1_foundations".
    """

    path: pathlib.Path
    week: str

    @property
    def name(self):
        """The name of the file without its ending, as in "03_convolution"."""
        return self.path.stem

    @property
    def label(self):
        """Week and name, as in "week1_foundations/03_convolution"."""
        return f"{self.week}/{self.name}"

    @property
    def needs_download(self):
        """Whether the lesson works on downloaded data."""
        return self.name.endswith("_real_data")

    @property
    def title(self):
        """The first heading of the notebook, or its name where it has none."""
        notebook = json.loads(self.path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            heading = re.match(r"#\s+(.+)", "".join(cell["source"]))
            if cell["cell_type"] == "markdown" and heading:
                return heading.group(1).strip()
        return self.name.replace("_", " ")


def course_root(start=None):
    """Find the folder of the course: the one with `notebooks/` in it.

    Args:
        start: path to search from, upwards; by default the working directory, and
            then the checkout that `cnnkit` was installed from with `--editable`.

    Returns:
        A `pathlib.Path`.

    Raises:
        FileNotFoundError: if there is none.
    """
    checkout = pathlib.Path(__file__).resolve().parents[2]
    starts = [pathlib.Path.cwd(), checkout] if start is None else [pathlib.Path(start)]
    for first in starts:
        for folder in [first.resolve(), *first.resolve().parents]:
            if _is_course(folder):
                return folder
    raise FileNotFoundError(
        "The lessons are not here: no folder from "
        f"{starts[0]} upwards holds the course. Clone the project and work in its "
        "folder; an installed package carries no lessons."
    )


def _is_course(folder):
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        project = tomllib.loads(text).get("project", {})
    except (OSError, ValueError):
        return False
    return project.get("name") == "cnnkit" and (folder / "notebooks").is_dir()


def find_lessons(root):
    """List the lessons of a course, in the order in which they are taught.

    Args:
        root: path of the course.

    Returns:
        A list of `Lesson`: those of the weeks, then those of other folders. Of the
        assignments the masters are lessons too, in the folder "masters".
    """
    notebooks = pathlib.Path(root, "notebooks")
    paths = [*notebooks.glob("*/*.ipynb"), *notebooks.glob("assignments/masters/*")]
    lessons = [
        Lesson(path, path.parent.name)
        for path in paths
        if path.suffix == ".ipynb" and path.parent.name != "assignments"
    ]
    return sorted(lessons, key=lambda x: (_week_number(x.week), x.label))


def select(lessons, wanted):
    """Choose the lessons that a word means.

    Args:
        lessons: list of `Lesson`.
        wanted: a week ("1", "week1", "week1_foundations"), a lesson
            ("week1/03", "1/03", "03_convolution", "convolution") or a notebook's path.

    Returns:
        A list of `Lesson`, not empty.

    Raises:
        LookupError: if nothing matches; the message names what comes nearest.
    """
    week, slash, name = wanted.removesuffix(".ipynb").rpartition("/")
    found = [x for x in lessons if pathlib.Path(wanted).resolve() == x.path.resolve()]
    if not found and not slash:
        found = [x for x in lessons if _begins(x.week, name)]
    if not found:
        within = [x for x in lessons if not week or _begins(x.week, week)]
        found = (
            [x for x in within if x.name == name]
            or [x for x in within if x.name.startswith(name) and name]
            or [x for x in within if x.name.partition("_")[2].startswith(name) and name]
        )
    if found:
        return found
    known = sorted({word for x in lessons for word in (x.week, x.label, x.name)})
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`cnnkit run` runs all."
    raise LookupError(f"No week or lesson is called {wanted!r}. {hint}")


def _begins(folder, word):
    number = _week_number(folder)
    return word == folder or word.removeprefix("week") == str(number)


def _week_number(folder):
    match = re.match(r"week(\d+)", folder)
    return int(match.group(1)) if match else math.inf
