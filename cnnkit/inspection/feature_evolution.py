"""What a unit answers to, as training goes on."""

import keras
import numpy as np

from cnnkit.inspection import _units
from cnnkit.inspection.deconvnet import DeconvNet


class FeatureEvolution(keras.callbacks.Callback):
    """Keeps, at some epochs, each unit's strongest answer projected back to pixels.

    Of the images the one is taken to which the unit answers most strongly at that time.

    Args:
        layer: name of a layer, as for `DeconvNet`.
        images: floats `(n, height, width, channels)`, to choose from.
        units: sequence of ints.
        epochs: sequence of ints, after how many epochs; 0 is before training. Training
            that ends earlier leaves the later ones out.

    Attributes:
        epochs: list of ints, those that are done.
        projections: list of float32 arrays `(units, height, width, channels)`.
        chosen: list of int arrays `(units,)`, the number of the image.
        answers: list of float arrays `(units,)`.

    Raises:
        ValueError: if there are no images, units or epochs; at the start of training,
            if the layer or a unit does not exist.

    Example:

    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 1)),
    ...     keras.layers.Conv2D(3, 3, activation="relu", name="conv"),
    ...     keras.layers.GlobalMaxPooling2D()])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((6, 8, 8, 1)), np.ones((6, 3))
    >>> watch = FeatureEvolution("conv", x, units=[0, 2], epochs=[0, 1])
    >>> _ = model.fit(x, y, epochs=2, callbacks=[watch], verbose=0)
    >>> watch.epochs, watch.projections[-1].shape
    ([0, 1], (2, 8, 8, 1))

    Reference:
        - Zeiler and Fergus, "Visualizing and understanding convolutional networks",
          2014, section 4.1 and figure 4.

    Taught in: notebooks/week4_faces_and_style/07_deconvnet.ipynb
    """

    def __init__(self, layer, images, units, epochs=(0, 1, 2, 5, 10, 20, 40)):
        super().__init__()
        self.layer = layer
        self.images = np.asarray(images, np.float32)
        self.units = [int(unit) for unit in units]
        self.when = {int(epoch) for epoch in epochs}
        if self.images.ndim != 4 or not len(self.images):
            raise ValueError(
                "`images` must be of shape (n, height, width, channels), at least one. "
                f"Received: shape {self.images.shape}."
            )
        if not self.units or not self.when or min(self.when) < 0:
            raise ValueError(
                "There must be a unit, and an epoch of at least 0. "
                f"Received: units={units!r}, epochs={epochs!r}."
            )
        self.epochs, self.projections, self.chosen, self.answers = [], [], [], []

    def on_train_begin(self, logs=None):
        """Look at the network before training."""
        self._net = DeconvNet(self.model, self.layer)
        output = self.model.get_layer(self.layer).output
        _units.check(self.units, output.shape[-1])
        self._part = keras.Model(self.model.inputs[0], output)
        self._look(0)

    def on_epoch_end(self, epoch, logs=None):
        """Look at it after an epoch."""
        self._look(epoch + 1)

    def _look(self, epoch):
        if epoch not in self.when or epoch in self.epochs:
            return
        maps = self._part.predict(self.images, verbose=0)
        answers = maps.max(axis=(1, 2))[:, self.units]
        chosen = answers.argmax(axis=0)
        projections = [
            self._net.project(self.images[i : i + 1], unit)[0]
            for i, unit in zip(chosen, self.units, strict=True)
        ]
        self.epochs.append(epoch)
        self.projections.append(np.stack(projections))
        self.chosen.append(chosen)
        self.answers.append(answers.max(axis=0))
