"""Find the notebooks in a folder of submissions, whatever their names and wrappings."""

import dataclasses
import datetime
import hashlib
import os
import pathlib
import re
import zipfile

from cnnkit.grading.grade import FILE_LIMIT

ZIP_LIST = 2_000_000  # bytes of a zip's list of files, some 20,000 of them
COPY = re.compile(r"(?i)(\s*\(\d+\)|[\s_-]+copy(\s*\d+)?)$")  # a browser's, a desktop's
MOODLE = re.compile(r"^(.+)_assignsubmission_[a-z]+_?$")  # name and number
CANVAS = re.compile(
    r"^(.+?)_(?:LATE_)?(\d+)_\d+_.*$"
)  # name, number, number of the file


@dataclasses.dataclass(frozen=True)
class Submission:
    """One file of one person.

    Attributes:
        person: name, as far as the file's place tells it.
        label: where the file is, within the folder of submissions.
        path: `pathlib.Path` of the file, or of the zip that holds it.
        member: name within the zip, or `None`.
        time: when it was last changed, in seconds since 1970.
        size: in bytes.
    """

    person: str
    label: str
    path: pathlib.Path
    member: str | None
    time: float
    size: int

    def read(self):
        """Read the file; nothing is ever unpacked onto the disk.

        Returns:
            Bytes.

        Raises:
            ValueError: if it is too large or broken.
        """
        try:
            if self.member is None:
                with self.path.open("rb") as file:
                    data = file.read(FILE_LIMIT + 1)
            else:
                with zipfile.ZipFile(self.path) as archive:
                    with archive.open(self.member) as file:
                        data = file.read(FILE_LIMIT + 1)
        except (
            OSError,
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
        ) as error:
            raise ValueError(f"it cannot be read: {type(error).__name__}") from None
        if len(data) > FILE_LIMIT:
            raise ValueError(f"it is larger than {FILE_LIMIT / 1e6:.0f} MB")
        return data


@dataclasses.dataclass
class Found:
    """What a folder of submissions holds.

    Attributes:
        newest: list of `Submission`, one a person, by name.
        notes: dict from a person to a sentence on files that do not count.
        odd: list of pairs (label, sentence) of files that are no submissions.
    """

    newest: list
    notes: dict
    odd: list


def find_submissions(folder, names, skip=None):
    """Find the submissions in a folder and in those below it, and in zips.

    The name of a person is that of the folder below `folder` that the file is in; else
    the name of the file, without its ending, the assignment's names, and what a browser
    or a file manager adds to a copy. What Moodle and Canvas make of a name is told
    apart. A zip of one notebook counts as that notebook, a zip of several as a folder.
    Links are not followed.

    Args:
        folder: path.
        names: list of the assignment's names, as ["a1_convolution_in_numpy", "a1"].
        skip: path of a folder that is left out, that of the results.

    Returns:
        A `Found`. Of several files of a person the newest counts.

    Raises:
        NotADirectoryError: if there is no such folder.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder of submissions.")
    submissions, odd = [], []
    for path in sorted(_files(folder, odd, skip)):
        label = path.relative_to(folder).as_posix()
        if path.suffix.lower() == ".ipynb":
            state = path.stat()
            submissions.append(
                Submission(
                    _person(label, names),
                    label,
                    path,
                    None,
                    state.st_mtime,
                    state.st_size,
                )
            )
        elif path.suffix.lower() == ".zip":
            submissions += _in_zip(path, label, names, odd)
        elif not path.name.startswith("."):
            odd.append((label, "it is neither a notebook nor a zip"))
    return _newest(submissions, odd)


def _files(folder, odd, skip):
    skip = skip and os.path.realpath(skip)
    for root, folders, names in os.walk(folder):
        folders[:] = [
            x
            for x in folders
            if x not in (".ipynb_checkpoints", "__MACOSX")
            and os.path.realpath(os.path.join(root, x)) != skip
        ]
        for name in [*names, *folders]:
            path = pathlib.Path(root, name)
            if path.is_symlink():
                odd.append((path.relative_to(folder).as_posix(), "it is a link"))
            elif name in names and path.is_file():
                yield path
            elif name in names:
                odd.append((path.relative_to(folder).as_posix(), "it is no plain file"))


def _in_zip(path, label, names, odd):
    try:
        if _list_size(path) > ZIP_LIST:
            odd.append((label, "it is a zip of too many files"))
            return []
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        odd.append((label, "it is a broken zip"))
        return []
    inside = [x for x in entries if _is_notebook(x)]
    if not inside:
        odd.append((label, "it is a zip without a notebook"))
    found = []
    for entry in inside:
        parts = [x for x in entry.filename.split("/") if x not in ("", ".", "..")]
        # Several notebooks at the top of a zip are several people's, handed in at once.
        many = len(inside) > 1 and "/" not in label
        owner = _person("/".join(parts) if many else label, names)
        found.append(
            Submission(
                owner,
                f"{label}/{'/'.join(parts)}",
                path,
                entry.filename,
                _zip_time(entry),
                entry.file_size,
            )
        )
    return found


def _list_size(path):
    """Read how long a zip's list of files is, before it is read into memory."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 66_000))
        tail = file.read()
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) < place + 16:
        raise ValueError("no zip")
    return int.from_bytes(tail[place + 12 : place + 16], "little")


def _is_notebook(entry):
    parts = entry.filename.split("/")
    hidden = any(x in (".ipynb_checkpoints", "__MACOSX") for x in parts)
    return parts[-1].lower().endswith(".ipynb") and not hidden and parts[-1][0] != "."


def _zip_time(entry):
    try:
        return datetime.datetime(*entry.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _person(label, names):
    first, slash, _ = label.partition("/")
    name = first if slash and not first.lower().endswith(".zip") else _stem(first)
    if found := MOODLE.match(name):
        return found[1]
    if found := CANVAS.match(name):
        return f"{found[1]}_{found[2]}"
    plain = before = COPY.sub("", name).strip() or name
    for word in names:
        word = re.escape(word)
        plain = re.sub(rf"(?i)^{word}(?![a-z0-9])[\s_.-]*", "", plain)
        plain = re.sub(rf"(?i)[\s_.-]+{word}$", "", plain)
    return COPY.sub("", plain).strip() or before


def _stem(name):
    return re.sub(r"(?i)\.(ipynb|zip)$", "", name)


def _newest(submissions, odd):
    people = {}
    for one in submissions:
        people.setdefault(one.person, []).append(one)
    newest, notes = [], {}
    for person in sorted(people):
        files = sorted(people[person], key=lambda x: (x.time, x.label))
        newest.append(files[-1])
        if len(files) > 1:
            older = ", ".join(x.label for x in files[:-1])
            notes[person] = f"{files[-1].label} counts, the newest; not {older}"
    return Found(newest, notes, odd)


def digest(data):
    """Hash the bytes of a submission.

    Args:
        data: bytes.

    Returns:
        A string of hexadecimal digits.
    """
    return hashlib.sha256(data).hexdigest()
