"""Grading notebooks beside nbgrader and otter-grader, on the same answers.

Run with `pytest benchmarks/bench_grading.py --benchmark-only`. The two want versions of
their own, so they are looked for in a virtual environment beside the course:

    python -m venv build/graders
    build/graders/bin/pip install nbgrader "otter-grader[grading]" numpy ipykernel

Without it the rows are left out. Each tool gets the same notebooks in the form that it
asks for: three functions in NumPy, three questions, tests on random inputs. nbgrader
and otter-grader work through them one after the other, so the rows by core are measured
with one worker. The Keras row stands beside the same cells run as scripts, import and
training included: the difference, divided by ten, is what the grader adds or saves.
`python benchmarks/bench_grading.py` shows how much memory 10, 100 and 1,000 notebooks
take.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import pytest

from cnnkit.grading.batch import grade_folder
from cnnkit.grading.masters import read_assignment
from cnnkit.grading.results import Results

GRADERS = pathlib.Path(__file__).parents[1] / "build" / "graders" / "bin"
IMPORTS = "import numpy as np"
PAD = '''def zero_pad(X, pad):
    """Puts zeros around each image."""
    ### BEGIN SOLUTION
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    ### END SOLUTION'''
STEP = '''def conv_single_step(a_slice, W, b):
    """Applies one filter to one window."""
    ### BEGIN SOLUTION
    return float((a_slice * W).sum() + b.item())
    ### END SOLUTION'''
CONV = '''def conv_forward(X, W, b, stride, pad):
    """Applies a layer of filters."""
    ### BEGIN SOLUTION
    X = zero_pad(X, pad)
    f = W.shape[0]
    rows = (X.shape[1] - f) // stride + 1
    columns = (X.shape[2] - f) // stride + 1
    Z = np.zeros((len(X), rows, columns, W.shape[3]))
    for h in range(rows):
        for w in range(columns):
            window = X[:, h * stride : h * stride + f, w * stride : w * stride + f]
            Z[:, h, w] = np.tensordot(window, W, 3) + b.ravel()
    return Z
    ### END SOLUTION'''
DRAW = """rng = np.random.default_rng(7)
X, W = rng.normal(size=(2, 9, 8, 3)), rng.normal(size=(3, 3, 3, 4))
b = rng.normal(size=(1, 1, 1, 4))
"""
TESTS = [
    "assert zero_pad(X, 2).shape == (2, 13, 12, 3)\n"
    "assert abs(zero_pad(X, 2).sum() - X.sum()) < 1e-9",
    "value = conv_single_step(X[0, :3, :3], W[..., 0], b[..., 0])\n"
    "assert abs(value - (X[0, :3, :3] * W[..., 0]).sum() - b[0, 0, 0, 0]) < 1e-9",
    "Z = conv_forward(X, W, b, 2, 1)\nassert Z.shape == (2, 5, 4, 4)\n"
    "assert abs(Z[1, 2, 1, 3] - (X[1, 3:6, 1:4] * W[..., 3]).sum()"
    " - b[0, 0, 0, 3]) < 1e-9",
]
NAMES = ["zero_pad", "conv_single_step", "conv_forward"]
KERAS = """import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(8, 3),
                          keras.layers.Flatten(), keras.layers.Dense(10)])
model.compile(loss="mse", optimizer="sgd")
ran = model.fit(np.ones((64, 8, 8, 1)), np.ones((64, 10)), verbose=0)
loss = ran.history["loss"][0]
"""


def cell(source, **metadata):
    return {
        "cell_type": "code",
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
        "source": source,
    }


def raw(source):
    return {"cell_type": "raw", "metadata": {}, "source": source}


def text(cells):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel}
    for number, one in enumerate(cells):
        one["id"] = f"c{number}"
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole)


def plain(number):
    """A submission: the answers, and a line that makes each file another one."""
    answers = [cell(x) for x in (IMPORTS, PAD, STEP, CONV)]
    return text([*answers, cell(f"number = {number}")])


def ours(folder, count, workers):
    """Return a function that grades `count` notebooks."""
    hidden = [
        f"### BEGIN HIDDEN TESTS (1 point)\n{DRAW}{x}\n### END HIDDEN TESTS"
        for x in TESTS
    ]
    cells = [IMPORTS, PAD, hidden[0], STEP, hidden[1], CONV, hidden[2]]
    (folder / "m1.ipynb").write_text(text([cell(x) for x in cells]))
    (folder / "in").mkdir()
    for number in range(count):
        (folder / "in" / f"s{number}.ipynb").write_text(plain(number))

    def run():
        with tempfile.TemporaryDirectory() as out, Results(out) as results:
            assignment = read_assignment(folder / "m1.ipynb")
            batch = grade_folder(assignment, folder / "in", results, workers=workers)
            points = [results[x.key]["points"] for x in batch.graded]
        assert points == [3] * count

    return run


def command_of(tool, folder):
    """Return a function that runs a tool with some words in a folder."""
    if not (GRADERS / tool).exists():
        pytest.skip(f"{tool} is not installed in build/graders")
    path = f"{GRADERS}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "JUPYTER_PLATFORM_DIRS": "1"}
    folder.mkdir()

    def command(*words):
        ran = subprocess.run(
            [GRADERS / tool, *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    return command


def nbgrader(folder, count):
    """Return a function that grades `count` notebooks with nbgrader."""
    command = command_of("nbgrader", folder)
    cells = [cell(IMPORTS)]
    for name, answer, test in zip(NAMES, (PAD, STEP, CONV), TESTS, strict=True):
        about = {"schema_version": 3, "locked": False, "task": False}
        solution = {**about, "grade": False, "solution": True, "grade_id": name}
        graded = {
            **about,
            "grade": True,
            "solution": False,
            "locked": True,
            "points": 1,
            "grade_id": f"test_{name}",
        }
        cells += [cell(answer, nbgrader=solution), cell(DRAW + test, nbgrader=graded)]
    source = folder / "source" / "m1"
    source.mkdir(parents=True)
    (source / "m1.ipynb").write_text(text(cells))
    (folder / "nbgrader_config.py").write_text("")
    command("generate_assignment", "m1")
    for number in range(count):
        place = folder / "submitted" / f"s{number}" / "m1"
        place.mkdir(parents=True)
        (place / "m1.ipynb").write_text(text([*cells, cell(f"number = {number}")]))

    def run():
        command("autograde", "m1", "--force")

    return run


def otter(folder, count):
    """Return a function that grades `count` notebooks with otter-grader."""
    command = command_of("otter", folder)
    cells = [raw("# ASSIGNMENT CONFIG\nname: m1\ninit_cell: true"), cell(IMPORTS)]
    for name, answer, test in zip(NAMES, (PAD, STEP, CONV), TESTS, strict=True):
        solution = answer.replace("### BEGIN SOLUTION", "# BEGIN SOLUTION")
        cells += [
            raw(f"# BEGIN QUESTION\nname: {name}\npoints: 1"),
            raw("# BEGIN SOLUTION"),
            cell(solution.replace("### END SOLUTION", "# END SOLUTION")),
            raw("# END SOLUTION"),
            raw("# BEGIN TESTS"),
            cell(f"# HIDDEN\n{DRAW}{test}"),
            raw("# END TESTS"),
            raw("# END QUESTION"),
        ]
    (folder / "m1.ipynb").write_text(text(cells))
    command("assign", "m1.ipynb", "out")
    (archive,) = (folder / "out" / "autograder").glob("*.zip")
    answered = json.loads((folder / "out" / "autograder" / "m1.ipynb").read_text())
    for number in range(count):
        more = [*answered["cells"], {**cell(f"number = {number}"), "id": "last"}]
        submission = json.dumps({**answered, "cells": more})
        (folder / f"s{number}.ipynb").write_text(submission)

    def run():
        for number in range(count):
            command("run", "-a", archive, f"s{number}.ipynb")

    return run


def on_one_core(count, peer):
    return pytest.mark.benchmark(
        group=f"grading {count} NumPy notebooks on one core, beside {peer}"
    )


@pytest.mark.asked("within 0.2")
@on_one_core(20, "nbgrader")
@pytest.mark.parametrize("who", ["cnnkit", "nbgrader"])
def test_beside_nbgrader(benchmark, tmp_path, who):
    theirs = nbgrader(tmp_path / "theirs", 20)
    run = ours(tmp_path, 20, workers=1) if who == "cnnkit" else theirs
    benchmark.pedantic(run, rounds=1)


@pytest.mark.asked("within 0.2")
@on_one_core(5, "otter-grader")
@pytest.mark.parametrize("who", ["cnnkit", "otter-grader"])
def test_beside_otter(benchmark, tmp_path, who):
    theirs = otter(tmp_path / "theirs", 5)
    run = ours(tmp_path, 5, workers=1) if who == "cnnkit" else theirs
    benchmark.pedantic(run, rounds=1)


@pytest.mark.asked("40 s")
@pytest.mark.benchmark(group="grading 100 NumPy notebooks on two cores")
@pytest.mark.parametrize("who", ["cnnkit", "nbgrader"])
def test_a_hundred(benchmark, tmp_path, who):
    theirs = nbgrader(tmp_path / "theirs", 100)
    run = ours(tmp_path, 100, workers=2) if who == "cnnkit" else theirs
    benchmark.pedantic(run, rounds=1)


@pytest.mark.benchmark(group="grading 10 notebooks that build and train a Keras model")
@pytest.mark.parametrize("who", ["cnnkit", "the cells as scripts"])
def test_keras(benchmark, tmp_path, who):
    (tmp_path / "in").mkdir()
    for number in range(10):
        source = f"{KERAS}\nnumber = {number}\n"
        (tmp_path / "in" / f"s{number}.ipynb").write_text(text([cell(source)]))
    (tmp_path / "k.py").write_text(KERAS)
    solution = f"### BEGIN SOLUTION\n{KERAS}### END SOLUTION"
    hidden = "### BEGIN HIDDEN TESTS\nassert 0 < loss < 9\n### END HIDDEN TESTS"
    (tmp_path / "k1.ipynb").write_text(text([cell(solution), cell(hidden)]))

    def grade():
        with Results(tmp_path / "out") as results:
            assignment = read_assignment(tmp_path / "k1.ipynb")
            batch = grade_folder(assignment, tmp_path / "in", results, workers=1)
            assert all(results[x.key]["points"] == 1 for x in batch.graded)

    def script():
        for _ in range(10):
            subprocess.run([sys.executable, tmp_path / "k.py"], check=True)

    benchmark.pedantic(grade if who == "cnnkit" else script, rounds=1)


def memory(count):
    """Grade `count` notebooks; return the peak of this process's memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        ours(pathlib.Path(folder), count, workers=2)()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    for count in (10, 100, 1000):
        command = [sys.executable, __file__, "--count", str(count)]
        if "--count" in sys.argv:
            sys.stdout.write(f"{memory(int(sys.argv[-1])):.0f} MB\n")
            break
        sys.stdout.write(f"{count} notebooks: ")
        sys.stdout.flush()
        subprocess.run(command, check=True)
