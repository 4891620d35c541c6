"""Build the learner's notebook of a master, and prove the pair."""

import dataclasses
import json
import pathlib

from cnnkit.grading.grade import draw_paper, grade
from cnnkit.grading.masters import learners_notebook, read_assignment
from cnnkit.grading.sandbox import place


@dataclasses.dataclass(frozen=True)
class Built:
    """A learner's notebook and its proof.

    Attributes:
        path: `pathlib.Path` of the learner's notebook.
        reference: points that the master earns.
        blank: points that the learner's notebook earns as it is handed out.
        best: points that can be had.
        problem: a sentence if the proof fails, else `None`.
    """

    path: pathlib.Path
    reference: float
    blank: float
    best: int
    problem: str | None


def build_master(master, output=None, *, check=False, trusted=False):
    """Write the learner's notebook of a master, and grade both.

    Args:
        master: path of the master.
        output: path of a folder, by default the one above the master's.
        check: bool; `True` writes nothing and finds fault with a learner's notebook
            that is not in step.
        trusted: bool; `True` grades without a sandbox.

    Returns:
        A `Built`.

    Raises:
        MasterError: if it is no master.
        NoSandboxError: if this machine has no sandbox.
    """
    master = pathlib.Path(master)
    assignment = read_assignment(master)
    path = pathlib.Path(output or master.resolve().parent.parent) / master.name
    text = learners_text(master, path)
    problem = None
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        problem = f"{path} is not in step; run cnnkit assign build {master}"
    paper = draw_paper(assignment, "proof")
    preload = assignment.preload
    with place(assignment.uses, preload=preload, trusted=trusted) as shared:
        reference = grade(paper, master.read_bytes(), shared)
        blank = grade(paper, text.encode(), shared)
    if reference["points"] < assignment.points:
        problem = f"the reference earns {_losses(reference)}"
    elif blank["points"]:
        problem = f"the blank notebook earns {blank['points']:g} points"
    return Built(path, reference["points"], blank["points"], assignment.points, problem)


def learners_text(master, path):
    """Write the text of the learner's notebook, normalised if it is one of the course.

    Args:
        master: path of the master.
        path: where the learner's notebook belongs.

    Returns:
        A string, JSON.
    """
    from cnnkit.lessons.find import course_root
    from cnnkit.lessons.normalise import normalise_blank

    notebook = learners_notebook(json.loads(master.read_text(encoding="utf-8")))
    try:
        root = course_root(path.parent).resolve()
        return normalise_blank(notebook, root, path.resolve())
    except (FileNotFoundError, ValueError):
        return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _losses(record):
    lost = [
        f"{name}, {part} ({result['what']})"
        for name, entry in record["questions"].items()
        for part, result in entry["parts"].items()
        if not result["passed"]
    ]
    cells = [f"cell {x['cell']} {x['type']}: {x['message']}" for x in record["cells"]]
    return f"{record['points']:g} points: lost {'; '.join([*lost, *cells])}"
