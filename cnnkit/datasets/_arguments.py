"""Checks of arguments that several data sets share."""

import numbers

import numpy as np

MOST_BYTES = 2**31


def integer(value, name, least=0):
    """Return `value` as an `int` of at least `least`, or raise a `ValueError`."""
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_integer or value < least:
        raise ValueError(
            f"`{name}` must be an integer of at least {least}. "
            f"Received: {name}={value!r}."
        )
    return int(value)


def drawing(n, n_test, shape, seed):
    """Return `n`, `n_test` and `seed` checked, with `n // 4` for no `n_test`.

    Args:
        n: int, how many examples to train on.
        n_test: int or `None`, how many to test on.
        shape: tuple of ints, the shape of one example.
        seed: int.
    """
    n = integer(n, "n")
    n_test = n // 4 if n_test is None else integer(n_test, "n_test")
    seed = integer(seed, "seed")
    size = 4 * (n + n_test) * int(np.prod(shape, dtype=object))
    if size > MOST_BYTES:
        raise ValueError(
            f"{n + n_test} examples of shape {shape} would take "
            f"{size / 2**30:.1f} GiB. Draw fewer, or several sets with different "
            f"seeds. Received: n={n}, n_test={n_test}."
        )
    return n, n_test, seed


def pictures(n, shape, seed):
    """Return `n` and `seed` checked, for `n` float32 arrays of `shape`."""
    n, seed = integer(n, "n"), integer(seed, "seed")
    size = 4 * n * int(np.prod(shape, dtype=object))
    if size > MOST_BYTES:
        raise ValueError(
            f"{n} images of shape {shape} would take {size / 2**30:.1f} GiB. Draw "
            f"fewer, or several sets with different seeds. Received: n={n}."
        )
    return n, seed


def image_size(size, least=1):
    """Return an integer or a pair as `(height, width)`, each at least `least`."""
    pair = tuple(size) if isinstance(size, (list, tuple)) else (size, size)
    if len(pair) != 2:
        raise ValueError(
            "`size` must be an integer or a pair (height, width). "
            f"Received: size={size!r}."
        )
    return tuple(integer(side, "size", least=least) for side in pair)


def draw_labels(n, classes, seed, stream):
    """Return `n` labels, each class once in every run of `classes` of them."""
    runs = [
        np.random.default_rng([seed, stream, run, 1]).permutation(classes)
        for run in range(-(-n // classes))
    ]
    return np.concatenate([np.zeros(0, np.int64), *runs])[:n].astype(np.int64)


def draw(n, shape, classes, one, seed, stream):
    """Return `n` examples and labels, each drawn from a generator of its own.

    So the first examples are the same whatever `n` is.

    Args:
        n: int.
        shape: tuple of ints, the shape of one example.
        classes: int, the number of classes.
        one: function of a label and a `numpy.random.Generator`.
        seed: int.
        stream: int, 0 to train and 1 to test.
    """
    labels = draw_labels(n, classes, seed, stream)
    examples = np.empty((n, *shape), np.float32)
    for i, label in enumerate(labels):
        rng = np.random.default_rng([seed, stream, i, 0])
        examples[i] = one(int(label), rng)
    return examples, labels
