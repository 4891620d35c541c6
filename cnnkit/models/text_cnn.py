"""A convolutional network over the words of a sentence."""

import itertools

import keras
import numpy as np
from keras import layers, ops

from cnnkit.models import _arguments

TRAINING = ("tuned", "frozen", "both")
BOUND = 0.25  # of the first values of learned vectors, as in the paper's own code


@keras.saving.register_keras_serializable(package="cnnkit")
class WordEmbedding(layers.Embedding):
    """A vector for each word, looked up by its number; zeros for number 0.

    `keras.layers.Embedding` with that one difference: what fills up a short sentence
    has no vector that training could change.

    Args:
        input_dim: int, how many numbers there are, 0 among them.
        output_dim: int, the length of a vector.
        **kwargs: as of `keras.layers.Embedding`.

    Input shape:
        Integers `(batch, words)` from 0 to `input_dim - 1`.

    Output shape:
        `(batch, words, output_dim)`.

    Example:

    >>> import numpy as np
    >>> vectors = WordEmbedding(10, 4)(np.array([[3, 0]]))
    >>> (vectors.numpy() != 0).tolist()
    [[[True, True, True, True], [False, False, False, False]]]

    Taught in: notebooks/beyond_one_image/01_text.ipynb
    """

    def call(self, inputs):
        """Look the vectors up; zeros for number 0."""
        vectors = super().call(inputs)
        return vectors * _is_word(inputs, vectors.dtype)


@keras.saving.register_keras_serializable(package="cnnkit")
class OneHotWords(layers.Layer):
    """A vector for each word that is 1 in the word's own place and 0 in all others.

    Args:
        vocabulary: int, how many numbers there are, 0 among them.
        **kwargs: as of `keras.layers.Layer`.

    Input shape:
        Integers `(batch, words)` from 0 to `vocabulary - 1`.

    Output shape:
        `(batch, words, vocabulary)`; zeros for number 0.

    Example:

    >>> import numpy as np
    >>> OneHotWords(4)(np.array([[3, 0]])).numpy().tolist()
    [[[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]]]

    Taught in: notebooks/beyond_one_image/01_text.ipynb
    """

    def __init__(self, vocabulary, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary = _arguments.positive(vocabulary, "vocabulary")

    def call(self, inputs):
        """Put a 1 into the place of each word; zeros for number 0."""
        numbers = ops.cast(inputs, "int32")
        hot = ops.one_hot(numbers, self.vocabulary, dtype=self.compute_dtype)
        return hot * _is_word(inputs, hot.dtype)

    def compute_output_shape(self, input_shape):
        """Return `(batch, words, vocabulary)`."""
        return (*input_shape, self.vocabulary)

    def get_config(self):
        """Return the arguments."""
        return {**super().get_config(), "vocabulary": self.vocabulary}


def TextCNN(
    vocabulary,
    classes,
    embedding=128,
    training="tuned",
    windows=(3, 4, 5),
    filters=100,
    dropout=0.5,
    max_norm=3.0,
    classifier_activation="softmax",
    seed=None,
    name="text_cnn",
):
    """Build a network that slides windows over the words of a sentence.

    Each word becomes a vector. Filters as wide as a window of some words slide over
    them, and of each filter only the greatest response is kept, wherever it was: "max
    over time". The greatest responses of all filters go into one dense layer.

    Sentences of any length are taken, shorter ones than a window too: there are zeros
    on both sides, and how many 0 a sentence is filled up with changes nothing. An
    empty sentence, all 0, has an answer too, the same for each.

    Layers, by name: `vectors` (`tuned` and `frozen` before it, if there are both),
    `margins`, `window3`, `max3` and so on, `features` if there are several windows,
    `dropout`, `predictions`.

    Args:
        vocabulary: int of at least 2, how many numbers there are; 0 is no word, 1 an
            unknown one. See `cnnkit.datasets.Vocabulary`.
        classes: int, the number of classes.
        embedding: what a word becomes.

            - int: a vector of that length that is learned with the rest.
            - "one-hot": a vector as long as the vocabulary, with a single 1.
            - array `(vocabulary, length)`: vectors that were learned before; row 0 is
              not used. See `cnnkit.datasets.word_vectors`.
        training: what becomes of an array of vectors: "tuned" trains them further,
            "frozen" leaves them as they are, "both" puts both side by side, as two
            channels of an image: each filter has weights for both.
        windows: sequence of different ints, how many words a filter sees.
        filters: int, how many filters for each window.
        dropout: float in [0, 1), the rate of the dropout before the last layer.
        max_norm: float above 0 or `None`, the greatest length that the weights of a
            class may have in the last layer.
        classifier_activation: name or function on the last layer, `None` for logits.
        seed: int or `None`, for the initial weights and the dropout.
        name: name of the model.

    Returns:
        A `keras.Model` from integers `(batch, words)` to `(batch, classes)`.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> model = TextCNN(vocabulary=1000, classes=2, embedding=50)
    >>> model.output_shape
    (None, 2)
    >>> model.get_layer("window5").count_params()  # (5·50 + 1)·100
    25100

    Reference:
        - [Kim, "Convolutional neural networks for sentence classification",
          2014](https://arxiv.org/abs/1408.5882): figure 1, equations 2 and 3,
          section 3.1.

    Taught in: notebooks/beyond_one_image/01_text.ipynb
    """
    windows, filters = _windows(windows), _arguments.positive(filters, "filters")
    _arguments.rate(dropout, "dropout")
    seeds = itertools.repeat(None) if seed is None else itertools.count(seed)

    inputs = keras.Input((None,), dtype="int32", name="words")
    x = _vectors(inputs, vocabulary, embedding, training, next(seeds))
    # As many as the widest window: so each filter sees zeros alone at least once, and
    # a sentence that is filled up further gives the same greatest response.
    x = layers.ZeroPadding1D(max(windows), name="margins")(x)
    found = []
    for width in windows:
        responses = layers.Conv1D(
            filters,
            width,
            activation="relu",
            kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
            name=f"window{width}",
        )(x)
        found.append(layers.GlobalMaxPooling1D(name=f"max{width}")(responses))
    x = found[0] if len(found) == 1 else layers.Concatenate(name="features")(found)
    x = layers.Dropout(dropout, seed=next(seeds), name="dropout")(x)
    outputs = layers.Dense(
        _arguments.positive(classes, "classes"),
        activation=classifier_activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        kernel_constraint=_constraint(max_norm),
        name="predictions",
    )(x)
    return keras.Model(inputs, outputs, name=name)


def _vectors(inputs, vocabulary, embedding, training, seed):
    """Turn numbers of words into vectors."""
    if _arguments.positive(vocabulary, "vocabulary") < 2:
        raise ValueError(
            "`vocabulary` must be at least 2: 0 stands for no word, 1 for an unknown "
            f"one. Received: vocabulary={vocabulary}."
        )
    _arguments.one_of(training, "training", TRAINING)
    if isinstance(embedding, str):
        _arguments.one_of(embedding, "embedding", ("one-hot",))
        return OneHotWords(vocabulary, name="vectors")(inputs)
    if not np.ndim(embedding):
        length = _arguments.positive(embedding, "embedding")
        first = keras.initializers.RandomUniform(-BOUND, BOUND, seed=seed)
        layer = WordEmbedding(
            vocabulary, length, embeddings_initializer=first, name="vectors"
        )
        return layer(inputs)
    table = _table(embedding, vocabulary)
    if training != "both":
        return _pretrained(table, training == "tuned", "vectors")(inputs)
    channels = [_pretrained(table, name == "tuned", name) for name in TRAINING[:2]]
    return layers.Concatenate(name="vectors")([layer(inputs) for layer in channels])


def _pretrained(table, trainable, name):
    layer = WordEmbedding(*table.shape, trainable=trainable, name=name)
    layer.build()
    layer.embeddings.assign(table)
    return layer


def _table(embedding, vocabulary):
    try:
        table = np.asarray(embedding, np.float32)
    except (TypeError, ValueError):
        table = np.zeros(0, np.float32)
    if table.ndim != 2 or len(table) != vocabulary or not np.isfinite(table).all():
        raise ValueError(
            "`embedding` must be an int, 'one-hot', or an array of finite numbers of "
            f"shape ({vocabulary}, length), a row for each number of a word. "
            f"Received: an array of shape {np.shape(table)}."
        )
    return table


def _windows(windows):
    several = isinstance(windows, (list, tuple, range))
    widths = tuple(windows) if several else (windows,)
    widths = tuple(_arguments.positive(width, "windows") for width in widths)
    if not widths or len(set(widths)) < len(widths):
        raise ValueError(
            "`windows` must be different integers above 0, at least one of them. "
            f"Received: windows={windows!r}."
        )
    return widths


def _constraint(max_norm):
    if max_norm is None:
        return None
    if not _arguments.not_negative(max_norm, "max_norm"):
        raise ValueError(
            f"`max_norm` must be above 0, or None. Received: max_norm={max_norm!r}."
        )
    return keras.constraints.MaxNorm(max_norm, axis=0)


def _is_word(inputs, dtype):
    return ops.expand_dims(ops.cast(ops.not_equal(inputs, 0), dtype), -1)
