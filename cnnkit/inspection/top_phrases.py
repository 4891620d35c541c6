"""The phrases to which a filter over words answers most strongly."""

import keras
import numpy as np
from keras import layers, ops

from cnnkit.datasets.vocabulary import Vocabulary, check_several, split_words
from cnnkit.inspection import _units
from cnnkit.layers._arguments import positive_integer
from cnnkit.models import _lookup
from cnnkit.models.text_cnn import OneHotWords, WordEmbedding

OUTSIDE = "·"
VECTORS = (OneHotWords, WordEmbedding)


def top_phrases(model, layer, sentences, vocabulary, k=3, units=None):
    """Find for each filter the `k` different phrases to which it answers most.

    A phrase is what a filter sees at one place, as many words as the filter is wide. Of
    each sentence only the place with the greatest answer counts, as in the network.

    Args:
        model: a `cnnkit.models.TextCNN`.
        layer: name of a layer of windows, such as "window3".
        sentences: iterable of str.
        vocabulary: the `cnnkit.datasets.Vocabulary` of the model.
        k: int of at least 1.
        units: sequence of ints, which filters of the layer, or `None` for all.

    Returns:
        A list with a list of str for each filter, the phrase with the greatest answer
        first; of equal ones that of the earlier sentence. Words are parted by spaces,
        and "·" stands for the zeros around a sentence. There are fewer than `k` if
        fewer phrases make the filter answer above 0.

    Raises:
        ValueError: if an argument is not as above, there are no sentences, or the
            answers are not finite.

    Example:

    >>> from cnnkit.datasets import Vocabulary
    >>> from cnnkit.models import TextCNN
    >>> vocabulary = Vocabulary.of(["not bad at all", "all bad"])
    >>> model = TextCNN(len(vocabulary), 2, "one-hot", windows=2, filters=1)
    >>> kernel = np.zeros((2, len(vocabulary), 1))
    >>> kernel[1, vocabulary.words.index("bad")] = 1
    >>> model.get_layer("window2").set_weights([kernel, np.zeros(1)])
    >>> top_phrases(model, "window2", ["not bad at all", "all bad", "bad"], vocabulary)
    [['not bad', 'all bad', '· bad']]

    Reference:
        - Kim, "Convolutional neural networks for sentence classification", 2014,
          equations 2 and 3, for the network.

    Taught in: notebooks/beyond_one_image/01_text.ipynb
    """
    window, margin = _window(model, layer)
    _check_vocabulary(model, vocabulary)
    units, k = _units.check(units, window.filters), positive_integer(k, "k")
    check_several(sentences)
    sentences = list(sentences)
    words = [split_words(sentence) for sentence in sentences]
    if not words:
        raise ValueError("`sentences` must hold at least one sentence.")
    greatest = [ops.max(window.output, axis=1), ops.argmax(window.output, axis=1)]
    part = keras.Model(model.inputs[0], greatest)
    answers, starts = part.predict(vocabulary.encode(sentences), verbose=0)
    if not np.isfinite(answers).all():
        raise ValueError(f"What {layer!r} answers must be finite. Check its weights.")

    def phrase(sentence, unit):
        first = int(starts[sentence, unit]) - margin
        places = range(first, first + window.kernel_size[0])
        row = words[sentence]
        return " ".join(row[i] if 0 <= i < len(row) else OUTSIDE for i in places)

    found = []
    for unit in units:
        order = np.argsort(-answers[:, unit], kind="stable")
        phrases = (phrase(i, unit) for i in order if answers[i, unit] > 0)
        found.append(list(dict.fromkeys(phrases))[:k])
    return found


def _window(model, name):
    """Return the layer of that name, and how many zeros are before a sentence."""
    _lookup.check_one_input(model)
    window = _lookup.layer(model, name)
    of_words = any(isinstance(one, VECTORS) for one in model.layers)
    if of_words and isinstance(window, layers.Conv1D):
        return window, model.get_layer("margins").padding[0]
    raise ValueError(
        "`layer` must be one of the windows of a `TextCNN`, such as 'window3'. "
        f"Received: {name!r} of {model.name!r}, a {type(window).__name__}."
    )


def _check_vocabulary(model, vocabulary):
    if not isinstance(vocabulary, Vocabulary):
        raise ValueError(
            "`vocabulary` must be a `cnnkit.datasets.Vocabulary`. "
            f"Received: a {type(vocabulary).__name__}."
        )
    vectors = next(one for one in model.layers if isinstance(one, VECTORS))
    size = getattr(vectors, "input_dim", None) or vectors.vocabulary
    if len(vocabulary) != size:
        raise ValueError(
            "`vocabulary` must be that of the model. "
            f"Received: {len(vocabulary)} numbers, and a model of {size}."
        )
