"""Labelled sentences from files of any name: what the loaders of text share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


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


def from_text(source, encoding="utf-8", label="first"):
    r"""Load labelled sentences from text files.

    Args:
        source: where they are. One of

            - dict from the name of a class to a file, or to a folder of files: a line
              is a sentence;
            - list of files, one for each class, called as the class (`good.txt`) or
              ending as it (`reviews.pos`);
            - a folder of such files; or with a folder of files for each class, then
              files beside these are not read;
            - one file: each line has a label and a sentence, with white space between.
        encoding: str, how characters are stored.
        label: "first" or "last", where the label stands in a line of one file. With
            "last" a tab comes before it.

    Returns:
        A `LabelledSentences`, in the order of the files. White space at the ends of a
        sentence goes; so do empty lines. Classes keep the order of a dict, and are
        sorted otherwise.

    Raises:
        FileNotFoundError: if a file or folder is missing.
        ValueError: if the files are no text in that encoding, a class has no sentence,
            there are fewer than two classes, or an argument is not as above.

    Example:

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "film.good").write_text("a joy\nwarm and wise\n")
    >>> _ = (folder / "film.bad").write_text("two lost hours\n")
    >>> from_text(folder)
    LabelledSentences(3 sentences, classes=('bad', 'good'))

    Taught in: notebooks/beyond_one_image/02_text_real_data.ipynb
    """
    if label not in ("first", "last"):
        raise ValueError(
            f"`label` must be 'first' or 'last'. Received: label={label!r}."
        )
    if isinstance(source, Mapping):
        by_class = {str(name): _files(path) for name, path in source.items()}
    elif isinstance(source, (list, tuple)):
        by_class = _by_name(map(Path, source))
    elif not isinstance(source, (str, Path)):
        raise ValueError(
            "`source` must be a dict from classes to files, a list of files, a folder "
            f"or a file. Received: source={source!r}."
        )
    elif Path(source).is_file():
        return _labelled_lines(Path(source), encoding, label)
    else:
        inside = _visible(source)
        by_class = _by_name([path for path in inside if path.is_dir()] or inside)
    found = {
        name: [line for path in paths for line in read_lines(path, encoding)]
        for name, paths in by_class.items()
    }
    return _collect(found, source)


def read_lines(path, encoding="utf-8"):
    """Return the lines of a text file that are not empty.

    Raises:
        ValueError: if the file is no text in that encoding.
    """
    try:
        text = Path(path).read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is no text in {encoding}: byte {error.start} cannot be read. Is "
            "it in another encoding, such as encoding='latin-1'?"
        ) from error
    except LookupError as error:
        raise ValueError(
            "`encoding` must be one that Python knows. "
            f"Received: encoding={encoding!r}."
        ) from error
    if found := NO_TEXT.search(text):
        raise ValueError(
            f"{path} is no text: its character {found.start()} is {found[0]!r}."
        )
    # str.splitlines would also break at characters that occur inside of sentences.
    return [line.strip() for line in text.lstrip("\ufeff").split("\n") if line.strip()]


def _visible(folder):
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"There is no file or folder {folder}.")
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _files(path):
    path = Path(path)
    return [path] if path.is_file() else [p for p in _visible(path) if p.is_file()]


def _by_name(paths):
    by_class = {}
    for path in sorted(paths, key=_class_name):
        by_class.setdefault(_class_name(path), []).extend(_files(path))
    return by_class


def _class_name(path):
    """Take the ending for the class where it is not a format: reviews.pos, good.txt."""
    ending = path.suffix.removeprefix(".")
    if path.is_dir() or not ending:
        return path.name
    return path.stem if ending.lower() in ("txt", "text", "csv", "tsv") else ending


def _labelled_lines(path, encoding, label):
    found = {}
    for number, line in enumerate(read_lines(path, encoding), 1):
        parts = line.split(None, 1) if label == "first" else line.rsplit("\t", 1)
        if len(parts) < 2:
            raise ValueError(
                f"{path} should have a label and a sentence in each line. Line "
                f"{number} that is not empty lacks one of the two: {line[:60]!r}."
            )
        name, sentence = parts if label == "first" else reversed(parts)
        found.setdefault(name.strip(), []).append(sentence.strip())
    return _collect(dict(sorted(found.items())), path)


def _collect(found, source):
    if len(found) < 2 or not all(found.values()):
        counts = {name: len(sentences) for name, sentences in found.items()}
        raise ValueError(
            "There must be two classes or more, each with a sentence at least. "
            f"{source} has, by class: {counts}."
        )
    labels = np.repeat(np.arange(len(found)), [len(s) for s in found.values()])
    sentences = tuple(sentence for group in found.values() for sentence in group)
    return LabelledSentences(sentences, labels.astype(np.int64), tuple(found))
