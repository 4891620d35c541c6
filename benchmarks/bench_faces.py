"""Mining, galleries and enrolment beside what people would use instead.

Run with `pytest benchmarks/bench_faces.py --benchmark-only`. Each group holds two rows
on the same arrays; compare them within a group.

pytorch-metric-learning has two miners of semi-hard triplets. `TripletMarginMiner` takes
all of them, which grows with the cube of the batch; `BatchEasyHardMiner` takes one for
each image: its nearest positive and the hardest negative beyond it. Ours takes one for
each pair of a person: with four images each, three for each image.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnkit.faces import Gallery
from cnnkit.losses import TripletSemiHardLoss
from cnnkit.models import FaceEncoder, SmallBackbone

BATCH, PER_PERSON, DIMENSIONS, MARGIN = 512, 4, 128, 0.2
FILTERS = (16, 32, 64, 128)
MINERS = {
    "every semi-hard triplet": "TripletMarginMiner",
    "one triplet an image": "BatchEasyHardMiner",
}
PEOPLE, QUERIES, ENROLLED = 100_000, 1000, 500


def batch():
    """Encodings of length 1, those of a person near each other, and who is who."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(BATCH // PER_PERSON), PER_PERSON)
    centres = rng.normal(size=(BATCH // PER_PERSON, DIMENSIONS))
    x = centres[labels] + 2 * rng.normal(size=(BATCH, DIMENSIONS))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x.astype("float32"), labels


def mined_by_loops(x, labels):
    """One pair after the other, by the definition."""
    distances = np.square(x[:, None] - x[None]).sum(axis=-1, dtype="float64")
    losses = []
    for a, p in zip(*np.nonzero(labels[:, None] == labels), strict=True):
        if a != p:
            others = distances[a, labels != labels[a]]
            beyond = others[others > distances[a, p]]
            far = beyond.min() if len(beyond) else others.max()
            losses.append(max(distances[a, p] - far + MARGIN, 0))
    return np.mean(losses)


def with_torch(miner):
    """Return torch, and a function from encodings and labels to the loss."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("pytorch_metric_learning")
    from pytorch_metric_learning import distances, losses, miners

    squared = distances.LpDistance(power=2)
    if miner == "TripletMarginMiner":
        kind = {"margin": MARGIN, "type_of_triplets": "semihard"}
    else:
        kind = {"pos_strategy": "easy", "neg_strategy": "semihard"}
    mine = getattr(miners, miner)(distance=squared, **kind)
    loss = losses.TripletMarginLoss(margin=MARGIN, distance=squared)
    return torch, lambda x, y: loss(x, y, mine(x, y))


@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit.losses.TripletSemiHardLoss", "pytorch"])
@pytest.mark.parametrize("triplets", MINERS)
def test_mining(benchmark, triplets, who):
    benchmark.group = f"semi-hard mining, loss and gradient, batch 512, {triplets}"
    torch, their_loss = with_torch(MINERS[triplets])
    x, labels = batch()
    if who.startswith("cnnkit"):
        our_loss = TripletSemiHardLoss(margin=MARGIN)
        encodings, y = tf.constant(x), tf.constant(labels)

        @tf.function
        def step(encodings, y):
            with tf.GradientTape() as tape:
                tape.watch(encodings)
                loss = our_loss(y, encodings)
            return loss, tape.gradient(loss, encodings)

        def run():
            loss, gradient = step(encodings, y)
            return float(loss), gradient.numpy()
    else:
        benchmark.extra_info["name"] = f"pytorch-metric-learning {MINERS[triplets]}"
        encodings = torch.tensor(x, requires_grad=True)
        y = torch.tensor(labels)

        def run():
            encodings.grad = None
            loss = their_loss(encodings, y)
            loss.backward()
            return loss.item(), encodings.grad.numpy()

    loss, gradient = benchmark.pedantic(run, rounds=15, warmup_rounds=3)
    assert np.isfinite(loss) and np.abs(gradient).max() > 0
    if who.startswith("cnnkit"):
        np.testing.assert_allclose(loss, mined_by_loops(x, labels), rtol=1e-4)


def torch_encoder(torch):
    """The layers of `SmallBackbone` with strides, and the head of `FaceEncoder`."""
    nn = torch.nn
    layers, before = [], 3
    for filters in FILTERS:
        layers += [nn.Conv2d(before, filters, 3, 2, padding=1, bias=False)]
        layers += [nn.BatchNorm2d(filters), nn.ReLU()]
        before = filters
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, DIMENSIONS)]
    return nn.Sequential(*layers)


@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit.losses.TripletSemiHardLoss", "pytorch"])
@pytest.mark.parametrize("triplets", MINERS)
def test_training_step(benchmark, triplets, who):
    benchmark.group = f"a step of a small face encoder, batch 512, {triplets}"
    torch, their_loss = with_torch(MINERS[triplets])
    rng = np.random.default_rng(0)
    images = rng.random((BATCH, 64, 64, 3), dtype="float32")
    labels = batch()[1]
    if who.startswith("cnnkit"):
        keras.utils.set_random_seed(0)
        backbone = SmallBackbone((64, 64, 3), FILTERS, downsample="stride")
        model = FaceEncoder(backbone, DIMENSIONS)
        loss = TripletSemiHardLoss(margin=MARGIN)
        model.compile("adam", loss, jit_compile=False)
        x, y = tf.constant(images), tf.constant(labels)

        def run():
            return model.train_on_batch(x, y)
    else:
        benchmark.extra_info["name"] = f"pytorch-metric-learning {MINERS[triplets]}"
        torch.manual_seed(0)
        model = torch_encoder(torch)
        optimizer = torch.optim.Adam(model.parameters())
        x = torch.tensor(images.transpose(0, 3, 1, 2).copy())
        y = torch.tensor(labels)

        def run():
            optimizer.zero_grad()
            loss = their_loss(torch.nn.functional.normalize(model(x)), y)
            loss.backward()
            optimizer.step()
            return loss.item()

    loss = benchmark.pedantic(run, rounds=7, warmup_rounds=2)
    assert np.isfinite(loss)


class Known:
    """Stands for an encoder: an image is its own encoding."""

    fingerprint = "the first row of the image"

    def __call__(self, images):
        return images[:, 0, :, 0]


@pytest.mark.asked("within 1.5")
@pytest.mark.parametrize("who", ["cnnkit.faces.Gallery", "a product and argmax"])
def test_look_up(benchmark, who):
    benchmark.group = "1,000 look-ups among 100,000 people"
    rng = np.random.default_rng(0)
    known = rng.random((PEOPLE, DIMENSIONS), dtype="float32")
    known /= np.linalg.norm(known, axis=1, keepdims=True)
    expected = rng.integers(0, PEOPLE, QUERIES)
    queries = known[expected] + rng.normal(0, 0.01, (QUERIES, DIMENSIONS))
    queries = np.clip(queries, 0, 1).astype("float32")
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    if who.startswith("cnnkit"):
        names = [str(i) for i in range(PEOPLE)]
        gallery = Gallery(Known(), threshold=1.0)
        images = dict(zip(names, known[:, None, :, None], strict=True))
        gallery.enroll_all(images)
        asked = queries[:, None, :, None]

        def run():
            return gallery.recognise(asked)

        expected = [names[i] for i in expected]
    else:

        def run():
            return np.argmax(queries @ known.T, axis=1)

    found = benchmark.pedantic(run, rounds=7, warmup_rounds=1)
    assert list(found) == list(expected)


@pytest.mark.asked("within 1.05")
@pytest.mark.parametrize("kept", ["in memory", "in a file"])
@pytest.mark.parametrize("who", ["cnnkit.faces.Gallery", "the encoder alone"])
def test_enrol(benchmark, kept, who, tmp_path):
    benchmark.group = f"enrolling 500 people, {kept}"
    keras.utils.set_random_seed(0)
    encoder = FaceEncoder()
    rng = np.random.default_rng(0)
    images = rng.random((ENROLLED, 64, 64, 3), dtype="float32")
    people = {str(i): image for i, image in enumerate(images)}

    def prepare():
        gallery = Gallery(encoder, threshold=1.0)
        if kept == "in a file":
            gallery.save(tmp_path / "gallery", overwrite=True)
        return (gallery,), {}

    def ours(gallery):
        gallery.enroll_all(people)
        return gallery

    def theirs(_):
        return encoder.predict(images, verbose=0)

    run = ours if who.startswith("cnnkit") else theirs
    out = benchmark.pedantic(run, setup=prepare, rounds=7, warmup_rounds=2)
    if who.startswith("cnnkit"):
        assert len(out) == ENROLLED and out.recognise(images[7]) == "7"
    else:
        assert out.shape == (ENROLLED, DIMENSIONS)
