"""Electrocardiograms drawn by code: one lead, four rhythms."""

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets.dataset import Dataset

CLASSES = (
    "normal rhythm",
    "premature ventricular beat",
    "atrial fibrillation",
    "ST elevation",
)
RATE = 100
SHORTEST = 300

# Waves of one beat: centre after the R peak (s), width (s), height (mV).
ATRIAL = [(-0.165, 0.024, 0.15)]
QRS = [(-0.030, 0.010, -0.12), (0.0, 0.012, 1.10), (0.030, 0.011, -0.26)]
# The T wave is centred for a heart that beats once a second.
T = [(0.250, 0.055, 0.20), (0.295, 0.034, 0.14)]
VENTRICULAR = [(-0.025, 0.040, 0.75), (0.045, 0.036, 0.85), (0.150, 0.045, -0.35)]
VENTRICULAR_T = [(0.300, 0.070, -0.42)]
RAISED_ST = [(0.062, 0.024, 0.80), (0.125, 0.042, 1.00), (0.200, 0.050, 0.80)]

BEAT_OF_14 = (0, 1, 2, 1, -1, 10, -3, 0, 1, 3, 4, 2, 1, 0)


def electrocardiograms(n=1200, length=512, seed=0, n_test=None):
    """Draw electrocardiograms with known rhythm.

    A beat is a sum of Gaussian waves P, Q, R, S and T. The classes:

    - *normal rhythm*: the distance of the beats breathes a little;
    - *premature ventricular beat*: one or two beats come too early, without P wave,
      wide and with an inverted T wave, and a pause follows;
    - *atrial fibrillation*: no P waves, a trembling line, irregular beats;
    - *ST elevation*: the line stays raised between S and T.

    Recordings differ in rate, phase, gain, shape of the waves, wandering baseline,
    muscle noise and bumps of a moving electrode. So samples at the same place cannot
    be compared one by one: a classifier must find the waves wherever they are. The
    first recordings are the same whatever `n` is, and each class is equally frequent.

    Args:
        n: int, how many recordings to train on. With 0 the arrays are empty.
        length: int, at least 300, in samples. There are 100 of them in a second.
        seed: int of at least 0.
        n_test: int or `None`, how many recordings to test on, by default `n // 4`.

    Returns:
        A `Dataset`; recordings are float32 in millivolts, `(n, length, 1)`.

    Raises:
        ValueError: if an argument is not as above, or the arrays would take more
            than 2 GiB.

    Example:

    >>> electrocardiograms(8).x_train.shape
    (8, 512, 1)

    Reference:
        The sum of Gaussians follows
        [P. McSharry et al., "A dynamical model for generating synthetic
        electrocardiogram signals", 2003](https://doi.org/10.1109/TBME.2003.808805).

    Taught in: notebooks/week1_foundations/08_signals_and_volumes.ipynb
    """
    length = _arguments.integer(length, "length", least=SHORTEST)
    shape = (length, 1)
    n, n_test, seed = _arguments.drawing(n, n_test, shape, seed)

    def one(label, rng):
        return _record(label, length, rng)[:, None]

    train = _arguments.draw(n, shape, len(CLASSES), one, seed, stream=0)
    test = _arguments.draw(n_test, shape, len(CLASSES), one, seed, stream=1)
    return Dataset(*train, *test, classes=CLASSES)


def heartbeat14():
    """Return one heartbeat of 14 samples, small enough to convolve by hand.

    Returns:
        float32 array of shape `(14, 1)`, in tenths of a millivolt: whole numbers.

    Example:

    >>> heartbeat14()[:, 0].astype(int).tolist()
    [0, 1, 2, 1, -1, 10, -3, 0, 1, 3, 4, 2, 1, 0]

    Taught in: notebooks/week1_foundations/08_signals_and_volumes.ipynb
    """
    return np.array(BEAT_OF_14, np.float32)[:, None]


def _record(label, length, rng):
    """Draw one recording of class `label`, in millivolts."""
    kind = CLASSES[label]
    seconds = np.arange(length) / RATE
    times, gaps, early = _beats(kind, seconds[-1], rng)
    stretch = np.sqrt(gaps)
    regular = ~early
    fibrillates = kind == "atrial fibrillation"

    line = _waves(seconds, times[regular], _vary(QRS, rng), 1)
    if not fibrillates:
        line += _waves(seconds, times[regular], _vary(ATRIAL, rng), 1)
    t_waves = _vary(T, rng) * [1, 1, rng.uniform(0.6, 1.5)]
    line += _waves(seconds, times[regular], t_waves, stretch[regular])
    if kind == "ST elevation":
        raised = _vary(RAISED_ST, rng) * [1, 1, rng.uniform(0.18, 0.40)]
        line += _waves(seconds, times[regular], raised, stretch[regular])
    if early.any():
        sign = rng.choice([1, -1], p=[0.6, 0.4])
        wide = _vary(VENTRICULAR, rng) * [1, 1, sign]
        slow = _vary(VENTRICULAR_T, rng) * [1, 1, sign]
        line += _waves(seconds, times[early], wide, 1)
        line += _waves(seconds, times[early], slow, 1)
    if fibrillates:
        line += _trembling(seconds, rng)
    gain = np.exp(rng.uniform(np.log(0.6), np.log(1.5)))
    return gain * line + _disturbances(seconds, rng)


def _beats(kind, duration, rng):
    """Return R-peak times, the gap before each, and which beats come early."""
    gap = 60 / rng.uniform(58, 100)
    count = int((duration + 4) / 0.35) + 3
    if kind == "atrial fibrillation":
        gaps = np.clip(gap * rng.lognormal(-0.03, 0.27, count), 0.36, 1.7)
    else:
        breath = rng.uniform(0.02, 0.07) * np.sin(
            2 * np.pi * rng.uniform(0.2, 0.35) * gap * np.arange(count)
            + rng.uniform(0, 2 * np.pi)
        )
        gaps = gap * (1 + breath + rng.normal(0, 0.01, count))
    times = np.cumsum(gaps) - 2 - rng.uniform(0, gap)
    early = np.zeros(count, bool)
    if kind == "premature ventricular beat":
        inside = np.flatnonzero((times > 0.8) & (times < duration - 0.2))
        chosen = rng.choice(inside)
        early[chosen] = True
        if rng.random() < 0.3 and chosen + 2 < count:
            early[chosen + 2] = True
        times = times - early * gaps * rng.uniform(0.28, 0.42)
    return times, np.clip(gaps, 0.4, 1.5), early


def _vary(waves, rng):
    """Return `waves` with the centre, width and height of each a little changed."""
    waves = np.array(waves)
    shape = len(waves)
    waves[:, 0] *= rng.uniform(0.92, 1.08, shape)
    waves[:, 1] *= np.exp(rng.normal(0, 0.10, shape))
    waves[:, 2] *= np.exp(rng.normal(0, 0.15, shape))
    return waves


def _waves(seconds, times, waves, stretch):
    """Return the sum of Gaussian `waves` around each of `times`."""
    line = np.zeros_like(seconds)
    for centre, width, height in waves:
        peaks = (times + centre * stretch)[:, None]
        line += height * np.exp(-(((seconds - peaks) / width) ** 2) / 2).sum(axis=0)
    return line


def _trembling(seconds, rng):
    """Return the fibrillating atria: a wave whose rate and height wander."""
    rate = rng.uniform(5, 8) + 0.6 * np.sin(2 * np.pi * 0.4 * seconds)
    phase = np.cumsum(2 * np.pi * rate / RATE) + rng.uniform(0, 2 * np.pi)
    swell = 1 + 0.4 * np.sin(2 * np.pi * rng.uniform(0.3, 0.8) * seconds)
    return rng.uniform(0.04, 0.09) * swell * np.sin(phase)


def _disturbances(seconds, rng):
    """Return baseline wander, muscle noise and the bump of a moving electrode."""
    line = rng.normal(0, rng.uniform(0.015, 0.05), len(seconds))
    for low, high in ((0.10, 0.25), (0.25, 0.45)):
        phase = rng.uniform(0, 2 * np.pi)
        wave = np.sin(2 * np.pi * rng.uniform(low, high) * seconds + phase)
        line += rng.uniform(0.02, 0.16) * wave
    if rng.random() < 0.4:
        bump = [(0.0, rng.uniform(0.15, 0.35), rng.choice([-1, 1]) * 0.35)]
        line += _waves(seconds, rng.uniform(0, seconds[-1], 1), bump, 1)
    return line
