"""Rows of numbers from mark to mark, and folders of images with sentences."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnkit.datasets import (
    Vocabulary,
    caption_vocabulary,
    encode_captions,
    from_captions,
)
from cnnkit.datasets.captioned_images import read_captions
from tests.datasets.real import REAL, needs

VOCABULARY = caption_vocabulary(["the cat", "the dog"])


def test_vocabulary_with_marks():
    assert VOCABULARY.words[:4] == ("", "?unknown", "<start>", "<end>")
    assert len(caption_vocabulary(["a b b c"], size=5)) == 5
    assert caption_vocabulary(["a b b c"], least=2).words[4:] == ("b",)
    assert len(caption_vocabulary([])) == 4
    # Nothing that is read from a sentence can be taken for a mark.
    assert "<start>" not in Vocabulary.of(["<start> the <end>"])
    with pytest.raises(ValueError, match="`size`"):
        caption_vocabulary(["a"], size=3)


def test_rows():
    rows = encode_captions(["the dog", "", "a bird", "dog"], VOCABULARY)
    assert rows.tolist() == [[2, 4, 6, 3], [2, 3, 0, 0], [2, 1, 1, 3], [2, 6, 3, 0]]
    assert encode_captions([], VOCABULARY, 5).shape == (0, 7)
    assert encode_captions([""], VOCABULARY).tolist() == [[2, 3, 0]]


def test_a_sentence_that_is_too_long():
    with pytest.raises(ValueError, match="at most 1 words.*'the dog'"):
        encode_captions(["cat", "the dog"], VOCABULARY, length=1)
    rows = encode_captions(["cat", "the dog the"], VOCABULARY, 2, too_long="cut")
    assert rows.tolist() == [[2, 5, 3, 0], [2, 4, 6, 0]]


@given(st.lists(st.lists(st.sampled_from(["cat", "dog", "the"]), max_size=6)))
def test_rows_can_be_read_again(sentences):
    rows = encode_captions([" ".join(words) for words in sentences], VOCABULARY)
    for row, words in zip(rows, sentences, strict=True):
        assert VOCABULARY.decode(row) == ["<start>", *words, "<end>"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vocabulary": Vocabulary.of(["the cat"])}, "must have the marks"),
        ({"sentences": "the cat"}, "into a list"),
        ({"sentences": [None]}, "must be a str"),
        ({"length": 0}, "`length`"),
        ({"too_long": "drop"}, "`too_long`"),
    ],
)
def test_rows_refuse(arguments, message):
    given = {"sentences": ["the cat"], "vocabulary": VOCABULARY, **arguments}
    with pytest.raises(ValueError, match=message):
        encode_captions(**given)


def folder_with(tmp_path, text, file="captions.txt", images="images"):
    (tmp_path / images).mkdir(exist_ok=True)
    for name, colour in (("a.jpg", (255, 0, 0)), ("b.png", (0, 0, 255))):
        Image.new("RGB", (40, 20), colour).save(tmp_path / images / name)
    (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


COCO = json.dumps(
    {
        "images": [{"id": 7, "file_name": "a.jpg"}, {"id": 3, "file_name": "b.png"}],
        "annotations": [
            {"image_id": 7, "caption": "Red, all of it."},
            {"image_id": 3, "caption": "blue"},
            {"image_id": 7, "caption": "warm"},
        ],
    }
)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "captions.txt",
            'image,caption\na.jpg,"Red, all of it."\nb.png,blue\na.jpg,warm\n\n',
        ),
        ("captions.txt", "a.jpg,Red, all of it.\r\nb.png,blue\r\na.jpg,warm"),
        (
            "results.csv",
            "image_name| comment_number| comment\na.jpg| 0| Red, all of it.\n"
            "b.png| 0| blue\na.jpg| 1| warm\n",
        ),
        ("some.token", "a.jpg#0\tRed, all of it.\nb.png#0\tblue\na.jpg#1\twarm\n"),
        ("some.json", COCO),
    ],
)
def test_formats(tmp_path, file, text):
    data = from_captions(folder_with(tmp_path, text, file), size=10)
    assert data.sources == ("a.jpg", "b.png")
    assert data.sentences == (("Red, all of it.", "warm"), ("blue",))
    assert data.images.shape == (2, 10, 10, 3) and data.images.dtype == np.float32
    np.testing.assert_allclose(data.images[1, 5, 5], [0, 0, 1], atol=0.02)
    assert repr(data) == "CaptionedImages(images=(2, 10, 10, 3), sentences=3)"
    assert data.subset([1]).sentences == (("blue",),)


def test_folders_by_name(tmp_path):
    text = "a.jpg,red\nb.png,blue\nb.png,\n"
    folder = folder_with(tmp_path, text, "mine.csv", images="pixels")
    (folder / "other.txt").write_text("nothing")
    with pytest.raises(FileNotFoundError, match=r"no captions.txt .* `captions`"):
        from_captions(folder)
    data = from_captions(folder, "mine.csv", "pixels", size=8, most=1)
    assert data.sentences == (("red",),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no sentence"),
        ("image,caption\n", "has no sentence"),
        ("a.jpg,red\njust words\n", "Line 2"),
        ("a.jpg\n", "Line 1"),
        ("a.jpg#0\tred\nb.png blue\n", "Line 2"),
    ],
)
def test_bad_files(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        from_captions(folder_with(tmp_path, text))


def test_other_bad_sources(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        from_captions(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="no file"):
        from_captions(tmp_path, captions="nowhere.txt")
    folder = folder_with(tmp_path, "a.jpg,red\nc.jpg,lost\n")
    with pytest.raises(FileNotFoundError, match=r"names c\.jpg"):
        from_captions(folder)
    (folder / "images" / "c.jpg").write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"c\.jpg cannot be read"):
        from_captions(folder)
    with pytest.raises(ValueError, match="`size`"):
        from_captions(folder, size=0)
    with pytest.raises(ValueError, match="`most`"):
        from_captions(folder, most=0)
    (folder / "captions.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="no text in utf-8"):
        from_captions(folder)
    (folder / "x.json").write_text('{"images": [{}]}')
    with pytest.raises(ValueError, match="COCO"):
        from_captions(folder, "x.json")


@needs("flickr8k_1000")
def test_the_real_photographs():
    found = read_captions(f"{REAL}/flickr8k_1000/captions.txt")
    assert len(found) == 1000
    assert {len(sentences) for sentences in found.values()} == {5}
    data = from_captions(f"{REAL}/flickr8k_1000", size=64, most=20)
    assert data.images.shape == (20, 64, 64, 3)
