"""What the catalogue knows of a data set."""

from collections.abc import Callable
from dataclasses import dataclass

from cnnkit.datasets import _download, _paths, _sources


@dataclass(frozen=True)
class Entry:
    """One data set of the catalogue.

    Attributes:
        name: what it is called.
        kind: "bundled" (comes with a library that cnnkit needs), "drawn" (by code,
            from a seed), "download" or "request" (its authors give it out on request;
            put it into `CNNKIT_DATA` by hand).
        description: one line.
        licence: licence and credit.
        source: the `Source` of a download, otherwise `None`.
        check: function without arguments that reads it and raises an error if it is
            damaged; it may return what to say.
        folders: for what is had on request, names of a folder in `CNNKIT_DATA`.
    """

    name: str
    kind: str
    description: str
    licence: str
    check: Callable
    source: _sources.Source | None = None
    folders: tuple[str, ...] = ()

    @property
    def size_bytes(self):
        """Size of the download, `None` if there is none."""
        return self.source.size_bytes if self.source else None

    def status(self):
        """Return "built in", "in CNNKIT_DATA", "in cache" or "not here".

        Looks at names only; `verify` looks inside.
        """
        if self.folders:
            return "in CNNKIT_DATA" if _paths.local_copy(self.folders) else "not here"
        if self.source is None:
            return "built in"
        if _download.local_file(self.source):
            return "in CNNKIT_DATA"
        cached = _download.cache_folder() / self.source.file
        return "in cache" if cached.is_file() else "not here"

    def advice(self):
        """Say how to have it if it is not at hand."""
        if self.folders:
            return "Ask its authors for it, and put its folder into CNNKIT_DATA."
        return f"Type: cnnkit data fetch {self.name}"

    def fetch(self):
        """Fetch it if it is a download and not at hand; return its path or `None`.

        Raises:
            DownloadError: if it cannot be fetched.
        """
        if self.folders and self.status() == "not here":
            raise _download.DownloadError(f"{self.name} is not here. {self.advice()}")
        if self.folders:
            return _paths.local_copy(self.folders)
        return _download.fetch(self.source) if self.source else None

    def verify(self):
        """Check what is at hand; nothing is fetched or removed.

        Returns:
            A sentence that says what was checked.

        Raises:
            FileNotFoundError: if it is not at hand.
            ValueError: if it is damaged.
        """
        status = self.status()
        if status == "not here":
            raise FileNotFoundError(f"{self.name} is not here. {self.advice()}")
        if self.source is None:
            return self.check()
        path = _download.local_file(self.source)
        if path is None:
            path = _download.cache_folder() / self.source.file
        if path.is_file():
            with open(path, "rb") as file:
                if _download.sha256(file) == self.source.sha256:
                    return f"{path} is the official file (SHA-256 is right)"
        if status == "in cache":
            raise ValueError(
                f"{path} is damaged: its SHA-256 is not {self.source.sha256}. "
                f"Type: cnnkit data fetch {self.name}"
            )
        self.check()
        return f"{path} is not the official file; what it holds is in order"
