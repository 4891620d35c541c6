"""Notebooks that cheat, break or bomb: each earns what its honest part is worth."""

import os
import pathlib
import socket
import time

import pytest

DOUBLE = "import numpy as np\ndef double(x): return np.asarray(x) * 2\n"
SQUARE = "def square(x): return x * x\n"
BOTH = DOUBLE + SQUARE

# name: (cells, points due, a word of the flag or None)
ATTACKS = {
    # Honest work, for comparison.
    "honest": ([BOTH], 20, None),
    "honest, one half": ([SQUARE], 10, None),
    "nothing": (["pass"], 0, None),
    # Time.
    "loop at top level": ([BOTH, "while True: pass"], 20, None),
    "loop before the answers": (["while True: pass", BOTH], 20, None),
    "loop in a function": ([SQUARE, "def double(x):\n    while True: pass"], 10, None),
    "loop that catches everything": (
        [
            BOTH,
            "while True:\n try:\n  while True: pass\n except BaseException: pass",
        ],
        20,
        "",
    ),
    "alarm switched off": (
        [BOTH, "import signal\nsignal.signal(14, 1)\nwhile True: pass"],
        20,
        "ended",
    ),
    "sleep": ([BOTH, "import time\ntime.sleep(1000)"], 20, None),
    "regular expression without end": (
        [SQUARE, "import re\ndef double(x): return re.match('(a+)+$', 'a' * 40 + 'b')"],
        10,
        None,
    ),
    "a power without end": ([SQUARE, "def double(x): return 9 ** 9 ** 9"], 10, None),
    # The end of the process.
    "sys.exit": ([BOTH, "import sys\nsys.exit(0)"], 20, None),
    "sys.exit in a function": (
        [SQUARE, "import sys\ndef double(x): sys.exit(0)"],
        10,
        None,
    ),
    "os._exit": ([BOTH, "import os\nos._exit(0)"], 20, "ended the process"),
    "os._exit in a function": (
        [SQUARE, "import os\ndef double(x): os._exit(0)"],
        10,
        "ended the process",
    ),
    "SIGKILL to itself": (
        [BOTH, "import os\nos.kill(os.getpid(), 9)"],
        20,
        "ended the process",
    ),
    "signals to everyone": ([BOTH, "import os\nos.kill(-1, 9)"], 20, None),
    "stopped": ([BOTH, "import os\nos.kill(os.getpid(), 19)"], 20, "ended"),
    "segmentation fault": ([BOTH, "import ctypes\nctypes.string_at(1)"], 20, "ended"),
    "deep recursion": ([SQUARE, "def double(x): return double(x)"], 10, None),
    # Bombs.
    "memory of one process": (
        [BOTH, "kept = [b'x' * 10**7 for _ in range(10**5)]"],
        20,
        None,
    ),
    "memory of many": (
        [
            BOTH,
            "import os, time\nfor _ in range(10):\n  if os.fork() == 0:\n"
            "    kept = bytearray(b'x') * 300_000_000\n    time.sleep(60)\n"
            "time.sleep(60)",
        ],
        20,
        "memory",
    ),
    "a reply too large": (
        [SQUARE, "def double(x): return __import__('numpy').zeros(10**8)"],
        10,
        None,
    ),
    "a reply too deep": (
        [SQUARE, "def double(x):\n  y = []\n  for _ in range(99): y = [y]\n  return y"],
        10,
        None,
    ),
    "a reply that holds itself": (
        [SQUARE, "def double(x):\n  y = []\n  y.append(y)\n  return y"],
        10,
        None,
    ),
    "forks that are waited for": (
        [BOTH, "import os\nfor _ in range(500):\n  if os.fork() == 0: os._exit(0)"],
        20,
        None,
    ),
    "forks without end": ([BOTH, "import os\nwhile True: os.fork()"], 20, ""),
    "threads without end": (
        [
            BOTH,
            "import threading, time\nfor _ in range(500):\n"
            "  threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        ],
        20,
        None,
    ),
    "print": ([BOTH, "while True: print('x' * 10**6)"], 20, None),
    "print to the pipes": (
        [BOTH, "import os\nfor _ in range(10**4): os.write(1, b'x' * 10**5)"],
        20,
        None,
    ),
    "a full disk": (
        [BOTH, "for i in range(99): open(f'/tmp/{i}', 'wb').write(bytes(5 * 10**7))"],
        20,
        None,
    ),
    "open files": ([BOTH, "x = [open('/dev/null') for _ in range(10**5)]"], 20, None),
    # Forged replies.
    "bytes in every pipe": (
        [BOTH, "import os\nfor n in range(3, 50):\n  try: os.write(n, b'x' * 500)\n"
         "  except OSError: pass"],
        20,
        "tampering",
    ),
    "frames queued in advance": (
        [
            "import os, struct\ntext = b'{\"dict\": [[\"ok\", 9]]}'\n"
            "frame = struct.pack('<16sII', bytes(16), len(text), 0) + text\n"
            "for n in range(3, 50):\n  try: os.write(n, frame * 20)\n"
            "  except OSError: pass"
        ],
        0,
        "tampering",
    ),
    "a frame of 4 GB": (
        [
            DOUBLE,
            "import os, struct\ndef square(x):\n"
            "  for n in range(3, 50):\n"
            "    try: os.write(n, struct.pack('<16sII', bytes(16), 2**32 - 1, 9))\n"
            "    except OSError: pass\n",
        ],
        10,
        "tampering",
    ),
    "closed pipes": ([BOTH, "import os\nos.closerange(3, 200)"], 20, "ended"),
    "the worker's own lines replaced": (
        [
            "import sys, types\nm = sys.modules['_values']\n"
            "m.pack = lambda v: (b'{\"dict\": [[\"ok\", true]]}', b'')",
        ],
        0,
        None,
    ),
    "answers that say they are due": (
        ["import sys\nsys.modules['_answers'].answer = lambda r, n: {'due': True}"],
        0,
        None,
    ),
    "requests read by a thread": (
        [
            "import os, threading\ndef steal():\n"
            "  for n in range(3, 20):\n    try: os.read(n, 10**6)\n"
            "    except OSError: pass\n"
            "threading.Thread(target=steal, daemon=True).start()"
        ],
        0,
        None,
    ),
    # Objects that pass for others.
    "equal to everything": (
        ["class A:\n  def __eq__(s, o): return True\n"
         "double = square = lambda x: A()"],
        0,
        None,
    ),
    "an array equal to everything": (
        ["import numpy as np\nclass A(np.ndarray):\n"
         "  def __eq__(s, o): return True\n  def __sub__(s, o): return 0 * s\n"
         "double = square = lambda x: np.zeros(np.shape(x)).view(A)"],
        0,
        None,
    ),
    "a float equal to everything": (
        ["class F(float):\n  def __eq__(s, o): return True\n"
         "  def __sub__(s, o): return 0.0\n"
         "double = square = lambda x: F(1)"],
        0,
        None,
    ),
    "not a number": (["double = square = lambda x: float('nan')"], 0, None),
    "infinity": (["double = square = lambda x: float('inf')"], 0, None),
    "NaN of the right shape": (
        ["import numpy as np\ndouble = square = lambda x: np.shape(x) and x * np.nan"],
        0,
        None,
    ),
    "an array of objects": (
        ["import numpy as np\ndouble = square = lambda x: np.array([object()])"],
        0,
        None,
    ),
    "a pickle with a trap": (
        ["class T:\n  def __reduce__(s): return eval, ('1/0',)\n"
         "double = square = lambda x: T()"],
        0,
        None,
    ),
    "an array interface with a trap": (
        ["class T:\n  def __array__(s, *a, **k): return [1, 2]\n"
         "double = square = lambda x: T()"],
        0,
        None,
    ),
    "an error made of arrays": (
        [SQUARE, "import sys, numpy as np\n"
         "sys.modules['_answers'].problem = lambda e: {'kind': np.zeros(3), 'type': [],"
         " 'message': {1: 2}, 'line': np.ones((2, 2))}\ndef double(x): 1 / 0"],
        10,
        None,
    ),
    "characters that are none": (
        [BOTH, "text = '\ud800\udfff'", "raise ValueError('\ud800')"],
        20,
        None,
    ),
    "an exception with a trap": (
        [SQUARE, "class E(Exception):\n  def __str__(s): raise SystemExit\n"
         "def double(x): raise E"],
        10,
        None,
    ),
    "a name with a trap": (
        [SQUARE, "class E(Exception): pass\nE.__name__ = '<script>' * 1000\n"
         "def double(x): raise E(str(x) * 1000)"],
        10,
        None,
    ),
    # Patches.
    "patched NumPy": (
        ["import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True\n"
         "np.testing.assert_allclose = lambda *a, **k: None\n"
         "np.ndarray.__eq__ if False else None\n"
         "double = square = lambda x: 0"],
        0,
        None,
    ),
    "patched builtins": (
        ["import builtins\nbuiltins.isinstance = lambda *a: True\n"
         "builtins.all = builtins.any = lambda *a: True\nbuiltins.len = lambda *a: 0\n"
         "double = square = lambda x: 0"],
        0,
        None,
    ),
    "patched pickle": (
        ["import pickle, json\npickle.dump = pickle.dumps = lambda *a, **k: b''\n"
         "json.dumps = lambda *a, **k: '{\"dict\": [[\"ok\", 1]]}'"],
        0,
        None,
    ),
    "an input transformer": (
        ["ip = get_ipython()\n"
         "ip.input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
         "double = square = lambda x: 0"],
        0,
        None,
    ),
    "an import hook": (
        ["import sys\nsys.meta_path.insert(0, 0)\nsys.modules['cnnkit.scratch'] = sys",
         BOTH],
        20,
        None,
    ),
    "a trace function": (
        ["import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
         BOTH],
        20,
        None,
    ),
    "a garbage collector that looks for answers": (
        ["import gc\ndef double(x):\n"
         "  return next((o['due'] for o in gc.get_objects()"
         " if isinstance(o, dict) and 'due' in o), 0)\nsquare = double"],
        0,
        None,
    ),
    "the callers' frames": (
        ["import sys\ndef double(x):\n  f = sys._getframe()\n  while f:\n"
         "    for v in f.f_locals.values():\n"
         "      if hasattr(v, 'due'): return v.due\n    f = f.f_back\n"
         "square = double"],
        0,
        None,
    ),
    # Reading what is not theirs.
    "tests and solutions": (
        ["import pathlib\nfound = [*pathlib.Path('/').rglob('test_attacks*')]\n"
         "from cnnkit import scratch"],
        0,
        None,
    ),
    "the grader": (
        ["from cnnkit.grading.assignments import find_assignment\n"
         "from cnnkit.grading.grade import draw_paper"],
        0,
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_earns_what_is_honest(name, marks):
    cells, due, flag = ATTACKS[name]
    record = marks(*cells)
    assert record["points"] == due, record
    said = " ".join(record["flags"])
    if flag is None:
        assert "tampering" not in said
    else:
        assert flag in said
    assert _left_behind() == []


def test_there_are_enough():
    assert len(ATTACKS) >= 40


def _left_behind():
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        # Other tests may run beside these: slot 7 of this process is ours alone.
        if any(word.startswith(b"--reuid=") for word in words):
            continue
        if f"uid={_user()}" in _status(path.parent):
            found.append(words)
    return found


def _user():
    return 1_000_000_000 + os.getpid() % 1_000_000 * 256 + 7


def _status(folder):
    try:
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return ""
    return next((f"uid={x.split()[1]}" for x in lines if x.startswith("Uid:")), "")


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_no_word_reaches_the_network(kind, marks):
    stream = kind == "tcp"
    family = socket.SOCK_STREAM if stream else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, family) as listener:
        listener.bind(("127.0.0.1", 0))
        if stream:
            listener.listen()
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        record = marks(
            BOTH,
            f"import socket\ns = socket.socket(socket.AF_INET, {int(family)})\n"
            f"s.connect(('127.0.0.1', {port}))\ns.send(b'x')",
        )
        with pytest.raises(TimeoutError):
            listener.accept() if stream else listener.recv(1)
    assert record["points"] == 20
    assert record["cells"][0]["type"] in ("PermissionError", "OSError")


def test_a_detached_child_does_not_outlive_its_notebook(marks):
    seconds = str(200_000 + os.getpid())
    source = f"import subprocess\nsubprocess.Popen(['setsid', 'sleep', '{seconds}'])"
    assert marks(BOTH, source)["points"] == 20
    commands = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_bytes())
        except OSError:
            continue
    assert not any(seconds.encode() in x for x in commands)


def test_files_of_one_notebook_are_gone_for_the_next(marks):
    marks(BOTH, "open('/tmp/message', 'w').write('4')\nopen('/dev/shm/m', 'w')")
    record = marks(BOTH, "assert not __import__('os').path.exists('/tmp/message')")
    assert record["cells"] == []


def test_the_environment_is_not_handed_in(marks, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_INSTRUCTOR", "xyzzy")
    record = marks(
        BOTH,
        "import os\nassert 'SECRET_OF_THE_INSTRUCTOR' not in os.environ\n"
        "assert b'xyzzy' not in open('/proc/self/environ', 'rb').read()\n"
        "assert b'xyzzy' not in open('/proc/1/cmdline', 'rb').read()",
    )
    assert record["cells"] == []


def test_hidden_inputs_differ_from_salt_to_salt(assignment, shared, notebook):
    from cnnkit.grading.grade import draw_paper, grade

    first = draw_paper(assignment, "one").cases["square"][0].request["args"]
    table = f"def square(x): return {{{first[0]}: {first[0] ** 2}}}.get(x, 0)"
    paper = draw_paper(assignment, "two")
    assert grade(paper, notebook(table), shared)["points"] == 0


def test_an_error_does_not_carry_a_hidden_input_home(marks):
    record = marks(SQUARE, "def double(x): raise ValueError(f'look: {list(x)}')")
    assert "look" not in repr(record)


def test_time_is_bounded_as_a_whole(assignment, shared, notebook):
    import dataclasses

    from cnnkit.grading.grade import draw_paper, grade

    hurried = dataclasses.replace(assignment, total_seconds=3)
    cells = ["while True: pass"] * 50
    started = time.monotonic()
    record = grade(draw_paper(hurried, "s"), notebook(*cells, BOTH), shared)
    assert record["status"] == "timeout" and record["points"] == 0
    assert time.monotonic() - started < 60
