import numpy as np
import pytest

from cnnkit import plots


def shades(axis):
    return [
        (text.get_text(), round(text.get_bbox_patch().get_alpha(), 3))
        for text in axis.texts
        if text.get_bbox_patch() is not None
    ]


def test_the_greatest_is_the_darkest_and_below_zero_is_white(figure):
    plots.show_words(["a  good film", "so bad"], [[-3, 4, 2], [0.1, 0.2]], ["A", "B"])
    (axis,) = figure().axes
    assert shades(axis) == [
        ("a", 0),
        ("good", 0.75),
        ("film", 0.375),
        ("so", 0.375),
        ("bad", 0.75),
    ]
    assert [text.get_text() for text in axis.texts if len(text.get_text()) == 1] == [
        "A",
        "a",
        "B",
    ]


def test_no_word_counts_and_no_word_at_all(figure):
    plots.show_words(["so so", ""], np.array([[-1, 0], []], object))
    assert shades(figure().axes[0]) == [("so", 0), ("so", 0)]
    plots.show_words([""], [[]])
    assert shades(figure().axes[0]) == []


@pytest.mark.parametrize("words", [3, 17, 40])
def test_words_follow_one_another_without_touching(figure, words):
    """The place of a word is counted in letters: the font must be as wide as said."""
    plots.show_words([" ".join(["width"] * words)], [range(words)])
    drawn = figure()
    boxes = [text.get_window_extent() for text in drawn.axes[0].texts]
    lines = {round(box.y0) for box in boxes}
    assert len(lines) == -(-words * 6 // 90)
    letter = boxes[0].width / 5
    for box, after in zip(boxes, boxes[1:], strict=False):
        if round(box.y0) == round(after.y0):
            assert after.x0 - box.x1 == pytest.approx(letter, rel=0.3)
    assert 0 <= min(box.x0 for box in boxes)
    assert drawn.bbox.x1 - 3 * letter < max(box.x1 for box in boxes) < drawn.bbox.x1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], []), "empty"),
        ((["a b"], [[1]]), "one a word. Received: shape .1,. for the 2 words of 'a b'"),
        ((["a b"], [[1, np.nan]]), "finite"),
        ((["a b"], [[1, 2], [3]]), "2 sequences, 1 sentences"),
        ((["a b"], [[1, 2]], ["x", "y"]), "2 titles, 1 sentences"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.show_words(*arguments)
