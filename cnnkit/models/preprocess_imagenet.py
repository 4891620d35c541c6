"""What ImageNet networks want their pixels to look like."""

import keras
import numpy as np
from keras import ops

from cnnkit.models import _arguments

# Of ImageNet's training images: means of 0..255 in the order BGR, then means and
# deviations of 0..1 in the order RGB.
CAFFE_MEAN = (103.939, 116.779, 123.68)
TORCH_MEAN = (0.485, 0.456, 0.406)
TORCH_DEVIATION = (0.229, 0.224, 0.225)
MODES = ("caffe", "tf", "torch")

# Resizing may leave [0, 1] a little; any other scale leaves it by far.
LOWEST, HIGHEST = -0.5, 1.5


def preprocess_imagenet(images, mode="caffe"):
    """Turn images in [0, 1] into what the weights of an ImageNet network expect.

    A network sees only numbers: the wrong scale raises no error, and gives wrong
    answers. So images that are not in [0, 1], such as 0..255, are refused here.

    - "caffe", for VGG, ResNet-50 to 152 and SqueezeNet: 0..255, BGR, minus the mean.
    - "tf", for MobileNet: −1..1.
    - "torch": minus the mean and divided by the deviation of each channel.

    Args:
        images: array or tensor of floats in [0, 1], RGB, `(..., 3)`. A symbolic
            tensor is taken too, so that it can be part of a model; its values cannot
            be checked.
        mode: "caffe", "tf" or "torch".

    Returns:
        A float32 array of the same shape for an array, otherwise a tensor.

    Raises:
        ValueError: if the images are not floats in [0, 1] with three channels, or
            `mode` is not as above.

    Example:

    >>> import numpy as np
    >>> red = np.array([[[[1.0, 0.0, 0.0]]]])
    >>> [round(float(v), 2) for v in preprocess_imagenet(red, "caffe")[0, 0, 0]]
    [-103.94, -116.78, 131.32]

    Taught in: notebooks/week2_case_studies/04_transfer_learning.ipynb
    """
    _arguments.one_of(mode, "mode", MODES)
    is_tensor = keras.ops.is_tensor(images) or isinstance(images, keras.KerasTensor)
    if not is_tensor:
        images = np.asarray(images)
    _check(images)
    x = ops.cast(images, "float32") if is_tensor else images.astype("float32")
    if mode == "caffe":
        x = 255 * (ops.flip(x, -1) if is_tensor else np.flip(x, -1))
        x = x - np.array(CAFFE_MEAN, "float32")
    elif mode == "tf":
        x = 2 * x - 1
    else:
        x = (x - np.array(TORCH_MEAN, "float32")) / np.array(TORCH_DEVIATION, "float32")
    return x


def _check(images):
    dtype = getattr(images.dtype, "name", str(images.dtype))
    if "float" not in dtype:
        raise ValueError(
            "`images` must be floats in [0, 1]; divide 8-bit images by 255. "
            f"Received: dtype {dtype}."
        )
    if not len(images.shape) or images.shape[-1] != 3:
        raise ValueError(
            "`images` must have 3 channels, RGB, on the last axis. To use grey images "
            "repeat their channel: `np.repeat(images, 3, axis=-1)`. "
            f"Received: shape {tuple(images.shape)}."
        )
    values = _values(images)
    if values is None or not values.size:
        return
    low, high = float(values.min()), float(values.max())
    if not (LOWEST <= low and high <= HIGHEST):
        raise ValueError(
            "`images` must be in [0, 1]: divide images of 0..255 by 255, and do not "
            f"prepare them twice. Received: values from {low:.4g} to {high:.4g}."
        )


def _values(images):
    """Return the values as an array, `None` where a tensor has none yet."""
    if isinstance(images, keras.KerasTensor):
        return None
    try:
        return ops.convert_to_numpy(images)
    except Exception:  # a tensor that is being traced; each backend has its own error
        return None
