"""BLEU: how many runs of words a sentence shares with those that people wrote."""

import dataclasses
import math
from collections import Counter

from cnnkit.metrics import _options


@dataclasses.dataclass(frozen=True)
class BleuResult:
    """What `bleu` found.

    Attributes:
        score: float in [0, 1], BLEU.
        precisions: tuple of floats, the clipped precision of runs of 1, 2, … words;
            0 where there are none.
        brevity_penalty: float in [0, 1], 1 if the candidates are long enough.
        candidate_words: int, the words of all candidates.
        reference_words: int, the words of the references nearest to them in length.
    """

    score: float
    precisions: tuple
    brevity_penalty: float
    candidate_words: int
    reference_words: int


def bleu(candidates, references, n=4):
    """Compare sentences of a machine with what people wrote: BLEU of a whole corpus.

    Each run of words of a candidate counts as found as often as it occurs in one of
    its references, at most: its count is clipped. Found runs and all runs are summed
    over all sentences before they are divided, so that this is not the mean of the
    sentences' BLEU:

        p_k = Σ clipped counts of runs of k words  /  Σ counts of runs of k words
        BLEU = BP · exp((log p_1 + … + log p_n) / n)
        BP = 1 if c > r, otherwise exp(1 - r / c)

    with c the words of all candidates, and r the words of, for each candidate, the
    reference nearest to it in length, the shorter one of two. Nothing is smoothed: if
    no run of n words is found, BLEU is 0. For single sentences that is often so. (NLTK
    counts a run that is not there for each candidate of fewer than k words, and so
    gives less for a corpus with such; sacreBLEU does not.)

    Args:
        candidates: sequence of sentences: str, parted at white space, or lists of
            words. Capitals and punctuation count as they are.
        references: sequence of the references of each candidate: one sentence, or
            a list of sentences; words of references are given as in `candidates`, and
            a list of str is a list of sentences.
        n: int of at least 1, the longest runs.

    Returns:
        A `BleuResult`. An empty candidate finds nothing and makes the rest too short.

    Raises:
        ValueError: if there are not as many lists of references as candidates, there
            are none, or one has no reference.

    Example: the first is of the paper, the second clips seven to two.

    >>> candidate = ("It is a guide to action which ensures that the military "
    ...              "always obeys the commands of the party")
    >>> references = ["It is a guide to action that ensures that the military "
    ...               "will forever heed Party commands",
    ...               "It is the guiding principle which guarantees the military "
    ...               "forces always being under the command of the Party",
    ...               "It is the practical guide for the army always to heed the "
    ...               "directions of the party"]
    >>> found = bleu([candidate], [references])
    >>> round(found.precisions[0] * 18), round(found.precisions[1] * 17)
    (17, 10)
    >>> bleu(["the the the the the the the"], ["the cat is on the mat"], n=1).score
    0.2857142857142857

    Reference:
        - Papineni and others, "BLEU: a method for automatic evaluation of machine
          translation", 2002, sections 2.1 to 2.3.

    Taught in: notebooks/beyond_one_image/05_descriptions.ipynb
    """
    n = _options.whole(n, "n")
    if isinstance(candidates, str) or isinstance(references, str):
        raise ValueError(
            "`candidates` and `references` must be of several sentences: put a single "
            "one into a list."
        )
    candidates = [_words(sentence, "candidates") for sentence in candidates]
    references = [_references(group) for group in references]
    if not candidates or len(candidates) != len(references):
        raise ValueError(
            "`references` must have the references of each candidate, at least one. "
            f"Received: {len(candidates)} candidates, {len(references)} references."
        )
    found, there = [0] * n, [0] * n
    nearest = 0
    for candidate, group in zip(candidates, references, strict=True):
        length = len(candidate)
        nearest += min((abs(len(r) - length), len(r)) for r in group)[1]
        for k in range(1, n + 1):
            counts = _runs(candidate, k)
            most = Counter()
            for reference in group:
                most |= _runs(reference, k)
            found[k - 1] += (counts & most).total()
            there[k - 1] += counts.total()
    total = sum(map(len, candidates))
    precisions = tuple(f / t if t else 0.0 for f, t in zip(found, there, strict=True))
    penalty = (
        1.0 if total > nearest else math.exp(1 - nearest / total) if total else 0.0
    )
    score = 0.0
    if all(precisions):
        score = penalty * math.exp(sum(map(math.log, precisions)) / n)
    return BleuResult(score, precisions, penalty, total, nearest)


def _runs(words, k):
    """Count the runs of k words."""
    return Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))


def _references(group):
    sentences = [group] if isinstance(group, str) else list(group)
    if not sentences:
        raise ValueError("`references` must have a sentence for each candidate.")
    return [_words(sentence, "references") for sentence in sentences]


def _words(sentence, name):
    if isinstance(sentence, str):
        return sentence.split()
    if isinstance(sentence, (list, tuple)) and all(
        isinstance(word, str) for word in sentence
    ):
        return list(sentence)
    raise ValueError(
        f"`{name}` must be of sentences: str, or lists of words. "
        f"Received: {sentence!r}."
    )
