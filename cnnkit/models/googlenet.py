"""GoogLeNet, with its two side branches."""

import keras
from keras import layers

from cnnkit.layers import LocalResponseNormalization
from cnnkit.models import _arguments, _weights
from cnnkit.models.inception import InceptionModule

# The paper's table 1: 1×1, 3×3, 5×5, before 3×3, before 5×5, after the pooling.
MODULES = {
    "3a": (64, 128, 32, 96, 16, 32),
    "3b": (128, 192, 96, 128, 32, 64),
    "4a": (192, 208, 48, 96, 16, 64),
    "4b": (160, 224, 64, 112, 24, 64),
    "4c": (128, 256, 64, 128, 24, 64),
    "4d": (112, 288, 64, 144, 32, 64),
    "4e": (256, 320, 128, 160, 32, 128),
    "5a": (256, 320, 128, 160, 32, 128),
    "5b": (384, 384, 128, 192, 48, 128),
}
POOLED_AFTER = {"3b": "pool3", "4e": "pool4"}
BRANCHES_AFTER = {"4a": "aux1", "4d": "aux2"}
SMALLEST = {False: 8, True: 65}
AUX_DROPOUT = 0.7


def GoogLeNet(
    weights=None,
    include_top=True,
    input_shape=(224, 224, 3),
    classes=1000,
    classifier_activation="softmax",
    aux=False,
    dropout=0.4,
    width=1.0,
    name="googlenet",
):
    """Build GoogLeNet, 22 layers with nine Inception modules: 6,998,552 parameters.

    With `aux=True` two small classifiers branch off after the modules 4a and 4d, whose
    losses help the early layers to learn: 13,378,280 parameters, and three outputs,
    in the order `predictions`, `aux1_predictions`, `aux2_predictions`. See
    `side_losses` for how to train it. Stages, by layer name: `conv1`, `pool1`,
    `norm1`, `conv2_reduce`, `conv2`, `norm2`, `pool2`, `inception_3a`,
    `inception_3b`, `pool3`, `inception_4a` to `inception_4e`, `pool4`,
    `inception_5a`, `inception_5b`, `average`, `predictions`.

    To predict without the side branches after training with them:
    `keras.Model(model.input, model.get_layer("predictions").output)`.

    Args:
        weights: `None` for random weights, "cnnkit" where they ship, or the path of
            an .h5 file.
        include_top: bool, whether to average over the image and classify; without it
            the model ends at `inception_5b`.
        input_shape: `(height, width, channels)`, sides of at least 8, with the side
            branches 65.
        classes: int, the number of classes.
        classifier_activation: name or function on the last layers, `None` for logits.
        aux: bool, whether to add the side branches.
        dropout: float in [0, 1), the rate before the classifier. If it is above 0, the
            side branches have the paper's 0.7.
        width: float, by which all numbers of filters and hidden units are multiplied.
        name: name of the model.

    Returns:
        A `keras.Model` from images in [0, 1] to `(batch, classes)`, or to a list of
        three of these.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> model = GoogLeNet(input_shape=(32, 32, 3), classes=10, width=0.125)
    >>> model.get_layer("inception_3a").output.shape
    (None, 4, 4, 32)

    Reference:
        - Szegedy et al., "Going deeper with convolutions", 2015, table 1 and figure 3.

    Taught in: notebooks/week2_case_studies/03_inception.ipynb
    """
    if aux and not include_top:
        raise ValueError(
            "`aux=True` adds classifiers, so it needs `include_top=True`. "
            f"Received: aux={aux}, include_top={include_top}."
        )
    input_shape = _arguments.image_shape(input_shape, smallest=SMALLEST[bool(aux)])
    classes = _arguments.positive(classes, "classes")
    dropout = _arguments.rate(dropout, "dropout")
    scale = _arguments.scaler(width)
    file = _weights.find(weights, "GoogLeNet", input_shape, classes, include_top, width)

    def classify(x, rate, name):
        if dropout:
            x = layers.Dropout(rate, name=f"{name}dropout")(x)
        return layers.Dense(
            classes, activation=classifier_activation, name=f"{name}predictions"
        )(x)

    x = inputs = keras.Input(input_shape, name="image")
    x = _stem(x, scale)
    side_outputs = []
    for module, filters in MODULES.items():
        x = InceptionModule(x, *map(scale, filters), name=f"inception_{module}")
        if aux and module in BRANCHES_AFTER:
            branch = BRANCHES_AFTER[module]
            features = _side_features(x, scale, branch)
            side_outputs.append(classify(features, AUX_DROPOUT, f"{branch}_"))
        if module in POOLED_AFTER:
            x = _pool(x, POOLED_AFTER[module])
    if include_top:
        x = layers.GlobalAveragePooling2D(name="average")(x)
        x = classify(x, dropout, "")
    outputs = [x, *side_outputs] if aux else x
    return _weights.load(keras.Model(inputs, outputs, name=name), file)


def side_losses(loss="sparse_categorical_crossentropy", weight=0.3):
    """Return what `compile` needs for a `GoogLeNet(aux=True)`.

    The total loss is that of the classifier plus `weight` times that of each side
    branch. All three outputs are compared with the same labels, which `fit` wants
    three times: `model.fit(images, [labels] * 3)`.

    Args:
        loss: name or function, the same for all three outputs.
        weight: float of at least 0, how much the side branches count.

    Returns:
        A dict with `loss` and `loss_weights`, each by name of output.

    Raises:
        ValueError: if the weight is below 0.

    Example:

    >>> side_losses()["loss_weights"]
    {'predictions': 1.0, 'aux1_predictions': 0.3, 'aux2_predictions': 0.3}

    Use it as `model.compile("adam", **side_losses())`.

    Reference:
        - Szegedy et al., "Going deeper with convolutions", 2015, section 5.

    Taught in: notebooks/week2_case_studies/03_inception.ipynb
    """
    weight = _arguments.not_negative(weight, "weight")
    weights = {"predictions": 1.0}
    weights |= {f"{name}_predictions": weight for name in BRANCHES_AFTER.values()}
    return {"loss": dict.fromkeys(weights, loss), "loss_weights": weights}


def _stem(x, scale):
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = layers.Conv2D(scale(64), 7, 2, activation="relu", name="conv1")(x)
    x = LocalResponseNormalization(name="norm1")(_pool(x, "pool1"))
    x = layers.Conv2D(scale(64), 1, activation="relu", name="conv2_reduce")(x)
    x = layers.Conv2D(scale(192), 3, padding="same", activation="relu", name="conv2")(x)
    return _pool(LocalResponseNormalization(name="norm2")(x), "pool2")


def _pool(x, name):
    return layers.MaxPooling2D(3, 2, padding="same", name=name)(x)


def _side_features(x, scale, name):
    x = layers.AveragePooling2D(5, 3, name=f"{name}_pool")(x)
    x = layers.Conv2D(scale(128), 1, activation="relu", name=f"{name}_conv")(x)
    x = layers.Flatten(name=f"{name}_flatten")(x)
    return layers.Dense(scale(1024), activation="relu", name=f"{name}_fc")(x)
