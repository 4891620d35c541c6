"""Sentences that a network writes: a vocabulary with marks, rows from mark to mark."""

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets.vocabulary import PADDING, Vocabulary, split_words

START, END = "<start>", "<end>"  # `split_words` never gives such a word


def caption_vocabulary(sentences, size=None, least=1):
    """Take the words of some sentences, with marks for a sentence's start and end.

    Args:
        sentences: iterable of str, those to train with.
        size: int of at least 4 or `None`, the most numbers that may be used, those of
            no word, of unknown words and of the two marks counted in.
        least: int of at least 1, how often a word must occur.

    Returns:
        A `Vocabulary`: 0 is no word, 1 an unknown one, 2 and 3 are "<start>" and
        "<end>", then the words follow, the most frequent first.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> caption_vocabulary(["the cat", "the dog"]).words
    ('', '?unknown', '<start>', '<end>', 'the', 'cat', 'dog')

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """
    if size is not None:
        size = _arguments.integer(size, "size", least=4) - 2
    words = Vocabulary.of(sentences, size, least).words[2:]
    return Vocabulary([START, END, *words])


def encode_captions(sentences, vocabulary, length=None, too_long="refuse"):
    """Write sentences as rows of numbers, each from its start mark to its end mark.

    A captioning network reads a row without its last number, and should say the row
    without its first: at each place the next word.

    An empty sentence becomes the two marks alone; unknown words become 1.

    Args:
        sentences: iterable of str.
        vocabulary: a `Vocabulary` with both marks; see `caption_vocabulary`.
        length: int of at least 1 or `None`, the most words of a sentence, marks not
            counted; by default as many as the longest has.
        too_long: what becomes of a sentence of more words: "refuse" raises an error,
            "cut" keeps the first `length` words without an end mark, for the sentence
            does not end there.

    Returns:
        int64 array, `(sentences, length + 2)`, filled up with 0.

    Raises:
        ValueError: if the vocabulary lacks the marks, a sentence is too long, or an
            argument is not as above.

    Example:

    >>> vocabulary = caption_vocabulary(["the cat", "the dog"])
    >>> encode_captions(["the dog", "dog", ""], vocabulary)
    array([[2, 4, 6, 3],
           [2, 6, 3, 0],
           [2, 3, 0, 0]])

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """
    if START not in vocabulary or END not in vocabulary:
        raise ValueError(
            f"`vocabulary` must have the marks {START!r} and {END!r}; make it with "
            f"`caption_vocabulary`. Received: {len(vocabulary)} words without them."
        )
    if too_long not in ("refuse", "cut"):
        raise ValueError(
            f"`too_long` must be 'refuse' or 'cut'. Received: too_long={too_long!r}."
        )
    if isinstance(sentences, str):
        raise ValueError(
            "`sentences` must be several sentences: put a single one into a list. "
            f"Received: sentences={sentences[:40]!r}."
        )
    sentences = list(sentences)
    counts = np.array([len(split_words(sentence)) for sentence in sentences], int)
    longest = max([1, *counts.tolist()])
    length = longest if length is None else length
    length = _arguments.integer(length, "length", least=1)
    if longest > length and too_long == "refuse":
        raise ValueError(
            f"`sentences` must have at most {length} words each, or be cut by "
            f"too_long='cut'. Received: one of {longest} words, "
            f"{sentences[counts.argmax()][:60]!r}…"
        )
    start, end = vocabulary.words.index(START), vocabulary.words.index(END)
    rows = np.full((len(sentences), length + 2), PADDING, np.int64)
    rows[:, 0] = start
    if sentences:
        rows[:, 1:-1] = vocabulary.encode(sentences, length)
    whole = np.flatnonzero(counts <= length)
    rows[whole, counts[whole] + 1] = end
    return rows
