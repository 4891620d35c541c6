"""Several crops of each image at test time, their answers averaged."""

import numpy as np
from keras import ops

from cnnkit.training import _arguments

SCALES = (256, 288, 320, 352)
CROPS = (1, 10, 144)
FLOATS_AT_ONCE = 40_000_000  # 160 MB of crops


def ten_crop(images, size):
    """Cut the four corners and the centre of each image, and mirror them.

    Args:
        images: float array `(n, height, width, channels)`.
        size: int or pair of ints, height and width of a crop.

    Returns:
        Array `(n, 10, crop_height, crop_width, channels)`: top left, top right, bottom
        left, bottom right, centre, then the mirror images of these. Where a mirror
        image is another thing, as with digits, take the first five only: `[:, :5]`.

    Raises:
        ValueError: if a crop is larger than the image.

    Example:

    >>> ten_crop(np.zeros((2, 256, 256, 3), "float32"), size=224).shape
    (2, 10, 224, 224, 3)

    Reference:
        - Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
          convolutional neural networks", 2012, section 4.1.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """
    images = _arguments.image_batch(images)
    height, width = _fitting(images, size)
    spare_rows = images.shape[1] - height
    spare_columns = images.shape[2] - width
    places = [
        (0, 0),
        (0, spare_columns),
        (spare_rows, 0),
        (spare_rows, spare_columns),
        (spare_rows // 2, spare_columns // 2),
    ]
    crops = [images[:, y : y + height, x : x + width] for y, x in places]
    return _with_mirrors(crops)


def multi_crop(images, size, scales=SCALES):
    """Cut crops at several scales, as GoogLeNet was tested: 144 of each image.

    The image is scaled so that its shorter side has each of the given lengths. Of each
    the left, centre and right square is taken (of a tall image the top, centre and
    bottom one). Of each square: the four corners, the centre, and the whole square
    scaled to the size of a crop. And the mirror images of all: 4 · 3 · 6 · 2 = 144.

    Args:
        images: float array `(n, height, width, channels)`.
        size: int, the side of a crop.
        scales: tuple of ints, the lengths of the shorter side; at least `size`.

    Returns:
        Array `(n, 36 · len(scales), size, size, channels)`.

    Raises:
        ValueError: if `size` is not an integer or a scale is smaller.

    Example:

    >>> images = np.zeros((1, 40, 60, 3), "float32")
    >>> multi_crop(images, size=28, scales=(32, 36, 40, 44)).shape
    (1, 144, 28, 28, 3)

    Reference:
        - Szegedy et al., "Going deeper with convolutions", 2015, section 7.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """
    images = _arguments.image_batch(images)
    size = _arguments.whole(size, "size")
    scales = [scales] if isinstance(scales, int) else list(scales)
    if not scales:
        raise ValueError(f"`scales` must hold at least one. Received: scales={scales}.")
    crops = []
    for scale in scales:
        scale = _arguments.whole(scale, "scales", least=size)
        height, width = images.shape[1:3]
        factor = scale / min(height, width)
        scaled = _resized(images, (round(height * factor), round(width * factor)))
        spares = [side - scale for side in scaled.shape[1:3]]
        for share in (0, 1, 2):
            y, x = (spare * share // 2 for spare in spares)
            square = scaled[:, y : y + scale, x : x + scale]
            crops += [*np.moveaxis(ten_crop(square, size)[:, :5], 1, 0)]
            crops.append(_resized(square, (size, size)))
    return _with_mirrors(crops)


def predict_crops(model, images, crops=10, size=None, batch_size=32):
    """Classify several crops of each image and average the answers.

    Args:
        model: any `keras.Model` from images to probabilities.
        images: float array `(n, height, width, channels)`, larger than what the model
            takes.
        crops: 1 for the centre alone, 10 for `ten_crop`, 144 for `multi_crop` at the
            scales 8/7, 9/7, 10/7 and 11/7 of `size` (256, 288, 320 and 352 for 224);
            or a function from images to crops `(n, crops, height, width, channels)`.
        size: int or pair of ints; `None` for what the model takes.
        batch_size: int, how many crops the model sees at once.

    Returns:
        Array `(n, ...)` of averaged answers.

    Raises:
        ValueError: if an argument is not as above, or a crop does not fit.

    Example:

    >>> import keras
    >>> model = keras.Sequential([
    ...     keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)
    ... ])
    >>> predict_crops(model, np.zeros((3, 32, 32, 1), "float32")).shape
    (3, 10)

    Reference:
        - Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
          convolutional neural networks", 2012, section 4.1.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """
    images = _arguments.image_batch(images)
    batch_size = _arguments.whole(batch_size, "batch_size")
    if not len(images):
        raise ValueError("`images` must hold at least one image. Received: none.")
    if size is None:
        size = model.input_shape[1:3]
        if None in size:
            raise ValueError(
                "The model takes images of any size; say by `size` how large the "
                "crops should be. Received: size=None."
            )
    size = _arguments.size(size)
    cut = _cutter(crops, size)
    answers = []
    done, step = 0, 1  # the first image shows how many can be cut at once
    while done < len(images):
        some = images[done : done + step]
        windows = _windows(cut(some), len(some))
        flat = windows.reshape(-1, *windows.shape[2:])
        found = model.predict(flat, batch_size=batch_size, verbose=0)
        answers.append(found.reshape(*windows.shape[:2], *found.shape[1:]).mean(axis=1))
        done += len(some)
        step = max(1, FLOATS_AT_ONCE // windows[0].size)
    return np.concatenate(answers)


def _cutter(crops, size):
    if callable(crops):
        return crops
    if crops not in CROPS or isinstance(crops, bool):
        raise ValueError(
            "`crops` must be 1, 10, 144 or a function of images. "
            f"Received: crops={crops!r}."
        )
    if crops == 1:
        return lambda images: ten_crop(images, size)[:, 4:5]
    if crops == 10:
        return lambda images: ten_crop(images, size)
    if size[0] != size[1]:
        raise ValueError(f"144 crops are squares. Received: size={size}.")
    scales = [round(size[0] * part / 7) for part in (8, 9, 10, 11)]
    return lambda images: multi_crop(images, size[0], scales)


def _windows(cropped, n):
    windows = np.asarray(cropped)
    if windows.ndim != 5 or len(windows) != n or not windows.size:
        raise ValueError(
            "`crops` must give an array (n, crops, height, width, channels), at least "
            f"one crop an image. Received: shape {windows.shape} of {n} images."
        )
    return windows


def _fitting(images, size):
    size = _arguments.size(size)
    if any(s > side for s, side in zip(size, images.shape[1:3], strict=True)):
        raise ValueError(
            "A crop must not be larger than the image; make the images larger first. "
            f"Received: size={size}, images of {images.shape[1]}×{images.shape[2]}."
        )
    return size


def _with_mirrors(crops):
    return np.stack([*crops, *(crop[:, :, ::-1] for crop in crops)], axis=1)


def _resized(images, size):
    if images.shape[1:3] == tuple(size):
        return images
    resized = ops.image.resize(
        images,
        size,
        interpolation="bilinear",
        antialias=True,
        data_format="channels_last",
    )
    return np.asarray(ops.convert_to_numpy(resized))
