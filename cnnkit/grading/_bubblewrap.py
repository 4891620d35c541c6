"""How bubblewrap is called: what is shown, what is covered up, what rights remain."""

import functools
import os
import pathlib
import shutil
import site
import subprocess
import sys
import sysconfig

from cnnkit.grading import _filter

SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts")
HIDDEN_HOMES = ("/home", "/root", "/srv", "/mnt", "/media")
INSIDE = "/cnnkit"
TMP_SIZE = 128_000_000  # bytes of each folder that can be written to


class NoSandboxError(RuntimeError):
    """Raised if this machine has no working sandbox; the message says what to type."""


def need_sandbox():
    """Find out whether there is a sandbox here.

    Returns:
        Bytes of the filter of system calls.

    Raises:
        NoSandboxError: if there is none.
    """
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


def _namespaces(*more):
    apart = (
        "--unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try"
    )
    if os.geteuid() == 0:
        # Root needs no user namespace; what it keeps is dropped again by setpriv.
        kept = ("SETUID", "SETGID", "SETPCAP", *more)
        return [*apart.split(), *(x for c in kept for x in ("--cap-add", f"CAP_{c}"))]
    return [*apart.split(), "--unshare-user", "--disable-userns"]


def user_of(slot):
    """Choose a user for a sandbox: limits on processes are counted by user."""
    return 1_000_000_000 + os.getpid() % 1_000_000 * 256 + slot


def _drop_rights(slot):
    if os.geteuid() != 0:
        return []
    user = user_of(slot)
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={user}",
        "--clear-groups",
        "--bounding-set=-all",
        "--inh-caps=-all",
        "--no-new-privs",
    ]


def shown():
    """List the folders that Python and its packages lie in."""
    folders = [sys.prefix, sys.base_prefix, sys.exec_prefix, *package_folders()]
    folders.append(os.path.dirname(os.path.realpath(sys.executable)))
    for root in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if os.path.isdir(root) and not os.path.islink(root):
            folders.append(root)
    paths = sorted({os.path.realpath(x) for x in folders})
    return [x for x in paths if not any(x.startswith(f"{y}/") for y in paths)]


def package_folders():
    """List the folders that installed packages lie in."""
    found = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    if site.ENABLE_USER_SITE:
        found.append(site.getusersitepackages())
    return [os.path.realpath(x) for x in found if os.path.isdir(x)]


def _files(place):
    arguments = []
    for root in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if os.path.islink(root):
            arguments += ["--symlink", os.readlink(root), root]
    visible = shown()
    # bubblewrap makes the folders above what it shows for their owner alone.
    parents = {str(p) for x in visible for p in pathlib.Path(x).parents} - {"/", "/tmp"}
    for path in sorted(parents | {"/etc", "/proc", "/dev"}):
        arguments += ["--perms", "0755", "--dir", path]
    for path in visible:
        arguments += ["--ro-bind", path, path]
    for path in SYSTEM_FILES:
        arguments += ["--ro-bind-try", path, path]
    for path in covered(place, visible):
        arguments += ["--size", "4096", "--tmpfs", path, "--remount-ro", path]
    return arguments


def covered(place, visible):
    """List what must not be seen and lies within what is shown."""
    package = pathlib.Path(__file__).resolve().parents[1]
    paths = [str(package), *HIDDEN_HOMES, *place.hidden]
    paths = [os.path.dirname(x) if os.path.isfile(x) else x for x in paths]
    return sorted({x for x in paths if any(x.startswith(f"{y}/") for y in visible)})


def command(place, slot, worker, *, warm=False):
    """Write the command that runs a process in the sandbox.

    Args:
        place: `Place`.
        slot: integer below 256.
        worker: list of strings, the command of the process.
        warm: bool; `True` leaves the process the rights to make sandboxes of its own.

    Returns:
        A list of strings.
    """
    tmp = ["--perms", "1777", "--size", str(TMP_SIZE), "--tmpfs"]
    return [
        "bwrap",
        *_namespaces(*["SYS_ADMIN"] * warm),
        *("--die-with-parent", "--new-session", "--hostname", "sandbox"),
        *(*tmp, "/tmp"),
        *_files(place),
        *("--ro-bind", str(place.folder), INSIDE),
        *("--proc", "/proc", "--dev", "/dev"),
        *(*tmp, "/dev/shm"),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *("--clearenv", "--chdir", "/tmp"),
        *(
            x
            for name, value in environment("/tmp").items()
            for x in ("--setenv", name, value)
        ),
        "--",
        *([] if warm else _drop_rights(slot)),
        *worker,
    ]


def environment(home):
    """Write the environment of the processes inside.

    Args:
        home: path of the folder that they can write to.

    Returns:
        A dict of strings.
    """
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
