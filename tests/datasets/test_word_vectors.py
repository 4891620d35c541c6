"""Word vectors in all the usual formats, and in none."""

import codecs
import gzip
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from cnnkit.datasets import SOURCES, Vocabulary, WordVectorFile, word_vectors
from tests.datasets.real import REAL, needs

WORDS = ("the", "caf\u00e9", "of,")
VECTORS = np.array([[1, -0.5, 2], [0.25, 0, 1e-3], [3, 4, 5]], np.float32)


def as_text(head=""):
    rows = zip(WORDS, VECTORS, strict=True)
    return (head + "".join(f"{w} {' '.join(map(str, v))}\n" for w, v in rows)).encode()


def as_binary(head="3 3", end=b"\n"):
    rows = zip(WORDS, VECTORS, strict=True)
    parts = [w.encode() + b" " + v.astype("<f4").tobytes() + end for w, v in rows]
    return head.encode() + b"\n" + b"".join(parts)


def as_json():
    return json.dumps(dict(zip(WORDS, VECTORS.tolist(), strict=True))).encode()


FORMATS = {
    "glove.txt": as_text(),
    "word2vec.txt": as_text("3 3\n"),
    "google.bin": as_binary(),
    "gensim.bin": as_binary(end=b""),
    "vectors.json": as_json(),
    "bom.txt": codecs.BOM_UTF8 + as_text(),
    "bom.json": codecs.BOM_UTF8 + as_json(),
    "bom_counts.txt.gz": gzip.compress(codecs.BOM_UTF8 + as_text("3 3\n")),
    "spaces.txt": as_text("3 3\n").replace(b"\n", b" \n"),
    "spaces_without_counts.txt": as_text().replace(b"\n", b" \r\n"),
    "google.bin.gz": gzip.compress(as_binary()),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same(tmp_path, name):
    (tmp_path / name).write_bytes(FORMATS[name])
    found = word_vectors(tmp_path / name)
    assert found.words == WORDS
    np.testing.assert_allclose(found.vectors, VECTORS)
    assert found.vectors.dtype == np.float32
    some = word_vectors(tmp_path / name, keep=["of,", "the", "unknown"])
    assert some.words == ("the", "of,")
    np.testing.assert_allclose(some.vectors, VECTORS[[0, 2]])
    assert repr(found) == "WordVectorFile(3 words, vectors=(3, 3))"


def test_long_vectors(tmp_path):
    line = " ".join(["word", *["0.12345"] * 1000])
    (tmp_path / "long.txt").write_text(line)
    assert word_vectors(tmp_path / "long.txt").vectors.shape == (1, 1000)


def test_a_word_with_a_space_after_counts(tmp_path):
    (tmp_path / "a.txt").write_text("2 2\nNew York 1 2\nbad 3 4\n")
    assert word_vectors(tmp_path / "a.txt").words == ("New York", "bad")


def test_a_line_longer_than_the_start_after_counts(tmp_path):
    line = " ".join(["word", *["0.12345"] * 10_000])
    (tmp_path / "long.txt").write_text(f"1 10000\n{line}\n")
    assert word_vectors(tmp_path / "long.txt").vectors.shape == (1, 10_000)


def zipped(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return path


def test_zip_with_several_files(tmp_path):
    path = zipped(tmp_path / "g.zip", g__3d__txt=as_text(), g__1d__txt=b"the 7\n")
    assert word_vectors(path, length=1).vectors.tolist() == [[7]]
    assert len(word_vectors(path, length=3)) == 3
    with pytest.raises(ValueError, match="no file of length 300"):
        word_vectors(path)
    alone = zipped(tmp_path / "one.zip", any__txt=as_text())
    assert len(word_vectors(alone)) == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b""),
        ("a.txt", b"\n"),
        ("a.txt", b"word\n"),
        ("a.txt", b"the 1 2\nof 1\n"),
        ("a.txt", b"the 1 2\nof 1 x\n"),
        ("a.txt", b"the 1 nan\n"),
        ("a.txt", as_text("4 3\n")),
        ("a.bin", as_binary()[:-3]),
        ("a.bin", as_binary("4 3")),
        ("a.bin", as_binary("3 2")),
        ("a.json", as_json()[:-5]),
        ("a.json", b"{}"),
        ("a.json", b'{"a": [1, 2], "b": [1]}'),
        ("a.json", b'{"a": "b"}'),
        ("a.json", b'{"a": []}'),
        ("a.gz", b"no archive"),
        ("a.gz", gzip.compress(as_text())[:-12]),
        ("a.zip", b"no archive"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ],
    ids=range(19),  # compressed bytes hold the time
)
def test_broken_files(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match="holds no whole set of word vectors"):
        word_vectors(tmp_path / name)


def test_missing_file_and_none_of_the_words(tmp_path):
    with pytest.raises(FileNotFoundError):
        word_vectors(tmp_path / "nowhere.txt")
    (tmp_path / "g.txt").write_bytes(as_text())
    with pytest.raises(ValueError, match="none of the words"):
        word_vectors(tmp_path / "g.txt", keep=["absent"])


def test_table():
    vocabulary = Vocabulary(["of,", "new", "the"])
    table, known = WordVectorFile(WORDS, VECTORS).table(vocabulary)
    assert table.shape == (5, 3) and table.dtype == np.float32
    assert known.tolist() == [False, False, True, False, True]
    np.testing.assert_array_equal(table[[0, 2, 4]], [[0] * 3, VECTORS[2], VECTORS[0]])
    assert (table[[1, 3]] != 0).all()
    again, _ = WordVectorFile(WORDS, VECTORS).table(vocabulary)
    np.testing.assert_array_equal(table, again)
    other, _ = WordVectorFile(WORDS, VECTORS).table(vocabulary, seed=1)
    assert (table[3] != other[3]).all()
    nothing, known = WordVectorFile(WORDS, VECTORS).table(Vocabulary(["x"]))
    assert np.isfinite(nothing).all() and not known.any()


def test_random_vectors_have_the_spread_of_the_others():
    rng = np.random.default_rng(0)
    vectors = rng.normal(0, 0.3, (500, 40)).astype("float32")
    loaded = WordVectorFile(tuple(f"w{i}" for i in range(500)), vectors)
    table, _ = loaded.table(Vocabulary([f"new{i}" for i in range(500)]))
    assert table[2:].std() == pytest.approx(0.3, rel=0.02)


def test_official_place(server, monkeypatch, tmp_path):
    zipped(tmp_path / "made.zip", **{"glove__6B__300d__txt": as_text()})
    server.payload = (tmp_path / "made.zip").read_bytes()
    source = replace(server.source(), file="glove.6B.zip")
    monkeypatch.setitem(SOURCES, "word_vectors", source)
    assert word_vectors().words == WORDS


@needs("text/word2vec_1000x300.json")
def test_the_real_ones(monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", REAL)
    found = word_vectors()
    assert found.vectors.shape == (1000, 300)
    lengths = np.linalg.norm(found.vectors, axis=1)
    np.testing.assert_allclose(lengths, 1, atol=0.01)
    place = {word: i for i, word in enumerate(found.words)}
    similar = found.vectors @ found.vectors[place["he"]]
    assert similar[place["she"]] > np.quantile(similar, 0.98)
