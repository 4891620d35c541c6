"""Check that installing the wheel leaves Colab as it is. Usage: `make colab-check`.

A virtual environment with the versions that Colab ships is made under build/, and pip
is asked what it would do. It may add cnnkit and small packages that Colab lacks; it may
change no version of what is there.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PINS = pathlib.Path(__file__).with_name("constraints-2026-08.txt")
VENV = ROOT / "build" / "colab"
PYTHON = "3.13"
NEW = {"cnnkit", "click", "pooch", "platformdirs"}  # may be added; all are small


def main():
    """Run the check; return the exit code."""
    python = find_python()
    if python is None:
        sys.stdout.write(f"colab-check: skipped, there is no Python {PYTHON} here.\n")
        return 0
    prepare(python)
    wheel = build_wheel()
    report = pip("install", "--dry-run", "--quiet", "--report", "-", wheel)
    wanted = {
        canonical(item["metadata"]["name"]): item["metadata"]["version"]
        for item in json.loads(report)["install"]
    }
    installed = {
        canonical(item["name"]): item["version"]
        for item in json.loads(pip("list", "--format", "json"))
    }
    changed = {name for name in wanted if name in installed}
    added = set(wanted) - changed
    for name in sorted(changed):
        line = f"would change {name}: {installed[name]} -> {wanted[name]}"
        sys.stdout.write(f"colab-check: {line}\n")
    for name in sorted(added - NEW):
        sys.stdout.write(f"colab-check: would add {name} {wanted[name]}\n")
    if changed or added - NEW:
        return 1
    sys.stdout.write(
        f"colab-check: nothing of Colab's changes; added: {', '.join(sorted(added))}.\n"
    )
    return 0


def find_python():
    """Find a Python of Colab's version, or `None`."""
    names = [f"python{PYTHON}"]
    names += sorted(
        map(str, pathlib.Path.home().glob(f".pyenv/versions/{PYTHON}.*/bin/python"))
    )
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    for name in names:
        if shutil.which(name):
            said = subprocess.run(
                [name, "-c", code], capture_output=True, text=True, check=False
            )
            if said.stdout.strip() == PYTHON:
                return name
    return None


def prepare(python):
    """Make the environment with Colab's versions, unless it is there already."""
    stamp = VENV / "pins.txt"
    if stamp.exists() and stamp.read_text() == PINS.read_text():
        return
    sys.stdout.write("colab-check: installing what Colab ships, some minutes ...\n")
    sys.stdout.flush()
    subprocess.run([python, "-m", "venv", "--clear", VENV], check=True)
    pip("install", "--quiet", "--requirement", PINS)
    stamp.write_text(PINS.read_text())


def build_wheel():
    """Build the wheel of this checkout; return its path."""
    folder = ROOT / "build" / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("cnnkit-*.whl")
    return wheel


def pip(*arguments):
    """Run the environment's pip; return what it prints."""
    command = [VENV / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    return subprocess.run(
        [*command, *arguments], stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def canonical(name):
    """Write a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
