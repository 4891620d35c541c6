"""Where the data sets that are fetched officially live."""

import difflib
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A file at its official place.

    Attributes:
        name: name of the data set, as its loader is called.
        url: address of the file.
        sha256: its checksum, in hexadecimal.
        size_bytes: its size.
        file: its name in the cache.
        accepts: names that are looked for in the folder `CNNKIT_DATA`, best first.
    """

    name: str
    url: str
    sha256: str
    size_bytes: int
    file: str
    accepts: tuple[str, ...]


SOURCES = {
    source.name: source
    for source in (
        Source(
            name="mnist",
            url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
            sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            size_bytes=11_490_434,
            file="mnist.npz",
            accepts=("mnist.npz",),
        ),
        Source(
            name="cifar10",
            url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
            sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            size_bytes=170_498_071,
            file="cifar-10-python.tar.gz",
            accepts=(
                "cifar-10-python.tar.gz",
                "cifar-10-batches-py",
                "cifar10_jpeg.tar.xz",
            ),
        ),
        Source(
            name="bccd",
            url="https://github.com/Shenggan/BCCD_Dataset/archive/v1.0.zip",
            sha256="97af5cc16d14d293fcb3c82a8f66e49b0339a8d0abd8e9508e0feeb4911caa1f",
            size_bytes=7_875_205,
            file="BCCD_Dataset-1.0.zip",
            accepts=("BCCD_Dataset-1.0.zip", "bccd"),
        ),
        Source(
            name="olivetti",
            url="https://ndownloader.figshare.com/files/5976027",
            sha256="b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794",
            size_bytes=4_261_000,  # about: scikit-learn states the checksum alone
            file="olivettifaces.mat",
            accepts=("olivettifaces.mat", "olivetti_faces.npz"),
        ),
        Source(
            name="modelnet10",
            url="https://raw.githubusercontent.com/Ektagavas/3d-object-cls/"
            "b9af7e591a978db89a8f1745a6d038a48b1cafad/modelnet10.npz",
            sha256="619d09a17c6e48b22bcedd1392ed18f36aaaf79d5aeb062e2b09372a7a9a457d",
            size_bytes=2_724_263,
            file="modelnet10.npz",
            accepts=("modelnet10.npz",),
        ),
        Source(
            name="ecg5000",
            url="https://raw.githubusercontent.com/sushantsk1/DL/"
            "3d8551a8d8557874c10cfd676d596f5826d681b1/ECG5000_TRAIN.txt",
            sha256="11a8da6d20ba403df7d9e77ac5de852e50e9cae0b54269c9f9f11700996780d0",
            size_bytes=1_129_000,
            file="ECG5000_TRAIN.txt",
            accepts=("ECG5000_TRAIN.txt", "ecg/ECG5000_TRAIN.txt"),
        ),
        Source(
            name="review_sentences",
            url="https://storage.googleapis.com/seldon-datasets/sentence_polarity_v1/"
            "rt-polaritydata.tar.gz",
            sha256="a05befe52aafda71d458d188a1c54506a998b1308613ba76bbda2e5029409ce9",
            size_bytes=487_770,
            file="rt-polaritydata.tar.gz",
            accepts=(
                "rt-polaritydata.tar.gz",
                "text/rt-polaritydata.tar.gz",
                "rt-polaritydata",
                "text/rt-polarity.pos",
            ),
        ),
        Source(
            name="word_vectors",
            url="https://nlp.stanford.edu/data/glove.6B.zip",
            sha256="617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
            size_bytes=862_182_613,
            file="glove.6B.zip",
            accepts=(
                "glove.6B.zip",
                "text/glove.6B.zip",
                "text/word2vec_1000x300.json",
            ),
        ),
    )
}


def find_source(source):
    """Return the `Source` of that name; a `Source` is returned as it is."""
    if isinstance(source, Source):
        return source
    if isinstance(source, str) and source in SOURCES:
        return SOURCES[source]
    raise ValueError(unknown(source, "name", SOURCES))


def unknown(value, argument, names):
    """Say that `value` is none of `names`, with the nearest ones first."""
    names = sorted(names)
    near = difflib.get_close_matches(str(value).lower(), names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    return (
        f"`{argument}` must be one of {', '.join(names)}. {hint}"
        f"Received: {argument}={value!r}."
    )
