"""Augmentation beside SciPy's interpolation and plain loops."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from cnnkit.layers import PCAColour
from cnnkit.training.augment import (
    Augment,
    _sampling,
    affine,
    distorted_copies,
    elastic,
    scale_jitter,
)
from cnnkit.training.augment._fields import distortions, elastic_field
from cnnkit.training.augment._sampling import sample

THEIR_MODE = {"reflect": "reflect", "edge": "nearest", "zero": "grid-constant"}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def images(rng):
    return rng.random((6, 13, 10, 3), dtype=np.float32)


@pytest.mark.parametrize("border", ["reflect", "edge", "zero"])
@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize("size", [(7, 9), (1, 6), (1, 1)])
def test_sample_equals_scipy(rng, border, channels, size):
    images = rng.random((3, *size, channels), dtype=np.float32)
    rows = rng.uniform(-size[0] * 0.9, size[0] * 1.9, (3, 5, 4)).astype("float32")
    columns = rng.uniform(-size[1] * 0.9, size[1] * 1.9, (3, 5, 4)).astype("float32")
    expected = [
        [
            ndimage.map_coordinates(
                image[..., c], [row, column], order=1, mode=THEIR_MODE[border]
            )
            for c in range(channels)
        ]
        for image, row, column in zip(images, rows, columns, strict=True)
    ]
    np.testing.assert_allclose(
        sample(images, rows, columns, border),
        np.moveaxis(expected, 1, -1),
        atol=1e-5,
    )


@pytest.mark.parametrize("border", ["reflect", "edge", "zero"])
def test_sample_part_by_part_is_the_same(rng, monkeypatch, border):
    images = rng.random((5, 8, 9, 2), dtype=np.float32)
    rows, columns = rng.uniform(-3, 12, (2, 5, 7, 11)).astype("float32")
    whole = sample(images, rows, columns, border)
    for pixels in (1, 30, 100, 200):  # lines of one image, images
        monkeypatch.setattr(_sampling, "PIXELS_AT_ONCE", pixels)
        np.testing.assert_array_equal(sample(images, rows, columns, border), whole)


@given(st.floats(-1e30, 1e30), st.sampled_from(["reflect", "edge", "zero"]))
def test_sample_stays_within_the_images(place, border):
    images = np.ones((1, 3, 4, 1), np.float32)
    places = np.full((1, 2, 2), place, np.float32)
    out = sample(images, places, places, border)
    assert out.min() >= 0 and out.max() <= 1.00001


def test_nothing_asked_nothing_done(images):
    np.testing.assert_array_equal(Augment()(images), images)


def test_flip_mirrors_about_half(rng):
    images = rng.random((200, 4, 5, 1), dtype=np.float32)
    out = Augment(flip=True)(images, seed=0)
    mirrored = (out == images[:, :, ::-1]).all(axis=(1, 2, 3))
    same = (out == images).all(axis=(1, 2, 3))
    assert (mirrored ^ same).all() and 70 < mirrored.sum() < 130


@pytest.mark.parametrize("border", ["reflect", "edge", "zero"])
@pytest.mark.parametrize(
    ("pad", "crop"), [(0, (9, 7)), (2, None), (3, 12), (10, 30), (11, 9)]
)
def test_crop_is_a_window_of_the_padded_image(images, pad, crop, border):
    out = Augment(pad=pad, crop=crop, border=border)(images, seed=1)
    pads = ((pad, pad), (pad, pad), (0, 0))
    for image, window in zip(images, out, strict=True):
        mode = {"reflect": "symmetric", "edge": "edge", "zero": "constant"}[border]
        padded = np.pad(image, pads, mode)
        windows = np.lib.stride_tricks.sliding_window_view(padded, window.shape)
        assert (windows == window).all(axis=(-1, -2, -3)).any()


def test_flip_and_crop_are_the_same_with_bending(rng):
    """A rotation by almost nothing goes the other way and must agree."""
    ramp = np.tile(np.linspace(0, 1, 12, dtype=np.float32)[:, None], (40, 9, 1, 1))
    ramp = ramp.reshape(40, 9, 12, 1)
    out = Augment(flip=True, rotation=1e-6)(ramp, seed=0)
    flipped = (np.abs(out - ramp[:, :, ::-1]) < 1e-4).all(axis=(1, 2, 3))
    same = (np.abs(out - ramp) < 1e-4).all(axis=(1, 2, 3))
    assert (flipped ^ same).all() and flipped.any() and same.any()


def test_rotation_equals_scipy(images):
    augment = Augment(rotation=30, border="edge")
    out = augment(images, seed=5)
    matrices = distortions(np.random.default_rng(5), len(images), 30, 0, (1, 1))
    centre = (np.array(images.shape[1:3]) - 1) / 2
    for image, matrix, ours in zip(images, matrices, out, strict=True):
        offset = centre - matrix @ centre
        theirs = [
            ndimage.affine_transform(
                image[..., c], matrix, offset, order=1, mode="nearest"
            )
            for c in range(3)
        ]
        np.testing.assert_allclose(ours, np.moveaxis(theirs, 0, -1), atol=1e-4)


def test_distortions_are_what_they_say(rng):
    turns = distortions(rng, 500, 20, 0, (1, 1))
    np.testing.assert_allclose(
        turns @ turns.transpose(0, 2, 1), np.tile(np.eye(2), (500, 1, 1)), atol=1e-9
    )
    angles = np.rad2deg(np.arctan2(turns[:, 0, 1], turns[:, 0, 0]))
    assert -20 <= angles.min() < -15 and 15 < angles.max() <= 20
    scales = 1 / distortions(rng, 500, 0, 0, (0.8, 1.25))[:, 0, 0]
    assert 0.8 <= scales.min() < 0.82 and 1.22 < scales.max() <= 1.25


def test_scale_makes_things_larger(rng):
    image = np.zeros((1, 21, 21, 1), np.float32)
    image[0, 8:13, 8:13] = 1
    assert Augment(scale=(2, 2))(image, seed=0).sum() > 3 * image.sum()


@pytest.mark.parametrize(
    "arguments",
    [
        {"flip": True, "pad": 2},
        {"rotation": 20, "shear": 0.2, "scale": 0.2, "crop": (6, 5)},
        {"warp": (8, 2), "border": "zero"},
        {"brightness": 0.2, "contrast": 0.3, "colour": 0.1},
    ],
)
def test_seeded_bounded_and_without_side_effects(images, arguments):
    before = images.copy()
    augment = Augment(**arguments)
    first, again, other = augment(images, 3), augment(images, 3), augment(images, 4)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(augment(images), augment(images))
    np.testing.assert_array_equal(images, before)
    assert first.dtype == np.float32
    assert first.min() >= -1e-6 and first.max() <= 1 + 1e-6
    layers = augment.layers(images.shape[1:], seed=1)
    assert layers(images, training=True).shape == first.shape
    np.testing.assert_array_equal(augment(images[:0], 3).shape, (0, *first.shape[1:]))


def test_colours_equal_the_formula(rng):
    images = np.full((5, 3, 3, 3), 0.5, np.float32)
    out = Augment(colour=0.05)(images, seed=7)
    shifts = np.random.default_rng(7).normal(0, 0.05, (5, 1, 1, 3))
    np.testing.assert_allclose(out - 0.5, np.broadcast_to(shifts, out.shape), atol=1e-6)
    images = rng.random((2, 8, 8, 1), dtype=np.float32) * 0.2 + 0.4
    out = Augment(contrast=0.5)(images, seed=0)
    np.testing.assert_allclose(
        out.mean(axis=(1, 2)), images.mean(axis=(1, 2)), rtol=1e-5
    )
    assert not np.allclose(out.std(axis=(1, 2)), images.std(axis=(1, 2)))


def test_pca_in_the_pipeline(rng):
    greys = np.repeat(rng.random((20, 4, 4, 1), dtype=np.float32), 3, axis=-1)
    pca = PCAColour(sigma=0.5)
    with pytest.raises(ValueError, match="adapt"):
        Augment(pca=pca)
    pca.adapt(greys)
    grey = np.full((6, 2, 2, 3), 0.5, np.float32)
    moved = Augment(pca=pca)(grey, seed=0)
    np.testing.assert_allclose(moved[..., 0], moved[..., 2], atol=1e-4)
    assert len(np.unique(moved[:, 0, 0, 0])) == 6
    with pytest.raises(ValueError, match="adapted to 3 channels"):
        Augment(pca=pca)(grey[..., :1])


def test_elastic_as_in_the_paper():
    field = elastic_field(np.random.default_rng(0), 40, (64, 64), 34, 4)
    inner = field[:, :, 16:-16, 16:-16]
    assert abs(np.sqrt((inner**2).mean()) - 1.4) < 0.1
    noise = np.random.default_rng(0).random((2, 1, 29, 31), dtype=np.float32) * 2 - 1
    smooth = ndimage.gaussian_filter(noise, (0, 0, 4, 4), mode="constant") * 34
    ours = elastic_field(np.random.default_rng(0), 1, (29, 31), 34, 4)
    np.testing.assert_allclose(ours, smooth, atol=1e-4)


def test_elastic_equals_scipy(rng):
    images = rng.random((2, 12, 15, 1), dtype=np.float32)
    field = elastic_field(np.random.default_rng(9), 2, (12, 15), 20, 3)
    y, x = np.mgrid[:12, :15]
    expected = [
        ndimage.map_coordinates(
            i[..., 0], [y + dy, x + dx], order=1, mode="grid-constant"
        )
        for i, dy, dx in zip(images, *field, strict=True)
    ]
    ours = elastic(images, 20, 3, seed=9)[..., 0]
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_copies(images):
    labels = np.arange(6)
    more, again = distorted_copies(images, labels, 3, elastic, seed=1)
    np.testing.assert_array_equal(more[:6], images)
    np.testing.assert_array_equal(again, np.tile(labels, 4))
    assert not np.array_equal(more[6:12], more[12:18])
    twin, _ = distorted_copies(images, labels, 3, elastic, seed=1)
    np.testing.assert_array_equal(more, twin)
    for distort in (affine, Augment(flip=True, rotation=9)):
        moved, _ = distorted_copies(images, labels, 1, distort)
        assert moved.shape == (12, 13, 10, 3)
    with pytest.raises(ValueError, match="as many labels"):
        distorted_copies(images, labels[:3], 1, elastic)


def test_scale_jitter(rng):
    ramp = np.linspace(0, 1, 80, dtype=np.float32)
    images = np.broadcast_to(ramp[:, None], (30, 60, 80, 1)).copy()
    out = scale_jitter(images, 20, smallest=20, largest=60, seed=0)
    assert out.shape == (30, 20, 20, 1)
    slopes = np.diff(out[:, 0, :, 0], axis=1)
    np.testing.assert_allclose(slopes, slopes[:, :1].repeat(19, axis=1), atol=1e-5)
    steps = slopes[:, 0] * 79
    assert 1 <= steps.min() * 1.01 < 1.2 and 2 < steps.max() <= 3.01


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pad": -1}, "`pad` must be an integer of at least 0. Received: pad=-1"),
        ({"crop": (3,)}, "`crop` must be an integer or a pair"),
        ({"rotation": np.nan}, "`rotation` must be a number"),
        ({"scale": (1.2, 0.8)}, "`scale` must be"),
        ({"scale": 1}, "`scale` must be"),
        ({"warp": 3}, "`warp` must be a pair"),
        ({"warp": (3, 0)}, "`sigma` must be"),
        ({"pca": 0.1}, "`pca` must be a"),
        ({"border": "wrap"}, "`border` must be 'reflect', 'edge' or 'zero'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Augment(**arguments)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((4, 4, 1), "float32"), "must be of shape"),
        (np.zeros((1, 4, 4, 1), "uint8"), "divide 8-bit pixels by 255"),
        (np.zeros((1, 4, 4, 1), "float32"), "`crop` must fit into the image"),
    ],
)
def test_bad_images(images, message):
    with pytest.raises(ValueError, match=message):
        Augment(crop=5)(images)


def test_keras_layers_are_keras_layers(images):
    pca = PCAColour()
    pca.adapt(images)
    made = Augment(
        flip=True,
        pad=1,
        crop=8,
        rotation=5,
        shear=0.1,
        scale=0.1,
        brightness=0.1,
        contrast=0.1,
        colour=0.1,
        pca=pca,
    ).layers((13, 10, 3), seed=0)
    ours = [x.name for x in made.layers if isinstance(x, PCAColour)]
    assert len(ours) == 2 and len(made.layers) == 10
    assert isinstance(made, keras.Sequential)
    assert made(images, training=True).shape == (6, 8, 8, 3)
