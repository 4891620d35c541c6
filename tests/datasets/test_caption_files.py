"""Captions as others write them down, each read or refused, none misread."""

import json

import numpy as np
import pytest
from PIL import Image

from cnnkit.datasets import from_captions
from cnnkit.datasets.captioned_images import read_captions


def read(folder, text, name="captions.txt"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_captions(path)


@pytest.mark.parametrize(
    "text",
    [
        "image,c1,c2\na.jpg,A dog,One dog\n",
        'image,caption_0,caption_1\na.jpg,"A dog","One dog"\n',
        "image,number,caption\na.jpg,0,A dog\na.jpg,1,One dog\n",
        "a.jpg,0,A dog\na.jpg,1,One dog\n",
        ",image,caption,split\n0,a.jpg,A dog,train\n1,a.jpg,One dog,test\n",
        "caption,image\nA dog,a.jpg\nOne dog,a.jpg\n",
        "image\tcaption\na.jpg\tA dog\na.jpg\tOne dog\n",
        "image\tcomment_number\tcomment\na.jpg\t0\tA dog\na.jpg\t1\tOne dog\n",
        "image_name| comment_number| comment\na.jpg| 0| A dog\na.jpg| 1   One dog\n",
        "a.jpg| 0| A dog\na.jpg| 1| One dog\n",
        "a.jpg|A dog\na.jpg|One dog\n",
        "a.jpg#0\tA dog\na.jpg.1#0\tOne dog\n",
        "image,caption\ra.jpg,A dog\ra.jpg,One dog\r",
        "\ufeffimage,caption\r\na.jpg,A dog\r\n\r\na.jpg,One dog",
        "image,caption\r\r\na.jpg,A dog\r\r\na.jpg,One dog\r\r\n",
    ],
)
def test_columns(tmp_path, text):
    assert read(tmp_path, text) == {"a.jpg": ["A dog", "One dog"]}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("a.jpg,A dog , a cat", "A dog , a cat"),
        ('a.jpg,"A dog , a cat"', "A dog , a cat"),
        ('a.jpg,"A ""big"" dog, sits"', 'A "big" dog, sits'),
        ('a.jpg,"""A big dog"""', '"A big dog"'),
        ('a.jpg,"Stop" sign', '"Stop" sign'),
        ('a.jpg,"Stop", he says', '"Stop", he says'),
        ('a.jpg,a "stop, now" sign', 'a "stop, now" sign'),
        ('a.jpg,"A dog\nruns"', "A dog\nruns"),
        ("a.jpg,A\u2028dog\x85runs", "A\u2028dog\x85runs"),
        ("a.jpg,A\tdog", "A\tdog"),
        ("a.jpg,A|dog", "A|dog"),
        ("a.jpg,5 dogs", "5 dogs"),
    ],
)
@pytest.mark.parametrize("header", ["", "image,caption\n"])
def test_marks_in_a_sentence(tmp_path, row, sentence, header):
    found = read(tmp_path, f"{header}{row}\nb.jpg,x\n")
    assert found == {"a.jpg": [sentence], "b.jpg": ["x"]}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a#b.jpg#0\tA dog\n", "a#b.jpg"),
        ("my dog.JPEG#12\tA dog\n", "my dog.JPEG"),
        ('"my, dog.jpg",A dog\n', "my, dog.jpg"),
        ("train/a.png,A dog\n", "train/a.png"),
        ("image.name,caption\na.jpg,A dog\n", "a.jpg"),
    ],
)
def test_names(tmp_path, text, name):
    assert read(tmp_path, text) == {name: ["A dog"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image;caption\na.jpg;A dog\n", "Line 1"),
        ("image,caption\n\n1000,A dog\n", "Line 3"),
        ("image,caption\na.jpg,A dog\r jumps\n", "Line 3"),
        ('a.jpg,"A dog","One dog"\n', "first line that names more columns. Line 1"),
        ("image,c1,c2\na.jpg,A dog\n", "Line 2"),
        ("image,c1,c2\na.jpg,A dog, big,One dog\n", "Line 2"),
        ("image,title,split\na.jpg,A dog,train\n", "which columns are sentences"),
        ("image,sha1,md5\na.jpg,A dog,train\n", "which columns are sentences"),
        ("A dog,a.jpg\n", "Line 1"),
        ("a.jpg#0 A dog\n", "Line 1"),
        ("image,caption\na.jpg,\"['A dog', 'One dog']\"\n", "list of sentences"),
        ('image,caption\nb.jpg,x\na.jpg,"A dog\nb.jpg,x\n', "row in line 3"),
        (f"image,caption\na.jpg,{'x' * 200_000}\n", "row in line 2"),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=rf"captions\.txt.*{message}"):
        read(tmp_path, text)


def karpathy(**changes):
    entry = {"filename": "a.jpg", "split": "train", "imgid": 0}
    entry["sentences"] = [{"raw": "A dog.", "tokens": ["a", "dog"]}, {"raw": "One dog"}]
    return json.dumps({"images": [entry | changes], "dataset": "flickr8k"})


def test_karpathys_splits(tmp_path):
    said = ["A dog.", "One dog"]
    found = read(tmp_path, karpathy(), "dataset_flickr8k.json")
    assert found == {"a.jpg": said}
    found = read(tmp_path, karpathy(filepath="val2014"), "dataset_coco.json")
    assert found == {"val2014/a.jpg": said}


@pytest.mark.parametrize("where", ["images/val2014", "val2014", "images", "."])
def test_an_image_in_a_folder_of_its_own_or_not(tmp_path, where):
    (tmp_path / where).mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4)).save(tmp_path / where / "a.jpg")
    (tmp_path / "x.json").write_text(karpathy(filepath="val2014"))
    data = from_captions(tmp_path, size=4)
    assert data.sources == ("val2014/a.jpg",) and len(data.sentences[0]) == 2


def coco(caption):
    content = {
        "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
        "annotations": [
            {"image_id": 1, "caption": caption},
            {"image_id": 2, "caption": "x"},
        ],
    }
    return json.dumps(content)


def test_json_without_a_sentence(tmp_path):
    assert read(tmp_path, coco(None), "x.json") == {"b.jpg": ["x"]}
    assert read(tmp_path, coco(" "), "x.json") == {"b.jpg": ["x"]}


@pytest.mark.parametrize(
    "text",
    [
        coco(5),
        karpathy(filename=7),
        karpathy(sentences=["A dog"]),
        karpathy(sentences=None),
        '{"a.jpg": ["A dog"]}',
        '{"images": [{"id": 1}]}',
        '["a.jpg"]',
        "7",
        "{",
        "[" * 100_000,
    ],
    ids=range(10),
)
def test_bad_json(tmp_path, text):
    with pytest.raises(ValueError, match=r"x\.json is no JSON file of captions"):
        read(tmp_path, text, "x.json")


def test_json_lines(tmp_path):
    text = '{"image": "a.jpg", "caption": "x"}\n\n{"image": "b.jpg", "caption": "y"}'
    assert read(tmp_path, text, "x.jsonl") == {"a.jpg": ["x"], "b.jpg": ["y"]}
    text = '{"file_name": "a.jpg", "text": "x", "id": 1}\n'
    assert read(tmp_path, text, "metadata.jsonl") == {"a.jpg": ["x"]}
    text = '{"image": "a.jpg", "captions": ["x", "y"]}\n'
    assert read(tmp_path, text, "x.jsonl") == {"a.jpg": ["x", "y"]}


@pytest.mark.parametrize(
    "line",
    [
        '{"image": "a.jpg"}',
        '{"image": "a.jpg", "caption": 3}',
        '{"image": "a.jpg", "caption": "x", "text": "y"}',
        '{"image": 3, "caption": "x"}',
        '["a.jpg", "x"]',
        "a.jpg,x",
        "3",
    ],
)
def test_bad_json_lines(tmp_path, line):
    good = '{"image": "a.jpg", "caption": "x"}\n'
    with pytest.raises(ValueError, match=r"x\.jsonl .* Line 2 is"):
        read(tmp_path, good + line, "x.jsonl")


@pytest.mark.parametrize("name", ["Flickr8k.token.txt", "one.tsv", "one.jsonl"])
def test_usual_names_are_found(tmp_path, name):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.jpg")
    line = '{"image": "a.jpg", "caption": "x"}' if "json" in name else "a.jpg#0\tx"
    (tmp_path / name).write_text(line)
    if "token" in name:
        (tmp_path / "readme.txt").write_text("what this is")
    assert from_captions(tmp_path, size=4).sentences == (("x",),)


@pytest.mark.parametrize("ending", ["jpg", "png"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_turned_as_its_camera_was_held(tmp_path, ending, orientation):
    upright = np.zeros((32, 32, 3), np.uint8)
    upright[:16, :16], upright[:16, 16:], upright[16:, :16] = 255, 170, 85
    # EXIF 2.32, tag 274: what the first row and the first column of pixels are.
    first_row, first_column = [
        ("top", "left"),
        ("top", "right"),
        ("bottom", "right"),
        ("bottom", "left"),
        ("left", "top"),
        ("right", "top"),
        ("right", "bottom"),
        ("left", "bottom"),
    ][orientation - 1]
    stored = upright
    if first_row in ("left", "right"):
        stored = stored.transpose(1, 0, 2)
    if first_row in ("bottom", "right"):
        stored = stored[::-1]
    if first_column in ("bottom", "right"):
        stored = stored[:, ::-1]
    exif = Image.Exif()
    exif[274] = orientation
    name = f"a.{ending}"
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / name, exif=exif)
    (tmp_path / "captions.txt").write_text(f"{name},x")
    (pixels,) = from_captions(tmp_path, size=32).images
    np.testing.assert_allclose(
        pixels[8::16, 8::16], upright[8::16, 8::16] / 255, atol=0.02
    )


def test_too_many_images(tmp_path):
    (tmp_path / "captions.txt").write_text("a.jpg,x")
    with pytest.raises(ValueError, match="smaller with `size`, or fewer with `most`"):
        from_captions(tmp_path, size=100_000)


def test_subset(tmp_path):
    for name in "abc":
        Image.new("RGB", (4, 4)).save(tmp_path / f"{name}.png")
    (tmp_path / "captions.txt").write_text("a.png,x\nb.png,y\nc.png,z")
    data = from_captions(tmp_path, size=4)
    assert data.subset(slice(1, None)).sources == ("b.png", "c.png")
    assert data.subset([2, 0]).sentences == (("z",), ("x",))
    assert data.subset(np.array([False, True, False])).sources == ("b.png",)
    assert len(data.subset([])) == 0
    with pytest.raises(ValueError, match="`index`.*into a list"):
        data.subset(1)
    for index in ([3], [[0, 1]], np.array([0.5])):
        with pytest.raises(IndexError):
            data.subset(index)
