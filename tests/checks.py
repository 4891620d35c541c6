"""The checks that every layer and every model of the package goes through."""

import keras
import numpy as np
from keras import ops

FLOAT_TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


def check_layer(make, inputs, output_shape):
    """Put a layer through all that a Keras user may do with one.

    Args:
        make: function without arguments that returns a new layer.
        inputs: float array, a batch of at least two.
        output_shape: what comes out of it.
    """
    layer = make()
    outputs = ops.convert_to_numpy(layer(inputs))
    assert outputs.shape == output_shape
    assert np.isfinite(outputs).all()
    assert layer.compute_output_shape(inputs.shape) == output_shape
    symbolic = make()(keras.Input(inputs.shape[1:]))
    assert symbolic.shape == (None, *output_shape[1:])

    alone = ops.convert_to_numpy(layer(inputs[:1]))
    np.testing.assert_allclose(alone, outputs[:1], **FLOAT_TOLERANCE)

    config = layer.get_config()
    twin = type(layer).from_config(config)
    assert twin.get_config() == config

    half = type(layer).from_config({**config, "dtype": "mixed_float16"})
    assert keras.backend.standardize_dtype(half(inputs).dtype) == "float16"


def check_saved(model, inputs, folder):
    """Save a model as `.keras`, load it, and compare the outputs exactly."""
    path = folder / "model.keras"
    model.save(path)
    loaded = keras.saving.load_model(path)
    np.testing.assert_array_equal(
        model.predict(inputs, verbose=0), loaded.predict(inputs, verbose=0)
    )


def check_trains(model, inputs, targets, loss):
    """Make one step of `fit` and see that it moved every trainable weight."""
    before = [ops.convert_to_numpy(w) for w in model.trainable_weights]
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss)
    history = model.fit(inputs, targets, epochs=1, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    for weight, old in zip(model.trainable_weights, before, strict=True):
        new = ops.convert_to_numpy(weight)
        assert np.isfinite(new).all(), weight.path
        assert not np.array_equal(new, old), f"{weight.path} got no gradient"
