import os
import subprocess
import sys

import pytest


@pytest.fixture
def cnnkit():
    """Run the command line in a process of its own."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "cnnkit", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
        )

    return run


@pytest.fixture
def invoke(capfd):
    """Run the command line in this process; give exit code, output and errors."""
    from cnnkit.cli import main

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return left.value.code or 0, captured.out, captured.err

    return run
