"""A gallery on disk: one SQLite file, in which nothing is ever half written."""

import contextlib
import hashlib
import os
import sqlite3
import tempfile
import uuid
from pathlib import Path

import numpy as np

VERSION = 1
APPLICATION = 0x636E6E6B  # "cnnk", where SQLite keeps the kind of a file
PATIENCE = 60.0  # seconds to wait while another process writes
TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE encodings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    encoding BLOB NOT NULL,
    digest BLOB NOT NULL
);
CREATE INDEX by_name ON encodings (name);
"""


def create(path, about, names, encodings):
    """Write a new file, all of it or nothing, in place of one that may be there.

    Args:
        path: `Path`.
        about: dict of str.
        names: list of str, one an encoding.
        encodings: float32 array `(n, dimensions)`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        with contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as file:
            file.executescript(TABLES)
            file.execute(f"PRAGMA application_id = {APPLICATION}")
            file.execute(f"PRAGMA user_version = {VERSION}")
            file.execute("BEGIN")
            about = {**about, "series": uuid.uuid4().hex, "removals": "0"}
            file.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            insert(file, names, encodings)
            file.execute("COMMIT")
        os.replace(draft, path)
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
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no gallery {path}.")
    try:
        where = f"{path.resolve().as_uri()}?mode=rw"
        file = sqlite3.connect(where, uri=True, timeout=PATIENCE, isolation_level=None)
        with contextlib.closing(file):
            file.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            _check(file, path)
            yield file
            file.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise TimeoutError(f"Another process keeps {path} locked.") from error
        raise ValueError(f"{path} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise damaged(path) from error


def about(file, path):
    """Return what a file says of itself, a dict of str."""
    found = dict(file.execute("SELECT key, value FROM about"))
    if not {"fingerprint", "threshold", "series", "removals"} <= set(found):
        raise damaged(path)
    return found


def insert(file, names, encodings):
    """Add encodings."""
    rows = (
        (name, blob, digest(name, blob))
        for name, blob in zip(names, map(_blob, encodings), strict=True)
    )
    file.executemany(
        "INSERT INTO encodings (name, encoding, digest) VALUES (?, ?, ?)", rows
    )


def delete(file, name):
    """Remove the encodings of a person."""
    file.execute("DELETE FROM encodings WHERE name = ?", (name,))
    file.execute("UPDATE about SET value = value + 1 WHERE key = 'removals'")


def rows(file, path, after=0):
    """Return the encodings that came after a place, in order.

    Args:
        file: `sqlite3.Connection`.
        path: `Path`, for the error.
        after: int, the last place that is known.

    Returns:
        A triple: names, float32 array `(n, dimensions)`, and the last place.

    Raises:
        ValueError: if an encoding is not as it was written.
    """
    names, blobs = [], []
    query = "SELECT id, name, encoding, digest FROM encodings WHERE id > ? ORDER BY id"
    for place, name, blob, seal in file.execute(query, (after,)):
        if seal != digest(name, blob) or len(blob) != len(blobs[0] if blobs else blob):
            raise damaged(path)
        names.append(name)
        blobs.append(blob)
        after = place
    if not names:
        return [], None, after
    encodings = np.frombuffer(b"".join(blobs), "<f4").reshape(len(names), -1)
    return names, encodings.astype(np.float32), after


def digest(name, blob):
    """Return the SHA-256 of a name and its encoding."""
    return hashlib.sha256(name.encode() + b"\0" + blob).digest()


def damaged(path):
    """Return the error for a file that is not as it was written."""
    return ValueError(
        f"{path} is no gallery, or it was cut short or altered. Take a copy of it, or "
        "enrol again."
    )


def _check(file, path):
    (kind,) = file.execute("PRAGMA application_id").fetchone()
    (version,) = file.execute("PRAGMA user_version").fetchone()
    if kind != APPLICATION:
        raise damaged(path)
    if version > VERSION:
        raise ValueError(
            f"{path} was written by a newer version of cnnkit (its format is "
            f"{version}, this one reads up to {VERSION}). Update cnnkit."
        )


def _blob(encoding):
    return np.ascontiguousarray(encoding, "<f4").tobytes()
