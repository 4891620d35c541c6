"""A network that describes an image, word by word."""

import keras
import numpy as np
from keras import layers, ops

from cnnkit.losses import CaptionLoss
from cnnkit.models import _arguments
from cnnkit.models._mixins import OnBackbone, OwnLoss
from cnnkit.models.beam_search import beam_search
from cnnkit.models.detector import check_images

START, END = "<start>", "<end>"
CELLS = {"lstm": layers.LSTM, "rnn": layers.SimpleRNN}


@keras.saving.register_keras_serializable(package="cnnkit")
class Captioner(OnBackbone, OwnLoss, keras.Model):
    """Describe images: a convolutional network, then a recurrent one that writes.

    The backbone makes a vector of the image, the recurrent network reads it and the
    words so far, and says at each place how likely each word is to be the next. It is
    trained on the words that people wrote ("teacher forcing"):

    ```python
    rows = encode_captions(sentences, vocabulary)  # of `cnnkit.datasets`
    model = Captioner(backbone, vocabulary)
    model.compile(keras.optimizers.Adam(0.001))
    model.fit([images, rows[:, :-1]], rows[:, 1:])
    model.describe(images, beams=3)
    ```

    Layers after the backbone: `image_flat` if it gives maps, `image_vector`,
    `word_vectors`, `memory`, `memory_dropout`, `next_word`.

    Args:
        backbone: a `keras.Model` from images, or from any features of them, to a
            vector `(batch, n)` or to maps, which are laid out as one vector, so that it
            stays known what is where.
        words: sequence of different str, the word of each number; or a `Vocabulary`.
            The first is no word; "<start>" and "<end>" must be there. It never says
            "<start>" or, if that is among them, "?unknown".
        embedding: int, the length of a word's vector.
        units: int, the units of the recurrent layer.
        cell: "lstm", or "rnn" for the simple one.
        image: where the image goes in. "input": as if it were the first word, as in
            the paper. "state": as the recurrent layer's first hidden state h, the
            LSTM's memory c empty. "memory": as the first memory c, and h = tanh c;
            it learns much faster from few pictures.
        dropout: float in [0, 1), after the recurrent layer.
        name: name of the model.

    Input shape:
        A list: what the backbone takes, and integers `(batch, words)`.

    Output shape:
        `(batch, words, len(words))`, logits.

    Raises:
        ValueError: if an argument is not as above, such as words without the marks.

    Example:

    >>> from cnnkit.models import SmallBackbone
    >>> words = ("", "?unknown", "<start>", "<end>", "a", "circle")
    >>> model = Captioner(SmallBackbone((32, 32, 3), (8, 16)), words, units=64)
    >>> model.output_shape
    (None, None, 6)
    >>> model.describe(np.zeros((2, 32, 32, 3)), length=5) # doctest: +SKIP
    ['a circle', 'a circle']

    Reference:
        - Vinyals and others, "Show and tell: a neural image caption generator", 2015,
          section 3; Xu and others, "Show, attend and tell: neural image caption
          generation with visual attention", 2015, section 3.1.2, for first states that
          come from the image.

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """

    def __init__(
        self,
        backbone,
        words,
        embedding=128,
        units=256,
        cell="lstm",
        image="input",
        dropout=0.0,
        name="captioner",
    ):
        words = _words(words)
        _arguments.one_of(cell, "cell", tuple(CELLS))
        _arguments.one_of(image, "image", ("input", "state", "memory"))
        embedding = _arguments.positive(embedding, "embedding")
        units = _arguments.positive(units, "units")
        picture, x = _ends(backbone)
        numbers = keras.Input((None,), name="words")
        if len(x.shape) > 2:
            x = layers.Flatten(name="image_flat")(x)
        size = embedding if image == "input" else units
        x = layers.Dense(size, name="image_vector")(x)
        vectors = layers.Embedding(len(words), embedding, name="word_vectors")(numbers)
        memory = CELLS[cell](units, return_sequences=True, name="memory")
        if image == "input":
            first = layers.Reshape((1, embedding), name="first_word")(x)
            vectors = layers.Concatenate(axis=1, name="all_words")([first, vectors])
            # What is said after the image alone is not a word: <start> comes next.
            y = layers.Cropping1D((1, 0), name="after_words")(memory(vectors))
        else:
            y = memory(vectors, initial_state=_states(x, cell, image))
        y = layers.Dropout(_arguments.rate(dropout, "dropout"), name="memory_dropout")(
            y
        )
        # In half precision many words would be equally likely.
        y = layers.Dense(len(words), dtype="float32", name="next_word")(y)
        super().__init__(inputs=[picture, numbers], outputs=y, name=name)
        self.words = words
        self.embedding = embedding
        self.units = units
        self.cell = cell
        self.image = image
        self.dropout = dropout
        self.keep_backbone(backbone)

    def get_config(self):
        """Return the arguments, the backbone as a configuration of its own."""
        names = ("words", "embedding", "units", "cell", "image", "dropout")
        own = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **own}

    def default_loss(self):
        """Return the mean of -log p over the real words."""
        return CaptionLoss()

    def describe(self, images, beams=3, length=20, batch_size=64):
        """Return the likeliest description of each image.

        Args:
            images: what the backbone takes, `(n, ...)`; images in [0, 1].
            beams: int of at least 1, how many beginnings of each description are
                kept; 1 takes the likeliest word each time.
            length: int of at least 1, the most words. A description that has not ended
                by then is given as it is.
            batch_size: int, how many images are described at once.

        Returns:
            A list of str, one an image, words with a space between; "" if the network
            says the end at once.

        Raises:
            ValueError: if an argument is not as above.
        """
        found = self.candidates(images, beams, length, batch_size)
        return [sentences[0][0] for sentences in found]

    def candidates(self, images, beams=3, length=20, batch_size=64):
        """Return the best descriptions of each image, and log p of each.

        Args:
            images: as for `describe`.
            beams: as for `describe`.
            length: as for `describe`.
            batch_size: as for `describe`.

        Returns:
            A list with a list for each image of at most `beams` pairs: str and float,
            the likeliest first.

        Raises:
            ValueError: if an argument is not as above.
        """
        images = _inputs(images, self.inputs[0].shape[1:])
        beams = _arguments.positive(beams, "beams")
        length = _arguments.positive(length, "length")
        batch_size = _arguments.positive(batch_size, "batch_size")
        read = keras.Model(self.inputs[0], self.get_layer("image_vector").output)
        start, end = self.words.index(START), self.words.index(END)
        found = []
        for i in range(0, len(images), batch_size):
            vectors = read(images[i : i + batch_size], training=False)
            states = self._first_states(vectors)
            ids, log_p = beam_search(self._step, states, start, end, beams, length)
            found += [
                [
                    (self._sentence(row), float(value))
                    for row, value in zip(rows, values, strict=True)
                    if value > -np.inf
                ]
                for rows, values in zip(ids, log_p, strict=True)
            ]
        return found

    def _first_states(self, vectors):
        """Return the states of the recurrent layer that has seen the image alone."""
        if self.image != "input":
            return _states(vectors, self.cell, self.image)
        zeros = ops.zeros((vectors.shape[0], self.units), dtype=vectors.dtype)
        return self._remember(vectors, _states(zeros, self.cell, "state"))[1]

    def _remember(self, vectors, states):
        y, states = self.get_layer("memory").cell(vectors, states)
        return y, list(states)

    def _step(self, numbers, states):
        """Return log p of each next word; no mark is said but the end."""
        vectors = self.get_layer("word_vectors")(numbers)
        y, states = self._remember(vectors, states)
        log_p = ops.log_softmax(self.get_layer("next_word")(y), axis=-1)
        never = np.zeros((1, len(self.words)), np.float32)
        unsaid = ("?unknown", START)
        never[0, [0, *map(self.words.index, {*unsaid} & {*self.words})]] = -np.inf
        return log_p + ops.cast(never, log_p.dtype), states

    def _sentence(self, ids):
        words = [self.words[number] for number in ids]
        return " ".join(words[: words.index(END)] if END in words else words)


def _states(x, cell, image):
    """Return the first states of the recurrent layer: h, and c of an LSTM."""
    h, c = (x, ops.zeros_like(x)) if image == "state" else (ops.tanh(x), x)
    return [h, c] if cell == "lstm" else [h]


def _ends(backbone):
    """Return what the backbone takes and what it gives."""
    built = isinstance(backbone, keras.Model) and getattr(backbone, "outputs", None)
    if not built or len(backbone.inputs) != 1 or len(backbone.outputs) != 1:
        raise ValueError(
            "`backbone` must be a `keras.Model` with one input and one output, built. "
            f"Received: backbone={backbone!r}."
        )
    if None in backbone.outputs[0].shape[1:]:
        raise ValueError(
            "`backbone` must be built for images of one size, so that its maps have "
            f"one. Received: a backbone that gives {backbone.outputs[0].shape}."
        )
    return backbone.inputs[0], backbone.outputs[0]


def _words(words):
    words = () if isinstance(words, str) else tuple(getattr(words, "words", words))
    if not all(isinstance(word, str) for word in words):
        raise ValueError("`words` must be a sequence of str, the word of each number.")
    if START not in words[1:] or END not in words[1:] or len(set(words)) < len(words):
        raise ValueError(
            f"`words` must be different, no word first, with the marks {START!r} and "
            f"{END!r}; see `cnnkit.datasets.caption_vocabulary`. "
            f"Received: {len(words)} words, {words[:6]}…"
        )
    return words


def _inputs(images, shape):
    if len(shape) == 3 and shape[-1] in (1, 3):
        return check_images(images, shape)
    images = np.asarray(images)
    fits = images.ndim == len(shape) + 1 and all(
        due in (None, got) for due, got in zip(shape, images.shape[1:], strict=True)
    )
    if not fits or images.dtype.kind not in "fiub" or not np.isfinite(images).all():
        raise ValueError(
            f"`images` must be finite numbers of shape (n, {', '.join(map(str, shape))}"
            f"). Received: images of shape {images.shape}."
        )
    return images.astype(np.float32, copy=False)
