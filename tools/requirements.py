"""Print what `make` installs: the requirements of pyproject.toml, one a line.

Usage: python tools/requirements.py [EXTRA ...]

On Linux x86-64 `tensorflow-cpu` stands in for `tensorflow`: the same modules in less
than half the download, without the CUDA that the course has no use for. Elsewhere
there is no such wheel, or it is no smaller.
"""

import pathlib
import platform
import re
import sys
import tomllib

PYPROJECT = pathlib.Path(__file__).resolve().parents[1] / "pyproject.toml"


def requirements(project, extras=(), *, small_tensorflow=False):
    """List the requirements of a project and of some of its extras.

    Args:
        project: the `project` table of a pyproject.toml.
        extras: names of optional dependencies.
        small_tensorflow: whether `tensorflow-cpu` replaces `tensorflow`.

    Returns:
        A list of requirement strings.

    Raises:
        KeyError: if the project has no such extra.
    """
    found = list(project["dependencies"])
    for extra in extras:
        found += project["optional-dependencies"][extra]
    if small_tensorflow:
        found = [re.sub(r"^tensorflow(?![\w-])", "tensorflow-cpu", r) for r in found]
    return found


def main():
    """Print the requirements for this machine."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    linux = sys.platform == "linux" and platform.machine() == "x86_64"
    for line in requirements(project, sys.argv[1:], small_tensorflow=linux):
        print(line)


if __name__ == "__main__":
    main()
