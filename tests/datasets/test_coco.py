import json

import numpy as np
import pytest
from PIL import Image

from cnnkit.datasets import from_coco

CONTENT = {
    "images": [
        {"id": 7, "file_name": "a.png", "width": 40, "height": 30},
        {"id": 3, "file_name": "deep/b.png"},
    ],
    "categories": [{"id": 18, "name": "dog"}, {"id": 2, "name": "cat"}],
    "annotations": [
        {
            "id": 1,
            "image_id": 7,
            "category_id": 18,
            "bbox": [1, 2, 10, 20],
            "iscrowd": 0,
        },
        {
            "id": 2,
            "image_id": 7,
            "category_id": 2,
            "bbox": [0, 0, 40, 30],
            "iscrowd": 1,
        },
        {"id": 5, "image_id": 7, "category_id": 2, "bbox": [5.5, 5, 3.25, 4]},
    ],
}


@pytest.fixture
def write(tmp_path):
    for name in ("a.png", "b.png"):
        Image.new("RGB", (40, 30), "blue").save(tmp_path / name)

    def write(**changes):
        path = tmp_path / "instances.json"
        path.write_text(json.dumps({**CONTENT, **changes}))
        return path

    return write


def annotation(**changes):
    return {"annotations": [{**CONTENT["annotations"][0], **changes}]}


def test_reads_images_boxes_and_classes(write):
    data = from_coco(write())
    assert data.images.shape == (2, 30, 40, 3)
    assert data.images[0, 0, 0].tolist() == [0, 0, 1]
    assert data.class_names == ("cat", "dog")
    assert data.boxes[0].tolist() == [[1, 2, 11, 22], [0, 0, 40, 30], [5.5, 5, 8.75, 9]]
    assert data.boxes[1].shape == (0, 4)
    assert data.classes[0].tolist() == [1, 0, 0]
    assert data.crowd[0].tolist() == [False, True, False]
    assert not data.difficult[0].any()
    assert data.padded()[1].tolist() == [[1, 0], [-1, -1]]


def test_boxes_are_those_of_pycocotools(write, capsys):
    coco = pytest.importorskip("pycocotools.coco")
    path = write()
    theirs = coco.COCO(str(path))
    capsys.readouterr()
    data = from_coco(path)
    boxes = np.array([entry["bbox"] for entry in theirs.loadAnns(theirs.getAnnIds(7))])
    boxes[:, 2:] += boxes[:, :2]
    np.testing.assert_array_equal(data.boxes[0], boxes)


def test_a_folder_of_images_of_its_own(write, tmp_path):
    path = write()
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    (tmp_path / "a.png").rename(tmp_path / "photos" / "a.png")
    (tmp_path / "b.png").rename(tmp_path / "photos" / "deep" / "b.png")
    assert len(from_coco(str(path), images=str(tmp_path / "photos"))) == 2


def test_resize_and_order_of_classes(write):
    data = from_coco(write(), class_names=("dog", "cat", "horse"), size=(60, 20))
    assert data.images.shape == (2, 60, 20, 3)
    assert data.boxes[0][0].tolist() == [0.5, 4, 5.5, 44]
    assert data.classes[0].tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    "box, reason",
    [
        ([1, 2, 0, 20], "it has no area"),
        ([1, 2, -3, 20], "its width or height is negative"),
        ([30, 2, 15, 20], "5 px over the edge of the image of 40x30"),
        ([1, 2, float("nan"), 20], "not four finite numbers"),
        ([1, 2, 3], "not four finite numbers"),
        ([1, 2, "3", 4], "not four finite numbers"),
        ([1, 2, None, 4], "not four finite numbers"),
        ([1, 2, True, 4], "not four finite numbers"),
        (None, "not four finite numbers"),
    ],
)
def test_bad_boxes_are_reported_or_refused(write, box, reason):
    path = write(**annotation(bbox=box))
    data = from_coco(path)
    (bad,) = data.report
    assert bad.source == f"{path} annotation 1" and bad.class_name == "dog"
    assert len(data.boxes[0]) == 0
    with pytest.raises(ValueError, match=reason):
        from_coco(path, bad="raise")


def test_rounding_is_trimmed(write):
    data = from_coco(write(**annotation(bbox=[-0.01, 0, 40.02, 30.9])), bad="raise")
    assert data.boxes[0].tolist() == [[0, 0, 40, 30]]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"images": None}, "not in COCO format"),
        ({"images": [{"id": 1}]}, "'file_name' is missing"),
        (
            {"images": [{"id": 7, "file_name": 3}], "annotations": []},
            "a name is no text",
        ),
        ({"annotations": [3]}, "not in COCO format"),
        (annotation(image_id=99), "annotation 1 is of image 99, which is not there"),
        (annotation(category_id=99), "annotation 1 is of category 99, which is not"),
        ({"categories": [{"id": 2}]}, "'name' is missing"),
    ],
)
def test_what_is_not_in_the_format(write, changes, message):
    path = write(**changes)
    with pytest.raises(ValueError, match=message) as caught:
        from_coco(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[]", b"3"])
def test_a_broken_file_is_named(write, content):
    path = write()
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"instances.json is (no whole JSON|not in COCO)"
    ):
        from_coco(path)


def test_a_missing_part_is_named(write):
    path = write()
    path.write_text('{"images": [], "annotations": []}')
    with pytest.raises(ValueError, match="'categories' is missing"):
        from_coco(path)


def test_missing_files_are_named(write, tmp_path):
    path = write()
    with pytest.raises(FileNotFoundError, match="There is no file"):
        from_coco(tmp_path / "nothing.json")
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        from_coco(path, images=tmp_path / "nothing")
    (tmp_path / "b.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"names the image deep/b.png"):
        from_coco(path)


def test_an_unknown_class_is_named(write):
    with pytest.raises(ValueError, match="annotation 1 names the class 'dog'"):
        from_coco(write(), class_names=["cat"])


def test_two_classes_of_one_name(write):
    categories = [{"id": 2, "name": "cat"}, {"id": 18, "name": "cat"}]
    with pytest.raises(ValueError, match="different strings"):
        from_coco(write(categories=categories))


def test_another_size_than_stated(write):
    images = [{"id": 7, "file_name": "a.png", "width": 30, "height": 40}]
    with pytest.raises(ValueError, match="says that a.png is 30x40"):
        from_coco(write(images=images))


def test_bad_is_checked(write):
    with pytest.raises(ValueError, match="`bad` must be"):
        from_coco(write(), bad="mend")
