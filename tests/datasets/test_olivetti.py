import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import sklearn.datasets

from cnnkit.datasets import SOURCES, catalogue, fetch, olivetti

REAL = os.environ.get("CNNKIT_DATA", "")
PEOPLE = np.repeat(np.arange(40), 10)


def pictures():
    """400 images that tell who and which, and where the upper right corner is."""
    images = np.zeros((400, 64, 64), np.uint8)
    images[:, 0, 63] = 255
    images[:, 1, 0] = PEOPLE
    images[:, 2, 0] = np.arange(400) % 10
    return images


def npz(**changes):
    arrays = {"images": pictures(), "target": PEOPLE.astype(np.uint8)} | changes
    file = io.BytesIO()
    np.savez_compressed(file, **{k: v for k, v in arrays.items() if v is not None})
    return file.getvalue()


def mat(**changes):
    """As MATLAB stores them: a face is a column, its pixels go down first."""
    faces = pictures().transpose(0, 2, 1).reshape(400, 4096).T
    file = io.BytesIO()
    arrays = {"faces": faces, "p": np.ones(40)} | changes
    scipy.io.savemat(file, arrays, do_compression=True)
    return file.getvalue()


@pytest.fixture
def by_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    return tmp_path


def test_the_source_is_the_one_that_scikit_learn_states():
    folder = Path(sklearn.datasets.__file__).parent
    text = (folder / "_olivetti_faces.py").read_text()
    source = SOURCES["olivetti"]
    assert source.sha256 in text and source.url in text and source.file in text


@pytest.mark.parametrize(
    ("name", "content"), [("olivetti_faces.npz", npz), ("olivettifaces.mat", mat)]
)
def test_both_files_give_the_same(by_hand, name, content):
    (by_hand / name).write_bytes(content())
    data = olivetti()
    assert data.x_train.shape == (300, 64, 64, 1)
    assert data.x_test.shape == (100, 64, 64, 1)
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    assert data.y_train.dtype == data.y_test.dtype == np.int64
    np.testing.assert_array_equal(data.y_train, PEOPLE[:300])
    np.testing.assert_array_equal(data.y_test, PEOPLE[300:])
    assert (data.x_train[:, 0, 63] == 1).all() and (data.x_test[:, 0, 63] == 1).all()
    np.testing.assert_allclose(data.x_test[:, 1, 0, 0] * 255, data.y_test, rtol=1e-6)
    which = (data.x_train[:, 2, 0, 0] * 255).round()
    np.testing.assert_array_equal(which, np.arange(300) % 10)
    assert data.classes[39] == "person 39"


def test_as_scikit_learn_reads_it(by_hand):
    (by_hand / "olivettifaces.mat").write_bytes(mat())
    faces = np.float32(scipy.io.loadmat(by_hand / "olivettifaces.mat")["faces"].T)
    theirs = faces.reshape(400, 64, 64).transpose(0, 2, 1) / 255
    np.testing.assert_array_equal(olivetti().x_train[..., 0], theirs[:300])


@pytest.mark.parametrize(
    ("test_people", "expected"),
    [
        (1, [39]),
        (39, range(1, 40)),
        (np.int64(2), [38, 39]),
        ([0, 20], [0, 20]),
        ((20, 0), [0, 20]),
        (range(10), range(10)),
        (np.array([5]), [5]),
    ],
)
def test_nobody_is_in_both_parts(by_hand, test_people, expected):
    (by_hand / "olivetti_faces.npz").write_bytes(npz())
    data = olivetti(test_people)
    train, test = set(data.y_train.tolist()), set(data.y_test.tolist())
    assert test == set(expected) and not train & test and len(train | test) == 40
    assert len(data.x_test) == len(data.y_test) == 10 * len(test)
    np.testing.assert_allclose(data.x_test[:, 1, 0, 0] * 255, data.y_test, rtol=1e-6)


@pytest.mark.parametrize(
    "test_people",
    [
        *(0, -1, 40, 2.5, True, None, "ten", [], [40], [-1], [1, 1], [0.5]),
        *(range(40), [[1, 2]], [True, False]),
    ],
)
def test_bad_splits_are_refused(test_people):
    with pytest.raises(ValueError, match="`test_people` must be a number from 1 to 39"):
        olivetti(test_people)


def test_people_in_any_order(by_hand):
    order = np.random.default_rng(0).permutation(400)
    content = npz(images=pictures()[order], target=PEOPLE[order])
    (by_hand / "olivetti_faces.npz").write_bytes(content)
    data = olivetti()
    np.testing.assert_array_equal(data.y_train, PEOPLE[:300])
    np.testing.assert_allclose(data.x_train[:, 1, 0, 0] * 255, data.y_train, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("olivetti_faces.npz", b"", "npz is damaged"),
        ("olivetti_faces.npz", npz()[:-100], "npz is damaged"),
        ("olivetti_faces.npz", npz(target=None), "target is not a file"),
        ("olivetti_faces.npz", npz(images=pictures() / 255.0), "are float64"),
        ("olivetti_faces.npz", npz(images=pictures()[1:]), r"\(399, 64, 64\)"),
        ("olivetti_faces.npz", npz(target=PEOPLE + 1), "from 1 to 40"),
        ("olivetti_faces.npz", npz(target=PEOPLE // 2), "10 images of each"),
        ("olivettifaces.mat", b"", "mat is damaged"),
        ("olivettifaces.mat", b"no file of MATLAB's" * 20, "mat is damaged"),
        ("olivettifaces.mat", mat()[:-100], "mat is damaged"),
        ("olivettifaces.mat", mat()[:200], "mat is damaged"),
        ("olivettifaces.mat", mat(faces=np.zeros((4096, 399))), "uint8"),
        ("olivettifaces.mat", mat(faces=np.zeros((4095, 400))), "cannot reshape"),
        ("olivettifaces.mat", mat(faces="none"), "is damaged"),
    ],
)
def test_a_bad_file_is_refused(by_hand, name, content, message):
    path = by_hand / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        olivetti()
    assert str(path) in str(caught.value)
    assert "Replace it by a whole copy" in str(caught.value)


def test_from_a_server(server, monkeypatch):
    server.payload = mat()
    source = replace(server.source(), file="olivettifaces.mat")
    monkeypatch.setitem(SOURCES, "olivetti", source)
    server.faults = ["cut"]
    assert olivetti().x_train.shape == (300, 64, 64, 1)
    assert fetch("olivetti").name == "olivettifaces.mat"
    assert olivetti().y_test[0] == 30
    assert server.requests == 2


def test_the_catalogue_looks_inside(by_hand):
    (entry,) = (entry for entry in catalogue() if entry.name == "olivetti")
    (by_hand / "olivetti_faces.npz").write_bytes(npz())
    assert "what it holds is in order" in entry.verify()
    (by_hand / "olivetti_faces.npz").write_bytes(npz()[:-100])
    with pytest.raises(ValueError, match="damaged"):
        entry.verify()


@pytest.mark.skipif(
    not any(Path(REAL).glob("olivetti*")) if REAL else True,
    reason="needs the Olivetti faces in CNNKIT_DATA",
)
def test_the_real_ones(monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", REAL)
    data = olivetti()
    assert np.unique(data.y_train, return_counts=True)[1].tolist() == [10] * 30
    images = np.concatenate([data.x_train, data.x_test])[..., 0]
    assert images.mean() == pytest.approx(0.5192, abs=1e-4)
    # All are upright, with the eyes in the same two places.
    mean = images.mean(axis=0)
    for columns in (slice(0, 32), slice(32, 64)):
        assert 14 <= np.argmin(mean[8:32, columns].min(axis=1)) + 8 <= 20
    # Images of one person are nearer than those of two.
    flat = images.reshape(40, 10, -1)
    own = np.square(flat[:, :1] - flat[:, 1:]).mean()
    other = np.square(flat[:-1] - flat[1:]).mean()
    assert own < 0.6 * other
