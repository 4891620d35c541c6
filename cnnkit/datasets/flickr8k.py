"""Flickr8k: photographs of people and animals, five sentences about each."""

from cnnkit.datasets import _paths
from cnnkit.datasets._download import DownloadError
from cnnkit.datasets.captioned_images import from_captions

FOLDERS = ("flickr8k", "flickr8k_1000")


def flickr8k(size=224, most=None):
    """Load the photographs of Flickr8k that are at hand, with their sentences.

    Flickr8k has 8,000 photographs, each described by five people, for research that is
    not commercial; its authors give it out on request, so nothing is fetched here. Put
    `captions.txt`, with lines `image.jpg,sentence`, and a folder `images` into a folder
    `flickr8k`, or `flickr8k_1000` for a part of it, and name the folder around it in
    `CNNKIT_DATA`. Any other folder of captioned images loads with `from_captions`.

    Args:
        size: int, height and width of the images: shrunk until the shorter side fits,
            then their middle.
        most: int of at least 1 or `None`, how many photographs to load.

    Returns:
        A `CaptionedImages`, in the order of the file.

    Raises:
        DownloadError: if it is not at hand.
        FileNotFoundError: if `captions.txt` or an image is missing from the folder.
        ValueError: if an argument is not as above, or the folder is damaged.

    Reference:
        - Hodosh, Young and Hockenmaier, "Framing image description as a ranking task:
          data, models and evaluation metrics", 2013.

    Taught in: notebooks/beyond_one_image/06_flickr8k_real_data.ipynb
    """
    folder = _paths.local_copy(FOLDERS)
    if folder is None:
        raise DownloadError(
            "Flickr8k is not at hand, and its authors give it out on request only. "
            f"Put its images and captions.txt into a folder {FOLDERS[0]!r} by "
            "hand, and set CNNKIT_DATA to the folder that holds it."
        )
    return from_captions(folder, size=size, most=most)
