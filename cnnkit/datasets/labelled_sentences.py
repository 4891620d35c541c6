"""Labelled sentences from files of any name: what the loaders of text share."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnkit.datasets import _tables

NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
FORMATS = ("txt", "text", "csv", "tsv")
# What a column is called, but hardly a class.
NO_LABELS = frozenset(
    "id index phrase phraseid question review sentence sentence_id sentence_index "
    "sentenceid sentences text".split()
)
HEADINGS = NO_LABELS.union(
    "category class genre gold_label label labels polarity rating score sentiment "
    "stars target topic v1 v2 y".split()
)
ABOUT = {"readme", "license", "licence", "copying", "notice", "changelog", "changes"}
SPLITS = {"train", "training", "dev", "development", "val", "valid", "validation"}
SPLITS |= {"test", "testing"}


@dataclass(frozen=True, eq=False, repr=False)
class LabelledSentences:
    """Sentences and the class of each.

    Attributes:
        sentences: tuple of str.
        labels: int64 array, `(sentences,)`, positions in `classes`.
        classes: tuple of str, the names of the classes.
    """

    sentences: tuple[str, ...]
    labels: np.ndarray
    classes: tuple[str, ...]

    def __len__(self):
        return len(self.sentences)

    def __repr__(self):
        return f"LabelledSentences({len(self):,} sentences, classes={self.classes})"


def from_text(source, encoding="utf-8", label="first", header=False):
    r"""Load labelled sentences from text files.

    Args:
        source: where they are. One of

            - dict from the name of a class to a file, to a folder of files, or to a
              list of these: a line is a sentence;
            - list of files, one for each class, called as the class (`good.txt`) or
              ending as it (`reviews.pos`; digits alone are no class);
            - a folder of such files; or with a folder of files for each class, then
              files beside these are not read. Files that are hidden or called README,
              LICENSE or the like are not read either;
            - one file: each line has a label and a sentence. Between them is a comma
              in a file that ends in `.csv`, where fields may be quoted; otherwise a
              tab, or white space if no line has a tab.
        encoding: str, how characters are stored.
        label: "first" or "last", where the label stands in a line of one file. With
            "last" a tab or a comma comes before it.
        header: bool, whether the first line of each file names its columns: it is left
            out.

    Returns:
        A `LabelledSentences`, in the order of the files and of their lines. White space
        at the ends of a sentence goes; so do empty lines. Classes keep the order of a
        dict, and are sorted otherwise.

    Raises:
        FileNotFoundError: if a file or folder is missing.
        ValueError: if the files are no text in that encoding, a line has no label or no
            sentence, the first line of one file names columns and `header` is False, or
            it names a column of sentences where the label should be, all lines have
            more than two columns, a class has no sentence, there are fewer than two
            classes, the files are the parts of a split (train, test), or an argument
            is not as above.

    Example:

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "film.good").write_text("a joy\nwarm and wise\n")
    >>> _ = (folder / "film.bad").write_text("two lost hours\n")
    >>> from_text(folder)
    LabelledSentences(3 sentences, classes=('bad', 'good'))
    >>> file = folder / "film.csv"
    >>> _ = file.write_text('class,text\ngood,"warm, wise"\nbad,slow\n')
    >>> from_text(file, header=True).sentences
    ('warm, wise', 'slow')

    Taught in: notebooks/beyond_one_image/02_text_real_data.ipynb
    """
    if label not in ("first", "last"):
        raise ValueError(
            f"`label` must be 'first' or 'last'. Received: label={label!r}."
        )
    if not isinstance(header, (bool, np.bool_)):
        raise ValueError(f"`header` must be a bool. Received: header={header!r}.")
    header = bool(header)
    if isinstance(source, Mapping):
        by_class = {str(name): _files(files) for name, files in source.items()}
    elif isinstance(source, (list, tuple)):
        by_class = _by_name(list(map(_path, source)))
    elif _path(source).is_file():
        return _labelled(Path(source), encoding, label, header)
    else:
        inside = _visible(Path(source))
        by_class = _by_name([path for path in inside if path.is_dir()] or inside)
    found = {
        name: [line for file in files for line in read_lines(file, encoding)[header:]]
        for name, files in by_class.items()
    }
    names = [name for name, sentences in found.items() for _ in sentences]
    sentences = [sentence for group in found.values() for sentence in group]
    return _collect(sentences, names, tuple(found), source)


def read_lines(path, encoding="utf-8"):
    """Return the lines of a text file that are not empty.

    Raises:
        ValueError: if the file is no text in that encoding.
    """
    lines = _tables.END.split(_read(path, encoding))
    return [line.strip() for line in lines if line.strip()]


def _read(path, encoding):
    try:
        text = Path(path).read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is no text in {encoding}: byte {error.start} cannot be read. Is "
            "it in another encoding, such as encoding='latin-1'?"
        ) from error
    except (LookupError, TypeError) as error:
        raise ValueError(
            "`encoding` must be one that Python knows. "
            f"Received: encoding={encoding!r}."
        ) from error
    if found := NO_TEXT.search(text):
        raise ValueError(
            f"{path} is no text: its character {found.start()} is {found[0]!r}."
        )
    return text.lstrip("\ufeff")


def _path(path):
    if not isinstance(path, (str, os.PathLike)):
        raise ValueError(
            "`source` must be a dict from classes to files, a list of files, a folder "
            f"or a file. Received: {path!r}."
        )
    return Path(path)


def _visible(folder):
    if not folder.exists():
        raise FileNotFoundError(f"There is no file or folder {folder}.")
    return sorted(path for path in folder.iterdir() if not _is_aside(path))


def _is_aside(path):
    """Say whether a file in a folder is hidden, or about the others."""
    about = not ABOUT.isdisjoint(path.name.lower().split("."))
    return path.name.startswith(".") or (about and path.is_file())


def _files(paths):
    if isinstance(paths, (list, tuple)):
        return [file for path in paths for file in _files(path)]
    path = _path(paths)
    return [path] if path.is_file() else [p for p in _visible(path) if p.is_file()]


def _by_name(paths):
    by_class = {}
    for path in sorted(paths, key=_class_name):
        by_class.setdefault(_class_name(path), []).extend(_files(path))
    if by_class and SPLITS.issuperset(map(str.lower, by_class)):
        raise ValueError(
            f"{', '.join(by_class)} are the parts of a split and no classes. Load each "
            "part by itself, or name the files of each class in a dict. "
            f"Received: {', '.join(map(str, paths))}."
        )
    return by_class


def _class_name(path):
    """Take the ending for the class where it is not a format: reviews.pos, good.txt."""
    ending = path.suffix.removeprefix(".")
    if path.is_dir() or not ending:
        return path.name
    return path.stem if ending.lower() in FORMATS or ending.isdigit() else ending


def _labelled(path, encoding, label, header):
    text = _read(path, encoding)
    if path.suffix.lower() == ".csv":
        mark = ","
    else:
        mark = "\t" if "\t" in text or label == "last" else None
    rows = _tables.rows(path, text, mark)
    place = 0 if label == "first" else -1
    called = rows[0][2][place] if header and rows else ""
    if called.lower() in NO_LABELS:
        raise ValueError(
            f"The {label} column of {path} is called {called!r}, which is no label. "
            f"Received: label={label!r}."
        )
    rows = rows[header:]
    widths = {len(fields) for _, _, fields in rows}
    if mark and len(widths) == 1 and max(widths) > 2:
        raise ValueError(
            f"{path} should have two columns, a label and a sentence, and has "
            f"{max(widths)}. Keep the two that are meant."
        )
    sentences, names = [], []
    for number, line, fields in rows:
        name = fields[place]
        if len(fields) > 2:  # marks in a sentence do not part it
            cut = line.split if label == "first" else line.rsplit
            fields = [field.strip() for field in cut(mark, 1)]
        if len(fields) < 2 or not all(fields) or name not in fields:
            raise ValueError(
                f"{path} should have a label and a sentence in each line. Line "
                f"{number} lacks one of the two: {line[:60]!r}."
            )
        names.append(name)
        sentences.append(fields[1 + place])
    if not header and names and names[0].lower() in HEADINGS - set(names[1:]):
        raise ValueError(
            f"The first line of {path} seems to name its columns: {rows[0][1][:60]!r}. "
            "Leave it out with header=True. Or is the label the first or last of the "
            f"line? Received: header={header}, label={label!r}."
        )
    return _collect(sentences, names, tuple(sorted(set(names))), path)


def _collect(sentences, names, classes, source):
    counts = {name: 0 for name in classes}
    for name in names:
        counts[name] += 1
    if len(classes) < 2 or not all(counts.values()):
        raise ValueError(
            "There must be two classes or more, each with a sentence at least. "
            f"{source} has, by class: {counts}."
        )
    position = {name: i for i, name in enumerate(classes)}
    labels = np.array([position[name] for name in names], np.int64)
    return LabelledSentences(tuple(sentences), labels, classes)
