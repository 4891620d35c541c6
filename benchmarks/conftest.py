"""What all benchmarks share."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import pytest


def pytest_configure(config):
    """Make the mark known by which a benchmark says what is asked of it."""
    config.addinivalue_line("markers", "asked(ratio): what the ratio has to be.")


@pytest.fixture(autouse=True)
def told(request, benchmark):
    """Say whose row this is (see README.md), and forget its models afterwards."""
    who = request.node.callspec.params["who"]
    asked = request.node.get_closest_marker("asked")
    benchmark.extra_info.update(
        role="ours" if who.startswith("cnnkit") else "peer",
        name=who,
        asked=asked.args[0] if asked else "",
    )
    yield
    keras.backend.clear_session()
