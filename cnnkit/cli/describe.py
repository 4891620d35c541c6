"""`cnnkit describe`: the layers of a model and what they cost."""

import difflib
import inspect
import pathlib
import re

import click
from rich.console import Console
from rich.text import Text

import cnnkit
from cnnkit.cli._quiet import import_keras, quiet


class Shape(click.ParamType):
    """A shape such as 28x28x1 or 28,28,1."""

    name = "HxWxC"

    def convert(self, value, param, ctx):
        """Turn the text into a tuple of ints."""
        if isinstance(value, tuple):
            return value
        sides = re.split(r"[x×, ]+", value.strip("()"))
        if not all(side.isdecimal() and int(side) > 0 for side in sides):
            self.fail(f"{value!r} is not a shape such as 28x28x1.", param, ctx)
        return tuple(int(side) for side in sides)


@click.command()
@click.argument("model")
@click.option("--input-shape", type=Shape(), help="Sides and channels of the input.")
@click.option("--classes", type=click.IntRange(1), help="Number of classes.")
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV, with plain numbers.")
def describe(model, input_shape, classes, as_csv):
    """Show the layers of MODEL and what they cost.

    MODEL is a model of cnnkit or of keras.applications, such as LeNet5 or VGG16, or
    the path of a .keras file. Nothing is downloaded.
    """
    wanted = {"input_shape": input_shape, "classes": classes}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    import_keras()
    with quiet():
        if model.endswith(".keras"):
            built = _load(model, wanted)
        else:
            built = _build(model, wanted)
        try:
            table = cnnkit.arithmetic.describe(built)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    _show(table, as_csv)


def _load(path, wanted):
    import keras

    import cnnkit.layers  # noqa: F401  (registers what the file may hold)

    if wanted:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in wanted)
        raise click.UsageError(f"{path} is as it was saved; leave out {options}.")
    if not pathlib.Path(path).is_file():
        raise click.UsageError(f"There is no file {path}.")
    try:
        return keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras has no common base for what it raises
        reason = str(error).strip().partition("\n")[0]
        raise click.ClickException(f"{path} cannot be loaded: {reason}") from error


def _build(name, wanted):
    builders = model_builders()
    names = {known.lower(): known for known in builders}
    if name.lower() not in names:
        near = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0)
        nearest = ", ".join(names[x] for x in near)
        raise click.UsageError(f"No model is called {name!r}. Nearest: {nearest}.")
    build = builders[names[name.lower()]]
    arguments = inspect.signature(build).parameters
    for argument in wanted:
        if argument not in arguments:
            option = "--" + argument.replace("_", "-")
            raise click.UsageError(f"{names[name.lower()]} takes no {option}.")
    if "weights" in arguments:
        wanted["weights"] = None
    try:
        return build(**wanted)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def model_builders():
    """Collect the functions that build a model.

    Returns:
        A dictionary from name to function: those of `cnnkit.models`, then those of
        `keras.applications`.
    """
    import keras

    from cnnkit import models

    ours = {name: getattr(models, name) for name in models.__all__}
    theirs = {
        name: value
        for name, value in vars(keras.applications).items()
        if name[0].isupper() and inspect.isfunction(value)
    }
    found = {**theirs, **ours}
    return {name: found[name] for name in [*ours, *sorted(set(theirs) - set(ours))]}


def _show(table, as_csv):
    if as_csv:
        click.echo(table.to_csv(), nl=False)
        return
    name, headings, *rows, total = str(table).split("\n")
    console = Console(highlight=False)
    shown = [(name, "bold"), (headings, "dim"), *((row, "") for row in rows)]
    for line, style in [*shown, (total, "bold")]:
        console.print(Text(line, style), soft_wrap=True)
