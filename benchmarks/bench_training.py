"""`cnnkit.training` beside what people would use instead.

Run with `pytest benchmarks/bench_training.py --benchmark-only`. The rows of a group do
the same kind of work at random; compare them within it. albumentations is measured
where it is installed.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import concurrent.futures

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnkit.training import FeatureCache
from cnnkit.training.augment import Augment, AugmentedBatches, elastic

BATCHES = {"32 px": (128, 32), "224 px": (16, 224)}
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


def with_cnnkit(pipeline, batch):
    return Augment(**PIPELINES[pipeline])


def with_two_threads(pipeline, batch):
    """What `AugmentedBatches` does: here each thread takes half of a batch."""
    augment = Augment(**PIPELINES[pipeline])
    pool = concurrent.futures.ThreadPoolExecutor(2)
    return lambda batch: np.concatenate(list(pool.map(augment, np.split(batch, 2))))


def with_keras_layers(pipeline, batch):
    layers = Augment(**PIPELINES[pipeline]).layers(batch.shape[1:])
    run = tf.function(lambda x: layers(x, training=True))
    return lambda batch: run(batch).numpy()


def with_albumentations(pipeline, batch):
    albumentations = pytest.importorskip("albumentations")
    cv2 = pytest.importorskip("cv2")
    side = batch.shape[1]
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


MAKERS = [with_cnnkit, with_two_threads, with_keras_layers, with_albumentations]


@pytest.mark.parametrize("make", MAKERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("size", BATCHES)
@pytest.mark.parametrize("pipeline", PIPELINES)
def test_augmentation(benchmark, pipeline, size, make):
    benchmark.group = f"{pipeline}, {BATCHES[size][0]} images of {size}"
    batch = images(size)
    augment = make(pipeline, batch)
    out = benchmark.pedantic(augment, (batch,), rounds=7, warmup_rounds=2)
    assert out.shape == batch.shape


def keras_elastic(batch):
    layer = keras.layers.RandomElasticTransform(factor=(1.0, 1.0), scale=(1.0, 1.0))
    return lambda: np.asarray(layer(batch, training=True))


def albumentations_elastic(batch):
    albumentations = pytest.importorskip("albumentations")
    transform = albumentations.ElasticTransform(alpha=34, sigma=4, p=1)
    return lambda: np.stack([transform(image=image)["image"] for image in batch])


@pytest.mark.parametrize("who", ["cnnkit", "keras", "albumentations"])
@pytest.mark.benchmark(group="elastic warping, 128 images of 32 px")
def test_elastic(benchmark, who):
    batch = images("32 px")
    makers = {"keras": keras_elastic, "albumentations": albumentations_elastic}
    run = makers[who](batch) if who in makers else (lambda: elastic(batch))
    assert benchmark.pedantic(run, rounds=5, warmup_rounds=1).shape == batch.shape


def backbone():
    keras.utils.set_random_seed(0)
    return keras.applications.MobileNet(
        input_shape=(96, 96, 3),
        include_top=False,
        pooling="avg",
        weights=None,
    )


@pytest.mark.benchmark(group="an epoch of training a head, 768 images of 96 px")
@pytest.mark.parametrize("who", ["feature cache", "through the frozen base"])
def test_epoch(benchmark, who, tmp_path):
    x = np.random.default_rng(0).random((768, 96, 96, 3), dtype=np.float32)
    y = np.arange(768) % 5
    base = backbone()
    base.trainable = False
    head = keras.layers.Dense(5, activation="softmax")
    if who == "feature cache":
        x = FeatureCache(base, tmp_path).features(x, verbose=0)
        model = keras.Sequential([keras.Input(x.shape[1:]), head])
    else:
        model = keras.Sequential([keras.Input(x.shape[1:]), base, head])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, verbose=0)
    benchmark.pedantic(model.fit, (x, y), {"verbose": 0}, rounds=3)


@pytest.mark.benchmark(group="an epoch with augmentation, 1024 images of 32 px")
@pytest.mark.parametrize("workers", [0, 1, 2])
def test_workers(benchmark, workers):
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
    batches = AugmentedBatches(x, y, 64, augment, workers)
    model.fit(batches, verbose=0)
    benchmark.pedantic(model.fit, (batches,), {"verbose": 0}, rounds=3)
