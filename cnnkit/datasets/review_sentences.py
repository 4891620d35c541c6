"""Sentences of film reviews: praise or blame?"""

import tarfile
import tempfile
from pathlib import Path

from cnnkit.datasets import _files
from cnnkit.datasets._download import fetch
from cnnkit.datasets.labelled_sentences import from_text

CLASSES = {"negative": "rt-polarity.neg", "positive": "rt-polarity.pos"}
ENCODING = "latin-1"


def review_sentences():
    """Load sentences of film reviews; fetched at the first call (0.5 MB) and kept.

    5,331 sentences of praise and 5,331 of blame, in English, collected by Pang and
    Lee; in small letters, words and punctuation marks apart. There is no official
    split: the papers use ten-fold cross-validation. Some sentences come twice.

    The folder that `CNNKIT_DATA` names is looked in first, then the cache. It may hold
    the archive, `rt-polaritydata.tar.gz`, or a folder `text` or `rt-polaritydata` with
    `rt-polarity.pos` and `rt-polarity.neg`. Sentences of your own load with
    `from_text`.

    Returns:
        A `LabelledSentences` with the classes "negative" and "positive", in this order.

    Raises:
        DownloadError: if the archive is not at hand and cannot be fetched.
        ValueError: if it is damaged.

    Reference:
        - [Pang and Lee, "Seeing stars", 2005](https://arxiv.org/abs/cs/0506075); the
          [sentences](https://www.cs.cornell.edu/people/pabo/movie-review-data/), 1.0.

    Taught in: notebooks/beyond_one_image/02_text_real_data.ipynb
    """
    path = fetch("review_sentences")
    try:
        if path.is_dir() or path.name in CLASSES.values():
            return _read(path if path.is_dir() else path.parent)
        with tempfile.TemporaryDirectory() as folder:
            _extract(path, Path(folder))
            return _read(Path(folder))
    except (*_files.UNREADABLE, tarfile.TarError) as error:
        raise ValueError(_files.refusal(path, error)) from error


def _read(folder):
    files = {name: folder / file for name, file in CLASSES.items()}
    return from_text(files, encoding=ENCODING)


def _extract(path, folder):
    """Write the two files of sentences, wherever in the archive they are."""
    with tarfile.open(path) as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if member.isfile() and name in CLASSES.values():
                (folder / name).write_bytes(archive.extractfile(member).read())
