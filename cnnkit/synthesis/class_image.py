"""What a network takes for the very picture of a class."""

import numpy as np
from keras import ops

from cnnkit.synthesis._costs import regularizer
from cnnkit.synthesis._minimize import minimize
from cnnkit.synthesis._scores import scores


def class_image(
    model,
    class_id,
    variation_weight=0.1,
    norm_weight=0.0,
    steps=200,
    method="adam",
    learning_rate=0.02,
    callback=None,
    seed=0,
):
    """Find an image that a classifier takes for a class, the more surely the better.

    The score before the softmax, less the mean of all scores, is driven up, and an
    image that is not smooth or not grey costs. Not the probability: it would rise just
    as well by making all other scores small.

    Args:
        model: a `keras.Model` from images in [0, 1] to scores or probabilities
            `(batch, classes)`.
        class_id: int, which class.
        variation_weight: float of at least 0, the weight of the mean `total_variation`.
        norm_weight: float of at least 0, the weight of the mean `alpha_norm` around
            grey.
        steps: int.
        method: "adam" or "l-bfgs".
        learning_rate: float, for Adam.
        callback: as for `style_transfer`.
        seed: int, for the noise around grey with which it begins.

    Returns:
        A `Picture`, of the model's input size and channels.

    Raises:
        ValueError: if an argument is not as above.

    Reference:
        - Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks:
          visualising image classification models and saliency maps", 2014, section 2.

    Taught in: notebooks/week4_faces_and_style/10_dreams_and_adversarial_examples.ipynb
    """
    before_softmax = scores(model)
    shape, classes = tuple(model.inputs[0].shape[1:]), model.output_shape[-1]
    if class_id not in range(classes):
        raise ValueError(
            f"`class_id` must be from 0 to {classes - 1}. "
            f"Received: class_id={class_id!r}."
        )

    def cost(image):
        said = before_softmax(image, training=False)[0]
        wanted = said[class_id] - ops.mean(said)
        return regularizer(image, variation_weight, norm_weight) - wanted

    start = 0.5 + 0.02 * np.random.default_rng(seed).normal(size=shape)
    start = np.clip(start, 0, 1).astype("float32")
    return minimize(cost, start, steps, method, learning_rate, callback)
