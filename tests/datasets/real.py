"""Where the real files are, for the tests that need them."""

import os
from pathlib import Path

import pytest

REAL = os.environ.get("CNNKIT_DATA", "")


def needs(name):
    """Skip a test where `CNNKIT_DATA` has no file or folder of that name."""
    there = bool(REAL) and Path(REAL, name).exists()
    return pytest.mark.skipif(not there, reason=f"needs {name} in CNNKIT_DATA")
