"""Keep notebooks in one form: `python -m cnnkit.lessons.normalise [--check] [FILE]`.

The form: no metadata but the kernel's name, cells numbered from 1 in the order of the
page, outputs without noise, the badge and the set-up cell of the project's address.
Files that have it already are left alone.
"""

import argparse
import copy
import hashlib
import json
import os
import pathlib
import sys

import nbformat

from cnnkit.lessons import front, outputs
from cnnkit.lessons.find import course_root

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def normalise(notebook, *, address, path, shrink=True):
    """Bring a notebook into the one form.

    Args:
        notebook: `nbformat` notebook of version 4; it is not changed.
        address: the project's address.
        path: the notebook's path within the project, with slashes.
        shrink: bool, whether the colours of large figures are reduced.

    Returns:
        A pair: the new notebook, and a list of problems that a tool cannot mend, each
        a sentence with the number of the code cell.
    """
    notebook = copy.deepcopy(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    problems = _write_front(notebook, address, path)
    problems += _number(notebook, shrink)
    seen = {}
    for cell in notebook.cells:
        cell.source = cell.source.rstrip("\n")
        cell.metadata = nbformat.from_dict(
            {
                key: cell.metadata[key]
                for key in ("jupyter", "tags")
                if key in cell.metadata
            }
        )
        cell.id = _cell_id(cell, seen)
    return notebook, problems


def _write_front(notebook, address, path):
    cells = notebook.cells
    problems = []
    if not cells or cells[0].cell_type != "markdown":
        return ["the first cell must be markdown that begins with `# Title`"]
    try:
        cells[0].source = front.with_badge(cells[0].source, front.badge(address, path))
    except ValueError as error:
        problems.append(str(error))
    old = [cell for cell in cells if front.SETUP_TAG in cell.metadata.get("tags", [])]
    setup = nbformat.v4.new_code_cell(
        front.setup_source(address), metadata={"tags": [front.SETUP_TAG]}
    )
    notebook.cells = [
        cells[0],
        setup,
        *(cell for cell in cells[1:] if not any(cell is x for x in old)),
    ]
    return problems


def _number(notebook, shrink):
    problems = []
    last = 0
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(codes, 1):
        if number > 1:
            if cell.execution_count is None:
                problems.append(f"cell {number}: it has not been run")
            elif cell.execution_count <= last:
                problems.append(f"cell {number}: it was run before the one above it")
            last = cell.execution_count or last
        cell.execution_count = number
        cell.outputs = nbformat.from_dict(outputs.clean_outputs(cell.outputs, number))
        if shrink:
            outputs.shrink_figures(cell.outputs)
        problems += [
            f"cell {number}: {problem}"
            for problem in outputs.output_problems(cell.outputs)
        ]
    return problems


def _cell_id(cell, seen):
    digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
    seen[digest] = seen.get(digest, 0) + 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def normalise_blank(notebook, root, path):
    """Give the text of a notebook that is handed out to be worked on, not yet run.

    Args:
        notebook: dict, a notebook of version 4.
        root: path of the course.
        path: where in the course it belongs.

    Returns:
        The text that its file should have.

    Raises:
        ValueError: if it does not belong to the course, or is no notebook.
    """
    clean, _ = normalise(
        nbformat.reads(json.dumps(notebook), as_version=4),
        address=front.repository(root),
        path=pathlib.Path(path).relative_to(root).as_posix(),
    )
    for cell in clean.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(clean) + "\n"


def is_blank(path):
    """Tell whether a path is that of an assignment as it is handed out."""
    return pathlib.Path(path).resolve().parent.name == "assignments"


def normalised_text(source, root, *, path=None, shrink=True):
    """Give the text that a notebook's file should have.

    Args:
        source: path of the notebook.
        root: path of the course.
        path: where in the course it belongs, by default where it is.
        shrink: bool, whether the colours of large figures are reduced.

    Returns:
        A pair: the text, and a list of problems that a tool cannot mend.

    Raises:
        ValueError: if the file holds no notebook.
    """
    source = pathlib.Path(source)
    try:
        notebook = nbformat.reads(source.read_text("utf-8"), as_version=4)
    except Exception as error:  # nbformat has no common base for what it raises
        raise ValueError(f"{source} holds no notebook: {error}") from error
    path = source.resolve() if path is None else pathlib.Path(root, path).resolve()
    if is_blank(path):
        return normalise_blank(notebook, pathlib.Path(root).resolve(), path), []
    clean, problems = normalise(
        notebook,
        address=front.repository(root),
        path=path.relative_to(pathlib.Path(root).resolve()).as_posix(),
        shrink=shrink,
    )
    return nbformat.writes(clean) + "\n", problems


def write_text(path, text):
    """Write a file whole or not at all.

    Args:
        path: path of the file.
        text: what it is to hold.
    """
    path = pathlib.Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def main(arguments=None):
    """Normalise the notebooks named, or all.

    Args:
        arguments: list of strings, by default those of the command line.

    Returns:
        The exit code: 1 if something is left to mend.
    """
    parser = argparse.ArgumentParser(
        prog="python -m cnnkit.lessons.normalise",
        description="Keep notebooks in one form.",
    )
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args(arguments)
    try:
        return _normalise_files(options.files, options.check)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _normalise_files(files, check):
    root = course_root(files[0].parent if files else None)
    amiss = False
    for path in files or sorted(root.glob("notebooks/**/*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        text, problems = normalised_text(path, root, shrink=not check)
        for problem in problems:
            sys.stderr.write(f"{path}: {problem}\n")
        if text != path.read_text(encoding="utf-8"):
            if check:
                problems.append("differs")
                sys.stderr.write(
                    f"{path}: not normalised; run python -m cnnkit.lessons.normalise\n"
                )
            else:
                write_text(path, text)
        amiss = amiss or bool(problems)
    return int(amiss)


if __name__ == "__main__":
    sys.exit(main())
