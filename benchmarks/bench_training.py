"""`cnnkit.training` beside what people would use instead.

Run with `pytest benchmarks/bench_training.py --benchmark-only`. The two rows of a group
do the same kind of work at random; compare them within it. albumentations is measured
where it is installed.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import concurrent.futures

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnkit.training import FeatureCache
from cnnkit.training.augment import Augment, AugmentedBatches, elastic

BATCHES = {"32 px": (128, 32), "224 px": (16, 224)}
AT_ONCE = 4  # batches, by two threads
PIPELINES = {
    "flip and crop": {"flip": True, "pad": 4},
    "geometry and colour": {
        "flip": True,
        "pad": 4,
        "rotation": 15,
        "shear": 0.1,
        "scale": 0.1,
        "brightness": 0.1,
        "contrast": 0.1,
    },
}


def images(size):
    n, side = BATCHES[size]
    return np.random.default_rng(0).random((n, side, side, 3), dtype=np.float32)


def with_keras_layers(pipeline, side):
    layers = Augment(**PIPELINES[pipeline]).layers((side, side, 3))
    run = tf.function(lambda x: layers(x, training=True))
    return lambda batch: run(batch).numpy()


def with_albumentations(pipeline, side):
    import albumentations
    import cv2

    steps = [albumentations.HorizontalFlip(p=0.5)]
    if pipeline == "flip and crop":
        padded = side + 8
        steps += [
            albumentations.PadIfNeeded(padded, padded, border_mode=cv2.BORDER_REFLECT),
            albumentations.RandomCrop(side, side),
        ]
    else:
        steps += [
            albumentations.Affine(
                rotate=(-15, 15),
                shear=(-6, 6),
                scale=(0.9, 1.1),
                translate_px=(-4, 4),
                border_mode=cv2.BORDER_REFLECT,
                p=1,
            ),
            albumentations.RandomBrightnessContrast(0.1, 0.1, p=1),
        ]
    compose = albumentations.Compose(steps)
    return lambda batch: np.stack([compose(image=image)["image"] for image in batch])


PEERS = {"Keras layers": with_keras_layers, "albumentations": with_albumentations}


@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit", "peer"])
@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("size", BATCHES)
@pytest.mark.parametrize("pipeline", PIPELINES)
def test_augmentation(benchmark, pipeline, size, peer, who):
    """Two threads take one batch after the other, as in `AugmentedBatches`."""
    if peer == "albumentations":
        pytest.importorskip(peer)
    n, side = BATCHES[size]
    benchmark.group = f"{pipeline}, {AT_ONCE}×{n} images of {size}, beside {peer}"
    distort = Augment(**PIPELINES[pipeline])
    if who == "peer":
        benchmark.extra_info["name"] = peer
        distort = PEERS[peer](pipeline, side)
    batches = [images(size)] * AT_ONCE
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        out = benchmark.pedantic(
            lambda: list(pool.map(distort, batches)), rounds=9, warmup_rounds=2
        )
    assert [x.shape for x in out] == [x.shape for x in batches]


def keras_elastic(batch):
    layer = keras.layers.RandomElasticTransform(factor=(1.0, 1.0), scale=(1.0, 1.0))
    return np.asarray(layer(batch, training=True))


def albumentations_elastic(batch):
    import albumentations

    transform = albumentations.ElasticTransform(alpha=34, sigma=4, p=1)
    return np.stack([transform(image=image)["image"] for image in batch])


ELASTIC = {"Keras layers": keras_elastic, "albumentations": albumentations_elastic}


@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit", "peer"])
@pytest.mark.parametrize("peer", ELASTIC)
def test_elastic(benchmark, peer, who):
    if peer == "albumentations":
        pytest.importorskip(peer)
    benchmark.group = f"elastic warping, 128 images of 32 px, beside {peer}"
    warp = elastic
    if who == "peer":
        benchmark.extra_info["name"] = peer
        warp = ELASTIC[peer]
    batch = images("32 px")
    out = benchmark.pedantic(warp, (batch,), rounds=7, warmup_rounds=1)
    assert out.shape == batch.shape


def backbone():
    keras.utils.set_random_seed(0)
    return keras.applications.MobileNet(
        input_shape=(96, 96, 3),
        include_top=False,
        pooling="avg",
        weights=None,
    )


@pytest.mark.asked("within 0.1")
@pytest.mark.benchmark(group="an epoch of training a head, 768 images of 96 px")
@pytest.mark.parametrize("who", ["cnnkit.training.FeatureCache", "the frozen base"])
def test_epoch(benchmark, who, tmp_path):
    x = np.random.default_rng(0).random((768, 96, 96, 3), dtype=np.float32)
    y = np.arange(768) % 5
    base = backbone()
    base.trainable = False
    head = keras.layers.Dense(5, activation="softmax")
    if who == "the frozen base":
        model = keras.Sequential([keras.Input(x.shape[1:]), base, head])
    else:
        x = FeatureCache(base, tmp_path).features(x, verbose=0)
        model = keras.Sequential([keras.Input(x.shape[1:]), head])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, verbose=0)
    benchmark.pedantic(model.fit, (x, y), {"verbose": 0}, rounds=3)


@pytest.mark.benchmark(group="an epoch with augmentation, 1024 images of 32 px")
@pytest.mark.parametrize("who", ["cnnkit, two workers", "no worker"])
def test_workers(benchmark, who):
    rng = np.random.default_rng(0)
    x, y = rng.random((1024, 32, 32, 3), dtype=np.float32), np.arange(1024) % 10
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    augment = Augment(**PIPELINES["geometry and colour"])
    workers = 0 if who == "no worker" else 2
    batches = AugmentedBatches(x, y, 64, augment, workers)
    model.fit(batches, verbose=0)
    benchmark.pedantic(model.fit, (batches,), {"verbose": 0}, rounds=3)
