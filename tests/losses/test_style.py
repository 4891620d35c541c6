"""The costs against loops, figures by hand, and where they have no slope."""

import numpy as np
import pytest
from keras import ops

from cnnkit.losses import (
    alpha_norm,
    content_cost,
    gram_matrix,
    style_cost,
    total_variation,
)
from tests.gradients import gradients

rng = np.random.default_rng(0)
A, B = rng.normal(size=(2, 2, 4, 5, 3)).astype("float32")


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def gram_by_loop(maps):
    gram = np.zeros((maps.shape[-1],) * 2)
    for row in maps.astype(float):
        for place in row:
            gram += np.outer(place, place)
    return gram


def test_content_cost_in_both_scalings():
    squares = ((A.astype(float) - B) ** 2).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(numpy(content_cost(A, B)), squares / 2, rtol=1e-5)
    np.testing.assert_allclose(
        numpy(content_cost(A, B, "mean")), squares / (4 * 4 * 5 * 3), rtol=1e-5
    )


def test_gram_matrix_equals_the_loop():
    due = [gram_by_loop(one) for one in A]
    np.testing.assert_allclose(numpy(gram_matrix(A)), due, rtol=1e-4, atol=1e-5)


def test_slope_of_the_gram_matrix_is_that_of_the_plain_product():
    weights = ops.convert_to_tensor(rng.normal(size=(2, 3, 3)).astype("float32"))

    def plain(x):
        return ops.sum(weights * ops.einsum("bijk,bijl->bkl", x, x))

    due = gradients(plain, A)[0]
    got = gradients(lambda x: ops.sum(weights * gram_matrix(x)), A)[0]
    np.testing.assert_allclose(got, due, rtol=1e-4, atol=1e-5)


def test_style_does_not_see_where_something_is():
    places = A.reshape(2, 20, 3)[:, rng.permutation(20)].reshape(A.shape)
    np.testing.assert_allclose(
        numpy(gram_matrix(places)), numpy(gram_matrix(A)), rtol=1e-4, atol=1e-5
    )


def test_style_cost_as_in_the_paper():
    due = [
        ((gram_by_loop(a) - gram_by_loop(b)) ** 2).sum() / (2 * 4 * 5 * 3) ** 2
        for a, b in zip(A, B, strict=True)
    ]
    np.testing.assert_allclose(
        numpy(style_cost(A, gram_matrix(B))), due, rtol=1e-4, atol=1e-7
    )


def test_a_style_image_that_is_repeated_is_the_same_style():
    twice = np.concatenate([A, A], axis=2)
    cost = style_cost(A, gram_matrix(twice), target_size=40)
    np.testing.assert_allclose(numpy(cost), 0, atol=1e-9)


@pytest.mark.parametrize("beta", [1, 2, 3])
def test_total_variation_equals_the_loop(beta):
    due = np.zeros(2)
    for n, i, j, k in np.ndindex(2, 3, 4, 3):
        x = A.astype(float)[n, :, :, k]
        squares = (x[i, j + 1] - x[i, j]) ** 2 + (x[i + 1, j] - x[i, j]) ** 2
        due[n] += squares ** (beta / 2)
    np.testing.assert_allclose(numpy(total_variation(A, beta)), due, rtol=1e-5)


@pytest.mark.parametrize("beta", [1.0, 1.5, 2.0, 3.0])
def test_a_flat_image_is_pushed_nowhere(beta):
    flat = np.full((1, 4, 4, 2), 0.3, "float32")
    pushed = gradients(lambda x: ops.sum(total_variation(x, beta)), flat)[0]
    np.testing.assert_array_equal(pushed, 0)


def test_alpha_norm():
    np.testing.assert_allclose(
        numpy(alpha_norm(A, 4)), (A.astype(float) ** 4).sum(axis=(1, 2, 3)), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: content_cost(A, B[:, :2]), "one shape"),
        (lambda: content_cost(A, B, "full"), "`scaling`"),
        (lambda: gram_matrix(A[0]), r"\(batch, height, width, channels\)"),
        (lambda: style_cost(A, np.zeros((2, 4, 4), "float32")), "`target_gram`"),
        (lambda: total_variation(A[:, :1]), "at least 2"),
        (lambda: total_variation(A, 0), "`beta`"),
        (lambda: alpha_norm(A, 1), "`alpha`"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
