"""A generative adversarial network of the DCGAN kind, for small images."""

import keras
from keras import layers, ops

from cnnkit.models import _arguments, _weights

SLOPE = 0.2


def DCGenerator(
    image_shape=(16, 16, 1), latent=16, filters=32, weights=None, name="generator"
):
    """Build a network from random numbers to images.

    A dense layer to maps of a quarter of the sides, then two transposed convolutions
    that double them, each with batch normalisation and ReLU; a sigmoid at the end, for
    images in [0, 1]. Layers: `dense`, `up1`, `up2`, `image`, and norms.

    Args:
        image_shape: `(height, width, channels)`, sides that are multiples of 4.
        latent: int, how many random numbers an image is made from.
        filters: int, the maps after the first enlargement; twice as many before it.
        weights: `None` for random weights, "cnnkit" for those trained on
            `cnnkit.datasets.digits(size=16)`, or the path of an .h5 file.
        name: name of the model.

    Returns:
        A `keras.Model` from `(batch, latent)` to images in [0, 1].

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> DCGenerator((28, 28, 1), latent=16).output_shape
    (None, 28, 28, 1)

    Reference:
        - Radford, Metz and Chintala, "Unsupervised representation learning with deep
          convolutional generative adversarial networks", 2016, section 3.

    Taught in: notebooks/week4_faces_and_style/11_gan.ipynb
    """
    height, width, channels = _sides(image_shape)
    latent = _arguments.positive(latent, "latent")
    filters = _arguments.positive(filters, "filters")
    file = _weights.find(weights, "DCGenerator", (height, width, channels), 0, True, 1)
    x = inputs = keras.Input((latent,), name="noise")
    units = height // 4 * (width // 4) * 2 * filters
    x = layers.Dense(units, use_bias=False, name="dense")(x)
    x = layers.Reshape((height // 4, width // 4, 2 * filters), name="maps")(x)
    x = _norm_relu(x, "dense")
    for place, count in enumerate((filters, max(1, filters // 2)), 1):
        x = layers.Conv2DTranspose(
            count, 4, 2, padding="same", use_bias=False, name=f"up{place}"
        )(x)
        x = _norm_relu(x, f"up{place}")
    x = layers.Conv2D(channels, 3, padding="same", activation="sigmoid", name="image")(
        x
    )
    return _weights.load(keras.Model(inputs, x, name=name), file)


def DCDiscriminator(
    image_shape=(16, 16, 1),
    filters=32,
    dropout=0.3,
    weights=None,
    name="discriminator",
):
    """Build a network that tells real images from made ones.

    Two convolutions with stride 2 and leaky ReLU, dropout, one number: the logit that
    an image is real. Layers: `down1`, `down2`, `features` (flattened), `real`.

    Args:
        image_shape: `(height, width, channels)`, sides that are multiples of 4.
        filters: int, the maps after the first convolution; twice as many after the
            second.
        dropout: float in [0, 1).
        weights: `None` for random weights, "cnnkit" for those trained against the
            generator's on `cnnkit.datasets.digits(size=16)`, or the path of an .h5
            file.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to logits `(batch, 1)`.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> DCDiscriminator((28, 28, 1)).get_layer("features").output.shape
    (None, 3136)

    Reference:
        - Radford, Metz and Chintala, "Unsupervised representation learning with deep
          convolutional generative adversarial networks", 2016, section 3.

    Taught in: notebooks/week4_faces_and_style/11_gan.ipynb
    """
    filters = _arguments.positive(filters, "filters")
    dropout = _arguments.rate(dropout, "dropout")
    shape = _sides(image_shape)
    file = _weights.find(weights, "DCDiscriminator", shape, 0, True, 1)
    x = inputs = keras.Input(shape, name="image")
    for place, count in enumerate((filters, 2 * filters), 1):
        x = layers.Conv2D(count, 4, 2, padding="same", name=f"down{place}")(x)
        x = layers.LeakyReLU(negative_slope=SLOPE, name=f"leaky{place}")(x)
        x = layers.Dropout(dropout, name=f"dropout{place}")(x)
    x = layers.Flatten(name="features")(x)
    model = keras.Model(inputs, layers.Dense(1, name="real")(x), name=name)
    return _weights.load(model, file)


@keras.saving.register_keras_serializable(package="cnnkit")
class GAN(keras.Model):
    """Trains a generator and a discriminator against each other.

    In each step the discriminator D learns to give a high logit to real images and a
    low one to made ones; then the generator G learns to make images to which D gives a
    high one. That is the non-saturating loss: -log σ(D(G(z))) has a steep slope where D
    is sure, and log(1 - σ(D(G(z)))), the minimax loss, a flat one.

    `fit(images)` trains it on TensorFlow and on torch. The history has `d_loss`,
    `g_loss`, and how many real and made images D is right about: `d_real`, `d_made`.

    Args:
        generator: a `keras.Model` from `(batch, latent)` to images.
        discriminator: a `keras.Model` from such images to logits `(batch, 1)`.
        smoothing: float in [0, 0.5), by how much less than 1 D is asked to say of real
            images.
        seed: int, for the noise.
        name: name of the model.

    Raises:
        ValueError: if an argument is not as above, or the two do not fit together.

    Example:

    >>> gan = GAN(DCGenerator(), DCDiscriminator())
    >>> gan.compile(keras.optimizers.Adam(0.0002, beta_1=0.5),
    ...             keras.optimizers.Adam(0.0002, beta_1=0.5))
    >>> gan.generate(5).shape
    (5, 16, 16, 1)

    Reference:
        - Goodfellow and others, "Generative adversarial nets", 2014, section 3.

    Taught in: notebooks/week4_faces_and_style/11_gan.ipynb
    """

    def __init__(self, generator, discriminator, smoothing=0.1, seed=0, name="gan"):
        super().__init__(name=name)
        if generator.output_shape[1:] != discriminator.input_shape[1:]:
            raise ValueError(
                "`discriminator` must take what `generator` gives. Received: "
                f"{generator.output_shape} and {discriminator.input_shape}."
            )
        if discriminator.output_shape[1:] != (1,) or len(generator.input_shape) != 2:
            raise ValueError(
                "`generator` must take (batch, latent) and `discriminator` give "
                f"(batch, 1). Received: {generator.input_shape} and "
                f"{discriminator.output_shape}."
            )
        if not 0 <= smoothing < 0.5:
            raise ValueError(
                "`smoothing` must be at least 0 and below 0.5. "
                f"Received: smoothing={smoothing!r}."
            )
        self.generator = generator
        self.discriminator = discriminator
        self.smoothing = float(smoothing)
        self.seed = int(seed)
        self.latent = generator.input_shape[1]
        self._random = keras.random.SeedGenerator(self.seed)
        self._told = [
            keras.metrics.Mean(name=name)
            for name in ("d_loss", "g_loss", "d_real", "d_made")
        ]
        self.built = True  # both networks are

    def compile(self, generator_optimizer, discriminator_optimizer, **arguments):
        """Set the two optimisers; Radford and others take Adam(0.0002, beta_1=0.5).

        Args:
            generator_optimizer: a `keras.optimizers.Optimizer`.
            discriminator_optimizer: another one.
            **arguments: as for `keras.Model.compile`.
        """
        super().compile(**{"jit_compile": False, **arguments})
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer

    @property
    def metrics(self):
        """What `fit` tells of."""
        return self._told

    def call(self, images, training=False):
        """Return the logits that images are real."""
        return self.discriminator(images, training=training)

    def generate(self, n, seed=0, batch_size=256):
        """Make images.

        Args:
            n: int.
            seed: int, for the noise.
            batch_size: int.

        Returns:
            float32 array `(n, height, width, channels)` in [0, 1].
        """
        noise = keras.random.normal((n, self.latent), seed=seed)
        return self.generator.predict(
            ops.convert_to_numpy(noise), batch_size=batch_size, verbose=0
        )

    def discriminator_loss(self, real, made):
        """Return the loss of D, from logits of real images and of made ones."""
        said_real = _cross_entropy(real, 1 - self.smoothing)
        return ops.mean(said_real) + ops.mean(_cross_entropy(made, 0.0))

    def generator_loss(self, made):
        """Return the non-saturating loss of G, from logits of made images."""
        return ops.mean(_cross_entropy(made, 1.0))

    def train_step(self, data):
        """Train D, then G, on one batch."""
        images = data[0] if isinstance(data, (tuple, list)) else data
        step = {"tensorflow": _tensorflow_step, "torch": _torch_step}.get(
            keras.backend.backend()
        )
        if step is None:
            raise NotImplementedError(
                "`GAN.fit` runs on TensorFlow and on torch. Set KERAS_BACKEND to one "
                "of them before Keras is imported."
            )
        d_loss, g_loss, real, made = step(self, images)
        right = (
            ops.mean(ops.cast(real > 0, "float32")),
            ops.mean(ops.cast(made < 0, "float32")),
        )
        for metric, value in zip(self._told, (d_loss, g_loss, *right), strict=True):
            metric.update_state(value)
        return {metric.name: metric.result() for metric in self._told}

    def noise(self, n):
        """Draw noise for `n` images."""
        return keras.random.normal((n, self.latent), seed=self._random)

    def get_config(self):
        """Return the arguments, both networks as configurations."""
        return {
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "smoothing": self.smoothing,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """Build the model of a configuration that `get_config` gave."""
        networks = {
            key: keras.saving.deserialize_keras_object(config[key])
            for key in ("generator", "discriminator")
        }
        return cls(**{**config, **networks})


def _tensorflow_step(gan, images):
    import tensorflow as tf

    n = tf.shape(images)[0]
    made = gan.generator(gan.noise(n), training=True)
    with tf.GradientTape() as tape:
        real_said = gan.discriminator(images, training=True)
        made_said = gan.discriminator(made, training=True)
        d_loss = gan.discriminator_loss(real_said, made_said)
    weights = gan.discriminator.trainable_weights
    gan.discriminator_optimizer.apply(tape.gradient(d_loss, weights), weights)
    noise = gan.noise(n)
    with tf.GradientTape() as tape:
        made = gan.generator(noise, training=True)
        g_loss = gan.generator_loss(gan.discriminator(made, training=True))
    weights = gan.generator.trainable_weights
    gan.generator_optimizer.apply(tape.gradient(g_loss, weights), weights)
    return d_loss, g_loss, real_said, made_said


def _torch_step(gan, images):
    import torch

    n = images.shape[0]

    def descend(loss, network, optimizer):
        weights = network.trainable_weights
        found = torch.autograd.grad(loss, [weight.value for weight in weights])
        with torch.no_grad():
            optimizer.apply(found, weights)

    with torch.no_grad():
        made = gan.generator(gan.noise(n), training=True)
    real_said = gan.discriminator(images, training=True)
    made_said = gan.discriminator(made, training=True)
    d_loss = gan.discriminator_loss(real_said, made_said)
    descend(d_loss, gan.discriminator, gan.discriminator_optimizer)
    made = gan.generator(gan.noise(n), training=True)
    g_loss = gan.generator_loss(gan.discriminator(made, training=True))
    descend(g_loss, gan.generator, gan.generator_optimizer)
    parts = d_loss, g_loss, real_said, made_said
    return tuple(part.detach() for part in parts)


def _cross_entropy(logits, target):
    """Return -t·log σ(x) - (1 - t)·log(1 - σ(x)), finite for any logit."""
    return ops.softplus(logits) - target * logits


def _norm_relu(x, name):
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _sides(image_shape):
    shape = _arguments.image_shape(image_shape, smallest=8)
    if shape[0] % 4 or shape[1] % 4:
        raise ValueError(
            "The sides of `image_shape` must be multiples of 4. "
            f"Received: image_shape={image_shape}."
        )
    return shape
