"""The dense layers on top of AlexNet, ZFNet and VGG."""

from keras import layers


def dense_head(x, units, classes, activation, dropout):
    """Flatten, and add two hidden dense layers with dropout and the classifier.

    Args:
        x: tensor `(batch, height, width, channels)`.
        units: int, of the hidden layers.
        classes: int.
        activation: name or function on the last layer, or `None`.
        dropout: float, the rate after each hidden layer.

    Returns:
        A tensor `(batch, classes)`.
    """
    x = layers.Flatten(name="flatten")(x)
    for i in (1, 2):
        x = layers.Dense(units, activation="relu", name=f"fc{i}")(x)
        if dropout:
            x = layers.Dropout(dropout, name=f"dropout{i}")(x)
    return layers.Dense(classes, activation=activation, name="predictions")(x)
