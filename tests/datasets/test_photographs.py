import numpy as np
import pytest
import skimage.data
import sklearn.datasets

from cnnkit.datasets import _sources, photograph, photograph_names
from cnnkit.datasets.photographs import FILES


def test_all_are_there_without_a_download():
    assert photograph_names() == sorted(FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_photograph(name):
    image = photograph(name)
    assert image.dtype == np.float32
    assert image.ndim == 3 and image.shape[2] in (1, 3)
    assert image.min() >= 0 and image.max() <= 1
    assert image.std() > 0.02
    grey = photograph(name, size=(20, 31), grey=True)
    assert grey.shape == (20, 31, 1)
    assert grey.min() >= 0 and grey.max() <= 1
    assert grey.dtype == np.float32


@pytest.mark.parametrize("name", ["astronaut", "camera", "coins", "chelsea", "rocket"])
def test_against_scikit_image(name):
    theirs = getattr(skimage.data, name)()
    ours = (photograph(name) * 255).round().astype(np.uint8)
    np.testing.assert_array_equal(ours.squeeze(), theirs)


def test_against_scikit_learn():
    theirs = sklearn.datasets.load_sample_image("china.jpg")
    np.testing.assert_array_equal((photograph("china") * 255).round(), theirs)


def test_grey_is_luminance():
    theirs = skimage.color.rgb2gray(skimage.data.astronaut())
    ours = photograph("astronaut", grey=True)[..., 0]
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_a_square_is_cut_from_the_middle():
    image = photograph("coffee")
    np.testing.assert_allclose(photograph("coffee", 400), image[:, 100:500], atol=1e-6)
    assert photograph("coffee", (1, 900)).shape == (1, 900, 3)


@pytest.mark.parametrize(
    "name, near", [("chelsee", "chelsea"), ("Coffee", "coffee"), ("cameraman", "camer")]
)
def test_nearest_name(name, near):
    with pytest.raises(ValueError, match=f"Did you mean '{near}.*Received: name="):
        photograph(name)


@pytest.mark.parametrize("name", [None, 3, "", ["china"], "../secret"])
def test_no_such_name(name):
    with pytest.raises(ValueError, match="`name` must be one of astronaut, "):
        photograph(name)


@pytest.mark.parametrize("size", [0, -1, 2.5, True, (3,), (3, 4, 5), "12", (8, 0)])
def test_bad_size(size):
    with pytest.raises(ValueError, match="`size` must be"):
        photograph("china", size=size)


def test_bad_grey():
    with pytest.raises(ValueError, match="`grey` must be True or False"):
        photograph("china", grey="yes")


def test_unknown_without_a_near_name():
    assert "Did you mean" not in _sources.unknown("zzz", "name", ["abc"])
