import subprocess
import sys
from dataclasses import replace

import imageio.v3 as imageio
import numpy as np
import pytest

from cnnkit import datasets
from cnnkit.datasets import Dataset, catalogue

ENTRIES = {entry.name: entry for entry in catalogue()}
BUILT_IN = [n for n, entry in ENTRIES.items() if entry.kind in ("bundled", "drawn")]


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_is_filled_in(name):
    entry = ENTRIES[name]
    assert entry.kind in ("bundled", "drawn", "download", "request")
    assert entry.description and entry.licence
    assert (entry.size_bytes is None) == (entry.kind != "download")
    built_in = entry.kind in ("bundled", "drawn")
    assert entry.status() == ("built in" if built_in else "not here")


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_is_built_in_is_in_order(name):
    assert ENTRIES[name].fetch() is None
    assert "read" in ENTRIES[name].verify() or "drawn" in ENTRIES[name].verify()


@pytest.mark.parametrize("name", ["mnist", "cifar10", "bccd"])
def test_verify_what_is_not_here(name):
    with pytest.raises(FileNotFoundError, match=f"cnnkit data fetch {name}"):
        ENTRIES[name].verify()


def test_what_is_given_out_on_request(tmp_path, monkeypatch):
    entry = ENTRIES["flickr8k"]
    for act in (entry.verify, entry.fetch):
        with pytest.raises(OSError, match="flickr8k is not here. Ask its authors"):
            act()
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    folder = tmp_path / "flickr8k"
    (folder / "images").mkdir(parents=True)
    assert entry.status() == "in CNNKIT_DATA" and entry.fetch() == folder
    with pytest.raises(FileNotFoundError, match="captions.txt"):
        entry.verify()
    imageio.imwrite(folder / "images/a.png", np.zeros((9, 12, 3), np.uint8))
    (folder / "captions.txt").write_text("a.png,dark\na.png,all black\n")
    assert entry.verify() == "1 photographs and 2 sentences can be read"


def test_a_download_from_fetch_to_damage(server):
    entry = replace(ENTRIES["mnist"], source=server.source())
    path = entry.fetch()
    assert entry.status() == "in cache"
    assert entry.verify() == f"{path} is the official file (SHA-256 is right)"
    path.write_bytes(b"damaged")
    with pytest.raises(ValueError, match="is damaged: .* cnnkit data fetch mnist"):
        entry.verify()
    assert path.exists()


def test_a_file_put_there_by_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    entry = ENTRIES["mnist"]
    assert entry.status() == "not here"
    path = tmp_path / "mnist.npz"
    path.write_bytes(b"no archive")
    assert entry.status() == "in CNNKIT_DATA"
    with pytest.raises(ValueError, match="damaged"):
        entry.verify()
    arrays = {
        "x_train": np.zeros((60_000, 28, 28), np.uint8),
        "y_train": np.zeros(60_000, np.uint8),
        "x_test": np.zeros((10_000, 28, 28), np.uint8),
        "y_test": np.zeros(10_000, np.uint8),
    }
    np.savez_compressed(path, **arrays)
    assert "not the official file; what it holds is in order" in entry.verify()


def test_the_names_are_the_loaders():
    for name in set(ENTRIES) - {"photographs"}:
        assert callable(getattr(datasets, name)), name


def test_dataset_repr_is_short():
    x, y = np.zeros((2, 3, 1)), np.zeros(2)
    two = Dataset(x, y, x, y, classes=("a", "b"))
    assert repr(two) == (
        "Dataset(x_train=(2, 3, 1), y_train=(2,), x_test=(2, 3, 1), y_test=(2,), "
        "classes=('a', 'b'))"
    )
    many = Dataset(x, y, x, y, classes=tuple(map(str, range(100))))
    assert len(repr(many)) < 130


def test_a_dataset_cannot_be_changed_and_can_be_compared():
    data = Dataset(*[np.zeros(3)] * 4, classes=())
    with pytest.raises(AttributeError):
        data.x_train = None
    assert data == data and data != "data"


def test_importing_brings_no_heavy_library():
    heavy = "('tensorflow', 'keras', 'sklearn', 'skimage', 'pooch', 'requests')"
    code = (
        f"import cnnkit.datasets, sys; print([m for m in {heavy} if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "[]", out.stderr
