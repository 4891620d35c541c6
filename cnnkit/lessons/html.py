"""The lessons as pages to read, and one page that leads to them."""

import base64
import html
import io
import itertools
import logging
import pathlib
import re

import nbconvert

from cnnkit.lessons.front import BADGE

THUMBNAIL = (640, 360)
TEMPLATE = pathlib.Path(__file__).with_name("index.html")


def render(notebook):
    """Turn an executed notebook into a page.

    Args:
        notebook: `nbformat` notebook.

    Returns:
        HTML text.
    """
    logging.getLogger("traitlets").setLevel(logging.ERROR)  # figures without alt text
    text, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    # A page to read offline has no use for the badge, an image from the network.
    return re.sub(
        rf"<p><a [^>]*><img [^>]*{re.escape(BADGE)}[^>]*/?></a></p>", "", text
    )


def first_figure(notebook):
    """Find the first figure of a notebook.

    Args:
        notebook: `nbformat` notebook.

    Returns:
        The bytes of a PNG, or `None` where there is no figure.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                return base64.b64decode("".join(output["data"]["image/png"]))
    return None


def index(runs):
    """Write the page that leads to the lessons.

    Args:
        runs: list of `cnnkit.lessons.run.Run`, in the order of the course.

    Returns:
        HTML text; it links to `WEEK/LESSON.html`.
    """
    weeks = itertools.groupby(runs, key=lambda run: run.lesson.week)
    sections = "\n".join(_section(week, list(group)) for week, group in weeks)
    failed = sum(not run.passed for run in runs)
    minutes, seconds = divmod(round(sum(run.seconds for run in runs)), 60)
    lessons = f"{len(runs)} lesson{'s' * (len(runs) != 1)}"
    summary = f"{lessons} in {minutes} min {seconds:02d} s" + (
        f", {failed} failed" if failed else ", all passed"
    )
    page = TEMPLATE.read_text(encoding="utf-8")
    return page.replace("{{summary}}", summary).replace("{{sections}}", sections)


def week_title(week):
    """Write a folder's name for people.

    Args:
        week: name of a folder, as in "week1_foundations".

    Returns:
        Its title.

    Example:

    >>> week_title("week1_foundations")
    'Week 1 · Foundations'
    """
    match = re.fullmatch(r"week(\d+)_(.+)", week)
    words = (match.group(2) if match else week).replace("_", " ").capitalize()
    return f"Week {match.group(1)} · {words}" if match else words


def _section(week, runs):
    cards = "\n".join(_card(run) for run in runs)
    title = html.escape(week_title(week))
    return (
        f'<section>\n<h2>{title}</h2>\n<div class="cards">\n{cards}\n</div>\n</section>'
    )


def _card(run):
    lesson = run.lesson
    picture = first_figure(run.notebook)
    if picture:
        source = f"data:image/png;base64,{_thumbnail(picture)}"
        image = f'<img src="{source}" alt="" loading="lazy">'
    else:
        image = f'<span class="blank">{html.escape(lesson.name[:2])}</span>'
    mark = "passed" if run.passed else f"failed in cell {run.cell}"
    error = "" if run.passed else f'<p class="error">{html.escape(run.error)}</p>'
    return (
        f'<a class="card {"ok" if run.passed else "bad"}" '
        f'href="{html.escape(lesson.label)}.html">\n'
        f'<div class="figure">{image}</div>\n'
        f"<h3>{html.escape(lesson.title)}</h3>\n{error}"
        f'<p class="foot"><span>{html.escape(lesson.name)}</span>'
        f'<span class="mark">{mark}</span><span>{run.seconds:.0f} s</span></p>\n</a>'
    )


def _thumbnail(png):
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("RGBA")
    opaque = Image.new("RGBA", image.size, "white")
    opaque.alpha_composite(image)
    opaque = opaque.convert("RGB")
    opaque.thumbnail(THUMBNAIL)
    buffer = io.BytesIO()
    opaque.quantize(128).save(buffer, "png", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
