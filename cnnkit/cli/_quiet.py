"""Keras without the messages that its backends write while they start."""

import contextlib
import os
import sys

import click


@contextlib.contextmanager
def quiet():
    """Throw away what is written to file descriptor 2, also by compiled code."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def import_keras():
    """Import Keras; where that fails, say what to do.

    Raises:
        click.ClickException: if it cannot be imported.
    """
    try:
        with quiet():
            import keras  # noqa: F401
    except Exception as error:  # a broken backend can raise anything
        reason = str(error).strip().partition("\n")[0]
        raise click.ClickException(
            f"`import keras` fails: {reason}. Type: cnnkit doctor"
        ) from error
