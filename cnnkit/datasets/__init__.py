"""Data sets of the course, as NumPy arrays.

Always there: handwritten digits, photographs, and sets that are drawn by code.
Fetched once and kept: MNIST and CIFAR-10. `catalogue()` lists them all.
"""

from cnnkit.datasets._download import DownloadError, fetch
from cnnkit.datasets._paths import cache_folder, shipped_folder
from cnnkit.datasets._sources import SOURCES, Source
from cnnkit.datasets.catalogue import catalogue
from cnnkit.datasets.cifar10 import cifar10
from cnnkit.datasets.dataset import Dataset
from cnnkit.datasets.digits import digits
from cnnkit.datasets.electrocardiograms import electrocardiograms, heartbeat14
from cnnkit.datasets.mnist import mnist
from cnnkit.datasets.photographs import photograph, photograph_names
from cnnkit.datasets.volumes import volumes

__all__ = [
    "SOURCES",
    "Dataset",
    "DownloadError",
    "Source",
    "cache_folder",
    "catalogue",
    "cifar10",
    "digits",
    "electrocardiograms",
    "fetch",
    "heartbeat14",
    "mnist",
    "photograph",
    "photograph_names",
    "shipped_folder",
    "volumes",
]
