"""Triplet losses that find their triplets in a batch with labels."""

import warnings

import keras
from keras import ops

from cnnkit.losses import _distances, _terms

FAR = 1e30  # stands for no candidate; finite, so that 0 · FAR is 0


class _MinedTripletLoss(keras.losses.Loss):
    """What the three have in common: arguments, checks, distances, masks."""

    def __init__(self, margin, squared, reduction, name, dtype):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.margin = _terms.not_negative(margin, "margin")
        self.squared = bool(squared)

    def call(self, y_true, y_pred):
        shapes = tuple(y_true.shape), tuple(y_pred.shape)
        labels = ops.reshape(y_true, (-1,))
        if (
            len(shapes[1]) != 2
            or len(shapes[0]) > 2
            or (len(shapes[0]) == 2 and shapes[0][1] not in (1, None))
            or not _terms.agree(shapes[0][:1], shapes[1][:1])
        ):
            raise ValueError(
                "`y_pred` must be encodings of shape (batch, dimensions), and `y_true` "
                f"one label for each. Received: shapes {shapes[1]} and {shapes[0]}."
            )
        if shapes[1][0] == 0:  # of no images none is the farthest
            _warn_if_none(False)
            return ops.sum(y_pred)
        distances = _distances.squared_distances(y_pred)
        if not self.squared:
            distances = _distances.root(distances)
        same = labels[:, None] == labels[None, :]
        themselves = ops.cast(ops.eye(ops.shape(labels)[0]), "bool")
        loss, valid = self.mine(
            distances, ops.logical_and(same, ~themselves), ops.logical_not(same)
        )
        _warn_if_none(valid)
        return loss

    def mine(self, distances, positive, negative):
        """Return the loss of the batch, and the number of its triplets or anchors.

        Args:
            distances: tensor `(n, n)`.
            positive: bool tensor `(n, n)`, True for two images of one person.
            negative: bool tensor `(n, n)`, True for images of two people.
        """
        raise NotImplementedError

    def get_config(self):
        return {
            **super().get_config(),
            "margin": self.margin,
            "squared": self.squared,
        }


@keras.saving.register_keras_serializable(package="cnnkit")
class TripletAllLoss(_MinedTripletLoss):
    """The mean triplet loss of all triplets in a batch.

    Each two images of a person, with each image of another person, make a triplet:
    max(d(a, p) - d(a, n) + margin, 0). Soon most of them are 0; with `active` the mean
    is over the others alone, so that they do not fade with the number of those solved.
    Memory grows with the cube of the batch.

    Args:
        margin: float of at least 0, in the unit of the distance.
        squared: bool, whether d is squared, as in FaceNet, or the distance itself.
        active: bool, whether the mean is over the triplets that are above 0.
        reduction: as for `keras.losses.Loss`.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Input shape:
        `y_true` is `(batch,)` or `(batch, 1)`, whole numbers up to 2²⁴ that say who is
        who; `y_pred` is `(batch, dimensions)`.

    Output shape:
        A scalar for the batch: 0, with a warning outside compiled functions, where a
        batch has no triplet.

    Raises:
        ValueError: if an argument or a shape is not as above.

    Example:

    >>> import numpy as np
    >>> labels, encodings = np.array([0, 0, 1]), np.array([[0.0], [1.0], [1.5]])
    >>> float(TripletAllLoss(margin=1.0)(labels, encodings))  # (0 + 1.75) / 1
    1.75

    Reference:
        - Hermans, Beyer and Leibe, "In defense of the triplet loss for person
          re-identification", 2017, section 2.

    Taught in: notebooks/week4_faces_and_style/02_triplet_loss.ipynb
    """

    def __init__(
        self,
        margin=0.2,
        squared=True,
        active=True,
        reduction="sum_over_batch_size",
        name="triplet_all_loss",
        dtype=None,
    ):
        super().__init__(margin, squared, reduction, name, dtype)
        self.active = bool(active)

    def mine(self, distances, positive, negative):
        valid = ops.logical_and(positive[:, :, None], negative[:, None, :])
        above = distances[:, :, None] - distances[:, None, :] + self.margin
        losses = ops.where(valid, ops.relu(above), 0.0)
        counted = ops.logical_and(valid, losses > 0) if self.active else valid
        mean = _terms.mean_over(ops.reshape(losses, (-1,)), ops.reshape(counted, (-1,)))
        return mean, ops.any(valid)

    def get_config(self):
        return {**super().get_config(), "active": self.active}


@keras.saving.register_keras_serializable(package="cnnkit")
class TripletHardLoss(_MinedTripletLoss):
    """For each image the farthest of the same person and the nearest of another.

    With these two, max(d(a, p) - d(a, n) + margin, 0), or log(1 + exp(d(a, p) -
    d(a, n))) with `soft`; the mean is over the images for which there are both.
    Early in training the hardest triplets can pull all encodings into one point, where
    the loss is the margin.

    Args:
        margin: float of at least 0, in the unit of the distance; not used with `soft`.
        squared: bool, whether d is squared, as in FaceNet, or the distance itself.
        soft: bool, whether to use the soft margin.
        reduction: as for `keras.losses.Loss`.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Input shape:
        As for `TripletAllLoss`.

    Output shape:
        As for `TripletAllLoss`.

    Raises:
        ValueError: if an argument or a shape is not as above.

    Example:

    >>> import numpy as np
    >>> labels, encodings = np.array([0, 0, 1, 1]), np.array([[0.0], [1.0], [1.5], [4]])
    >>> loss = TripletHardLoss(margin=1.0, squared=False)
    >>> float(loss(labels, encodings))  # (0.5 + 1.5 + 3 + 0.5) / 4
    1.375

    Reference:
        - Hermans, Beyer and Leibe, "In defense of the triplet loss for person
          re-identification", 2017, section 2.

    Taught in: notebooks/week4_faces_and_style/02_triplet_loss.ipynb
    """

    def __init__(
        self,
        margin=0.2,
        squared=True,
        soft=False,
        reduction="sum_over_batch_size",
        name="triplet_hard_loss",
        dtype=None,
    ):
        super().__init__(margin, squared, reduction, name, dtype)
        self.soft = bool(soft)

    def mine(self, distances, positive, negative):
        farthest = ops.max(ops.where(positive, distances, -FAR), axis=1)
        nearest = ops.min(ops.where(negative, distances, FAR), axis=1)
        valid = ops.logical_and(ops.any(positive, axis=1), ops.any(negative, axis=1))
        above = ops.where(valid, farthest - nearest, 0.0)
        losses = ops.softplus(above) if self.soft else ops.relu(above + self.margin)
        return _terms.mean_over(ops.where(valid, losses, 0.0), valid), ops.any(valid)

    def get_config(self):
        return {**super().get_config(), "soft": self.soft}


@keras.saving.register_keras_serializable(package="cnnkit")
class TripletSemiHardLoss(_MinedTripletLoss):
    """For each two images of a person, a negative that is just a little farther away.

    For anchor and positive the negative is the nearest of those that are farther from
    the anchor than the positive; where none is, the farthest one. The loss is
    max(d(a, p) - d(a, n) + margin, 0), and the mean is over all pairs of anchor and
    positive whose anchor has a negative. Unlike the hardest ones these triplets are
    solved already, though not by enough, so they do not pull everything into one
    point. Memory grows with the square of the batch, time also with the number of
    images of a person.

    Args:
        margin: float of at least 0, in the unit of the distance.
        squared: bool, whether d is squared, as in FaceNet, or the distance itself.
        reduction: as for `keras.losses.Loss`.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Input shape:
        As for `TripletAllLoss`.

    Output shape:
        As for `TripletAllLoss`.

    Raises:
        ValueError: if an argument or a shape is not as above.

    Example:

    >>> import numpy as np
    >>> labels = np.array([0, 0, 1, 1])
    >>> encodings = np.array([[0.0], [1.0], [1.5], [4]])
    >>> loss = TripletSemiHardLoss(margin=1.0, squared=False)
    >>> float(loss(labels, encodings))  # (0.5 + 0 + 2 + 0.5) / 4
    0.75

    Reference:
        - Schroff, Kalenichenko and Philbin, "FaceNet: a unified embedding for face
          recognition and clustering", 2015, section 3.2, equation 4.

    Taught in: notebooks/week4_faces_and_style/02_triplet_loss.ipynb
    """

    def __init__(
        self,
        margin=0.2,
        squared=True,
        reduction="sum_over_batch_size",
        name="triplet_semi_hard_loss",
        dtype=None,
    ):
        super().__init__(margin, squared, reduction, name, dtype)

    def mine(self, distances, positive, negative):
        fixed = ops.stop_gradient(distances)
        others = ops.where(negative, fixed, -FAR)
        farthest = ops.argmax(others, axis=1)
        columns = ops.arange(ops.shape(fixed)[1], dtype=farthest.dtype)
        # The positives of an image have the numbers 1, 2, ... and take turns.
        usable = ops.logical_and(positive, ops.any(negative, axis=1, keepdims=True))
        numbers = ops.cumsum(ops.cast(usable, "int32"), axis=1)
        numbers = ops.where(usable, numbers, 0)
        count = ops.max(numbers, axis=1, keepdims=True)
        turns = ops.max(count)

        def unfinished(turn, total, weights):
            return turn <= turns

        def take_turn(turn, total, weights):
            pulled = numbers == turn
            near = ops.sum(ops.where(pulled, fixed, 0.0), axis=1, keepdims=True)
            beyond = ops.where(others > near, others, FAR)
            found = ops.min(beyond, axis=1) < FAR
            chosen = ops.where(found, ops.argmin(beyond, axis=1), farthest)[:, None]
            above = near - ops.take_along_axis(fixed, chosen, axis=1) + self.margin
            active = ops.logical_and(above > 0, turn <= count)
            pulled = ops.cast(ops.logical_and(pulled, active), fixed.dtype)
            pushed = ops.cast(ops.logical_and(columns == chosen, active), fixed.dtype)
            total = total + ops.sum(ops.where(active, above, 0.0))
            return turn + 1, total, weights + pulled - pushed

        zero = ops.zeros((), fixed.dtype)
        start = ops.ones((), "int32"), zero, ops.zeros_like(fixed)
        _, total, weights = ops.while_loop(unfinished, take_turn, start)
        # The sum has the right slope, and the total is free of its rounding errors.
        weighted = ops.sum(weights * distances)
        total = total + (weighted - ops.stop_gradient(weighted))
        pairs = ops.sum(count)
        return total / ops.cast(ops.maximum(pairs, 1), total.dtype), pairs > 0


def _warn_if_none(found):
    """Warn where the answer is known, outside compiled functions."""
    try:
        none = not bool(found)
    except TypeError:  # a symbolic value
        return
    if none:
        warnings.warn(
            "The batch has no triplet, so the loss is 0: it needs two images of one "
            "person and one of another.",
            stacklevel=4,
        )
