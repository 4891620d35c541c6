import importlib
import inspect

import h5py
import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.datasets import DownloadError
from cnnkit.models import (
    VGG16,
    VGG19,
    AlexNet,
    MobileNet,
    ResNet50,
    ResNet101,
    ResNet152,
    SqueezeNet,
    _imagenet,
)

FIVE = [VGG16, VGG19, ResNet50, ResNet101, ResNet152]
SMALL = {"input_shape": (32, 32, 3), "classes": 4, "width": 0.05}


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """Stand in for `CNNKIT_DATA`; remove its large files at once."""
    folder = tmp_path / "data"
    (folder / "pretrained").mkdir(parents=True)
    monkeypatch.setenv("CNNKIT_DATA", str(folder))
    yield folder
    for path in folder.rglob("*.h5"):
        path.unlink()
    keras.backend.clear_session()


def write_keras_2(path, model, renamed=None):
    """Write what `save_weights` of Keras 2 wrote: the form of Keras Applications."""
    renamed = renamed or {}
    with h5py.File(path, "w") as file:
        names = [renamed.get(layer.name, layer.name) for layer in model.layers]
        file.attrs["layer_names"] = [name.encode() for name in names]
        for name, layer in zip(names, model.layers, strict=True):
            group = file.create_group(name)
            keys = [f"{name}/{weight.name}:0" for weight in layer.weights]
            group.attrs["weight_names"] = [key.encode() for key in keys]
            for key, weight in zip(keys, layer.weights, strict=True):
                group[key] = ops.convert_to_numpy(weight)


def draw_weights(model, seed=0):
    """Draw all weights so that signals neither vanish nor explode on their way."""
    rng = np.random.default_rng(seed)
    ranges = {"gamma": (0.4, 0.8), "moving_variance": (0.5, 1.5)}
    for layer in model.layers:
        for weight in layer.weights:
            if weight.name == "kernel":
                high = np.sqrt(6 / np.prod(weight.shape[:-1]))
                low = -high
            else:
                low, high = ranges.get(weight.name, (-0.2, 0.2))
            values = rng.random(weight.shape, dtype="float32")
            weight.assign(low + (high - low) * values)


@pytest.mark.usefixtures("blank_weights")
@pytest.mark.parametrize(
    ("build", "include_top"),
    [*[(build, True) for build in FIVE], (VGG16, False), (ResNet50, False)],
)
def test_outputs_equal_those_of_keras_applications(build, include_top, data):
    theirs = getattr(keras.applications, build.__name__)(
        weights=None,
        include_top=include_top,
        input_shape=(224, 224, 3),
        classifier_activation=None,
    )
    draw_weights(theirs)
    file, _, _ = _imagenet.address(build.__name__, include_top)
    # So the classifier was called when the files of the ResNets were made.
    renamed = {} if "VGG" in build.__name__ else {"predictions": "probs"}
    write_keras_2(data / "pretrained" / file, theirs, renamed)
    images = np.random.default_rng(1).normal(size=(2, 224, 224, 3)) * 60
    images = images.astype("float32")
    expected = ops.convert_to_numpy(theirs(images))
    del theirs

    ours = build(
        weights="imagenet", include_top=include_top, classifier_activation=None
    )
    outputs = ops.convert_to_numpy(ours(images))
    scale = np.abs(expected).max()
    assert np.ptp(expected[0] - expected[1]) > 0.01 * scale  # not all the same
    np.testing.assert_allclose(outputs / scale, expected / scale, rtol=0, atol=1e-5)


@pytest.mark.parametrize("build", FIVE, ids=lambda build: build.__name__)
def test_addresses_and_hashes_are_those_of_keras(build):
    name = build.__name__.lower()
    module = importlib.import_module(
        f"keras.src.applications.{name if 'vgg' in name else 'resnet'}"
    )
    source = inspect.getsource(module)
    for include_top in (True, False):
        file, url, md5 = _imagenet.address(build.__name__, include_top)
        assert md5 in source
        if "vgg" in name:
            paths = (module.WEIGHTS_PATH_NO_TOP, module.WEIGHTS_PATH)
            assert url == paths[include_top]
            assert f'"{file}"' in source
        else:
            assert module.WEIGHTS_HASHES[name][not include_top] == md5
            assert url == module.BASE_WEIGHTS_PATH + file


def test_the_address_of_mobilenet_is_that_of_keras():
    module = importlib.import_module("keras.src.applications.mobilenet")
    file, url, _ = _imagenet.address("MobileNet", False)
    assert file == "mobilenet_2_5_224_tf_no_top.h5"
    assert '"mobilenet_%s_%d_tf_no_top.h5"' in inspect.getsource(module)
    assert url == module.BASE_WEIGHT_PATH + file


BASES = [(SqueezeNet, 1.0), (MobileNet, 0.25)]


@pytest.mark.parametrize(("build", "width"), BASES)
def test_bases_are_found_under_each_of_their_names(build, width, data):
    arguments = {"include_top": False, "input_shape": (32, 32, 3), "width": width}
    model = build(**arguments)
    draw_weights(model)
    base = _imagenet.BASES[build.__name__]
    for name in (base.name, *base.also):
        for folder in (data, data / "pretrained"):
            write_keras_2(folder / name, model)
            loaded = build(weights="imagenet", **arguments)
            np.testing.assert_array_equal(outputs(loaded), outputs(model))
            (folder / name).unlink()


@pytest.mark.parametrize(("build", "width"), BASES)
@pytest.mark.parametrize("other", [{"include_top": True}, {"width": 0.5}])
def test_bases_are_there_without_a_top_at_one_width(build, width, other):
    arguments = {"include_top": False, "width": width} | other
    with pytest.raises(ValueError, match=f"and `width={width}` alone. Received: incl"):
        build(weights="imagenet", **arguments)
    with pytest.raises(ValueError, match="3 channels, RGB"):
        build("imagenet", include_top=False, width=width, input_shape=(64, 64, 1))


def test_without_the_file_it_is_fetched_from_keras(monkeypatch):
    asked = []

    def get_file(file, url, cache_subdir, file_hash):
        asked.append((file, url, cache_subdir, file_hash))
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    with pytest.raises(DownloadError, match="pretrained` by hand and set CNNKIT_DATA"):
        VGG16(weights="imagenet")
    with pytest.raises(DownloadError, match="ImageNet weights of SqueezeNet from htt"):
        SqueezeNet(weights="imagenet", include_top=False)
    assert asked == [
        (file, url, "models", digest)
        for file, url, digest in (
            _imagenet.address("VGG16", True),
            _imagenet.address("SqueezeNet", False),
        )
    ]


def outputs(model):
    images = np.random.default_rng(0).random((2, 32, 32, 3), dtype="float32")
    return ops.convert_to_numpy(model(images))


@pytest.mark.parametrize("form", ["keras 2", "keras 2 model", "keras 3"])
@pytest.mark.parametrize("build", [VGG16, ResNet50])
def test_a_file_by_its_path(build, form, tmp_path):
    model = build(**SMALL)
    path = tmp_path / "mine.weights.h5"
    if form == "keras 3":
        model.compile("adam", "mse")
        model.save_weights(path)
    else:
        write_keras_2(path, model)
    if form == "keras 2 model":
        with h5py.File(tmp_path / "whole.h5", "w") as whole, h5py.File(path) as part:
            part.copy(part, whole, "model_weights")
        path = tmp_path / "whole.h5"
    np.testing.assert_array_equal(outputs(build(weights=path, **SMALL)), outputs(model))

    base = build(weights=str(path), include_top=False, **SMALL)
    last = model.get_layer(base.layers[-1].name).output
    np.testing.assert_allclose(
        outputs(base), outputs(keras.Model(model.input, last)), atol=1e-6
    )


def test_slashes_and_cut_lists_of_names(tmp_path):
    model = ResNet50(**SMALL)
    path = tmp_path / "old.h5"
    renamed = {
        layer.name: layer.name.replace("_block", "/block") for layer in model.layers
    }
    write_keras_2(path, model, renamed)
    with h5py.File(path, "a") as file:
        names = file.attrs["layer_names"]
        del file.attrs["layer_names"]
        file.attrs["layer_names0"], file.attrs["layer_names1"] = names[:9], names[9:]
    np.testing.assert_array_equal(
        outputs(ResNet50(weights=path, **SMALL)), outputs(model)
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"classes": 10}, "tells 1000 classes apart.*Received: classes=10"),
        ({"input_shape": (224, 224, 1)}, "3 channels, RGB.*np.repeat"),
        ({"include_top": False, "input_shape": (64, 64, 1)}, "3 channels, RGB"),
        ({"width": 0.5}, "published numbers of filters"),
        ({"input_shape": (64, 64, 3)}, "a weight for each place"),
    ],
)
def test_what_the_imagenet_weights_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        VGG16(weights="imagenet", **arguments)


def test_networks_without_a_file():
    with pytest.raises(ValueError, match="there for VGG16, .*For AlexNet give"):
        AlexNet(weights="imagenet")


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "vgg16.weights.h5"
    VGG16(**SMALL).save_weights(path)
    with pytest.raises(ValueError, match="lacks layers block3_conv4, block4_conv4"):
        VGG19(weights=path, **SMALL)
    with pytest.raises(ValueError, match="layer 'predictions' has weights of shapes"):
        VGG16(weights=path, **{**SMALL, "classes": 5})
    with pytest.raises(ValueError, match="layer 'block1_conv1' has weights of shapes"):
        VGG16(weights=path, **{**SMALL, "width": 0.1})
    VGG19(**SMALL).save_weights(path)
    with pytest.raises(ValueError, match="has layers block3_conv4, .*model lacks"):
        VGG16(weights=path, include_top=False, **SMALL)
    VGG16(include_top=False, **SMALL).save_weights(path)
    with pytest.raises(ValueError, match="lacks layers fc1, fc2, predictions"):
        VGG16(weights=path, **SMALL)


@pytest.mark.parametrize("content", [b"", b"not a file of weights", None])
def test_broken_files_are_refused(content, tmp_path):
    path = tmp_path / "broken.h5"
    if content is None:
        with h5py.File(path, "w") as file:
            file["numbers"] = np.zeros(3)
        message = "not a file of Keras weights"
    else:
        path.write_bytes(content)
        message = "damaged or not an HDF5 file"
    with pytest.raises(ValueError, match=message):
        VGG16(weights=path, **SMALL)


def test_half_a_file_is_refused(tmp_path):
    path = tmp_path / "half.weights.h5"
    VGG16(**SMALL).save_weights(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="damaged or not an HDF5 file"):
        VGG16(weights=path, **SMALL)


def test_cnnkit_weights_are_taken_from_the_shipped_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("cnnkit.datasets.shipped_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match=r"no weights for VGG16 \(it does for: none"):
        VGG16(weights="cnnkit", **SMALL)
    model = VGG16(**SMALL)
    model.save_weights(tmp_path / "vgg16.weights.h5")
    loaded = VGG16(weights="cnnkit", **SMALL)
    np.testing.assert_array_equal(outputs(loaded), outputs(model))
    with pytest.raises(ValueError, match=r"no weights for VGG19 \(it does for: vgg16"):
        VGG19(weights="cnnkit", **SMALL)
