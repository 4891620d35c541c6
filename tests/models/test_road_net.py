"""Roads in aerial images: the patch, its centre, and whole tiles."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit import datasets
from cnnkit.arithmetic import receptive_field
from cnnkit.models import RoadNet
from tests.checks import check_saved, check_trains

TINY = (4, 4, 8, 8)


@pytest.fixture(scope="module")
def tiny():
    """A network whose normalisation is not the identity."""
    keras.utils.set_random_seed(0)
    model = RoadNet(TINY)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if layer.name.endswith("_norm"):
            count = layer.gamma.shape[0]
            layer.set_weights(list(rng.uniform(0.5, 1.5, (4, count))))
    return model


def random_images(*shape):
    return np.random.default_rng(1).random((*shape, 3), "float32")


def run(model, images):
    return ops.convert_to_numpy(model(images, training=False))


def test_a_patch_of_64_tells_about_its_centre_of_16():
    model = RoadNet()
    assert model.compute_output_shape((5, 64, 64, 3)) == (5, 16, 16, 1)
    assert run(model, random_images(1, 64, 80)).shape == (1, 16, 32, 1)
    body = ["stage1", "stage2", "stage3", "stage4", "stage5"]
    assert [name for name in body if model.get_layer(f"{name}_relu")] == body


def test_it_looks_at_all_of_the_patch():
    chain = [(5, 1), (2, 2), (3, 1), (2, 2), (3, 1), (2, 2), (3, 1), (3, 1)]
    # 8×8 pixels of the map share what they look at.
    assert receptive_field(chain) == 56
    model, image = RoadNet(TINY), random_images(1, 64, 64)
    for layer in model.layers:  # means, so that no ReLU keeps anything back
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Conv2DTranspose)):
            kernel, *rest = layer.get_weights()
            layer.set_weights([np.full_like(kernel, 1 / kernel[..., 0].size), *rest])
    before, touched = run(model, image), np.zeros((64, 64), bool)
    for row, column in ((0, 0), (0, 63), (63, 0), (63, 63), (32, 32), (0, 32)):
        other = image.copy()
        other[:, row, column] = 99
        touched[row, column] = not np.array_equal(run(model, other), before)
    assert touched.sum() == 6


def test_edges_stay_where_they_are():
    """Mirror the patch: the map is nearly its mirror image, not shifted."""
    model = RoadNet(TINY)
    for layer in model.layers:
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Conv2DTranspose)):
            kernel, *rest = layer.get_weights()
            layer.set_weights([(kernel + kernel[:, ::-1]) / 2, *rest])
    image = random_images(1, 64, 64)
    mirrored = run(model, image[:, :, ::-1])[:, :, ::-1]
    np.testing.assert_allclose(run(model, image), mirrored, atol=1e-5)


def test_a_large_patch_is_many_small_ones(tiny):
    image = random_images(1, 80, 96)
    whole = run(tiny, image)
    for top in range(0, 24, 8):
        for left in range(0, 40, 8):
            part = run(tiny, image[:, top : top + 64, left : left + 64])
            np.testing.assert_allclose(
                whole[:, top : top + 16, left : left + 16], part, atol=1e-5
            )


@pytest.mark.parametrize("shape", [(64, 64), (9, 70), (1, 1), (257, 40)])
def test_the_map_of_a_tile_is_the_maps_of_its_patches(tiny, shape):
    image = random_images(2, *shape)
    road_map = tiny.road_map(image, batch_size=3)
    assert road_map.shape == (2, *shape, 1) and road_map.dtype == np.float32
    around = [(0, 0), (24, 40), (24, 40), (0, 0)]
    padded = np.pad(image, around, mode="symmetric")
    for top in {0, shape[0] // 16 * 16, shape[0] // 8 * 8 - 8 * (shape[0] > 8)}:
        part = padded[:, top : top + 64, :64]
        height, width = min(16, shape[0] - top), min(16, shape[1])
        np.testing.assert_allclose(
            road_map[:, top : top + height, :width],
            run(tiny, part)[:, :height, :width],
            atol=1e-5,
        )


def test_windows_leave_no_seam(tiny, monkeypatch):
    image = random_images(1, 72, 50)
    whole = tiny.road_map(image)
    monkeypatch.setattr("cnnkit.models.road_net.BLOCK", 16)
    np.testing.assert_allclose(tiny.road_map(image), whole, atol=1e-5)


def test_no_tiles_no_maps(tiny):
    assert tiny.road_map(np.zeros((0, 30, 40, 3))).shape == (0, 30, 40, 1)


def test_patches_are_parts_of_the_tiles_turned():
    tiles = np.arange(2 * 80 * 80 * 3, dtype="float32").reshape(2, 80, 80, 3)
    tiles /= tiles.max()
    roads = (tiles[..., :1] * 100 % 1).round()
    model = RoadNet(TINY)
    x, y = model.patches(tiles, roads, 12, seed=3)
    assert x.shape == (12, 64, 64, 3) and y.shape == (12, 16, 16, 1)
    assert len({patch.tobytes() for patch in x}) == 12
    where = {pixel.tobytes(): place for place, pixel in each_pixel(tiles)}
    for patch, centre in zip(x, y, strict=True):
        for row, column in ((0, 0), (5, 11), (15, 15)):
            place = where[patch[24 + row, 24 + column].tobytes()]
            assert roads[place] == centre[row, column]
        corners = [where[patch[r, c].tobytes()] for r in (0, 63) for c in (0, 63)]
        assert len({tile for tile, *_ in corners}) == 1
        rows, columns = ({place[i] for place in corners} for i in (1, 2))
        assert max(rows) - min(rows) == max(columns) - min(columns) == 63


def each_pixel(tiles):
    for place in np.ndindex(tiles.shape[:3]):
        yield place, tiles[place]


def test_patches_follow_their_seed():
    tiles = datasets.aerial_roads(2, size=64)
    model = RoadNet(TINY)
    first, again, other = (
        model.patches(tiles.images, tiles.roads, 8, size=56, seed=seed)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])
    assert first[1].shape == (8, 8, 8, 1)


def test_it_is_saved_and_trains_every_weight(tmp_path):
    model = RoadNet(TINY)
    rng = np.random.default_rng(0)
    x = rng.random((4, 64, 64, 3), "float32")
    y = model.targets(rng.integers(0, 2, (4, 64, 64, 1)))
    assert y.shape == (4, 16, 16, 1)
    check_trains(model, x, y, model.default_loss())
    check_saved(model, x, tmp_path)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.filters == TINY
    np.testing.assert_array_equal(loaded.road_map(x), model.road_map(x))
    loaded.fit(x, y, verbose=0)

    model.save_weights(tmp_path / "own.weights.h5")
    twin = RoadNet(TINY, weights=tmp_path / "own.weights.h5")
    np.testing.assert_array_equal(run(twin, x), run(model, x))


def test_it_learns_bright_stripes_but_not_bright_squares():
    """One pixel says nothing here: a stripe is as bright as a square."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 0.4, (24, 112, 112, 3)).astype("float32")
    y = np.zeros((24, 112, 112, 1), "float32")
    for image, road in zip(x, y, strict=True):
        for top, left in rng.integers(0, 100, (12, 2)):
            image[top : top + 9, left : left + 9] += 0.5
        row = rng.integers(30, 75)
        image[row : row + 8] = rng.uniform(0.5, 0.9, (8, 112, 3))
        road[row : row + 8] = 1
    x = np.clip(x, 0, 1)
    keras.utils.set_random_seed(0)
    model = RoadNet((8, 8, 16, 16))
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(x, model.targets(y), epochs=12, batch_size=4, verbose=0)
    said = model.road_map(x) >= 0.5
    truth = y > 0
    assert 2 * (said & truth).sum() / (said.sum() + truth.sum()) > 0.85


def test_the_weights_that_ship_find_roads():
    """On tiles that it was not trained on; the log beside the weights has more."""
    tiles = datasets.aerial_roads(6, size=256, seed=4321)
    said = RoadNet(weights="cnnkit").road_map(tiles.images) >= 0.5
    truth = tiles.roads > 0
    assert 2 * (said & truth).sum() / (said.sum() + truth.sum()) > 0.85


@pytest.mark.parametrize("filters", [8, (8, 8, 8), (8, 8, 8, 0), (8, 8, 8, 8, 8)])
def test_bad_filters_are_told(filters):
    with pytest.raises(ValueError, match="`filters` must be"):
        RoadNet(filters)


@pytest.mark.parametrize("weights", ["imagenet", "nowhere.h5"])
def test_unknown_weights_are_told(weights):
    with pytest.raises(ValueError, match="weights"):
        RoadNet(weights=weights)


@pytest.mark.parametrize("shape", [(64, 64, 1), (1, 64, 64, 3), (1, 60, 64, 1)])
def test_bad_maps_are_told(shape):
    with pytest.raises(ValueError, match="must"):
        RoadNet(TINY).targets(np.zeros(shape))


@pytest.mark.parametrize("side", [0, 40, 48])
def test_maps_without_a_centre_are_told(side):
    with pytest.raises(ValueError, match="48"):
        RoadNet(TINY).targets(np.zeros((1, side, 64, 1)))


@pytest.mark.parametrize(
    ("images", "roads", "arguments", "message"),
    [
        (np.zeros((2, 70, 70, 3)), np.zeros((1, 70, 70, 1)), {}, "as many tiles"),
        (np.zeros((0, 70, 70, 3)), np.zeros((0, 70, 70, 1)), {}, "at least one"),
        (np.zeros((1, 60, 70, 3)), np.zeros((1, 60, 70, 1)), {}, "larger than a tile"),
        (np.zeros((1, 70, 70, 3)), np.zeros((1, 70, 70, 1)), {"size": 65}, "48"),
        (np.zeros((1, 70, 70, 3)), np.zeros((1, 70, 70, 1)), {"n": 0}, "`n`"),
        (np.zeros((1, 70, 70, 3)), np.full((1, 70, 70, 1), 255), {}, "divide"),
    ],
)
def test_bad_patches_are_told(images, roads, arguments, message):
    with pytest.raises(ValueError, match=message):
        RoadNet(TINY).patches(images, roads, **{"n": 2, **arguments})


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((64, 64, 3)), "batch axis"),
        (np.zeros((1, 64, 64, 4)), "shape"),
        (np.full((1, 64, 64, 3), np.nan), "finite"),
        (np.full((1, 64, 64, 3), 128), "divide"),
    ],
)
def test_bad_images_are_told(images, message):
    with pytest.raises(ValueError, match=message):
        RoadNet(TINY).road_map(images)
