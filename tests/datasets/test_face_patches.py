import numpy as np
import pytest
import skimage.data

from cnnkit.datasets import face_patches


def test_shapes_and_ranges():
    data = face_patches()
    assert data.x_train.shape == (150, 25, 25, 1)
    assert data.x_train.dtype == np.float32 and data.y_train.dtype == np.int64
    assert 0 <= data.x_train.min() and data.x_train.max() <= 1
    assert data.y_train.sum() == 75 and data.y_test.sum() == 25


def test_every_patch_is_on_one_side():
    """The first hundred of scikit-image's are faces."""
    data = face_patches(test_each=40, seed=3)
    theirs = skimage.data.lfw_subset().astype(np.float32)
    faces = {patch.tobytes() for patch in theirs[:100]}
    others = {patch.tobytes() for patch in theirs[100:]}
    patches = np.concatenate([data.x_train, data.x_test])
    labels = np.concatenate([data.y_train, data.y_test])
    assert {p.tobytes() for p in patches[labels == 1]} == faces
    assert {p.tobytes() for p in patches[labels == 0]} == others
    assert len(patches) == 200 and data.y_test.tolist().count(1) == 40


def test_the_seed_decides():
    first, again, other = (face_patches(seed=seed).x_test for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    "arguments",
    [*({"test_each": n} for n in (0, 100, -1, 2.5, None)), {"seed": -1}, {"seed": "0"}],
)
def test_bad_arguments(arguments):
    ((name, value),) = arguments.items()
    with pytest.raises(ValueError, match=f"`{name}` must.*Received: {name}="):
        face_patches(**arguments)
