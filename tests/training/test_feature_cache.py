"""The feature cache: right, once, after a kill, and never from something else."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import keras
import numpy as np
import pytest

from cnnkit.training import FeatureCache
from cnnkit.training import _feature_file as feature_file

SCRIPT = """
import os, sys, time
import keras, numpy as np
from cnnkit.training import FeatureCache
base = keras.saving.load_model(sys.argv[1])
images = np.load(sys.argv[2])
cache = FeatureCache(base, sys.argv[3], batch_size=4)
"""


@pytest.fixture
def images():
    return np.random.default_rng(0).random((30, 6, 6, 1), dtype=np.float32)


def network(seed=0, filters=3):
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(filters, 3),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
        ]
    )


class Counting:
    """A preprocessing that counts the images it was asked for."""

    def __init__(self):
        self.seen = 0

    def __call__(self, batch):
        self.seen += len(batch)
        return batch


def features(base, folder, images, **options):
    return FeatureCache(base, folder, **options).features(images, verbose=0)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_same_features_and_only_once(images, tmp_path, monkeypatch):
    base = network()
    found = features(base, tmp_path, images, batch_size=7)
    np.testing.assert_allclose(
        found, base.predict(images, verbose=0), rtol=1e-5, atol=1e-6
    )
    assert names(tmp_path) == ["features.json", "features.npy"]
    assert isinstance(found, np.memmap) and not found.flags.writeable
    monkeypatch.setattr(base, "predict_on_batch", None)
    np.testing.assert_array_equal(features(base, tmp_path, images), found)
    again = FeatureCache(network(), tmp_path)  # the same weights, other layer names
    monkeypatch.setattr(again, "_compute", None)
    np.testing.assert_array_equal(again.features(images, verbose=0), found)


def test_fit_takes_them(images, tmp_path):
    found = features(network(), tmp_path, images)
    head = keras.Sequential([keras.Input(found.shape[1:]), keras.layers.Dense(2)])
    head.compile("sgd", "mse")
    head.fit(found, np.ones((30, 2)), verbose=0)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"base": network(seed=1)}, "other weights[.]"),
        ({"base": network(filters=4)}, "other weights and other architecture"),
        ({"preprocess": lambda x: x * 255}, "other preprocessing"),
        ({"images": np.zeros((30, 6, 6, 1), "float32")}, "other images[.]"),
    ],
)
def test_refuses_or_replaces_others(images, tmp_path, change, named):
    base = network()
    same = {"base": base, "images": images}
    first = np.array(features(folder=tmp_path, **same))
    changed = {**same, **change}
    with pytest.raises(ValueError, match=named):
        features(folder=tmp_path, **changed)
    np.testing.assert_array_equal(features(folder=tmp_path, **same), first)
    replaced = features(folder=tmp_path, on_mismatch="recompute", **changed)
    inputs = changed["images"] * (255 if "preprocess" in change else 1)
    np.testing.assert_allclose(
        replaced, changed["base"].predict(inputs, verbose=0), rtol=1e-4, atol=1e-5
    )


def test_other_activation_is_another_architecture(images, tmp_path):
    base = network()
    features(base, tmp_path, images)
    base.layers[0].activation = keras.activations.relu
    with pytest.raises(ValueError, match="other architecture"):
        features(base, tmp_path, images)


@pytest.mark.parametrize("after", [0, 4, 17])
def test_goes_on_after_an_interruption(images, tmp_path, after):
    base = network()
    expected = base.predict(images, verbose=0)

    class Stop(Exception):
        pass

    real = base.predict_on_batch
    done = []

    def stopping(batch):
        if sum(done) >= after + 1:
            raise Stop
        done.append(len(batch))
        return real(batch)

    base.predict_on_batch = stopping
    with pytest.raises(Stop):
        features(base, tmp_path, images, batch_size=4)
    assert names(tmp_path)[0] == "features.part"
    done.clear()
    base.predict_on_batch = lambda batch: done.append(len(batch)) or real(batch)
    found = features(base, tmp_path, images, batch_size=4)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert sum(done) <= 1 + 30 - after // 4 * 4
    assert names(tmp_path) == ["features.json", "features.npy"]


def test_killed_and_gone_on_with(images, tmp_path):
    base = network()
    base.save(tmp_path / "base.keras")
    np.save(tmp_path / "images.npy", images)
    folder = tmp_path / "cache"
    slow = SCRIPT + textwrap.dedent("""
        real = base.predict_on_batch
        def slowly(batch):
            time.sleep(0.05)
            return real(batch)
        base.predict_on_batch = slowly
        cache.features(images, verbose=0)
    """)
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            slow,
            tmp_path / "base.keras",
            tmp_path / "images.npy",
            folder,
        ]
    )
    progress = folder / "features.part.json"
    for _ in range(600):
        if (feature_file.read_json(progress) or {}).get("rows", 0) >= 8:
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    rows = feature_file.read_json(progress)["rows"]
    assert 8 <= rows < 30 and not (folder / "features.npy").exists()
    base = keras.saving.load_model(tmp_path / "base.keras")
    seen = []
    real = base.predict_on_batch
    base.predict_on_batch = lambda batch: seen.append(len(batch)) or real(batch)
    found = features(base, folder, images, batch_size=4)
    assert sum(seen) == 1 + 30 - rows
    np.testing.assert_allclose(
        found, base.predict(images, verbose=0), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("where", ["end", "middle", "progress", "manifest"])
def test_damage_is_not_believed(images, tmp_path, where):
    base = network()
    found = np.array(features(base, tmp_path, images))
    file = tmp_path / "features.npy"
    data = bytearray(file.read_bytes())
    if where == "end":
        file.write_bytes(data[:-5])
    elif where == "middle":
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    elif where == "manifest":
        (tmp_path / "features.json").write_text('{"weights": "')
    else:
        manifest = json.loads((tmp_path / "features.json").read_text())
        file.unlink()
        (tmp_path / "features.json").unlink()
        (tmp_path / "features.part").write_bytes(data[:300])
        manifest["rows"] = 20
        (tmp_path / "features.part.json").write_text(json.dumps(manifest))
    np.testing.assert_array_equal(features(base, tmp_path, images), found)


def test_full_disk_known_before(images, tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr(feature_file.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(OSError, match="no room for the features.*Make room"):
        features(network(), tmp_path, images)
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are Unix's")
def test_disk_fills_up_meanwhile(images, tmp_path):
    """The operating system refuses to write more than 4000 bytes to a file."""
    network().save(tmp_path / "base.keras")
    np.save(tmp_path / "images.npy", images)
    code = SCRIPT + textwrap.dedent("""
        import resource
        base.predict_on_batch(images[:4]), base.predict_on_batch(images[:1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
        try:
            cache.features(images, verbose=0)
        except OSError as error:
            print(error, sorted(os.listdir(sys.argv[3])))
    """)
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            tmp_path / "base.keras",
            tmp_path / "images.npy",
            tmp_path / "cache",
        ],
        capture_output=True,
        text=True,
    )
    assert "There is no room for the features" in result.stdout, result.stderr
    assert result.stdout.rstrip().endswith("[]")


@pytest.mark.skipif(sys.platform == "win32", reason="no locks without fcntl")
def test_two_at_once(images, tmp_path):
    base = network()
    cache = FeatureCache(base, tmp_path)
    paths = feature_file.Paths(tmp_path, "features")
    with feature_file.Growing(paths, (30, 48), "float32", cache._key(images)):
        with pytest.raises(RuntimeError, match="Another process"):
            cache.features(images, verbose=0)
    assert cache.features(images, verbose=0).shape == (30, 48)


def test_train_and_test_apart(images, tmp_path):
    cache = FeatureCache(network(), tmp_path)
    train = cache.features(images[:20], "train", verbose=0)
    test = cache.features(images[20:], "test", verbose=0)
    assert (len(train), len(test)) == (20, 10)


def test_preprocessing_is_asked_for_each_image(images, tmp_path):
    counting = Counting()
    features(network(), tmp_path, images, preprocess=counting)
    assert counting.seen == 61  # the fingerprint, the shape, the features


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x, f: FeatureCache(None, f), "`base` must be"),
        (lambda x, f: FeatureCache(network(), f, preprocess=2), "`preprocess` must be"),
        (lambda x, f: FeatureCache(network(), f, batch_size=0), "`batch_size` must"),
        (lambda x, f: FeatureCache(network(), f, on_mismatch="x"), "`on_mismatch`"),
        (lambda x, f: FeatureCache(network(), f).features(x[:0]), "at least one image"),
        (lambda x, f: FeatureCache(network(), f).features(x, "../x"), "`name` must be"),
    ],
)
def test_bad_arguments(images, tmp_path, make, message):
    with pytest.raises(ValueError, match=message):
        make(images, tmp_path)
