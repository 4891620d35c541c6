"""The two losses against their definition, one step by hand, and a circle learned."""

import keras
import numpy as np
import pytest
from keras import ops
from sklearn.linear_model import LogisticRegression

from cnnkit.datasets import digits
from cnnkit.metrics import diversity
from cnnkit.models import GAN, DCDiscriminator, DCGenerator

SHAPE = (8, 12, 1)


def small(**arguments):
    keras.utils.set_random_seed(0)
    return GAN(DCGenerator(SHAPE, 4, 6), DCDiscriminator(SHAPE, 4), **arguments)


def compiled(rate=0.001):
    gan = small()
    gan.compile(*(keras.optimizers.Adam(rate, beta_1=0.5) for _ in range(2)))
    return gan


@pytest.fixture
def images():
    return np.random.default_rng(0).random((24, *SHAPE)).astype("float32")


def test_losses_by_their_definition():
    gan, rng = small(smoothing=0.1), np.random.default_rng(0)
    real, made = rng.normal(size=(2, 7, 1))
    p, q = (1 / (1 + np.exp(-x)) for x in (real, made))
    real, made = map(ops.convert_to_tensor, (real, made))
    due = -(0.9 * np.log(p) + 0.1 * np.log(1 - p)).mean() - np.log(1 - q).mean()
    assert float(gan.discriminator_loss(real, made)) == pytest.approx(due, rel=1e-5)
    assert float(gan.generator_loss(made)) == pytest.approx(-np.log(q).mean(), rel=1e-5)
    huge = ops.convert_to_tensor(np.array([[1e4], [-1e4]]))
    assert np.isfinite(float(gan.discriminator_loss(huge, huge)))


def test_fit_moves_both_networks(images):
    gan = compiled()
    before = [ops.convert_to_numpy(w) for w in gan.trainable_weights]
    history = gan.fit(images, epochs=2, batch_size=8, verbose=0).history
    assert set(history) == {"d_loss", "g_loss", "d_real", "d_made"}
    assert np.isfinite([values for values in history.values()]).all()
    for weight, old in zip(gan.trainable_weights, before, strict=True):
        assert not np.array_equal(ops.convert_to_numpy(weight), old), weight.path


def test_each_network_is_trained_for_its_own_end(images):
    """With one of the rates at 0 only the other network changes."""
    for still, moving in ((0, 1), (1, 0)):
        gan = small()
        rates = [1e-3, 1e-3]
        rates[still] = 0.0
        gan.compile(*(keras.optimizers.SGD(rate) for rate in rates))
        networks = gan.generator, gan.discriminator
        before = [
            [ops.convert_to_numpy(w) for w in net.trainable_weights] for net in networks
        ]
        gan.fit(images, batch_size=8, verbose=0)
        for i in (still, moving):
            same = [
                np.array_equal(ops.convert_to_numpy(w), old)
                for w, old in zip(networks[i].trainable_weights, before[i], strict=True)
            ]
            assert all(same) if i == still else not any(same)


def test_images_that_are_made():
    gan = small()
    made = gan.generate(5, seed=3)
    assert made.shape == (5, *SHAPE) and 0 <= made.min() and made.max() <= 1
    np.testing.assert_array_equal(made, gan.generate(5, seed=3))
    assert not np.array_equal(made, gan.generate(5, seed=4))


def test_it_learns_where_the_light_is():
    """Real images are bright on the left; so are made ones after a while."""
    rng = np.random.default_rng(0)
    real = rng.uniform(0, 0.2, (256, *SHAPE)).astype("float32")
    real[:, :, :6] += 0.7
    gan = compiled(0.002)
    gan.fit(real, epochs=12, batch_size=32, verbose=0)
    made = gan.generate(64)
    assert made[:, :, :6].mean() > made[:, :, 6:].mean() + 0.3


def test_saved_with_its_weights(tmp_path, images):
    gan = compiled()
    gan.fit(images, batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras", compile=False)
    np.testing.assert_array_equal(loaded.generate(3), gan.generate(3))
    assert loaded.get_config()["smoothing"] == 0.1


def test_the_weights_that_ship_write_all_ten_digits():
    """Judged by a linear classifier of real digits, and by how different they are."""
    gan = GAN(DCGenerator(weights="cnnkit"), DCDiscriminator(weights="cnnkit"))
    made, real = gan.generate(450), digits(size=16)
    judge = LogisticRegression(C=0.1, max_iter=300)
    judge.fit(real.x_train.reshape(len(real.x_train), -1), real.y_train)
    read = judge.predict(made.reshape(len(made), -1))
    assert np.bincount(read, minlength=10).min() >= 10
    mean = real.x_train.mean(axis=0)
    assert diversity(made - mean) > 0.6 * diversity(real.x_test - mean)
    noise = np.random.default_rng(0).random((100, 16, 16, 1)).astype("float32")
    logits = [
        gan.discriminator.predict(x, verbose=0).mean() for x in (real.x_test, noise)
    ]
    assert logits[0] > logits[1]


def test_weights_of_another_size():
    with pytest.raises(ValueError, match="does not fit"):
        DCGenerator(filters=8, weights="cnnkit")
    with pytest.raises(ValueError, match="does not fit"):
        DCDiscriminator((28, 28, 1), weights="cnnkit")
    with pytest.raises(ValueError, match="`weights` must be"):
        DCGenerator(weights="imagenets")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DCGenerator((10, 12, 1)), "multiples of 4"),
        (lambda: DCGenerator(latent=0), "`latent`"),
        (lambda: DCDiscriminator((8, 9, 1)), "multiples of 4"),
        (lambda: DCDiscriminator(dropout=1), "`dropout`"),
        (lambda: GAN(DCGenerator((8, 8, 1)), DCDiscriminator((8, 8, 3))), "must take"),
        (lambda: GAN(DCGenerator(), DCDiscriminator(), smoothing=0.5), "`smoothing`"),
    ],
)
def test_bad_arguments(build, message):
    with pytest.raises(ValueError, match=message):
        build()
