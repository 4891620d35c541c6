import io
import os
import pickle
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnkit.datasets import cache_folder, cifar10, fetch

REAL = os.environ.get("CNNKIT_DATA", "")
MODULE = sys.modules[cifar10.__module__]
BATCHES = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]


@pytest.fixture
def by_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    monkeypatch.setattr(MODULE, "COUNTS", {"train": 50, "test": 10})
    return tmp_path


def batch(number, count=10):
    """A batch as the official files have it: planes of red, green and blue."""
    data = np.zeros((count, 3, 32, 32), np.uint8)
    data[:, 0] = 255
    data[:, 1, 0, 1] = number
    labels = [i % 10 for i in range(count)]
    return {b"data": data.reshape(count, -1), b"labels": labels}


def batches():
    return {name: pickle.dumps(batch(i), 2) for i, name in enumerate(BATCHES)}


def pack(path, files, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def pack_official(folder, files=None):
    files = batches() if files is None else files
    path = folder / "cifar-10-python.tar.gz"
    pack(path, {f"cifar-10-batches-py/{name}": data for name, data in files.items()})
    return path


def unpack_official(folder):
    (folder / "cifar-10-batches-py").mkdir()
    for name, data in batches().items():
        (folder / "cifar-10-batches-py" / name).write_bytes(data)


def jpeg(colour, size=32):
    file = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(file, "JPEG")
    return file.getvalue()


def pack_jpegs(folder, images=None):
    if images is None:
        images = {
            f"{part}/{name}/{i:04}.jpg": jpeg((20 * label, 0, 0))
            for part, count in (("train", 5), ("test", 1))
            for label, name in enumerate(MODULE.CLASSES)
            for i in range(count)
        }
    path = folder / "cifar10_jpeg.tar.xz"
    pack(path, images, "w:xz")
    return path


@pytest.mark.parametrize("prepare", [pack_official, unpack_official])
def test_the_official_files(by_hand, prepare):
    prepare(by_hand)
    data = cifar10()
    assert data.x_train.shape == (50, 32, 32, 3)
    assert data.x_train.dtype == np.float32
    assert data.x_train[..., 0].min() == 1
    assert (data.x_train[::10, 0, 1, 1] * 255).round().tolist() == [0, 1, 2, 3, 4]
    assert data.x_train[..., 1:].sum() == pytest.approx(100 / 255)
    assert data.x_test[0, 0, 1, 1] == pytest.approx(5 / 255)
    assert data.y_test.tolist() == list(range(10))
    assert data.classes[0] == "airplane"


def test_a_pickle_of_the_old_kind(by_hand):
    """Python 2 wrote the official batches; this is their opening, byte by byte."""
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR"
        b"(K\x01K\x01M\x00\x0c\x86cnumpy\ndtype\n(U\x02u1K\x00K\x01tR"
        b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x00\x0c\x00\x00"
    )
    old = b"\x80\x02}(U\x04data" + array + bytes(3072) + b"tbU\x06labels](K\x03eu."
    images, labels = MODULE._unpickle(old)
    assert images.shape == (1, 32, 32, 3)
    assert images.dtype == np.uint8
    assert labels.tolist() == [3]


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


def test_a_batch_cannot_run_code(by_hand, monkeypatch):
    monkeypatch.chdir(by_hand)
    pack_official(by_hand, batches() | {"data_batch_3": pickle.dumps(Evil(), 2)})
    with pytest.raises(ValueError, match=r"mkdir, which no batch does"):
        cifar10()
    assert not (by_hand / "evil").exists()


@pytest.mark.parametrize(
    "files, message",
    [
        ({}, "holds no data_batch_1, data_batch_2"),
        ({"test_batch": None}, "holds no test_batch"),
        ({"test_batch": b""}, "damaged"),
        ({"test_batch": b"abc"}, "damaged"),
        ({"test_batch": pickle.dumps([1, 2])}, "damaged"),
        ({"test_batch": pickle.dumps({b"data": 3})}, "damaged"),
        ({"test_batch": pickle.dumps(batch(0, 9), 2)}, r"\(9, 32, 32, 3\)"),
    ],
)
def test_bad_batches_are_refused(by_hand, files, message):
    files = {**batches(), **files} if files else {}
    path = pack_official(by_hand, {k: v for k, v in files.items() if v is not None})
    with pytest.raises(ValueError, match=message) as caught:
        cifar10()
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
@pytest.mark.parametrize("prepare", [pack_official, pack_jpegs])
def test_a_truncated_archive_is_refused(by_hand, prepare, share):
    path = prepare(by_hand)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match="is damaged or not the file"):
        cifar10()
    assert not cache_folder().exists()


def test_jpegs_are_decoded_once(by_hand, monkeypatch):
    pack_jpegs(by_hand)
    first = cifar10()
    assert np.bincount(first.y_train).tolist() == [5] * 10
    assert sorted(first.y_test) != first.y_test.tolist()
    expected = first.y_train * 20 / 255
    assert np.abs(first.x_train[:, 5, 5, 0] - expected).max() < 0.02
    monkeypatch.setattr(MODULE, "_decode_jpeg_archive", None)
    second = cifar10()
    np.testing.assert_array_equal(first.x_train, second.x_train)
    np.testing.assert_array_equal(first.y_test, second.y_test)


def test_kept_jpegs_that_were_altered_are_made_again(by_hand):
    pack_jpegs(by_hand)
    first = cifar10()
    (kept,) = cache_folder().iterdir()
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(bytes(content))
    with pytest.warns(UserWarning, match="is damaged. It is made again"):
        second = cifar10()
    np.testing.assert_array_equal(first.x_train, second.x_train)
    cifar10()


def test_another_archive_is_not_mistaken_for_the_kept_one(by_hand):
    pack_jpegs(by_hand)
    cifar10()
    black = {
        f"{part}/{name}/{i}.jpg": jpeg("black")
        for part, count in (("train", 5), ("test", 1))
        for name in MODULE.CLASSES
        for i in range(count)
    }
    pack_jpegs(by_hand, black)
    assert cifar10().x_train.max() < 0.02


def test_a_cache_that_cannot_be_written(by_hand, monkeypatch):
    pack_jpegs(by_hand)
    (by_hand / "file").write_text("")
    monkeypatch.setenv("CNNKIT_CACHE", str(by_hand / "file" / "cache"))
    with pytest.warns(UserWarning, match="cannot be kept in"):
        assert len(cifar10().x_train) == 50


@pytest.mark.parametrize(
    "images",
    [
        {"train/zebra/0.jpg": jpeg("red")},
        {"0.jpg": jpeg("red")},
        {"train/cat/0.jpg": b"no image", "test/cat/0.jpg": jpeg("red")},
        {"train/cat/0.jpg": jpeg("red", 31), "test/cat/0.jpg": jpeg("red")},
        {"train/cat/0.jpg": jpeg("red")},
    ],
)
def test_bad_jpeg_archives_are_refused(by_hand, images):
    path = pack_jpegs(by_hand, images)
    with pytest.raises(ValueError, match="is damaged or not the file") as caught:
        cifar10()
    assert str(path) in str(caught.value)


def test_the_official_archive_is_preferred(by_hand):
    pack_jpegs(by_hand)
    official = pack_official(by_hand)
    assert fetch("cifar10") == official


@pytest.mark.skipif(
    not any(Path(REAL).glob("cifar*")) if REAL else True,
    reason="needs CIFAR-10 in CNNKIT_DATA",
)
def test_the_real_one(monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", REAL)
    data = cifar10()
    assert data.x_train.shape == (50_000, 32, 32, 3)
    assert np.bincount(data.y_train).tolist() == [5000] * 10
    assert np.bincount(data.y_test).tolist() == [1000] * 10
    assert np.unique(data.y_train[:100]).size == 10
    means = data.x_train.mean(axis=(0, 1, 2), dtype=np.float64)
    assert means == pytest.approx([0.4914, 0.4822, 0.4465], abs=2e-3)
