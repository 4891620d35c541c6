"""BLEU against the paper's examples and the figures of NLTK and sacreBLEU."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnkit.metrics import bleu

# The examples of the paper, section 2.1.
REFERENCES = [
    "It is a guide to action that ensures that the military will forever heed Party "
    "commands",
    "It is the guiding principle which guarantees the military forces always being "
    "under the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
]
FIRST = (
    "It is a guide to action which ensures that the military always obeys the commands "
    "of the party"
)
SECOND = (
    "It is to insure the troops forever hearing the activity guidebook that party "
    "direct"
)
SENTENCES = st.lists(st.sampled_from("ab"), min_size=1, max_size=7)


def test_the_precisions_of_the_paper():
    first, second = bleu([FIRST], [REFERENCES]), bleu([SECOND], [REFERENCES])
    assert first.precisions[:2] == pytest.approx((17 / 18, 10 / 17))
    assert second.precisions[:2] == pytest.approx((8 / 14, 1 / 13))
    assert first.score > second.score == 0


def test_a_count_is_clipped():
    pair = ["The cat is on the mat".lower(), "There is a cat on the mat".lower()]
    found = bleu(["the the the the the the the"], [pair], n=2)
    assert found.precisions == pytest.approx((2 / 7, 0))


def test_short_ones_are_punished():
    found = bleu(["of the"], [REFERENCES], n=2)
    assert found.precisions == (1, 1)
    assert (found.candidate_words, found.reference_words) == (2, 16)
    assert found.score == pytest.approx(math.exp(1 - 16 / 2))


HYPOTHESES = [FIRST, "he read the book because he was interested in world history"]
BOTH = [
    REFERENCES,
    ["he was interested in world history because he read the book"],
]


def test_figures_of_nltk():
    """`corpus_bleu` and `sentence_bleu`, as its own documentation has them."""
    assert bleu(HYPOTHESES, BOTH).score == pytest.approx(0.5920, abs=1e-4)
    assert bleu([FIRST], [REFERENCES]).score == pytest.approx(0.5045, abs=1e-4)
    other = bleu(HYPOTHESES[1:], BOTH[1:]).score
    assert other == pytest.approx(0.7400, abs=1e-4)


@given(st.lists(st.tuples(SENTENCES, st.lists(SENTENCES, min_size=1, max_size=3))))
def test_as_nltk(pairs):
    corpus = pytest.importorskip("nltk.translate.bleu_score").corpus_bleu
    if pairs:
        candidates, references = zip(*pairs, strict=True)
        weights = [(1.0,), (0.5, 0.5)]
        due = corpus(list(references), list(candidates), weights)
        found = [bleu(candidates, references, n).score for n in (1, 2)]
        for mine, theirs in zip(found, due, strict=True):
            assert mine == pytest.approx(theirs, abs=1e-9)


@given(st.lists(SENTENCES, min_size=1, max_size=4))
def test_bounds_and_itself(sentences):
    found = bleu(sentences, [[sentence] for sentence in sentences], n=1)
    assert found.score == pytest.approx(1)
    turned = bleu(sentences, [[s] for s in sentences[::-1]], n=2)
    assert 0 <= turned.score <= 1 and 0 <= turned.brevity_penalty <= 1


def test_the_nearest_length():
    references = [["a b c d", "a b"], ["a b c d", "a b"]]
    found = bleu(["a b c", "a"], references, n=1)  # of 4 and 2 the shorter one, then 2
    assert found.reference_words == 4 and found.brevity_penalty == 1


def test_an_empty_candidate():
    found = bleu([""], [["a b"]])
    assert found.score == 0 and found.precisions == (0, 0, 0, 0)
    assert found.brevity_penalty == 0
    half = bleu(["", "a b"], ["a b", "a b"], n=2)
    assert half.precisions == (1, 1)
    assert half.score == pytest.approx(math.exp(1 - 4 / 2))


def test_lists_of_words_and_single_references():
    assert bleu([["a", "b"]], [[["a", "b"], ["c"]]], n=2).score == 1
    assert bleu(["a b"], ["a b"], n=2).score == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a b", ["a b"]), "into a list"),
        ((["a b"], "a b"), "into a list"),
        (([], []), "at least one"),
        ((["a"], ["a", "b"]), "1 candidates, 2 references"),
        ((["a"], [[]]), "a sentence for each"),
        (([3], ["a"]), "`candidates` must be of sentences"),
        ((["a"], [[["a", 3]]]), "`references` must be of sentences"),
        ((["a"], ["a"], 0), "`n`"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        bleu(*arguments)
