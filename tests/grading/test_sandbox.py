"""The sandbox for real: what holds, and that the attempts can tell."""

import os
import signal
import time

import numpy as np
import pytest

from cnnkit.grading import _bubblewrap, sandbox
from cnnkit.grading.escapes import ATTEMPTS, _attempt, notebook, try_to_escape
from cnnkit.grading.sandbox import EndedError, MachineError, NoSandboxError, Sandbox


@pytest.mark.parametrize("preload", [[], ["numpy"]], ids=["fresh", "warm"])
def test_every_attempt_to_escape_fails(shared, preload):
    tried = dict(try_to_escape(preload))
    assert len(tried) >= 20
    assert [what for what, held in tried.items() if not held] == []


@pytest.mark.parametrize(
    "what",
    [
        "network, TCP",
        "files of results and submissions",
        "processes in sight",
        "signals to the grader",
    ],
)
def test_without_a_sandbox_the_same_attempts_succeed(what, tmp_path):
    import socket

    with (
        sandbox.place(trusted=True) as open_place,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        facts = {
            "PORT": server.getsockname()[1],
            "SECRET": str(tmp_path),
            "GRADER": os.getpid(),
        }
        assert not _attempt(open_place, ATTEMPTS[what], facts)


def ask(box, name):
    return box.ask({"do": "ask", "request": {"op": "value", "name": name}}, 10)


def run(box, *cells):
    box.ask({"do": "open", "bytes": notebook(*cells)}, 30)
    return [box.ask({"do": "run", "cell": n}, 10) for n in range(len(cells))]


def test_rooms_that_hold_answers_are_refused_in_words():
    with sandbox.place(uses=["arithmetic"]) as made, Sandbox(made) as box:
        ran = run(
            box,
            "from cnnkit.arithmetic import output_size\nn = output_size(6, f=3)",
            "from cnnkit import scratch",
            "import cnnkit.grading.grade",
            "from cnnkit.grading import check\ncheck('a1')",
            "from cnnkit.quiet import start\nstart()\nimport sys\n"
            "assert 'keras' not in sys.modules",
        )
        assert ask(box, "n") == {"ok": 4}
    assert [("ok" in x) for x in ran] == [True, False, False, True, True]
    assert "cnnkit.scratch cannot be imported while" in ran[1]["error"]["message"]


def test_a_room_that_is_not_there():
    with pytest.raises(LookupError, match="no room attic"):
        with sandbox.place(uses=["attic"]):
            pass


def test_magics(shared):
    with Sandbox(shared) as box:
        ran = run(
            box,
            "%matplotlib inline\n!pip install x\n%pip install y\na = 1",
            "%%time\nb = 2",
            "%time c = 3",
            "files = !ls\nd = len(files)",
            "%%bash\necho",
            "import asyncio\nawait asyncio.sleep(0)\ne = 5",
            "%%capture out\nf = 6",
            "get_ipython().run_line_magic('load_ext', 'autoreload')\nb?",
        )
        assert [list(x) for x in ran] == [["ok"]] * 8
        found = [ask(box, name)["ok"] for name in "abcdef"]
    assert found == [1, 2, 3, 0, 5, 6]
    assert ran[0]["ok"] == ["%matplotlib", "!pip", "%pip"]


def test_pictures_can_be_drawn(shared):
    with Sandbox(shared) as box:
        ran = run(
            box,
            "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
            "import inspect\ndef f(x):\n    return x",
            "source = inspect.getsource(f)",
        )
        assert ask(box, "source") == {"ok": "def f(x):\n    return x"}
    assert [list(x) for x in ran] == [["ok"]] * 3


def test_arrays_cross(shared, rng):
    x = rng.normal(size=(50, 40, 3))
    request = {"op": "call", "name": "f", "args": [x], "kwargs": {"k": 3}}
    with Sandbox(shared) as box:
        run(box, "def f(x, k): return {'y': x * k, 't': (1, None)}")
        got = box.ask({"do": "ask", "request": request}, 10)["ok"]
    np.testing.assert_array_equal(got["y"], 3 * x)
    assert got["t"] == (1, None)


def test_time_and_memory(shared):
    with Sandbox(shared) as box:
        box.ask({"do": "open", "bytes": notebook("while True: pass", "x = 1")}, 30)
        ran = box.ask({"do": "run", "cell": 0}, 0.3)
        assert ran["error"]["kind"] == "time"
        box.ask({"do": "run", "cell": 1}, 1)
        assert ask(box, "x") == {"ok": 1}
    with Sandbox(shared, memory=300_000_000) as box:
        cell = "x = bytearray(b'x') * 600_000_000\nimport time\ntime.sleep(20)"
        with pytest.raises(EndedError) as ended:
            run(box, cell)
        assert ended.value.reason == "memory"


FAMILY = """
import os, time
x = bytearray(b'x') * {before}
for _ in range(8):
    if os.fork() == 0:
        y = bytearray(b'y') * {after}
        time.sleep(60)
time.sleep(2)
"""


@pytest.mark.parametrize("preload", [[], ["numpy"]], ids=["fresh", "warm"])
def test_memory_that_a_family_shares_counts_once(preload):
    with sandbox.place(preload=preload) as made:
        with Sandbox(made, memory=400_000_000) as box:
            run(box, FAMILY.format(before=100_000_000, after=1_000_000))
        with Sandbox(made, memory=400_000_000) as box:
            with pytest.raises(EndedError) as ended:
                run(box, FAMILY.format(before=1_000_000, after=100_000_000))
            assert ended.value.reason == "memory"


def test_stopping_a_place_ends_its_sandboxes():
    with sandbox.place() as made, Sandbox(made) as box:
        made.stop.set()
        with pytest.raises(MachineError, match="stopped"):
            run(box, "import time\ntime.sleep(30)")


def test_nothing_outlives_the_grader(tmp_path):
    import subprocess
    import sys

    mark = str(300_000 + os.getpid())
    script = tmp_path / "grader.py"
    script.write_text(
        "from cnnkit.grading import sandbox\n"
        "from cnnkit.grading.escapes import notebook\n"
        "with sandbox.place() as made, sandbox.Sandbox(made) as box:\n"
        f'    cell = \'import subprocess; subprocess.run(["sleep", "{mark}"])\'\n'
        "    box.ask({'do': 'open', 'bytes': notebook(cell)}, 30)\n"
        "    print('ready', flush=True)\n"
        "    box.ask({'do': 'run', 'cell': 0}, 60)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as grader:
        assert grader.stdout.readline() == b"ready\n"
        _wait(lambda: _sleeping(mark))
        grader.send_signal(signal.SIGKILL)
    _wait(lambda: not _sleeping(mark))


def _sleeping(mark):
    from cnnkit.grading.escapes import _running

    return _running(mark)


def _wait(done):
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_folders_of_killed_graders_are_cleared_away(shared, tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox.tempfile, "tempdir", str(tmp_path))
    dead, alive = f"cnnkit-grader-{2**22 + 1}-x", f"cnnkit-grader-{os.getpid()}-x"
    for name in (dead, alive, "cnnkit-grader-x"):
        (tmp_path / name).mkdir()
    with sandbox.place():
        assert len(list(tmp_path.iterdir())) == 3
    assert {x.name for x in tmp_path.iterdir()} == {alive, "cnnkit-grader-x"}


def test_no_bubblewrap_no_grading(monkeypatch):
    monkeypatch.setattr(_bubblewrap.shutil, "which", lambda name: None)
    with pytest.raises(NoSandboxError, match="apt-get install bubblewrap"):
        with sandbox.place():
            pass


def test_other_systems_are_told(monkeypatch):
    monkeypatch.setattr(_bubblewrap.sys, "platform", "darwin")
    with pytest.raises(NoSandboxError, match="i-trust-these-submissions"):
        with sandbox.place():
            pass


def test_blocked_namespaces_are_told_how_to_mend():
    said = _bubblewrap.namespaces_blocked("setting up uid map: Permission denied")
    assert "/etc/apparmor.d/bwrap" in said and "userns," in said


def test_paths_within_what_is_shown_are_covered(tmp_path, monkeypatch):
    shown = _bubblewrap.shown()
    inside = os.path.join(shown[0], "class-of-2027")
    place = sandbox.Place(tmp_path, b"", (inside, "/nowhere/else"))
    covered = _bubblewrap.covered(place, shown)
    assert inside in covered and "/nowhere/else" not in covered
