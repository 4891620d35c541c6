"""Models of clips: averaged frames, 3D convolutions, CNN and LSTM."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit import datasets
from cnnkit.arithmetic import describe, receptive_field
from cnnkit.models import C3D, LRCN, FrameAverage
from tests.checks import check_saved, check_trains

SHAPE = (5, 12, 9, 2)
RNG = np.random.default_rng(0)
CLIPS = RNG.random((8, *SHAPE), dtype="float32")


def small_c3d(input_shape, classes, **options):
    options = {"stages": ((4,), (4, 6)), "units": (8,), **options}
    return C3D(input_shape, classes, **options)


def small_lrcn(input_shape, classes, **options):
    return LRCN(input_shape, classes, **{"encoder": (4, 6), "units": 8, **options})


def small_average(input_shape, classes, **options):
    options = {"encoder": (4, 6), "units": 8, **options}
    return FrameAverage(input_shape, classes, **options)


BUILDERS = {"C3D": small_c3d, "LRCN": small_lrcn, "FrameAverage": small_average}
each = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)


def said(model, clips):
    return ops.convert_to_numpy(model(clips, training=False))


@each
def test_saves_and_trains(build, tmp_path):
    model = build(SHAPE, 3, seed=0)
    assert model.output_shape == (None, 3)
    np.testing.assert_allclose(said(model, CLIPS).sum(axis=1), 1, atol=1e-5)
    check_saved(model, CLIPS, tmp_path)
    check_trains(model, CLIPS, RNG.integers(0, 3, 8), "sparse_categorical_crossentropy")


@each
def test_a_clip_of_one_frame(build):
    model = build((1, *SHAPE[1:]), 3)
    assert np.isfinite(said(model, CLIPS[:, :1])).all()


@each
def test_clips_of_another_size_are_told(build):
    with pytest.raises(ValueError, match="shape"):
        build(SHAPE, 3)(CLIPS[:, :, :-1])


@each
def test_the_same_seed_gives_the_same_weights(build):
    first, second, other = (build(SHAPE, 3, seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(first.weights, second.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        if "bias" not in a.path and "seed" not in a.path:
            assert not np.array_equal(a, c), a.path


def test_only_the_average_forgets_the_order():
    backwards = CLIPS[:, ::-1]
    for name, build in BUILDERS.items():
        model = build(SHAPE, 3, seed=0)
        gap = np.abs(said(model, CLIPS) - said(model, backwards)).max()
        assert gap < 1e-6 if name == "FrameAverage" else gap > 1e-4, name


def test_the_average_is_that_of_single_frames():
    model = small_average(SHAPE, 3, classifier_activation=None, seed=0)
    alone = model.get_layer("frames").layer
    features = np.mean([said(alone, CLIPS[:, i]) for i in range(5)], axis=0)
    kernel, bias = model.get_layer("predictions").get_weights()
    np.testing.assert_allclose(said(model, CLIPS), features @ kernel + bias, atol=1e-5)


def test_lrcn_is_an_lstm_over_single_frames():
    model = small_lrcn(SHAPE, 3, memory=4, classifier_activation=None, seed=0)
    alone = model.get_layer("frames").layer
    kernel, recurrent, bias = model.get_layer("memory").get_weights()
    h = c = np.zeros((8, 4))
    for i in range(5):
        gates = said(alone, CLIPS[:, i]) @ kernel + h @ recurrent + bias
        take, keep, new, show = np.split(gates, 4, axis=1)
        c = sigmoid(keep) * c + sigmoid(take) * np.tanh(new)
        h = sigmoid(show) * np.tanh(c)
    weights, bias = model.get_layer("predictions").get_weights()
    np.testing.assert_allclose(said(model, CLIPS), h @ weights + bias, atol=1e-5)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_lrcn_at_every_step_averages_its_predictions():
    model = small_lrcn(SHAPE, 3, every_step=True, seed=0)
    steps = keras.Model(model.input, model.get_layer("predictions").output)
    assert steps.output_shape == (None, 5, 3)
    mean = said(steps, CLIPS).mean(axis=1)
    np.testing.assert_allclose(said(model, CLIPS), mean, atol=1e-6)


def test_c3d_of_the_paper(blank_weights):
    """Eight 3×3×3 convolutions, five poolings, 8192 numbers into 4096 units twice."""
    model = C3D(classes=101)
    sizes = [(3, 64), (64, 128), (128, 256), (256, 256), (256, 512), *[(512, 512)] * 3]
    convolutions = sum(27 * a * b + b for a, b in sizes)
    dense = 8192 * 4096 + 4096 + 4096 * 4096 + 4096 + 4096 * 101 + 101
    assert model.count_params() == convolutions + dense == 78_409_573
    shapes = {i: model.get_layer(f"pool{i}").output.shape[1:] for i in range(1, 6)}
    assert shapes == {
        1: (16, 56, 56, 64),
        2: (8, 28, 28, 128),
        3: (4, 14, 14, 256),
        4: (2, 7, 7, 512),
        5: (1, 4, 4, 512),
    }
    names = [layer.name for layer in model.layers]
    assert [n for n in names if n.startswith("conv")] == [
        "conv1a", "conv2a", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b"
    ]  # fmt: skip
    assert {"fc6", "fc7", "dropout6", "dropout7", "predictions"} <= set(names)


def test_costs_can_be_counted():
    table = describe(C3D((8, 24, 24, 1), 4, stages=((8,), (16,)), units=(32,)))
    assert table["conv2a"].multiply_adds == 8 * 12 * 12 * 16 * 27 * 8
    assert table["conv2a"].receptive_field == (5, 8, 8)
    assert receptive_field([(3, 1), (3, 1)]) == 5
    frame = FrameAverage((8, 24, 24, 1), 4).get_layer("frames").layer
    assert describe(frame)["conv1"].multiply_adds == 24 * 24 * 8 * 9


@pytest.mark.parametrize("build", [FrameAverage, LRCN])
def test_any_model_of_an_image_may_look_at_the_frames(build, tmp_path):
    inputs = keras.Input((16, 16, 3))
    maps = keras.layers.Conv2D(4, 3)(inputs)
    encoder = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(maps))
    model = build((3, 16, 16, 3), 2, encoder=encoder)
    clips = RNG.random((4, 3, 16, 16, 3), dtype="float32")
    check_saved(model, clips, tmp_path)
    encoder.trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = encoder.get_weights()
    model.fit(clips, np.array([0, 1, 0, 1]), verbose=0)
    np.testing.assert_array_equal(encoder.get_weights()[0], before[0])
    with pytest.raises(ValueError, match="`encoder` must be a model from one frame"):
        build((3, 16, 18, 3), 2, encoder=encoder)
    with pytest.raises(ValueError, match="`encoder` must be built"):
        build((3, 16, 16, 3), 2, encoder=keras.Sequential([keras.layers.Flatten()]))
    with pytest.raises(ValueError, match="to a vector"):
        build((3, 16, 16, 3), 2, encoder=keras.Model(inputs, maps))


@pytest.mark.parametrize("build", [C3D, LRCN, FrameAverage])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (24, 24, 1)}, "must be 4 positive integers"),
        ({"input_shape": (0, 24, 24, 1)}, "`input_shape`"),
        ({"input_shape": (None, 24, 24, 1)}, "`input_shape`"),
        ({"classes": 0}, "`classes`"),
    ],
)
def test_bad_arguments(build, arguments, message):
    small = {"stages": ((4,),), "units": ()} if build is C3D else {}
    with pytest.raises(ValueError, match=message):
        build(**{"input_shape": (8, 24, 24, 1), "classes": 2, **small, **arguments})


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (C3D, {"stages": ()}, "`stages`"),
        (C3D, {"stages": (8, 16)}, r"such as \(\(8,\), \(16, 16\)\)"),
        (C3D, {"stages": ((8,), ())}, "`stages`"),
        (C3D, {"stages": ((8.5,),)}, "`stages`"),
        (C3D, {"stages": ((2,) * 27,)}, "1 to 26 ints"),
        (C3D, {"units": 32}, "`units`"),
        (C3D, {"units": (0,)}, "`units`"),
        (C3D, {"dropout": 1}, "`dropout`"),
        (LRCN, {"memory": 0}, "`memory`"),
        (LRCN, {"units": 0}, "`units`"),
        (LRCN, {"encoder": 8}, "`encoder`"),
        (FrameAverage, {"encoder": (8, 0)}, "`encoder`"),
        (FrameAverage, {"encoder": (8,) * 5}, "at least 32"),
    ],
)
def test_bad_arguments_of_one(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**{"input_shape": (8, 24, 24, 1), "classes": 2, **arguments})


def test_3d_convolutions_learn_what_moves_where():
    train, test = datasets.moving_scenes(480), datasets.moving_scenes(96, seed=1)
    small = {"stages": ((6,), (12,)), "units": (24,), "dropout": 0}
    model = C3D(train.clips.shape[1:], 4, **small, seed=0)
    keras.utils.set_random_seed(0)
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy")
    model.fit(train.clips * 5 - 2.5, train.motions, epochs=4, verbose=0)
    guesses = model.predict(test.clips * 5 - 2.5, verbose=0).argmax(axis=1)
    assert np.mean(guesses == test.motions) > 0.8
