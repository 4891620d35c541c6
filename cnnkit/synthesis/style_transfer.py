"""One picture, painted like another."""

from keras import ops

from cnnkit.losses import content_cost, style_cost, total_variation
from cnnkit.losses._terms import not_negative
from cnnkit.synthesis import _features, _images
from cnnkit.synthesis._costs import gram_targets, total
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
        style_weight: float of at least 0, β; `None` for one that suits the network,
            whatever the scale of its features.
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
    alpha, beta, gamma = _weights(content_weight, style_weight, variation_weight)
    model, preprocess, content_layers, style_layers = chosen(
        model, preprocess, content_layers=content_layers, style_layers=style_layers
    )
    layers = (
        _features.weights(content_layers, "content_layers"),
        _features.weights(style_layers, "style_layers"),
    )
    first = _start(start, content, seed)
    model = _features.any_size(model)
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
        beta: float; `None` for one that suits the network, whatever the scale of its
            features: the style cost of the content image is then 200 times what the
            content cost of an image without any features would be, for α = 1.
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
    targets = gram_targets(styles)

    def content_parts(found):
        return [
            weight * content_cost(maps, target, "mean")
            for maps, target, weight in zip(
                found, contents, content_layers.values(), strict=True
            )
        ]

    def style_parts(found):
        return [
            weight * style_cost(maps, gram, places)
            for maps, (gram, places), weight in zip(
                found, targets, style_layers.values(), strict=True
            )
        ]

    if beta is None:
        worth = float(total(content_parts([ops.zeros_like(x) for x in contents])))
        apart = float(total(style_parts(of_style(content[None]))))
        beta = FAIR * worth / apart if worth and apart else 1.0

    def cost(image):
        found = of_both(image)
        parts = [alpha * part for part in content_parts(found[: len(contents)])]
        parts += [beta * part for part in style_parts(found[len(contents) :])]
        if gamma:
            parts.append(gamma * total_variation(image) / content.size)
        return total(parts)

    return cost


def _weights(alpha, beta, gamma):
    alpha = not_negative(alpha, "content_weight")
    beta = None if beta is None else not_negative(beta, "style_weight")
    gamma = not_negative(gamma, "variation_weight")
    if not alpha and beta == 0:
        raise ValueError(
            "`content_weight` and `style_weight` must not both be 0: there would be "
            "nothing to paint."
        )
    return alpha, beta, gamma


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
