"""What the tests of all losses share."""

import keras
import numpy as np

from tests.checks import check_saved, check_trains


def value(loss, y_true, y_pred):
    """Return the loss of one image."""
    return float(loss(np.array([y_true], "float32"), np.array([y_pred], "float32")))


def check_loss(loss, model, inputs, targets, folder):
    """Serialise a loss, train a model with it, and load that again compiled.

    Args:
        loss: a loss with arguments other than the defaults.
        model: Keras model whose outputs fit the targets.
        inputs: array, a batch.
        targets: array.
        folder: where to save.
    """
    config = loss.get_config()
    twin = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(twin) is type(loss) and twin.get_config() == config
    inputs = inputs.astype("float32")
    outputs = model(inputs)
    assert float(twin(targets, outputs)) == float(loss(targets, outputs))

    check_trains(model, inputs, targets, loss)
    check_saved(model, inputs, folder)
    loaded = keras.saving.load_model(folder / "model.keras")
    assert loaded.evaluate(inputs, targets, verbose=0) == model.evaluate(
        inputs, targets, verbose=0
    )
