"""The affine grid and the bilinear sampler, beside PyTorch's."""

import numpy as np
import pytest
from keras import ops

from cnnkit.layers import affine_grid, bilinear_sample
from tests.gradients import gradients

THEIR_PADDING = {"zero": "zeros", "edge": "border"}
IDENTITY = np.array([[1, 0, 0], [0, 1, 0]], "float32")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def thetas(rng, n):
    return (IDENTITY + rng.normal(0, 0.5, (n, 2, 3))).astype("float32")


@pytest.mark.filterwarnings("ignore:Since version 1.3.0, affine_grid:UserWarning")
@pytest.mark.parametrize("padding", ["zero", "edge"])
@pytest.mark.parametrize("size", [(6, 5), (3, 9), (1, 1), (1, 4)])
def test_values_and_gradients_equal_torch(rng, padding, size):
    torch = pytest.importorskip("torch")
    images = rng.normal(size=(4, 6, 5, 3)).astype("float32")
    theta = thetas(rng, 4)
    weights = rng.normal(size=(4, *size, 3)).astype("float32")

    x = torch.tensor(images, requires_grad=True)
    t = torch.tensor(theta, requires_grad=True)
    grid = torch.nn.functional.affine_grid(t, (4, 3, *size), align_corners=True)
    theirs = torch.nn.functional.grid_sample(
        x.permute(0, 3, 1, 2),
        grid,
        padding_mode=THEIR_PADDING[padding],
        align_corners=True,
    ).permute(0, 2, 3, 1)
    (theirs * torch.tensor(weights)).sum().backward()

    def ours(images, theta):
        return bilinear_sample(images, affine_grid(theta, size), padding)

    np.testing.assert_allclose(
        ops.convert_to_numpy(affine_grid(theta, size)),
        grid.detach().numpy(),
        atol=1e-6,
    )
    np.testing.assert_allclose(
        ops.convert_to_numpy(ours(images, theta)), theirs.detach().numpy(), atol=1e-5
    )
    by_images, by_theta = gradients(
        lambda images, theta: ops.sum(
            ours(images, theta) * ops.convert_to_tensor(weights)
        ),
        images,
        theta,
    )
    np.testing.assert_allclose(by_images, x.grad.numpy(), atol=1e-5)
    np.testing.assert_allclose(by_theta, t.grad.numpy(), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("padding", ["zero", "edge"])
@pytest.mark.parametrize("shape", [(2, 7, 4, 3), (1, 1, 6, 1), (3, 1, 1, 2)])
def test_identity_gives_the_image_back(rng, padding, shape):
    images = rng.normal(size=shape).astype("float32")
    grid = affine_grid(np.tile(IDENTITY, (shape[0], 1, 1)), shape[1:3])
    np.testing.assert_allclose(
        ops.convert_to_numpy(bilinear_sample(images, grid, padding)), images, atol=1e-6
    )


def test_images_of_integers():
    image = np.array([[0, 100, 255]], "uint8").reshape(1, 1, 3, 1)
    out = ops.convert_to_numpy(bilinear_sample(image, [[[[-0.5, 0], [1, 0]]]]))
    assert out.dtype == "float32"
    assert out.ravel().tolist() == [50, 255]


def test_half_a_pixel_is_the_mean_of_two():
    image = np.array([[1.0, 3.0, 5.0]], "float32").reshape(1, 1, 3, 1)
    shifted = np.array([[[1, 0, 0.5], [0, 1, 0]]], "float32")
    for padding, last in (("zero", 2.5), ("edge", 5.0)):
        out = bilinear_sample(image, affine_grid(shifted, (1, 3)), padding)
        assert ops.convert_to_numpy(out).ravel().tolist() == [2, 4, last]


@pytest.mark.parametrize("padding", ["zero", "edge"])
@pytest.mark.parametrize("value", [0, 1e3, -1e12, 3e38, np.inf, -np.inf, np.nan])
def test_degenerate_theta(rng, padding, value):
    images = rng.uniform(1, 2, size=(2, 5, 4, 2)).astype("float32")
    theta = np.full((2, 2, 3), value, "float32")

    def total(images, theta):
        return ops.sum(bilinear_sample(images, affine_grid(theta, (5, 4)), padding))

    out = bilinear_sample(images, affine_grid(theta, (5, 4)), padding)
    out = ops.convert_to_numpy(out)
    assert np.isfinite(out).all()
    if value == 0:
        centre = images[:, 2, 1:3].mean(axis=1)
        np.testing.assert_allclose(
            out, np.broadcast_to(centre[:, None, None], out.shape)
        )
    elif padding == "zero" and not np.isfinite(value):
        assert not out.any()
    elif padding == "edge":
        assert out.min() >= images.min() and out.max() <= images.max() + 1e-6
    if np.isfinite(value):
        for gradient in gradients(total, images, theta):
            assert np.isfinite(gradient).all()


def test_bad_shapes(rng):
    with pytest.raises(ValueError, match="`theta` must be of shape"):
        affine_grid(np.ones((2, 3, 3)), (4, 4))
    with pytest.raises(ValueError, match="same batch size"):
        bilinear_sample(np.ones((2, 4, 4, 1)), np.zeros((3, 4, 4, 2)))
    with pytest.raises(ValueError, match="must be .batch, height"):
        bilinear_sample(np.ones((4, 4, 1)), np.zeros((1, 4, 4, 2)))
    with pytest.raises(ValueError, match="must have at least one pixel"):
        bilinear_sample(np.ones((1, 0, 4, 1)), np.zeros((1, 4, 4, 2)))


@pytest.mark.parametrize("size", [0, (4, 0), (2.5, 2), (2,), (1, 2, 3), None])
def test_bad_sizes(size):
    with pytest.raises(ValueError, match="`size` must be a positive integer or a pair"):
        affine_grid(IDENTITY[None], size)


def test_no_images_give_none():
    grid = affine_grid(np.ones((0, 2, 3)), (4, 5))
    assert bilinear_sample(np.ones((0, 3, 3, 2)), grid).shape == (0, 4, 5, 2)
