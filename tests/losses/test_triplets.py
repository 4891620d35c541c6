"""Triplet and contrastive losses beside loops, and where there is nothing to learn."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.losses import (
    ContrastiveLoss,
    TripletAllLoss,
    TripletHardLoss,
    TripletLoss,
    TripletSemiHardLoss,
    triplet_loss,
)
from tests.gradients import gradients

MINED = (TripletAllLoss, TripletHardLoss, TripletSemiHardLoss)
mined = pytest.mark.parametrize("loss", MINED)


def batch(seed, n=13, people=4, dimensions=5, ties=False):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, dimensions)).astype("float32")
    if ties:
        x = np.round(x)
    return rng.integers(0, people, n), x


def by_loops(loss, labels, x):
    """The losses as their papers define them, one triplet after the other."""
    d = np.sum((x[:, None].astype("float64") - x[None]) ** 2, axis=-1)
    d = d if loss.squared else np.sqrt(d)
    everybody = range(len(x))
    terms = []
    for a in everybody:
        positives = [p for p in everybody if p != a and labels[p] == labels[a]]
        negatives = [n for n in everybody if labels[n] != labels[a]]
        if not positives or not negatives:
            continue
        if isinstance(loss, TripletHardLoss):
            gap = max(d[a, positives]) - min(d[a, negatives])
            soft = np.log1p(np.exp(gap))
            terms.append(soft if loss.soft else max(0, gap + loss.margin))
            continue
        for p in positives:
            farther = [n for n in negatives if d[a, n] > d[a, p]]
            if isinstance(loss, TripletAllLoss):
                chosen = negatives
            elif farther:
                chosen = [min(farther, key=lambda n: d[a, n])]
            else:
                chosen = [max(negatives, key=lambda n: d[a, n])]
            terms += [max(0, d[a, p] - d[a, n] + loss.margin) for n in chosen]
    if getattr(loss, "active", False):
        terms = [t for t in terms if t > 0]
    return np.mean(terms) if terms else 0.0


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (TripletAllLoss, {"active": True}),
        (TripletAllLoss, {"active": False}),
        (TripletHardLoss, {}),
        (TripletHardLoss, {"soft": True}),
        (TripletSemiHardLoss, {}),
    ],
)
def test_equals_the_loops(kind, options, seed, ties, squared):
    labels, x = batch(seed, ties=ties)
    loss = kind(margin=0.7, squared=squared, **options)
    np.testing.assert_allclose(
        float(loss(labels, x)), by_loops(loss, labels, x), rtol=1e-4, atol=1e-5
    )
    twice = loss(labels[:, None].astype("int64"), ops.convert_to_tensor(x))
    np.testing.assert_allclose(float(twice), float(loss(labels, x)), rtol=1e-6)


def test_published_form_on_given_triplets():
    rng = np.random.default_rng(0)
    a, p, n = rng.normal(size=(3, 9, 4))
    expected = [
        max(0, np.sum((u - v) ** 2) - np.sum((u - w) ** 2) + 0.2)
        for u, v, w in zip(a, p, n, strict=True)
    ]
    np.testing.assert_allclose(triplet_loss(a, p, n), expected, rtol=1e-5)
    together = np.stack([a, p, n], axis=1)
    loss = TripletLoss()
    np.testing.assert_allclose(
        float(loss(np.zeros(9), together)), sum(expected), rtol=1e-5
    )


def test_contrastive():
    rng = np.random.default_rng(0)
    pairs = rng.normal(size=(20, 2, 3)).astype("float32")
    same = rng.integers(0, 2, 20)
    distances = np.linalg.norm(pairs[:, 0] - pairs[:, 1], axis=-1)
    expected = np.where(
        same, distances**2 / 2, np.maximum(0, 1.5 - distances) ** 2 / 2
    ).mean()
    loss = ContrastiveLoss(margin=1.5)
    for said in (pairs, distances, distances[:, None]):
        np.testing.assert_allclose(float(loss(same, said)), expected, rtol=1e-5)


@pytest.mark.parametrize(
    "loss", [*(c(squared=s) for c in MINED for s in (True, False)), ContrastiveLoss()]
)
def test_gradients_are_finite_where_encodings_coincide(loss):
    x = np.ones((6, 4), "float32")

    def value(x):
        if isinstance(loss, ContrastiveLoss):
            return loss(np.array([0, 1, 0]), ops.reshape(x, (3, 2, 4)))
        return loss(np.array([0, 0, 1, 1, 2, 2]), x)

    assert np.isfinite(gradients(value, x)).all()


@mined
def test_all_encodings_equal_cost_the_margin(loss):
    labels = np.array([0, 0, 1, 1])
    assert float(loss(margin=0.3)(labels, np.ones((4, 2)))) == pytest.approx(0.3)


@mined
@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2], [5]])
def test_no_triplet_costs_nothing(loss, labels):
    x = np.random.default_rng(0).normal(size=(len(labels), 3))
    with pytest.warns(UserWarning, match="no triplet"):
        assert float(loss()(np.array(labels), x)) == 0


@mined
def test_order_and_names_do_not_matter(loss):
    labels, x = batch(3)
    order = np.random.default_rng(0).permutation(len(x))
    first, again = loss()(labels, x), loss()(7 * labels[order] + 100, x[order])
    np.testing.assert_allclose(float(first), float(again), rtol=1e-5)


@mined
def test_fit_and_save(loss, tmp_path):
    labels, x = batch(1, n=24)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(3, name="dense"),
            keras.layers.UnitNormalization(name="unit"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), loss=loss(margin=0.5))
    before = model.evaluate(x, labels, batch_size=24, verbose=0)
    model.fit(x, labels, batch_size=24, epochs=30, verbose=0)
    assert model.evaluate(x, labels, batch_size=24, verbose=0) < before
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert isinstance(again.loss, loss) and again.loss.margin == 0.5


@pytest.mark.parametrize(
    "loss",
    [
        TripletLoss(0.5),
        ContrastiveLoss(2.0),
        TripletAllLoss(0.1, squared=False, active=False),
        TripletHardLoss(0.1, soft=True),
        TripletSemiHardLoss(0.3, squared=False),
    ],
)
def test_config(loss):
    again = type(loss).from_config(loss.get_config())
    assert again.get_config() == loss.get_config()


@pytest.mark.parametrize(
    ("loss", "margin"), [*itertools.product((TripletLoss, *MINED), [-1, None, np.nan])]
)
def test_bad_margin(loss, margin):
    with pytest.raises(ValueError, match="`margin` must be"):
        loss(margin=margin)
    with pytest.raises(ValueError, match="`margin` must be above 0"):
        ContrastiveLoss(margin=0)


def test_bad_shapes():
    x = np.zeros((4, 3), "float32")
    for loss in MINED:
        with pytest.raises(ValueError, match="one label for each"):
            loss()(np.zeros(3), x)
        with pytest.raises(ValueError, match="one label for each"):
            loss()(np.zeros(4), x[None])
    with pytest.raises(ValueError, match="anchor, positive and negative"):
        TripletLoss()(np.zeros(4), x)
    with pytest.raises(ValueError, match="pairs of encodings"):
        ContrastiveLoss()(np.zeros(4), np.zeros((4, 3, 2)))
    with pytest.raises(ValueError, match="one label a pair"):
        ContrastiveLoss()(np.zeros(3), np.zeros((4, 2, 2)))
