"""Assignment 8: the costs of style transfer, and one step down their gradient."""

import numpy as np

from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.requests import call

TOLERANCE = 1e-4  # both sides compute in float32
WEIGHTS = {"fine": 0.3, "coarse": 0.7}


def _maps(rng, *shape):
    return (2 * rng.normal(size=shape)).astype("float32")


def _batch(maps):
    return np.asarray(maps, "float32")[None]


def _number(tensor):
    return float(tensor[0])


# content_cost

CONTENT = "Square each difference, add up all squares, divide by 4 · n_H · n_W · n_C."
ALL_SIZES = "All three sizes are in the divisor: height, width and channels."


def _content(generated, content):
    from cnnkit.losses import content_cost

    return content_cost(_batch(generated), _batch(content), "mean")


def _content_case(part, generated, content, hint):
    due = _number(_content(generated, content))
    request = call("content_cost", generated, content)
    return Case(part, request, due, hint=hint, tolerance=TOLERANCE)


def _content_shown():
    rng = np.random.default_rng(81)
    one, three = np.full((1, 1, 1), 3, "float32"), np.full((1, 1, 1), 7, "float32")
    a, b = _maps(rng, 2, 3, 3, 4)
    wide, other = _maps(rng, 2, 2, 5, 3)
    return [
        _content_case("one number each", one, three, CONTENT),
        _content_case("maps of 3×3 with 4 channels", a, b, ALL_SIZES),
        _content_case("maps that are not square", wide, other, ALL_SIZES),
    ]


def _content_hidden(rng):
    side, channels = int(rng.integers(4, 9)), int(rng.integers(2, 9))
    wide, other = _maps(rng, 2, 3, side + 4, channels)
    a, b = _maps(rng, 2, side, side, channels)
    one = _maps(rng, 2, side, side, 1)
    return [
        _content_case("square maps", a, b, CONTENT),
        _content_case("maps that are not square", wide, other, ALL_SIZES),
        _content_case("maps far apart", 3 * a, -3 * b, CONTENT),
        _content_case("one channel, and equal maps", *one, ALL_SIZES),
        _content_case("one channel, and equal maps", a, a, CONTENT),
    ]


# gram_matrix

PRODUCTS = (
    "Row k, column l: the products of channels k and l at the same place, added up "
    "over all places. Nothing is divided."
)
UNFOLD = (
    "Lay the places one below the other, each with its channels: n_H · n_W rows and "
    "n_C columns. A reshape must not tear the channels of a place apart."
)
CHANNELS = "It is a matrix of channels with channels, whatever the height and width."


def _gram(maps):
    from cnnkit.losses import gram_matrix

    return np.asarray(gram_matrix(_batch(maps)))[0]


def _gram_case(part, maps, hint):
    request = call("gram_matrix", maps)
    return Case(part, request, _gram(maps), hint=hint, tolerance=TOLERANCE)


def _gram_shown():
    rng = np.random.default_rng(82)
    places = np.array([[[0, 1]], [[2, 3]]], "float32")
    return [
        _gram_case("one channel", _maps(rng, 2, 2, 1), PRODUCTS),
        _gram_case("two places with two channels", places, UNFOLD),
        _gram_case("maps that are not square", _maps(rng, 2, 5, 3), CHANNELS),
    ]


def _gram_hidden(rng):
    side = int(rng.integers(3, 7))
    square = _maps(rng, side, side, side)
    return [
        _gram_case("as many channels as rows", square, UNFOLD),
        _gram_case("maps that are not square", _maps(rng, side, 9, 4), CHANNELS),
        _gram_case("many channels, few places", _maps(rng, 2, 2, 12), CHANNELS),
        _gram_case("many places, few channels", _maps(rng, 12, 10, 2), PRODUCTS),
        _gram_case("one channel, or one place", _maps(rng, side, side, 1), PRODUCTS),
        _gram_case("one channel, or one place", _maps(rng, 1, 1, side), UNFOLD),
    ]


# layer_style_cost and style_cost

GRAMS = "Compare the two Gram matrices, not the maps: square the differences, add them."
DIVISOR = "The divisor is a square: 2 · n_H · n_W · n_C, all of it squared."
SUM = "The cost of each layer counts by its own weight. Add up: it is not a mean."
BY_NAME = "Take the maps by the name of their layer. Dicts may stand in another order."
ONLY = "Only the layers that have a weight count. There may be maps of others."


def _layer(generated, style):
    from cnnkit.losses import style_cost

    return style_cost(_batch(generated), _gram(style)[None])


def _layer_case(part, generated, style, hint):
    due = _number(_layer(generated, style))
    request = call("layer_style_cost", generated, style)
    return Case(part, request, due, hint=hint, tolerance=TOLERANCE)


def _shuffled(rng, maps):
    places = maps.reshape(-1, maps.shape[-1])
    return rng.permutation(places).reshape(maps.shape)


def _layer_shown():
    rng = np.random.default_rng(83)
    ones = np.ones((2, 3, 4), "float32")
    a, b = _maps(rng, 2, 3, 5, 4)
    mixed = a + 1, _shuffled(rng, a + 1)
    return [
        _layer_case("the same maps, shuffled", *mixed, GRAMS),
        _layer_case("maps of ones and of zeros", ones, 0 * ones, DIVISOR),
        _layer_case("any maps", a, b, f"{GRAMS} {DIVISOR}"),
    ]


def _layer_hidden(rng):
    side, channels = int(rng.integers(3, 7)), int(rng.integers(2, 7))
    a, b = 2 * _maps(rng, 2, side, side, channels)
    wide, other = 2 * _maps(rng, 2, 2, side + 4, channels)
    one = 3 * _maps(rng, 2, side, side, 1)
    same = "the same maps, shuffled, and others"
    return [
        _layer_case("square maps", a, 2 * b, DIVISOR),
        _layer_case("maps that are not square", wide, 2 * other, DIVISOR),
        _layer_case("one channel", one[0], 2 * one[1], GRAMS),
        _layer_case(same, a, _shuffled(rng, a), GRAMS),
        _layer_case(same, a, 3 * _shuffled(rng, b), GRAMS),
    ]


def _style(generated, style, weights):
    return sum(
        weight * _layer(generated[name], style[name])
        for name, weight in weights.items()
    )


def _style_case(part, generated, style, weights, hint):
    due = _number(_style(generated, style, weights))
    request = call("style_cost", generated, style, weights)
    return Case(part, request, due, hint=hint, tolerance=TOLERANCE)


def _layers(rng, *shapes):
    """Draw two sets of maps by layer, for a generated image and for a style."""
    names = "abcdef"[: len(shapes)]
    pairs = [2 * _maps(rng, 2, *shape) for shape in shapes]
    return tuple(
        {name: (1 + i) * pair[i] for name, pair in zip(names, pairs, strict=True)}
        for i in range(2)
    )


def _style_shown():
    rng = np.random.default_rng(84)
    one = _layers(rng, (3, 3, 2))
    generated, style = _layers(rng, (4, 4, 3), (4, 4, 3))
    turned = dict(reversed(style.items()))
    return [
        _style_case("one layer", *one, {"a": 2.0}, SUM),
        _style_case("two layers", generated, style, {"a": 0.5, "b": 2.0}, SUM),
        _style_case("another order", generated, turned, {"b": 0.2, "a": 0.8}, BY_NAME),
        _style_case("a layer without a weight", generated, style, {"b": 1.0}, ONLY),
    ]


def _style_hidden(rng):
    k = int(rng.integers(2, 6))
    a, b = _layers(rng, (5, 5, k), (4, 3, k + 1), (2, 6, 4))
    same, style = _layers(rng, (4, 4, k), (4, 4, k), (4, 4, k))
    x, y, z = rng.uniform(0.2, 3, 3).tolist()
    every = {"c": x, "a": y, "b": z}
    turned = {name: style[name] for name in "bca"}
    return [
        _style_case("three layers", a, b, {"a": x, "b": y, "c": z}, SUM),
        _style_case("another order", same, turned, every, BY_NAME),
        _style_case("layers without a weight", a, b, {"b": x}, ONLY),
        _style_case("layers without a weight", same, style, {"c": y, "b": x}, ONLY),
        _style_case("weights that add up to 1", a, b, {"a": 0.25, "c": 0.75}, SUM),
    ]


# total_variation

SQUARES = (
    "Square both differences, do not take their amounts: to the neighbour on the "
    "right, and to the neighbour below."
)
NEIGHBOURS = (
    "Take the pixels that have a neighbour to the right and one below: all but the "
    "last row and the last column. Each has two differences."
)
COLOURS = "Each channel is treated like an image of its own, and all are added up."


def _variation(image):
    from cnnkit.losses import total_variation

    return total_variation(_batch(image))


def _variation_case(part, image, hint):
    image = np.asarray(image, "float32")
    due = _number(_variation(image))
    request = call("total_variation", image)
    return Case(part, request, due, hint=hint, tolerance=TOLERANCE)


def _variation_shown():
    rng = np.random.default_rng(85)
    spot = np.zeros((3, 3, 1))
    spot[0, 0] = 3
    return [
        _variation_case("one bright pixel", spot, SQUARES),
        _variation_case("four pixels", [[[0], [3]], [[4], [9]]], NEIGHBOURS),
        _variation_case("a colour image", rng.random((4, 5, 3)), COLOURS),
    ]


def _variation_hidden(rng):
    height, width = (int(rng.integers(3, 9)) for _ in range(2))
    image = 3 * rng.random((height, width + 1, 3))
    flat = np.ones((height, width, 1))
    stripes = flat * rng.normal(size=(height, 1, 1)) * 2
    edges = "stripes along and across"
    return [
        _variation_case("a colour image", image, COLOURS),
        _variation_case("a grey image", 3 * rng.random((width, height, 1)), NEIGHBOURS),
        _variation_case("four pixels", 3 * rng.normal(size=(2, 2, 1)), NEIGHBOURS),
        _variation_case(edges, stripes, SQUARES),
        _variation_case(edges, stripes.swapaxes(0, 1), SQUARES),
    ]


# total_cost and step

TOTAL = "J = α · content + β · style + γ · variation, each by its own number."
CONTENT_LAYER = (
    "The content is compared in the layer CONTENT_LAYER, with the photograph."
)
STYLE_LAYERS = "The style is compared with the painting, by STYLE_WEIGHTS."
OF_PICTURE = "The variation is that of the picture itself, not of its maps."
DOWN = "Against the gradient: picture − rate · gradient."
WITH_RESPECT = (
    "The gradient is taken with respect to the picture, and of the whole cost."
)
CLIP = "A pixel stays between 0 and 1: clip after the step."


def _look(image, filters):
    from keras import ops

    half = ops.average_pool(image, 2)
    return {
        "fine": ops.relu(ops.conv(image, filters, padding="valid")),
        "coarse": ops.relu(ops.conv(half, filters, padding="valid")),
    }


def _total(picture, photo, painting, filters, alpha, beta, gamma):
    """Return the cost of a picture `(1, height, width, 3)`, a tensor `(1,)`."""
    from cnnkit.losses import content_cost, gram_matrix, style_cost, total_variation

    found, due = _look(picture, filters), _look(_batch(photo), filters)
    painted = _look(_batch(painting), filters)
    content = content_cost(found["coarse"], due["coarse"], "mean")
    style = sum(
        weight * style_cost(found[name], gram_matrix(painted[name]))
        for name, weight in WEIGHTS.items()
    )
    return alpha * content + beta * style + gamma * total_variation(picture)


def _gradient(picture, rest):
    import tensorflow as tf  # Keras has no gradients of its own

    picture = tf.constant(_batch(picture))
    with tf.GradientTape() as tape:
        tape.watch(picture)
        cost = _total(picture, *rest)
    return tape.gradient(cost, picture).numpy()[0]


def _scene(rng, height, width, channels):
    """Draw a picture, a photograph, a painting and filters."""
    images = rng.random((3, height, width, 3)).astype("float32")
    return *images, _maps(rng, 3, 3, 3, channels)


def _total_case(part, scene, weights, hint):
    due = _number(_total(_batch(scene[0]), *scene[1:], *weights))
    request = call("total_cost", *scene, *weights)
    return Case(part, request, due, hint=hint, tolerance=TOLERANCE)


def _total_shown():
    scene = _scene(np.random.default_rng(86), 8, 10, 5)
    content = f"{TOTAL} {CONTENT_LAYER}"
    return [
        _total_case("content alone", scene, (2.0, 0.0, 0.0), content),
        _total_case("style alone", scene, (0.0, 0.5, 0.0), STYLE_LAYERS),
        _total_case("variation alone", scene, (0.0, 0.0, 0.5), OF_PICTURE),
        _total_case("all three", scene, (2.0, 0.1, 0.5), TOTAL),
    ]


def _total_hidden(rng):
    square, wide = _scene(rng, 8, 8, 4), _scene(rng, 8, 12, 7)
    a, b, c = rng.uniform(0.5, 2, 3).tolist()
    return [
        _total_case("all three", square, (a, 0.1 * b, 0.5 * c), TOTAL),
        _total_case("pictures that are not square", wide, (a, 0.1 * b, 0.1 * c), TOTAL),
        _total_case("content alone", wide, (3 * a, 0.0, 0.0), CONTENT_LAYER),
        _total_case("style alone", wide, (0.0, b, 0.0), STYLE_LAYERS),
        _total_case("variation alone", square, (0.0, 0.0, c), OF_PICTURE),
    ]


def _step_case(part, scene, weights, length, hint):
    """Make a step in which the pixel that moves most moves by `length`."""
    gradient = _gradient(scene[0], (*scene[1:], *weights))
    rate = float(length / np.abs(gradient).max())
    due = np.clip(scene[0] - rate * gradient, 0, 1)
    request = call("step", *scene, *weights, rate)
    return Case(part, request, due, hint=hint, tolerance=TOLERANCE)


def _inside(scene):
    """Keep the picture away from 0 and 1, so that short steps need no clipping."""
    return 0.3 + 0.4 * scene[0], *scene[1:]


def _step_shown():
    scene = _scene(np.random.default_rng(87), 8, 10, 4)
    weights = 1.0, 0.1, 0.5
    return [
        _step_case(
            "a short step", _inside(scene), weights, 0.2, f"{DOWN} {WITH_RESPECT}"
        ),
        _step_case("a long step", scene, weights, 1.0, CLIP),
    ]


def _step_hidden(rng):
    square, wide = _scene(rng, 8, 8, 4), _scene(rng, 8, 12, 6)
    a, b, c = rng.uniform(0.5, 2, 3).tolist()
    weights = a, 0.1 * b, 0.5 * c
    return [
        _step_case("a short step", _inside(square), weights, 0.2, DOWN),
        _step_case("a picture that is not square", wide, weights, 0.3, WITH_RESPECT),
        _step_case(
            "style and variation", _inside(wide), (0.0, b, c), 0.3, WITH_RESPECT
        ),
        _step_case("a long step", square, weights, 1.5, CLIP),
    ]


ASSIGNMENT = Assignment(
    name="a8",
    title="The costs of style transfer",
    minutes=75,
    questions=(
        Question("content_cost", 15, _content_shown, _content_hidden),
        Question("gram_matrix", 20, _gram_shown, _gram_hidden),
        Question("layer_style_cost", 15, _layer_shown, _layer_hidden),
        Question("style_cost", 15, _style_shown, _style_hidden),
        Question("total_variation", 10, _variation_shown, _variation_hidden),
        Question("total_cost", 10, _total_shown, _total_hidden),
        Question("step", 15, _step_shown, _step_hidden),
    ),
    uses=("datasets",),
    preload=("keras", "matplotlib.pyplot"),
    cell_seconds=150,
    call_seconds=30,
    total_seconds=400,
)
