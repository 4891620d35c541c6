"""A network that turns a face into a vector, and two of them side by side."""

import keras
from keras import layers

from cnnkit.layers import AbsoluteDifference, ChiSquaredDifference
from cnnkit.models import _arguments, _lookup, _weights
from cnnkit.models.small_backbone import SmallBackbone

FILTERS = (32, 64, 96, 64)
HEADS = {"absolute": AbsoluteDifference, "chi_squared": ChiSquaredDifference}
POOLINGS = {"flatten": layers.Flatten, "average": layers.GlobalAveragePooling2D}


def FaceEncoder(
    backbone=None,
    dimensions=128,
    pooling="flatten",
    weights=None,
    name="face_encoder",
):
    """Build a network that encodes an image as a vector of length 1.

    Layers after the backbone: `flatten` or `average` if it ends in maps, `dense`,
    `encoding`. The distance of two encodings is between 0 and 2.

    Args:
        backbone: a `keras.Model` from images to maps or to vectors; `None` for a
            `SmallBackbone((64, 64, 3), (32, 64, 96, 64), downsample="stride")`.
        dimensions: int, the length of the encoding.
        pooling: what becomes of maps: "flatten", so that it counts where on the face
            something is, for faces that are all cut out alike; or "average", over all
            places.
        weights: `None` for random weights, "cnnkit" for those trained on
            `cnnkit.datasets.faces` with the default backbone, or the path of an .h5
            file.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to `(batch, dimensions)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> FaceEncoder(dimensions=32).output_shape
    (None, 32)

    Reference:
        - Schroff, Kalenichenko and Philbin, "FaceNet: a unified embedding for face
          recognition and clustering", 2015, section 3.

    Taught in: notebooks/week4_faces_and_style/02_triplet_loss.ipynb
    """
    dimensions = _arguments.positive(dimensions, "dimensions")
    pooling = _arguments.one_of(pooling, "pooling", tuple(POOLINGS))
    if backbone is None:
        backbone = SmallBackbone((64, 64, 3), FILTERS, downsample="stride")
    _lookup.check_one_input(backbone, "backbone")
    shape = tuple(backbone.inputs[0].shape[1:])
    file = _weights.find(weights, "FaceEncoder", shape, dimensions, True, 1.0)
    x = backbone.outputs[0]
    if len(x.shape) == 4:
        x = POOLINGS[pooling](name=pooling)(x)
    x = layers.Dense(dimensions, name="dense")(x)
    x = layers.UnitNormalization(name="encoding")(x)
    model = keras.Model(backbone.inputs[0], x, name=name)
    return _weights.load(model, file)


def Siamese(encoder, head="absolute", name="siamese"):
    """Build a network that says how likely two images show one person.

    Both images go through the same encoder, with the same weights; one dense unit with
    a sigmoid judges how the two encodings differ, number by number. Layers: `first`,
    `second`, the encoder, with the χ² head `rectify`, `difference`, `same`.

    Args:
        encoder: a `keras.Model` from images to `(batch, dimensions)`.
        head: "absolute" for |f - f'|, or "chi_squared" for (f - f')² / (f + f'), which
            ReLU makes safe.
        name: name of the model.

    Returns:
        A `keras.Model` from a pair of images to probabilities `(batch, 1)`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> model = Siamese(FaceEncoder(dimensions=16))
    >>> [tuple(x.shape) for x in model.inputs], model.output_shape
    ([(None, 64, 64, 3), (None, 64, 64, 3)], (None, 1))

    Reference:
        - Taigman, Yang, Ranzato and Wolf, "DeepFace: closing the gap to human-level
          performance in face verification", 2014, section 4.

    Taught in: notebooks/week4_faces_and_style/03_siamese_networks.ipynb
    """
    head = _arguments.one_of(head, "head", tuple(HEADS))
    if not isinstance(encoder, keras.Model) or len(encoder.output_shape) != 2:
        raise ValueError(
            "`encoder` must be a Keras model from images to (batch, dimensions). "
            f"Received: encoder={encoder!r}."
        )
    images = [
        keras.Input(encoder.input_shape[1:], name=which)
        for which in ("first", "second")
    ]
    encodings = [encoder(image) for image in images]
    if head == "chi_squared":
        rectify = layers.ReLU(name="rectify")
        encodings = [rectify(x) for x in encodings]
    x = HEADS[head](name="difference")(encodings)
    x = layers.Dense(1, activation="sigmoid", name="same")(x)
    return keras.Model(images, x, name=name)
