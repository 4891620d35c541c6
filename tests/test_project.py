"""The files around the package agree with one another."""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
COLAB = ROOT / "tests" / "colab" / "constraints-2026-08.txt"
RUNTIME = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]]
ALL = [*PROJECT["dependencies"], *sum(PROJECT["optional-dependencies"].values(), [])]


def bounds(lines):
    found = [Requirement(line) for line in lines]
    return {each.name: str(each.specifier) for each in found}


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_conda_environment_has_the_same_bounds():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    lines = environment["dependencies"]
    (from_pip,) = [line["pip"] for line in lines if isinstance(line, dict)]
    assert "--editable ." in from_pip
    named = [x for x in [*lines, *from_pip] if isinstance(x, str)]
    named = bounds(x for x in named if x not in ("pip", "--editable ."))
    assert named.pop("python") == PROJECT["requires-python"]
    assert named == bounds(RUNTIME)


@pytest.mark.parametrize("line", ALL)
def test_bounds_are_lower_ones(line):
    requirement = Requirement(line)
    assert [each.operator for each in requirement.specifier] == [">="]


def test_colab_satisfies_the_bounds():
    pins = bounds(COLAB.read_text().splitlines())
    for line in PROJECT["dependencies"]:
        requirement = Requirement(line)
        pin = pins.get(requirement.name, "").removeprefix("==")
        assert not pin or requirement.specifier.contains(pin), requirement


def test_small_tensorflow_stands_in():
    tool = load(ROOT / "tools" / "requirements.py")
    project = {
        "dependencies": ["tensorflow>=2.19", "tensorflow-datasets", "numpy"],
        "optional-dependencies": {"x": ["a"], "y": ["b"]},
    }
    assert tool.requirements(project, ["y"], small_tensorflow=True) == [
        "tensorflow-cpu>=2.19",
        "tensorflow-datasets",
        "numpy",
        "b",
    ]
    assert tool.requirements(project)[0] == "tensorflow>=2.19"


def test_make_lists_its_targets():
    made = subprocess.run(
        ["make", "-C", ROOT, "--no-print-directory"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "MAKEFLAGS": ""},
    )
    wanted = (
        "lab course test test-fast test-real notebooks assignments bench lint "
        "colab-check clean"
    )
    assert [line.split()[1] for line in made.stdout.splitlines()][1:] == wanted.split()


@pytest.fixture
def set_up(tmp_path):
    """Run the set-up in a folder whose name has a space, with a pip that only logs."""
    project = tmp_path / "my project"
    (project / "tools").mkdir(parents=True)
    for name in ("pyproject.toml", "Makefile", "tools/requirements.py"):
        (project / name).write_text((ROOT / name).read_text("utf-8"))
    script = (ROOT / "tools" / "set_up.sh").read_text("utf-8")
    fake = """pip() { echo "$*" >> log; [ "$1" != install ] || [ -z "${FAIL-}" ]; }"""
    script, count = re.subn(r"^pip\(\) \{.*?^\}", fake, script, flags=re.M | re.S)
    assert count == 1
    (project / "tools" / "set_up.sh").write_text(script)

    def run(**environment):
        stamp = ".venv/.installed-lab"
        made = subprocess.run(
            ["make", "-C", project, stamp],
            capture_output=True,
            text=True,
            check=False,
            env={
                **os.environ,
                "MAKEFLAGS": "",
                "PYTHON": sys.executable,
                **environment,
            },
        )
        log = project / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return made, lines, (project / stamp).exists()

    run.project = project
    return run


def test_set_up_is_done_once_and_taken_up_again(set_up):
    made, log, stamped = set_up(FAIL="yes")
    assert made.returncode != 0 and log and not stamped
    made, log, stamped = set_up()
    assert made.returncode == 0 and stamped, made.stderr
    assert "--no-deps --editable ." in log[-1]
    made, log, stamped = set_up()
    assert made.returncode == 0 and log == [] and stamped
    requirements = (set_up.project / ".venv" / "requirements.txt").read_text()
    assert "jupyterlab" in requirements and "pytest" not in requirements
    later = (set_up.project / ".venv" / ".installed-lab").stat().st_mtime + 10
    os.utime(set_up.project / "pyproject.toml", (later, later))
    assert set_up()[1] != []


def test_set_up_without_a_python_that_is_new_enough(set_up, tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    made, log, stamped = set_up(PYTHON=str(old))
    assert made.returncode != 0 and log == [] and not stamped
    assert "needs Python 3.11 or newer" in made.stderr


def test_hooks_are_local():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=str
)
def test_issue_forms_are_forms(form):
    parsed = yaml.safe_load(form.read_text("utf-8"))
    if form.name != "config.yml":
        assert parsed["name"] and parsed["description"] and parsed["body"]
        ids = [part["id"] for part in parsed["body"] if "id" in part]
        assert len(set(ids)) == len(ids)


def test_bug_form_asks_for_lesson_and_cell():
    form = ROOT / ".github" / "ISSUE_TEMPLATE" / "lesson.yml"
    ids = [part.get("id") for part in yaml.safe_load(form.read_text("utf-8"))["body"]]
    assert {"lesson", "cell", "doctor"} <= set(ids)
