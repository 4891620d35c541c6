"""The loss of a network that writes sentences, word by word."""

import keras
from keras import ops

from cnnkit.losses import _terms

AVERAGES = ("words", "sentences")


def caption_loss(y_true, y_pred, average="words", from_logits=True):
    """Return the mean of -log p of the words that should have been said.

    Where `y_true` is 0 there is no word, and nothing is counted. With N sentences, and
    the words t = 1 … T_n of sentence n,

        Σ_n Σ_t -log p(word t of sentence n)  /  Σ_n T_n    for "words",
        Σ_n Σ_t -log p(word t of sentence n)  /  N          for "sentences".

    The first is exactly the mean over all real words, whatever their sentences' lengths
    and however far the rows are filled up; the second is the mean of -log p(sentence),
    that of the paper. Without any word both are 0.

    Args:
        y_true: integers `(batch, words)`; 0 where there is no word.
        y_pred: tensor `(batch, words, vocabulary)`, logits; or probabilities.
        average: "words" or "sentences".
        from_logits: bool, whether `y_pred` are logits.

    Returns:
        A scalar.

    Raises:
        ValueError: if the shapes do not fit or `average` is unknown.

    Example:

    >>> import numpy as np
    >>> logits = np.zeros((2, 3, 10), "float32")  # each of ten words is as likely
    >>> words = np.array([[4, 9, 3], [3, 0, 0]])
    >>> round(float(caption_loss(words, logits)), 4)  # log 10
    2.3026
    >>> round(float(caption_loss(words, logits, average="sentences")), 4)  # 4/2 log 10
    4.6052

    Reference:
        - Vinyals and others, "Show and tell: a neural image caption generator", 2015,
          section 3.1, the sum over the words of a sentence.

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """
    return ops.mean(_by_sentence(y_true, y_pred, average, from_logits))


@keras.saving.register_keras_serializable(package="cnnkit")
class CaptionLoss(keras.losses.Loss):
    """`caption_loss` as a Keras loss: the mean of -log p over the real words.

    Keras averages over batches. Where these hold sentences of different lengths, the
    mean that `evaluate` gives differs a little from that over all words; for a figure
    to compare, give `caption_loss` all sentences at once.

    The loss of a single sentence, for `reduction=None` and for sample weights, is the
    sum over its words; with average="words" it is divided by the mean number of words
    in the batch, so that the mean over the batch is the mean over all real words.

    Args:
        average: "words" or "sentences".
        from_logits: bool, whether the prediction is logits.
        reduction: as for `keras.losses.Loss`.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Input shape:
        `y_true` is `(batch, words)`, integers, 0 where there is no word; `y_pred` is
        `(batch, words, vocabulary)`.

    Raises:
        ValueError: if the shapes do not fit or `average` is unknown.

    Example:

    >>> import numpy as np
    >>> words, logits = np.array([[4, 9, 3], [3, 0, 0]]), np.zeros((2, 3, 10))
    >>> round(float(CaptionLoss()(words, logits)), 4)
    2.3026

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """

    def __init__(
        self,
        average="words",
        from_logits=True,
        reduction="sum_over_batch_size",
        name="caption_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.average = _terms.one_of(average, "average", AVERAGES)
        self.from_logits = bool(from_logits)

    def call(self, y_true, y_pred):
        return _by_sentence(y_true, y_pred, self.average, self.from_logits)

    def get_config(self):
        return {
            **super().get_config(),
            "average": self.average,
            "from_logits": self.from_logits,
        }


def _by_sentence(y_true, y_pred, average, from_logits):
    """Return a number for each sentence; their mean is the loss."""
    _terms.one_of(average, "average", AVERAGES)
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_pred.shape) != 3 or not _terms.agree(y_true.shape, y_pred.shape[:2]):
        raise ValueError(
            "`y_true` must be of shape (batch, words) and `y_pred` of shape (batch, "
            f"words, vocabulary). Received: shapes {tuple(y_true.shape)} and "
            f"{tuple(y_pred.shape)}."
        )
    words = ops.cast(y_true, "int32")
    costs = ops.sparse_categorical_crossentropy(words, y_pred, from_logits)
    is_word = ops.cast(words != 0, costs.dtype)
    # Chosen, not multiplied: what is said where there is no word may be infinite.
    costs = ops.sum(ops.where(is_word > 0, costs, 0.0), axis=-1)
    if average == "sentences":
        return costs
    return costs / ops.maximum(ops.mean(ops.sum(is_word, axis=-1)), 1e-12)
