"""Sentences that are on every learner's machine: docstrings of installed libraries."""

import ast
import importlib.util
import re
from pathlib import Path

import numpy as np

from cnnkit.datasets import _arguments
from cnnkit.datasets.labelled_sentences import LabelledSentences
from cnnkit.datasets.vocabulary import split_words

LIBRARIES = ("keras", "matplotlib", "numpy", "scipy", "skimage", "sklearn")
NAMES = frozenset(
    """
    jax keras kerascv kerashub matplotlib matlab mpl np numpy plt pydata pylab pyplot
    pytorch scikit scipy skimage skl sklearn sp tensorflow tf torch
    """.split()
)
LEFT_OUT = {"_vendor", "array_api_compat", "array_api_extra", "externals", "vendor"}
TESTS = {"conftest.py", "test", "testing", "tests"}
FEWEST, MOST = 6, 40

# What is no prose: markup, code, formulas, a link, a reference, the name of an object.
CODE = re.compile(
    r"``[^`]*``|:[a-z:]+:`[^`]*`|`+[^`]*`*_*|\*\*?[\w.]+\*\*?|\$[^$]*\$|\[[^\]]*\]_?"
    r"|\|[\w.]+\||https?://\S+|\S*[_/\\=<>#@{}]\S*|\w+\(.*?\)|\b\w+\.\w[\w.]*|\d\S*"
)
MARKUP = re.compile(r"\s*(>>>|\.\.|:|-|\*|\||=|~|\+|@|#|\[|\d)")
SENTENCE = re.compile(r"[A-Z][^.!?:]*[.!?](?=\s|$)")
OBJECT = "thing"


def docstring_sentences(n=1000, seed=0):
    """Collect sentences of installed libraries' docstrings: which library wrote it?

    Six libraries that cnnkit needs: Keras, Matplotlib, NumPy, SciPy, scikit-image and
    scikit-learn. Their files are read as text, nothing is run. Only prose is taken:
    whole sentences of 6 to 40 words, without the tables of arguments, examples and
    references. Code, names of objects, numbers and formulas become the word "thing",
    and so do the names of the libraries, which would tell the answer. No sentence
    comes twice.

    Which sentences there are depends on the versions that are installed.

    Args:
        n: int of at least 1, how many sentences of each library at most; some have
            fewer. They are chosen at random.
        seed: int of at least 0.

    Returns:
        A `LabelledSentences` with the libraries as classes, in mixed order.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> data = docstring_sentences(20)
    >>> data
    LabelledSentences(120 sentences, classes=('keras', 'matplotlib', 'numpy', 'scipy',
                      'skimage', 'sklearn'))

    Taught in: notebooks/beyond_one_image/01_text.ipynb
    """
    n, seed = _arguments.integer(n, "n", least=1), _arguments.integer(seed, "seed")
    rng = np.random.default_rng(seed)
    seen, pairs = set(), []
    for label, library in enumerate(LIBRARIES):
        found = _sentences_of(library, n, rng, seen)
        pairs += [(sentence, label) for sentence in found]
    order = rng.permutation(len(pairs))
    return LabelledSentences(
        tuple(pairs[i][0] for i in order),
        np.array([pairs[i][1] for i in order], np.int64),
        LIBRARIES,
    )


def prose(docstring):
    """Return the sentences of a docstring, in small letters and without code.

    Args:
        docstring: str.

    Returns:
        List of str: words with single spaces between.
    """
    sentences = []
    for paragraph in _paragraphs(docstring):
        for sentence in SENTENCE.findall(CODE.sub(f" {OBJECT} ", paragraph)):
            words = [w for w in split_words(sentence) if w[0].isalpha() or w in ",;"]
            words = [OBJECT if word in NAMES else word for word in words]
            if FEWEST <= len(words) <= MOST and words.count(OBJECT) < len(words) / 3:
                sentences.append(" ".join(words))
    return sentences


def _paragraphs(docstring):
    """Return runs of lines of one depth that are no table, list, heading or example."""
    runs, depth = [[]], None
    for line in docstring.expandtabs().split("\n"):
        indent = len(line) - len(line.lstrip())
        plain = line.strip() and not MARKUP.match(line)
        if not plain or indent != depth:
            runs.append([])
        if plain:
            runs[-1].append(line.strip())
            depth = indent
    return [" ".join(run) for run in runs if run]


def _sentences_of(library, n, rng, seen):
    """Read the files of a library in random order until there are `n` sentences."""
    spec = importlib.util.find_spec(library)
    if spec is None or not spec.origin:
        return []
    root = Path(spec.origin).parent
    files = sorted(
        path
        for path in root.rglob("*.py")
        if not (LEFT_OUT | TESTS).intersection(path.relative_to(root).parts)
        and not path.name.startswith("test_")
        and not path.name.endswith("_test.py")
    )
    found = []
    for i in rng.permutation(len(files)):
        for sentence in _read(files[i]):
            if sentence not in seen:
                seen.add(sentence)
                found.append(sentence)
        if len(found) >= n:
            break
    return found[:n]


def _read(path):
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and (docstring := ast.get_docstring(node)):
            yield from prose(docstring)
