"""`cnnkit run`: the lessons without a browser."""

import pathlib
import sys

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text


@click.command()
@click.argument("wanted", metavar="[WEEK or LESSON]...", nargs=-1)
@click.option("--html", is_flag=True, help="Write pages to read, and an index.")
@click.option(
    "--save", is_flag=True, help="Save the outputs in the lessons themselves."
)
@click.option("--real-data", is_flag=True, help="Also the lessons on downloaded data.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    help="Folder for the executed notebooks. [default: build/course of the course]",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Lessons that run at once.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=900,
    show_default=True,
    help="Seconds that a cell may take.",
)
def run(wanted, html, save, real_data, output, workers, timeout):
    """Run lessons from top to bottom, each on a fresh kernel.

    A week is named as in `1` or `week1`, a lesson as in `1/03` or `convolution`;
    without a name all are run. One that fails does not stop the others.
    """
    root, lessons = _choose(wanted, real_data, here_only=save)
    output = output or root / "build" / "course"
    try:
        from cnnkit.lessons import html as pages
        from cnnkit.lessons.run import run_lessons
    except ImportError as error:
        raise click.ClickException(
            f'{error.name} is not installed. Type: pip install "cnnkit[lab]"'
        ) from error

    reporter = _Reporter(lessons)

    def end(finished):
        _keep(finished, root, output, html, save)
        reporter.end(finished)

    with reporter:
        runs = run_lessons(
            lessons,
            workers=workers,
            timeout=timeout,
            on_start=reporter.start,
            on_cell=reporter.cell,
            on_end=end,
        )
    if html:
        page = output / "index.html"
        page.write_text(pages.index(runs), encoding="utf-8")
        click.echo(f"Open {page}")
    failed = sum(not each.passed for each in runs)
    if failed:
        click.echo(f"{failed} of {len(runs)} lessons failed.", err=True)
    sys.exit(1 if failed else 0)


def _choose(wanted, real_data, here_only):
    from cnnkit.lessons import course_root, find_lessons, select

    try:
        # Lessons are overwritten only where one stands, never in a checkout elsewhere.
        root = course_root(pathlib.Path.cwd() if here_only else None)
        lessons = find_lessons(root)
        groups = [select(lessons, word) for word in wanted] or [lessons]
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from error
    except LookupError as error:
        raise click.UsageError(str(error)) from error
    # A lesson on downloaded data runs when it is named, not when its week is.
    chosen = {
        lesson
        for group in groups
        for lesson in group
        if real_data or not lesson.needs_download or (wanted and len(group) == 1)
    }
    if not chosen:
        raise click.ClickException("There is no lesson to run.")
    return root, [lesson for lesson in lessons if lesson in chosen]


def _keep(finished, root, output, html, save):
    import nbformat

    from cnnkit.lessons import html as pages
    from cnnkit.lessons.normalise import normalised_text, write_text

    lesson = finished.lesson
    folder = output / lesson.week
    folder.mkdir(parents=True, exist_ok=True)
    executed = folder / f"{lesson.name}.ipynb"
    write_text(executed, nbformat.writes(finished.notebook) + "\n")
    if html:
        write_text(folder / f"{lesson.name}.html", pages.render(finished.notebook))
    if save and finished.passed:
        text, problems = normalised_text(
            executed, root, path=lesson.path.relative_to(root).as_posix()
        )
        if lesson.path.read_text(encoding="utf-8") != finished.source:
            problems.append("the file was changed while it ran; run it again")
        if problems:
            finished.error = f"not saved: {'; '.join(problems)}"
        elif text != finished.source:
            write_text(lesson.path, text)


class _Reporter:
    """A bar for each lesson that runs, a line for each that has ended."""

    def __init__(self, lessons):
        self.console = Console(highlight=False)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.all = self.progress.add_task("lessons", total=len(lessons))
        self.tasks = {}

    def __enter__(self):
        if self.console.is_terminal:  # elsewhere older versions of rich add a line
            self.progress.start()

    def __exit__(self, *error):
        if self.console.is_terminal:
            self.progress.stop()

    def start(self, lesson, cells):
        self.tasks[lesson] = self.progress.add_task(lesson.label, total=cells)

    def cell(self, lesson):
        self.progress.advance(self.tasks[lesson])

    def end(self, finished):
        self.progress.remove_task(self.tasks.pop(finished.lesson))
        self.progress.advance(self.all)
        mark = ("passed", "green") if finished.passed else ("FAILED", "bold red")
        line = Text.assemble(
            mark, f"  {finished.seconds:6.1f} s  {finished.lesson.label}"
        )
        self.console.print(line, soft_wrap=True)
        if not finished.passed:
            where = f"cell {finished.cell}: " if finished.cell else ""
            self.console.print(Text(f"        {where}{finished.error}"), soft_wrap=True)
