"""From one unit's answer back to the pixels that made it."""

import keras
import numpy as np
from keras import ops

from cnnkit.inspection import _chain
from cnnkit.inspection._cut_out import cut_out
from cnnkit.layers import MaxPooling2DWithSwitches, MaxUnpooling2D

RELU = keras.activations.relu
PASSED = (keras.layers.Dropout,)


class DeconvNet:
    """Runs a network backwards, from a unit to the image.

    Forwards each max pooling notes where its maxima stood. Backwards from one unit each
    pooling puts the numbers back to where they came from, each ReLU lets only positive
    ones through, and each convolution becomes the one with its filters transposed:
    turned by 180°, inputs and outputs swapped; biases are left out. What comes out has
    the form of an image and shows what in this image the unit answered to.

    Args:
        model: a `keras.Model` whose layers up to the unit are a chain of convolutions
            (`Conv2D`, with ReLU, without activation, or followed by a layer of ReLU),
            max pooling, ReLU and dropout.
        layer: name of the layer with the unit.

    Raises:
        ValueError: if there is no such layer, or another one on the way.

    Example:

    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 1)),
    ...     keras.layers.Conv2D(2, 3, activation="relu", name="conv"),
    ...     keras.layers.MaxPooling2D(2, name="pool")])
    >>> DeconvNet(model, "pool").project(np.ones((5, 8, 8, 1)), unit=1).shape
    (5, 8, 8, 1)

    Reference:
        - Zeiler and Fergus, "Visualizing and understanding convolutional networks",
          2014, section 2.1.

    Taught in: notebooks/week4_faces_and_style/07_deconvnet.ipynb
    """

    def __init__(self, model, layer):
        self.layers = _chain.chain(model, layer)
        self.layer = layer
        for one in self.layers:
            _check(one)

    def project(self, images, unit, batch_size=32):
        """Project the strongest answer of a unit to each image back to the pixels.

        Args:
            images: floats `(n, height, width, channels)`, as the model takes them.
            unit: int, the channel of the layer.
            batch_size: int, how many images go through at once.

        Returns:
            float32 array of the images' shape, around 0; 0 everywhere if the unit does
            not answer.

        Raises:
            ValueError: if an argument is not as above.
        """
        images = np.asarray(images, np.float32)
        if images.ndim != 4:
            raise ValueError(
                "`images` must be of shape (n, height, width, channels). "
                f"Received: shape {images.shape}."
            )
        count = self.layers[-1].output.shape[-1]
        if unit not in range(count):
            raise ValueError(
                f"`unit` must be from 0 to {count - 1}. Received: unit={unit!r}."
            )
        parts = [
            self._project(images[i : i + batch_size], unit)
            for i in range(0, len(images), batch_size)
        ]
        return np.concatenate([np.zeros_like(images[:0]), *parts])

    def project_patches(self, patches, images, batch_size=32):
        """Project what `top_patches` has found, and cut it out as the patches are.

        Args:
            patches: a `TopPatches` of this layer.
            images: the images in which they were found, `(n, height, width, channels)`.
            batch_size: int, how many images go through at once.

        Returns:
            float32 array of the shape of `patches.patches`, around 0.

        Raises:
            ValueError: if the patches are of another layer or an image is not there.
        """
        if patches.layer != self.layer:
            raise ValueError(
                f"`patches` must be of {self.layer!r}. Received: {patches.layer!r}."
            )
        if patches.images.max() >= len(images):
            raise ValueError(
                "`images` must be those in which the patches were found. "
                f"Received: {len(images)} images, a patch of {patches.images.max()}."
            )
        found = np.empty_like(patches.patches)
        for i, unit in enumerate(patches.units):
            whole = self.project(images[patches.images[i]], unit, batch_size)
            for j, (x1, y1, x2, y2) in enumerate(patches.boxes[i]):
                found[i, j] = cut_out(whole[j], (y1, y2), (x1, x2), outside=0)
        return found

    def _project(self, images, unit):
        maps, back = ops.convert_to_tensor(images), []
        for layer in self.layers:
            maps, undo = _forward(layer, maps)
            back.append(undo)
        signal = ops.convert_to_tensor(_strongest(ops.convert_to_numpy(maps), unit))
        for undo in reversed(back):
            signal = undo(signal)
        return ops.convert_to_numpy(signal)


def _strongest(maps, unit):
    """Return the maps with all numbers 0 but the highest one of a unit."""
    flat = maps.reshape(len(maps), -1, maps.shape[-1])
    place = flat[..., unit].argmax(axis=1)
    alone = np.zeros_like(flat)
    image = np.arange(len(maps))
    alone[image, place, unit] = flat[image, place, unit]
    return alone.reshape(maps.shape)


def _forward(layer, maps):
    """Run a layer, and return with the maps a function that leads back."""
    if isinstance(layer, keras.layers.MaxPooling2D):
        pool = MaxPooling2DWithSwitches(layer.pool_size, layer.strides, layer.padding)
        maxima, switches = pool(maps)
        unpool = MaxUnpooling2D(tuple(maps.shape[1:3]))
        return maxima, lambda signal: unpool([signal, switches])
    if isinstance(layer, keras.layers.Conv2D):
        sides, rectified = tuple(maps.shape[1:3]), layer.activation is RELU

        def undo(signal):
            signal = ops.relu(signal) if rectified else signal
            return _transposed(layer, signal, sides)

        return layer(maps), undo
    if isinstance(layer, PASSED):
        return maps, lambda signal: signal
    return ops.relu(maps), ops.relu


def _transposed(layer, signal, sides):
    """Apply a convolution with its filters transposed.

    Zeros between the numbers stand for the strides, and zeros around them for what the
    window reached; then the filters slide by one, turned by 180°.
    """
    kernel = ops.transpose(ops.flip(layer.kernel, (0, 1)), (0, 1, 3, 2))
    around = [(0, 0)]
    spread = signal
    for axis, n in enumerate(sides, 1):
        f, stride, dilation = (
            getattr(layer, name)[axis - 1]
            for name in ("kernel_size", "strides", "dilation_rate")
        )
        reach, out = (f - 1) * dilation, signal.shape[axis]
        missing = max((out - 1) * stride + reach + 1 - n, 0)
        front = missing // 2 if layer.padding == "same" else 0
        spread = _spread(spread, axis, stride)
        length = (out - 1) * stride + 1
        around.append((reach - front, n + front - length))
    around.append((0, 0))
    spread = _padded(spread, around)
    return ops.conv(
        spread,
        kernel,
        1,
        "valid",
        data_format="channels_last",
        dilation_rate=layer.dilation_rate,
    )


def _spread(signal, axis, stride):
    """Put `stride` - 1 zeros between the numbers along an axis."""
    if stride == 1:
        return signal
    zeros = [signal] + [ops.zeros_like(signal)] * (stride - 1)
    shape = list(signal.shape)
    shape[axis] *= stride
    together = ops.reshape(ops.stack(zeros, axis=axis + 1), shape)
    return ops.take(together, np.arange(shape[axis] - stride + 1), axis=axis)


def _padded(signal, around):
    """Pad with zeros, or cut off where the number is negative."""
    kept = tuple(
        slice(max(0, -before), n - max(0, -after))
        for (before, after), n in zip(around, signal.shape, strict=True)
    )
    return ops.pad(signal[kept], [(max(0, a), max(0, b)) for a, b in around])


def _check(layer):
    kind = type(layer)
    pool = isinstance(layer, keras.layers.MaxPooling2D)
    relu = (
        kind is keras.layers.ReLU and not layer.negative_slope and not layer.threshold
    )
    activation = kind is keras.layers.Activation and layer.activation is RELU
    conv = kind is keras.layers.Conv2D and (
        layer.groups == 1
        and layer.activation in (RELU, keras.activations.linear)
        and layer.data_format == "channels_last"
    )
    if not (pool or relu or activation or conv or isinstance(layer, PASSED)):
        raise ValueError(
            "A `DeconvNet` leads back through `Conv2D` with ReLU or no activation, max "
            f"pooling, ReLU and dropout. Received: {layer.name!r}, a {kind.__name__}. "
            "(Batch normalisation can be folded into the convolution before it.)"
        )
