"""Fetches a file from its official place, whole and unaltered, or says why not."""

import contextlib
import errno
import hashlib
import os
import sys
import time
import warnings

from cnnkit.datasets._paths import cache_folder, local_folder, whole_file
from cnnkit.datasets._sources import find_source

ATTEMPTS = 3
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = (10, 30)
OFFLINE = (
    "aerial_roads",
    "digits",
    "docstring_sentences",
    "electrocardiograms",
    "faces",
    "photograph",
    "poses",
    "street_scenes",
    "volumes",
)


class DownloadError(OSError):
    """A file could not be fetched, or not be kept."""


class _Broken(Exception):
    """What arrived is not the file that was asked for."""


def fetch(source):
    """Return the path of a file, fetched from its official place if need be.

    Three places are looked at in turn: the folder `CNNKIT_DATA`, whose files are
    taken as they are; the cache, whose file is used only if its SHA-256 is right;
    and the official address. A download goes to a temporary file, is checked, and is
    moved into the cache in one step. A broken one is told, removed and tried again.

    Args:
        source: name in `SOURCES`, or a `Source`.

    Returns:
        The `Path` of a file, or of a folder in `CNNKIT_DATA`.

    Raises:
        ValueError: if no source has that name.
        DownloadError: if the file cannot be fetched or kept.
    """
    source = find_source(source)
    return local_file(source) or cached_file(source) or _download(source)


def local_file(source):
    """Return what the folder `CNNKIT_DATA` has for `source`, or `None`."""
    folder = local_folder()
    if folder is None:
        return None
    candidates = (folder / name for name in source.accepts)
    return next((path for path in candidates if path.exists()), None)


def cached_file(source):
    """Return the file in the cache, or `None`; an altered one is told and removed."""
    path = cache_folder() / source.file
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            digest = sha256(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DownloadError(
            f"{path} cannot be read: {error.strerror}. Remove it, or set CNNKIT_CACHE "
            "to another folder."
        ) from error
    if digest == source.sha256:
        return path
    warnings.warn(
        f"{path} has been altered since it was fetched: its SHA-256 is {digest}, "
        f"not {source.sha256}. It is removed and fetched again.",
        stacklevel=3,
    )
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(status, path.stat()):
            path.unlink()
    return None


def sha256(file):
    """Return the SHA-256 of an open binary file, in hexadecimal."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def _download(source):
    import requests

    reason = None
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        try:
            return _attempt(source)
        except requests.HTTPError as error:
            code = error.response.status_code
            reason = f"the server answered {code} {error.response.reason}"
            if code < 500:
                break
        except requests.RequestException as error:
            reason = _describe(error)
        except _Broken as error:
            reason = str(error)
            warnings.warn(f"{source.url}: {reason}. It was removed.", stacklevel=4)
        except OSError as error:
            raise _unwritable(source, error) from error
    raise DownloadError(
        f"Could not fetch {source.name} from {source.url}: {reason}. Try again online, "
        f"or put {' or '.join(source.accepts)} into a folder by hand and set "
        f"CNNKIT_DATA to that folder{_local_hint()}. Without a download there are: "
        f"{', '.join(OFFLINE)}."
    )


def _attempt(source):
    import pooch

    path = cache_folder() / source.file
    with whole_file(path) as file, _progress(source) as progress:
        download = pooch.HTTPDownloader(
            progressbar=progress, chunk_size=2**16, timeout=TIMEOUT_SECONDS
        )
        download(source.url, file, None)
        file.flush()
        size = file.tell()
        with open(file.name, "rb") as written:
            digest = sha256(written)
        if digest != source.sha256:
            raise _Broken(
                "what arrived is not the official file "
                f"({size} bytes, SHA-256 {digest}; expected {source.size_bytes} "
                f"bytes, SHA-256 {source.sha256})"
            )
    return path


def _describe(error):
    """Say in a few words why a request came to nothing."""
    import requests

    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off half-way"
    if isinstance(error, requests.Timeout):
        return "the server did not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return f"the secure connection failed ({error})"
    if isinstance(error, requests.ConnectionError):
        return "there is no connection, or it broke off"
    return str(error)


def _local_hint():
    folder = local_folder()
    if folder is None:
        return ""
    if not folder.is_dir():
        return f" (it is set to {folder}, which is not a folder)"
    return f" (it is set to {folder}, which has none of them)"


def _unwritable(source, error):
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        what = f"There is no room for {source.size_bytes / 1e6:.0f} MB"
    else:
        what = "No file can be written"
    return DownloadError(
        f"{what} in {cache_folder()} ({error.strerror or error}). Make room there, or "
        "set CNNKIT_CACHE to a folder that has it and that you may write to."
    )


@contextlib.contextmanager
def _progress(source):
    """Give a progress bar of the kind that pooch takes, if someone can see it."""
    if not sys.stderr.isatty():
        yield False
        return
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

    columns = (*Progress.get_default_columns(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield _Bar(progress, progress.add_task(source.name, total=source.size_bytes))


class _Bar:
    def __init__(self, progress, task):
        self.progress = progress
        self.task = task
        self.total = None

    def update(self, amount):
        self.progress.update(self.task, advance=amount, total=self.total or None)

    def reset(self):
        self.progress.reset(self.task)

    def close(self):
        self.progress.stop()
