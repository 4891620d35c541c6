"""The costs of style transfer: what people get wrong, and what it costs them."""

import numpy as np
import pytest

from cnnkit.grading.assignments.a8_style_transfer import ASSIGNMENT

PLACES = """places = ops.reshape(maps, (-1, maps.shape[-1]))
    return ops.matmul(ops.transpose(places), places)"""
TORN = """places = ops.reshape(maps, (maps.shape[-1], -1))
    return ops.matmul(places, ops.transpose(places))"""
OF_PLACES = PLACES.replace("transpose(places), places", "places, ops.transpose(places)")
ROLLED = """return ops.sum(ops.square(ops.roll(image, -1, 0) - image)) + ops.sum(
        ops.square(ops.roll(image, -1, 1) - image)
    )
    corner = image[:-1, :-1]"""
ALL_PAIRS = """return ops.sum(ops.square(image[1:] - image[:-1])) + ops.sum(
        ops.square(image[:, 1:] - image[:, :-1])
    )
    corner = image[:-1, :-1]"""
IN_ORDER = """for (_, weight), a, b in zip(
        weights.items(), generated.values(), style.values(), strict=False
    ):
        cost = cost + weight * layer_style_cost(a, b)
    for name in ():"""
ALL_LAYERS = """for name in generated:
        weight = weights.get(name, 1.0)"""

# Question, what stands in the solution, what somebody writes, words of the hint.
MISTAKES = [
    ("content_cost", "(4 * n_H * n_W * n_C)", "2", "divide by 4"),
    ("content_cost", "(4 * n_H * n_W * n_C)", "(n_H * n_W * n_C)", "divide by 4"),
    ("content_cost", "(4 * n_H * n_W * n_C)", "(4 * n_H * n_W)", "channels"),
    ("content_cost", "4 * n_H * n_W * n_C", "4 * n_H * n_H * n_C", "width"),
    ("content_cost", "ops.square", "ops.abs", "Square"),
    ("gram_matrix", PLACES, TORN, "tear"),
    ("gram_matrix", PLACES, OF_PLACES, "channels k and l"),
    (
        "gram_matrix",
        "return ops.",
        "return 1 / len(places) * ops.",
        "Nothing is divided",
    ),
    ("gram_matrix", "maps.shape[-1]", "maps.shape[0]", ""),
    ("layer_style_cost", "* n_C) ** 2", "* n_C)", "all of it squared"),
    (
        "layer_style_cost",
        "(2 * n_H * n_W * n_C) ** 2",
        "(4 * n_H * n_W * n_C)",
        "squared",
    ),
    ("layer_style_cost", "(2 * n_H * n_W * n_C)", "(n_H * n_W * n_C)", "2"),
    ("layer_style_cost", "(2 * n_H * n_W * n_C)", "(2 * n_C)", "n_H"),
    (
        "layer_style_cost",
        "gram_matrix(generated) - gram_matrix(style)",
        "generated - style",
        "not the maps",
    ),
    ("layer_style_cost", "ops.sum", "ops.mean", "2"),
    ("style_cost", "weight * layer", "layer", "by its own weight"),
    ("style_cost", "return cost", "return cost / len(weights)", "not a mean"),
    ("style_cost", "return cost", "return cost / sum(weights.values())", "weight"),
    ("style_cost", "for name, weight in weights.items():", IN_ORDER, "another order"),
    ("style_cost", "for name, weight in weights.items():", ALL_LAYERS, "have a weight"),
    ("total_variation", "ops.square(across)", "ops.abs(across)", "Square"),
    ("total_variation", "corner = image[:-1, :-1]", ALL_PAIRS, "all but the last"),
    ("total_variation", "corner = image[:-1, :-1]", ROLLED, ""),
    ("total_variation", "+ ops.sum(ops.square(along))", "", "neighbour below"),
    ("total_variation", "return ops.sum", "return 1 / image.shape[-1] * ops.sum", ""),
    ("total_cost", "alpha * content", "content", "α"),
    ("total_cost", "look(photo", "look(painting", "photograph"),
    ("total_cost", "look(painting", "look(photo", "painting"),
    ("total_cost", "gamma * total_variation(picture)", "0", "picture itself"),
    ("total_cost", "total_variation(picture)", "total_variation(wanted)", "itself"),
    (
        "total_cost",
        "[CONTENT_LAYER], wanted",
        '["coarse"] * 0, wanted',
        "CONTENT_LAYER",
    ),
    ("step", "picture - rate", "picture + rate", "Against the gradient"),
    (
        "step",
        "ops.clip(picture - rate * gradient, 0, 1)",
        "picture - rate * gradient",
        "clip",
    ),
    (
        "step",
        "filters, alpha, beta, gamma)\n    gr",
        "filters, alpha, beta, 0)\n    gr",
        "whole",
    ),
    ("step", "picture - rate * gradient", "photo - rate * gradient", "gradient"),
    ("step", "rate * gradient", "rate * ops.sign(gradient)", "gradient"),
]


@pytest.fixture(scope="module")
def solved(master):
    return master("a8")


def test_numpy_will_do_where_no_gradient_is_asked_for(solved, marks):
    def gram(maps):
        return np.einsum("ijk,ijl->kl", maps, maps)

    def variation(image):
        across, along = np.diff(image, axis=1)[:-1], np.diff(image, axis=0)[:, :-1]
        return np.sum(across**2) + np.sum(along**2)

    plain = {
        "content_cost": lambda a, b: np.mean((a - b) ** 2) / 4,
        "gram_matrix": gram,
        "layer_style_cost": lambda a, b: float(
            np.sum((gram(a) - gram(b)) ** 2 / (2.0 * a.size) ** 2)
        ),
        "total_variation": variation,
    }
    for name, function in plain.items():
        earned = marks(ASSIGNMENT, {name: function}, only=name)[name]
        assert earned == ASSIGNMENT.question(name).points


def test_the_step_goes_down(solved):
    rng = np.random.default_rng(0)
    picture, photo, painting = rng.random((3, 8, 8, 3)).astype("float32")
    rest = (
        photo,
        painting,
        rng.normal(size=(3, 3, 3, 4)).astype("float32"),
        1.0,
        0.1,
        0.1,
    )
    after = solved["step"](picture, *rest, 1e-3)
    assert solved["total_cost"](after, *rest) < solved["total_cost"](picture, *rest)
