"""Detectors of others: each section against naive loops and against OpenCV's reader.

The cfgs and the weights are written here, number by number in Darknet's order.
"""

import os
import struct
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnkit.models import Darknet
from cnnkit.models._darknet_images import back, bilinear, fit

REAL = Path(os.environ.get("CNNKIT_DATA", ""), "pretrained", "yolo_fastest")
MAPS = 14  # two anchors, two classes
YOLO = {"mask": "1,2", "anchors": "4,6, 8,8, 20,12", "num": 3, "classes": 2}
REGION = {"anchors": "1.5,2, 3,1.25", "num": 2, "classes": 2, "softmax": 1}


def conv(filters, size=3, activation="leaky", norm=1, pad=1, **options):
    return (
        "convolutional",
        {"filters": filters, "size": size, "pad": pad, "stride": 1}
        | {"activation": activation, "batch_normalize": norm}
        | options,
    )


def head(**options):
    return [conv(MAPS, 1, "linear", 0), ("yolo", YOLO | options)]


NETWORKS = {
    "v3 tiny: two scales": [
        conv(4),
        ("maxpool", {"size": 2, "stride": 2}),
        conv(6, stride=2),
        conv(6, 1),
        ("shortcut", {"from": -2, "activation": "leaky"}),
        ("maxpool", {"size": 2, "stride": 1}),
        *head(),
        ("route", {"layers": -4}),
        ("upsample", {"stride": 2}),
        ("route", {"layers": "-1, 1"}),
        *head(mask="0,1"),
    ],
    "v4 tiny: halves of channels": [
        conv(4, stride=2),
        ("route", {"layers": -1, "groups": 2, "group_id": 1}),
        conv(2),
        ("route", {"layers": "-1,-3"}),
        ("maxpool", {"size": 2, "stride": 2}),
        *head(scale_x_y=1.05),
    ],
    "v2: region and reorg": [
        conv(8, stride=2),
        ("maxpool", {"size": 2, "stride": 2}),
        conv(6, activation="relu"),
        ("route", {"layers": 0}),
        ("reorg", {"stride": 2}),
        ("route", {"layers": "-1,-3"}),
        conv(MAPS, 1, "linear", 0),
        ("region", REGION),
    ],
    "groups, dropout, pooling of places far apart": [
        conv(6, activation="mish"),
        conv(6, groups=6, stride=2),
        conv(12, 5, groups=6, activation="swish"),
        conv(4, groups=2, activation="logistic", norm=0),
        ("dropout", {"probability": 0.5}),
        ("maxpool", {"size": 3, "stride": 1}),
        ("route", {"layers": -2}),
        ("maxpool", {"size": 5, "stride": 1}),
        ("route", {"layers": "-1,-3,-4"}),
        ("maxpool", {"size": 3, "stride": 2}),
        *head(),
    ],
    "no padding, an even kernel, odd sides": [
        conv(3, 4, pad=0, padding=1, activation="relu"),
        conv(4, 3, pad=0, activation="tanh"),
        ("maxpool", {"size": 2, "stride": 2}),
        *head(),
    ],
}


def write_cfg(network, height=16, width=24):
    sections = [("net", {"height": height, "width": width, "channels": 3}), *network]
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in options.items())
        for name, options in sections
    )


def random_weights(network, seed=0):
    """Return for each convolution its arrays as Darknet has them: the bias first."""
    rng = np.random.default_rng(seed)
    channels, made = [3], []
    for i, (name, options) in enumerate(network):
        width = channels[-1]
        if name == "convolutional":
            n, size = options["filters"], options["size"]
            fan_in = width // options.get("groups", 1) * size**2
            arrays = {"bias": rng.normal(0, 0.3, n)}
            if options["batch_normalize"]:
                arrays["scale"] = rng.uniform(0.5, 1.5, n)
                arrays["mean"] = rng.normal(0, 0.3, n)
                arrays["variance"] = rng.uniform(0.3, 1.5, n)
            shape = (n, width // options.get("groups", 1), size, size)
            arrays["kernel"] = rng.normal(0, fan_in**-0.5, shape)
            made.append({k: a.astype(np.float32) for k, a in arrays.items()})
            width = n
        elif name == "route":
            parts = [channels[1:][j] for j in places(options["layers"], i)]
            width = sum(parts) // options.get("groups", 1)
        elif name == "reorg":
            width *= options["stride"] ** 2
        channels.append(width)
    return made


def write_weights(path, weights, version=(0, 2, 5)):
    header = struct.pack("<3i", *version)
    header += struct.pack("<q" if version[1] >= 2 else "<i", 32_013)
    numbers = [array.ravel() for layer in weights for array in layer.values()]
    path.write_bytes(header + np.concatenate(numbers).astype("<f4").tobytes())
    return path


def places(text, index):
    numbers = [int(part) for part in str(text).split(",")]
    return [index + n if n < 0 else n for n in numbers]


ACTIVATE = {
    "linear": lambda x: x,
    "leaky": lambda x: np.where(x > 0, x, 0.1 * x),
    "relu": lambda x: np.maximum(x, 0),
    "logistic": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "swish": lambda x: x / (1 + np.exp(-x)),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
}


def by_loops(network, weights, image):
    """Return the raw maps before each head; channels first, as Darknet computes."""
    x, made, maps, weights = image.transpose(2, 0, 1), [], [], iter(weights)
    for i, (name, options) in enumerate(network):
        if name == "convolutional":
            x = naive_convolution(x, next(weights), options)
        elif name == "maxpool":
            x = naive_maxpool(x, **options)
        elif name == "route":
            n, k = options.get("groups", 1), options.get("group_id", 0)
            parts = [made[j] for j in places(options["layers"], i)]
            x = np.concatenate([np.split(part, n)[k] for part in parts])
        elif name == "shortcut":
            (other,) = places(options["from"], i)
            x = ACTIVATE[options["activation"]](x + made[other])
        elif name == "upsample":
            x = x.repeat(options["stride"], 1).repeat(options["stride"], 2)
        elif name == "reorg":
            x = naive_reorg(x, options["stride"])
        elif name in ("yolo", "region"):
            maps.append(x)
        made.append(x)
    return maps


def naive_convolution(x, arrays, options):
    size, stride, groups = options["size"], options["stride"], options.get("groups", 1)
    p = size // 2 if options["pad"] else options.get("padding", 0)
    x = np.pad(x, ((0, 0), (p, p), (p, p)))
    rows, columns = ((side - size) // stride + 1 for side in x.shape[1:])
    out = np.zeros((options["filters"], rows, columns))
    each_in, each_out = len(x) // groups, options["filters"] // groups
    for f in range(options["filters"]):
        first = f // each_out * each_in
        for r in range(rows):
            for c in range(columns):
                top, left = r * stride, c * stride
                patch = x[first : first + each_in, top : top + size, left : left + size]
                out[f, r, c] = (patch * arrays["kernel"][f]).sum()
    if "scale" in arrays:
        deviation = np.sqrt(arrays["variance"])
        out = (out - column(arrays["mean"])) / column(deviation)
        out = out * column(arrays["scale"])
    return ACTIVATE[options["activation"]](out + column(arrays["bias"]))


def column(vector):
    return vector[:, None, None].astype(np.float64)


def naive_maxpool(x, size, stride):
    padding = size - 1
    rows, columns = ((side + padding - size) // stride + 1 for side in x.shape[1:])
    out = np.full((len(x), rows, columns), -np.inf)
    for r in range(rows):
        for c in range(columns):
            for i in range(size):
                for j in range(size):
                    y, z = r * stride - padding // 2 + i, c * stride - padding // 2 + j
                    if 0 <= y < x.shape[1] and 0 <= z < x.shape[2]:
                        out[:, r, c] = np.maximum(out[:, r, c], x[:, y, z])
    return out


def naive_reorg(x, s):
    channels, height, width = x.shape
    few = channels // s**2
    source = x.reshape(few, s * height, s * width)
    out = np.zeros_like(x)
    for k in range(channels):
        for r in range(height):
            for c in range(width):
                down, right = divmod(k // few, s)
                out[k, r, c] = source[k % few, r * s + down, c * s + right]
    return out.reshape(channels * s**2, height // s, width // s)


def raw_maps(model, images):
    outputs = keras.tree.flatten(model.predict_on_batch(images))
    return [y.reshape(*y.shape[:3], -1).transpose(0, 3, 1, 2) for y in outputs]


@pytest.fixture(params=NETWORKS)
def example(request, tmp_path):
    """A network, an image of its size, and its two files."""
    network = NETWORKS[request.param]
    height, width = (15, 21) if "odd" in request.param else (16, 24)
    cfg = tmp_path / "a.cfg"
    cfg.write_text(write_cfg(network, height, width))
    weights = random_weights(network)
    path = write_weights(tmp_path / "a.weights", weights)
    image = np.random.default_rng(1).random((height, width, 3), "float32")
    return network, weights, image, cfg, path


def test_it_computes_what_naive_loops_do(example):
    network, weights, image, cfg, path = example
    model = Darknet(cfg, path)
    numbers = sum(array.size for layer in weights for array in layer.values())
    assert model.count_params() == numbers
    maps = by_loops(network, weights, image)
    for ours, naive in zip(raw_maps(model, image[None]), maps, strict=True):
        assert ours.shape == (1, *naive.shape)
        np.testing.assert_allclose(ours[0], naive, atol=2e-5)


def test_it_computes_what_opencv_does(example):
    network, _, image, cfg, path = example
    net = opencv().readNetFromDarknet(str(cfg), str(path))
    net.setInput(np.ascontiguousarray(image.transpose(2, 0, 1)[None]))
    last = [
        f"conv_{i - 1}"
        for i, (name, _) in enumerate(network)
        if name in ("yolo", "region")
    ]
    ours = raw_maps(Darknet(cfg, path), image[None])
    for y, theirs in zip(ours, net.forward(last), strict=True):
        np.testing.assert_allclose(y, theirs, atol=1e-4)


def opencv():
    dnn = pytest.importorskip("cv2").dnn
    if not hasattr(dnn, "readNetFromDarknet"):
        pytest.skip("this OpenCV reads no Darknet files")
    return dnn


@pytest.mark.parametrize("kind", ["yolo", "new_coords", "region", "region, sigmoid"])
def test_boxes_are_darknets(kind):
    rng = np.random.default_rng(3)
    raw = rng.normal(size=(1, 4, 6, 2, 7))
    if kind.startswith("region"):
        pixels = np.array([[1.5, 2], [3, 1.25]]) * 4
        options = REGION | {"softmax": int(kind == "region")}
        network = [conv(MAPS, 1, stride=4), ("region", options)]
        stretch = 1
    else:
        pixels, stretch = np.array([[8, 8], [20, 12]]), 1.2
        new = {"new_coords": 1} if kind == "new_coords" else {}
        network = [
            conv(MAPS, 1, stride=4),
            ("yolo", YOLO | {"scale_x_y": 1.2} | new),
        ]
        raw = ACTIVATE["logistic"](raw) if new else raw
    sigma = (lambda t: t) if kind == "new_coords" else ACTIVATE["logistic"]
    confidence, boxes, classes = Darknet(write_cfg(network)).decode([raw])
    assert boxes.shape == (1, 4 * 6 * 2, 4)
    at = 0
    for row in range(4):
        for col in range(6):
            for anchor in range(2):
                t = raw[0, row, col, anchor]
                x = (col + stretch * sigma(t[0]) - (stretch - 1) / 2) * 4
                y = (row + stretch * sigma(t[1]) - (stretch - 1) / 2) * 4
                grow = 4 * t[2:4] ** 2 if kind == "new_coords" else np.exp(t[2:4])
                w, h = pixels[anchor] * grow
                corners = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
                np.testing.assert_allclose(boxes[0, at], corners, rtol=1e-6)
                np.testing.assert_allclose(confidence[0, at, 0], sigma(t[4]))
                powers = np.exp(t[5:])
                shares = powers / powers.sum() if kind == "region" else sigma(t[5:])
                np.testing.assert_allclose(classes[0, at], shares)
                at += 1


def certain(model, objects):
    """Return raw outputs that say only these objects: row, column, anchor, class."""
    raw = np.full((1, *model.output_shape[1:]), -30.0, np.float32)
    for row, column_, anchor, which in objects:
        raw[0, row, column_, anchor, :5] = [0, 0, 0, 0, 30]
        raw[0, row, column_, anchor, 5 + which] = 30
    return raw


@pytest.fixture
def model():
    network = [conv(MAPS, 1, stride=4), ("yolo", YOLO)]
    return Darknet(write_cfg(network), classes=("cat", "dog"))


def test_boxes_come_back_in_pixels_of_the_image(model, monkeypatch):
    said = certain(model, [(1, 2, 0, 1)])  # at 10, 6, of 8 by 8
    monkeypatch.setattr(model, "predict_on_batch", lambda images: said)
    (found,) = model.detect(np.zeros((1, 16, 24, 3)))
    np.testing.assert_allclose(found.boxes, [[6, 2, 14, 10]], atol=1e-4)
    assert found.class_names == ("cat", "dog") and found.classes.tolist() == [1]
    (found,) = model.detect([np.zeros((32, 24, 3))])
    np.testing.assert_allclose(found.boxes, [[6, 4, 14, 20]], atol=1e-4)
    # 32 by 24 becomes 16 by 12, with 6 columns of grey on either side.
    (found,) = model.detect([np.zeros((32, 24, 3))], resize="letterbox")
    np.testing.assert_allclose(found.boxes, [[0, 4, 16, 20]], atol=1e-4)


def test_a_cfg_can_ask_for_bars():
    network = [conv(MAPS, 1, stride=4), ("yolo", YOLO)]
    cfg = write_cfg(network)
    bars = Darknet(cfg.replace("[net]", "[net]\nletter_box=1"))
    plain = Darknet(cfg)
    bars.set_weights(plain.get_weights())
    image = np.random.default_rng(0).random((1, 40, 24, 3))
    for model, way in ((bars, "letterbox"), (plain, "stretch")):
        (found,), (same,) = (
            model.detect(image, 0.1),
            plain.detect(image, 0.1, resize=way),
        )
        np.testing.assert_array_equal(found.boxes, same.boxes)


def test_what_is_double_goes_and_the_rest_is_cut_at_the_edge(model, monkeypatch):
    said = certain(model, [(0, 0, 1, 0), (0, 1, 1, 0), (0, 0, 0, 1)])
    said[0, 0, 0, 0, 4] = 1
    monkeypatch.setattr(model, "predict_on_batch", lambda images: said)
    (found,) = model.detect(np.zeros((1, 16, 24, 3)))
    assert found.classes.tolist() == [0, 1]
    np.testing.assert_allclose(found.boxes, [[0, 0, 12, 8], [0, 0, 6, 6]], atol=1e-4)
    (found,) = model.detect(np.zeros((1, 16, 24, 3)), iou=0.9)
    assert len(found) == 3 and found.scores[0] > found.scores[2]
    assert len(model.detect(np.zeros((1, 16, 24, 3)), score=1.1)[0]) == 0


def test_images_of_any_size_in_batches(model):
    images = [np.zeros(shape) for shape in ((8, 8, 3), (31, 40, 3), (1, 1, 3))]
    assert len(model.detect(images, batch_size=2, score=0.0)) == 3
    assert model.detect([]) == [] == model.detect(np.zeros((0, 9, 9, 3)))
    with pytest.raises(ValueError, match="divide pixels"):
        model.detect([np.full((8, 8, 3), 255)])
    with pytest.raises(ValueError, match="must be of shape"):
        model.detect([np.zeros((8, 8))])
    with pytest.raises(ValueError, match="at least one pixel"):
        model.detect([np.zeros((0, 8, 3))])
    with pytest.raises(ValueError, match="`outputs` must be arrays of shapes"):
        model.decode(np.zeros((4, 6, 2, 7)))
    with pytest.raises(ValueError, match="`resize` must be one of"):
        model.detect(images, resize="crop")


def test_resizing_keeps_corners_and_what_fits():
    image = np.random.default_rng(0).random((5, 7, 3), "float32")
    np.testing.assert_array_equal(bilinear(image, 5, 7), image)
    for size in ((9, 4), (2, 13)):
        large = bilinear(image, *size)
        assert large.shape == (*size, 3)
        corners = np.ix_([0, -1], [0, -1])
        np.testing.assert_allclose(large[corners], image[corners], rtol=1e-6)
    ramp = np.arange(4.0).reshape(1, 4, 1)
    np.testing.assert_allclose(bilinear(ramp, 1, 7)[0, :, 0], np.arange(7) / 2)
    fitted, place = fit(image, 10, 10, "letterbox")
    assert place == (0, 1, 10, 7)
    assert (fitted[[0, 8, 9]] == 0.5).all()
    np.testing.assert_allclose(
        back(np.array([[0, 1, 10, 8]]), place, (5, 7)), [[0, 0, 7, 5]]
    )


def test_it_is_saved_with_its_cfg(tmp_path):
    network = NETWORKS["v4 tiny: halves of channels"]
    path = write_weights(tmp_path / "a.weights", random_weights(network))
    image = np.random.default_rng(1).random((16, 24, 3), "float32")
    model = Darknet(write_cfg(network), path, classes=("cat", "dog"))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.classes == ("cat", "dog") and loaded.cfg == model.cfg
    for a, b in zip(*(raw_maps(m, image[None]) for m in (model, loaded)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_another_size_and_an_old_header(tmp_path):
    network = NETWORKS["v3 tiny: two scales"]
    path = write_weights(tmp_path / "a.weights", random_weights(network), (0, 1, 0))
    model = Darknet(write_cfg(network), path, size=(32, 40))
    assert [shape[1:3] for shape in model.output_shape] == [(8, 10), (16, 20)]
    tiny = Darknet(write_cfg(network), size=8)  # its anchors are larger than the image
    assert tiny.size == (8, 8) and len(tiny.detect(np.zeros((1, 9, 9, 3)), 0.9)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda b: b[:-4], "too short .* Nothing was loaded"),
        (lambda b: b[:-1], "too short"),
        (lambda b: b + b[:4], "too long"),
        (lambda b: b[:10], "no Darknet file: it has 10 bytes"),
        (lambda b: b[:20] + struct.pack("<f", np.nan) + b[24:], "NaN .* conv0"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(tmp_path, change, words):
    from cnnkit.models import _darknet_weights

    network = [conv(4, stride=4), *head()]
    path = write_weights(tmp_path / "a.weights", random_weights(network))
    model = Darknet(write_cfg(network), path)
    before = model.get_weights()
    path.write_bytes(
        change(write_weights(path, random_weights(network, 5)).read_bytes())
    )
    with pytest.raises(ValueError, match=words):
        _darknet_weights.load(model, path)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="`weights` must be"):
        Darknet(write_cfg(network), 3)
    with pytest.raises(FileNotFoundError):
        Darknet(write_cfg(network), tmp_path / "none.weights")


NET = "[net]\nwidth=16\nheight=16\n"
END = "[convolutional]\nfilters=14\nactivation=linear\n[yolo]\n" + "".join(
    f"{key}={value}\n" for key, value in YOLO.items()
)


@pytest.mark.parametrize(
    ("cfg", "words"),
    [
        (NET + "[gru]\noutput=3\n" + END, r"line 4, section \[gru\]: this kind"),
        (NET + "[conv]\nactivation=gelu\n" + END, r"line 5, .*activation=gelu is not"),
        (NET + "[conv]\nfilters=two\n" + END, "line 5, .*filters=two must be whole"),
        (NET + "[conv]\nsize=0\n" + END, "line 5, .*size=0 must be one whole number"),
        (NET + "[conv]\ndilation=2\n" + END, "line 5, .*dilation=2 is not supported"),
        (NET + "[conv]\ngroups=2\n" + END, "line 5, .*groups=2 must divide the 3"),
        (NET + "[conv]\nsize=99\n" + END, "line 4, .*does not fit what comes in"),
        (NET + "[route]\n" + END, "line 4, .*needs an option 'layers'"),
        (NET + "[route]\nlayers=-1\n" + END, "line 5, .*must name layers before"),
        (NET + "[conv]\n[route]\nlayers=0\ngroups=2\n" + END, "line 7, .*do not fit"),
        (NET + "[conv]\n[shortcut]\nfrom=1\n" + END, "line 6, .*before this one"),
        (NET + "[conv]\n[conv]\nfilters=2\n[shortcut]\nfrom=0\n" + END, "equal shapes"),
        (NET + "[maxpool]\nsize=2\npadding=0\n" + END, "line 6, .*padding must be"),
        (NET + "[reorg]\nstride=2\n" + END, "line 5, .*does not fit maps of 16×16×3"),
        (NET + END.replace("mask=1,2", "mask=1,9"), "mask must name some of the 3"),
        (NET + END.replace("classes=2", "classes=3"), "need 16 filters .* are 14"),
        (NET + END.replace("4,6, ", "4, "), "pairs of numbers"),
        (NET + END.replace("[yolo]", "[Gaussian_yolo]"), "not supported"),
        (NET, "no section .yolo. or .region. follows"),
        ("[conv]\nsize=3\n", "must begin with a section .net."),
        ("[net]\nwidth\n", "line 2: 'width' is neither"),
        ("size=3\n[net]\n", "line 1: 'size=3' is in no section"),
        ("[net]\nwidth=8\n" + END, "line 1, .*needs an option 'height'"),
        ("", "`cfg` must be"),
        (None, "`cfg` must be"),
    ],
)
def test_a_cfg_that_cannot_be_built_is_refused(cfg, words):
    with pytest.raises(ValueError, match=words):
        Darknet(cfg)


def test_a_cfg_is_read_with_comments_and_blanks(tmp_path):
    text = "; of mine\n" + NET.replace("=", " = ") + END.replace("2\n", "2  # two\n")
    path = tmp_path / "b.cfg"
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert Darknet(path).output_shape == Darknet(str(path)).output_shape
    path.write_bytes(b"\xff\xfe\x00\x80\x81")
    with pytest.raises(ValueError, match="is no text"):
        Darknet(path)
    with pytest.raises(FileNotFoundError):
        Darknet(tmp_path / "none.cfg")


def test_arguments():
    cfg = NET + END
    for classes in (("cat",), 3, ("a", "b", "c")):
        with pytest.raises(ValueError, match="`classes` must be 2 names"):
            Darknet(cfg, classes=classes)
    for size in (0, (3, 4, 5), "large"):
        with pytest.raises(ValueError, match="`size` must be"):
            Darknet(cfg, size=size)


def stage(filters, blocks):
    """Darknet-53: halve, then residual blocks."""
    block = [conv(filters // 2, 1), conv(filters), ("shortcut", {"from": -3})]
    return [conv(filters, stride=2), *block * blocks]


def neck(filters):
    return [conv(filters, 1), conv(2 * filters)] * 3


def coco(mask="0,1,2", num=9):
    options = {"mask": mask, "anchors": ",".join(["9,9"] * num), "num": num}
    return [conv(255, 1, "linear", 0), ("yolo", options | {"classes": 80})]


def upwards(filters, place):
    return [
        ("route", {"layers": -4}),
        conv(filters, 1),
        ("upsample", {"stride": 2}),
        ("route", {"layers": f"-1,{place}"}),
    ]


def partial(filters):
    """YOLOv4-tiny: half of the channels go another way."""
    half = filters // 2
    return [
        conv(filters),
        ("route", {"layers": -1, "groups": 2, "group_id": 1}),
        conv(half),
        conv(half),
        ("route", {"layers": "-1,-2"}),
        conv(filters, 1),
        ("route", {"layers": "-6,-1"}),
        HALVE,
    ]


def pyramid(filters, depth):
    """Darknet-19: 3×3 and 1×1 in turn."""
    return [conv(filters // (1 + i % 2), 1 if i % 2 else 3) for i in range(depth)]


HALVE = ("maxpool", {"size": 2, "stride": 2})
PUBLISHED = {  # bytes of the files that their authors offer
    "yolov3-tiny": (
        35_434_956,
        [
            *[part for n in (16, 32, 64, 128, 256) for part in (conv(n), HALVE)],
            conv(512),
            ("maxpool", {"size": 2, "stride": 1}),
            *[conv(1024), conv(256, 1), conv(512), *coco("3,4,5", 6)],
            *[*upwards(128, 8), conv(256), *coco("0,1,2", 6)],
        ],
    ),
    "yolov4-tiny": (
        24_251_276,
        [
            *[conv(32, stride=2), conv(64, stride=2)],
            *[*partial(64), *partial(128), *partial(256)],
            *[conv(512), conv(256, 1), conv(512), *coco("3,4,5", 6)],
            *[*upwards(128, 23), conv(256), *coco("1,2,3", 6)],
        ],
    ),
    "yolov2": (
        203_934_260,
        [
            *[conv(32), HALVE, conv(64), HALVE, *pyramid(128, 3), HALVE],
            *[*pyramid(256, 3), HALVE, *pyramid(512, 5), HALVE, *pyramid(1024, 5)],
            *[conv(1024), conv(1024), ("route", {"layers": -9}), conv(64, 1)],
            *[("reorg", {"stride": 2}), ("route", {"layers": "-1,-4"}), conv(1024)],
            conv(425, 1, "linear", 0),
            ("region", REGION | {"classes": 80, "num": 5, "anchors": "1,1," * 5}),
        ],
    ),
    "yolov3": (
        248_007_048,
        [
            *[conv(32), *stage(64, 1), *stage(128, 2), *stage(256, 8)],
            *[*stage(512, 8), *stage(1024, 4), *neck(512), *coco("6,7,8")],
            *[*upwards(256, 61), *neck(256), *coco("3,4,5")],
            *[*upwards(128, 36), *neck(128), *coco("0,1,2")],
        ],
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_files_fit_to_the_byte(name, blank_weights):
    size, network = PUBLISHED[name]
    header = 16 if name == "yolov2" else 20
    model = Darknet(write_cfg(network, 64, 64))
    assert header + 4 * model.count_params() == size


@pytest.mark.skipif(not REAL.is_dir(), reason="needs pretrained/ in CNNKIT_DATA")
def test_a_detector_of_others():
    from PIL import Image

    cfg, weights = (REAL / f"yolo-fastest-1.1.{end}" for end in ("cfg", "weights"))
    names = (REAL / "coco.names").read_text().split("\n")[:80]
    model = Darknet(cfg, weights, classes=names)
    assert 20 + 4 * model.count_params() == weights.stat().st_size
    images = [
        np.asarray(Image.open(REAL / "data" / f"{name}.jpg"), np.float32) / 255
        for name in ("dog", "eagle", "person")
    ]
    found = [
        {one.class_names[c] for c in one.classes}
        for one in model.detect(images, score=0.5)
    ]
    assert {"dog", "car"} <= found[0] and found[1] == {"bird"}
    assert {"person", "dog"} <= found[2]
    small = bilinear(images[0], 320, 320)
    net = opencv().readNetFromDarknet(str(cfg), str(weights))
    net.setInput(np.ascontiguousarray(small.transpose(2, 0, 1)[None]))
    theirs = net.forward([f"conv_{int(head.name[4:]) - 1}" for head in model.heads])
    for ours, other in zip(raw_maps(model, small[None]), theirs, strict=True):
        np.testing.assert_allclose(ours, other, atol=1e-4)
