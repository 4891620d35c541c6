"""`cnnkit doctor`: what works, what does not, and what to type."""

import importlib.metadata
import importlib.util
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

import click
from packaging.requirements import Requirement
from rich.console import Console
from rich.text import Text

import cnnkit

PROBE = """
import json
import keras
backend, devices = keras.backend.backend(), keras.distribution.list_devices()
print(json.dumps({"backend": backend, "devices": devices}))
"""
MARKS = {"ok": "green", "note": "yellow", "BAD": "bold red"}


@click.command()
@click.option("--grading", is_flag=True, help="Try to break out of the sandbox.")
@click.pass_context
def doctor(context, grading):
    """Check the installation, and say what to type where something is amiss.

    Paste what it prints into a bug report. It ends with 1 if something is broken that
    the course needs. With --grading it tries every way out of the grader's sandbox that
    we know, and says which hold.
    """
    console = Console(highlight=False)
    broken = False
    width = 37 if grading else 19
    checks = (_python, _packages, _keras, _memory, _jupyter, _course, _data, _weights)
    if grading:
        checks = (_python, _sandbox)
    for check in checks:
        for mark, what, found in check():
            broken = broken or mark == "BAD"
            line = Text.assemble(
                (f"{mark:<5}", MARKS[mark]), f"{what:<{width}} {found}"
            )
            console.print(line, soft_wrap=True)
    context.exit(1 if broken else 0)


def _python():
    yield "ok", "cnnkit", cnnkit.__version__
    system = f"{platform.system()} {platform.machine()}"
    yield "ok", "Python", f"{platform.python_version()}, {system}"


def _sandbox():
    from cnnkit.grading.escapes import try_to_escape
    from cnnkit.grading.sandbox import EndedError, NoSandboxError

    try:
        for preload in ([], ["numpy"]) if os.geteuid() == 0 else ([],):
            if preload:
                yield "ok", "forked from a warm process", ""
            for what, held in try_to_escape(preload):
                yield ("ok" if held else "BAD"), what, "held" if held else "ESCAPED"
    except NoSandboxError as error:
        yield "BAD", "sandbox", str(error)
    except EndedError as error:
        yield "BAD", "sandbox", f"it does not start ({error.reason})"


def _packages():
    try:
        lines = importlib.metadata.requires("cnnkit") or []
    except importlib.metadata.PackageNotFoundError:
        yield "BAD", "installation", "cnnkit is not installed. Type: pip install -e ."
        return
    for requirement in map(Requirement, lines):
        if requirement.marker is None:
            yield _package(requirement)


def _package(requirement):
    names = [requirement.name]
    if requirement.name == "tensorflow":  # the same modules under other names
        names += ["tensorflow-cpu", "tf-nightly"]
    for name in names:
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if requirement.specifier.contains(version, prereleases=True):
            return "ok", requirement.name, version
        return "BAD", name, f'{version}. Type: pip install -U "{requirement}"'
    return "BAD", requirement.name, f'missing. Type: pip install "{requirement}"'


def _keras():
    # In a process of its own: a backend that is broken can end it without a word.
    probe = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=False
    )
    if probe.returncode == 0:
        found = json.loads(probe.stdout.splitlines()[-1])
        devices = ", ".join(found["devices"])
        yield "ok", "backend", f"{found['backend']} on {devices}"
        return
    said = probe.stderr.strip().splitlines()
    reason = said[-1] if said else f"it ended with code {probe.returncode}"
    yield "BAD", "backend", f"`import keras` fails: {reason}"
    chosen = os.environ.get("KERAS_BACKEND")
    if chosen and chosen != "tensorflow":
        yield "note", "", f"KERAS_BACKEND is {chosen}. Type: unset KERAS_BACKEND"
    elif not chosen:
        yield "note", "", "Type: export KERAS_BACKEND=tensorflow"


def _memory():
    cores = os.cpu_count()
    free = free_memory()
    if free is None:
        yield "ok", "cores", str(cores)
    elif free < 2e9:
        advice = "Close other programs: a lesson takes up to 1 GB."
        yield "note", "memory", f"{free / 1e9:.1f} GB free. {advice}"
    else:
        yield "ok", "memory", f"{free / 1e9:.1f} GB free, {cores} cores"
    room = shutil.disk_usage(pathlib.Path.home()).free
    yield ("ok" if room > 2e9 else "note"), "disk", f"{room / 1e9:.1f} GB free"


def free_memory():
    """Return the free memory in bytes, or `None` where the system does not say."""
    try:
        lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
        values = dict(line.split(":", 1) for line in lines)
        return int(values["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _jupyter():
    for name in ("jupyterlab", "ipykernel", "nbclient", "nbconvert"):
        if importlib.util.find_spec(name) is None:
            yield "note", name, 'missing. Type: pip install "cnnkit[lab]"'
        else:
            yield "ok", name, importlib.metadata.version(name)


def _course():
    from cnnkit.lessons import course_root, find_lessons

    try:
        root = course_root()
    except FileNotFoundError as error:
        yield "note", "lessons", str(error)
        return
    yield "ok", "lessons", f"{len(find_lessons(root))} in {root / 'notebooks'}"


def _data():
    from cnnkit.datasets import cache_folder, catalogue

    folder = os.environ.get("CNNKIT_DATA")
    if folder and not pathlib.Path(folder).expanduser().is_dir():
        text = f"{folder} is no folder. Type: unset CNNKIT_DATA"
        yield "BAD", "CNNKIT_DATA", text
    elif folder:
        yield "ok", "CNNKIT_DATA", folder
    yield "ok", "cache", str(cache_folder())
    for entry in catalogue():
        status = entry.status()
        if status == "not here":
            yield "note", entry.name, f"{status}. {entry.advice()}"
        else:
            yield "ok", entry.name, status


def _weights():
    from cnnkit.datasets import shipped_folder

    try:
        shipped = sorted(shipped_folder().rglob("*.weights.h5"))
    except FileNotFoundError as error:
        yield "BAD", "weights", str(error)
        return
    names = ", ".join(path.name.removesuffix(".weights.h5") for path in shipped)
    yield "ok", "weights", f"shipped: {names or 'none'}"
    home = pathlib.Path(os.environ.get("KERAS_HOME", pathlib.Path.home() / ".keras"))
    files = sorted(path.name for path in (home / "models").glob("*.h5"))
    yield "ok", "", f"of Keras Applications, in its cache: {', '.join(files) or 'none'}"
