import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnkit.datasets import bccd, cache_folder, from_voc

REAL = os.environ.get("CNNKIT_DATA", "")


def picture(path, width=40, height=30, colour=(255, 0, 0), mode="RGB"):
    Image.new(mode, (width, height), colour).save(path)


def xml(objects, filename="", size=(40, 30)):
    things = "".join(
        f"<object><name>{name}</name><difficult>{int(difficult)}</difficult><bndbox>"
        + "".join(
            f"<{k}>{v}</{k}>"
            for k, v in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
        )
        + "</bndbox></object>"
        for name, box, difficult in objects
    )
    return (
        f"<annotation><filename>{filename}</filename><size><width>{size[0]}</width>"
        f"<height>{size[1]}</height><depth>3</depth></size>{things}</annotation>"
    )


@pytest.fixture
def folder(tmp_path):
    """Three images: two cats, nothing, a dog that is difficult."""
    root = tmp_path / "pets"
    for name in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (root / name).mkdir(parents=True)
    contents = {
        "a": [("cat", (1, 1, 40, 30), 0), ("cat", (11, 6, 20, 15), 0)],
        "b": [],
        "c": [("dog", (5, 5, 9, 9), 1)],
    }
    for name, objects in contents.items():
        (root / "Annotations" / f"{name}.xml").write_text(xml(objects))
        picture(root / "JPEGImages" / f"{name}.png")
    (root / "ImageSets/Main/train.txt").write_text("c\n\na\n")
    (root / "ImageSets/Main/cat_train.txt").write_text("a  1\nc -1\n")
    return root


def test_reads_images_boxes_and_classes(folder):
    data = from_voc(folder)
    assert data.images.shape == (3, 30, 40, 3)
    assert data.images[0, 0, 0].tolist() == [1, 0, 0]
    assert data.class_names == ("cat", "dog")
    assert data.boxes[0].tolist() == [[0, 0, 40, 30], [10, 5, 20, 15]]
    assert data.boxes[1].shape == (0, 4)
    assert [c.tolist() for c in data.classes] == [[0, 0], [], [1]]
    assert [d.tolist() for d in data.difficult] == [[False] * 2, [], [True]]
    assert [Path(source).name for source in data.sources] == ["a.png", "b.png", "c.png"]
    assert data.report == ()


def test_numbers_as_they_are(folder):
    assert from_voc(str(folder), one_based=False).boxes[2].tolist() == [[5, 5, 9, 9]]


def test_lists(folder):
    train = from_voc(folder, split="train")
    assert [Path(source).stem for source in train.sources] == ["c", "a"]
    assert [Path(s).stem for s in from_voc(folder, "cat_train").sources] == ["a"]
    with pytest.raises(ValueError, match="`split` must be one of cat_train, train"):
        from_voc(folder, split="tran")
    (folder / "ImageSets/Main/train.txt").write_text("zebra\n")
    with pytest.raises(FileNotFoundError, match=r"train.txt lists zebra.xml"):
        from_voc(folder, split="train")


def test_a_split_numbers_the_classes_as_the_whole(folder):
    (folder / "ImageSets/Main/dogs.txt").write_text("c\n")
    data = from_voc(folder, split="dogs")
    assert data.class_names == ("cat", "dog") and data.classes[0].tolist() == [1]


def test_classes_in_another_order(folder):
    data = from_voc(folder, class_names=["horse", "dog", "cat"])
    assert [c.tolist() for c in data.classes] == [[2, 2], [], [1]]


@pytest.mark.parametrize("names", [("cat", "cat"), (1, 2), ("cat", None)])
def test_bad_class_names(folder, names):
    with pytest.raises(ValueError, match="`class_names` must be different strings"):
        from_voc(folder, class_names=names)


def test_all_files_side_by_side(tmp_path):
    (tmp_path / "x.xml").write_text(xml([("cat", (1, 1, 4, 4), 0)]))
    picture(tmp_path / "x.JPG")
    assert from_voc(tmp_path).boxes[0].tolist() == [[0, 0, 4, 4]]


def test_the_named_image_is_taken_where_there_is_no_other(tmp_path):
    (tmp_path / "x.xml").write_text(xml([], filename="photos\\beach.png"))
    picture(tmp_path / "beach.png")
    assert Path(from_voc(tmp_path).sources[0]).name == "beach.png"


def test_resize(folder):
    data = from_voc(folder, size=(15, 80))
    assert data.images.shape == (3, 15, 80, 3)
    assert data.boxes[0].tolist() == [[0, 0, 80, 15], [20, 2.5, 40, 7.5]]
    assert from_voc(folder, size=16).images.shape == (3, 16, 16, 3)
    with pytest.raises(ValueError, match="`size` must be"):
        from_voc(folder, size=0)


def test_resizing_is_smooth(tmp_path):
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "x.png")
    (tmp_path / "x.xml").write_text(xml([], size=(32, 32)))
    small = from_voc(tmp_path, size=8).images[0]
    assert np.abs(small - 0.5).max() < 0.06


def test_images_of_several_sizes(folder):
    picture(folder / "JPEGImages/b.png", 20, 20)
    (folder / "Annotations/b.xml").write_text(xml([], size=(20, 20)))
    data = from_voc(folder)
    assert isinstance(data.images, tuple)
    assert [image.shape for image in data.images] == [
        (30, 40, 3),
        (20, 20, 3),
        (30, 40, 3),
    ]


@pytest.mark.parametrize(
    "mode, colour", [("L", 255), ("RGBA", (255, 255, 255, 9)), ("1", 1), ("P", 0)]
)
def test_images_of_other_modes_have_three_channels(folder, mode, colour):
    picture(folder / "JPEGImages/b.png", mode=mode, colour=colour)
    assert from_voc(folder).images.shape == (3, 30, 40, 3)


@pytest.mark.parametrize(
    "box, reason",
    [
        ((5, 5, 5, 9), "it has no area"),
        ((5, 9, 9, 9), "it has no area"),
        ((9, 5, 5, 9), "its corners are swapped"),
        ((5, 5, 43, 9), r"3 px over the edge of the image of 40x30"),
        ((-5, 5, 9, 9), "6 px over the edge"),
        ((5, 5, 9, "nan"), "not four finite numbers"),
        ((5, 5, 9, ""), "not four finite numbers"),
        ((5, 5, 9, "ten"), "not four finite numbers"),
        ((5, 5, "inf", 9), "not four finite numbers"),
        ((100, 100, 120, 120), "over the edge"),
    ],
)
def test_bad_boxes_are_reported_or_refused(folder, box, reason):
    objects = [("cat", box, 0), ("dog", (2, 2, 9, 9), 0)]
    (folder / "Annotations/b.xml").write_text(xml(objects))
    data = from_voc(folder)
    assert data.boxes[1].tolist() == [[1, 1, 9, 9]] and data.classes[1].tolist() == [1]
    (bad,) = data.report
    assert bad.class_name == "cat" and bad.source.endswith("b.xml")
    with pytest.raises(ValueError, match=reason) as caught:
        from_voc(folder, bad="raise")
    assert "b.xml" in str(caught.value) and "bad='skip'" in str(caught.value)


def test_what_reaches_over_the_edge_by_a_pixel_is_trimmed(folder):
    (folder / "Annotations/b.xml").write_text(xml([("cat", (0, 0, 41, 30.5), 0)]))
    data = from_voc(folder, bad="raise")
    assert data.boxes[1].tolist() == [[0, 0, 40, 30]]
    (folder / "Annotations/b.xml").write_text(xml([("cat", (40, 4, 40.9, 9), 0)]))
    assert "no area inside" in from_voc(folder, one_based=False).report[0].reason


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "b.xml is no whole XML file"),
        (xml([("cat", (1, 1, 4, 4), 0)])[:-30], "b.xml is no whole XML file"),
        (b"\x00\xff\xfe", "b.xml is no whole XML file"),
        (
            xml([("", (1, 1, 4, 4), 0)]),
            "b.xml is not in VOC format: an object has no name",
        ),
        (
            "<annotation><object><name>cat</name></object></annotation>",
            r"b.xml is not in VOC format: an object \(cat\) has no bndbox",
        ),
        (xml([], size=("wide", 30)), "b.xml is not in VOC format"),
        (
            xml([], size=(30, 40)),
            "b.xml says that the image is 30x40; .*b.png is 40x30",
        ),
    ],
)
def test_broken_files_are_named(folder, content, message):
    path = folder / "Annotations/b.xml"
    path.write_bytes(content) if isinstance(content, bytes) else path.write_text(
        content
    )
    with pytest.raises(ValueError, match=message) as caught:
        from_voc(folder)
    assert str(path) in str(caught.value)


def test_a_file_without_a_size_is_taken(folder):
    (folder / "Annotations/b.xml").write_text("<annotation></annotation>")
    assert len(from_voc(folder)) == 3


def test_an_unknown_class_is_named(folder):
    with pytest.raises(ValueError, match=r"c.xml names the class 'dog', which is not"):
        from_voc(folder, class_names=["cat"])


def test_a_missing_image_is_named(folder):
    (folder / "JPEGImages/b.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"b.xml has no image: neither b.jpg"):
        from_voc(folder)


@pytest.mark.parametrize("content", [b"", b"no image", "cut"])
def test_a_broken_image_is_named(folder, content):
    path = folder / "JPEGImages/b.png"
    if content == "cut":
        noise = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)
        Image.fromarray(noise).save(path)
        content = path.read_bytes()[:900]
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"b.png cannot be read"):
        from_voc(folder)


def test_an_image_of_16_bits_is_refused(folder):
    Image.fromarray(np.zeros((30, 40), np.uint16)).save(folder / "JPEGImages/b.png")
    with pytest.raises(ValueError, match="b.png has more than 8 bits a channel"):
        from_voc(folder)


def test_what_is_no_folder(tmp_path, folder):
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        from_voc(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="no XML files"):
        from_voc(tmp_path)
    with pytest.raises(ValueError, match="`bad` must be 'skip' or 'raise'"):
        from_voc(folder, bad="clip")
    (folder / "ImageSets/Main/train.txt").unlink()
    (folder / "ImageSets/Main/cat_train.txt").unlink()
    with pytest.raises(FileNotFoundError, match="no lists"):
        from_voc(folder, split="train")


def test_too_much_for_the_memory(folder, monkeypatch):
    monkeypatch.setattr("cnnkit.datasets._arguments.MOST_BYTES", 30_000)
    with pytest.raises(ValueError, match=r"Load them smaller with `size="):
        from_voc(folder)
    assert len(from_voc(folder, size=10)) == 3


def pack(root):
    """Pack a folder as GitHub does; return the bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(
                    path, Path("BCCD_Dataset-1.0/BCCD") / path.relative_to(root)
                )
    return buffer.getvalue()


@pytest.fixture
def cells(folder):
    for name in "abc":
        path = folder / f"Annotations/{name}.xml"
        path.write_text(path.read_text().replace("cat", "RBC").replace("dog", "WBC"))
    return folder


def test_bccd_from_the_archive_and_from_a_folder(cells, tmp_path, monkeypatch):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    monkeypatch.setenv("CNNKIT_DATA", str(mirror))
    (mirror / "BCCD_Dataset-1.0.zip").write_bytes(pack(cells))
    packed = bccd()
    cells.rename(mirror / "bccd")
    (mirror / "BCCD_Dataset-1.0.zip").unlink()
    data = bccd()
    assert data.class_names == packed.class_names == ("RBC", "WBC", "Platelets")
    np.testing.assert_array_equal(data.images, packed.images)
    np.testing.assert_array_equal(
        np.concatenate(data.boxes), np.concatenate(packed.boxes)
    )
    assert len(bccd("train", size=8)) == 2
    assert not cache_folder().exists()


@pytest.mark.parametrize("content", [b"", b"no archive", "cut", "empty"])
def test_a_damaged_archive_is_refused(cells, tmp_path, monkeypatch, content):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    if content == "cut":
        content = pack(cells)[:-200]
    if content == "empty":
        buffer = io.BytesIO()
        zipfile.ZipFile(buffer, "w").close()
        content = buffer.getvalue()
    (tmp_path / "BCCD_Dataset-1.0.zip").write_bytes(content)
    with pytest.raises(ValueError, match=r"BCCD_Dataset-1.0.zip is damaged or not"):
        bccd()


@pytest.mark.skipif(
    not (Path(REAL) / "bccd").is_dir() if REAL else True,
    reason="needs CNNKIT_DATA/bccd",
)
def test_the_real_one(monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", REAL)
    parts = [bccd(split, size=(48, 64)) for split in ("train", "val", "test")]
    assert [len(part) for part in parts] == [205, 87, 72]
    assert len({source for part in parts for source in part.sources}) == 364
    counts = [part.counts() for part in parts]
    total = {name: sum(count[name] for count in counts) for name in counts[0]}
    assert total == {"RBC": 4153, "WBC": 372, "Platelets": 361}
    bad = [(Path(bad.source).name, bad.box) for part in parts for bad in part.report]
    assert bad == [
        ("BloodImage_00343.xml", (181, 329, 181, 329)),
        ("BloodImage_00338.xml", (504, 337, 504, 337)),
    ]
    boxes = np.concatenate(parts[0].boxes)
    assert boxes.min() == 0 and boxes[:, 2].max() == 64 and boxes[:, 3].max() == 48
    with pytest.raises(ValueError, match=r"00338.xml: RBC \(504, 337, 504, 337\)"):
        bccd("val", size=8, bad="raise")
