"""Any folder of images with a file of sentences about them."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnkit.datasets import _annotations, _arguments

TOKEN = re.compile(r"^(?P<image>[^\t#]+?)(?:#\d+)?\t(?P<sentence>.*)$")
FILES = ("captions.txt", "captions.csv", "results.csv", "results_20130124.token")
FOLDERS = ("images", "Images", "flickr30k_images", "")


@dataclass(frozen=True, eq=False, repr=False)
class CaptionedImages:
    """Images, and sentences about each.

    Attributes:
        images: float32 array in [0, 1], `(images, height, width, 3)`.
        sentences: tuple of tuples of str, one tuple an image.
        sources: tuple of str, the name of each image's file.
    """

    images: np.ndarray
    sentences: tuple
    sources: tuple

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        count = sum(map(len, self.sentences))
        return f"CaptionedImages(images={self.images.shape}, sentences={count:,})"

    def subset(self, index):
        """Return the images at `index`, a slice or positions, with their sentences."""
        positions = np.arange(len(self))[index]
        return CaptionedImages(
            self.images[positions],
            tuple(self.sentences[i] for i in positions),
            tuple(self.sources[i] for i in positions),
        )


def from_captions(folder, captions=None, images=None, size=224, most=None):
    """Load a folder of images and a file of sentences about them.

    The file is one of

    - lines `image.jpg,sentence`, with commas in a sentence quoted or not, or
      `image.jpg| number| sentence`; a first line `image,caption` or the like is no
      sentence;
    - lines `image.jpg#number`, a tab, and the sentence;
    - JSON in COCO's format for captions.

    Images are shrunk so that the shorter side has `size` pixels, and their middle is
    kept. Empty sentences are left out.

    Args:
        folder: path of the folder.
        captions: name of the file in it, or a path; by default `captions.txt`, another
            usual name, or the only file there that ends in .txt, .csv, .token or
            .json.
        images: name of the folder with the images, or a path; by default `images` or
            another usual name, or the folder itself.
        size: int, height and width of the images that are returned.
        most: int of at least 1 or `None`, how many images to load: the first ones of
            the file.

    Returns:
        A `CaptionedImages`, in the order of the file.

    Raises:
        FileNotFoundError: if the folder, the file or an image is missing.
        ValueError: if the file is not as above, an image cannot be read, an argument
            is not as above, or the images would take more than 2 GiB.

    Taught in: notebooks/beyond_one_image/06_flickr8k_real_data.ipynb
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    size = _arguments.integer(size, "size", least=1)
    path = _file(folder, captions)
    found = read_captions(path)
    if most is not None:
        most = _arguments.integer(most, "most", least=1)
        found = dict(list(found.items())[:most])
    _arguments.pictures(len(found), (size, size, 3), 0)
    where = _image_folder(folder, images, next(iter(found)))
    pixels = np.empty((len(found), size, size, 3), np.float32)
    for i, name in enumerate(found):
        if not (where / name).is_file():
            raise FileNotFoundError(f"{path} names {name}, which is not in {where}.")
        pixels[i] = _middle(_annotations.read_image(where / name), size)
    return CaptionedImages(pixels, tuple(map(tuple, found.values())), tuple(found))


def read_captions(path):
    """Read the file of sentences alone; see `from_captions`.

    Returns:
        A dict from the name of an image to a list of sentences.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not in one of the formats.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text in utf-8: {error}.") from error
    pairs = _of_coco(path, text) if path.suffix == ".json" else _of_lines(path, text)
    found = {}
    for name, sentence in pairs:
        found.setdefault(name, [])
        if sentence.strip():
            found[name].append(sentence.strip())
    found = {name: sentences for name, sentences in found.items() if sentences}
    if not found:
        raise ValueError(f"{path} has no sentence about an image.")
    return found


def _of_lines(path, text):
    lines = [line for line in text.split("\n") if line.strip()]
    if lines and "\t" in lines[0]:
        return [_tokens(path, number, line) for number, line in enumerate(lines, 1)]
    mark = "|" if lines and "|" in lines[0] else ","
    pairs = []
    for number, line in enumerate(lines, 1):
        fields = line.split(mark) if mark == "|" else next(csv.reader([line]))
        name, *rest = (field.strip() for field in fields)
        if mark == "|" and rest and rest[0].isdigit():
            rest = rest[1:]
        if number == 1 and not Path(name).suffix:
            continue  # the names of the columns
        if not rest or not Path(name).suffix:
            raise ValueError(_no_caption(path, number, line))
        pairs.append((name, ", ".join(rest)))
    return pairs


def _tokens(path, number, line):
    match = TOKEN.match(line)
    if not match:
        raise ValueError(_no_caption(path, number, line))
    return match["image"].strip(), match["sentence"]


def _of_coco(path, text):
    try:
        content = json.loads(text)
        names = {entry["id"]: entry["file_name"] for entry in content["images"]}
        return [
            (names[entry["image_id"]], str(entry["caption"]))
            for entry in content["annotations"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is not in COCO's format for captions, with `images` and "
            f"`annotations`: {error!r}."
        ) from error


def _no_caption(path, number, line):
    return (
        f"{path} should have the name of an image and a sentence in each line. Line "
        f"{number} that is not empty is {line[:60]!r}."
    )


def _file(folder, captions):
    if captions is not None:
        return folder / captions
    for name in FILES:
        if (folder / name).is_file():
            return folder / name
    endings = (".txt", ".csv", ".token", ".json")
    files = [path for path in sorted(folder.iterdir()) if path.suffix in endings]
    if len(files) == 1:
        return files[0]
    raise FileNotFoundError(
        f"There is no {FILES[0]} in {folder}, but {len(files)} other files that may be "
        "meant. Name the file of sentences with `captions`."
    )


def _image_folder(folder, images, first):
    if images is not None:
        return folder / images
    there = [folder / name for name in FOLDERS if (folder / name / first).is_file()]
    return there[0] if there else folder


def _middle(image, size):
    """Return the middle square of an image, `size` pixels along each side."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    return _annotations._resized(square, (size, size))
