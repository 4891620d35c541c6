import numpy as np
import pytest
from keras import ops

from cnnkit.models import AlexNet


@pytest.mark.parametrize("groups", [1, 2])
def test_which_channels_a_filter_sees(groups):
    model = AlexNet(
        input_shape=(67, 67, 3), width=0.1, groups=groups, include_top=False
    )
    conv = model.get_layer("conv4")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, *conv.input.shape[1:])).astype("float32")
    changed = x.copy()
    changed[..., -1] += 1
    difference = np.abs(ops.convert_to_numpy(conv(x) - conv(changed)))[0].max((0, 1))
    half = len(difference) // 2
    assert difference[half:].any()
    assert difference[:half].any() == (groups == 1)


def test_no_dropout_on_request():
    kinds = [
        sum("dropout" in layer.name for layer in AlexNet(width=0.01, dropout=d).layers)
        for d in (0.5, 0.0)
    ]
    assert kinds == [2, 0]


@pytest.mark.parametrize("groups", [0, 3, None])
def test_bad_groups(groups):
    with pytest.raises(ValueError, match="`groups` must be one of 1, 2"):
        AlexNet(groups=groups)
