"""`cnnkit lab`: the lessons in JupyterLab."""

import importlib.util
import os
import subprocess
import sys

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("jupyter_options", nargs=-1, type=click.UNPROCESSED)
def lab(jupyter_options):
    """Open the lessons in JupyterLab.

    Options that are not ours go to JupyterLab, as in
    `cnnkit lab --no-browser --port 9999`.
    """
    from cnnkit.lessons.find import course_root

    if importlib.util.find_spec("jupyterlab") is None:
        raise click.ClickException(
            'JupyterLab is not installed. Type: pip install "cnnkit[lab]"'
        )
    try:
        folder = course_root() / "notebooks"
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from error
    command = [sys.executable, "-m", "jupyterlab", *lab_options(folder)]
    command += jupyter_options
    if os.name == "posix":  # in this one's place, so that signals reach it
        os.execv(sys.executable, command)
    sys.exit(subprocess.call(command))


def lab_options(folder):
    """List JupyterLab's options: the folder, and no talk with the network.

    Args:
        folder: path of the lessons.

    Returns:
        A list of strings.
    """
    options = [
        f"--ServerApp.root_dir={folder}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # a container; JupyterLab refuses otherwise
    return options
