"""Train the two small networks that ship, on CIFAR-10, and save their weights here.

python data/train_cifar10.py CifarVGG
python data/train_cifar10.py CifarResNet20
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from _training import Log, Rate, rise_and_fall

from cnnkit import datasets, models
from cnnkit.training.augment import Augment, AugmentedBatches

HERE = Path(__file__).parent
BATCH = 128
MOMENTUM = 0.9
# Keras shrinks weights by rate × decay, past the momentum: this is the usual 0.0005.
DECAY = 0.005
PEAKS = {"CifarVGG": 0.1, "CifarResNet20": 0.2}


def build(network):
    if network == "CifarVGG":
        return models.CifarVGG(batch_norm=True, classifier_activation=None)
    return models.CifarResNet(20, classifier_activation=None)


def folded(trained):
    """Return the plain VGG that computes what the one with batch normalisation does."""
    plain = models.CifarVGG(classifier_activation=None)
    for layer in plain.layers:
        weights = trained.get_layer(layer.name).get_weights() if layer.weights else []
        if "conv" in layer.name:
            norm = trained.get_layer(layer.name.replace("conv", "norm"))
            gamma, beta, mean, variance = norm.get_weights()
            gain = gamma / np.sqrt(variance + norm.epsilon)
            weights = [weights[0] * gain, beta - mean * gain]
        layer.set_weights(weights)
    return plain


def without_training(network, trained):
    """Return the network alone: no batch normalisation to fold, no optimiser."""
    if network == "CifarVGG":
        return folded(trained)
    plain = build(network)
    plain.set_weights(trained.get_weights())
    return plain


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(PEAKS))
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    network, name = arguments.network, arguments.network.lower()

    keras.utils.set_random_seed(arguments.seed)
    cifar = datasets.cifar10()
    batches = AugmentedBatches(
        cifar.x_train,
        cifar.y_train,
        batch_size=BATCH,
        augment=Augment(flip=True, pad=4),
        workers=1,
        seed=arguments.seed,
    )
    model = build(network)
    optimizer = keras.optimizers.SGD(
        momentum=MOMENTUM, nesterov=True, weight_decay=DECAY
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])

    log = Log(HERE / f"{name}.log")
    scores = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: log.note(
            f"epoch {epoch + 1:2d}: loss {logs['loss']:.4f}, "
            f"accuracy {logs['accuracy']:.4f}"
        )
    )
    schedule = rise_and_fall(PEAKS[network], rise=0.2)
    rate = Rate(schedule, arguments.epochs * len(batches))
    model.fit(batches, epochs=arguments.epochs, callbacks=[rate, scores], verbose=0)

    model = without_training(network, model)
    model.compile(loss=loss, metrics=["accuracy"])
    _, accuracy = model.evaluate(cifar.x_test, cifar.y_test, batch_size=500, verbose=0)
    model.save_weights(HERE / f"{name}.weights.h5")
    log.note(
        f"test accuracy {accuracy:.4f}, seed {arguments.seed}, "
        f"{arguments.epochs} epochs, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
