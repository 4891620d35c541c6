"""Train the generator and the discriminator that ship, on real digits, and save them.

The longer they may train, the better: it stops by the clock.

python data/train_gan.py
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from _training import Clock, Log, save_alone

from cnnkit.datasets import digits
from cnnkit.metrics import diversity
from cnnkit.models import GAN, DCDiscriminator, DCGenerator

HERE = Path(__file__).parent
BATCH = 32
PEAK = 0.001


def tell(log):
    """Return a callback that notes every tenth epoch."""

    def note(epoch, logs):
        if epoch % 10 == 9:
            told = ", ".join(f"{name} {value:.3f}" for name, value in logs.items())
            log.note(f"epoch {epoch + 1:3d}: {told}")

    return keras.callbacks.LambdaCallback(on_epoch_end=note)


def half_and_fall(done):
    """Return the rate: the peak for half of the time, then down in a straight line."""
    return PEAK * max(min(1, 2 * (1 - done)), 1e-3)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE)
    arguments = parser.parse_args()
    log = Log(arguments.out / "dcgan.log", processor=True)

    keras.utils.set_random_seed(arguments.seed)
    data = digits(size=16)
    log.note(f"{data}, seed {arguments.seed}")
    gan = GAN(
        DCGenerator(),
        DCDiscriminator(dropout=0),
        smoothing=0,
        seed=arguments.seed,
    )
    optimizers = [keras.optimizers.Adam(PEAK, beta_1=0.5) for _ in range(2)]
    gan.compile(*optimizers)
    callbacks = [Clock(half_and_fall, arguments.minutes, optimizers), tell(log)]
    gan.fit(
        data.x_train, batch_size=BATCH, epochs=10**6, callbacks=callbacks, verbose=0
    )
    for network, fresh in (
        (gan.generator, DCGenerator()),
        (gan.discriminator, DCDiscriminator()),
    ):
        save_alone(network, fresh, arguments.out / f"dc{network.name}.weights.h5")

    made = gan.generate(len(data.x_test))
    log.note(
        f"diversity of {len(made)} digits: made {diversity(made):.1f}, "
        f"real {diversity(data.x_test):.1f}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
