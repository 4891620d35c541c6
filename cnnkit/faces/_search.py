"""The nearest of many encodings."""

import numpy as np

QUERIES, KNOWN = 1024, 8192  # at once, so that scores are read while in the cache
NEIGHBOURS = 32  # of each vector in the graph, as faiss's manual advises


def index(kind):
    """Return an empty index.

    Args:
        kind: "exact" or "hnsw".

    Raises:
        ValueError: if `kind` is neither.
        ImportError: if faiss is needed and not installed.
    """
    kinds = {"exact": Exact, "hnsw": Hnsw}
    if kind not in kinds:
        raise ValueError(
            f'`index` must be "exact" or "hnsw". Received: index={kind!r}.'
        )
    return kinds[kind]()


class Exact:
    """Compares with all encodings: one product of matrices."""

    def __init__(self):
        self.clear()

    def clear(self):
        """Forget all."""
        self._count, self._room = 0, None

    def add(self, encodings):
        """Add encodings `(n, dimensions)` of length 1, and return all."""
        count = self._count + len(encodings)
        if self._room is None or count > len(self._room):
            room = np.empty(
                (max(count, 2 * self._count), encodings.shape[1]), np.float32
            )
            if self._room is not None:
                room[: self._count] = self._room[: self._count]
            self._room = room
        self._room[self._count : count] = encodings
        self._count = count
        return self._room[:count]

    def search(self, queries):
        """Return the position of the nearest encoding to each query, `(q,)`."""
        parts = (queries[i : i + QUERIES] for i in range(0, len(queries), QUERIES))
        return np.concatenate([self._nearest(part) for part in parts])

    def _nearest(self, queries):
        rows = np.arange(len(queries))
        best = np.full(len(queries), -np.inf, np.float32)
        where = np.zeros(len(queries), np.int64)
        for start in range(0, self._count, KNOWN):
            known = self._room[start : min(start + KNOWN, self._count)]
            scores = queries @ known.T
            here = scores.argmax(axis=1)
            highest = scores[rows, here]
            better = highest > best
            best[better] = highest[better]
            where[better] = start + here[better]
        return where


class Hnsw(Exact):
    """Walks a graph of neighbours: few comparisons, now and then not the nearest."""

    def clear(self):
        """Forget all."""
        super().clear()
        self._graph = None
        self._faiss = _faiss()

    def add(self, encodings):
        """Add encodings `(n, dimensions)` of length 1, and return all."""
        known = super().add(encodings)
        if self._graph is None:
            product = self._faiss.METRIC_INNER_PRODUCT
            self._graph = self._faiss.IndexHNSWFlat(known.shape[1], NEIGHBOURS, product)
        self._graph.add(np.ascontiguousarray(encodings))
        return known

    def search(self, queries):
        """Return the position of a near encoding to each query, `(q,)`."""
        return self._graph.search(np.ascontiguousarray(queries), 1)[1][:, 0]


def _faiss():
    try:
        import faiss
    except ImportError as error:
        raise ImportError('index="hnsw" needs faiss: pip install faiss-cpu.') from error
    return faiss
