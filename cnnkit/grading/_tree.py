"""A process and all that came of it: their memory, and their end."""

import os
import pathlib
import signal
import time


def family(pid):
    """List a process and its descendants.

    Args:
        pid: integer.

    Returns:
        A list of integers, the process first; those that have ended are left out.
    """
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for path in _paths(f"/proc/{one}/task"):
            try:
                waiting += map(int, (path / "children").read_text().split())
            except OSError:
                continue
    return found


def _paths(folder):
    try:
        return list(pathlib.Path(folder).iterdir())
    except OSError:
        return []


def takes_more(limit, pid, shared=0):
    """Tell whether a process and its descendants have more than some memory in use.

    Args:
        limit: bytes.
        pid: integer.
        shared: bytes that all of them have in common from the start.
    """
    everyone = family(pid)
    if sum(max(0, resident(one) - shared) for one in everyone) <= limit:
        return False
    # Pages that many share were counted for each of them. The truth takes longer.
    return sum(map(proportional, everyone)) > limit


def resident(pid):
    """Return the bytes that one process has in use; 0 where the system does not say."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0
    return (int(fields[1]) if len(fields) > 1 else 0) * os.sysconf("SC_PAGE_SIZE")


def proportional(pid):
    """Return the bytes of one process, of shared pages its share; else `resident`."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(1024 * int(x.split()[1]) for x in lines if x.startswith("Pss:"))
    except (OSError, StopIteration):
        return resident(pid)


def machine_is_full():
    """Tell whether less than a twentieth of this machine's memory is left."""
    try:
        lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
        facts = {x.split(":")[0]: int(x.split()[1]) for x in lines}
        return facts["MemAvailable"] < facts["MemTotal"] / 20
    except (OSError, KeyError, ValueError, IndexError):
        return False


def end(process):
    """End a process and its descendants, and wait until they are gone.

    Args:
        process: `subprocess.Popen`, the leader of its own session.
    """
    everyone = family(process.pid)
    for pid in everyone:
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    process.wait()
    deadline = time.monotonic() + 5
    while any(_alive(pid) for pid in everyone[1:]) and time.monotonic() < deadline:
        time.sleep(0.005)


def _alive(pid):
    try:
        state = (
            pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        )
    except OSError:
        return False
    return state != "Z"
