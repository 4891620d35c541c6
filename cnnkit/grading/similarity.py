"""Find notebooks that are near-copies of one another."""

import hashlib
import io
import itertools
import keyword
import tokenize

WINDOW = 6  # tokens
KEPT = 600  # hashes of one notebook
IGNORED = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def sketch(sources):
    """Reduce source code to a set of numbers that survives renaming and new comments.

    Args:
        sources: list of strings, the cells.

    Returns:
        A sorted list of at most 600 integers below 2³².
    """
    tokens = [token for source in sources for token in _tokens(source)]
    windows = {
        " ".join(tokens[i : i + WINDOW]) for i in range(len(tokens) - WINDOW + 1)
    }
    hashes = (
        hashlib.blake2b(x.encode("utf-8", "backslashreplace"), digest_size=4).digest()
        for x in windows
    )
    return sorted(int.from_bytes(x, "big") for x in hashes)[:KEPT]


def _tokens(source):
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in IGNORED:
                continue
            name = token.type == tokenize.NAME and not keyword.iskeyword(token.string)
            text = token.type == tokenize.STRING
            found.append("name" if name else "text" if text else token.string[:40])
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # magics and unfinished code: what came before it counts
    return found


def near_copies(sketches, least=0.9):
    """Find pairs of notebooks that share most of what sets them apart from the rest.

    Args:
        sketches: dict from a name to what `sketch` gave.
        least: float in (0, 1], the share (Jaccard) from which a pair is reported.

    Returns:
        A list of tuples (name, name, share), the nearest first. What more than half of
        at least six notebooks have in common, as the code handed out, is left aside.
    """
    counts = {}
    for one in sketches.values():
        for number in one:
            counts[number] = counts.get(number, 0) + 1
    common = {x for x, count in counts.items() if 2 * count > len(sketches) >= 6}
    own = {name: set(x) - common for name, x in sketches.items()}
    found = []
    for a, b in itertools.combinations(own, 2):
        x, y = own[a], own[b]
        small, large = sorted((len(x), len(y)))
        if small < 10 or small < least * large:
            continue
        share = len(x & y) / len(x | y)
        if share >= least:
            found.append((a, b, share))
    return sorted(found, key=lambda pair: -pair[2])
