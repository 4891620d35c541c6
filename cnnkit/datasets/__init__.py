"""Data sets of the course, as NumPy arrays.

Always there: handwritten digits, photographs, and sets that are drawn by code.
Fetched once and kept: MNIST, CIFAR-10, BCCD and the Olivetti faces. `catalogue()` lists
them all. Any folder with boxes in VOC or COCO format loads too, and `yolo_fastest()`
fetches a detector that others trained.
"""

from cnnkit.datasets._download import DownloadError, fetch
from cnnkit.datasets._paths import cache_folder, shipped_folder
from cnnkit.datasets._sources import SOURCES, Source
from cnnkit.datasets.aerial_roads import AerialRoads, aerial_roads
from cnnkit.datasets.bccd import bccd
from cnnkit.datasets.catalogue import catalogue
from cnnkit.datasets.cifar10 import cifar10
from cnnkit.datasets.coco import from_coco
from cnnkit.datasets.dataset import Dataset
from cnnkit.datasets.detection_dataset import BadBox, DetectionDataset
from cnnkit.datasets.digits import digits
from cnnkit.datasets.electrocardiograms import electrocardiograms, heartbeat14
from cnnkit.datasets.face_patches import face_patches
from cnnkit.datasets.faces import Faces, faces
from cnnkit.datasets.mnist import mnist
from cnnkit.datasets.olivetti import olivetti
from cnnkit.datasets.photographs import photograph, photograph_names
from cnnkit.datasets.poses import Poses, poses
from cnnkit.datasets.street_scenes import street_scenes
from cnnkit.datasets.voc import from_voc
from cnnkit.datasets.volumes import volumes
from cnnkit.datasets.yolo_fastest import YoloFastest, yolo_fastest

__all__ = [
    "SOURCES",
    "AerialRoads",
    "BadBox",
    "Dataset",
    "DetectionDataset",
    "DownloadError",
    "Faces",
    "Poses",
    "Source",
    "YoloFastest",
    "aerial_roads",
    "bccd",
    "cache_folder",
    "catalogue",
    "cifar10",
    "digits",
    "electrocardiograms",
    "face_patches",
    "faces",
    "fetch",
    "from_coco",
    "from_voc",
    "heartbeat14",
    "mnist",
    "olivetti",
    "photograph",
    "photograph_names",
    "poses",
    "shipped_folder",
    "street_scenes",
    "volumes",
    "yolo_fastest",
]
