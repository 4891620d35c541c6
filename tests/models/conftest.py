import keras
import pytest


@pytest.fixture
def blank_weights(monkeypatch):
    """Start dense and convolutional kernels at zero, for models of full size.

    Drawing 140 million random numbers takes seconds.
    """

    def zeros(self, shape, dtype=None, **kwargs):
        return keras.ops.zeros(shape, dtype)

    for name in ("GlorotUniform", "HeNormal"):
        monkeypatch.setattr(getattr(keras.initializers, name), "__call__", zeros)
    yield
    keras.backend.clear_session()
