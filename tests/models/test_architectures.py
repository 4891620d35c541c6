"""What holds for every architecture of week 2."""

import math

import keras
import numpy as np
import pytest

from cnnkit import models
from cnnkit.models import (
    VGG16,
    VGG19,
    AlexNet,
    CifarResNet,
    GoogLeNet,
    MobileNet,
    NetworkInNetwork,
    ResNet18,
    ResNet34,
    ResNet50,
    ResNet101,
    ResNet152,
    SqueezeNet,
    ZFNet,
)
from tests.checks import check_saved, check_trains

# The builder, the smallest side, and the last layer of the model without its top.
ARCHITECTURES = {
    AlexNet: (67, "pool5"),
    CifarResNet: (4, "stage3_block3_out"),
    GoogLeNet: (8, "inception_5b"),
    MobileNet: (31, "conv_pw_13_relu"),
    NetworkInNetwork: (4, "conv3_1x1a"),
    ResNet18: (8, "conv5_block2_out"),
    ResNet34: (8, "conv5_block3_out"),
    ResNet50: (8, "conv5_block3_out"),
    ResNet101: (8, "conv5_block3_out"),
    ResNet152: (8, "conv5_block3_out"),
    SqueezeNet: (31, "fire9"),
    VGG16: (32, "block5_pool"),
    VGG19: (32, "block5_pool"),
    ZFNet: (53, "pool5"),
}
# One of each family is enough where the others differ in their depth alone. The blocks
# of ResNet-50 are trained in test_resnet.py.
DEEPER = (ResNet34, ResNet50, ResNet101, ResNet152, VGG19)
FAMILIES = [build for build in ARCHITECTURES if build not in DEEPER]

# All parameters, and the trainable ones where they differ.
PUBLISHED = [
    (AlexNet, {}, 60_965_224, None),
    (AlexNet, {"groups": 1}, 62_378_344, None),
    (GoogLeNet, {}, 6_998_552, None),
    (GoogLeNet, {"aux": True}, 13_378_280, None),
    (MobileNet, {}, 4_253_864, 4_231_976),
    (MobileNet, {"width": 0.25}, 475_544, 470_072),
    (NetworkInNetwork, {}, 966_986, None),
    (ResNet18, {}, 11_699_112, 11_689_512),
    (ResNet34, {}, 21_814_696, 21_797_672),
    (ResNet50, {}, 25_636_712, 25_583_592),
    (ResNet101, {}, 44_707_176, 44_601_832),
    (ResNet152, {}, 60_419_944, 60_268_520),
    (SqueezeNet, {}, 1_235_496, None),
    (SqueezeNet, {"include_top": False}, 722_496, None),
    (VGG16, {}, 138_357_544, None),
    (VGG16, {"include_top": False}, 14_714_688, None),
    (VGG19, {}, 143_667_240, None),
    (ZFNet, {}, 62_357_608, None),
]

SIDES = {
    AlexNet: {
        "conv1": (55, 96),
        "pool1": (27, 96),
        "conv2": (27, 256),
        "pool2": (13, 256),
        "conv3": (13, 384),
        "conv4": (13, 384),
        "conv5": (13, 256),
        "pool5": (6, 256),
    },
    ZFNet: {
        "conv1": (110, 96),
        "pool1": (55, 96),
        "conv2": (26, 256),
        "pool2": (13, 256),
        "conv3": (13, 384),
        "conv4": (13, 384),
        "conv5": (13, 256),
        "pool5": (6, 256),
    },
    VGG19: {
        "block1_conv2": (224, 64),
        "block2_pool": (56, 128),
        "block3_conv4": (56, 256),
        "block4_conv4": (28, 512),
        "block5_conv4": (14, 512),
        "block5_pool": (7, 512),
    },
    NetworkInNetwork: {
        "conv1_1x1b": (32, 96),
        "pool1": (16, 96),
        "pool2": (8, 192),
        "conv3_1x1a": (8, 192),
        "class_maps": (8, 10),
    },
    ResNet18: {
        "conv1_relu": (112, 64),
        "conv2_block2_out": (56, 64),
        "conv3_block2_out": (28, 128),
        "conv4_block2_out": (14, 256),
        "conv5_block2_out": (7, 512),
    },
    SqueezeNet: {
        "conv1": (113, 64),
        "fire3": (56, 128),
        "fire5": (27, 256),
        "fire9": (13, 512),
    },
    MobileNet: {
        "conv1_relu": (112, 32),
        "conv_pw_3_relu": (56, 128),
        "conv_pw_11_relu": (14, 512),
        "conv_pw_13_relu": (7, 1024),
    },
}


def parameters(weights):
    return sum(math.prod(w.shape) for w in weights)


def small(build, **arguments):
    side = ARCHITECTURES[build][0]
    return build(
        **{"input_shape": (side, side, 3), "classes": 3, "width": 0.1, **arguments}
    )


def names(values):
    return [getattr(v, "__name__", None) for v in values]


each = pytest.mark.parametrize("build", ARCHITECTURES, ids=names(ARCHITECTURES))
each_family = pytest.mark.parametrize("build", FAMILIES, ids=names(FAMILIES))


@pytest.mark.usefixtures("blank_weights")
@pytest.mark.parametrize(("build", "arguments", "total", "trainable"), PUBLISHED)
def test_published_parameter_counts(build, arguments, total, trainable):
    model = build(**arguments)
    assert model.count_params() == total
    assert parameters(model.trainable_weights) == (trainable or total)


@pytest.mark.usefixtures("blank_weights")
@pytest.mark.parametrize("build", SIDES, ids=names(SIDES))
def test_published_sizes_by_stage(build):
    model = build(include_top=build is NetworkInNetwork)
    for stage, (side, filters) in SIDES[build].items():
        assert model.get_layer(stage).output.shape == (None, side, side, filters), stage


@each
def test_without_top_it_ends_at_the_last_stage(build):
    model = small(build, include_top=False)
    assert model.layers[-1].name == ARCHITECTURES[build][1]
    assert len(model.output_shape) == 4


@each_family
def test_saves_and_trains(build, tmp_path):
    keras.utils.set_random_seed(0)
    side = ARCHITECTURES[build][0]
    shape = (side, side + 3, 2)
    model = small(build, input_shape=shape, width=0.3)
    rng = np.random.default_rng(0)
    images = rng.normal(size=(16, *shape)).astype("float32")
    assert model.output_shape == (None, 3)
    check_saved(model, images, tmp_path)
    check_trains(
        model, images, rng.integers(0, 3, 16), "sparse_categorical_crossentropy"
    )


@each_family
def test_names_activation_and_least_width(build):
    model = small(build, width=1e-6, name="mine")
    assert model.name == "mine"
    assert model.get_layer("predictions").activation is keras.activations.softmax
    convolutions = [x for x in model.layers if type(x) is keras.layers.Conv2D]
    least = 2 if build is AlexNet else 1
    assert {x.filters for x in convolutions} <= {least, 4 * least, 3}

    logits = small(build, classifier_activation=None)
    assert logits.get_layer("predictions").activation is keras.activations.linear
    # No name was made up by Keras, which would have counted on.
    assert [x.name for x in logits.layers] == [x.name for x in model.layers]


BAD = [
    ({"classes": 0}, "`classes` must be a positive integer. Received: classes=0"),
    ({"classes": True}, "`classes`"),
    ({"width": 0}, "`width` must be a number above 0.*Received: width=0"),
    ({"width": float("nan")}, "`width`"),
    ({"width": "half"}, "`width`"),
    ({"input_shape": (64, 64)}, "must be 3 positive integers"),
    ({"input_shape": None}, "must be 3 positive integers"),
    ({"input_shape": (3, 100, 3)}, "at least .* along each side"),
    ({"weights": "image_net"}, '`weights` must be None, "imagenet"'),
    ({"weights": 3}, '`weights` must be None, "imagenet"'),
    ({"weights": np.zeros(3)}, '`weights` must be None, "imagenet"'),
    ({"weights": "no/such.weights.h5"}, "no/such.weights.h5 is not there"),
    ({"weights": __file__}, "is no .h5 file"),
    ({"weights": "cnnkit"}, "ships no weights for|does not fit"),
    ({"weights": "imagenet"}, '"imagenet"'),
]


@each
@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_arguments(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        small(build, **arguments)


@each
def test_one_pixel_less_is_refused(build):
    side = ARCHITECTURES[build][0]
    with pytest.raises(ValueError, match=f"at least {side} along each side"):
        build(input_shape=(side, side - 1, 3))


@pytest.mark.parametrize("rate", [1, -0.1, None, "half", True])
def test_bad_dropout(rate):
    for build in (AlexNet, ZFNet, VGG16, NetworkInNetwork, GoogLeNet, SqueezeNet):
        with pytest.raises(ValueError, match="`dropout` must be at least 0"):
            small(build, dropout=rate)


def test_all_names_are_there():
    assert all(hasattr(models, name) for name in models.__all__)
    assert list(models.__all__) == sorted(models.__all__)
