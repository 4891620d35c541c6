"""Processes in the sandbox: each with a pipe for requests and one for replies."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from cnnkit.grading import _bubblewrap, _filter, _tree

LIMITS = {
    "AS": 6_000_000_000,  # bytes of addresses; TensorFlow alone takes 2.3 GB of them
    "NPROC": 64,
    "FSIZE": 64_000_000,
    "NOFILE": 128,
    "CORE": 0,
}
WARM_SLOT = 255
WARM_SECONDS = 120


class Fresh:
    """A process that begins from nothing, in a sandbox of its own or in none.

    Args:
        place: `Place`.
        slot: integer below 256.

    Attributes:
        requests: file descriptor that requests are written to.
        replies: file descriptor that replies are read from.
    """

    def __init__(self, place, slot):
        self._home = None if place.filter else tempfile.mkdtemp()
        options = _options(place, self._home or "/tmp")
        command = _python(place, "_worker.py", options)
        keep = ()
        if place.filter:
            keep = (_filter.open_filter(place.filter),)
            command = _bubblewrap.command(place, slot, command)
            command[1:1] = ["--seccomp", str(keep[0])]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=_bubblewrap.environment(self._home or "/tmp"),
                pass_fds=keep,
                start_new_session=True,
            )
        finally:
            for descriptor in keep:
                os.close(descriptor)
        self.requests = self._process.stdin.fileno()
        self.replies = self._process.stdout.fileno()

    def takes_more(self, limit):
        """Tell whether the process and what came of it have more bytes in use."""
        return _tree.takes_more(limit, self._process.pid)

    def end(self):
        """End the process and what came of it, and wait until all are gone."""
        _tree.end(self._process)
        self._process.stdin.close()
        self._process.stdout.close()
        if self._home:
            shutil.rmtree(self._home, ignore_errors=True)


class Warm:
    """A process that has imported what notebooks need, and forks for each of them.

    It runs in a sandbox, runs none of their code, and gives each fork a sandbox within:
    its own processes, network, folders and user. Only root can do so.

    Args:
        place: `Place`.
        preload: names of modules to import.

    Raises:
        OSError: if it does not start.
    """

    def __init__(self, place, preload):
        self._place, self._lock = place, threading.Lock()
        options = {**_options(place, "/tmp"), "preload": list(preload)}
        command = _python(place, "_warm.py", options)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                _bubblewrap.command(place, WARM_SLOT, command, warm=True),
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_bubblewrap.environment("/tmp"),
                start_new_session=True,
            )
        self._control.settimeout(WARM_SECONDS)
        try:
            if self._control.recv(10) != b"ready":
                raise OSError("a warm process does not start")
        except OSError:
            self.end()
            raise

    def fork(self, slot):
        """Fork a process for a notebook.

        Args:
            slot: integer below 255.

        Returns:
            A `Forked`.

        Raises:
            OSError: if there is none to be had.
        """
        their_requests, requests = os.pipe()
        replies, their_replies = os.pipe()
        theirs = [their_requests, their_replies]
        options = {
            "user": _bubblewrap.user_of(slot),
            "size": _bubblewrap.TMP_SIZE,
            "filter": self._place.filter.hex(),
        }
        try:
            with self._lock:
                socket.send_fds(self._control, [json.dumps(options).encode()], theirs)
                said, descriptors, *_ = socket.recv_fds(self._control, 10, 1)
            if said != b"forked":
                raise OSError("a warm process does not fork")
        except OSError:
            os.close(requests)
            os.close(replies)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return Forked(descriptors[0], requests, replies)

    def end(self):
        """End it, and all that it has forked."""
        self._control.close()
        _tree.end(self._process)


class Forked:
    """A fork of a warm process, alone in a sandbox within.

    Args:
        process: file descriptor of the first process of that sandbox.
        requests: file descriptor that requests are written to.
        replies: file descriptor that replies are read from.
    """

    def __init__(self, process, requests, replies):
        self._descriptor, self.requests, self.replies = process, requests, replies
        self._pid = _pid_of(process)
        self._shared = _tree.resident(self._pid)

    def takes_more(self, limit):
        """Tell whether more bytes are in use beside those from before the fork."""
        return _tree.takes_more(limit, self._pid, self._shared)

    def end(self):
        """End the sandbox within, and wait until all in it are gone."""
        try:
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
        except ProcessLookupError:
            pass
        select.select([self._descriptor], [], [], 5)
        for descriptor in (self._descriptor, self.requests, self.replies):
            os.close(descriptor)


def _pid_of(descriptor):
    with open(f"/proc/self/fdinfo/{descriptor}") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["Pid"])


def _options(place, home):
    inside = _inside(place)
    return {
        "limits": LIMITS if place.filter else {"CORE": 0},
        "path": [inside, *_bubblewrap.package_folders()],
        "fonts": f"{inside}/fonts",
        "folder": str(home),
    }


def _inside(place):
    return _bubblewrap.INSIDE if place.filter else str(place.folder)


def _python(place, script, options):
    return [sys.executable, "-IB", f"{_inside(place)}/{script}", json.dumps(options)]
