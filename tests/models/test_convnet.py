import numpy as np
import pytest

from cnnkit.models import ConvNet1D, ConvNet3D
from tests.checks import check_saved, check_trains

CASES = [
    (ConvNet1D, (37, 2)),
    (ConvNet1D, (4, 1)),
    (ConvNet3D, (14, 14, 14, 1)),
    (ConvNet3D, (4, 9, 5, 2)),
]


@pytest.mark.parametrize(("build", "input_shape"), CASES)
def test_saves_and_trains(build, input_shape, tmp_path):
    rng = np.random.default_rng(0)
    inputs = rng.random((16, *input_shape), dtype="float32")
    model = build(input_shape, classes=3, seed=0)
    assert model.output_shape == (None, 3)
    check_saved(model, inputs, tmp_path)
    check_trains(
        model, inputs, rng.integers(0, 3, 16), "sparse_categorical_crossentropy"
    )


def test_stages_and_parameters():
    signal = ConvNet1D((14, 1), classes=2, kernel_size=5)
    assert signal.get_layer("conv1").count_params() == (5 * 1 + 1) * 16
    assert signal.get_layer("conv2").count_params() == (5 * 16 + 1) * 32
    volume = ConvNet3D((14, 14, 14, 1), classes=2, kernel_size=5)
    assert volume.get_layer("conv1").count_params() == (125 * 1 + 1) * 16
    assert volume.get_layer("pool2").output.shape == (None, 3, 3, 3, 32)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (3, 1)}, "at least 4"),
        ({"input_shape": (64,)}, "must be 2 positive integers"),
        ({"classes": 0}, "`classes`"),
        ({"filters": (8, 0)}, "`filters`"),
        ({"kernel_size": 2.5}, "`kernel_size`"),
        ({"pool_size": 0}, "`pool_size`"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConvNet1D(**{"input_shape": (64, 1), "classes": 2, **arguments})
