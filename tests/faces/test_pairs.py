"""Pairs, triplets and batches of people: who is in them, and how often."""

import keras
import numpy as np
import pytest

from cnnkit.faces import PeopleBatches, all_pairs, sample_pairs, sample_triplets
from cnnkit.losses import TripletSemiHardLoss

LABELS = np.repeat([3, 5, 8, 9, 11], [4, 4, 1, 30, 3])


def test_all_pairs():
    first, second, same = all_pairs(LABELS)
    n = len(LABELS)
    assert len(first) == n * (n - 1) // 2 and (first < second).all()
    np.testing.assert_array_equal(same, LABELS[first] == LABELS[second])


def test_pairs_are_balanced():
    first, second, same = sample_pairs(LABELS, 400, seed=1)
    np.testing.assert_array_equal(same, LABELS[first] == LABELS[second])
    assert same.sum() == 200 and (first != second).all()
    who, counts = np.unique(LABELS[first[same]], return_counts=True)
    assert set(who) == {3, 5, 9, 11} and counts.min() > 30
    again = sample_pairs(LABELS, 400, seed=1)
    np.testing.assert_array_equal(first, again[0])


def test_triplets():
    anchor, positive, negative = sample_triplets(LABELS, 300).T
    assert (LABELS[anchor] == LABELS[positive]).all() and (anchor != positive).all()
    assert (LABELS[anchor] != LABELS[negative]).all()
    assert set(LABELS[negative]) == set(LABELS)


def test_people_batches():
    images = np.arange(len(LABELS), dtype="float32")[:, None, None, None]
    batches = PeopleBatches(images, LABELS, people=3, per_person=3, batches=20)
    seen = []
    for k in range(len(batches)):
        x, y = batches[k]
        np.testing.assert_array_equal(LABELS[x[:, 0, 0, 0].astype(int)], y)
        assert len(np.unique(x)) == 9
        assert np.unique(y, return_counts=True)[1].tolist() == [3, 3, 3]
        seen.append(x.ravel())
    assert 8 not in LABELS[np.concatenate(seen).astype(int)]
    assert not all(np.array_equal(seen[0], other) for other in seen[1:])
    np.testing.assert_array_equal(batches[0][0].ravel(), seen[0])
    batches.on_epoch_end()
    assert not np.array_equal(batches[0][0].ravel(), seen[0])


def test_fit_with_a_mined_loss():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(5, 6))
    labels = np.repeat(np.arange(5), 8)
    x = (centres[labels] + rng.normal(0, 0.1, (40, 6))).astype("float32")
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, name="dense")])
    model.compile("adam", TripletSemiHardLoss())
    flipped = []

    def augment(images, seed):
        flipped.append(len(images))
        return images

    batches = PeopleBatches(x, labels, people=4, per_person=4, augment=augment)
    model.fit(batches, epochs=2, verbose=0)
    assert set(flipped) == {16}


@pytest.mark.parametrize("draw", [sample_pairs, sample_triplets])
def test_nothing_to_draw(draw):
    for labels in ([1, 1, 1], [1, 2, 3], [4]):
        with pytest.raises(ValueError, match="two people or more"):
            draw(labels, 3)


@pytest.mark.parametrize("labels", [[], [[1, 2]], [0.5, 1.0], ["a"]])
def test_bad_labels(labels):
    for use in (
        all_pairs,
        lambda x: sample_pairs(x, 2),
        lambda x: sample_triplets(x, 2),
    ):
        with pytest.raises(ValueError, match="`labels` must be integers"):
            use(labels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"people": 1}, "`people`"),
        ({"per_person": 1}, "`per_person`"),
        ({"people": 5}, "5 people with 4 images"),
        ({"per_person": 5}, "2 people with 5 images"),
        ({"batches": 0}, "`batches`"),
        ({"seed": -1}, "`seed`"),
        ({"labels": LABELS[:-1]}, "one label an image"),
    ],
)
def test_bad_batches(options, message):
    arguments = {"labels": LABELS, "people": 2, "per_person": 4, **options}
    with pytest.raises(ValueError, match=message):
        PeopleBatches(np.zeros((len(LABELS), 2)), **arguments)
