"""How the tests and the lessons run under pytest."""

import os

import hypothesis

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.pop("MPLBACKEND", None)  # a lesson's kernel has its own, inline

OUTPUT_SECONDS = 60  # nbval waits five for a cell's output, too few on a busy machine

hypothesis.settings.register_profile("cnnkit", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "cnnkit")


def pytest_collection_modifyitems(items):
    """Give the cells of the lessons more time for their output."""
    for item in items:
        if hasattr(item, "output_timeout"):
            item.output_timeout = OUTPUT_SECONDS
