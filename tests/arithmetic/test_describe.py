"""The table of a Keras model."""

import csv
import io
from functools import partial

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from cnnkit.arithmetic import LayerRow, ModelTable, describe
from cnnkit.layers import SpatialTransformer
from cnnkit.models import LeNet5Original

LOCALISATION = [
    "localisation/conv",
    "localisation/flatten",
    "localisation/hidden",
    "theta",
]


def lenet5():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="image"),
            layers.Conv2D(6, 5, padding="same", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(16, 5, name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dense(120, name="dense1"),
            layers.Dense(84, name="dense2"),
            layers.Dense(10, name="predictions"),
        ],
        name="lenet5",
    )


def column(table, field):
    return [getattr(row, field) for row in table]


def through(layer, *shapes):
    inputs = [keras.Input(shape) for shape in shapes]
    model = keras.Model(inputs, layer(inputs if len(inputs) > 1 else inputs[0]))
    return describe(model)[-1]


def test_lenet5():
    table = describe(lenet5())
    assert column(table, "activation_size") == [784, 4704, 1176, 1600, 400, 400] + [
        120,
        84,
        10,
    ]
    assert column(table, "parameters") == [0, 156, 0, 2416, 0, 0, 48120, 10164, 850]
    assert column(table, "receptive_field") == [1, 5, 6, 14, 16] + ["all"] * 4
    assert column(table, "multiply_adds")[1:4] == [117600, 0, 240000]
    assert table.totals.parameters == 61706
    assert table["pool2"].output_shape == (5, 5, 16)
    assert table["conv1"].kind == "Conv2D"


def test_lenet5_as_published():
    table = describe(LeNet5Original())
    costs = {name: table[name].multiply_adds for name in ("c1", "s2", "c3", "c5")}
    assert costs == {"c1": 117600, "s2": 0, "c3": 100 * 60 * 25, "c5": 48000}
    assert [table[name].receptive_field for name in costs] == [5, 6, 14, 32]


# Multiply-adds: VGG-16 15.5 G; ResNet-50 3.8 G (He and others, table 1); MobileNet
# 569 M (Howard and others, table 4). Receptive fields: Araujo, Norris and Sim,
# "Computing receptive fields of convolutional neural networks", 2019.
@pytest.mark.parametrize(
    "name, parameters, cost, unit, layer, field",
    [
        ("VGG16", 138_357_544, "15.47", 1e9, "block5_pool", 212),
        ("ResNet50", 25_636_712, "3.86", 1e9, "conv5_block3_out", 483),
        ("MobileNet", 4_253_864, "569", 1e6, "conv_pw_13_relu", 315),
        ("InceptionV3", 23_851_784, "5.71", 1e9, "mixed10", 1311),
    ],
)
def test_published_networks(name, parameters, cost, unit, layer, field):
    model = getattr(keras.applications, name)(weights=None)
    table = describe(model)
    assert table.totals.parameters == model.count_params() == parameters
    digits = len(cost.partition(".")[2])
    assert f"{table.totals.multiply_adds / unit:.{digits}f}" == cost
    assert table[layer].receptive_field == field
    assert [row.name for row in table] == [layer.name for layer in model.layers]
    if name == "VGG16":
        assert table["block5_conv3"].receptive_field == 196


@pytest.mark.parametrize(
    "layer, shape, cost, field",
    [
        (layers.Conv1D(16, 5), (14, 1), 10 * 5 * 16, 5),
        (layers.Conv1D(4, 3, padding="causal"), (14, 2), 14 * 3 * 8, 3),
        (layers.Conv3D(16, 5), (14, 14, 14, 1), 10**3 * 125 * 16, 5),
        (layers.Conv2D(8, 3, groups=4), (8, 8, 4), 36 * 9 * 8, 3),
        (layers.Conv2D(8, (3, 5)), (8, 8, 4), 6 * 4 * 15 * 32, (3, 5)),
        (layers.Conv2D(1, 3, dilation_rate=2), (8, 8, 1), 16 * 9, 5),
        (layers.DepthwiseConv2D(3, depth_multiplier=2), (8, 8, 4), 36 * 9 * 8, 3),
        (layers.SeparableConv2D(5, 3), (8, 8, 4), 36 * (9 * 4 + 4 * 5), 3),
        (
            layers.SeparableConv1D(5, 3, depth_multiplier=2),
            (8, 4),
            6 * (3 * 8 + 8 * 5),
            3,
        ),
        (layers.Conv2DTranspose(3, 4, strides=2), (8, 8, 5), 64 * 16 * 15, 2),
        (layers.Conv2DTranspose(3, 5, strides=2), (8, 8, 5), 64 * 25 * 15, 3),
        (layers.Dense(10), (7,), 70, "all"),
        (layers.Dense(10), (4, 5, 7), 4 * 5 * 70, 1),
        (layers.AveragePooling3D(2), (4, 4, 4, 1), 0, 2),
        (layers.MaxPooling2D(3, strides=2, padding="same"), (8, 8, 1), 0, 3),
        (layers.GlobalMaxPooling2D(keepdims=True), (8, 8, 1), 0, "all"),
        (layers.ZeroPadding2D(2), (8, 8, 1), 0, 1),
        (layers.Cropping1D(1), (8, 1), 0, 1),
        (layers.UpSampling2D(2), (8, 8, 1), 0, 1),
        (layers.UpSampling2D(2, interpolation="bilinear"), (8, 8, 1), 0, 2),
        (layers.UpSampling1D(3), (8, 1), 0, 1),
        (layers.BatchNormalization(), (8, 8, 3), 0, 1),
        (layers.PReLU(), (8, 8, 3), 0, 1),
        (layers.Embedding(100, 8), (12,), 0, 1),
        (layers.Reshape((28, 28, 1)), (784,), 0, 1),
        (layers.Reshape((64, 3)), (8, 8, 3), 0, None),
        (layers.Dropout(0.5), (9,), 0, None),
        (layers.SimpleRNN(4), (8, 3), 8 * (3 + 4) * 4, "all"),
        (layers.GRU(4), (8, 3), 8 * 3 * (3 + 4) * 4, "all"),
        (layers.LSTM(4), (8, 3), 8 * 4 * (3 + 4) * 4, "all"),
        (layers.LSTM(4, return_sequences=True), (8, 3), 8 * 4 * (3 + 4) * 4, "all"),
        (layers.LSTM(4), (None, 3), None, "all"),
        (layers.Bidirectional(layers.LSTM(4)), (8, 3), 2 * 8 * 4 * (3 + 4) * 4, "all"),
        (layers.ConvLSTM1D(2, 3), (5, 8, 1), None, "all"),
        (layers.TimeDistributed(layers.Conv2D(2, 3)), (4, 8, 8, 1), 4 * 36 * 18, None),
        (layers.TimeDistributed(layers.Conv2D(2, 3)), (None, 8, 8, 1), None, None),
        (layers.SpectralNormalization(layers.Conv2D(2, 3)), (8, 8, 1), 36 * 18, 3),
        (lambda x: x * 2 + 1, (8, 8, 1), 0, 1),
        (lambda x: x[:, 0, 0], (8, 8, 1), 0, None),
        (partial(keras.ops.mean, axis=(1, 2)), (8, 8, 1), 0, "all"),
        (lambda x: keras.ops.matmul(x, x), (8, 8), None, 1),
    ],
)
def test_kinds_of_layers(layer, shape, cost, field):
    row = through(layer, shape)
    assert row.multiply_adds == cost
    assert row.receptive_field == field


@pytest.mark.parametrize(
    "kind", [layers.SimpleRNN, layers.GRU, layers.LSTM], ids=lambda kind: kind.__name__
)
def test_a_step_of_recurrence_multiplies_by_each_weight_but_the_biases(kind):
    layer = kind(5, use_bias=False)
    assert through(layer, (7, 3)).multiply_adds == 7 * layer.count_params()


def test_a_network_for_each_frame():
    inputs = keras.Input((8, 8, 1))
    x = layers.Flatten()(layers.Conv2D(2, 3)(inputs))
    frames = keras.Model(inputs, layers.Dense(5)(x))
    row = through(layers.TimeDistributed(frames), (4, 8, 8, 1))
    assert row.multiply_adds == 4 * (36 * 18 + 72 * 5)


def test_channels_first():
    inputs = keras.Input((3, 8, 10))
    arguments = dict(padding="same", data_format="channels_first")
    x = layers.Conv2D(4, 3, **arguments)(inputs)
    x = layers.ReLU()(x)
    outputs = layers.DepthwiseConv2D(3, **arguments)(x)
    row = describe(keras.Model(inputs, outputs))
    assert column(row, "multiply_adds") == [0, 80 * 9 * 12, 0, 80 * 9 * 4]
    assert column(row, "receptive_field") == [1, 3, 3, 5]


def test_the_widest_path_counts():
    inputs = keras.Input((16, 16, 4))
    narrow = layers.Conv2D(2, 1, padding="same")(inputs)
    wide = layers.Conv2D(2, 5, padding="same")(
        layers.Conv2D(2, 3, padding="same")(inputs)
    )
    merged = layers.Concatenate(name="merged")([narrow, wide, inputs])
    table = describe(keras.Model(inputs, [merged, layers.GlobalMaxPooling2D()(narrow)]))
    assert table["merged"].receptive_field == 7
    assert table[-1].receptive_field == "all"


def test_squeeze_and_excitation_sees_all():
    inputs = keras.Input((8, 8, 4))
    gates = layers.Dense(4)(layers.GlobalAveragePooling2D(keepdims=True)(inputs))
    table = describe(keras.Model(inputs, layers.Multiply()([inputs, gates])))
    assert table[-1].receptive_field == "all"


def test_u_net_jumps_come_back():
    inputs = keras.Input((8, 8, 1))
    x = layers.MaxPooling2D(2)(inputs)
    x = layers.Conv2D(1, 3, padding="same")(x)
    x = layers.UpSampling2D(2)(x)
    x = layers.Add()([x, inputs])
    x = layers.Conv2D(1, 3, padding="same", name="last")(x)
    assert describe(keras.Model(inputs, x))["last"].receptive_field == 8


def siamese():
    encoder = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="conv"), layers.Flatten()],
        name="encoder",
    )
    left, right = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    distance = layers.Subtract()([encoder(left), encoder(right)])
    return keras.Model([left, right], layers.Dense(1)(distance))


def test_nested_and_shared_models():
    model = siamese()
    table = describe(model)
    first, again = table["encoder/conv"], table["encoder (call 2)/conv"]
    assert (first.parameters, again.parameters) == (20, 0)
    assert first.multiply_adds == again.multiply_adds == 36 * 18
    assert table.totals.parameters == model.count_params()
    assert len(table) == 2 + 2 * 2 + 2


def test_shared_layer_has_a_row_for_each_call():
    inputs = keras.Input((8, 8, 2))
    conv = layers.Conv2D(2, 3, padding="same", name="conv")
    model = keras.Model(inputs, conv(conv(conv(inputs))))
    table = describe(model)
    names = ["conv", "conv (call 2)", "conv (call 3)"]
    assert column(table, "name")[1:] == names
    assert column(table, "receptive_field") == [1, 3, 5, 7]
    assert table.totals.parameters == model.count_params() == 38


def test_nested_model_of_open_size_takes_the_size_it_is_given():
    scale = keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3, strides=2, name="conv")(scale)
    base = keras.Model(scale, layers.Rescaling(2.0)(x) + x, name="base")
    inputs = keras.Input((9, 9, 3))
    table = describe(keras.Model(inputs, layers.Flatten()(base(inputs))))
    assert table["base/conv"].output_shape == (4, 4, 4)
    assert table["base/conv"].multiply_adds == 16 * 27 * 4
    assert None not in table.totals
    alone = describe(base)
    assert alone["conv"].output_shape == (None, None, 4)
    assert alone["conv"].receptive_field == 3
    assert alone.totals == (None, 112, None)


def test_several_outputs_of_one_layer():
    inputs = keras.Input((8, 3))
    model = keras.Model(inputs, layers.LSTM(4, return_state=True, name="lstm")(inputs))
    row = describe(model)["lstm"]
    assert row.output_shape == ((4,), (4,), (4,))
    assert row.activation_size == 12
    assert "(4), (4), (4)" in str(describe(model))


def test_a_vector_beside_an_image():
    image, age = keras.Input((8, 8, 1), name="image"), keras.Input((1,), name="age")
    seen = layers.Flatten()(layers.Conv2D(2, 3)(image))
    model = keras.Model([image, age], layers.Concatenate(name="both")([seen, age]))
    table = describe(model)
    assert table["age"].receptive_field is None
    assert table["both"].receptive_field == "all"


def test_generator_from_a_vector():
    model = keras.Sequential([keras.Input((10,)), layers.Dense(48)])
    model.add(layers.Reshape((4, 4, 3)))
    model.add(layers.Conv2DTranspose(3, 4, strides=2, padding="same"))
    assert column(describe(model), "receptive_field") == [None, "all", "all", "all"]


def test_mid_graph_submodel():
    model = lenet5()
    part = keras.Model(model.inputs, model.get_layer("pool1").output)
    assert len(describe(part)) == 3
    tail = keras.Model(model.get_layer("pool1").output, model.outputs)
    assert describe(tail).totals.parameters == 61706 - 156


@keras.saving.register_keras_serializable(package="cnnkit_tests")
class Windowed(layers.Layer):
    def __init__(self, **attributes):
        super().__init__()
        for name, value in attributes.items():
            setattr(self, name, value)

    def call(self, x):
        return x

    def compute_output_shape(self, input_shape):
        return input_shape


class Costly(Windowed):
    def multiply_adds(self, output_shape):
        return 7 * output_shape[1]


class WithMatrix(Windowed):
    def build(self, input_shape):
        self.matrix = self.add_weight(shape=(2, 3))


class Block(Windowed):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(1, 3, padding="same")

    def call(self, x):
        return self.conv(x)


@pytest.mark.parametrize(
    "layer, cost, field",
    [
        (Windowed(), 0, 1),
        (Windowed(pool_size=3, strides=None), 0, 3),
        (Windowed(kernel_size=(3, 5), strides=(1, 1)), 0, (3, 5)),
        (Windowed(kernel_size=(3, 5, 7)), 0, None),
        (Costly(), 56, 1),
        (WithMatrix(), None, 1),
        (Block(), None, None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_custom_layers(layer, cost, field):
    row = through(layer, (8, 8, 1))
    assert (row.multiply_adds, row.receptive_field) == (cost, field)


def looking_twice():
    """A spatial transformer that is called on two images."""
    localisation = keras.Sequential(
        [
            layers.Conv2D(4, 5, strides=2, name="conv"),
            layers.Flatten(name="flatten"),
            layers.Dense(8, name="hidden"),
        ],
        name="localisation",
    )
    look = SpatialTransformer(localisation, output_size=(6, 5), name="look")
    left, right = keras.Input((12, 12, 3)), keras.Input((12, 12, 3))
    seen = layers.Concatenate(name="seen")([look(left), look(right)])
    return keras.Model([left, right], layers.Conv2D(2, 3, name="last")(seen))


def test_spatial_transformer_is_unfolded():
    model = looking_twice()
    table = describe(model)
    inner = [f"look/{name}" for name in LOCALISATION]
    again = [f"look (call 2)/{name}" for name in LOCALISATION]
    assert column(table, "name")[2:] == [
        *inner,
        "look",
        *again,
        "look (call 2)",
        "seen",
        "last",
    ]
    first = [table[name] for name in [*inner, "look"]]
    assert column(first, "parameters") == [304, 0, 64 * 8 + 8, 8 * 6 + 6, 0]
    assert column(first, "multiply_adds") == [16 * 75 * 4, 0, 64 * 8, 8 * 6, 0]
    assert column(first, "receptive_field") == [5, "all", "all", "all", "all"]
    assert column(first, "output_shape")[-2:] == [(6,), (6, 5, 3)]
    assert table["look (call 2)/theta"].parameters == 0
    assert table["last"].receptive_field == "all"
    assert table.totals.parameters == model.count_params()
    assert None not in table.totals


def test_localisation_of_one_layer():
    look = SpatialTransformer(layers.Flatten(name="flat"), name="look")
    inputs = keras.Input((4, 4, 1))
    table = describe(keras.Model(inputs, look(inputs)))
    assert column(table, "name")[1:] == ["look/flat", "look/theta", "look"]
    assert table.totals.parameters == 16 * 6 + 6


def test_transformer_of_open_size():
    localisation = keras.Sequential(
        [layers.Conv2D(3, 3, name="conv"), layers.GlobalAveragePooling2D(name="mean")],
        name="localisation",
    )
    look = SpatialTransformer(localisation, name="look")
    inputs = keras.Input((None, None, 1))
    table = describe(keras.Model(inputs, look(inputs)))
    assert table["look"].receptive_field == "all"
    assert table["look/theta"].multiply_adds == 3 * 6
    assert table.totals == (None, 30 + 24, None)


@settings(deadline=None, max_examples=15)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 2), st.booleans()),
        min_size=1,
        max_size=4,
    )
)
def test_receptive_field_is_the_footprint(chain):
    """In a network of ones, every pixel that a unit sees changes it."""
    n = 61
    inputs = keras.Input((n, 1))
    x = inputs
    for f, stride, residual in chain:
        stride = min(f, stride)
        y = layers.Conv1D(
            1, f, strides=stride, padding="same", kernel_initializer="ones"
        )(x)
        x = layers.Add()([x, y]) if residual and stride == 1 else y
    model = keras.Model(inputs, x)
    impulses = np.eye(n, dtype="float32")[:, :, np.newaxis]
    units = keras.ops.convert_to_numpy(model(impulses))[:, :, 0]
    widest = np.count_nonzero(units, axis=0).max()
    assert describe(model)[-1].receptive_field == widest


def test_table_is_a_sequence():
    table = describe(lenet5())
    assert len(table) == len(table.rows) == len(list(table)) == 9
    assert table[0].name == "image"
    assert [row.name for row in table[1:3]] == ["conv1", "pool1"]
    assert table["conv1"] in table
    with pytest.raises(KeyError, match="No layer is named 'conv3'.*conv2"):
        table["conv3"]
    assert repr(table) == "<ModelTable 'lenet5', 9 rows>"


def test_table_as_text():
    lines = str(describe(lenet5())).splitlines()
    assert lines[0] == "lenet5"
    assert (
        lines[1].split()
        == (
            "layer kind output shape activation size parameters multiply-adds "
            "receptive field"
        ).split()
    )
    assert lines[3].split() == "conv1 Conv2D 28 × 28 × 6 4,704 156 117,600 5".split()
    assert lines[-1].split()[:3] == ["total", "9,278", "61,706"]
    assert len({len(line) for line in lines[1:-1]}) == 1


def test_table_as_csv():
    rows = list(csv.DictReader(io.StringIO(describe(lenet5()).to_csv())))
    assert len(rows) == 9
    assert rows[1] == {
        "name": "conv1",
        "kind": "Conv2D",
        "output_shape": "28x28x6",
        "activation_size": "4704",
        "parameters": "156",
        "multiply_adds": "117600",
        "receptive_field": "5",
    }


ODD_ROW = LayerRow('a,"<b>&', "Odd", (None, 3), None, 0, None, (3, 5))


def test_unknown_values_are_shown():
    table = ModelTable("odd", [ODD_ROW])
    assert "? × 3  " in str(table)
    assert "3 × 5" in str(table)
    (row,) = csv.DictReader(io.StringIO(table.to_csv()))
    assert row["name"] == 'a,"<b>&'
    assert (row["output_shape"], row["activation_size"]) == ("?x3", "")


def test_html_is_escaped():
    text = ModelTable("<script>", [ODD_ROW])._repr_html_()
    assert "<script>" not in text and "<b>" not in text
    assert "&lt;script&gt;" in text and "a,&quot;&lt;b&gt;&amp;" in text
    assert text.count("<tr>") == 3


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)

    def call(self, x):
        return self.dense(x)


@pytest.mark.parametrize(
    "thing, message",
    [
        (None, "must be a built Keras model.*NoneType"),
        ("LeNet5", "must be a built Keras model.*'LeNet5' of type str"),
        (lenet5, "call it to build the model"),
        (layers.Dense(3), "must be a built Keras model"),
        (keras.Sequential([layers.Dense(3)], name="open"), "is not built.*'open'"),
        (keras.Sequential(), "is not built.*0 layers"),
        (Subclassed(), "no graph of layers.*Received: Subclassed model"),
    ],
    ids=range(7),
)
def test_what_cannot_be_described(thing, message):
    with pytest.raises(ValueError, match=message):
        describe(thing)


def test_the_way_out_for_subclasses():
    model, inputs = Subclassed(), keras.Input((4,))
    table = describe(keras.Model(inputs, model.call(inputs)))
    assert table.totals.parameters == 15


def test_sequential_built_later():
    model = keras.Sequential([layers.Dense(3)])
    model.build((None, 4))
    assert describe(model).totals.multiply_adds == 12
