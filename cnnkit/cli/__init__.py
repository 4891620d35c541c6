"""The command line: `cnnkit lab`, `run`, `describe`, `style`, `dream`, and more."""

import os
import sys

import click

import cnnkit
from cnnkit.cli.data import data
from cnnkit.cli.describe import describe
from cnnkit.cli.doctor import doctor
from cnnkit.cli.grading import assign, grade
from cnnkit.cli.lab import lab
from cnnkit.cli.pictures import dream, style
from cnnkit.cli.run import run

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(cnnkit.__version__, prog_name="cnnkit")
def cli():
    """A course on convolutional neural networks that runs."""


for _command in (lab, run, describe, style, dream, data, grade, assign, doctor):
    cli.add_command(_command)


def main(arguments=None):
    """Run the command line and leave with its exit code.

    The codes are those of other Unix tools: 0 for success, 1 for failure, 2 for wrong
    usage, 130 when interrupted.

    Args:
        arguments: list of strings, by default those of the command line.

    Raises:
        SystemExit: always.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        code = cli.main(arguments, prog_name="cnnkit", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        code = 130
    except BrokenPipeError:
        # Who read our output has had enough. Nothing is left for Python to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
