"""The results of a batch, kept line by line so that a stop loses none of them."""

import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import secrets
import sys

import cnnkit

FILE = "results.jsonl"
SALT = ".salt"
LOCK = ".lock"


class BusyError(RuntimeError):
    """Raised if another grader writes to the same folder."""


class Results:
    """Records of graded notebooks, by the hash of the notebook and of the tests.

    A context manager that keeps other graders out of the folder.

    Args:
        folder: path, made if need be.

    Raises:
        BusyError: if another grader is at work in it.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self._lock = self._file = None
        self._places = {}

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.folder / LOCK)
        try:
            self._open()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(self, *_):
        self._file.close()
        self._lock.close()

    def _open(self):
        self._file = open(self.folder / FILE, "a+b")
        self._file.seek(0)
        end = 0
        for line in self._file:
            try:
                key = json.loads(line)["key"]
            except (ValueError, KeyError, TypeError):
                if line.endswith(b"\n"):  # damaged, but not by a stop: step over it
                    end += len(line)
                    continue
                break  # a line cut short
            if not line.endswith(b"\n"):
                break
            self._places[key] = end
            end += len(line)
        self._file.truncate(end)

    def salt(self, wanted=None):
        """Return the salt that hidden inputs follow from, the same at every call.

        Args:
            wanted: string to use in place of the folder's own.

        Returns:
            A string.
        """
        if wanted is not None:
            return wanted
        path = self.folder / SALT
        if not path.exists():
            partial = path.with_suffix(".partial")
            partial.write_text(secrets.token_hex(16))
            partial.chmod(0o600)
            partial.replace(path)
        return path.read_text().strip()

    def add(self, key, record):
        """Keep a record, on the disk before this returns.

        Args:
            key: string, see `key_of`.
            record: dict of plain data.
        """
        line = json.dumps({"key": key, **record}).encode() + b"\n"
        self._file.seek(0, os.SEEK_END)
        place = self._file.tell()
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._places[key] = place

    def __contains__(self, key):
        return key in self._places

    def __getitem__(self, key):
        self._file.seek(self._places[key])
        return json.loads(self._file.readline())


def _lock(path):
    file = open(path, "w")
    try:
        import fcntl

        with contextlib.suppress(AttributeError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # Windows
        pass
    except OSError:
        file.close()
        raise BusyError(
            f"Another grader is at work in {path.parent}. Wait for it, or give another "
            "folder with -o."
        ) from None
    return file


def tests_hash(assignment, salt):
    """Hash what marks follow from, but for the notebooks.

    Args:
        assignment: `Assignment`.
        salt: string.

    Returns:
        A string: it changes with the salt, with the assignment and its limits, and with
        the grader itself.
    """
    limits = dataclasses.replace(assignment, questions=())
    found = hashlib.sha256(f"{cnnkit.__version__}\0{salt}\0{limits}".encode())
    modules = {sys.modules[q.hidden.__module__].__file__ for q in assignment.questions}
    sources = {*pathlib.Path(__file__).parent.glob("*.py"), *map(pathlib.Path, modules)}
    for path in sorted(sources):
        found.update(path.read_bytes())
    return found.hexdigest()


def key_of(notebook_hash, tests):
    """Name the record of a notebook.

    Args:
        notebook_hash: string, see `cnnkit.grading.submissions.digest`.
        tests: string, see `tests_hash`.

    Returns:
        A string.
    """
    return f"{notebook_hash[:32]}-{tests[:32]}"
