"""Beam search: the likeliest sentences of a network that gives the next word."""

import numpy as np
from keras import ops

from cnnkit.models import _arguments


def beam_search(step, states, first, end, beams, length):
    """Look for the likeliest sentences, for many pictures at once.

    After each word the `beams` best beginnings of each picture are kept, by the sum of
    log p of their words. A sentence that has said `end` is complete: it keeps its
    place and its sum. All beginnings of all pictures go through the network together.
    One beam is greedy search: the likeliest word each time.

    Args:
        step: function of the last words, integers `(m,)`, and a list of states,
            tensors `(m, ...)`; it returns log p of each next word, `(m, vocabulary)`,
            and the new states. -inf is for words that may not be said.
        states: list of tensors `(n, ...)`, one row a picture.
        first: int, the word before the first.
        end: int, the word that ends a sentence.
        beams: int of at least 1, how many beginnings to keep of each picture.
        length: int of at least 1, the most words; a sentence that has not ended by
            then is given as it is.

    Returns:
        A pair of arrays: the words, int64 `(n, beams, length)`, with `end` from the
        end of a sentence on; and log p, float32 `(n, beams)`, the best first. It is
        -inf where there are not so many sentences.

    Raises:
        ValueError: if `beams` or `length` is not as above, `end` is no word, there is
            no state, or `step` gives NaN.

    Example: two words, and a network that says "1" (the end) with 0.4, always.

    >>> import numpy as np
    >>> def step(words, states):
    ...     return np.log(np.tile([[0.6, 0.4]], (len(words), 1))), states
    >>> words, log_p = beam_search(step, [np.zeros((1, 1))], 0, end=1, beams=2,
    ...                            length=3)
    >>> words[0].tolist(), [round(float(np.exp(value)), 3) for value in log_p[0]]
    ([[1, 1, 1], [0, 0, 0]], [0.4, 0.216])

    Reference:
        - Vinyals and others, "Show and tell: a neural image caption generator", 2015,
          section 3.1, "Inference".

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """
    beams = _arguments.positive(beams, "beams")
    length = _arguments.positive(length, "length")
    if not states:
        raise ValueError("`states` must hold a tensor at least, with a row a picture.")
    n = int(states[0].shape[0])
    if not n:
        return np.zeros((0, beams, length), np.int64), np.zeros((0, beams), np.float32)
    states = [
        ops.repeat(ops.convert_to_tensor(state), beams, axis=0) for state in states
    ]
    # All beams of a picture begin alike, so that only the first may count.
    alone = np.tile([0.0] + [-np.inf] * (beams - 1), (n, 1))
    log_p = ops.convert_to_tensor(alone, "float32")
    last = ops.full((n * beams,), first, dtype="int32")
    said = ops.zeros((n * beams, 0), dtype="int32")
    ended = ops.zeros((n * beams,), dtype="bool")
    offset = ops.expand_dims(ops.arange(n, dtype="int32") * beams, 1)
    for _ in range(length):
        next_log_p, states = step(last, states)
        next_log_p = ops.cast(next_log_p, "float32")
        if bool(ops.isnan(ops.sum(next_log_p))):
            raise ValueError(
                "`step` gives NaN for log p of a word: has the training diverged?"
            )
        count = int(next_log_p.shape[-1])
        next_log_p = ops.where(ended[:, None], _nothing_but(end, count), next_log_p)
        sums = log_p[:, :, None] + ops.reshape(next_log_p, (n, beams, count))
        log_p, best = ops.top_k(ops.reshape(sums, (n, beams * count)), beams)
        best = ops.cast(best, "int32")
        came_from = ops.reshape(offset + best // count, (-1,))
        last = ops.reshape(best % count, (-1,))
        states = [ops.take(state, came_from, axis=0) for state in states]
        said = ops.take(said, came_from, axis=0)
        said = ops.concatenate([said, last[:, None]], axis=1)
        ended = ops.equal(last, end)
        if bool(ops.all(ended)):
            break
    said = ops.convert_to_numpy(said).astype(np.int64).reshape(n, beams, -1)
    rest = ((0, 0), (0, 0), (0, length - said.shape[-1]))
    return np.pad(said, rest, constant_values=end), ops.convert_to_numpy(log_p)


def _nothing_but(end, count):
    """Return log p of the next word of a sentence that has ended: `end` is sure."""
    if not 0 <= end < count:
        raise ValueError(
            f"`end` must be one of the {count} words, from 0. Received: end={end!r}."
        )
    log_p = np.full((1, count), -np.inf, np.float32)
    log_p[0, end] = 0
    return log_p
