"""Sentences: files of any kind, a vocabulary, a split, and docstrings."""

import io
import re
import tarfile
import unicodedata
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnkit.datasets import (
    SOURCES,
    LabelledSentences,
    Vocabulary,
    catalogue,
    docstring_sentences,
    from_text,
    near_copies,
    review_sentences,
    split_without_near_copies,
    split_words,
)
from cnnkit.datasets.docstring_sentences import LIBRARIES, NAMES, prose
from tests.datasets.real import REAL, needs

SENTENCES = st.lists(st.text("ab c", max_size=9), max_size=12)


def write(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_a_folder_of_files(tmp_path):
    write(tmp_path, good__txt="a joy\n\n  warm \r\n", bad__txt="dull", _hidden="x")
    (tmp_path / "_hidden").rename(tmp_path / ".hidden")
    data = from_text(tmp_path)
    assert data.classes == ("bad", "good")
    assert data.sentences == ("dull", "a joy", "warm")
    assert data.labels.tolist() == [0, 1, 1] and data.labels.dtype == np.int64
    assert repr(data) == "LabelledSentences(3 sentences, classes=('bad', 'good'))"


def test_files_with_the_class_as_their_ending(tmp_path):
    data = from_text(write(tmp_path, mr__pos="fine", mr__neg="poor\nworse"))
    assert data.classes == ("neg", "pos") and len(data) == 3


def test_a_folder_of_folders(tmp_path):
    for name in ("pos", "neg"):
        (tmp_path / name).mkdir()
        for i in range(2):
            (tmp_path / name / f"{i}.txt").write_text(f"{name} {i}")
    assert from_text(tmp_path).sentences == ("neg 0", "neg 1", "pos 0", "pos 1")


def test_files_beside_folders_are_not_read(tmp_path):
    for name in ("pos", "neg"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
    data = from_text(write(tmp_path, readme__txt="not a sentence"))
    assert data.classes == ("neg", "pos") and data.sentences == ("neg", "pos")


def test_a_pair_of_files_and_several_of_one_class(tmp_path):
    write(tmp_path, a__pos="good", b__neg="bad", c__pos="fine")
    pair = from_text([tmp_path / "a.pos", str(tmp_path / "b.neg")])
    assert pair.classes == ("neg", "pos") and pair.sentences == ("bad", "good")
    assert from_text(tmp_path).sentences == ("bad", "good", "fine")


def test_a_dict_keeps_its_order(tmp_path):
    write(tmp_path, a="one", b="two")
    data = from_text({"second": tmp_path / "b", "first": str(tmp_path / "a")})
    assert data.classes == ("second", "first") and data.sentences == ("two", "one")


def test_one_file_with_labels(tmp_path):
    write(tmp_path, first="1 a joy\n0  dull , dull", last="a joy\t1\ndull , dull \t0")
    first = from_text(tmp_path / "first")
    last = from_text(tmp_path / "last", label="last")
    for data in (first, last):
        assert data.classes == ("0", "1")
        assert data.sentences == ("a joy", "dull , dull")
        assert data.labels.tolist() == [1, 0]


def test_encodings_and_characters_inside_of_a_line(tmp_path):
    write(tmp_path, a="\ufeffcaf\u00e9\u2028bar\x0cend".encode(), b=b"caf\xe9\x85bar")
    with pytest.raises(ValueError, match="b is no text in utf-8: byte 3 .*latin-1"):
        from_text(tmp_path)
    assert from_text({"x": tmp_path / "a", "y": tmp_path / "a"}).sentences[0] == (
        "caf\u00e9\u2028bar\x0cend"
    )
    data = from_text({"x": tmp_path / "b", "y": tmp_path / "b"}, encoding="latin-1")
    assert data.sentences[0] == "caf\u00e9\x85bar"


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (
            b"\x89PNG\r\n\x1a\n\0\0",
            {"encoding": "latin-1"},
            "is no text: its character",
        ),
        ("a\0b".encode("utf-16"), {}, "no text in utf-8"),
        (b"", {}, "by class: {'a': 0, 'b': 1}"),
        (b"\n \n", {}, "two classes or more, each with a sentence"),
        (b"x", {"encoding": "utf-99"}, "`encoding`"),
        (b"x", {"label": "middle"}, "`label`"),
    ],
)
def test_bad_files(tmp_path, content, arguments, message):
    with pytest.raises(ValueError, match=message):
        from_text(write(tmp_path, a=content, b="fine"), **arguments)


def test_other_bad_sources(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        from_text(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        from_text({"a": tmp_path / "nowhere"})
    with pytest.raises(ValueError, match="`source`"):
        from_text(3)
    with pytest.raises(ValueError, match=r"two classes.*\{\}"):
        from_text(tmp_path)
    with pytest.raises(ValueError, match="Line 2 .*'alone'"):
        from_text(write(tmp_path, one="a b\nalone") / "one")


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("It isn't bad, is it?", ["it", "isn't", "bad", ",", "is", "it", "?"]),
        ("", []),
        (" \t\n", []),
        ("caf\u00e9 na\u00efve 3.5", ["caf\u00e9", "na\u00efve", "3", ".", "5"]),
        ("a_b--c", ["a", "b", "-", "-", "c"]),
        ("Cafe\u0301 noir", ["caf\u00e9", "noir"]),
        ("\u0130stanbul", ["i\u0307stanbul"]),
        ("l\u2019e\u0301te\u0301!", ["l\u2019\u00e9t\u00e9", "!"]),
        (
            "\u0939\u093f\u0928\u094d\u0926\u0940 \u092d\u093e\u0937\u093e\u0964",
            [
                "\u0939\u093f\u0928\u094d\u0926\u0940",
                "\u092d\u093e\u0937\u093e",
                "\u0964",
            ],
        ),
        (
            "\u0643\u064e\u062a\u064e\u0628\u064e",
            ["\u0643\u064e\u062a\u064e\u0628\u064e"],
        ),
        ("\u0645\u06cc\u200c\u062e", ["\u0645\u06cc\u200c\u062e"]),
        ("\u2764\ufe0f ok", ["\u2764\ufe0f", "ok"]),
        ("\u0301", ["\u0301"]),
    ],
)
def test_words(sentence, words):
    assert split_words(sentence) == words


def test_vocabulary():
    vocabulary = Vocabulary.of(["b a", "a c", "d"], size=5)
    assert vocabulary.words == ("", "?unknown", "a", "b", "c") and len(vocabulary) == 5
    assert "a" in vocabulary and "d" not in vocabulary and "" not in vocabulary
    ids = vocabulary.encode(["a d b", "", "x y", "C"])
    assert ids.tolist() == [[2, 1, 3], [0, 0, 0], [1, 1, 0], [4, 0, 0]]
    assert vocabulary.encode(["a b c"], length=2).tolist() == [[2, 3]]
    assert vocabulary.encode([]).shape == (0, 1)
    assert vocabulary.encode([""]).tolist() == [[0]]
    assert vocabulary.decode(ids[0]) == ["a", "?unknown", "b"]
    assert vocabulary.decode([3, 2]) == ["b", "a"] and vocabulary.decode([]) == []
    assert len(Vocabulary.of(["a a b"], least=2)) == 3
    assert len(Vocabulary.of([])) == 2


@given(st.text())
def test_a_form_of_unicode_changes_no_word(sentence):
    words = split_words(sentence)
    for form in ("NFC", "NFD"):
        assert split_words(unicodedata.normalize(form, sentence)) == words
    if not any(unicodedata.category(c)[0] == "M" for c in sentence.lower()):
        simple = re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)*|[^\w\s]", sentence.lower())
        if not {"\u200c", "\u200d"} & set(sentence):
            assert words == [unicodedata.normalize("NFC", word) for word in simple]


@given(SENTENCES)
def test_what_is_encoded_can_be_decoded(sentences):
    vocabulary = Vocabulary.of(sentences)
    ids = vocabulary.encode(sentences)
    assert [vocabulary.decode(row) for row in ids] == [
        split_words(sentence) for sentence in sentences
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Vocabulary(["a", "b", "a"]), r"More than once: \['a'\]"),
        (lambda: Vocabulary.of("one sentence"), "into a list"),
        (lambda: Vocabulary.of(["a"], size=1), "`size`"),
        (lambda: Vocabulary.of(["a"], least=0), "`least`"),
        (lambda: Vocabulary.of(["a", None]), "must be a str, got NoneType"),
        (lambda: Vocabulary([]).encode("one"), "into a list"),
        (lambda: Vocabulary([]).encode([b"bytes"]), "must be a str, got bytes"),
        (lambda: Vocabulary([]).encode(["a"], length=0), "`length`"),
        (lambda: Vocabulary([]).encode(None), "must be several sentences"),
        (lambda: Vocabulary(["a"]).decode([2, -1]), "`ids` .* from 0 to 2"),
        (lambda: Vocabulary(["a"]).decode([3]), "`ids`"),
        (lambda: Vocabulary(["a"]).decode([2.0]), "`ids`"),
        (lambda: Vocabulary(["a"]).decode([[2]]), "`ids`"),
        (lambda: Vocabulary(["a"]).decode(2), "`ids`"),
    ],
)
def test_vocabulary_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def jaccard(first, second):
    first, second = (set(split_words(s)) or {""} for s in (first, second))
    return len(first & second) / len(first | second)


@given(SENTENCES, st.sampled_from([0, 0.3, 0.5, 0.9]))
def test_near_copies_as_all_pairs_say(sentences, share):
    groups = near_copies(sentences, share)
    mine = list(range(len(sentences)))
    for i, j in product(range(len(sentences)), repeat=2):
        if jaccard(sentences[i], sentences[j]) > share:
            mine = [mine[j] if g == mine[i] else g for g in mine]
    same = np.equal.outer(groups, groups)
    np.testing.assert_array_equal(same, np.equal.outer(mine, mine))


def test_split():
    rng = np.random.default_rng(0)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    sentences = [" ".join(rng.choice(letters, 4, replace=False)) for _ in range(300)]
    sentences[:20] = sentences[20:40]
    train, test = split_without_near_copies(sentences, test=0.3, alike=0.5)
    np.testing.assert_array_equal(np.sort(np.concatenate([train, test])), range(300))
    assert 60 <= len(test) <= 120
    worst = max(jaccard(sentences[i], sentences[j]) for i in train for j in test)
    assert worst <= 0.5
    again = split_without_near_copies(sentences, test=0.3, alike=0.5)
    np.testing.assert_array_equal(again[1], test)
    other = split_without_near_copies(sentences, test=0.3, alike=0.5, seed=1)[1]
    assert set(other) != set(test)
    assert near_copies(s for s in ["a", "b", "a"]).tolist() == [0, 1, 0]
    few = split_without_near_copies(["a", "b"], test=0.01)
    assert [len(part) for part in few] == [1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"test": 0}, "`test`"),
        ({"test": 1}, "`test`"),
        ({"test": True}, "`test`"),
        ({"alike": 1}, "`alike`"),
        ({"alike": -0.1}, "`alike`"),
        ({"sentences": ["a", "a"]}, "near-copies of each other"),
        ({"sentences": []}, "cannot be split"),
        ({"sentences": "one sentence"}, "into a list"),
    ],
)
def test_split_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        split_without_near_copies(**{"sentences": ["a", "b"], **arguments})


DOCSTRING = """Compute the mean of an image, as `skimage.measure` would do it for you.

    It takes ``axis`` and 3 more numbers than :func:`numpy.mean` can take today.
    See NumPy for what else there is to know about it. Too short.

    Parameters
    ----------
    x : array_like
        The image whose mean is wanted by somebody somewhere.

    >>> This line is an example and so it does not count here.
    - This is one point of a list and so it does not count.
"""


def test_prose():
    assert prose(DOCSTRING) == [
        "compute the mean of an image , as thing would do it for you",
        "it takes thing and thing more numbers than thing can take today",
        "see thing for what else there is to know about it",
        "the image whose mean is wanted by somebody somewhere",
    ]
    assert prose("") == []


def test_docstring_sentences():
    data = docstring_sentences(60)
    assert isinstance(data, LabelledSentences) and data.classes == LIBRARIES
    assert np.bincount(data.labels).tolist() == [60] * 6
    assert len(set(data.sentences)) == 360
    for sentence in data.sentences:
        words = sentence.split()
        assert 6 <= len(words) <= 40
        assert not NAMES & set(words)
        assert split_words(sentence) == words
    assert docstring_sentences(60).sentences == data.sentences
    assert set(docstring_sentences(60, seed=1).sentences) != set(data.sentences)


@pytest.mark.parametrize("arguments", [{"n": 0}, {"n": 1.5}, {"seed": -1}])
def test_docstring_sentences_refuse(arguments):
    with pytest.raises(ValueError, match=f"`{next(iter(arguments))}`"):
        docstring_sentences(**arguments)


def archive(**files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"rt-polaritydata/rt-polarity.{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


WHOLE = archive(pos=b"caf\xe9 , good \nfine", neg=b"poor \n")


@pytest.fixture
def by_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    return tmp_path


def test_review_sentences_from_files_and_archive(by_hand):
    (by_hand / "rt-polaritydata.tar.gz").write_bytes(WHOLE)
    expected = ("poor", "caf\u00e9 , good", "fine")
    assert review_sentences().sentences == expected
    assert review_sentences().classes == ("negative", "positive")
    (by_hand / "rt-polaritydata.tar.gz").unlink()
    folder = by_hand / "text"
    folder.mkdir()
    (folder / "rt-polarity.pos").write_bytes(b"caf\xe9 , good \nfine")
    (folder / "rt-polarity.neg").write_bytes(b"poor \n")
    assert review_sentences().sentences == expected


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", WHOLE[:60], archive(pos=b"fine")],
    ids=["empty", "no archive", "cut short", "half of it"],
)
def test_review_sentences_from_a_bad_archive(by_hand, content):
    path = by_hand / "rt-polaritydata.tar.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged or not the file") as caught:
        review_sentences()
    assert str(path) in str(caught.value)


def test_review_sentences_from_a_server(server, monkeypatch):
    server.payload = WHOLE
    source = replace(server.source(), file="rt-polaritydata.tar.gz")
    monkeypatch.setitem(SOURCES, "review_sentences", source)
    server.faults = ["cut"]
    assert len(review_sentences()) == 3 and server.requests == 2


@needs("text")
def test_the_real_review_sentences(monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", REAL)
    data = review_sentences()
    assert np.bincount(data.labels).tolist() == [5331, 5331]
    assert data.sentences[0] == "simplistic , silly and tedious ."
    words = [split_words(sentence) for sentence in data.sentences]
    assert 19 < np.mean([len(w) for w in words]) < 23
    (entry,) = (each for each in catalogue() if each.name == "review_sentences")
    assert "in order" in entry.verify()
