"""The folders that data comes from, and how a file gets into one whole."""

import contextlib
import os
import secrets
import time
from pathlib import Path

STALE_SECONDS = 3600


def cache_folder():
    """Return the folder that downloads are kept in; it need not exist yet.

    `CNNKIT_CACHE` if that is set, otherwise `cnnkit` in `XDG_CACHE_HOME`,
    otherwise `~/.cache/cnnkit`.
    """
    if folder := os.environ.get("CNNKIT_CACHE"):
        return Path(folder).expanduser()
    if folder := os.environ.get("XDG_CACHE_HOME"):
        return Path(folder).expanduser() / "cnnkit"
    return Path.home() / ".cache" / "cnnkit"


def local_folder():
    """Return the folder that `CNNKIT_DATA` names, `None` if it is not set."""
    folder = os.environ.get("CNNKIT_DATA")
    return Path(folder).expanduser() if folder else None


def local_copy(names):
    """Return the first folder of these names in `CNNKIT_DATA`, `None` without one."""
    local = local_folder()
    there = [local / name for name in names if local and (local / name).is_dir()]
    return there[0] if there else None


def shipped_folder():
    """Return the folder of weights and data that ship with the package.

    Raises:
        FileNotFoundError: if the installation has none.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "_data", package.parent / "data"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"cnnkit's own data folder is missing: neither {package / '_data'} nor "
        f"{package.parent / 'data'} is there. Install cnnkit again."
    )


@contextlib.contextmanager
def whole_file(path):
    """Open a new binary file that becomes `path` only if the block succeeds.

    It is written beside `path` under a name of its own, then moved in one step.
    So nobody sees half of it, and two processes do not meet. What a killed process
    left behind an hour ago or earlier is removed.

    Args:
        path: `Path`; its folder is made if it is missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_stale(path)
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _remove_stale(path):
    for part in path.parent.glob(f".{path.name}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE_SECONDS:
                part.unlink()
