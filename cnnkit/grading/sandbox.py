"""A place for code that nobody trusts: bubblewrap, a user of its own, hard limits.

The code inside sees Python, the installed packages and an empty folder; it has no
network, no other processes and no way to more rights. What comes out of it are frames
of plain data, see `_worker`. On systems without bubblewrap there is no sandbox.
"""

import contextlib
import dataclasses
import os
import pathlib
import select
import shutil
import tempfile
import threading
import time

from cnnkit.grading import _tree, _values
from cnnkit.grading._bubblewrap import NoSandboxError, need_sandbox, shown
from cnnkit.grading._inside import build_inside
from cnnkit.grading._processes import Fresh, Warm
from cnnkit.grading._worker import HEADER

__all__ = ["EndedError", "MachineError", "NoSandboxError", "Place", "Sandbox", "place"]

PREFIX = "cnnkit-grader-"
GRACE = 2  # seconds after which code that ignores its time limit is ended


class MachineError(RuntimeError):
    """Raised if this machine, and not the notebook, is at fault."""


class EndedError(Exception):
    """Raised if the process inside has ended, or had to be.

    Attributes:
        reason: "time", "memory", "ended" (by itself) or "tampered" (it sent what
            nobody had asked for).
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@dataclasses.dataclass(frozen=True)
class Place:
    """All that sandboxes of one assignment share.

    Attributes:
        folder: path that the sandbox shows as `/cnnkit`.
        filter: bytes of the filter of system calls, or `None` for no sandbox at all.
        hidden: paths that are covered up where they lie within what is shown.
        stop: event that ends all sandboxes of the place when it is set.
        warm: `Warm` process to fork from, or `None`.
    """

    folder: pathlib.Path
    filter: bytes | None
    hidden: tuple = ()
    stop: threading.Event = dataclasses.field(default_factory=threading.Event)
    warm: Warm | None = None


@contextlib.contextmanager
def place(uses=(), hidden=(), *, preload=(), trusted=False):
    """Prepare what sandboxes share, and clear it away in the end.

    Args:
        uses: names of the rooms of cnnkit that can be imported inside.
        hidden: paths that must not be seen inside, wherever they lie.
        preload: names of modules that are slow to import. As root they are imported
            once, and each sandbox begins with them; else this is of no effect.
        trusted: bool; `True` gives processes without any sandbox.

    Yields:
        A `Place`.

    Raises:
        NoSandboxError: if this machine has none.
    """
    program = None if trusted else need_sandbox()
    _clear_away()
    prefix = f"{PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:
        os.chmod(folder, 0o755)
        inside = pathlib.Path(folder, "inside")
        build_inside(inside, uses)
        made = Place(inside, program, tuple(map(os.path.realpath, hidden)))
        warm = _warm_up(made, preload)
        try:
            yield dataclasses.replace(made, warm=warm)
        finally:
            if warm is not None:
                warm.end()


def _clear_away():
    """Remove the folders of graders that were killed."""
    for folder in pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        gone = os.path.exists("/proc/self") and not os.path.exists(f"/proc/{pid}")
        if pid.isdecimal() and gone:
            shutil.rmtree(folder, ignore_errors=True)


def _warm_up(place, preload):
    if not preload or place.filter is None or os.geteuid() != 0:
        return None
    if any(x.startswith("/tmp/") for x in shown()):
        return None  # a folder of its own would hide Python
    try:
        return Warm(place, preload)
    except OSError:
        return None  # each sandbox imports for itself


class Sandbox:
    """One process in the sandbox, and what it answers.

    A context manager: when it is left, every process inside is gone.

    Args:
        place: `Place`, see `place`.
        slot: integer below 256; sandboxes that run side by side have different ones.
        memory: limit in bytes on all processes inside together.
    """

    def __init__(self, place, slot=0, memory=1_500_000_000):
        self.place, self.slot, self.memory = place, slot, memory

    def __enter__(self):
        self.process = self._start()
        for pipe in (self.process.requests, self.process.replies):
            os.set_blocking(pipe, False)
        return self

    def _start(self):
        if self.place.warm is not None:
            with contextlib.suppress(OSError):
                return self.place.warm.fork(self.slot)
        return Fresh(self.place, self.slot)

    def __exit__(self, *_):
        self.process.end()

    def ask(self, message, seconds):
        """Send a message and wait for its reply.

        Args:
            message: plain data, see `_worker.Notebook.serve`.
            seconds: time limit. The process inside is told of it and ended if it takes
                two seconds more.

        Returns:
            A dict with `ok` and the answer, or with `error` and a dict that describes
            it. Both come from code that nobody trusts.

        Raises:
            EndedError: if there is no reply. The sandbox is of no more use then.
            MachineError: if the place is being closed, or this machine's memory is
                used up.
        """
        nonce = os.urandom(16)
        text, data = _values.pack({**message, "seconds": seconds})
        deadline = time.monotonic() + seconds + GRACE
        if self._readable():
            raise EndedError("tampered" if self._read_some() else "ended")
        self._write(HEADER.pack(nonce, len(text), len(data)) + text + data, deadline)
        echo, *sizes = HEADER.unpack(self._read(HEADER.size, deadline))
        bounds = (_values.TEXT_LIMIT, _values.DATA_LIMIT)
        if echo != nonce or any(x > y for x, y in zip(sizes, bounds, strict=True)):
            raise EndedError("tampered")
        try:
            reply = _values.unpack(*(self._read(size, deadline) for size in sizes))
        except ValueError:
            raise EndedError("tampered") from None
        if not isinstance(reply, dict) or list(reply) not in (["ok"], ["error"]):
            raise EndedError("tampered")
        return reply

    def _readable(self):
        poll = select.poll()
        poll.register(self.process.replies, select.POLLIN)
        return bool(poll.poll(0))

    def _read_some(self, size=1):
        try:
            return os.read(self.process.replies, size)
        except OSError:
            return b""

    def _read(self, size, deadline):
        parts = []
        while size:
            self._wait(select.POLLIN, self.process.replies, deadline)
            part = self._read_some(min(size, 1 << 20))
            if not part:
                raise EndedError("ended")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _write(self, frame, deadline):
        rest = memoryview(frame)
        while rest:
            self._wait(select.POLLOUT, self.process.requests, deadline)
            try:
                rest = rest[os.write(self.process.requests, rest) :]
            except BlockingIOError:
                continue
            except OSError:
                raise EndedError("ended") from None

    def _wait(self, what, pipe, deadline):
        poll = select.poll()
        poll.register(pipe, what)
        while True:
            if self.place.stop.is_set():
                raise MachineError("the grader was stopped")
            if time.monotonic() > deadline:
                raise EndedError("time")
            if poll.poll(50):
                return
            if self.process.takes_more(self.memory):
                raise EndedError("memory")
            if _tree.machine_is_full():
                raise MachineError("the memory of this machine is used up")
