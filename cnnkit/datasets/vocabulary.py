"""Words as numbers: the first step from a sentence to a network."""

import functools
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

import numpy as np

from cnnkit.datasets import _arguments

PADDING, UNKNOWN = 0, 1
JOINERS = "\u200c\u200d"  # between letters of one word, in Hindi and Persian
# Where Unicode has its marks: letters of all kinds, and selectors of their variants.
MARKS = range(0x300, 0x20000), range(0xE0100, 0xE01F0)


def split_words(sentence):
    """Return the words of a sentence in small letters; a punctuation mark is one too.

    Accents and vowel signs belong to the letter before them, whether they are written
    as one character with it or as their own (Unicode's form NFC is returned).

    Example:

    >>> split_words("It isn't bad, is it?")
    ['it', "isn't", 'bad', ',', 'is', 'it', '?']
    """
    if not isinstance(sentence, str):
        raise ValueError(
            f"A sentence must be a str, got {type(sentence).__name__}. "
            f"Received: {sentence!r}."
        )
    words = sentence.lower()
    if words.isascii():
        return _word("").findall(words)
    return _word(_marks()).findall(unicodedata.normalize("NFC", words))


@functools.cache
def _word(marks):
    """Return the pattern of a word whose letters may have marks after them."""
    # That no mark is among the first characters is asked first: it is told faster.
    after = rf"(?:(?![\0-\u02ff])[{marks}])" if marks else "(?!)"
    letters = rf"[^\W_]+(?:{after}+[^\W_]*)*"
    return re.compile(rf"{letters}(?:['’]{letters})*|[^\w\s]{after}*")


@functools.cache
def _marks():
    """Return all characters that go with the one before; `re` has no class of them."""
    characters = map(chr, itertools.chain(*MARKS))
    return JOINERS + "".join(c for c in characters if unicodedata.category(c)[0] == "M")


class Vocabulary:
    """The words that a network knows, each with a number.

    0 stands for no word, which fills up a short sentence. 1 stands for every word that
    is unknown. The words themselves follow, the most frequent first.

    Args:
        words: iterable of different str, from number 2 on.

    Attributes:
        words: tuple of str; the first two are "" and "?unknown".

    Raises:
        ValueError: if a word comes twice.

    Example:

    >>> vocabulary = Vocabulary.of(["the cat sat", "the dog sat", "the end"])
    >>> vocabulary.words
    ('', '?unknown', 'the', 'sat', 'cat', 'dog', 'end')
    >>> vocabulary.encode(["the cow sat", ""])
    array([[2, 1, 3],
           [0, 0, 0]])

    Taught in: notebooks/beyond_one_image/01_text.ipynb
    """

    def __init__(self, words):
        self.words = ("", "?unknown", *words)
        self._numbers = {word: number for number, word in enumerate(self.words)}
        if len(self._numbers) < len(self.words):
            twice = [word for word, n in Counter(self.words).items() if n > 1]
            raise ValueError(f"`words` must be different. More than once: {twice[:5]}.")

    @classmethod
    def of(cls, sentences, size=None, least=1):
        """Take the words of some sentences, those to train with.

        Args:
            sentences: iterable of str.
            size: int of at least 2 or `None`, the most numbers that may be used, 0 and
                1 counted in.
            least: int of at least 1, how often a word must occur.

        Returns:
            A `Vocabulary`. Of two equally frequent words the one that is first in the
            alphabet comes first.

        Raises:
            ValueError: if an argument is not as above.
        """
        least = _arguments.integer(least, "least", least=1)
        size = None if size is None else _arguments.integer(size, "size", least=2) - 2
        check_several(sentences)
        counts = Counter(word for s in sentences for word in split_words(s))
        frequent = sorted((-n, word) for word, n in counts.items() if n >= least)
        return cls(word for _, word in frequent[:size])

    def __len__(self):
        return len(self.words)

    def __contains__(self, word):
        return self._numbers.get(word, PADDING) > UNKNOWN

    def encode(self, sentences, length=None):
        """Write sentences as rows of numbers, filled up with 0.

        Args:
            sentences: iterable of str. An empty one becomes a row of 0, one of unknown
                words only a row of 1.
            length: int or `None`: how long the rows are; what is longer is cut. By
                default as long as the longest sentence, and at least 1.

        Returns:
            int64 array, `(sentences, length)`.

        Raises:
            ValueError: if an argument is not as above.
        """
        check_several(sentences)
        rows = [
            [self._numbers.get(word, UNKNOWN) for word in split_words(sentence)]
            for sentence in sentences
        ]
        if length is None:
            length = max([1, *map(len, rows)])
        length = _arguments.integer(length, "length", least=1)
        ids = np.full((len(rows), length), PADDING, np.int64)
        for row, numbers in zip(ids, rows, strict=True):
            row[: len(numbers)] = numbers[:length]
        return ids

    def decode(self, ids):
        """Return the words of one row of numbers, without those that fill it up.

        Args:
            ids: sequence of int, from 0 to `len(vocabulary) - 1`.

        Returns:
            A list of str.

        Raises:
            ValueError: if `ids` are no such row.
        """
        row = np.asarray(ids)
        whole = row.dtype.kind in "iu" or not row.size
        if row.ndim != 1 or not whole or not ((row >= 0) & (row < len(self))).all():
            raise ValueError(
                f"`ids` must be one row of integers from 0 to {len(self) - 1}. "
                f"Received: ids={ids!r}."
            )
        return [self.words[number] for number in row if number != PADDING]


def check_several(sentences):
    """Raise a `ValueError` if `sentences` is a single one, or nothing of the kind."""
    if isinstance(sentences, str):
        raise ValueError(
            "`sentences` must be several sentences: put a single one into a list. "
            f"Received: sentences={sentences[:40]!r}."
        )
    if not isinstance(sentences, Iterable):
        raise ValueError(
            f"`sentences` must be several sentences. Received: sentences={sentences!r}."
        )
