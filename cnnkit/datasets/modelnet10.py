"""ModelNet10: shapes of furniture, as voxels."""

import numpy as np

from cnnkit.datasets import _files
from cnnkit.datasets._download import fetch
from cnnkit.datasets.dataset import Dataset

CLASSES = (
    "bathtub",
    "bed",
    "chair",
    "desk",
    "dresser",
    "monitor",
    "night stand",
    "sofa",
    "table",
    "toilet",
)
SIDE, TRAIN, TEST = 32, 3991, 908


def modelnet10():
    """Load the shapes of ModelNet10; fetched at the first call (3 MB) and kept.

    Models of furniture and of bathroom fittings, drawn by designers and collected by
    Princeton University, on a grid of 32 voxels a side: 1 where the shape is, 0
    elsewhere. The last axis points up, and shapes of one kind mostly face one way. Of
    the shapes 86 % reach from wall to wall along one axis at least. Thin parts fall
    through the grid: 27 shapes to learn from and 7 to test with are empty. Classes are
    of different size. The split is the official one.

    The voxels were made from the official surfaces by E. Tagavas. The folder that
    `CNNKIT_DATA` names is looked in first for `modelnet10.npz`, then the cache.

    Returns:
        A `Dataset` of 3,991 and 908 shapes, float32 0 or 1, `(shapes, 32, 32, 32, 1)`.
        They take 640 MB.

    Raises:
        DownloadError: if the file is not at hand and cannot be fetched.
        ValueError: if it is damaged or has another structure.

    Reference:
        - [Wu and others, "3D ShapeNets: a deep representation for volumetric shapes",
          2015](https://arxiv.org/abs/1406.5670), section 4.

    Taught in: notebooks/week1_foundations/11_voxel_shapes_real_data.ipynb
    """
    path = fetch("modelnet10")
    names = ("X_train", "y_train", "X_test", "y_test")
    x_train, y_train, x_test, y_test = _files.read_npz(path, names)
    parts = []
    for name, x, y, n in (
        ("train", x_train, y_train, TRAIN),
        ("test", x_test, y_test, TEST),
    ):
        if x.dtype.kind not in "iub" or not ((x == 0) | (x == 1)).all():
            raise ValueError(_files.refusal(path, f"{name} has voxels not 0 or 1"))
        shape = (n, SIDE, SIDE, SIDE)
        _files.check(path, name, x.astype(np.uint8), y, shape, classes=len(CLASSES))
        parts += [x[..., None].astype(np.float32), y.astype(np.int64)]
    return Dataset(*parts, classes=CLASSES)
