"""A gallery of people: enrol, verify, recognise."""

import unicodedata
from pathlib import Path

import numpy as np

from cnnkit.faces import _checks, _encode, _gallery_file, _search
from cnnkit.faces._checks import NOT_RECOGNISED


class Gallery:
    """Knows people by the encodings of their images.

    An encoder turns an image into a vector of length 1 such that two images of one
    person are near each other. The gallery keeps the vectors of everybody who was
    enrolled, so each image goes through the encoder once. Somebody new is compared by
    the distance to the nearest vector: up to `threshold` it is that person.

    Two people with the same encoding, to three digits, cannot be told apart: such a
    face is not recognised. It happens with one photograph under two names, and with an
    encoder that gives all images the same.

    A gallery that was saved or loaded stays with its file. From then on whatever is
    enrolled, removed or set is in the file when the method returns, and what other
    processes did to it is seen. A process that is killed loses nothing that was
    enrolled before. An object is for one thread; others load the file themselves.

    Args:
        encoder: a `keras.Model` from images to `(n, dimensions)`; or any function from
            images to such an array that has a string `fingerprint`, which differs from
            that of other encoders.
        threshold: float between 0 and 2, the largest distance of one person. Choose it
            on people who are not in the test, see `cnnkit.metrics.best_threshold`.
        index: "exact", one product of matrices; or "hnsw", a graph of neighbours by
            faiss (`pip install faiss-cpu`), which looks at few of millions of vectors
            and misses the nearest now and then.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> import keras
    >>> encoder = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
    >>> ada, bob = np.random.default_rng(0).random((2, 8, 8, 1))
    >>> gallery = Gallery(encoder, threshold=0.3)
    >>> gallery.enroll("Ada", ada)
    >>> gallery.recognise(0.9 * ada), gallery.recognise(bob)
    ('Ada', 'not recognised')

    Taught in: notebooks/week4_faces_and_style/04_gallery.ipynb
    """

    def __init__(self, encoder, threshold, index="exact"):
        self.encoder = encoder
        self.fingerprint = _encode.fingerprint(encoder)
        self._threshold = _checks.threshold(threshold)
        self._index = _search.index(index)
        self._path, self._seen = None, _gallery_file.START
        self._set([], None)

    def __len__(self):
        """Return the number of people."""
        self._refresh()
        return len(self._where)

    def __contains__(self, name):
        self._refresh()
        return unicodedata.normalize("NFC", str(name)) in self._where

    def __repr__(self):
        return f"Gallery(people={len(self)}, threshold={self._threshold:g})"

    @property
    def names(self):
        """The people, in the order in which they were enrolled."""
        self._refresh()
        return list(self._where)

    @property
    def threshold(self):
        """The largest distance of one person."""
        self._refresh()
        return self._threshold

    @threshold.setter
    def threshold(self, value):
        value = _checks.threshold(value)
        if self._path:
            with _gallery_file.opened(self._path, write=True) as file:
                self._read(file)
                _gallery_file.change(file, self._path, threshold=value)
        self._threshold = value

    def enroll(self, name, images, more=False):
        """Add a person by one or several images.

        Args:
            name: str of up to 200 printable characters, without slashes.
            images: one image `(height, width, channels)` or several,
                `(n, height, width, channels)`, in [0, 1].
            more: bool, whether these are further images of somebody who is enrolled.

        Raises:
            KeyError: if `more` is given and nobody is enrolled by this name.
            ValueError: if the name is not as above or taken, the images are not as the
                encoder needs them, or the encoder was trained on since the gallery was
                made. The gallery is then as it was.
        """
        self.enroll_all({name: images}, more)

    def enroll_all(self, people, more=False):
        """Add many people: all of them, or, if one is refused, none.

        All images go through the encoder together, and into the file together.

        Args:
            people: dict of images by name, as for `enroll`.
            more: bool, as for `enroll`.

        Raises:
            KeyError: as for `enroll`.
            ValueError: as for `enroll`.
        """
        named = {
            _checks.name(name): _checks.batch(images) for name, images in people.items()
        }
        if len(named) < len(people):
            raise ValueError("Two of the names are the same.")
        if not named:
            return
        if not all(map(len, named.values())):
            raise ValueError("Everybody needs at least one image.")
        names = [name for name, images in named.items() for _ in images]
        encodings = self._encode(named.values())
        if not self._path:
            self._check_new(named, encodings, more)
            self._add(names, encodings)
            return
        with _gallery_file.opened(self._path, write=True) as file:
            self._read(file)
            self._check_new(named, encodings, more)
            seen = _gallery_file.insert(file, self._path, names, encodings)
        self._add(names, encodings)
        self._seen = seen

    def remove(self, name):
        """Forget a person.

        Args:
            name: str.

        Raises:
            KeyError: if nobody is enrolled by this name.
        """
        name = self._known(name)
        if self._path:
            with _gallery_file.opened(self._path, write=True) as file:
                self._read(file)
                _gallery_file.delete(file, self._path, name)
            self._refresh()
            return
        kept = [i for i, other in enumerate(self._names) if other != name]
        self._set([self._names[i] for i in kept], self._encodings[kept])

    def verify(self, image, name):
        """Say whether somebody is who they claim to be.

        Args:
            image: `(height, width, channels)` in [0, 1].
            name: str, who it is claimed to be.

        Returns:
            A pair: bool, and the distance to the nearest image of that person.

        Raises:
            KeyError: if nobody is enrolled by this name.
            ValueError: if the image is not as the encoder needs it.
        """
        name = self._known(name)
        encoding = self._encode([_checks.one(image)])
        self._check_length(encoding)
        distance = _distances(self._encodings[self._where[name]], encoding).min()
        return bool(distance <= self._threshold), float(distance)

    def recognise(self, images):
        """Say who somebody is.

        Args:
            images: one image or several, as for `enroll`.

        Returns:
            A name, or "not recognised", for one image; a list of them for several.

        Raises:
            ValueError: if the images are not as the encoder needs them.
        """
        best, distances = self._search(_checks.batch(images))
        said = [
            self._tell(place) if distance <= self._threshold else NOT_RECOGNISED
            for place, distance in zip(best, distances, strict=True)
        ]
        return said[0] if np.ndim(images) == 3 else said

    def nearest(self, images):
        """Return who is nearest, however far away.

        Args:
            images: one image or several, as for `enroll`; one counts as `n = 1`.

        Returns:
            A list of `n` names, `None` if nobody is enrolled; and an array `(n,)` of
            distances.

        Raises:
            ValueError: if the images are not as the encoder needs them.
        """
        best, distances = self._search(_checks.batch(images))
        return [None if i is None else self._names[i] for i in best], distances

    def save(self, path, overwrite=False):
        """Write the gallery to a file, at once, and stay with it.

        Encodings say who somebody is: at first only you may read the file.

        Args:
            path: path of the file.
            overwrite: bool, whether to replace a file that is there.

        Raises:
            FileExistsError: if there is a file and it is not this gallery's.
            ValueError: if the encoder was trained on since the gallery was made.
        """
        path = Path(path).expanduser()
        self._check_encoder()
        if self._path and self._path.exists():
            if path.exists() and path.samefile(self._path):
                return
            self._refresh()
        about = {"fingerprint": self.fingerprint, "threshold": self._threshold}
        encodings = [] if self._encodings is None else self._encodings
        try:
            _gallery_file.create(path, about, self._names, encodings, overwrite)
        except FileExistsError:
            raise FileExistsError(
                f"{path} is there already. Load it to go on with it, or give "
                "overwrite=True to lose what is in it."
            ) from None
        self._path, self._seen = path, _gallery_file.START
        self._refresh()

    @classmethod
    def load(cls, path, encoder, threshold=None, index="exact"):
        """Open a gallery that was saved, and stay with its file.

        Args:
            path: path of the file.
            encoder: the encoder by which it was made.
            threshold: float, a new one for the file; or `None` to keep its own.
            index: as for `Gallery`.

        Returns:
            A `Gallery`.

        Raises:
            FileNotFoundError: if there is no file.
            ValueError: if it is cut short, altered, from another encoder or a newer
                version.
        """
        path = Path(path).expanduser()
        gallery = cls(encoder, 0, index)
        gallery._path = path
        gallery._refresh()
        if threshold is not None:
            gallery.threshold = threshold
        return gallery

    def _refresh(self):
        """Take over what other processes have done to the file."""
        if self._path:
            with _gallery_file.opened(self._path) as file:
                self._read(file)

    def _read(self, file):
        about = _gallery_file.about(file, self._path)
        if about["fingerprint"] != self.fingerprint:
            raise ValueError(
                f"{self._path} was made by another encoder, or by this one with other "
                "weights. Distances between encodings of two encoders mean nothing: "
                "load it with the encoder that made it, or enrol everybody again."
            )
        self._threshold = about["threshold"]
        names, encodings, is_all, self._seen = _gallery_file.read(
            file, self._path, self._seen
        )
        (self._set if is_all else self._add)(names, encodings)

    def _set(self, names, encodings):
        self._names, self._where, self._encodings = [], {}, None
        self._whose = {}
        self._index.clear()
        self._add(names, encodings)

    def _add(self, names, encodings):
        if not names:
            return
        for place, name in enumerate(names, len(self._names)):
            self._where.setdefault(name, []).append(place)
        for key, name in zip(_keys(encodings), names, strict=True):
            if self._whose.setdefault(key, name) != name:
                self._whose[key] = None
        self._names += names
        self._encodings = self._index.add(encodings)

    def _check_new(self, names, encodings, more):
        taken = [name for name in names if name in self._where]
        if taken and not more:
            raise ValueError(
                f"{taken[0]!r} is enrolled already. Give more=True for further images "
                "of the same person, or another name."
            )
        if more:
            for name in names:
                self._check_known(name)
        self._check_length(encodings)

    def _check_length(self, encodings):
        if self._encodings is not None and len(encodings):
            due, got = self._encodings.shape[1], encodings.shape[1]
            if due != got:
                raise ValueError(
                    f"The encoder gave {got} numbers for an image; in the gallery are "
                    f"encodings of {due}. Is the image of another size?"
                )

    def _check_encoder(self):
        if not _encode.unchanged(self.encoder, self.fingerprint):
            raise ValueError(
                "The weights of the encoder have changed since the gallery was made. "
                "Make a new gallery, and enrol everybody again."
            )

    def _check_known(self, name):
        if name not in self._where:
            raise KeyError(f"Nobody is enrolled as {name!r}.")

    def _known(self, name):
        self._refresh()
        name = _checks.name(name)
        self._check_known(name)
        return name

    def _encode(self, batches):
        self._check_encoder()
        return _encode.encode(self.encoder, batches)

    def _search(self, images):
        """Return the places of the nearest encodings, and how far away they are."""
        self._refresh()
        encodings = self._encode([images])
        if not self._names or not len(encodings):
            return [None] * len(encodings), np.full(len(encodings), np.inf)
        self._check_length(encodings)
        best = self._index.search(encodings)
        return best, _distances(self._encodings[best], encodings)

    def _tell(self, place):
        """Return who has an encoding, if nobody else has the same."""
        (key,) = _keys(self._encodings[[place]])
        return self._whose[key] or NOT_RECOGNISED


def _keys(encodings):
    """Return a number for each encoding, the same if they agree to three digits."""
    rounded = np.round(encodings, 3) + 0.0  # no -0
    return [hash(row.tobytes()) for row in rounded]


def _distances(encodings, others):
    return np.linalg.norm(encodings - others, axis=-1)
