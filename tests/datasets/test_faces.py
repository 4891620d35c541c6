import hashlib
from dataclasses import fields

import numpy as np
import pytest

from cnnkit.datasets import faces
from cnnkit.datasets._face.head import EXPRESSIONS, PARTS, landmarks, surface, turned
from cnnkit.datasets._face.person import draw_person
from cnnkit.datasets._face.portrait import draw_portrait, draw_situation


@pytest.fixture(scope="module")
def many():
    return faces(people=30, per_person=6, seed=3)


def digest(data):
    content = b"".join(getattr(data, f.name).tobytes() for f in fields(data))
    return hashlib.sha256(content).hexdigest()


def test_what_comes_back(many):
    assert many.images.shape == (180, 64, 64, 3) and many.images.dtype == np.float32
    assert many.images.min() >= 0 and many.images.max() <= 1
    assert many.identity.tolist() == np.repeat(np.arange(30), 6).tolist()
    assert many.landmarks.shape == (180, 64, 2) and many.landmarks.dtype == np.float32
    assert many.pose.shape == many.light.shape == (180, 3)
    np.testing.assert_allclose(np.linalg.norm(many.light, axis=1), 1, atol=1e-5)
    assert np.abs(many.pose).max(axis=0) == pytest.approx([29, 18, 15], abs=2)
    assert set(many.expression) == set(range(len(many.expressions)))
    assert set(many.glasses) == set(range(len(many.kinds_of_glasses)))
    assert 0.15 < (many.glasses > 0).mean() < 0.45
    assert repr(many) == "Faces(images=(180, 64, 64, 3), people=30)"


def test_all_landmarks_lie_in_the_picture(many):
    assert 0 < many.landmarks.min() and many.landmarks.max() < 1


def test_landmarks_are_where_the_names_say(many):
    x, y = np.moveaxis(many.landmarks, -1, 0)
    upright = np.abs(many.pose).max(axis=1) < 8
    assert upright.sum() > 10

    def middle(part, of=y):
        return of[upright][:, PARTS[part]].mean(axis=1)

    assert sum(part.stop - part.start for part in PARTS.values()) == 64
    for above, below in (
        ("left brow", "left eye"),
        ("right brow", "right eye"),
        ("left eye", "nose"),
        ("nose", "outer lips"),
    ):
        assert (middle(above) < middle(below)).all()
    for left, right in (("left brow", "right brow"), ("left eye", "right eye")):
        assert (middle(left, x) < middle(right, x)).all()
    assert (y[upright, 8] >= y[upright][:, PARTS["contour"]].max(axis=1) - 0.01).all()
    assert (x[upright, 0] < x[upright, 16]).all()
    assert (x[upright, 48] < x[upright, 54]).all()
    assert (y[upright, 51] < y[upright, 57]).all()
    assert (x[upright, 17] < x[upright, 21]).all()
    assert (x[upright, 22] < x[upright, 26]).all()
    assert (x[upright, 27] < x[upright, 30]).all()
    assert (x[upright, 33] < x[upright, 36]).all()


def test_a_head_looks_where_its_pose_says(many):
    """The tip of the nose goes aside with yaw and up with pitch."""
    face = many.landmarks[:, PARTS["contour"]].mean(axis=1)
    tip = many.landmarks[:, 42] - face
    assert np.corrcoef(tip[:, 0], many.pose[:, 0])[0, 1] > 0.9
    assert np.corrcoef(tip[:, 1], many.pose[:, 1])[0, 1] < -0.6
    eyes = many.landmarks[:, [30, 33]]
    slope = np.degrees(np.arctan2(*(eyes[:, 1] - eyes[:, 0])[:, ::-1].T))
    assert np.corrcoef(slope, many.pose[:, 2])[0, 1] > 0.9


def test_the_side_in_the_light_is_brighter():
    rng = np.random.default_rng(0)
    person = draw_person(np.random.default_rng(1))
    situation = draw_situation(rng)
    situation |= {"pose": np.zeros(3), "glasses": 0, "ambient": 0.2, "power": 0.8}
    halves = []
    for x in (-0.9, 0.9):
        situation["light"] = np.array([x, 0, np.sqrt(1 - x**2)])
        image, spots = draw_portrait(person, situation, 64, np.random.default_rng(2))
        left, right = (spots[[31, 49]], spots[[37, 53]])
        pixels = [
            np.mean([image[int(64 * v), int(64 * u)].mean() for u, v in side])
            for side in (left, right)
        ]
        halves.append(pixels[0] - pixels[1])
    assert halves[0] > 0 > halves[1]


def test_what_is_painted_is_where_the_landmarks_are():
    """The pupils and the lids are dark, between the landmarks of the eyes."""
    data = faces(people=25, per_person=1, seed=9, size=96)
    open_eyed = (data.glasses == 0) & (data.expression != EXPRESSIONS.index("asleep"))
    darker = []
    for i in np.flatnonzero(open_eyed):
        for part in ("left eye", "right eye"):
            own = 96 * data.landmarks[i, PARTS[part]]
            x1, y1 = np.floor(own.min(axis=0)).astype(int) - 1
            x2, y2 = np.ceil(own.max(axis=0)).astype(int) + 1
            cheek = int(y2 + 0.08 * 96)
            eye = data.images[i, y1:y2, x1:x2].mean(axis=-1)
            skin = data.images[i, cheek : cheek + 3, x1:x2].mean()
            darker.append(eye.min() < 0.75 * skin)
    assert np.mean(darker) > 0.85


def test_expressions_move_the_mouth():
    person = draw_person(np.random.default_rng(5))
    points = {name: landmarks(person, name, 1.0) for name in EXPRESSIONS}
    lips = {name: own[PARTS["outer lips"]] for name, own in points.items()}
    inner = {name: own[PARTS["inner lips"]] for name, own in points.items()}
    assert lips["smiling"][0, 1] < lips["neutral"][0, 1] < lips["sad"][0, 1]
    assert np.ptp(lips["smiling"][:, 0]) > np.ptp(lips["neutral"][:, 0])
    for name in ("laughing", "surprised"):
        assert inner[name][3, 1] - inner[name][1, 1] > 0.1
    lids = {name: np.ptp(own[PARTS["left eye"]][:, 1]) for name, own in points.items()}
    assert lids["asleep"] < 0.5 * lids["neutral"] < lids["surprised"]


def test_turned():
    point = np.array([[0.0, 0.1, 1.0]])
    np.testing.assert_allclose(turned(point, np.pi / 2, 0, 0), [[1, 0.1, 0]], atol=1e-9)
    np.testing.assert_allclose(
        turned(point, 0, np.pi / 2, 0), [[0, -0.9, 0]], atol=1e-9
    )
    np.testing.assert_allclose(
        turned(np.array([[1.0, 0.1, 0]]), 0, 0, np.pi / 2), [[0, 1.1, 0]], atol=1e-9
    )


def test_the_head_is_an_egg():
    person = draw_person(np.random.default_rng(0))
    assert surface(person, 0.0, 0.1) == pytest.approx(0.95)
    assert surface(person, 9.0, 0.1) == 0


def test_same_seed_same_bytes():
    assert digest(faces(2, 2, seed=5)) == digest(faces(2, 2, seed=5))
    assert digest(faces(2, 2, seed=5)) != digest(faces(2, 2, seed=6))


def test_people_and_pictures_do_not_depend_on_how_many_there_are(many):
    few = faces(people=3, per_person=2, seed=3)
    chosen = many.subset([0, 1, 6, 7, 12, 13])
    assert digest(few) == digest(chosen)
    later = faces(people=2, per_person=6, seed=3, first=28)
    assert digest(later) == digest(many.subset(slice(168, 180)))


def test_nobody_looks_like_another():
    people = [draw_person(np.random.default_rng([0, i])) for i in range(300)]
    numbers = np.array(
        [[v for v in p.values() if isinstance(v, float)] for p in people]
    )
    numbers = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    apart = np.linalg.norm(numbers[:, None] - numbers, axis=-1)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 1.5


def test_pixels_alone_do_not_tell_who_it_is(many):
    """Leave one out: the picture most alike is of the same person too seldom."""
    for images in (many.images, many.images[:, 12:52, 14:50]):
        x = images.reshape(len(images), -1)
        square = (x**2).sum(axis=1)
        apart = square[:, None] + square - 2 * x @ x.T
        np.fill_diagonal(apart, np.inf)
        nearest = many.identity[apart.argmin(axis=1)]
        assert (nearest == many.identity).mean() < 0.45


def test_split_by_person(many):
    train, test = many.split(0.2, seed=2)
    assert len(train) == 144 and len(test) == 36
    assert not set(train.identity) & set(test.identity)
    again = many.split(6, seed=2)[1]
    np.testing.assert_array_equal(test.images, again.images)
    assert set(many.split(6, seed=3)[1].identity) != set(test.identity)


@pytest.mark.parametrize("people", [0, 30, -1, 0.0, 1.0, 0.001, None, True, "3"])
def test_a_bad_split(many, people):
    with pytest.raises(ValueError, match="`test_people` must be a share or a number"):
        many.split(people)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"people": -1}, "`people` must be an integer of at least 0"),
        ({"per_person": 1.5}, "`per_person` must be"),
        ({"seed": -1}, "`seed` must be"),
        ({"first": None}, "`first` must be"),
        ({"size": 31}, "`size` must be an integer of at least 32"),
        ({"size": (64, 64)}, "`size` must be an integer"),
        ({"people": 10**20}, "GiB. Draw fewer"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        faces(**{"people": 1, "per_person": 1, **arguments})


@pytest.mark.parametrize("people, per_person", [(0, 5), (5, 0), (1, 1)])
def test_few(people, per_person):
    data = faces(people, per_person, size=32)
    assert data.images.shape == (people * per_person, 32, 32, 3)
    assert data.pose.shape == (people * per_person, 3)
    assert len(data.subset([])) == 0
