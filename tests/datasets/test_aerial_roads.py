import hashlib

import numpy as np
import pytest
from sklearn.cluster import KMeans

from cnnkit.datasets import aerial_roads
from cnnkit.datasets._aerial.network import KINDS, Road, distances, draw_network


@pytest.fixture(scope="module")
def tiles():
    return aerial_roads(10, size=160, seed=2)


def f1(chosen, truth):
    return 2 * (chosen & truth).sum() / (chosen.sum() + truth.sum())


def test_what_comes_back(tiles):
    assert tiles.images.shape == (10, 160, 160, 3)
    assert tiles.roads.shape == (10, 160, 160, 1)
    assert tiles.images.dtype == tiles.roads.dtype == np.float32
    assert tiles.images.min() >= 0 and tiles.images.max() <= 1
    assert set(np.unique(tiles.roads)) == {0, 1}
    assert set(tiles.land) == set(KINDS)
    assert len(tiles.subset([1, 2])) == 2
    assert "160" in repr(tiles)


def test_roads_are_a_part_of_every_tile(tiles):
    share = tiles.roads.mean(axis=(1, 2, 3))
    assert 0.03 < share.min() and share.max() < 0.45
    assert 0.12 < share.mean() < 0.28


def test_roads_are_several_pixels_wide(tiles):
    """Half of their pixels are left if two are taken off from every side."""
    roads = tiles.roads[..., 0] > 0
    core = roads[:, 2:-2, 2:-2].copy()
    for dy in range(5):
        for dx in range(5):
            core &= roads[:, dy : dy + 156, dx : dx + 156]
    assert 0.3 < core.mean() / roads.mean() < 0.8


@pytest.mark.parametrize("channel", ["grey", "saturation", "blue"])
def test_no_threshold_finds_the_roads(tiles, channel):
    """Not even the two best ones, chosen with the truth at hand."""
    brightest, darkest = tiles.images.max(axis=-1), tiles.images.min(axis=-1)
    value = {
        "grey": tiles.images.mean(axis=-1),
        "saturation": (brightest - darkest) / np.maximum(brightest, 1e-3),
        "blue": tiles.images[..., 2],
    }[channel]
    truth = tiles.roads[..., 0] > 0
    steps = np.quantile(value, np.linspace(0, 1, 18))
    best = max(
        f1((value >= low) & (value < high), truth)
        for i, low in enumerate(steps)
        for high in steps[i + 1 :]
    )
    assert best < 0.66


def test_no_groups_of_colours_are_the_roads(tiles):
    """Not even the best union of 24 colours, chosen with the truth at hand."""
    pixels = tiles.images[:, ::2, ::2].reshape(-1, 3)
    truth = tiles.roads[:, ::2, ::2].ravel() > 0
    groups = KMeans(24, n_init=1, random_state=0).fit(pixels[::20]).predict(pixels)
    share = np.bincount(groups, truth, 24) / np.bincount(groups, minlength=24)
    order = np.argsort(share)[::-1]
    best = max(f1(np.isin(groups, order[:k]), truth) for k in range(1, 24))
    assert best < 0.68


def test_something_hides_the_roads(tiles):
    """Leaves and shadows: a part of the road's pixels are dark or green."""
    hidden = []
    for image, road in zip(tiles.images, tiles.roads[..., 0] > 0, strict=True):
        red, green, blue = image[road].T
        leafy = green > 1.12 * np.maximum(red, blue)
        dark = image[road].mean(axis=1) < 0.55 * np.median(image[road].mean(axis=1))
        hidden.append((leafy | dark).mean())
    assert 0.03 < np.mean(hidden) < 0.4


def test_distances():
    roads = [Road(np.array([[0.0, 0.0], [10.0, 0.0]]), 4.0)]
    roads.append(Road(np.array([[20.0, 0.0], [20.0, 9.0]]), 2.0))
    places = np.array([[5.0, 1.0], [5.0, 5.0], [13.0, 4.0], [18.0, 5.0]])
    away, turns = distances(places, roads)
    np.testing.assert_allclose(away, [-1, 3, 3, 1])
    np.testing.assert_allclose(np.abs(turns), [0, 0, 0, np.pi / 2], atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_land_has_roads(kind):
    for seed in range(20):
        roads = draw_network(kind, 150.0, np.random.default_rng(seed))
        assert sum(road.main for road in roads) >= 1
        assert all(4 < road.width < 13 for road in roads)
        assert all(np.isfinite(road.points).all() for road in roads)


def digest(data):
    return hashlib.sha256(data.images.tobytes() + data.roads.tobytes()).hexdigest()


def test_same_seed_same_bytes():
    first = aerial_roads(3, size=64, seed=5)
    assert digest(first) == digest(aerial_roads(3, size=64, seed=5))
    assert digest(first) != digest(aerial_roads(3, size=64, seed=6))
    assert digest(first.subset(slice(1))) == digest(aerial_roads(1, size=64, seed=5))


@pytest.mark.parametrize("size", [64, 101])
def test_any_size(size):
    data = aerial_roads(2, size=size)
    assert data.images.shape == (2, size, size, 3)
    assert data.metres_per_pixel == 0.8


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"n": -1}, "`n` must be"),
        ({"seed": None}, "`seed` must be"),
        ({"size": 63}, "`size` must be an integer of at least 64"),
        ({"size": 64.0}, "`size` must be"),
        ({"n": 10**20}, "GiB. Draw fewer"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        aerial_roads(**{"n": 1, **arguments})


def test_none_at_all():
    assert aerial_roads(0).images.shape == (0, 256, 256, 3)
