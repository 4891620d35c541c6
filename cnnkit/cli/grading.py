"""`cnnkit grade` and `cnnkit assign`: for those who set assignments and mark them."""

import json
import pathlib

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

FOLDER = click.Path(file_okay=False, path_type=pathlib.Path)
MASTER = click.Path(exists=True, dir_okay=False, path_type=pathlib.Path)


@click.command()
@click.argument("assignment", metavar="ASSIGNMENT")
@click.argument("submissions", type=FOLDER)
@click.option("-o", "--output", type=FOLDER, default="results", show_default=True)
@click.option("--salt", help="What hidden inputs follow from. [default: drawn once]")
@click.option("--workers", type=click.IntRange(1, 255), help="[default: one a core]")
@click.option("--dask", metavar="ADDRESS", help="Hand the work to a Dask cluster.")
@click.option(
    "--i-trust-these-submissions",
    "trusted",
    is_flag=True,
    help="Run them without a sandbox, with all your rights.",
)
@click.pass_context
def grade(context, assignment, submissions, output, salt, workers, dask, trusted):
    """Grade a folder of notebooks that nobody trusts.

    ASSIGNMENT is its short name, as in `a1`, or a master of your own. Notebooks, zips
    and odd names are taken as they come; of several files of one person the newest
    counts. Stop it when you like: the same command goes on where it was.

    Writes grades.csv, review.csv, summary.html and feedback/ to the output. It ends
    with 1 if a notebook could not be graded for the machine's sake.
    """
    from cnnkit.grading.batch import grade_folder
    from cnnkit.grading.results import BusyError, Results
    from cnnkit.grading.sandbox import NoSandboxError

    chosen = _assignment(assignment)
    console = Console(highlight=False, stderr=True)
    progress = _Progress(console)
    try:
        with Results(output) as results:
            with progress:
                batch = grade_folder(
                    chosen,
                    submissions,
                    results,
                    salt=salt,
                    workers=workers,
                    trusted=trusted,
                    dask=dask,
                    tell=progress.tell,
                )
            rows = _write(batch, output)
    except (NoSandboxError, BusyError, NotADirectoryError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    failed = [one for one in batch.graded if one.status == "failed"]
    click.echo(f"{output / 'grades.csv'}: {len(batch.graded)} people")
    click.echo(f"{output / 'review.csv'}: {rows} matters to look at")
    click.echo(f"{output / 'summary.html'}, {output / 'feedback'}")
    if failed:
        click.echo(
            f"{len(failed)} could not be graded, through no fault of theirs "
            f"({failed[0].reason}). The same command tries them again.",
            err=True,
        )
    context.exit(1 if failed else 0)


def _assignment(word):
    from cnnkit.grading.assignments import find_assignment
    from cnnkit.grading.masters import MasterError, read_assignment

    try:
        if word.endswith(".ipynb"):
            return read_assignment(word)
        return find_assignment(word)
    except (LookupError, MasterError) as error:
        raise click.ClickException(str(error)) from error


def _write(batch, output):
    from cnnkit.grading import pages, tables

    tables.write_grades(batch, output / "grades.csv")
    pages.write_feedback(batch, output / "feedback")
    pages.write_summary(batch, output / "summary.html")
    return tables.write_review(batch, output / "review.csv")


class _Progress:
    def __init__(self, console):
        self._bar = Progress(
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
        )
        self._task = None

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *_):
        self._bar.stop()

    def tell(self, done, total, person):
        if self._task is None:
            # What was graded before says nothing of the time that is left.
            self._task = self._bar.add_task("", total=total, completed=done)
        # A name may hold what a terminal would obey, or cannot show.
        shown = "".join(x if x.isprintable() else "?" for x in person[:40])
        self._bar.update(self._task, completed=done, description=shown)


@click.group()
def assign():
    """Make assignments of masters."""


@assign.command()
@click.argument("masters", nargs=-1, required=True, type=MASTER)
@click.option(
    "-o", "--output", type=FOLDER, help="[default: the folder above masters/]"
)
@click.option("--check", is_flag=True, help="Write nothing; see that all is in step.")
def build(masters, output, check):
    """Write the learner's notebook of each master, and prove it.

    The proof: in the sandbox the master earns full marks, and the learner's notebook,
    as it is handed out, none.
    """
    from cnnkit.grading.build import build_master
    from cnnkit.grading.masters import MasterError
    from cnnkit.grading.sandbox import NoSandboxError

    console = Console(highlight=False)
    for path in masters:
        try:
            built = build_master(path, output, check=check)
        except (MasterError, NoSandboxError, OSError, json.JSONDecodeError) as error:
            raise click.ClickException(f"{path}: {error}") from error
        console.print(
            f"{built.path}: reference {built.reference:g} of {built.best}, "
            f"blank {built.blank:g}",
            soft_wrap=True,
        )
        if built.problem:
            raise click.ClickException(f"{path}: {built.problem}")
