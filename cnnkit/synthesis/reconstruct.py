"""An image from what a layer knows of it."""

from keras import ops

from cnnkit.losses._terms import not_negative
from cnnkit.synthesis import _features, _images
from cnnkit.synthesis._costs import regularizer
from cnnkit.synthesis._minimize import minimize


def reconstruct(
    image,
    model,
    layer,
    variation_weight=0.0,
    beta=2.0,
    norm_weight=0.0,
    alpha=6.0,
    steps=200,
    method="l-bfgs",
    learning_rate=0.02,
    preprocess=None,
    callback=None,
    seed=0,
):
    """Find an image, from noise, for which a layer says the same as for another one.

    What comes back shows what the layer still knows. The cost is the squared distance
    of the features divided by their squared length, and two regularisers, each as a
    mean over all numbers of the image.

    Args:
        image: image, as for `style_transfer`.
        model: a `keras.Model` with one input.
        layer: name of a layer, of maps or dense.
        variation_weight: float of at least 0, the weight of `total_variation`.
        beta: float above 0, its power.
        norm_weight: float of at least 0, the weight of `alpha_norm`, around grey.
        alpha: float above 1, its power.
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
        - Mahendran and Vedaldi, "Understanding deep image representations by inverting
          them", 2015.

    Taught in: notebooks/week4_faces_and_style/09_textures_and_reconstruction.ipynb
    """
    image = _images.colour(image, "image")
    features = _features.extractor(_sized(model, image), [layer], preprocess)
    (target,) = features(image[None])
    _features.check_reach([target], image[None])
    length = float(ops.sum(ops.square(target)))
    if not length:
        raise ValueError(
            f"Layer {layer!r} is 0 everywhere for this image: nothing is known of it."
        )
    not_negative(variation_weight, "variation_weight")
    not_negative(norm_weight, "norm_weight")

    def cost(x):
        (found,) = features(x)
        apart = ops.sum(ops.square(found - target)) / length
        return apart + regularizer(x, variation_weight, norm_weight, beta, alpha)

    start = _images.noise(image.shape, seed)
    return minimize(cost, start, steps, method, learning_rate, callback)


def _sized(model, image):
    """Return a model for this size: as it is if it fits, so that it may end densely."""
    inputs = getattr(model, "inputs", None)
    fits = inputs and tuple(inputs[0].shape[1:]) == image.shape
    return model if fits else _features.any_size(model)
