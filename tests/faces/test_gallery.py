"""The gallery at the door, on disk, killed, and in two processes at once."""

import os
import random
import signal
import sqlite3
import time

import keras
import numpy as np
import pytest

from cnnkit.faces import NOT_RECOGNISED, Gallery

SIDE = 4


def flat(images):
    """Encode an image by its pixels, from which the mean is taken."""
    pixels = np.reshape(images, (len(images), -1))
    return pixels - pixels.mean(axis=1, keepdims=True)


flat.fingerprint = "flat pixels"


def person(seed, images=1):
    rng = np.random.default_rng(seed)
    face = rng.random((SIDE, SIDE, 1))
    return np.clip(face + rng.normal(0, 0.01, (images, SIDE, SIDE, 1)), 0, 1)


def network(seed=0):
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(6, name="dense"),
        ]
    )


@pytest.fixture
def gallery():
    made = Gallery(flat, threshold=0.3)
    made.enroll_all({f"person {k}": person(k, 2) for k in range(5)})
    return made


def test_the_door(gallery):
    seen = np.concatenate([person(k, 3)[2:] for k in range(8)])
    expected = [f"person {k}" for k in range(5)] + [NOT_RECOGNISED] * 3
    assert gallery.recognise(seen) == expected
    assert gallery.recognise(seen[1]) == "person 1"
    assert gallery.verify(seen[2], "person 2")[0]
    is_she, distance = gallery.verify(seen[2], "person 3")
    assert not is_she and distance > 0.3
    names, distances = gallery.nearest(seen)
    assert names[:5] == expected[:5] and (distances[5:] > 0.3).all()


def test_equals_the_naive_search():
    rng = np.random.default_rng(0)
    images = rng.random((300, SIDE, SIDE, 1))
    gallery = Gallery(flat, threshold=2)
    gallery.enroll_all({str(k): image for k, image in enumerate(images)})
    queries = rng.random((150, SIDE, SIDE, 1))
    known, asked = (
        z / np.linalg.norm(z, axis=1, keepdims=True)
        for z in map(flat, (images, queries))
    )
    distances = np.linalg.norm(asked[:, None] - known[None], axis=-1)
    names, found = gallery.nearest(queries)
    assert names == [str(k) for k in distances.argmin(axis=1)]
    np.testing.assert_allclose(found, distances.min(axis=1), rtol=1e-5)


def test_somebody_joins_and_leaves(gallery):
    image = person(9)[0]
    assert "Zoë" not in gallery and gallery.recognise(image) == NOT_RECOGNISED
    gallery.enroll("Zoë", image)
    assert "Zoe\N{COMBINING DIAERESIS}" in gallery  # the same name, written otherwise
    assert gallery.recognise(image) == "Zoë" and len(gallery) == 6
    gallery.enroll("Zoë", person(10), more=True)
    assert gallery.recognise(person(10)[0]) == "Zoë" and len(gallery) == 6
    gallery.remove("Zoë")
    assert gallery.recognise(image) == NOT_RECOGNISED and len(gallery) == 5
    assert gallery.recognise(person(3)[0]) == "person 3"


def test_nobody_and_a_small_gallery():
    gallery = Gallery(flat, threshold=0.3)
    assert gallery.recognise(person(0)) == [NOT_RECOGNISED]
    assert len(gallery) == 0 and gallery.names == []
    assert gallery.recognise(np.zeros((0, SIDE, SIDE, 1))) == []
    assert gallery.nearest(person(0)[0])[0] == [None]
    gallery.enroll("only one", person(0))
    strangers = np.concatenate([person(k) for k in range(1, 200)])
    assert set(gallery.recognise(strangers)) == {NOT_RECOGNISED}
    assert gallery.recognise(strangers[:0]) == []


def test_one_encoding_for_all():
    def constant(images):
        return np.ones((len(images), 8))

    constant.fingerprint = "constant"
    gallery = Gallery(constant, threshold=0.3)
    gallery.enroll("Ada", person(0))
    assert gallery.recognise(person(1)[0]) == "Ada"  # one person, and no way to know
    gallery.enroll("Bob", person(1, 3))
    assert gallery.recognise(person(0, 2)) == [NOT_RECOGNISED] * 2
    assert gallery.verify(person(2)[0], "Ada") == (True, 0.0)
    gallery.remove("Bob")
    assert gallery.recognise(person(0)[0]) == "Ada"


def test_one_photograph_under_two_names(gallery):
    gallery.enroll("Ada", person(7))
    gallery.enroll("Bob", person(7))
    assert gallery.recognise(person(7)[0]) == NOT_RECOGNISED
    assert gallery.recognise(person(2)[0]) == "person 2"
    gallery.enroll("Ada", person(8, 2), more=True)
    assert gallery.recognise(person(8)[0]) == "Ada"


def test_a_network_encodes_each_image_once(gallery, tmp_path):
    calls = []

    def counting(images):
        calls.append(len(images))
        return flat(images)

    counting.fingerprint = "flat pixels"
    gallery.save(tmp_path / "g")
    again = Gallery.load(tmp_path / "g", counting)
    assert again.recognise(person(2)[0]) == "person 2"
    again.enroll("new", person(11, 3))
    assert calls == [1, 3]


def test_save_and_load(gallery, tmp_path):
    path = tmp_path / "folder" / "office.gallery"
    gallery.save(path)
    assert [p.name for p in path.parent.iterdir()] == ["office.gallery"]
    gallery.enroll("later", person(20))  # stays with its file
    again = Gallery.load(path, flat)
    assert again.names == gallery.names and again.threshold == 0.3
    again.remove("person 0")
    assert "person 0" not in gallery and gallery.names == again.names
    gallery.threshold = 0.2
    assert Gallery.load(path, flat).threshold == again.threshold == 0.2
    assert Gallery.load(path, flat, threshold=0.4).threshold == gallery.threshold == 0.4
    gallery.save(path)
    with pytest.raises(FileExistsError, match="Load it"):
        Gallery(flat, 0.3).save(path)
    Gallery(flat, 0.1).save(path, overwrite=True)
    assert len(gallery) == 0 and gallery.threshold == 0.1


def test_who_is_removed_is_gone_from_the_file(gallery, tmp_path):
    gallery.save(tmp_path / "g")
    blob = person_blob(gallery, "person 2")
    assert blob in (tmp_path / "g").read_bytes()
    gallery.remove("person 2")
    assert blob not in (tmp_path / "g").read_bytes()
    assert b"person 2" not in (tmp_path / "g").read_bytes()


def test_nothing_stands_twice_in_the_file(tmp_path):
    gallery = Gallery(flat, 0.3)
    gallery.enroll_all({f"{k} Ada": person(k) for k in range(1000, 1300)})
    gallery.save(tmp_path / "g")
    for k in range(1300, 1350):
        gallery.enroll(f"{k} Ada", person(k))
    assert (tmp_path / "g").read_bytes().count(b" Ada") == 350


def test_a_file_that_others_change(gallery, tmp_path):
    path = tmp_path / "g"
    gallery.save(path)
    backup = path.read_bytes()
    gallery.enroll("later", person(20))
    path.write_bytes(backup)
    assert "later" not in gallery and len(gallery) == 5
    path.unlink()
    with pytest.raises(FileNotFoundError, match="no gallery"):
        gallery.recognise(person(0)[0])
    gallery.save(path)
    assert gallery.names == Gallery.load(path, flat).names


def test_an_encoder_that_learns_on(tmp_path):
    encoder = network()
    gallery = Gallery(encoder, threshold=0.2)
    gallery.enroll("Ada", person(0))
    before = encoder.get_weights()
    encoder.set_weights([1.01 * w for w in before])
    for use in (
        lambda: gallery.enroll("Bob", person(1)),
        lambda: gallery.recognise(person(0)),
        lambda: gallery.verify(person(0)[0], "Ada"),
        lambda: gallery.save(tmp_path / "g"),
    ):
        with pytest.raises(ValueError, match="have changed"):
            use()
    encoder.set_weights(before)
    assert gallery.recognise(person(0)[0]) == "Ada" and gallery.names == ["Ada"]


def test_keras_encoder_and_another(tmp_path):
    encoder = network()
    gallery = Gallery(encoder, threshold=0.2)
    gallery.enroll("Ada", person(0))
    gallery.save(tmp_path / "g")
    assert Gallery.load(tmp_path / "g", network()).recognise(person(0)) == ["Ada"]
    with pytest.raises(ValueError, match="another encoder"):
        Gallery.load(tmp_path / "g", network(seed=1))
    with pytest.raises(ValueError, match=r"shape \(n, 4, 4, 1\)"):
        gallery.recognise(np.zeros((5, 5, 1)))


def test_damaged_files(gallery, tmp_path):
    path = tmp_path / "g"
    gallery.enroll_all({f"{k}": person(k, 3) for k in range(100, 400)})
    gallery.save(path)
    whole = path.read_bytes()
    rng = random.Random(0)
    for end in (0, 10, 100, 5000, len(whole) // 2, len(whole) - 4096):
        path.write_bytes(whole[:end])
        with pytest.raises(ValueError, match="cut short or altered"):
            Gallery.load(path, flat)
    place = whole.index(person_blob(gallery, "150"))
    for _ in range(20):
        spot = place + rng.randrange(4 * SIDE * SIDE)
        path.write_bytes(whole[:spot] + bytes([whole[spot] ^ 1]) + whole[spot + 1 :])
        with pytest.raises(ValueError, match="cut short or altered"):
            Gallery.load(path, flat)
    path.write_text("some text that is no gallery " * 50)
    with pytest.raises(ValueError, match="no gallery"):
        Gallery.load(path, flat)
    with pytest.raises(FileNotFoundError, match="no gallery"):
        Gallery.load(tmp_path / "missing", flat)


def test_altered_anywhere(gallery, tmp_path):
    """One bit: either it is told, or it was of no importance."""
    path = tmp_path / "g"
    gallery.save(path)
    whole, rng = path.read_bytes(), random.Random(0)
    used = [k for k, byte in enumerate(whole) if byte]
    told = 0
    for spot in rng.sample(used, 400):
        flipped = whole[spot] ^ (1 << rng.randrange(8))
        path.write_bytes(whole[:spot] + bytes([flipped]) + whole[spot + 1 :])
        try:
            again = Gallery.load(path, flat)
        except ValueError:
            told += 1
        else:
            assert again._names == gallery._names and again.threshold == 0.3
            np.testing.assert_array_equal(again._encodings, gallery._encodings)
    assert told > 300


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM encodings WHERE id = 4",
        "INSERT INTO encodings VALUES (99, 'Eve', zeroblob(64))",
        "UPDATE encodings SET name = 'person 1' WHERE id = 1",
        "UPDATE encodings SET id = 77 WHERE id = 7",
        "UPDATE encodings SET name = x'07' WHERE id = 7",
        "UPDATE encodings SET encoding = 7 WHERE id = 7",
        "UPDATE about SET state = replace(state, '0.3', '1.9')",
        "DELETE FROM about",
        "DROP TABLE encodings",
    ],
)
def test_altered_with_care(gallery, tmp_path, change):
    gallery.save(tmp_path / "g")
    file = sqlite3.connect(tmp_path / "g")
    file.execute(change)
    file.commit()
    file.close()
    with pytest.raises(ValueError, match="cut short or altered"):
        Gallery.load(tmp_path / "g", flat)


def person_blob(gallery, name):
    return gallery._encodings[gallery._where[name][0]].tobytes()


def test_a_newer_version(gallery, tmp_path):
    gallery.save(tmp_path / "g")
    with sqlite3.connect(tmp_path / "g") as file:
        file.execute("PRAGMA user_version = 2")
    file.close()
    with pytest.raises(ValueError, match="newer version"):
        Gallery.load(tmp_path / "g", flat)


def run_in_a_fork(work):
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_killed_at_random(tmp_path):
    path, told = tmp_path / "g", tmp_path / "told"
    Gallery(flat, 0.3).save(path)
    rng = random.Random(0)
    told.touch()

    def enrol(k):
        gallery = Gallery.load(path, flat)
        with told.open("a") as log:
            for i in range(1000):
                gallery.enroll(f"{k}-{i}", person(i))
                log.write(f"{k}-{i}\n")
                log.flush()

    for k in range(100):
        before = told.stat().st_size
        child = run_in_a_fork(lambda k=k: enrol(k))
        while told.stat().st_size == before:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.01))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        names = Gallery.load(path, flat).names
        enrolled = told.read_text().split()
        assert set(enrolled) <= set(names)
        assert len(names) - len(enrolled) <= k + 1  # one each that was not yet told


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_killed_in_a_transaction_and_then_overwritten(tmp_path):
    path = tmp_path / "g"
    old = Gallery(flat, 0.3)
    old.enroll_all({f"{k}": person(k) for k in range(300)})
    old.save(path)

    def half():
        file = sqlite3.connect(path, isolation_level=None)
        file.execute("PRAGMA cache_size = 1")
        file.execute("BEGIN IMMEDIATE")
        file.execute("UPDATE encodings SET name = 'nobody ' || name")
        os.kill(os.getpid(), signal.SIGKILL)

    new = Gallery(flat, 0.3)
    new.enroll_all({f"new {k}": person(k) for k in range(40)})
    for replace in (False, True):
        os.waitpid(run_in_a_fork(half), 0)
        assert (tmp_path / "g-journal").exists()
        if replace:
            new.save(path, overwrite=True)
        assert len(Gallery.load(path, flat)) == (40 if replace else 300)
    (tmp_path / "text").write_text("no gallery")
    new.save(tmp_path / "text", overwrite=True)
    assert Gallery.load(tmp_path / "text", flat).names == new.names


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_two_processes_make_the_file_at_once(tmp_path):
    def make(path, who):
        gallery = Gallery(flat, 0.3)
        gallery.enroll(who, person(0))
        try:
            gallery.save(path)
        except FileExistsError:
            Gallery.load(path, flat).enroll(who, person(1))

    for turn in range(8):
        path = tmp_path / f"{turn}"
        for child in [run_in_a_fork(lambda w=w, p=path: make(p, w)) for w in "ab"]:
            os.waitpid(child, 0)
        assert sorted(Gallery.load(path, flat).names) == ["a", "b"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_two_processes_at_once(tmp_path):
    path = tmp_path / "g"
    mine = Gallery(flat, 0.3)
    mine.save(path)

    def enrol(who):
        gallery = Gallery.load(path, flat)
        for i in range(40):
            gallery.enroll(f"{who}-{i}", person(i))

    children = [run_in_a_fork(lambda who=who: enrol(who)) for who in "ab"]
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert sorted(mine.names) == sorted(f"{w}-{i}" for w in "ab" for i in range(40))


@pytest.mark.parametrize(
    "name", ["", " ", " Ada", "a/b", "a\\b", "..", "a\0b", "a\nb", None, 3, "x" * 201,
             NOT_RECOGNISED]
)  # fmt: skip
def test_bad_names(gallery, name):
    with pytest.raises(ValueError, match="`name` must be"):
        gallery.enroll(name, person(0))
    assert len(gallery) == 5


def test_bad_input_changes_nothing(gallery, tmp_path):
    gallery.save(tmp_path / "g")
    with pytest.raises(ValueError, match="enrolled already"):
        gallery.enroll("person 1", person(1))
    for images, message in (
        (np.zeros((0, SIDE, SIDE, 1)), "at least one image"),
        (255 * person(7), "divide pixels"),
        (np.full((1, SIDE, SIDE, 1), np.nan), "finite"),
        (np.zeros((1, SIDE, SIDE, 1)), "only zeros"),
        (np.zeros(5), "must be one image"),
        (None, "must be one image"),
        (person(7)[0, :, :, 0], "must be one image"),
        (np.zeros((2, 3, SIDE, SIDE, 1)), "must be one image"),
        (-person(7), "from -"),
        (np.ones((1, SIDE, SIDE + 1, 1)), "one size"),
    ):
        with pytest.raises(ValueError, match=message):
            gallery.enroll_all({"fine": person(8), "not": images})
    larger = np.eye(SIDE + 1)[..., None]
    for use in (
        lambda: gallery.enroll("larger", larger),
        lambda: gallery.recognise(larger),
        lambda: gallery.verify(larger, "person 0"),
    ):
        with pytest.raises(ValueError, match="another size"):
            use()
    with pytest.raises(KeyError, match="Nobody"):
        gallery.enroll("person l", person(1), more=True)
    assert gallery.names == Gallery.load(tmp_path / "g", flat).names
    assert len(gallery) == 5
    with pytest.raises(KeyError, match="Nobody"):
        gallery.verify(person(0)[0], "nobody")
    with pytest.raises(KeyError, match="Nobody"):
        gallery.remove("nobody")
    with pytest.raises(ValueError, match="one image"):
        gallery.verify(person(0, 2), "person 0")


@pytest.mark.parametrize("threshold", [-0.1, 2.1, np.nan, None, True, "1"])
def test_bad_threshold(threshold):
    with pytest.raises(ValueError, match="`threshold`"):
        Gallery(flat, threshold)


def test_bad_encoder_and_index():
    with pytest.raises(ValueError, match="fingerprint"):
        Gallery(lambda images: images, 0.3)
    with pytest.raises(ValueError, match="no weights yet"):
        Gallery(keras.Sequential([keras.layers.Flatten(name="flatten")]), 0.3)
    pair = [keras.Input((SIDE, SIDE, 1), name=name) for name in ("first", "second")]
    both = keras.layers.Subtract(name="difference")(pair)
    for inputs, outputs in ((pair, both), (pair[0], pair[0])):
        with pytest.raises(ValueError, match="images into vectors"):
            Gallery(keras.Model(inputs, outputs), 0.3)
    with pytest.raises(ValueError, match='"exact" or "hnsw"'):
        Gallery(flat, 0.3, index="tree")


def test_hnsw(tmp_path):
    pytest.importorskip("faiss")
    exact, graph = (Gallery(flat, 2, index=kind) for kind in ("exact", "hnsw"))
    people = {str(k): person(k) for k in range(500)}
    for gallery in (exact, graph):
        gallery.enroll_all(people)
        gallery.remove("7")
    queries = np.concatenate([person(k, 2)[1:] for k in range(300)])
    same = np.equal(exact.nearest(queries)[0], graph.nearest(queries)[0])
    assert same.mean() > 0.98
