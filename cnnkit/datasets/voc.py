"""Any folder of images with boxes in the format of PASCAL VOC."""

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path, PurePosixPath

from cnnkit.datasets import _annotations
from cnnkit.datasets._sources import unknown

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")
CORNERS = ("xmin", "ymin", "xmax", "ymax")


def from_voc(
    folder, split=None, class_names=None, size=None, bad="skip", one_based=True
):
    """Load images with boxes in the format of PASCAL VOC, one XML file an image.

    The folder has `Annotations` with the XML files, `JPEGImages` (or `images`) with the
    images, and for `split` also `ImageSets/Main`; or all files lie in it side by side.
    The image of `a.xml` is `a.jpg` or the like; if there is none, the one that the XML
    file names.

    A box is bad if its corners are swapped or coincide, if it is not four numbers or if
    it reaches over the edge of the image by more than a pixel; what reaches over it by
    less is trimmed. Bad boxes are listed in the `report` of what is returned. The image
    stays, with its other boxes.

    Args:
        folder: path of the folder.
        split: name of a list in `ImageSets/Main`, such as "train"; `None` for all
            images that have an XML file, in the order of their names.
        class_names: sequence of str, the classes in the order in which they are to be
            numbered; `None` for all that occur in `Annotations`, sorted.
        size: int or pair `(height, width)`. If given, every image is resized to it
            (bilinearly, smoothed, whatever its aspect), and its boxes with it.
        bad: "skip" to leave bad boxes out, "raise" to refuse the first of them.
        one_based: bool, whether the files count pixels from 1, as VOC does: `xmin` and
            `xmax` are then the first and the last column of the object, and a box over
            the whole of an image 640 wide is 1 and 640 there, 0 and 640 here.
            Otherwise the numbers are taken as they are.

    Returns:
        A `DetectionDataset`, with the `difficult` flags of the files. Its `images` are
        one array if all have one size, otherwise a tuple.

    Raises:
        FileNotFoundError: if the folder, the list or an image is missing.
        ValueError: if an XML file or an image cannot be read, if the file says
            another size than the image has, if it names a class that is not in
            `class_names`, if a box is bad and `bad="raise"`, or if the images would
            take more than 2 GiB. The message names the file.

    Reference:
        [M. Everingham et al., "The PASCAL visual object classes (VOC) challenge",
        2010](https://doi.org/10.1007/s11263-009-0275-4).

    Taught in: notebooks/week3_detection/07_blood_cells_real_data.ipynb
    """
    _annotations.check_bad(bad)
    folder = Path(folder) if isinstance(folder, (str, os.PathLike)) else folder
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    xml_folder = _first(folder, "Annotations")
    image_folder = _first(folder, "JPEGImages", "images")
    here = {
        path.name: path for path in xml_folder.iterdir() if path.name.endswith(".xml")
    }
    if not here:
        raise FileNotFoundError(
            f"There are no XML files in {xml_folder}. A folder in VOC format has "
            "Annotations/*.xml and JPEGImages/*.jpg."
        )
    names = sorted(here) if split is None else _listed(folder, split, here)
    files = {name: _parse(here[name]) for name in names}
    if class_names is None:
        everything = files | {n: _parse(here[n]) for n in here if n not in files}
        found = {name for _, _, own in everything.values() for name, *_ in own}
        class_names = sorted(found)
    class_names = _annotations.check_names(class_names)
    collector = _annotations.Collector(class_names, size, bad)
    images = {path.name: path for path in image_folder.iterdir()}
    for name, (filename, stated, objects) in files.items():
        path = _image(here[name], filename, images, image_folder)
        pixels = _annotations.read_image(path)
        height, width = pixels.shape[:2]
        if stated not in ((0, 0), (width, height)):
            raise ValueError(
                f"{here[name]} says that the image is {stated[0]}x{stated[1]}; "
                f"{path} is {width}x{height}. Its boxes belong to another image."
            )
        collector.add(
            pixels,
            [_object(*own, class_names, one_based, here[name]) for own in objects],
            str(path),
        )
    return collector.dataset()


def _first(folder, *names):
    """Return the first folder of those names, or the folder that should hold them."""
    return next((folder / n for n in names if (folder / n).is_dir()), folder)


def _listed(folder, split, here):
    """Return the names of the XML files of a list in `ImageSets/Main`."""
    lists = folder / "ImageSets" / "Main"
    known = [p.name[:-4] for p in lists.iterdir()] if lists.is_dir() else []
    if not known:
        raise FileNotFoundError(
            f"There are no lists in {lists}, so no split={split!r}."
        )
    if split not in known:
        raise ValueError(unknown(split, "split", known))
    path = lists / f"{split}.txt"
    words = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    names = [f"{line[0]}.xml" for line in words if line and line[1:] != ["-1"]]
    for name in names:
        if name not in here:
            raise FileNotFoundError(f"{path} lists {name}, which is not there.")
    return names


def _parse(path):
    """Return the file name, the size `(width, height)` and the objects of a file.

    An object is its name, its corners as text and whether it is difficult.
    """
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError as error:
        raise ValueError(f"{path} is no whole XML file: {error}.") from None
    try:
        size = tuple(
            int(float(root.findtext(f"size/{n}", "0"))) for n in ("width", "height")
        )
        objects = []
        for element in root.iter("object"):
            name = (element.findtext("name") or "").strip()
            if not name:
                raise ValueError("an object has no name")
            if element.find("bndbox") is None:
                raise ValueError(f"an object ({name}) has no bndbox")
            corners = [element.findtext(f"bndbox/{n}", "").strip() for n in CORNERS]
            difficult = int(element.findtext("difficult", "0")) == 1
            objects.append((name, corners, difficult))
    except ValueError as error:
        raise ValueError(f"{path} is not in VOC format: {error}.") from None
    filename = PurePosixPath((root.findtext("filename") or "").replace("\\", "/")).name
    return filename, size, objects


def _image(xml, filename, images, folder):
    """Return the path of the image of an XML file."""
    stem = xml.name[:-4]
    wanted = [stem + end for suffix in SUFFIXES for end in (suffix, suffix.upper())]
    for name in (*wanted, filename):
        if name in images:
            return images[name]
    raise FileNotFoundError(
        f"{xml} has no image: neither {stem}.jpg nor {filename or 'a named one'} is in "
        f"{folder}."
    )


def _object(name, corners, difficult, class_names, one_based, path):
    """Return an object as `Collector.add` takes it."""
    if name not in class_names:
        raise ValueError(
            f"{path} names the class {name!r}, which is not in `class_names`. "
            f"Received: class_names={class_names}."
        )
    box, written, reason = [], corners, None
    try:
        x1, y1, x2, y2 = written = [float(text) for text in corners]
    except ValueError:
        reason = "it is not four finite numbers"
    else:
        if x1 == x2 or y1 == y2:
            reason = "it has no area"
        box = [x1 - one_based, y1 - one_based, x2, y2]
    return {
        "class_name": name,
        "box": box,
        "written": written,
        "reason": reason,
        "where": str(path),
        "difficult": difficult,
        "crowd": False,
    }
