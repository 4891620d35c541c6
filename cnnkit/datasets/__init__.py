"""Data sets of the course, as NumPy arrays.

Always there: handwritten digits, photographs, sentences of docstrings, and sets that
are drawn by code. Fetched once and kept: MNIST, CIFAR-10, BCCD, the Olivetti faces,
review sentences, heartbeats and voxels. `catalogue()` lists them all. Any folder with
boxes in VOC or COCO format loads too, any text files with labels, and any WFDB
recording; `yolo_fastest()` and `word_vectors()` fetch what others trained.
"""

from cnnkit.datasets._download import DownloadError, fetch
from cnnkit.datasets._paths import cache_folder, shipped_folder
from cnnkit.datasets._sources import SOURCES, Source
from cnnkit.datasets.aerial_roads import AerialRoads, aerial_roads
from cnnkit.datasets.bccd import bccd
from cnnkit.datasets.captioned_images import CaptionedImages, from_captions
from cnnkit.datasets.captions import caption_vocabulary, encode_captions
from cnnkit.datasets.catalogue import catalogue
from cnnkit.datasets.cifar10 import cifar10
from cnnkit.datasets.coco import from_coco
from cnnkit.datasets.dataset import Dataset
from cnnkit.datasets.described_scenes import (
    DescribedScene,
    DescribedScenes,
    described_scenes,
)
from cnnkit.datasets.detection_dataset import BadBox, DetectionDataset
from cnnkit.datasets.digits import digits
from cnnkit.datasets.docstring_sentences import docstring_sentences
from cnnkit.datasets.ecg5000 import ecg5000
from cnnkit.datasets.electrocardiograms import electrocardiograms, heartbeat14
from cnnkit.datasets.face_patches import face_patches
from cnnkit.datasets.faces import Faces, faces
from cnnkit.datasets.flickr8k import flickr8k
from cnnkit.datasets.labelled_sentences import LabelledSentences, from_text
from cnnkit.datasets.mnist import mnist
from cnnkit.datasets.modelnet10 import modelnet10
from cnnkit.datasets.moving_scenes import MovingScenes, moving_scenes
from cnnkit.datasets.near_copies import near_copies, split_without_near_copies
from cnnkit.datasets.olivetti import olivetti
from cnnkit.datasets.photographs import photograph, photograph_names
from cnnkit.datasets.poses import Poses, poses
from cnnkit.datasets.read_clip import read_clip
from cnnkit.datasets.review_sentences import review_sentences
from cnnkit.datasets.scene_grammar import Thing, is_true, true_sentences
from cnnkit.datasets.street_scenes import street_scenes
from cnnkit.datasets.voc import from_voc
from cnnkit.datasets.vocabulary import Vocabulary, split_words
from cnnkit.datasets.volumes import volumes
from cnnkit.datasets.wfdb import Recording, from_wfdb, mit_bih
from cnnkit.datasets.word_vectors import WordVectorFile, word_vectors
from cnnkit.datasets.yolo_fastest import YoloFastest, yolo_fastest

__all__ = [
    "AerialRoads",
    "BadBox",
    "CaptionedImages",
    "Dataset",
    "DescribedScene",
    "DescribedScenes",
    "DetectionDataset",
    "DownloadError",
    "Faces",
    "LabelledSentences",
    "MovingScenes",
    "Poses",
    "Recording",
    "SOURCES",
    "Source",
    "Thing",
    "Vocabulary",
    "WordVectorFile",
    "YoloFastest",
    "aerial_roads",
    "bccd",
    "cache_folder",
    "caption_vocabulary",
    "catalogue",
    "cifar10",
    "described_scenes",
    "digits",
    "docstring_sentences",
    "ecg5000",
    "electrocardiograms",
    "encode_captions",
    "face_patches",
    "faces",
    "fetch",
    "flickr8k",
    "from_captions",
    "from_coco",
    "from_text",
    "from_voc",
    "from_wfdb",
    "heartbeat14",
    "is_true",
    "mit_bih",
    "mnist",
    "modelnet10",
    "moving_scenes",
    "near_copies",
    "olivetti",
    "photograph",
    "photograph_names",
    "poses",
    "read_clip",
    "review_sentences",
    "shipped_folder",
    "split_without_near_copies",
    "split_words",
    "street_scenes",
    "true_sentences",
    "volumes",
    "word_vectors",
    "yolo_fastest",
]
