"""Start Keras without the notices that TensorFlow writes as it starts."""

import contextlib
import logging
import os


def start():
    """Import Keras and its backend, and hold back what they only mention.

    TensorFlow's libraries write lines about processors and rounding straight to the
    process's standard error, which a notebook shows in red. They are dropped while
    the backend starts; from then on TensorFlow's own log shows errors alone. What goes
    wrong in Python is raised as ever.

    Example:

    >>> from cnnkit.quiet import start
    >>> start()
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    log = logging.getLogger("tensorflow")
    if _errors_alone not in log.filters:
        log.addFilter(_errors_alone)
    with _without_native_stderr():
        import keras

        keras.ops.zeros(1) + 1  # the first operation has notices of its own


def _errors_alone(record):
    return record.levelno >= logging.ERROR


@contextlib.contextmanager
def _without_native_stderr():
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
