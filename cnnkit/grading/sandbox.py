"""A place for code that nobody trusts: bubblewrap, a user of its own, hard limits.

The code inside sees Python, the installed packages and an empty folder; it has no
network, no other processes and no way to more rights. What comes out of it are frames
of plain data, see `_worker`. On systems without bubblewrap there is no sandbox.
"""

import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import select
import shutil
import site
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time

from cnnkit.grading import _filter, _tree, _values
from cnnkit.grading._inside import build_inside
from cnnkit.grading._worker import HEADER

GRACE = 2  # seconds after which code that ignores its time limit is ended
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts")
HIDDEN_HOMES = ("/home", "/root", "/srv", "/mnt", "/media")
INSIDE = "/cnnkit"
LIMITS = {
    "AS": 6_000_000_000,  # bytes of addresses; TensorFlow alone takes 2.3 GB of them
    "NPROC": 64,
    "FSIZE": 64_000_000,
    "NOFILE": 256,
    "CORE": 0,
}
TMP_SIZE = 128_000_000


class NoSandboxError(RuntimeError):
    """Raised if this machine has no working sandbox; the message says what to type."""


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
    """

    folder: pathlib.Path
    filter: bytes | None
    hidden: tuple = ()
    stop: threading.Event = dataclasses.field(default_factory=threading.Event)


@contextlib.contextmanager
def place(uses=(), hidden=(), trusted=False):
    """Prepare what sandboxes share, and clear it away in the end.

    Args:
        uses: names of the rooms of cnnkit that can be imported inside.
        hidden: paths that must not be seen inside, wherever they lie.
        trusted: bool; `True` gives processes without any sandbox.

    Yields:
        A `Place`.

    Raises:
        NoSandboxError: if this machine has none.
    """
    program = None if trusted else _need_sandbox()
    with tempfile.TemporaryDirectory(prefix="cnnkit-") as folder:
        os.chmod(folder, 0o755)
        inside = pathlib.Path(folder, "inside")
        build_inside(inside, uses)
        yield Place(inside, program, tuple(map(os.path.realpath, hidden)))


def _need_sandbox():
    if sys.platform != "linux":
        raise NoSandboxError(
            "Notebooks are graded in a sandbox, and bubblewrap runs on Linux alone. "
            "Use a Linux machine, a container or WSL; or, for notebooks that you have "
            "read, --i-trust-these-submissions."
        )
    if shutil.which("bwrap") is None:
        raise NoSandboxError(
            "bubblewrap is not installed. On Debian and Ubuntu type: apt-get install "
            "bubblewrap. On Fedora: dnf install bubblewrap."
        )
    try:
        program = _filter.write_filter()
    except (ImportError, OSError, RuntimeError) as error:
        raise NoSandboxError(
            'pyseccomp is not installed. Type: pip install "cnnkit[grading]". It needs '
            f"libseccomp (apt-get install libseccomp2). ({error})"
        ) from None
    _try_namespaces()
    return program


@functools.cache
def _try_namespaces():
    command = ["bwrap", *_namespaces(), "--ro-bind", "/", "/", "true"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    if tried.returncode:
        raise NoSandboxError(namespaces_blocked(tried.stderr.strip()))


def namespaces_blocked(said):
    """Say what to do where the system refuses user namespaces.

    Args:
        said: what bubblewrap said.

    Returns:
        Some lines of text.
    """
    return f"""\
bubblewrap cannot make a sandbox here: {said}
Ubuntu 24.04 blocks user namespaces for programs that have no profile. As root, write
/etc/apparmor.d/bwrap:

    abi <abi/4.0>,
    include <tunables/global>
    profile bwrap /usr/bin/bwrap flags=(unconfined) {{
      userns,
      include if exists <local/bwrap>
    }}

and type: systemctl reload apparmor. In a container, run it with user namespaces
allowed, or grade as root."""


def _namespaces():
    apart = (
        "--unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try"
    )
    if os.geteuid() == 0:
        # Root needs no user namespace; what it keeps is dropped again by setpriv.
        kept = ("SETUID", "SETGID", "SETPCAP")
        return [*apart.split(), *(x for c in kept for x in ("--cap-add", f"CAP_{c}"))]
    return [*apart.split(), "--unshare-user", "--disable-userns"]


def _drop_rights(slot):
    if os.geteuid() != 0:
        return []
    # A user for each sandbox: limits on processes are counted by user.
    user = 1_000_000_000 + os.getpid() % 1_000_000 * 256 + slot
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={user}",
        "--clear-groups",
        "--bounding-set=-all",
        "--inh-caps=-all",
        "--no-new-privs",
    ]


def _shown():
    """List the folders that Python and its packages lie in."""
    folders = [sys.prefix, sys.base_prefix, sys.exec_prefix, *_package_folders()]
    folders.append(os.path.dirname(os.path.realpath(sys.executable)))
    for root in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if os.path.isdir(root) and not os.path.islink(root):
            folders.append(root)
    paths = sorted({os.path.realpath(x) for x in folders})
    return [x for x in paths if not any(x.startswith(f"{y}/") for y in paths)]


def _package_folders():
    found = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    if site.ENABLE_USER_SITE:
        found.append(site.getusersitepackages())
    return [os.path.realpath(x) for x in found if os.path.isdir(x)]


def _files(place):
    arguments = []
    for root in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if os.path.islink(root):
            arguments += ["--symlink", os.readlink(root), root]
    shown = _shown()
    # bubblewrap makes the folders above what it shows for their owner alone.
    parents = {str(p) for x in shown for p in pathlib.Path(x).parents} - {"/"}
    for path in sorted(parents | {"/etc", "/proc", "/tmp", "/dev"}):
        arguments += ["--perms", "0755", "--dir", path]
    for path in shown:
        arguments += ["--ro-bind", path, path]
    for path in SYSTEM_FILES:
        arguments += ["--ro-bind-try", path, path]
    for path in _covered(place, shown):
        arguments += ["--size", "4096", "--tmpfs", path, "--remount-ro", path]
    return arguments


def _covered(place, shown):
    """List what must not be seen and lies within what is shown."""
    package = pathlib.Path(__file__).resolve().parents[1]
    paths = [str(package), *HIDDEN_HOMES, *place.hidden]
    paths = [os.path.dirname(x) if os.path.isfile(x) else x for x in paths]
    return sorted({x for x in paths if any(x.startswith(f"{y}/") for y in shown)})


def _command(place, slot, worker):
    tmp = ["--perms", "1777", "--size", str(TMP_SIZE), "--tmpfs"]
    return [
        "bwrap",
        *_namespaces(),
        *("--die-with-parent", "--new-session", "--hostname", "sandbox"),
        *_files(place),
        *("--ro-bind", str(place.folder), INSIDE),
        *("--proc", "/proc", "--dev", "/dev"),
        *(*tmp, "/dev/shm", *tmp, "/tmp"),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *("--clearenv", "--chdir", "/tmp"),
        *(
            x
            for name, value in _environment("/tmp").items()
            for x in ("--setenv", name, value)
        ),
        "--",
        *_drop_rights(slot),
        *worker,
    ]


def _environment(home):
    one = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    one += ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    return {
        "HOME": home,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow"),
        **dict.fromkeys(one, "1"),
    }


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
        inside = self.place.folder if self.place.filter is None else INSIDE
        home = tempfile.mkdtemp() if self.place.filter is None else "/tmp"
        options = {
            "limits": LIMITS if self.place.filter is not None else {"CORE": 0},
            "path": [str(inside), *_package_folders()],
            "fonts": f"{inside}/fonts",
            "folder": str(home),
        }
        worker = [sys.executable, "-IB", f"{inside}/_worker.py", json.dumps(options)]
        self.home = None if self.place.filter is not None else home
        self._start(worker)
        return self

    def _start(self, worker):
        keep, environment = (), _environment(self.home or "/tmp")
        if self.place.filter is not None:
            descriptor = _filter.open_filter(self.place.filter)
            keep = (descriptor,)
            worker = _command(self.place, self.slot, worker)
            worker[1:1] = ["--seccomp", str(descriptor)]
        try:
            self.process = subprocess.Popen(
                worker,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=environment,
                pass_fds=keep,
                start_new_session=True,
            )
        finally:
            for descriptor in keep:
                os.close(descriptor)
        for pipe in (self.process.stdin, self.process.stdout):
            os.set_blocking(pipe.fileno(), False)

    def __exit__(self, *_):
        _tree.end(self.process)
        self.process.stdin.close()
        self.process.stdout.close()
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)

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
            MachineError: if the place is being closed.
        """
        nonce = os.urandom(16)
        text, data = _values.pack({**message, "seconds": seconds})
        deadline = time.monotonic() + seconds + GRACE
        if self._readable():
            raise EndedError("tampered" if self._read_some() else "ended")
        self._write(HEADER.pack(nonce, len(text), len(data)) + text + data, deadline)
        head = self._read(HEADER.size, deadline)
        echo, *sizes = HEADER.unpack(head)
        if (
            echo != nonce
            or sizes[0] > _values.TEXT_LIMIT
            or sizes[1] > _values.DATA_LIMIT
        ):
            raise EndedError("tampered")
        try:
            reply = _values.unpack(*(self._read(size, deadline) for size in sizes))
        except ValueError:
            raise EndedError("tampered") from None
        if (
            not isinstance(reply, dict)
            or len(reply) != 1
            or not set(reply) & {"ok", "error"}
        ):
            raise EndedError("tampered")
        return reply

    def _readable(self):
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def _read_some(self, size=1):
        try:
            return os.read(self.process.stdout.fileno(), size)
        except OSError:
            return b""

    def _read(self, size, deadline):
        parts = []
        while size:
            self._wait(select.POLLIN, self.process.stdout, deadline)
            part = self._read_some(min(size, 1 << 20))
            if not part:
                raise EndedError("ended")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _write(self, frame, deadline):
        rest = memoryview(frame)
        while rest:
            self._wait(select.POLLOUT, self.process.stdin, deadline)
            try:
                rest = rest[os.write(self.process.stdin.fileno(), rest) :]
            except BlockingIOError:
                continue
            except OSError:
                raise EndedError("ended") from None

    def _wait(self, what, pipe, deadline):
        poll = select.poll()
        poll.register(pipe, what)
        while not poll.poll(50):
            if self.place.stop.is_set():
                raise MachineError("the grader was stopped")
            if time.monotonic() > deadline:
                raise EndedError("time")
            if _tree.memory(self.process.pid) > self.memory:
                raise EndedError("memory")
