"""Any images with boxes in a JSON file in the format of COCO."""

import json
import os
from pathlib import Path

from cnnkit.datasets import _annotations


def from_coco(annotations, images=None, class_names=None, size=None, bad="skip"):
    """Load images with boxes in the format of COCO, one JSON file for all of them.

    A box is bad if its width or height is not positive, if it is not four numbers or if
    it reaches over the edge of the image by more than a pixel; what reaches over it by
    less is trimmed. Bad boxes are listed in the `report` of what is returned. The image
    stays, with its other boxes, as do images without any.

    Args:
        annotations: path of the JSON file, with `images`, `annotations` and
            `categories`.
        images: path of the folder with the images; by default the one of the file.
        class_names: sequence of str, the classes in the order in which they are to be
            numbered; `None` for all categories, in the order of their ids. COCO's ids
            have gaps, the positions in `class_names` have none.
        size: int or pair `(height, width)`. If given, every image is resized to it
            (bilinearly, smoothed, whatever its aspect), and its boxes with it.
        bad: "skip" to leave bad boxes out, "raise" to refuse the first of them.

    Returns:
        A `DetectionDataset`; boxes with `iscrowd` are marked in `crowd`. Its `images`
        are one array if all have one size, otherwise a tuple.

    Raises:
        FileNotFoundError: if the file, the folder or an image is missing.
        ValueError: if the file or an image cannot be read, if it says another size than
            an image has, if an annotation names an image or a category that is not
            there or not in `class_names`, if a box is bad and `bad="raise"`, or if the
            images would take more than 2 GiB. The message names the file.

    Reference:
        [T. Lin et al., "Microsoft COCO: common objects in context",
        2014](https://arxiv.org/abs/1405.0312).

    Taught in: notebooks/week3_detection/07_blood_cells_real_data.ipynb
    """
    _annotations.check_bad(bad)
    path = Path(annotations)
    folder = path.parent if images is None else Path(images)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    entries, objects, categories = _parse(path)
    if class_names is None:
        class_names = [categories[key] for key in sorted(categories)]
    class_names = _annotations.check_names(class_names)
    for own in objects.values():
        for category, record in own:
            if categories[category] not in class_names:
                raise ValueError(
                    f"{path}: annotation {record.get('id')} names the class "
                    f"{categories[category]!r}, which is not in `class_names`. "
                    f"Received: class_names={class_names}."
                )
    collector = _annotations.Collector(class_names, size, bad)
    for key, entry in entries.items():
        file = _image(entry["file_name"], folder, path)
        pixels = _annotations.read_image(file)
        height, width = pixels.shape[:2]
        stated = entry.get("width", width), entry.get("height", height)
        if stated != (width, height):
            raise ValueError(
                f"{path} says that {entry['file_name']} is {stated[0]}x{stated[1]}; "
                f"{file} is {width}x{height}."
            )
        collector.add(
            pixels,
            [_object(path, categories[kind], record) for kind, record in objects[key]],
            str(file),
        )
    return collector.dataset()


def _parse(path):
    """Return images by id, their annotations by image id, and names by category id."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no whole JSON file: {error}.") from None
    try:
        entries = {entry["id"]: entry for entry in content["images"]}
        names = [entry["file_name"] for entry in entries.values()]
        categories = {entry["id"]: entry["name"] for entry in content["categories"]}
        objects = {key: [] for key in entries}
        for record in content["annotations"]:
            image, category = record["image_id"], record["category_id"]
            which = f"annotation {record.get('id')}"
            if image not in objects:
                raise ValueError(f"{which} is of image {image}, which is not there")
            if category not in categories:
                raise ValueError(
                    f"{which} is of category {category}, which is not there"
                )
            objects[image].append((category, record))
        if not all(isinstance(name, str) for name in (*names, *categories.values())):
            raise ValueError("a name is no text")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, KeyError):
            error = f"{error} is missing"
        raise ValueError(f"{path} is not in COCO format: {error}.") from None
    return entries, objects, categories


def _image(name, folder, path):
    """Return the path of an image, as it is named or by the last part of its name."""
    for candidate in (folder / name, folder / os.path.basename(name)):
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"{path} names the image {name}, which is not in {folder}.")


def _object(path, name, record):
    """Return an annotation as `Collector.add` takes it."""
    written = record.get("bbox")
    box, reason = [], None
    if not isinstance(written, list) or not all(map(_is_number, written)):
        written, reason = [written], "it is not four finite numbers"
    elif len(written) == 4:
        x, y, width, height = written
        box = [x, y, x + width, y + height]
        if width < 0 or height < 0:
            reason = "its width or height is negative"
    return {
        "class_name": name,
        "box": box,
        "written": written,
        "reason": reason,
        "where": f"{path} annotation {record.get('id')}",
        "difficult": bool(record.get("ignore", 0)),
        "crowd": bool(record.get("iscrowd", 0)),
    }


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)
