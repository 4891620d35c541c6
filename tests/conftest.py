"""What several folders of tests use."""

import base64
import io
import pathlib

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PYPROJECT = """\
[project]
name = "cnnkit"
[project.urls]
Repository = "https://github.com/someone/course/"
"""


class Course:
    """A small course in a temporary folder."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        (self.root / "notebooks").mkdir(parents=True)
        (self.root / "pyproject.toml").write_text(PYPROJECT)

    def add(self, label, *sources, title="A lesson"):
        """Add a lesson that has not been run; its sources are code."""
        cells = [new_markdown_cell(f"# {title}\n\nWhat it is about.")]
        cells += [new_code_cell(source) for source in sources]
        return self.write(label, new_notebook(cells=cells))

    def write(self, label, notebook):
        path = self.root / "notebooks" / f"{label}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
        return path


@pytest.fixture
def course(tmp_path, monkeypatch):
    made = Course(tmp_path / "a course")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture(scope="session")
def png():
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGBA", (64, 32), "red").save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()
