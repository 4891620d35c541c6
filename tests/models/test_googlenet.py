import keras
import numpy as np
import pytest

from cnnkit.arithmetic import describe
from cnnkit.models import GoogLeNet, InceptionModule, side_losses
from tests.checks import check_saved

# The paper's table 1: side, channels, thousands of parameters, millions of operations.
# Its K is 1024 and it leaves biases out. It has 2.7K and 34M for the first convolution,
# which cannot be for 7·7·3·64 weights; 463K for 4c, though its operations are right;
# and 1072K and 54M for 5a, which its own filter counts do not give.
TABLE = {
    "conv1": (112, 64, None, None),
    "conv2": (56, 192, 112, 360),
    "inception_3a": (28, 256, 159, 128),
    "inception_3b": (28, 480, 380, 304),
    "inception_4a": (14, 512, 364, 73),
    "inception_4b": (14, 512, 437, 88),
    "inception_4c": (14, 512, None, 100),
    "inception_4d": (14, 528, 580, 119),
    "inception_4e": (14, 832, 840, 170),
    "inception_5a": (7, 832, None, None),
    "inception_5b": (7, 1024, 1388, 71),
}
OURS = {
    "conv1": (9_472, 118_013_952),
    "conv2": (114_944, 359_661_568),
    "inception_3a": (163_696, 128_049_152),
    "inception_3b": (388_736, 304_267_264),
    "inception_4a": (376_176, 73_608_192),
    "inception_4b": (449_160, 87_908_352),
    "inception_4c": (510_104, 99_850_240),
    "inception_4d": (605_376, 118_515_712),
    "inception_4e": (868_352, 169_996_288),
    "inception_5a": (1_043_456, 51_079_168),
    "inception_5b": (1_444_080, 70_697_984),
}


@pytest.fixture(scope="module")
def table():
    return describe(GoogLeNet(aux=True))


def rows(table, stage):
    return [r for r in table if r.name == stage or r.name.startswith(f"{stage}_")]


@pytest.mark.parametrize("stage", TABLE)
def test_published_table(table, stage):
    side, channels, thousands, millions = TABLE[stage]
    group = rows(table, stage)
    assert table[stage].output_shape == (side, side, channels)
    parameters = sum(row.parameters for row in group)
    multiply_adds = sum(row.multiply_adds for row in group)
    assert (parameters, multiply_adds) == OURS[stage]
    if thousands:
        assert parameters / 1024 == pytest.approx(thousands, rel=0.05)
    if millions:
        assert multiply_adds / 1e6 == pytest.approx(millions, abs=0.7)


def test_classifiers(table):
    assert table["predictions"].parameters == 1000 * 1024 + 1000
    assert table["predictions"].multiply_adds == 1000 * 1024
    assert table["aux1_pool"].output_shape == (4, 4, 512)
    assert table["aux2_pool"].output_shape == (4, 4, 528)
    assert sum(row.parameters for row in rows(table, "aux1")) == 3_188_840
    assert sum(row.parameters for row in rows(table, "aux2")) == 3_190_888
    assert table.totals.parameters == 13_378_280
    sides = sum(row.multiply_adds for n in ("aux1", "aux2") for row in rows(table, n))
    assert (table.totals.multiply_adds - sides) / 1e9 == pytest.approx(1.58, abs=0.01)


def inception(**reduced):
    x = keras.Input((28, 28, 192), name="image")
    return describe(keras.Model(x, InceptionModule(x, 64, 128, 32, **reduced)))


def test_what_the_bottleneck_saves():
    naive = inception()
    assert naive["inception"].output_shape == (28, 28, 64 + 128 + 32 + 192)
    assert naive["inception_5x5"].multiply_adds == 28 * 28 * 32 * 5 * 5 * 192
    assert round(naive["inception_5x5"].multiply_adds / 1e6) == 120
    table = inception(reduce3=96, reduce5=16, project=32)
    assert table["inception"].output_shape == (28, 28, 256)
    reduced = table["inception_5x5_reduce"].multiply_adds
    assert reduced == 28 * 28 * 16 * 192
    total = reduced + table["inception_5x5"].multiply_adds
    assert round(total / 1e6, 1) == 12.4
    assert table.totals.parameters == 163_696


def test_side_branches_train_with_their_weights(tmp_path):
    keras.utils.set_random_seed(0)
    model = GoogLeNet(
        input_shape=(65, 65, 3), classes=3, width=0.2, aux=True, dropout=0.0
    )
    rng = np.random.default_rng(0)
    images = rng.random((4, 65, 65, 3), dtype="float32")
    labels = rng.integers(0, 3, 4)
    outputs = dict(zip(model.output_names, model.outputs, strict=True))
    assert list(outputs) == ["predictions", "aux1_predictions", "aux2_predictions"]
    check_saved(keras.Model(model.input, outputs["aux2_predictions"]), images, tmp_path)
    model.compile(keras.optimizers.SGD(0.0), **side_losses(weight=0.25))
    values = model.evaluate(images, [labels] * 3, verbose=0, return_dict=True)
    parts = [values[f"{name}predictions_loss"] for name in ("", "aux1_", "aux2_")]
    assert values["loss"] == pytest.approx(parts[0] + 0.25 * sum(parts[1:]), rel=1e-5)

    before = [w.numpy().copy() for w in model.trainable_weights]
    model.compile(keras.optimizers.SGD(0.1), **side_losses())
    model.fit(images, [labels] * 3, verbose=0)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert not np.array_equal(weight.numpy(), old), weight.path


def test_a_file_with_side_branches_loads_without_them(tmp_path):
    arguments = {"input_shape": (65, 65, 3), "classes": 3, "width": 0.05}
    model = GoogLeNet(aux=True, **arguments)
    path = tmp_path / "googlenet.weights.h5"
    model.save_weights(path)
    images = np.random.default_rng(0).random((2, 65, 65, 3), dtype="float32")
    alone = GoogLeNet(weights=path, **arguments)
    np.testing.assert_allclose(
        model.predict(images, verbose=0)[0], alone.predict(images, verbose=0), atol=1e-6
    )


@pytest.mark.parametrize("weight", [-1, None, float("nan")])
def test_bad_weight_of_the_side_losses(weight):
    with pytest.raises(ValueError, match="`weight` must be a number of at least 0"):
        side_losses(weight=weight)


def test_bad_arguments():
    with pytest.raises(ValueError, match="needs `include_top=True`"):
        GoogLeNet(aux=True, include_top=False)
    with pytest.raises(ValueError, match="at least 65 along each side"):
        GoogLeNet(aux=True, input_shape=(64, 64, 3))
    x = keras.Input((8, 8, 3))
    with pytest.raises(ValueError, match="`reduce5` must be a positive integer"):
        InceptionModule(x, 1, 1, 1, reduce5=0)
    with pytest.raises(ValueError, match="`filters3` must be a positive integer"):
        InceptionModule(x, 1, 1.5, 1)
    with pytest.raises(ValueError, match="`x` must be a tensor"):
        InceptionModule(keras.Input((8,)), 1, 1, 1)
