"""Real ImageNet weights, where the folder `CNNKIT_DATA` has them."""

import hashlib
import os
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.datasets import photograph
from cnnkit.models import MobileNet, SqueezeNet, _imagenet, preprocess_imagenet

FOLDER = Path(os.environ.get("CNNKIT_DATA", "")) / "pretrained"
MOBILENET = FOLDER / "mobilenet_2_5_224_tf_no_top.h5"
SQUEEZENET = FOLDER / "squeezenet_1.1_notop.h5"

needs = {
    path: pytest.mark.skipif(
        "CNNKIT_DATA" not in os.environ or not path.is_file(),
        reason=f"CNNKIT_DATA has no pretrained/{path.name}",
    )
    for path in (MOBILENET, SQUEEZENET)
}


def photographs(side):
    """Return three different photographs as a batch of squares in [0, 1]."""
    images = [photograph(name) for name in ("astronaut", "coffee", "flower")]
    return np.stack(
        [
            ops.convert_to_numpy(ops.image.resize(image, (side, side), antialias=True))
            for image in images
        ]
    )


def mobilenet(side):
    return MobileNet(MOBILENET, False, (side, side, 3), width=0.25)


def likeness(features):
    """Return the lowest cosine between the averaged features of two images."""
    vectors = features.mean(axis=(1, 2))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors @ vectors.T).min()


@needs[MOBILENET]
def test_mobilenet_gives_what_keras_applications_give():
    images = preprocess_imagenet(photographs(224), "tf")
    theirs = keras.applications.MobileNet(
        (224, 224, 3), alpha=0.25, include_top=False, weights=str(MOBILENET)
    )
    expected = ops.convert_to_numpy(theirs(images))
    outputs = ops.convert_to_numpy(mobilenet(224)(images))
    assert np.abs(expected).max() > 1
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("build", "path"),
    [
        pytest.param(MobileNet, MOBILENET, marks=needs[MOBILENET]),
        pytest.param(SqueezeNet, SQUEEZENET, marks=needs[SQUEEZENET]),
    ],
)
def test_the_published_files_are_found_by_name(build, path):
    base = _imagenet.BASES[build.__name__]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == base.sha256
    arguments = {"input_shape": (32, 32, 3), "width": base.width}
    by_name = build("imagenet", include_top=False, **arguments)
    by_path = build(path, include_top=False, **arguments)
    for ours, theirs in zip(by_name.weights, by_path.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@needs[MOBILENET]
def test_the_wrong_scale_makes_all_photographs_alike():
    images = photographs(128)
    model = mobilenet(128)

    def alike(pixels):
        return likeness(ops.convert_to_numpy(model(pixels)))

    assert alike(preprocess_imagenet(images, "tf")) < 0.6
    assert alike(images / 255) > 0.99


@needs[SQUEEZENET]
def test_squeezenet_gives_what_torch_gives_with_the_same_weights():
    torch = pytest.importorskip("torch")
    images = preprocess_imagenet(photographs(227), "caffe")
    model = SqueezeNet(SQUEEZENET, include_top=False)
    assert model.count_params() == 722_496

    with h5py.File(SQUEEZENET) as file:

        def conv(x, name, stride=1):
            group = file[name]
            kernel, bias = (
                torch.from_numpy(group[n][()]) for n in group.attrs["weight_names"]
            )
            kernel = kernel.permute(3, 2, 0, 1)
            y = torch.nn.functional.conv2d(
                x, kernel, bias, stride, padding=(kernel.shape[-1] // 2) * (stride == 1)
            )
            return torch.relu(y)

        x = conv(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), "conv1", 2)
        for fire in range(2, 10):
            if fire in (2, 4, 6):
                x = torch.nn.functional.max_pool2d(x, 3, 2)
            x = conv(x, f"fire{fire}/squeeze1x1")
            sides = [conv(x, f"fire{fire}/expand{s}") for s in ("1x1", "3x3")]
            x = torch.cat(sides, dim=1)

    expected = x.numpy().transpose(0, 2, 3, 1)
    outputs = ops.convert_to_numpy(model(images))
    scale = np.abs(expected).max()
    assert scale > 1
    np.testing.assert_allclose(outputs / scale, expected / scale, rtol=0, atol=1e-5)
