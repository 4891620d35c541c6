"""The voxels of ModelNet10: what is read, and what is refused."""

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnkit.datasets import SOURCES, modelnet10
from tests.datasets.real import REAL, needs


@pytest.fixture
def by_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    module = sys.modules["cnnkit.datasets.modelnet10"]
    monkeypatch.setattr(module, "SIDE", 4)
    monkeypatch.setattr(module, "TRAIN", 20)
    monkeypatch.setattr(module, "TEST", 10)
    return tmp_path / "modelnet10.npz"


def arrays(**changes):
    rng = np.random.default_rng(0)
    return {
        "X_train": rng.integers(0, 2, (20, 4, 4, 4), np.int32),
        "y_train": np.arange(20) % 10,
        "X_test": rng.integers(0, 2, (10, 4, 4, 4), np.int32),
        "y_test": np.arange(10),
    } | changes


@pytest.mark.parametrize("dtype", ["int32", "uint8", "bool"])
def test_it_is_read(by_hand, dtype):
    made = arrays()
    made["X_train"] = made["X_train"].astype(dtype)
    np.savez_compressed(by_hand, **made)
    data = modelnet10()
    assert data.x_train.shape == (20, 4, 4, 4, 1) and data.x_train.dtype == np.float32
    np.testing.assert_array_equal(data.x_train[..., 0], made["X_train"])
    assert data.y_test.dtype == np.int64 and data.classes[6] == "night stand"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X_train": np.zeros((19, 4, 4, 4), int)}, r"\(19, 4, 4, 4\)"),
        ({"X_train": np.full((20, 4, 4, 4), 2)}, "not 0 or 1"),
        ({"X_train": np.zeros((20, 4, 4, 4))}, "not 0 or 1"),
        ({"y_test": np.arange(10) + 1}, "from 1 to 10"),
        ({"y_test": np.arange(9)}, "labels should be 10 integers"),
    ],
)
def test_bad_arrays(by_hand, changes, message):
    np.savez_compressed(by_hand, **arrays(**changes))
    with pytest.raises(ValueError, match=message):
        modelnet10()


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_bad_files(by_hand, content):
    by_hand.write_bytes(content)
    with pytest.raises(ValueError, match="damaged"):
        modelnet10()


@needs("modelnet10.npz")
def test_the_real_file():
    content = Path(REAL, "modelnet10.npz").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SOURCES["modelnet10"].sha256
    with np.load(Path(REAL, "modelnet10.npz")) as file:
        counts = np.bincount(file["y_train"]), np.bincount(file["y_test"])
    assert counts[0].tolist() == [106, 515, 889, 200, 200, 465, 200, 680, 392, 344]
    assert counts[1].tolist() == [50, 100, 100, 86, 86, 100, 86, 100, 100, 100]
