"""A gallery of people: enrol, verify, recognise."""

import unicodedata
from pathlib import Path

import keras
import numpy as np

from cnnkit.faces import _gallery_file, _search
from cnnkit.models import _fingerprint
from cnnkit.models.detector import check_images

NOT_RECOGNISED = "not recognised"
LONGEST_NAME = 200
FARTHEST = 2.0  # two encodings of length 1


class Gallery:
    """Knows people by the encodings of their images.

    An encoder turns an image into a vector of length 1 such that two images of one
    person are near each other. The gallery keeps the vectors of everybody who was
    enrolled, so each image goes through the encoder once. Somebody new is compared by
    the distance to the nearest vector: up to `threshold` it is that person.

    A gallery that was saved or loaded stays with its file. From then on whatever is
    enrolled or removed is in the file when the method returns, and what other processes
    enrolled is seen. A process that is killed loses nothing that was enrolled before.

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
        self.fingerprint = _fingerprint_of(encoder)
        self._threshold = _check_threshold(threshold)
        self._index = _search.index(index)
        self._path, self._state, self._last = None, None, 0
        self._set([], None)

    def __len__(self):
        """Return the number of people."""
        self._refresh()
        return len(self._where)

    def __contains__(self, name):
        self._refresh()
        return unicodedata.normalize("NFC", str(name)) in self._where

    def __repr__(self):
        return f"Gallery(people={len(self)}, threshold={self.threshold:g})"

    @property
    def names(self):
        """The people, in the order in which they were enrolled."""
        self._refresh()
        return list(self._where)

    @property
    def threshold(self):
        """The largest distance of one person."""
        return self._threshold

    @threshold.setter
    def threshold(self, value):
        self._threshold = _check_threshold(value)
        if self._path:
            with _gallery_file.opened(self._path, write=True) as file:
                file.execute(
                    "UPDATE about SET value = ? WHERE key = 'threshold'",
                    (repr(self._threshold),),
                )

    def enroll(self, name, images, more=False):
        """Add a person by one or several images.

        Args:
            name: str of up to 200 printable characters, without slashes.
            images: one image `(height, width, channels)` or several,
                `(n, height, width, channels)`, in [0, 1].
            more: bool, whether these are further images of somebody who is enrolled.

        Raises:
            ValueError: if the name is not as above or taken, or the images are not as
                the encoder needs them. The gallery is then as it was.
        """
        self.enroll_all({name: images}, more)

    def enroll_all(self, people, more=False):
        """Add many people: all of them, or, if one is refused, none.

        All images go through the encoder together, and into the file together.

        Args:
            people: dict of images by name, as for `enroll`.
            more: bool, as for `enroll`.

        Raises:
            ValueError: as for `enroll`.
        """
        named = {_check_name(name): _batch(images) for name, images in people.items()}
        if len(named) < len(people):
            raise ValueError("Two of the names are the same.")
        if not named:
            return
        if not all(map(len, named.values())):
            raise ValueError("Everybody needs at least one image.")
        names = [name for name, images in named.items() for _ in images]
        encodings = self._encode(named.values())
        if not self._path:
            self._check_new(named, more)
            self._add(names, encodings)
            return
        with _gallery_file.opened(self._path, write=True) as file:
            self._read(file)
            self._check_new(named, more)
            _gallery_file.insert(file, names, encodings)
            (last,) = file.execute("SELECT max(id) FROM encodings").fetchone()
        self._add(names, encodings)
        self._last = last

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
                _gallery_file.delete(file, name)
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
        (encoding,) = self._encode([_one(image)])
        distance = _distances(self._encodings[self._where[name]], encoding).min()
        return bool(distance <= self.threshold), float(distance)

    def recognise(self, images):
        """Say who somebody is.

        Args:
            images: one image or several, as for `enroll`.

        Returns:
            A name, or "not recognised", for one image; a list of them for several.

        Raises:
            ValueError: if the images are not as the encoder needs them.
        """
        names, distances = self.nearest(_batch(images))
        said = [
            name if distance <= self.threshold else NOT_RECOGNISED
            for name, distance in zip(names, distances, strict=True)
        ]
        return said if np.ndim(images) == 4 else said[0]

    def nearest(self, images):
        """Return who is nearest, however far away.

        Args:
            images: several, `(n, height, width, channels)`.

        Returns:
            A list of `n` names, `None` if nobody is enrolled; and an array `(n,)` of
            distances.

        Raises:
            ValueError: if the images are not as the encoder needs them.
        """
        self._refresh()
        encodings = self._encode([_batch(images)])
        if not self._names:
            return [None] * len(encodings), np.full(len(encodings), np.inf)
        best = self._index.search(encodings)
        distances = _distances(self._encodings[best], encodings)
        return [self._names[i] for i in best], distances

    def save(self, path, overwrite=False):
        """Write the gallery to a file, at once, and stay with it.

        Args:
            path: path of the file.
            overwrite: bool, whether to replace a file that is there.

        Raises:
            FileExistsError: if there is a file and it is not this gallery's.
        """
        path = Path(path).expanduser()
        if self._path and path.exists() and path.samefile(self._path):
            return
        if path.exists() and not overwrite:
            raise FileExistsError(
                f"{path} is there already. Load it to go on with it, or give "
                "overwrite=True to lose what is in it."
            )
        self._refresh()
        about = {
            "fingerprint": self.fingerprint,
            "threshold": repr(self.threshold),
        }
        encodings = [] if self._encodings is None else self._encodings
        _gallery_file.create(path, about, self._names, encodings)
        self._path = path
        self._refresh()

    @classmethod
    def load(cls, path, encoder, threshold=None, index="exact"):
        """Open a gallery that was saved, and stay with its file.

        Args:
            path: path of the file.
            encoder: the encoder by which it was made.
            threshold: float, or `None` for the one in the file.
            index: as for `Gallery`.

        Returns:
            A `Gallery`.

        Raises:
            FileNotFoundError: if there is no file.
            ValueError: if it is cut short, altered, from another encoder or a newer
                version.
        """
        path = Path(path).expanduser()
        with _gallery_file.opened(path) as file:
            about = _gallery_file.about(file, path)
        gallery = cls(encoder, float(about["threshold"]), index)
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
        state = about["series"], about["removals"]
        if state != self._state:
            self._set([], None)
            self._state, self._last = state, 0
        names, encodings, self._last = _gallery_file.rows(file, self._path, self._last)
        self._add(names, encodings)

    def _set(self, names, encodings):
        self._names, self._where, self._encodings = [], {}, None
        self._index.clear()
        self._add(names, encodings)

    def _add(self, names, encodings):
        if not names:
            return
        for place, name in enumerate(names, len(self._names)):
            self._where.setdefault(name, []).append(place)
        self._names += names
        self._encodings = self._index.add(encodings)

    def _check_new(self, names, more):
        taken = [name for name in names if name in self._where]
        if taken and not more:
            raise ValueError(
                f"{taken[0]!r} is enrolled already. Give more=True for further images "
                "of the same person, or another name."
            )

    def _known(self, name):
        self._refresh()
        name = _check_name(name)
        if name not in self._where:
            raise KeyError(f"Nobody is enrolled as {name!r}.")
        return name

    def _encode(self, batches):
        """Return the encodings of images, of length 1."""
        shape = getattr(self.encoder, "input_shape", None)
        shape = (None, None, None) if shape is None else shape[1:]
        images = np.concatenate([check_images(batch, shape) for batch in batches])
        if isinstance(self.encoder, keras.Model):
            encodings = self.encoder.predict(images, verbose=0)
        else:
            encodings = self.encoder(images)
        encodings = np.asarray(encodings, np.float32)
        if encodings.ndim != 2 or len(encodings) != len(images):
            raise ValueError(
                "The encoder must give an array (n, dimensions). "
                f"Received: shape {encodings.shape} for {len(images)} images."
            )
        lengths = np.linalg.norm(encodings, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise ValueError("The encoder gave NaN, or only zeros, for an image.")
        return encodings / lengths


def _distances(encodings, others):
    return np.linalg.norm(encodings - others, axis=-1)


def _batch(images):
    array = np.asarray(images)
    return array if array.ndim == 4 else array[None]


def _one(image):
    if np.ndim(image) != 3:
        raise ValueError(
            "`image` must be one image, (height, width, channels). "
            f"Received: an array of shape {np.shape(image)}."
        )
    return np.asarray(image)[None]


def _check_name(name):
    if isinstance(name, str):
        name = unicodedata.normalize("NFC", name)
        if (
            0 < len(name) <= LONGEST_NAME
            and name == name.strip()
            and name.isprintable()
            and not set(name) & set("/\\")
            and name not in (".", "..", NOT_RECOGNISED)
        ):
            return name
    raise ValueError(
        f"`name` must be 1 to {LONGEST_NAME} printable characters without slashes, "
        f"with no space around them, and not {NOT_RECOGNISED!r}. "
        f"Received: name={name!r}."
    )


def _check_threshold(threshold):
    number = isinstance(threshold, (int, float, np.number)) and threshold is not True
    if not number or not 0 <= threshold <= FARTHEST:
        raise ValueError(
            "`threshold` must be a distance between encodings of length 1, from 0 to "
            f"2. Received: threshold={threshold!r}."
        )
    return float(threshold)


def _fingerprint_of(encoder):
    own = getattr(encoder, "fingerprint", None)
    if isinstance(own, str) and callable(encoder):
        return own
    if isinstance(encoder, keras.Model):
        weights = _fingerprint.of_weights(encoder)
        return f"{_fingerprint.of_config(encoder)}:{weights}"
    raise ValueError(
        "`encoder` must be a Keras model, or a function with a string `fingerprint`. "
        f"Received: encoder={encoder!r}."
    )
