"""Regions and words in one space: which sentence belongs to which image."""

import keras
import numpy as np
from keras import layers, ops

from cnnkit.losses import RankingLoss
from cnnkit.models import _arguments
from cnnkit.models._mixins import OwnLoss

FAR = {"float16": -6e4}  # the product of a word and a region that is not there
CHUNK = 256  # sentences compared at once


def alignment_scores(regions, words, is_region, is_word):
    """Return how well each image fits each sentence.

    Each word picks the region that it fits best, and the products are summed:

        S_kl = Σ_t max_i v_i · s_t    (words t of sentence l, regions i of image k)

    Args:
        regions: tensor `(images, regions, dimensions)`, vectors v.
        words: tensor `(sentences, words, dimensions)`, vectors s.
        is_region: bools `(images, regions)`, false where there is none.
        is_word: bools `(sentences, words)`.

    Returns:
        A tensor `(images, sentences)`; 0 for an empty sentence and an image without
        any region.

    Example:

    >>> import numpy as np
    >>> regions = np.array([[[1.0, 0.0], [0.0, 2.0]]])
    >>> words = np.array([[[1.0, 1.0], [3.0, 0.0]]])  # picks 2, then 3
    >>> there = np.ones((1, 2), bool)
    >>> alignment_scores(regions, words, there, there).numpy()
    array([[5.]])

    Reference:
        - Karpathy and Fei-Fei, "Deep visual-semantic alignments for generating image
          descriptions", 2015, equation 8.

    Taught in: notebooks/beyond_one_image/04_alignment.ipynb
    """
    regions, words = ops.convert_to_tensor(regions), ops.convert_to_tensor(words)
    is_region = ops.cast(is_region, "bool")
    products = ops.einsum("kid,ltd->klit", regions, words)
    far = FAR.get(keras.backend.standardize_dtype(products.dtype), -1e9)
    products = ops.where(is_region[:, None, :, None], products, far)
    best = ops.max(products, axis=2)
    counts = ops.logical_and(
        ops.any(is_region, axis=1)[:, None, None], ops.cast(is_word, "bool")[None]
    )
    return ops.sum(ops.where(counts, best, 0.0), axis=-1)


@keras.saving.register_keras_serializable(package="cnnkit")
class Alignment(OwnLoss, keras.Model):
    """Put regions of images and words of sentences into one space.

    A region is a vector of numbers, what a convolutional network says of it and where
    it is. One dense layer takes it to v. A word is a number; its vector goes through a
    recurrent layer in both directions, so that "circle" after "red" is another one
    than after "blue", and a dense layer takes it to s. A batch of n images and their n
    sentences gives n × n scores, n matching ones and the rest mismatched:

    ```python
    model = Alignment(features=34, vocabulary=len(vocabulary))
    model.compile(keras.optimizers.Adam(0.002))
    model.fit([regions, ids], numbers)  # of the images, that each is another one
    scores = model.scores(regions, ids)  # all images, all sentences
    ```

    Args:
        features: int, how many numbers a region has.
        vocabulary: int of at least 2, how many numbers there are for words; 0 is no
            word.
        dimensions: int, of the space that both share.
        embedding: int, the length of a word's vector before the recurrent layer.
        units: int, of the recurrent layer in each direction; 0 for none: then a word
            means the same in every sentence.
        hidden: int, units of a hidden layer for regions; 0 for none.
        margin: float of at least 0, of `RankingLoss`, the default loss.
        dropout: float in [0, 1), before both last layers.
        name: name of the model.

    Input shape:
        A list: regions `(batch, regions, features)`, all zeros where there is none;
        integers `(batch, words)`.

    Output shape:
        `(batch, batch)`, the score of each image with each sentence. So `predict`,
        which goes batch by batch, is refused; `scores` compares all with all.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> import numpy as np
    >>> model = Alignment(features=5, vocabulary=9)
    >>> regions, ids = np.ones((7, 3, 5)), np.ones((4, 6), int)
    >>> model.scores(regions, ids).shape
    (7, 4)

    Reference:
        - Karpathy and Fei-Fei, "Deep visual-semantic alignments for generating image
          descriptions", 2015, section 3.1.

    Taught in: notebooks/beyond_one_image/04_alignment.ipynb
    """

    def __init__(
        self,
        features,
        vocabulary,
        dimensions=64,
        embedding=64,
        units=64,
        hidden=0,
        margin=1.0,
        dropout=0.0,
        name="alignment",
    ):
        super().__init__(name=name)
        self.features = _arguments.positive(features, "features")
        self.vocabulary = _arguments.positive(vocabulary, "vocabulary")
        self.dimensions = _arguments.positive(dimensions, "dimensions")
        self.embedding = _arguments.positive(embedding, "embedding")
        self.units = _count(units, "units")
        self.hidden = _count(hidden, "hidden")
        self.margin = _arguments.not_negative(margin, "margin")
        self.dropout = _arguments.rate(dropout, "dropout")
        if vocabulary < 2:
            raise ValueError(
                "`vocabulary` must be at least 2: 0 stands for no word. "
                f"Received: vocabulary={vocabulary}."
            )
        self.region_encoder = self._regions()
        self.word_encoder = self._words()
        self.built = True  # both have their weights

    def _regions(self):
        x = inputs = keras.Input((None, self.features), name="regions")
        if self.hidden:
            x = layers.Dense(self.hidden, activation="relu", name="hidden")(x)
        x = layers.Dropout(self.dropout, name="region_dropout")(x)
        x = layers.Dense(self.dimensions, name="region_vectors")(x)
        return keras.Model(inputs, x, name="region_encoder")

    def _words(self):
        inputs = keras.Input((None,), dtype="int32", name="words")
        embed = layers.Embedding(
            self.vocabulary,
            self.embedding,
            mask_zero=bool(self.units),
            name="embedding",
        )
        x = embed(inputs)
        if self.units:
            memory = layers.LSTM(self.units, return_sequences=True, name="memory")
            x = layers.Bidirectional(memory, name="both_ways")(x)
        x = layers.Dropout(self.dropout, name="word_dropout")(x)
        x = layers.Dense(self.dimensions, name="word_vectors")(x)
        return keras.Model(inputs, x, name="word_encoder")

    def call(self, inputs, training=None):
        """Return the scores of all pairs of a batch."""
        regions, words = inputs
        return alignment_scores(
            self.region_encoder(regions, training=training),
            self.word_encoder(words, training=training),
            ops.any(regions != 0, axis=-1),
            words != 0,
        )

    def default_loss(self):
        """Return the ranking loss with the model's margin."""
        return RankingLoss(self.margin)

    def predict(self, *args, **kwargs):
        """Refuse: a batch's scores say nothing of the pairs between batches."""
        raise NotImplementedError(
            "`predict` would compare each batch with itself alone. Use `scores`."
        )

    def scores(self, regions, words, batch_size=256):
        """Return the score of each image with each sentence.

        Args:
            regions: numbers `(images, regions, features)`, zeros where there is none.
            words: integers `(sentences, words)`, 0 where there is none.
            batch_size: int, how many images are compared at once.

        Returns:
            float32 array `(images, sentences)`. An empty sentence, and an image without
            regions, has 0 with all.

        Raises:
            ValueError: if an argument is not as above.
        """
        regions, words = np.asarray(regions, np.float32), np.asarray(words)
        if regions.ndim != 3 or regions.shape[-1] != self.features:
            raise ValueError(
                f"`regions` must be of shape (images, regions, {self.features}). "
                f"Received: regions of shape {regions.shape}."
            )
        if not np.isfinite(regions).all():
            raise ValueError("`regions` must be finite numbers.")
        if words.ndim != 2 or words.dtype.kind not in "iu":
            raise ValueError(
                "`words` must be integers of shape (sentences, words). "
                f"Received: words of shape {words.shape} and dtype {words.dtype}."
            )
        if words.size and not 0 <= words.min() <= words.max() < self.vocabulary:
            raise ValueError(
                f"`words` must be from 0 to {self.vocabulary - 1}. "
                f"Received: from {words.min()} to {words.max()}."
            )
        batch_size = _arguments.positive(batch_size, "batch_size")
        found = np.zeros((len(regions), len(words)), np.float32)
        if not regions.size or not words.size:
            return found
        parts = [
            (slice(i, i + batch_size), self._encoded(regions[i : i + batch_size]))
            for i in range(0, len(regions), batch_size)
        ]
        for j in range(0, len(words), CHUNK):
            some = words[j : j + CHUNK]
            said = self.word_encoder(some, training=False)
            for images, (seen, there) in parts:
                scores = alignment_scores(seen, said, there, some != 0)
                found[images, j : j + CHUNK] = ops.convert_to_numpy(scores)
        return found

    def _encoded(self, regions):
        vectors = self.region_encoder(regions, training=False)
        return vectors, (regions != 0).any(axis=-1)

    def get_config(self):
        """Return the arguments."""
        names = (
            "features",
            "vocabulary",
            "dimensions",
            "embedding",
            "units",
            "hidden",
            "margin",
            "dropout",
            "name",
        )
        return {name: getattr(self, name) for name in names}


def _count(value, name):
    return 0 if value == 0 and value is not False else _arguments.positive(value, name)
