import subprocess
import sys

START = "from cnnkit.quiet import start; start(); "


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )


def test_nothing_is_written_while_keras_starts():
    ran = run(START + "import keras; print(float(keras.ops.ones(1)[0]))")
    assert (ran.stdout, ran.stderr) == ("1.0\n", "")


def test_standard_error_is_back_afterwards():
    ran = run(START + "import os; os.write(2, b'native'); raise SystemExit('python')")
    assert ran.stderr == "nativepython\n"


def test_errors_are_raised():
    ran = run("import sys; sys.modules['keras'] = None; " + START)
    assert "ModuleNotFoundError" in ran.stderr


def test_tensorflow_says_errors_alone():
    ran = run(
        START + START + "import logging; log = logging.getLogger('tensorflow'); "
        "print(len(log.filters)); log.warning('a notice'); log.error('a fault')"
    )
    assert ran.stdout.splitlines()[0] == "1"
    assert "a notice" not in ran.stdout + ran.stderr
    assert "a fault" in ran.stdout + ran.stderr
