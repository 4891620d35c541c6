"""`cnnkit data`: what there is to learn from, and whether it is whole."""

import difflib
import sys

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text


@click.group()
def data():
    """List, fetch and verify the data sets."""


@data.command("list")
def list_command():
    """List the data sets, and which of them are at hand."""
    entries = _entries()
    if not sys.stdout.isatty():
        for entry in entries:
            fields = (entry.name, entry.kind, entry.status(), size(entry.size_bytes))
            click.echo("\t".join([*fields, entry.description, entry.licence]))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("name", "where", "size", "what it is"):
        table.add_column(heading, justify="right" if heading == "size" else "left")
    for entry in entries:
        about = Text.assemble(entry.description, "\n", (entry.licence, "dim"))
        table.add_row(entry.name, status(entry), size(entry.size_bytes), about)
    Console().print(table)


@data.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def fetch(names):
    """Fetch data sets from their official place into the cache.

    What is at hand already is not fetched again. NAME can be `all`: then what is given
    out on request alone is passed over.
    """
    console = Console(stderr=True)
    for entry in _choose(names):
        if entry.kind == "request" and "all" in names:
            continue
        if entry.kind in ("bundled", "drawn"):
            click.echo(f"{entry.name}: built in, nothing to fetch")
            continue
        try:
            with console.status(f"{entry.name} ({size(entry.size_bytes)}) ..."):
                path = entry.fetch()
        except (OSError, ValueError) as error:
            raise click.ClickException(f"{entry.name}: {error}") from error
        click.echo(f"{entry.name}: {path}")


@data.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
def verify(names):
    """Check what is at hand, to the last byte; by default all of it."""
    damaged = 0
    entries = _choose(names) if names else _entries()
    for entry in entries:
        if not names and entry.status() == "not here":
            click.echo(f"{entry.name}: not here")
            continue
        try:
            click.echo(f"{entry.name}: {entry.verify()}")
        except (OSError, ValueError) as error:
            damaged += 1
            click.echo(f"{entry.name}: {error}", err=True)
    sys.exit(1 if damaged else 0)


def size(count):
    """Write a number of bytes for people.

    Args:
        count: int, or `None` where there is none.

    Returns:
        str.

    Example:

    >>> size(11_490_434)
    '11 MB'
    """
    if count is None:
        return "-"
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def status(entry):
    """Colour the status of an entry of the catalogue.

    Args:
        entry: of `cnnkit.datasets.catalogue()`.

    Returns:
        `rich.text.Text`.
    """
    word = entry.status()
    return Text(word, "yellow" if word == "not here" else "green")


def _entries():
    from cnnkit.datasets import catalogue

    return catalogue()


def _choose(names):
    entries = {entry.name: entry for entry in _entries()}
    if "all" in names:
        return list(entries.values())
    for name in names:
        if name not in entries:
            near = difflib.get_close_matches(name, entries, n=3, cutoff=0.4)
            hint = f"Did you mean {' or '.join(near)}?" if near else ""
            known = "" if near else f"There are {', '.join(entries)}."
            raise click.UsageError(f"No data set is called {name!r}. {hint}{known}")
    return [entries[name] for name in dict.fromkeys(names)]
