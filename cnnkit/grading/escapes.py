"""Try to break out of the sandbox in every way we know, and see what holds.

Each attempt is code that runs inside and sets `escaped`. The names in capitals are
filled in from outside: places and numbers that only this process knows.
"""

import json
import os
import pathlib
import socket
import tempfile
import time

import numpy as np

from cnnkit.grading.sandbox import EndedError, Sandbox, place

ATTEMPTS = {
    "network, TCP": """
import socket
try:
    socket.create_connection(("127.0.0.1", PORT), 1)
    escaped = True
except OSError:
    escaped = False
""",
    "network, UDP": """
import socket
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("127.0.0.1", PORT))
    escaped = False  # whether it arrived is seen outside
except OSError:
    escaped = False
""",
    "secrets in the environment": """
import os, pathlib
told = pathlib.Path("/proc/self/environ").read_text() + repr(dict(os.environ))
escaped = CANARY in told
""",
    "files of results and submissions": """
import os
escaped = os.path.exists(SECRET)
""",
    "the grader, its tests and solutions": """
import os, pathlib
escaped = os.path.exists(PACKAGE) or any(
    x.name in ("grade.py", "assignments") and "cnnkit" in str(x)
    for root in ("/cnnkit", "/home", "/root", "/srv", "/opt")
    for x in pathlib.Path(root).rglob("*")
)
for room in ("scratch", "grading.assignments"):
    try:
        __import__("cnnkit." + room)
        escaped = True
    except ImportError:
        pass
""",
    "writing outside its folder": """
import os, sys
escaped = False
for folder in ("/", "/usr", "/etc", "/dev", "/cnnkit", "/proc", "/root", sys.prefix):
    try:
        open(os.path.join(folder, "x"), "w")
        escaped = True
    except OSError:
        pass
""",
    "the machine's disks": """
import os
escaped = any(name.startswith(("sd", "vd", "nvme", "mem", "kmsg"))
              for name in os.listdir("/dev"))
""",
    "processes in sight": """
import os
escaped = sum(name.isdigit() for name in os.listdir("/proc")) > 3
""",
    "signals to the grader": """
import os
try:
    os.kill(GRADER, 0)
    escaped = True
except OSError:
    escaped = False
""",
    "rights of root": """
import os
status = open("/proc/self/status").read()
facts = dict(x.split(":", 1) for x in status.splitlines())
escaped = int(facts["CapEff"], 16) != 0 or facts["NoNewPrivs"].strip() != "1"
try:
    os.setuid(0)
    escaped = escaped or os.getuid() == 0 and os.access("/etc/shadow", os.R_OK)
except OSError:
    pass
""",
    "namespaces of its own": """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
escaped = libc.unshare(0x10000000) == 0  # CLONE_NEWUSER
""",
    "mounting": """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
escaped = libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0
""",
    "tracing other processes": """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
escaped = libc.ptrace(16, 1, None, None) == 0  # PTRACE_ATTACH
""",
    "filling the disk": """
escaped = False
for folder in ("/tmp", "/dev/shm"):
    try:
        for number in range(20):
            with open(f"{folder}/{number}", "wb") as file:
                file.write(bytes(50_000_000))
        escaped = True
    except OSError:
        pass
    import os
    for number in range(20):
        if os.path.exists(f"{folder}/{number}"):
            os.unlink(f"{folder}/{number}")
""",
    "memory of one process": """
try:
    bytearray(20_000_000_000)
    escaped = True
except MemoryError:
    escaped = False
""",
    "a fork bomb": """
import os, signal, time
children = []
try:
    for _ in range(300):
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
        children.append(child)
    escaped = True
except OSError:
    escaped = False
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
""",
    "a child that stays behind": """
import subprocess
subprocess.Popen(["sleep", MARK], start_new_session=True)
escaped = False  # whether it is still there is seen outside
""",
}
BOMBS = {
    "memory of many processes": (
        "memory",
        """
import os, time
for _ in range(20):
    if os.fork() == 0:
        kept = bytearray(b"x") * 200_000_000
        time.sleep(30)
time.sleep(30)
""",
    ),
    "a loop that cannot be interrupted": (
        "time",
        """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    ),
    "frames that nobody asked for": (
        "tampered",
        """
import os
for number in range(3, 20):
    try:
        os.write(number, b"x" * 1000)
    except OSError:
        pass
""",
    ),
}


def try_to_escape(preload=()):
    """Try each way out of the sandbox.

    Args:
        preload: names of modules; given any, and as root, sandboxes are forked from a
            process that has imported them.

    Yields:
        Pairs of a few words for the way and of a bool, whether the sandbox held.

    Raises:
        NoSandboxError: if this machine has none.
    """
    canary = f"cnnkit-{os.urandom(8).hex()}"
    os.environ["CNNKIT_CANARY"] = canary
    try:
        with tempfile.TemporaryDirectory() as folder, _listen() as (port, arrived):
            secret = pathlib.Path(folder, "grades.csv")
            secret.write_text(canary)
            mark = str(100_000 + os.getpid() % 100_000)
            facts = {
                "PORT": port,
                "CANARY": canary,
                "SECRET": str(secret),
                "PACKAGE": str(pathlib.Path(__file__)),
                "GRADER": os.getpid(),
                "MARK": mark,
            }
            with place(hidden=[folder], preload=preload) as shared:
                for what, source in ATTEMPTS.items():
                    held = _attempt(shared, source, facts)
                    if what.startswith("network"):
                        held = held and not arrived()
                    if "MARK" in source:
                        held = held and not _running(mark)
                    yield what, held
                for what, (reason, source) in BOMBS.items():
                    yield what, _bomb(shared, source) == reason
    finally:
        del os.environ["CNNKIT_CANARY"]


def notebook(*cells):
    """Make the bytes of a notebook of some code cells, as a message takes them."""
    data = {"cells": [{"cell_type": "code", "source": x} for x in cells]}
    return np.frombuffer(json.dumps(data).encode(), np.uint8)


def _attempt(shared, source, facts):
    given = "\n".join(f"{name} = {value!r}" for name, value in facts.items())
    with Sandbox(shared) as sandbox:
        sandbox.ask({"do": "open", "bytes": notebook(given, source)}, 60)
        sandbox.ask({"do": "run", "cell": 0}, 60)
        ran = sandbox.ask({"do": "run", "cell": 1}, 60)
        asked = {"do": "ask", "request": {"op": "value", "name": "escaped"}}
        return "ok" in ran and sandbox.ask(asked, 10).get("ok") is False


def _bomb(shared, source):
    with Sandbox(shared, memory=1_000_000_000) as sandbox:
        sandbox.ask({"do": "open", "bytes": notebook(source, "pass")}, 60)
        try:
            sandbox.ask({"do": "run", "cell": 0}, 4)
            sandbox.ask({"do": "run", "cell": 1}, 4)
        except EndedError as error:
            return error.reason
    return None


class _listen:
    """Listen on a port of this machine, by TCP and UDP."""

    def __enter__(self):
        self.tcp = socket.create_server(("127.0.0.1", 0))
        port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", port))
        for one in (self.tcp, self.udp):
            one.setblocking(False)
        return port, self._arrived

    def __exit__(self, *_):
        self.tcp.close()
        self.udp.close()

    def _arrived(self):
        time.sleep(0.1)
        for receive in (self.tcp.accept, lambda: self.udp.recv(10)):
            try:
                receive()
            except BlockingIOError:
                continue
            return True
        return False


def _running(mark):
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in path.read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False
