"""BCCD: blood cells under the microscope, with a box around each."""

import zipfile
from pathlib import PurePosixPath

from cnnkit.datasets import _files
from cnnkit.datasets._download import fetch
from cnnkit.datasets.voc import from_voc

CLASS_NAMES = ("RBC", "WBC", "Platelets")


def bccd(split=None, size=None, bad="skip"):
    """Load the blood cells of BCCD; they are fetched at the first call (8 MB) and kept.

    364 photographs of 640 by 480 pixels with red blood cells, white ones and platelets.
    The folder that `CNNKIT_DATA` names is looked in first, then the cache. It may hold
    the official archive, `BCCD_Dataset-1.0.zip`, or the folder `bccd` with its
    `Annotations`, `ImageSets` and `JPEGImages`.

    Two red cells have boxes without area. They are left out and reported, or refused.

    Args:
        split: "train" (205 images), "val" (87), "trainval" (292) or "test" (72); `None`
            for all.
        size: int or pair `(height, width)` to resize to; see `from_voc`. All images as
            they are take 1.3 GB.
        bad: "skip" or "raise"; see `from_voc`.

    Returns:
        A `DetectionDataset` with the classes "RBC", "WBC" and "Platelets".

    Raises:
        DownloadError: if the archive is not at hand and cannot be fetched.
        ValueError: if an argument is not as above, or a file in `CNNKIT_DATA` is
            damaged or has another structure.

    Reference:
        [Shenggan, "BCCD Dataset", 2017](https://github.com/Shenggan/BCCD_Dataset), MIT.

    Taught in: notebooks/week3_detection/07_blood_cells_real_data.ipynb
    """
    path = fetch("bccd")
    try:
        folder = path if path.is_dir() else _inside(path)
    except _files.UNREADABLE as error:
        raise ValueError(_files.refusal(path, error)) from error
    return from_voc(folder, split, CLASS_NAMES, size=size, bad=bad)


def _inside(path):
    """Return the folder in VOC format that an archive holds."""
    archive = zipfile.ZipFile(path)
    for name in archive.namelist():
        parts = PurePosixPath(name).parts
        if "Annotations" in parts:
            at = "/".join(parts[: parts.index("Annotations")])
            return zipfile.Path(archive, f"{at}/" if at else "")
    raise ValueError("it holds no folder called Annotations")
