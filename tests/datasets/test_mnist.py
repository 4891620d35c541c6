import importlib.util
import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnkit.datasets import SOURCES, fetch, mnist

REAL = os.environ.get("CNNKIT_DATA", "")


def npz(**changes):
    arrays = {
        "x_train": np.zeros((60_000, 28, 28), np.uint8),
        "y_train": np.arange(60_000, dtype=np.uint8) % 10,
        "x_test": np.full((10_000, 28, 28), 255, np.uint8),
        "y_test": np.arange(10_000) % 10,
    }
    file = io.BytesIO()
    arrays |= changes
    np.savez_compressed(file, **{k: v for k, v in arrays.items() if v is not None})
    return file.getvalue()


@pytest.fixture
def by_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    return tmp_path / "mnist.npz"


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_the_source_is_the_one_that_keras_states(name):
    keras = Path(importlib.util.find_spec("keras").origin).parent
    text = (keras / "src" / "datasets" / f"{name}.py").read_text()
    source = SOURCES[name]
    assert source.sha256 in text
    assert source.url.rpartition("/")[0] in text


def test_from_the_local_folder(by_hand):
    by_hand.write_bytes(npz())
    data = mnist()
    assert data.x_train.shape == (60_000, 28, 28, 1)
    assert data.x_test.dtype == np.float32
    assert data.x_test.min() == data.x_test.max() == 1
    assert data.y_test[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert data.y_train.dtype == data.y_test.dtype == np.int64
    assert data.classes[9] == "9"


def test_from_a_server(server, monkeypatch):
    server.payload = npz()
    monkeypatch.setitem(SOURCES, "mnist", replace(server.source(), file="mnist.npz"))
    server.faults = ["cut"]
    assert mnist().x_train.shape == (60_000, 28, 28, 1)
    fetch("mnist").write_bytes(server.payload[:-100])
    with pytest.warns(UserWarning, match="removed and fetched again"):
        mnist()
    assert server.requests == 3


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "mnist.npz is damaged"),
        (b"not a zip file", "mnist.npz is damaged"),
        (npz()[:-200], "mnist.npz is damaged"),
        (npz(y_test=None), "y_test is not a file"),
        (npz(x_train=np.zeros((60_000, 784), np.uint8)), r"of shape \(60000, 784\)"),
        (npz(x_test=np.zeros((10_000, 28, 28), np.float32)), "are float32"),
        (npz(x_test=np.zeros((9_999, 28, 28), np.uint8)), "9999"),
        (npz(y_train=np.full(60_000, 10)), "from 10 to 10"),
        (npz(y_train=np.zeros(60_000)), "are float64"),
        (npz(y_train=np.array([None] * 60_000)), "allow_pickle"),
        (npz(y_test=np.zeros(9, int)), "should be 10000 integers"),
    ],
)
def test_a_bad_file_is_refused(by_hand, content, message):
    by_hand.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        mnist()
    assert str(by_hand) in str(caught.value)
    assert "Replace it by a whole copy" in str(caught.value)
    assert by_hand.exists()


def test_one_flipped_bit_is_refused(by_hand):
    content = bytearray(npz())
    content[len(content) // 2] ^= 4
    by_hand.write_bytes(bytes(content))
    with pytest.raises(ValueError, match="damaged"):
        mnist()


@pytest.mark.skipif(
    not (Path(REAL) / "mnist.npz").is_file(), reason="needs mnist.npz in CNNKIT_DATA"
)
def test_the_real_one(monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", REAL)
    data = mnist()
    assert np.bincount(data.y_train).tolist() == [
        *(5923, 6742, 5958, 6131, 5842),
        *(5421, 5918, 6265, 5851, 5949),
    ]
    assert data.y_test[:5].tolist() == [7, 2, 1, 0, 4]
    assert data.x_train.mean() == pytest.approx(0.1307, abs=1e-4)
