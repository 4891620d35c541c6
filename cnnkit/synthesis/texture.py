"""More of the same: a texture that is not a copy."""

from keras import ops

from cnnkit.losses import style_cost
from cnnkit.synthesis import _features, _images
from cnnkit.synthesis._costs import gram_targets, total
from cnnkit.synthesis._minimize import minimize
from cnnkit.synthesis.backbones import chosen


def texture(
    source,
    model=None,
    layers=None,
    size=None,
    steps=200,
    method="l-bfgs",
    learning_rate=0.02,
    preprocess=None,
    callback=None,
    seed=0,
):
    """Make an image out of noise whose Gram matrices are those of a source.

    A style transfer without content. Networks with random weights do well, too.

    Args:
        source: image, as for `style_transfer`.
        model: `keras.Model`, `Backbone` or `None`, as for `style_transfer`.
        layers: names of layers, or a dict of weights.
        size: `(height, width)` of the texture, `None` for that of the source.
        steps: int.
        method: "adam" or "l-bfgs".
        learning_rate: float, for Adam.
        preprocess: function from images in [0, 1] to what the model takes, or `None`.
        callback: as for `style_transfer`.
        seed: int, for the noise.

    Returns:
        A `Picture`.

    Raises:
        ValueError: if an argument is not as above.

    Reference:
        - Gatys, Ecker and Bethge, "Texture synthesis using convolutional neural
          networks", 2015; Ustyuzhaninov, Brendel, Gatys and Bethge, "Texture synthesis
          using shallow convolutional networks with random filters", 2016.

    Taught in: notebooks/week4_faces_and_style/09_textures_and_reconstruction.ipynb
    """
    source = _images.colour(source, "source")
    model, preprocess, layers = chosen(model, preprocess, style_layers=layers)
    model = _features.any_size(model)
    weights = _features.weights(layers, "layers")
    features = _features.extractor(model, weights, preprocess)
    shape = source.shape if size is None else (*size, 3)
    start = _images.colour(_images.noise(shape, seed), "size")
    found = features(source[None])
    _features.check_reach(found, source[None])
    targets = gram_targets(found)

    # Divided by its own size, each layer counts alike.
    scales = [
        float(ops.sum(ops.square(gram / places))) / (2 * gram.shape[-1]) ** 2 or 1.0
        for gram, places in targets
    ]

    def cost(image):
        return total(
            weight * style_cost(maps, gram, places) / scale
            for maps, (gram, places), weight, scale in zip(
                features(image), targets, weights.values(), scales, strict=True
            )
        )

    return minimize(cost, start, steps, method, learning_rate, callback)
