"""Near-copies are found; honest answers to one question are not."""

from cnnkit.grading.similarity import near_copies, sketch

ONE = """
def conv(image, weights, stride):
    rows = (image.shape[0] - weights.shape[0]) // stride + 1
    out = []
    for row in range(rows):
        window = image[row * stride : row * stride + weights.shape[0]]
        out.append((window * weights).sum())
    return out
"""
OTHER = """
import numpy as np
def conv(image, weights, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return np.einsum("ij,ij...->...", windows[::stride, 0], weights)
"""


def test_renamed_and_commented_is_the_same():
    renamed = ONE.replace("image", "im").replace("window", "w").replace("out", "result")
    renamed = "# all mine\n" + renamed.replace(
        "        w =", "        # take\n        w ="
    )
    found = near_copies(
        {"a": sketch([ONE]), "b": sketch([renamed]), "c": sketch([OTHER])}
    )
    assert [(a, b) for a, b, _ in found] == [("a", "b")] and found[0][2] > 0.95


def test_code_that_was_handed_out_does_not_count():
    given = "\n".join(
        f"def given_{n}(x): return x[{n}] + {n} * len(x)" for n in range(40)
    )
    people = {str(n): sketch([given, f"a = [{n}] * {n}"]) for n in range(8)}
    assert near_copies(people) == []


def test_little_code_is_no_copy():
    assert near_copies({"a": sketch(["x = 1"]), "b": sketch(["y = 1"])}) == []
    assert near_copies({"a": sketch([]), "b": sketch([])}) == []


def test_code_that_is_none():
    assert sketch(["%%bash\n'''", "def (", "\0", "é" * 10**5]) == sorted(
        sketch(["%%bash\n'''", "def (", "\0", "é" * 10**5])
    )


def test_the_sketch_is_bounded():
    assert (
        len(sketch([f"x{n} = {n} + {n % 7} * {n % 11}\n" for n in range(5000)])) == 600
    )
