"""Batches of clips read from files beside a training step of the smallest model.

Run with `pytest benchmarks/bench_video.py --benchmark-only`. Ours is the time in which
the two threads of `ClipBatches` read some batches, the peer that in which
`FrameAverage`, the smallest of the models for clips, trains on as many: below 1 reading
is the faster of the two.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import concurrent.futures

import keras
import numpy as np
import pytest

from cnnkit import datasets
from cnnkit.models import FrameAverage
from cnnkit.training import ClipBatches

BATCH, FRAMES, BATCHES = 8, 16, 4
FILES = BATCH * BATCHES
SIDE = 112
FILE_FRAMES = 48  # two seconds at 24 frames a second
FILE_SIZES = [(128, 170), (240, 320)]


@pytest.fixture(scope="module", params=FILE_SIZES, ids=["128x170", "240x320"])
def paths(request, tmp_path_factory):
    """Write videos in which a part of a photograph moves."""
    pytest.importorskip("av")
    import imageio.v3 as imageio

    folder = tmp_path_factory.mktemp("videos")
    photograph = (255 * datasets.photograph("astronaut")).astype("uint8")
    height, width = request.param
    for i in range(FILES):
        frames = [
            photograph[2 * i : 2 * i + height, 3 * t : 3 * t + width]
            for t in range(FILE_FRAMES)
        ]
        imageio.imwrite(
            folder / f"{i:02}.mp4",
            np.stack(frames),
            plugin="pyav",
            codec="libx264",
            fps=24,
        )
    return sorted(folder.iterdir())


@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit.training.ClipBatches", "training"])
def test_next_batch(benchmark, paths, who, request):
    files = request.node.callspec.id.split("-")[0].replace("x", "×")
    benchmark.group = (
        f"reading {FILES} clips of {FRAMES} frames of {SIDE} px from MP4 files of "
        f"{FILE_FRAMES} frames, {files}, beside training FrameAverage on them"
    )
    batches = ClipBatches(paths, np.arange(FILES) % 2, BATCH, FRAMES, SIDE)
    if who.startswith("cnnkit"):
        with concurrent.futures.ThreadPoolExecutor(batches.workers) as pool:
            found = benchmark.pedantic(
                lambda: list(pool.map(batches.__getitem__, range(BATCHES))),
                warmup_rounds=1,
                rounds=9,
            )
        assert {x.shape for x, _ in found} == {(BATCH, FRAMES, SIDE, SIDE, 3)}
    else:
        keras.utils.set_random_seed(0)
        model = FrameAverage((FRAMES, SIDE, SIDE, 3), 2)
        model.compile("adam", "sparse_categorical_crossentropy")
        batch = batches[0]
        losses = benchmark.pedantic(
            lambda: [model.train_on_batch(*batch) for _ in range(BATCHES)],
            warmup_rounds=1,
            rounds=9,
        )
        assert np.isfinite(losses).all()
