"""Vectors of words that others learned from much text."""

import codecs
import contextlib
import gzip
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnkit.datasets import _files
from cnnkit.datasets._download import fetch

LONGEST_WORD = 1000
BUFFER = 2**16  # bytes; the first line, by which the format is told, has to fit


@dataclass(frozen=True, eq=False, repr=False)
class WordVectorFile:
    """Words and their vectors.

    Attributes:
        words: tuple of str.
        vectors: float32 array, `(words, length)`.
    """

    words: tuple[str, ...]
    vectors: np.ndarray

    def __len__(self):
        return len(self.words)

    def __repr__(self):
        return f"WordVectorFile({len(self):,} words, vectors={self.vectors.shape})"

    def table(self, vocabulary, seed=0):
        """Return a vector for each number of a vocabulary, for `models.TextCNN`.

        A word that is not here gets random numbers with the spread of the vectors, the
        padding zeros.

        Args:
            vocabulary: `cnnkit.datasets.Vocabulary`.
            seed: int.

        Returns:
            A pair: float32 array `(len(vocabulary), length)`, and a bool array
            `(len(vocabulary),)` that says which words are here.

        Reference:
            - Kim, "Convolutional neural networks for sentence classification", 2014,
              section 3.1 and section 4.3 for the random ones.
        """
        rng = np.random.default_rng(seed)
        spread = np.sqrt(3 * self.vectors.var()) if len(self) else 1.0
        shape = len(vocabulary), self.vectors.shape[1]
        table = rng.uniform(-spread, spread, shape).astype(np.float32)
        table[0] = 0
        known = np.zeros(len(vocabulary), bool)
        places = {word: place for place, word in enumerate(self.words)}
        for number, word in enumerate(vocabulary.words):
            if word in places:
                table[number], known[number] = self.vectors[places[word]], True
        return table, known


def word_vectors(path=None, keep=None, length=300):
    r"""Load vectors of words from a file in one of the usual formats.

    The format is told by what is in the file:

    - word2vec's binary format, such as `GoogleNews-vectors-negative300.bin`;
    - text, a word and its numbers a line, as GloVe and word2vec write it; with or
      without a first line of counts;
    - JSON, an object from words to lists of numbers.

    It may be compressed (`.gz`, or a `.zip` with several files).

    Args:
        path: the file. `None` for what the folder `CNNKIT_DATA` has, otherwise GloVe's
            official `glove.6B.zip`, which is fetched once and kept: 862 MB, 400,000
            words. The folder may hold that file, or `text/word2vec_1000x300.json`,
            1,000 words of word2vec.
        keep: the words to keep, such as a `Vocabulary`'s `words`; `None` for all. Of a
            large file name those that you need: the rest takes no memory.
        length: int, which file of a `.zip` with several is read: 50, 100, 200 or 300.

    Returns:
        A `WordVectorFile`.

    Raises:
        FileNotFoundError: if there is no file at `path`.
        DownloadError: if GloVe is not at hand and cannot be fetched.
        ValueError: if the file is none of these formats or is not whole.

    Example:

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "three.txt")
    >>> _ = path.write_text("good 1 0.5\nbad -1 0.5\nfilm 0 0.25\n")
    >>> word_vectors(path, keep=["bad", "good"]).vectors.tolist()
    [[1.0, 0.5], [-1.0, 0.5]]

    Reference:
        - [Mikolov and others, "Distributed representations of words and phrases and
          their compositionality", 2013](https://arxiv.org/abs/1310.4546).
        - [Pennington, Socher and Manning, "GloVe: global vectors for word
          representation", 2014](https://nlp.stanford.edu/projects/glove/).

    Taught in: notebooks/beyond_one_image/02_text_real_data.ipynb
    """
    path = fetch("word_vectors") if path is None else Path(path)
    keep = None if keep is None else frozenset(keep)
    try:
        with _opened(path, length) as file:
            words, vectors = _read(file, keep)
    except FileNotFoundError:
        raise
    except (*_files.UNREADABLE, TypeError, RecursionError) as error:
        reason = f"{path} holds no whole set of word vectors: {error}."
        raise ValueError(reason) from error
    return WordVectorFile(words, vectors)


@contextlib.contextmanager
def _opened(path, length):
    """Open a file, or what is compressed in it, for reading bytes."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if not n.endswith("/")]
            fitting = [n for n in names if f".{length}d." in n] or names
            if len(fitting) != 1:
                raise ValueError(f"it has no file of length {length}, but {names}")
            with archive.open(fitting[0]) as file:
                yield io.BufferedReader(file, BUFFER)
    elif path.suffix == ".gz":
        with gzip.open(path) as file:
            yield io.BufferedReader(file, BUFFER)
    else:
        with open(path, "rb", BUFFER) as file:
            yield file


def _read(file, keep):
    if file.peek().startswith(codecs.BOM_UTF8):
        file.read(len(codecs.BOM_UTF8))
    start = file.peek()
    if start.lstrip().startswith(b"{"):
        pairs = json.load(file).items()
        return _stack((word, numbers) for word, numbers in pairs if _in(word, keep))
    first, _, rest = start.partition(b"\n")
    counts = first.split()
    if len(counts) == 2 and all(count.isdigit() for count in counts):
        file.readline()
        n, length = map(int, counts)
        if _is_text(rest, length):
            return _check(_stack(_lines(file, keep, length)), keep, n)
        return _stack(_records(file, keep, n, length))
    return _stack(_lines(file, keep, len(counts) - 1))


def _is_text(start, length):
    """Say whether what follows the counts is a line of that many numbers."""
    line, end, _ = start.partition(b"\n")
    # A word may have spaces. A line that is longer than the start may break off in a
    # number, so that only the first ones can be asked.
    line = line.rstrip()
    numbers = line.rsplit(b" ", length)[1:] if end else line.split(b" ")[1:6]
    try:
        return len([float(number) for number in numbers]) >= min(length, 5)
    except ValueError:
        return False


def _lines(file, keep, length):
    for number, line in enumerate(file, 1):
        word, *numbers = line.decode("utf-8", "replace").rstrip().rsplit(" ", length)
        if len(numbers) != length or not length:
            raise ValueError(f"line {number} has not one word and {length} numbers")
        if _in(word, keep):
            yield word, np.array(numbers, np.float32)


def _records(file, keep, n, length):
    """Read word2vec's binary format: a word, a space, the numbers; n times."""
    for number in range(1, n + 1):
        word = bytearray()
        while (byte := file.read(1)) != b" ":
            if not byte or len(word) > LONGEST_WORD:
                raise ValueError(
                    f"it breaks off, or is damaged, at word {number} of {n}"
                )
            word += byte
        data = file.read(4 * length)
        if len(data) < 4 * length:
            raise ValueError(f"it breaks off at word {number} of {n}")
        text = word.lstrip(b"\n").decode("utf-8", "replace")
        if _in(text, keep):
            yield text, np.frombuffer(data, "<f4")
    if file.read(2).strip():
        raise ValueError(f"it goes on after its {n} words")


def _in(word, keep):
    return keep is None or word in keep


def _stack(pairs):
    found = {}
    for word, vector in pairs:
        found.setdefault(word, vector)
    if not found:
        raise ValueError("none of the words that are asked for is in it")
    vectors = np.array(list(found.values()), np.float32)
    if vectors.ndim != 2 or not vectors.shape[1] or not np.isfinite(vectors).all():
        raise ValueError("the vectors should be finite numbers, as many for each word")
    return tuple(found), vectors


def _check(found, keep, n):
    if keep is None and len(found[0]) < n:
        raise ValueError(f"it should have {n} words and has {len(found[0])}")
    return found
