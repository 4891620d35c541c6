"""The list of all data sets, for people and for the command line."""

from cnnkit.datasets import _sources
from cnnkit.datasets._entry import Entry
from cnnkit.datasets.aerial_roads import aerial_roads
from cnnkit.datasets.bccd import bccd
from cnnkit.datasets.cifar10 import cifar10
from cnnkit.datasets.described_scenes import described_scenes
from cnnkit.datasets.digits import digits
from cnnkit.datasets.docstring_sentences import docstring_sentences
from cnnkit.datasets.ecg5000 import ecg5000
from cnnkit.datasets.electrocardiograms import electrocardiograms
from cnnkit.datasets.face_patches import face_patches
from cnnkit.datasets.faces import faces
from cnnkit.datasets.flickr8k import FOLDERS, flickr8k
from cnnkit.datasets.mnist import mnist
from cnnkit.datasets.modelnet10 import modelnet10
from cnnkit.datasets.moving_scenes import moving_scenes
from cnnkit.datasets.olivetti import olivetti
from cnnkit.datasets.photographs import FILES, photograph, photograph_names
from cnnkit.datasets.poses import poses
from cnnkit.datasets.review_sentences import review_sentences
from cnnkit.datasets.street_scenes import street_scenes
from cnnkit.datasets.volumes import volumes


def catalogue():
    """Return an `Entry` for each data set, those that are always there first.

    Example:

    >>> for entry in catalogue():
    ...     print(entry.name, entry.kind)
    digits bundled
    photographs bundled
    face_patches bundled
    docstring_sentences bundled
    electrocardiograms drawn
    volumes drawn
    street_scenes drawn
    faces drawn
    poses drawn
    aerial_roads drawn
    moving_scenes drawn
    described_scenes drawn
    mnist download
    cifar10 download
    bccd download
    olivetti download
    review_sentences download
    ecg5000 download
    modelnet10 download
    flickr8k request
    """
    return list(_ENTRIES)


def _verify_photographs():
    names = photograph_names()
    if missing := sorted(set(FILES) - set(names)):
        raise FileNotFoundError(
            f"These photographs are not installed: {', '.join(missing)}. "
            "Install scikit-image and scikit-learn again."
        )
    for name in names:
        photograph(name)
    return f"{len(names)} photographs can be read"


def _verify_digits():
    data = digits()
    return f"{len(data.x_train) + len(data.x_test):,} digits can be read"


def _verify_face_patches():
    data = face_patches()
    return f"{len(data.x_train) + len(data.x_test)} patches can be read"


def _verify_docstrings():
    data = docstring_sentences(20)
    return f"{len(data)} sentences could be read"


def _verify_flickr8k():
    data = flickr8k(size=32)
    count = sum(map(len, data.sentences))
    return f"{len(data):,} photographs and {count:,} sentences can be read"


def _drawn(draw):
    def check():
        draw(4)
        return "drawn by code whenever it is asked for"

    return check


_ENTRIES = (
    Entry(
        "digits",
        "bundled",
        "1,797 real handwritten digits, 8x8, from scikit-learn",
        "CC BY 4.0, E. Alpaydin and C. Kaynak, UCI repository",
        _verify_digits,
    ),
    Entry(
        "photographs",
        "bundled",
        f"{len(FILES)} photographs from scikit-image and scikit-learn",
        "public domain, CC0 or CC BY; see the README files beside the images",
        _verify_photographs,
    ),
    Entry(
        "face_patches",
        "bundled",
        "100 faces and 100 patches without, 25x25, grey, from scikit-image",
        "no licence stated; credit Labeled Faces in the Wild, G. Huang and others",
        _verify_face_patches,
    ),
    Entry(
        "docstring_sentences",
        "bundled",
        "sentences of the docstrings of six libraries that are installed",
        "BSD, Apache-2.0 and Matplotlib's licence, those of the libraries",
        _verify_docstrings,
    ),
    Entry(
        "electrocardiograms",
        "drawn",
        "heart rhythms of four classes, one lead",
        "Apache-2.0, part of cnnkit",
        _drawn(electrocardiograms),
    ),
    Entry(
        "volumes",
        "drawn",
        "small CT-like volumes of four classes",
        "Apache-2.0, part of cnnkit",
        _drawn(volumes),
    ),
    Entry(
        "street_scenes",
        "drawn",
        "streets with pedestrians, cars and motorcycles, and a box around each",
        "Apache-2.0, part of cnnkit",
        _drawn(street_scenes),
    ),
    Entry(
        "faces",
        "drawn",
        "faces: identity, pose, light, expression, glasses and 64 landmarks",
        "Apache-2.0, part of cnnkit",
        _drawn(faces),
    ),
    Entry(
        "poses",
        "drawn",
        "people in many postures, with 32 joints",
        "Apache-2.0, part of cnnkit",
        _drawn(poses),
    ),
    Entry(
        "aerial_roads",
        "drawn",
        "land from above, with a map of its roads",
        "Apache-2.0, part of cnnkit",
        _drawn(aerial_roads),
    ),
    Entry(
        "moving_scenes",
        "drawn",
        "clips of things that go left or right, come nearer or go away",
        "Apache-2.0, part of cnnkit",
        _drawn(moving_scenes),
    ),
    Entry(
        "described_scenes",
        "drawn",
        "a few coloured things, and sentences that are true of them",
        "Apache-2.0, part of cnnkit",
        _drawn(described_scenes),
    ),
    Entry(
        "mnist",
        "download",
        "70,000 handwritten digits, 28x28",
        "CC BY-SA 3.0, Y. LeCun and C. Cortes",
        mnist,
        _sources.SOURCES["mnist"],
    ),
    Entry(
        "cifar10",
        "download",
        "60,000 colour photographs of ten classes, 32x32",
        "no licence stated; credit A. Krizhevsky, University of Toronto",
        cifar10,
        _sources.SOURCES["cifar10"],
    ),
    Entry(
        "bccd",
        "download",
        "364 photographs of blood cells, a box around each of 4,888 cells",
        "MIT, Shenggan/BCCD_Dataset; credit cosmicad and akshaylamba",
        lambda: bccd(size=(48, 64)),
        _sources.SOURCES["bccd"],
    ),
    Entry(
        "olivetti",
        "download",
        "400 grey photographs of 40 people's faces, 64x64",
        "no licence stated; credit AT&T Laboratories Cambridge",
        olivetti,
        _sources.SOURCES["olivetti"],
    ),
    Entry(
        "review_sentences",
        "download",
        "10,662 sentences of film reviews, praise or blame",
        "no licence stated; credit B. Pang and L. Lee, Cornell University",
        review_sentences,
        _sources.SOURCES["review_sentences"],
    ),
    Entry(
        "ecg5000",
        "download",
        "500 heartbeats of five kinds, 140 samples each",
        "no licence stated; credit the UCR archive and PhysioNet",
        ecg5000,
        _sources.SOURCES["ecg5000"],
    ),
    Entry(
        "modelnet10",
        "download",
        "4,899 pieces of furniture of ten kinds as voxels, 32x32x32",
        "no licence stated, academic use; credit Princeton University",
        modelnet10,
        _sources.SOURCES["modelnet10"],
    ),
    Entry(
        "flickr8k",
        "request",
        "8,000 photographs, or a part of them, with five sentences about each",
        "not for commercial use; credit M. Hodosh, P. Young and J. Hockenmaier",
        _verify_flickr8k,
        folders=FOLDERS,
    ),
)
