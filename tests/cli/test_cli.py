import os
import subprocess
import sys

import pytest

import cnnkit as package


def test_help_imports_no_room():
    code = (
        "import sys\n"
        "from cnnkit.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "rooms = {'keras', 'tensorflow', 'numpy', 'nbclient', 'cnnkit.lessons',"
        " 'cnnkit.datasets', 'cnnkit.models', 'cnnkit.arithmetic'}\n"
        "sys.exit(', '.join(sorted(rooms & set(sys.modules))) or 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "describe" in ran.stdout


def test_version(cnnkit):
    ran = cnnkit("--version")
    assert ran.stdout == f"cnnkit, version {package.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [["nosuch"], ["--nosuch"], ["describe"], ["data", "fetch"], ["run", "--workers=0"]],
)
def test_wrong_usage_ends_with_two(invoke, arguments):
    code, out, err = invoke(*arguments)
    assert (code, out) == (2, "") and "Error:" in err and "Traceback" not in err


def test_reader_that_leaves_early(tmp_path):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        ran = subprocess.run(
            [sys.executable, "-m", "cnnkit", "data", "list"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (1, "")


def test_lab_tells_what_is_missing(invoke, monkeypatch):
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    code, _, err = invoke("lab")
    assert code == 1 and 'pip install "cnnkit[lab]"' in err


def test_lab_passes_options_on(cnnkit):
    ran = cnnkit("lab", "--version")
    assert ran.returncode == 0 and ran.stdout.strip()[0].isdigit()
