"""What opens every lesson: its badge, and the cell that sets up Colab."""

import pathlib
import re
import tomllib

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
SETUP_TAG = "setup"
SETUP = """\
# In Colab this installs cnnkit, and changes nothing that Colab ships.
# Everywhere it starts Keras without TensorFlow's notices.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet "cnnkit @ git+{repository}"
from cnnkit.quiet import start

start()
"""


def repository(root):
    """Read the project's address from its pyproject.toml.

    Args:
        root: path of the course.

    Returns:
        The address, without a slash at its end.
    """
    text = pathlib.Path(root, "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["urls"]["Repository"].rstrip("/")


def badge(address, path):
    """Write the line that opens a notebook in Colab.

    Args:
        address: the project's address.
        path: the notebook's path within the project, with slashes.

    Returns:
        A line of markdown.
    """
    owner = address.removeprefix("https://github.com/")
    link = f"https://colab.research.google.com/github/{owner}/blob/main/{path}"
    return f"[![Open in Colab]({BADGE})]({link})"


def setup_source(address):
    """Write the source of the set-up cell.

    Args:
        address: the project's address.

    Returns:
        Python source with one magic.
    """
    return SETUP.format(repository=address).rstrip("\n")


def with_badge(source, line):
    """Put the badge under the title, in place of any that is there.

    Args:
        source: markdown source that begins with a title.
        line: the badge.

    Returns:
        The source with the badge as a paragraph of its own.

    Raises:
        ValueError: if the source does not begin with a title.
    """
    title, _, rest = source.strip().partition("\n")
    if not re.match(r"# \S", title):
        raise ValueError(
            "the first cell must be markdown that begins with `# Title`. "
            f"Received: {title[:40]!r}"
        )
    kept = [x for x in rest.split("\n") if not x.startswith("[![Open in Colab]")]
    body = "\n".join(kept).strip("\n")
    return "\n\n".join(part for part in (title, line, body) if part)
