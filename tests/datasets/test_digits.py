import numpy as np
import pytest
import sklearn.datasets

from cnnkit.datasets import digits


def test_shapes_and_ranges():
    data = digits()
    assert data.x_train.shape == (1347, 8, 8, 1)
    assert data.x_test.shape == (450, 8, 8, 1)
    assert data.x_train.dtype == np.float32
    assert data.y_train.dtype == np.int64
    assert data.x_train.min() == 0 and data.x_train.max() == 1


def test_every_digit_is_on_one_side():
    data = digits()
    ours = np.concatenate([data.x_train, data.x_test]).reshape(1797, 64) * 16
    theirs = sklearn.datasets.load_digits().data
    order = [np.lexsort(images.T) for images in (ours, theirs)]
    np.testing.assert_array_equal(ours[order[0]], theirs[order[1]])


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5])
def test_classes_keep_their_share(fraction):
    data = digits(test_fraction=fraction)
    train, test = np.bincount(data.y_train), np.bincount(data.y_test)
    np.testing.assert_allclose(test / (train + test), fraction, atol=0.01)


def test_the_seed_decides():
    first, again, other = digits(seed=1), digits(seed=1), digits(seed=2)
    np.testing.assert_array_equal(first.x_train, again.x_train)
    assert not np.array_equal(first.y_train, other.y_train)


@pytest.mark.parametrize("size", [8, 28, 32])
def test_enlarged(size):
    data = digits(size=size)
    assert data.x_train.shape == (1347, size, size, 1)
    assert data.x_train.dtype == np.float32
    assert data.x_train.min() >= 0 and data.x_train.max() <= 1
    small = digits()
    np.testing.assert_array_equal(data.y_test, small.y_test)
    means = data.x_test.mean(axis=(1, 2, 3)), small.x_test.mean(axis=(1, 2, 3))
    assert np.abs(means[0] - means[1]).max() < 0.03


@pytest.mark.parametrize(
    "arguments",
    [
        *({"test_fraction": f} for f in (0.0, 1.0, -0.1, 1e-4, 0.9999, 1, "half")),
        {"test_fraction": float("nan")},
        *({"seed": s} for s in (None, -1, 1.5, "0", True)),
        *({"size": s} for s in (0, 7, 28.0, (28, 28))),
    ],
)
def test_bad_arguments(arguments):
    ((name, value),) = arguments.items()
    with pytest.raises(ValueError, match=f"`{name}` must.*Received: {name}="):
        digits(**arguments)
