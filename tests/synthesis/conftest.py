"""Small networks and images for all of synthesis."""

import keras
import pytest
from keras import layers

from cnnkit import datasets


@pytest.fixture(scope="session")
def network():
    """Random filters: convolution, ReLU, pooling, for any size."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),
            layers.Conv2D(16, 3, padding="same", activation="relu", name="conv1"),
            layers.AveragePooling2D(2, name="pool1"),
            layers.Conv2D(16, 3, padding="same", activation="relu", name="conv2"),
        ],
        name="small",
    )


@pytest.fixture(scope="session")
def cat():
    return datasets.photograph("chelsea", size=32)


@pytest.fixture(scope="session")
def coffee():
    return datasets.photograph("coffee", size=40)


@pytest.fixture(scope="session")
def digits():
    """A classifier of digits, nearly always right, and images it has not seen."""
    data = datasets.digits()
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, activation="relu", name="conv"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, activation="softmax", name="predictions"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    model.fit(data.x_train, data.y_train, epochs=12, verbose=0)
    return model, data.x_test, data.y_test
