"""The list of all data sets, for people and for the command line."""

from dataclasses import dataclass

from cnnkit.datasets import _download, _sources
from cnnkit.datasets.aerial_roads import aerial_roads
from cnnkit.datasets.bccd import bccd
from cnnkit.datasets.cifar10 import cifar10
from cnnkit.datasets.digits import digits
from cnnkit.datasets.docstring_sentences import docstring_sentences
from cnnkit.datasets.ecg5000 import ecg5000
from cnnkit.datasets.electrocardiograms import electrocardiograms
from cnnkit.datasets.face_patches import face_patches
from cnnkit.datasets.faces import faces
from cnnkit.datasets.mnist import mnist
from cnnkit.datasets.modelnet10 import modelnet10
from cnnkit.datasets.moving_scenes import moving_scenes
from cnnkit.datasets.olivetti import olivetti
from cnnkit.datasets.photographs import FILES, photograph, photograph_names
from cnnkit.datasets.poses import poses
from cnnkit.datasets.review_sentences import review_sentences
from cnnkit.datasets.street_scenes import street_scenes
from cnnkit.datasets.volumes import volumes


@dataclass(frozen=True)
class Entry:
    """One data set of the catalogue.

    Attributes:
        name: what it is called.
        kind: "bundled" (comes with a library that cnnkit needs), "drawn" (by code,
            from a seed) or "download".
        description: one line.
        licence: licence and credit.
        source: the `Source` of a download, otherwise `None`.
    """

    name: str
    kind: str
    description: str
    licence: str
    source: _sources.Source | None = None

    @property
    def size_bytes(self):
        """Size of the download, `None` if there is none."""
        return self.source.size_bytes if self.source else None

    def status(self):
        """Return "built in", "in CNNKIT_DATA", "in cache" or "not here".

        Looks at names only; `verify` looks inside.
        """
        if self.source is None:
            return "built in"
        if _download.local_file(self.source):
            return "in CNNKIT_DATA"
        cached = _download.cache_folder() / self.source.file
        return "in cache" if cached.is_file() else "not here"

    def fetch(self):
        """Fetch it if it is a download and not at hand; return its path or `None`."""
        return _download.fetch(self.source) if self.source else None

    def verify(self):
        """Check what is at hand; nothing is fetched or removed.

        Returns:
            A sentence that says what was checked.

        Raises:
            FileNotFoundError: if it is not at hand.
            ValueError: if it is damaged.
        """
        if self.source is None:
            return _VERIFY[self.name]()
        status = self.status()
        if status == "not here":
            raise FileNotFoundError(
                f"{self.name} is not here. Type: cnnkit data fetch {self.name}"
            )
        path = _download.local_file(self.source)
        if path is None:
            path = _download.cache_folder() / self.source.file
        if path.is_file():
            with open(path, "rb") as file:
                if _download.sha256(file) == self.source.sha256:
                    return f"{path} is the official file (SHA-256 is right)"
        if status == "in cache":
            raise ValueError(
                f"{path} is damaged: its SHA-256 is not {self.source.sha256}. "
                f"Type: cnnkit data fetch {self.name}"
            )
        _VERIFY[self.name]()
        return f"{path} is not the official file; its images and labels are in order"


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
    mnist download
    cifar10 download
    bccd download
    olivetti download
    review_sentences download
    ecg5000 download
    modelnet10 download
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


def _verify_drawn(draw):
    draw(4)
    return "drawn by code whenever it is asked for"


_VERIFY = {
    "digits": _verify_digits,
    "photographs": _verify_photographs,
    "face_patches": _verify_face_patches,
    "docstring_sentences": _verify_docstrings,
    "electrocardiograms": lambda: _verify_drawn(electrocardiograms),
    "volumes": lambda: _verify_drawn(volumes),
    "street_scenes": lambda: _verify_drawn(street_scenes),
    "faces": lambda: _verify_drawn(faces),
    "poses": lambda: _verify_drawn(poses),
    "aerial_roads": lambda: _verify_drawn(aerial_roads),
    "moving_scenes": lambda: _verify_drawn(moving_scenes),
    "mnist": mnist,
    "cifar10": cifar10,
    "bccd": lambda: bccd(size=(48, 64)),
    "olivetti": olivetti,
    "review_sentences": review_sentences,
    "ecg5000": ecg5000,
    "modelnet10": modelnet10,
}

_ENTRIES = (
    Entry(
        "digits",
        "bundled",
        "1,797 real handwritten digits, 8x8, from scikit-learn",
        "CC BY 4.0, E. Alpaydin and C. Kaynak, UCI repository",
    ),
    Entry(
        "photographs",
        "bundled",
        f"{len(FILES)} photographs from scikit-image and scikit-learn",
        "public domain, CC0 or CC BY; see the README files beside the images",
    ),
    Entry(
        "face_patches",
        "bundled",
        "100 faces and 100 patches without, 25x25, grey, from scikit-image",
        "no licence stated; credit Labeled Faces in the Wild, G. Huang and others",
    ),
    Entry(
        "docstring_sentences",
        "bundled",
        "sentences of the docstrings of six libraries that are installed",
        "BSD, Apache-2.0 and Matplotlib's licence, those of the libraries",
    ),
    Entry(
        "electrocardiograms",
        "drawn",
        "heart rhythms of four classes, one lead",
        "Apache-2.0, part of cnnkit",
    ),
    Entry(
        "volumes",
        "drawn",
        "small CT-like volumes of four classes",
        "Apache-2.0, part of cnnkit",
    ),
    Entry(
        "street_scenes",
        "drawn",
        "streets with pedestrians, cars and motorcycles, and a box around each",
        "Apache-2.0, part of cnnkit",
    ),
    Entry(
        "faces",
        "drawn",
        "faces: identity, pose, light, expression, glasses and 64 landmarks",
        "Apache-2.0, part of cnnkit",
    ),
    Entry(
        "poses",
        "drawn",
        "people in many postures, with 32 joints",
        "Apache-2.0, part of cnnkit",
    ),
    Entry(
        "aerial_roads",
        "drawn",
        "land from above, with a map of its roads",
        "Apache-2.0, part of cnnkit",
    ),
    Entry(
        "moving_scenes",
        "drawn",
        "clips of things that go left or right, come nearer or go away",
        "Apache-2.0, part of cnnkit",
    ),
    Entry(
        "mnist",
        "download",
        "70,000 handwritten digits, 28x28",
        "CC BY-SA 3.0, Y. LeCun and C. Cortes",
        _sources.SOURCES["mnist"],
    ),
    Entry(
        "cifar10",
        "download",
        "60,000 colour photographs of ten classes, 32x32",
        "no licence stated; credit A. Krizhevsky, University of Toronto",
        _sources.SOURCES["cifar10"],
    ),
    Entry(
        "bccd",
        "download",
        "364 photographs of blood cells, a box around each of 4,888 cells",
        "MIT, Shenggan/BCCD_Dataset; credit cosmicad and akshaylamba",
        _sources.SOURCES["bccd"],
    ),
    Entry(
        "olivetti",
        "download",
        "400 grey photographs of 40 people's faces, 64x64",
        "no licence stated; credit AT&T Laboratories Cambridge",
        _sources.SOURCES["olivetti"],
    ),
    Entry(
        "review_sentences",
        "download",
        "10,662 sentences of film reviews, praise or blame",
        "no licence stated; credit B. Pang and L. Lee, Cornell University",
        _sources.SOURCES["review_sentences"],
    ),
    Entry(
        "ecg5000",
        "download",
        "500 heartbeats of five kinds, 140 samples each",
        "no licence stated; credit the UCR archive and PhysioNet",
        _sources.SOURCES["ecg5000"],
    ),
    Entry(
        "modelnet10",
        "download",
        "4,899 pieces of furniture of ten kinds as voxels, 32x32x32",
        "no licence stated, academic use; credit Princeton University",
        _sources.SOURCES["modelnet10"],
    ),
)
