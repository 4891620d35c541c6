"""Networks to make images with, and the layers to ask."""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from cnnkit import models
from cnnkit.datasets import DownloadError
from cnnkit.synthesis._features import any_size

NAMES = ("vgg19", "cnnkit", "random")


class Backbone(NamedTuple):
    """A network with what belongs to it.

    Attributes:
        model: `keras.Model` from images of any size to maps.
        preprocess: function from images in [0, 1] to what the model takes, or `None`.
        content_layers: tuple of names.
        style_layers: tuple of names.
        dream_layers: tuple of names.
    """

    model: Any
    preprocess: Any
    content_layers: tuple
    style_layers: tuple
    dream_layers: tuple


def backbone(name=None):
    """Load a network for style transfer, textures and dreams.

    Args:
        name: "vgg19", trained on ImageNet, the network of the papers (80 MB, fetched
            once); "cnnkit", `CifarVGG` with the weights that ship; "random", one layer
            of random filters of several sizes, which is enough for textures; or `None`
            for the first of these that can be had.

    Returns:
        A `Backbone`. Max pooling is replaced by average pooling, as Gatys and others
        advise.

    Raises:
        ValueError: if there is no network of that name.
        DownloadError: if "vgg19" is asked for and cannot be fetched.

    Reference:
        - Gatys, Ecker and Bethge, "Image style transfer using convolutional neural
          networks", 2016, section 2; Ustyuzhaninov and others, "Texture synthesis using
          shallow convolutional networks with random filters", 2016.

    Taught in: notebooks/week4_faces_and_style/08_style_transfer.ipynb
    """
    if name is None:
        try:
            return _vgg19()
        except DownloadError:
            return _cnnkit()
    if name not in NAMES:
        raise ValueError(f"`name` must be one of {NAMES} or None. Received: {name!r}.")
    return {"vgg19": _vgg19, "cnnkit": _cnnkit, "random": _random}[name]()


def chosen(model, preprocess, **layers):
    """Return a model, its preprocessing and layers, filled in from a `Backbone`.

    Args:
        model: `keras.Model`, `Backbone`, or `None` for `backbone()`.
        preprocess: function or `None`.
        **layers: by the names of a `Backbone`'s fields; `None` for those it has.

    Raises:
        ValueError: if layers of a `keras.Model` are not given.
    """
    model = backbone() if model is None else model
    if isinstance(model, Backbone):
        preprocess = preprocess or model.preprocess
        layers = {
            name: getattr(model, name) if given is None else given
            for name, given in layers.items()
        }
        model = model.model
    for name, given in layers.items():
        if given is None:
            raise ValueError(
                f"For your own model say which layers count: `{name}` is not given."
            )
    return model, preprocess, *layers.values()


def average_pooling(model):
    """Return a model with average pooling in place of max pooling, weights copied.

    Max pooling lets the gradient through to one pixel of each window only; with the
    average pictures become smoother.

    Args:
        model: a `keras.Model`.

    Returns:
        A `keras.Model` with the same names of layers.

    Example:

    >>> model = keras.Sequential([keras.Input((4, 4, 1)), layers.MaxPooling2D(2)])
    >>> type(average_pooling(model).layers[-1]).__name__
    'AveragePooling2D'

    Reference:
        - Gatys, Ecker and Bethge, "Image style transfer using convolutional neural
          networks", 2016, section 2.

    Taught in: notebooks/week4_faces_and_style/08_style_transfer.ipynb
    """

    def swapped(layer):
        config = layer.get_config()
        if isinstance(layer, layers.MaxPooling2D):
            return layers.AveragePooling2D.from_config(config)
        return type(layer).from_config(config)

    twin = keras.models.clone_model(model, clone_function=swapped)
    twin.set_weights(model.get_weights())
    return twin


def _vgg19():
    model = models.VGG19(weights="imagenet", include_top=False)
    blocks = range(1, 6)
    return Backbone(
        average_pooling(any_size(model)),
        lambda images: models.preprocess_imagenet(images, "caffe"),
        ("block4_conv2",),
        tuple(f"block{block}_conv1" for block in blocks),
        ("block4_conv2", "block5_conv2"),
    )


def _cnnkit():
    model = models.CifarVGG(weights="cnnkit", include_top=False)
    return Backbone(
        average_pooling(any_size(model)),
        None,
        ("block2_conv2",),
        (
            "block1_conv1",
            "block1_conv2",
            "block2_conv1",
            "block2_conv2",
            "block3_conv1",
        ),
        ("block3_conv1", "block3_conv2"),
    )


def _random():
    """32 filters of each size; without their mean, they see how things change.

    Otherwise all maps would be much the same, brightness, and so would the matrices.
    """
    image = keras.Input((None, None, 3), name="image")
    sizes = (1, 3, 5, 7, 11, 15)
    maps = [
        layers.Conv2D(32, size, padding="same", activation="relu", name=f"conv{size}")(
            image
        )
        for size in sizes
    ]
    model = keras.Model(image, maps, name="random_filters")
    rng = np.random.default_rng(0)
    for size, layer in zip(sizes, model.layers[1:], strict=True):
        kernel = rng.normal(size=(size, size, 3, 32))
        if size > 1:  # those of 1×1 see the colours
            kernel -= kernel.mean(axis=(0, 1))
        kernel /= np.sqrt((kernel**2).sum(axis=(0, 1, 2)))
        layer.set_weights([kernel.astype("float32"), np.zeros(32, "float32")])
    names = tuple(f"conv{size}" for size in sizes)
    return Backbone(model, lambda images: images - 0.5, names[1:2], names, names[1:2])
