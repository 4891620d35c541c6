"""Any folder of images with a file of sentences about them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnkit.datasets import _annotations, _arguments, _index
from cnnkit.datasets._caption_files import read_captions

FILES = (
    "captions.txt",
    "captions.csv",
    "Flickr8k.token.txt",
    "results.csv",
    "results_20130124.token",
)
ENDINGS = (".txt", ".csv", ".tsv", ".token", ".json", ".jsonl")
FOLDERS = ("images", "Images", "flickr30k_images", "Flicker8k_Dataset", "")


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
        """Return some of the images, with their sentences.

        Args:
            index: slice, sequence of positions, or bool array.

        Returns:
            A `CaptionedImages`.

        Raises:
            ValueError: if `index` is a single position.
            IndexError: if a position is not there, or `index` is not as above.
        """
        positions = _index.positions(index, len(self))
        if not np.ndim(positions):
            raise ValueError(
                "`index` must be a slice, positions or a bool array: put a single "
                f"position into a list. Received: index={index!r}."
            )
        return CaptionedImages(
            self.images[positions],
            tuple(self.sentences[i] for i in positions),
            tuple(self.sources[i] for i in positions),
        )


def from_captions(folder, captions=None, images=None, size=224, most=None):
    """Load a folder of images and a file of sentences about them.

    The file is one of

    - lines `image.jpg,sentence`, with commas in a sentence quoted or not, or with a
      tab or a bar for the comma. A first line `image,caption` or the like is no
      sentence;
    - lines with more columns, which the first line names: each that is called caption,
      comment, sentence, description or text, with a number or not (`caption_1`, `c1`),
      has a sentence. `image.jpg| number| sentence` needs no such line;
    - lines `image.jpg#number`, a tab, and the sentence;
    - JSON in COCO's format for captions, or in that of Karpathy's splits of Flickr8k,
      Flickr30k and COCO (all their parts are loaded);
    - JSON lines (`.jsonl`) such as `{"image": "image.jpg", "caption": "sentence"}`.

    It is UTF-8. Images are turned as their camera was held (EXIF) and shrunk so that
    the shorter side has `size` pixels, and their middle is kept. Empty sentences are
    left out, and so are images without any.

    Args:
        folder: path of the folder.
        captions: name of the file in it, or a path; by default `captions.txt`, another
            usual name, or the only file there that ends in .txt, .csv, .tsv, .token,
            .json or .jsonl.
        images: name of the folder with the images, or a path; by default `images` or
            another usual name, or the folder itself. An image that is not there under
            its whole name, such as `val2014/a.jpg`, is looked for as `a.jpg`.
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
    _check_memory(len(found), size)
    where = _image_folder(folder, images, next(iter(found)))
    pixels = np.empty((len(found), size, size, 3), np.float32)
    for i, name in enumerate(found):
        image = _image(where, name)
        if image is None:
            raise FileNotFoundError(f"{path} names {name}, which is not in {where}.")
        pixels[i] = _middle(_annotations.read_image(image, upright=True), size)
    return CaptionedImages(pixels, tuple(map(tuple, found.values())), tuple(found))


def _check_memory(count, size):
    needed = 4 * count * size * size * 3
    if needed > _arguments.MOST_BYTES:
        raise ValueError(
            f"{count} images of {size}x{size} would take {needed / 2**30:.1f} GiB and "
            f"must not take more than {_arguments.MOST_BYTES / 2**30:.0f}. Load them "
            f"smaller with `size`, or fewer with `most`. Received: size={size}."
        )


def _file(folder, captions):
    if captions is not None:
        return folder / captions
    for name in FILES:
        if (folder / name).is_file():
            return folder / name
    files = [path for path in sorted(folder.iterdir()) if path.suffix in ENDINGS]
    if len(files) == 1:
        return files[0]
    raise FileNotFoundError(
        f"There is no {FILES[0]} in {folder}, but {len(files)} other files that may be "
        "meant. Name the file of sentences with `captions`."
    )


def _image_folder(folder, images, first):
    if images is not None:
        return folder / images
    there = [folder / name for name in FOLDERS if _image(folder / name, first)]
    return there[0] if there else folder


def _image(folder, name):
    """Return the file of an image, by its whole name or the last part of it."""
    paths = folder / name, folder / Path(name).name
    return next((path for path in paths if path.is_file()), None)


def _middle(image, size):
    """Return the middle square of an image, `size` pixels along each side."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    return _annotations._resized(square, (size, size))
