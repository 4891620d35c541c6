"""One picture, painted like another."""

import numpy as np
from keras import ops

from cnnkit.losses import content_cost, gram_matrix, style_cost, total_variation
from cnnkit.synthesis import _features, _images
from cnnkit.synthesis._minimize import minimize
from cnnkit.synthesis.backbones import chosen

STARTS = ("content", "noise")
FAIR = 200.0  # looked right for a network of 32×32 pixels and for one of ImageNet


def style_transfer(
    content,
    style,
    model=None,
    content_layers=None,
    style_layers=None,
    content_weight=1.0,
    style_weight=None,
    variation_weight=0.0,
    start="content",
    steps=200,
    method="adam",
    learning_rate=0.02,
    preprocess=None,
    callback=None,
    seed=0,
):
    """Make an image with the content of one image and the style of another.

    The pixels are what is learned; the network stays as it is. The cost is
    α · content + β · style + γ · variation: how far the features are from those of the
    content image (`content_cost`, "mean"), how far the Gram matrices are from those of
    the style image (`style_cost`), each summed over its layers by their weights λ, and
    the mean of `total_variation` over all pixels.

    Args:
        content: image, `(height, width)` or with 1, 3 or 4 channels, floats in [0, 1]
            or uint8.
        style: image of any other size.
        model: a `keras.Model` with one input, such as `CifarVGG(weights="cnnkit",
            include_top=False)`; its input size does not matter. Or a `Backbone`, which
            knows its layers; `None` for `backbone()`.
        content_layers: name of a layer, a sequence of names or a dict of weights.
        style_layers: likewise, λ by name; equal ones by default.
        content_weight: float of at least 0, α.
        style_weight: float of at least 0, β; `None` for one that suits the network, by
            `fair_style_weight`.
        variation_weight: float of at least 0, γ.
        start: "content", "noise", or an image as large as `content`: the one that
            came of an earlier call goes on from there.
        steps: int.
        method: "adam" or "l-bfgs".
        learning_rate: float, for Adam; pixels are from 0 to 1.
        preprocess: function from images in [0, 1] to what the model takes, or `None`.
        callback: function `callback(step, image, cost)`, for frames or progress; if it
            returns True no further step is made.
        seed: int, for the noise.

    Returns:
        A `Picture`: `image`, `costs`, `finished`. Interrupted from the keyboard, it has
        the best image so far.

    Raises:
        ValueError: if an argument is not as above, a layer does not exist (the nearest
            are named), or the image is too small for a layer.

    Reference:
        - Gatys, Ecker and Bethge, "Image style transfer using convolutional neural
          networks", 2016.

    Taught in: notebooks/week4_faces_and_style/08_style_transfer.ipynb
    """
    content, style = _images.colour(content, "content"), _images.colour(style, "style")
    given = 1.0 if style_weight is None else style_weight
    alpha, beta, gamma = _weights(content_weight, given, variation_weight)
    model, preprocess, content_layers, style_layers = chosen(
        model, preprocess, content_layers=content_layers, style_layers=style_layers
    )
    layers = (
        _features.weights(content_layers, "content_layers"),
        _features.weights(style_layers, "style_layers"),
    )
    first = _start(start, content, seed)
    model = _features.any_size(model)
    if style_weight is None:
        beta = fair_style_weight(content, style, model, *layers, preprocess)
    cost = transfer_cost(content, style, model, *layers, alpha, beta, gamma, preprocess)
    return minimize(cost, first, steps, method, learning_rate, callback)


def transfer_cost(
    content, style, model, content_layers, style_layers, alpha, beta, gamma, preprocess
):
    """Return the cost of an image; what does not change with it is computed once.

    Args:
        content: float32 array `(height, width, 3)`.
        style: likewise.
        model: a `keras.Model` for any size.
        content_layers: dict of weights.
        style_layers: likewise.
        alpha: float.
        beta: float.
        gamma: float.
        preprocess: function or `None`.

    Returns:
        A function from a tensor `(1, height, width, 3)` to a scalar.
    """
    of_content = _features.extractor(model, content_layers, preprocess)
    of_style = _features.extractor(model, style_layers, preprocess)
    of_both = _features.extractor(model, [*content_layers, *style_layers], preprocess)
    contents, styles = of_content(content[None]), of_style(style[None])
    _features.check_reach(contents, content[None])
    _features.check_reach(styles, style[None])
    grams = [(gram_matrix(maps), int(np.prod(maps.shape[1:3]))) for maps in styles]

    def cost(image):
        found = of_both(image)
        parts = [
            alpha * weight * content_cost(maps, target, "mean")
            for maps, target, weight in zip(
                found[: len(contents)], contents, content_layers.values(), strict=True
            )
        ]
        parts += [
            beta * weight * style_cost(maps, gram, size)
            for maps, (gram, size), weight in zip(
                found[len(contents) :], grams, style_layers.values(), strict=True
            )
        ]
        if gamma:
            parts.append(gamma * total_variation(image) / content.size)
        return ops.sum(ops.stack([ops.sum(part) for part in parts]))

    return cost


def fair_style_weight(content, style, model, content_layers, style_layers, preprocess):
    """Return a β that suits a network, whatever the scale of its features.

    With it the style cost of the content image is 200 times what the content cost of an
    image without any features would be, for α = 1.

    Args:
        content: float32 array `(height, width, 3)`.
        style: likewise.
        model: a `keras.Model` for any size.
        content_layers: dict of weights.
        style_layers: likewise.
        preprocess: function or `None`.
    """
    of_style = transfer_cost(
        content, style, model, content_layers, style_layers, 0.0, 1.0, 0.0, preprocess
    )
    image = ops.convert_to_tensor(content[None])
    found = _features.extractor(model, content_layers, preprocess)(image)
    whole = sum(
        weight * float(ops.sum(content_cost(maps, ops.zeros_like(maps), "mean")))
        for maps, weight in zip(found, content_layers.values(), strict=True)
    )
    cost = float(of_style(image))
    return FAIR * whole / cost if whole and cost else 1.0


def _weights(alpha, beta, gamma):
    values = {
        "content_weight": alpha,
        "style_weight": beta,
        "variation_weight": gamma,
    }
    for name, value in values.items():
        if not 0 <= value < float("inf"):
            raise ValueError(
                f"`{name}` must be a number of at least 0. Received: {name}={value!r}."
            )
    if not alpha and not beta:
        raise ValueError(
            "`content_weight` and `style_weight` must not both be 0: there would be "
            "nothing to paint."
        )
    return values.values()


def _start(start, content, seed):
    if isinstance(start, str):
        if start not in STARTS:
            raise ValueError(
                f"`start` must be {' or '.join(STARTS)}, or an image. "
                f"Received: start={start!r}."
            )
        return content if start == "content" else _images.noise(content.shape, seed)
    start = _images.colour(start, "start")
    if start.shape != content.shape:
        raise ValueError(
            f"`start` must be as large as `content`, {content.shape}. "
            f"Received: shape {start.shape}."
        )
    return start
