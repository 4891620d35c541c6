"""What a notebook finds of cnnkit in the sandbox: some rooms, else refusals."""

import compileall
import pathlib
import py_compile
import shutil
import subprocess
import sys

import cnnkit

PACKAGE = pathlib.Path(cnnkit.__file__).parent
QUIET = '''"""Nothing is shown while a notebook is graded."""


def start():
    """Do nothing."""
'''
CHECK = '''"""Checks stand idle while a notebook is graded."""


def check(name):
    """Do nothing: the grader asks by itself."""


def hidden(name, salt=""):
    """Do nothing: the grader asks by itself."""
'''
IDLE = {"grading": CHECK, "quiet": QUIET}
REFUSAL = """raise ImportError(
    "cnnkit.{room} cannot be imported while this assignment is graded: it holds "
    "answers, or leans on what does. Use what the notebook gives you."
)
"""


def build_inside(folder, uses):
    """Write the folder that the sandbox shows in place of cnnkit.

    Args:
        folder: path, made if need be.
        uses: names of the rooms that the notebook may import.

    Raises:
        LookupError: if there is no such room.
    """
    folder = pathlib.Path(folder)
    package = folder / "cnnkit"
    package.mkdir(parents=True)
    shutil.copy(PACKAGE / "__init__.py", package)
    rooms = {x.stem: x for x in PACKAGE.iterdir() if _is_room(x)}
    if unknown := sorted(set(uses) - set(rooms)):
        raise LookupError(f"cnnkit has no room {', '.join(unknown)}.")
    for name, path in rooms.items():
        if name in uses:
            _copy(path, package)
        else:
            text = IDLE.get(name, REFUSAL.format(room=name))
            (package / f"{name}.py").write_text(text)
    if "models" in uses:
        from cnnkit.datasets import shipped_folder

        (package / "_data").mkdir()
        for path in shipped_folder().rglob("*.weights.h5"):
            shutil.copy(path, package / "_data")
    for name in ("_worker.py", "_warm.py", "_answers.py", "_values.py"):
        shutil.copy(PACKAGE / "grading" / name, folder)
    compileall.compile_dir(
        folder,
        quiet=2,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    _write_fonts(folder / "fonts")


def _is_room(path):
    if path.name.startswith("_"):
        return False
    return path.suffix == ".py" or (path / "__init__.py").exists()


def _copy(path, package):
    if path.is_file():
        shutil.copy(path, package)
    else:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(path, package / path.name, ignore=ignored)


def _write_fonts(folder):
    # matplotlib looks for fonts when it is first used, for seconds: once is enough.
    folder.mkdir()
    command = [sys.executable, "-c", "import matplotlib.font_manager"]
    environment = {"MPLCONFIGDIR": str(folder), "PATH": "/usr/bin:/bin"}
    subprocess.run(command, env=environment, capture_output=True, check=False)
