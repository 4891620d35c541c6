"""The ranking loss: a pair that belongs together beats those that do not."""

import keras
from keras import ops

from cnnkit.losses import _terms


def ranking_loss(scores, margin=1.0, groups=None):
    """Return what each matching pair costs against the mismatched ones, both ways.

    With the score S_kl of image k and sentence l, of which k and k belong together,

        Σ_l max(0, S_kl - S_kk + margin)  +  Σ_l max(0, S_lk - S_kk + margin):

    the first sum ranks sentences for image k, the second ranks images for sentence k.
    l goes over the mismatched alone: what belongs to the same image is no mismatch.

    Args:
        scores: tensor `(n, n)`, rows are images and columns sentences.
        margin: float of at least 0, by how much the matching pair must be ahead.
        groups: integers `(n,)`: pairs of the same number, such as two sentences of one
            image, are not held against each other; by default all pairs differ.

    Returns:
        A tensor `(n,)` of numbers of at least 0.

    Raises:
        ValueError: if `margin` is negative or a shape not as above.

    Example:

    >>> import numpy as np
    >>> scores = np.array([[3.0, 2.5], [0.0, 1.0]])
    >>> ranking_loss(scores).numpy()  # 2.5 - 3 + 1 one way; 2.5 - 1 + 1 the other
    array([0.5, 2.5])

    Reference:
        - Karpathy and Fei-Fei, "Deep visual-semantic alignments for generating image
          descriptions", 2015, equation 9, whose sums have l = k, too: a constant;
          Kiros, Salakhutdinov and Zemel, "Unifying visual-semantic embeddings with
          multimodal neural language models", 2014, with cosines.

    Taught in: notebooks/beyond_one_image/04_alignment.ipynb
    """
    margin = _terms.not_negative(margin, "margin")
    scores = ops.convert_to_tensor(scores)
    shape = tuple(scores.shape)
    if len(shape) != 2 or not _terms.agree(shape, shape[::-1]):
        raise ValueError(
            "`scores` must be of shape (n, n), those of n images and n sentences. "
            f"Received: shape {shape}."
        )
    matching = ops.diagonal(scores)
    if groups is None:
        groups = ops.arange(ops.shape(scores)[0])
    groups = ops.reshape(ops.convert_to_tensor(groups), (-1,))
    if not _terms.agree(groups.shape, matching.shape):
        raise ValueError(
            f"There must be one group a pair. Received: {groups.shape[0]} groups and "
            f"scores of shape {shape}."
        )
    mismatched = ops.cast(groups[:, None] != groups[None, :], scores.dtype)
    sentences = ops.relu(scores - matching[:, None] + margin) * mismatched
    images = ops.relu(scores - matching[None, :] + margin) * mismatched
    return ops.sum(sentences, axis=1) + ops.sum(images, axis=0)


@keras.saving.register_keras_serializable(package="cnnkit")
class RankingLoss(keras.losses.Loss):
    """`ranking_loss` as a Keras loss, on the scores of all pairs of a batch.

    Args:
        margin: float of at least 0.
        reduction: as for `keras.losses.Loss`; by default the paper's sum over the
            batch.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Input shape:
        `y_true` is `(batch,)` or `(batch, 1)`, integers: pairs of the same number are
        not held against each other; `y_pred` is `(batch, batch)`, scores.

    Raises:
        ValueError: if `margin` is negative, or a shape not as above.

    Example:

    >>> import numpy as np
    >>> scores = np.array([[3.0, 2.5], [0.0, 1.0]])
    >>> float(RankingLoss()(np.array([0, 1]), scores))
    3.0

    Reference:
        - Karpathy and Fei-Fei, "Deep visual-semantic alignments for generating image
          descriptions", 2015, equation 9.

    Taught in: notebooks/beyond_one_image/04_alignment.ipynb
    """

    def __init__(self, margin=1.0, reduction="sum", name="ranking_loss", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.margin = _terms.not_negative(margin, "margin")

    def call(self, y_true, y_pred):
        return ranking_loss(y_pred, self.margin, groups=y_true)

    def get_config(self):
        return {**super().get_config(), "margin": self.margin}
