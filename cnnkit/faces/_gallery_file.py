"""A gallery on disk: one SQLite file, in which nothing is ever half written."""

import contextlib
import hashlib
import json
import os
import sqlite3
import tempfile
from pathlib import Path

import numpy as np

VERSION = 1
APPLICATION = 0x636E6E6B  # "cnnk", where SQLite keeps the kind of a file
PATIENCE = 60.0  # seconds to wait while another process writes
START = (0, 0)  # nothing was seen yet
TABLES = """
CREATE TABLE about (state TEXT NOT NULL, seal TEXT NOT NULL);
CREATE TABLE encodings (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, encoding BLOB NOT NULL
);
"""
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
REFUSED = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
)


def create(path, about, names, encodings, overwrite=False):
    """Write a file, all of it or nothing.

    Args:
        path: `Path`.
        about: dict, what the gallery says of itself.
        names: list of str, one an encoding.
        encodings: float32 array `(n, dimensions)`.
        overwrite: bool, whether to replace what is there.

    Raises:
        FileExistsError: if there is a file, unless `overwrite`.
    """
    if overwrite and path.is_file():
        # A gallery is filled anew in its own file: a journal that a killed process left
        # beside it would spoil another file of that name.
        with contextlib.suppress(ValueError), opened(path, write=True) as file:
            _fill(file, about, names, encodings)
            return
        Path(f"{path}-journal").unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        with contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as file:
            file.execute("PRAGMA secure_delete = ON")
            file.executescript(TABLES)
            file.execute(f"PRAGMA application_id = {APPLICATION}")
            file.execute(f"PRAGMA user_version = {VERSION}")
            file.execute("BEGIN")
            _fill(file, about, names, encodings)
            file.execute("COMMIT")
        _put(draft, path, overwrite)
    finally:
        Path(draft).unlink(missing_ok=True)


@contextlib.contextmanager
def opened(path, write=False):
    """Open a file for one transaction, which is undone if an error ends it.

    Args:
        path: `Path`.
        write: bool; then the other processes wait.

    Yields:
        The `sqlite3.Connection`.

    Raises:
        FileNotFoundError: if there is no file.
        ValueError: if it is not a whole gallery that this version can read.
        TimeoutError: if another process does not let go of it.
        OSError: if the disk is full, or the file cannot be read or written.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no gallery {path}.")
    try:
        where = f"{path.resolve().as_uri()}?mode=rw"
        file = sqlite3.connect(where, uri=True, timeout=PATIENCE, isolation_level=None)
        with contextlib.closing(file):
            file.execute("PRAGMA secure_delete = ON")  # who is removed is gone
            file.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            _check(file, path)
            yield file
            file.execute("COMMIT")
    except UnicodeDecodeError as error:
        raise damaged(path) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in BUSY:
            raise TimeoutError(f"Another process keeps {path} locked.") from error
        if code in REFUSED:
            raise OSError(f"{path} cannot be used: {error}.") from error
        raise damaged(path) from error


def about(file, path):
    """Return what a file says of itself, a dict."""
    found = file.execute("SELECT state, seal FROM about").fetchall()
    if len(found) != 1 or found[0][1] != _seal(found[0][0]):
        raise damaged(path)
    return json.loads(found[0][0])


def change(file, path, **values):
    """Change what a file says of itself."""
    _tell(file, {**about(file, path), **values})


def insert(file, path, names, encodings):
    """Add encodings.

    Returns:
        The place up to which the file is now known, as `read` returns it.
    """
    total = int(about(file, path)["total"], 16)
    (place,) = file.execute("SELECT ifnull(max(id), 0) FROM encodings").fetchone()
    for name, blob in zip(names, map(_blob, encodings), strict=True):
        place += 1
        row = place, name, blob
        file.execute("INSERT INTO encodings VALUES (?, ?, ?)", row)
        total += _digest(*row)
    total %= 1 << 256
    change(file, path, total=f"{total:x}")
    return place, total


def delete(file, path, name):
    """Remove the encodings of a person."""
    total = int(about(file, path)["total"], 16)
    for row in file.execute("SELECT * FROM encodings WHERE name = ?", (name,)):
        total -= _digest(*row)
    file.execute("DELETE FROM encodings WHERE name = ?", (name,))
    change(file, path, total=f"{total % (1 << 256):x}")


def read(file, path, seen=START):
    """Return the encodings that came after a place, or all if others are gone.

    Args:
        file: `sqlite3.Connection`.
        path: `Path`, for the error.
        seen: the place up to which the file is known.

    Returns:
        Four: names, float32 array `(n, dimensions)` or `None`, whether these are all
        that the file holds, and the place up to which it is now known: the last row,
        and the sum of the digests of all rows.

    Raises:
        ValueError: if the rows are not as they were written.
    """
    names, blobs = [], []
    last, total = seen
    query = "SELECT id, name, encoding FROM encodings WHERE id > ? ORDER BY id"
    for place, name, blob in file.execute(query, (last,)):
        if not isinstance(name, str) or not isinstance(blob, bytes):
            raise damaged(path)
        names.append(name)
        blobs.append(blob)
        total += _digest(place, name, blob)
        last = place
    total %= 1 << 256
    if f"{total:x}" != about(file, path)["total"]:
        if seen == START:
            raise damaged(path)
        return read(file, path)
    encodings = None
    if names:
        encodings = np.frombuffer(b"".join(blobs), "<f4").reshape(len(names), -1)
        encodings = encodings.astype(np.float32)
    return names, encodings, seen == START, (last, total)


def damaged(path):
    """Return the error for a file that is not as it was written."""
    return ValueError(
        f"{path} is no gallery, or it was cut short or altered. Take a copy of it, or "
        "enrol again."
    )


def _check(file, path):
    (kind,) = file.execute("PRAGMA application_id").fetchone()
    (version,) = file.execute("PRAGMA user_version").fetchone()
    if kind != APPLICATION or version < 1:
        raise damaged(path)
    if version > VERSION:
        raise ValueError(
            f"{path} was written by a newer version of cnnkit (its format is "
            f"{version}, this one reads up to {VERSION}). Update cnnkit."
        )


def _fill(file, about, names, encodings):
    file.execute("DELETE FROM encodings")
    _tell(file, {**about, "total": "0"})
    insert(file, None, names, encodings)


def _tell(file, state):
    text = json.dumps(state)
    file.execute("DELETE FROM about")
    file.execute("INSERT INTO about VALUES (?, ?)", (text, _seal(text)))


def _put(draft, path, overwrite):
    """Give a draft its name; two processes that create a file must not both succeed."""
    if overwrite:
        os.replace(draft, path)
        return
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.replace(draft, path)


def _seal(text):
    return hashlib.sha256(str(text).encode()).hexdigest()


def _digest(place, name, blob):
    row = f"{place} {name}".encode() + b"\0" + blob
    return int.from_bytes(hashlib.sha256(row).digest(), "big")


def _blob(encoding):
    return np.ascontiguousarray(encoding, "<f4").tobytes()
