"""A file of features that grows batch by batch and is never taken for whole too soon.

While it grows it is called `NAME.part`, and `NAME.part.json` beside it says how many
rows are surely in it and what their SHA-256 is. When it is whole it becomes `NAME.npy`,
and `NAME.json` says so.
"""

import contextlib
import hashlib
import io
import json
import os
import shutil

import numpy as np

from cnnkit.datasets._paths import whole_file

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None

CHUNK = 1 << 22


class Paths:
    """The four files of one set of features."""

    def __init__(self, folder, name):
        self.features = folder / f"{name}.npy"
        self.manifest = folder / f"{name}.json"
        self.part = folder / f"{name}.part"
        self.progress = folder / f"{name}.part.json"


def read_json(path):
    """Return the object in a file, `None` if there is none or it is damaged."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write_json(path, value):
    """Write an object so that the file is either the old one or the new one."""
    with whole_file(path) as file:
        file.write(json.dumps(value, indent=1).encode())


def whole(paths, manifest):
    """Return the features as a read-only memory map, `None` if the file is damaged."""
    try:
        with open(paths.features, "rb") as file:
            if _digest(file).hexdigest() != manifest.get("sha256"):
                return None
        return np.load(paths.features, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None


class Growing:
    """The file while it grows; use it in a `with` block.

    Args:
        paths: `Paths`.
        shape: shape of the whole array.
        dtype: its type.
        key: dictionary that must be the same for what is there to be gone on with.
    """

    def __init__(self, paths, shape, dtype, key):
        self.paths = paths
        self.header = _header(shape, dtype)
        self.row_bytes = (
            int(np.prod(shape[1:], dtype=object)) * np.dtype(dtype).itemsize
        )
        self.bytes = len(self.header) + shape[0] * self.row_bytes
        self.key = key
        self.rows = 0

    def __enter__(self):
        self.paths.part.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(self.paths.part, "a+b")
        try:
            self._lock()
            self._go_on()
        except BaseException:
            self.file.close()
            raise
        return self

    def __exit__(self, kind, error, trace):
        with contextlib.suppress(OSError):
            self.file.close()
        if isinstance(error, OSError):
            self.remove()

    def add(self, rows):
        """Put an array of rows behind what is there, and note it."""
        data = np.ascontiguousarray(rows).tobytes()
        self.file.write(data)
        self._sync()
        self.digest.update(data)
        self.rows += len(rows)
        write_json(self.paths.progress, {**self.key, **self._state()})

    def finish(self, manifest):
        """Give the file its name, and write the manifest last."""
        self.paths.manifest.unlink(missing_ok=True)
        self.file.close()
        os.replace(self.paths.part, self.paths.features)
        write_json(self.paths.manifest, {**manifest, "sha256": self.digest.hexdigest()})
        self.paths.progress.unlink(missing_ok=True)

    def remove(self):
        """Remove what is not whole."""
        for path in (self.paths.part, self.paths.progress):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _lock(self):
        if fcntl is None:
            return
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RuntimeError(
                f"Another process is computing {self.paths.features} at this moment. "
                "Wait for it, or choose another `name` or folder."
            ) from error

    def _go_on(self):
        """Keep the rows that the progress file vouches for, or begin anew."""
        state = read_json(self.paths.progress) or {}
        rows = state.get("rows", 0)
        if {k: state.get(k) for k in self.key} == self.key and isinstance(rows, int):
            self.file.seek(0)
            length = len(self.header) + rows * self.row_bytes
            self.digest = _digest(self.file, length)
            if self.digest.hexdigest() == state.get("sha256"):
                self.rows = rows
                self.file.truncate(length)
                self._check_room()
                return
        self.file.truncate(0)
        self._check_room()
        self.file.write(self.header)
        self.digest = hashlib.sha256(self.header)

    def _check_room(self):
        missing = self.bytes - os.fstat(self.file.fileno()).st_size
        free = shutil.disk_usage(self.paths.part.parent).free
        if missing > free:
            self.remove()
            raise no_room(self.paths, self.bytes, free)

    def _state(self):
        return {"rows": self.rows, "sha256": self.digest.hexdigest()}

    def _sync(self):
        self.file.flush()
        os.fsync(self.file.fileno())


def no_room(paths, needed, free):
    """Return the error for a disk that is too full."""
    return OSError(
        f"There is no room for the features: {paths.features} takes "
        f"{needed / 1e6:,.1f} MB, {free / 1e6:,.1f} MB are free. Make room, choose "
        "another folder, or compute features of fewer images."
    )


def _header(shape, dtype):
    buffer = io.BytesIO()
    description = np.lib.format.dtype_to_descr(np.dtype(dtype))
    np.lib.format.write_array_header_1_0(
        buffer,
        {"descr": description, "fortran_order": False, "shape": tuple(shape)},
    )
    return buffer.getvalue()


def _digest(file, length=None):
    digest = hashlib.sha256()
    left = length
    while left is None or left > 0:
        data = file.read(CHUNK if left is None else min(CHUNK, left))
        if not data:
            break
        digest.update(data)
        left = None if left is None else left - len(data)
    return digest
