"""YOLO-Fastest: a small detector that others trained with Darknet, and photographs."""

from dataclasses import dataclass
from pathlib import Path

from cnnkit.datasets import _annotations, _files
from cnnkit.datasets._download import fetch
from cnnkit.datasets._sources import Source

MODEL = (
    "https://raw.githubusercontent.com/dog-qiuqiu/Yolo-Fastest/"
    "99d03d0f26e2555275bdb30f43479d47cc19311f/ModelZoo/yolo-fastest-1.1_coco/"
)
DARKNET = (
    "https://raw.githubusercontent.com/pjreddie/darknet/"
    "f6afaabcdf85f77e7aff2ec55c020c0e297c77f9/data/"
)
# Name, folder of the official file, folder in a mirror, bytes, SHA-256.
FILES = (
    (
        "yolo-fastest-1.1.cfg",
        MODEL,
        "",
        9_685,
        "f6df5775c1e862998cf69046eba9265be3ae84dfe8b2caab7529823f0795bf70",
    ),
    (
        "yolo-fastest-1.1.weights",
        MODEL,
        "",
        1_384_268,
        "1c445c42bbd6df63edea2cc69f99667b5650d663ca11e34b116240740cd42890",
    ),
    (
        "coco.names",
        DARKNET,
        "",
        625,
        "634a1132eb33f8091d60f2c346ababe8b905ae08387037aed883953b7329af84",
    ),
    (
        "dog.jpg",
        DARKNET,
        "data/",
        163_759,
        "5a9522051c3cec2bbd2f6323fccba32e8fbf3ddcc2b3e2fd46b04c720bc6f866",
    ),
    (
        "eagle.jpg",
        DARKNET,
        "data/",
        141_886,
        "f95f57297fd51a6c5ddceb5ed6916fa759d1d65f402fee34c05b31a9608755c0",
    ),
    (
        "giraffe.jpg",
        DARKNET,
        "data/",
        382_965,
        "00dc48a9b2af8a1fe4c4b79319726591f1033c7e1150f21e7577a79f3b6659f1",
    ),
    (
        "horses.jpg",
        DARKNET,
        "data/",
        133_495,
        "c8f0a677a1356569e2ce71d2fa88c1030c0ae57ecf5e14170e02d9a86a20dcb4",
    ),
    (
        "person.jpg",
        DARKNET,
        "data/",
        113_880,
        "cdcbab947e46110fc2b77784ac54ddbbab2640f1e44cb5e91fc8984a9793a7d1",
    ),
)


@dataclass(frozen=True, eq=False)
class YoloFastest:
    """Files of a detector, and what it is shown.

    Attributes:
        cfg: `Path` of its architecture, as Darknet writes it.
        weights: `Path` of its weights.
        class_names: tuple of 80 str, the classes of COCO in its order.
        photographs: dict from a name to a float32 array `(height, width, 3)` in [0, 1];
            they have various sizes.
    """

    cfg: Path
    weights: Path
    class_names: tuple
    photographs: dict


def yolo_fastest():
    """Return YOLO-Fastest 1.1 with its classes and five photographs.

    A detector of 346,062 parameters, trained by its author on COCO with Darknet, for
    images of 320 by 320 pixels; and the photographs that come with Darknet. The eight
    files are fetched at the first call (2.3 MB), checked and kept. The folder that
    `CNNKIT_DATA` names is looked in first, for `yolo_fastest` or
    `pretrained/yolo_fastest` with the files, the photographs in `data`.

    Returns:
        A `YoloFastest`; `cnnkit.models.Darknet` takes its files.

    Raises:
        DownloadError: if a file is not at hand and cannot be fetched.
        ValueError: if a file in `CNNKIT_DATA` is damaged.

    Reference:
        [dog-qiuqiu, "Yolo-Fastest", 2021](https://github.com/dog-qiuqiu/Yolo-Fastest),
        and [J. Redmon, "Darknet"](https://github.com/pjreddie/darknet), both free of
        any condition.

    Taught in: notebooks/week3_detection/08_darknet_real_data.ipynb
    """
    paths = {source.name: fetch(source) for source in sources()}
    names = tuple(paths["coco.names"].read_text(encoding="utf-8").split("\n"))
    names = tuple(name.strip() for name in names if name.strip())
    if len(set(names)) != 80:
        reason = f"it should hold 80 different names and holds {len(set(names))}"
        raise ValueError(_files.refusal(paths["coco.names"], reason))
    photographs = {
        name.removesuffix(".jpg"): _files.scaled(_annotations.read_image(path))
        for name, path in paths.items()
        if name.endswith(".jpg")
    }
    return YoloFastest(
        paths["yolo-fastest-1.1.cfg"],
        paths["yolo-fastest-1.1.weights"],
        names,
        photographs,
    )


def sources():
    """Return the `Source` of each of the eight files."""
    return [
        Source(
            name=name,
            url=official + name,
            sha256=sha256,
            size_bytes=size,
            file=f"yolo_fastest/{name}",
            accepts=(
                f"yolo_fastest/{folder}{name}",
                f"pretrained/yolo_fastest/{folder}{name}",
            ),
        )
        for name, official, folder, size, sha256 in FILES
    ]
