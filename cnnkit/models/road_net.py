"""Roads in aerial images: a patch of 64×64 in, the road map of its centre 16×16 out."""

import keras
import numpy as np
from keras import layers

from cnnkit.models import _arguments, _weights
from cnnkit.models._convolve import conv_norm_relu
from cnnkit.models.detector import Detector, check_images

FILTERS = (16, 32, 64, 96)
MARGIN = 24  # pixels on each side of a patch that are looked at but not mapped
STEP = 8  # by how many pixels the deepest maps move
BLOCK = 256  # the greatest part of a tile that goes through the network at once
# The maps of stages 3, 2 and 1 begin 8, 4 and 2 pixels inside the patch and move by 4,
# 2 and 1; what is cut off brings them to `MARGIN`.
SKIPS = ((3, 4), (2, 10), (1, 22))


@keras.saving.register_keras_serializable(package="cnnkit")
class RoadNet(Detector):
    """Give the probability of a road for each pixel in the centre of a patch.

    As in the paper a patch of 64×64 pixels tells about its centre of 16×16: a pixel is
    judged by at least 24 pixels around it on every side. The network is of a later
    form. Stages of convolution and pooling see ever more of the patch; then maps are
    doubled in size three times, each time joined by those of the stage that had that
    size, so that edges stay sharp. No layer pads: a larger patch, of 48 + 8k pixels,
    gives its centre of 8k pixels, the same as many patches of 64×64 side by side.

    Layers: `stage1_conv`, `stage1_norm`, `stage1_relu`, `stage1_pool` to `stage5_relu`;
    `up3`, `skip3`, `join3`, `mix3_conv`, … to `mix1_relu`; `roads`.

    Args:
        filters: four ints, the filters of stages 1 to 4; stage 5 has those of stage 4.
        weights: `None` for random weights, "cnnkit" for those trained on
            `datasets.aerial_roads`, or the path of an .h5 file.
        name: name of the model.

    Raises:
        ValueError: if an argument is not as above, or the weights do not fit.

    Example:

    >>> model = RoadNet()
    >>> model.compute_output_shape((1, 64, 64, 3))
    (1, 16, 16, 1)
    >>> model.road_map(np.zeros((1, 100, 70, 3))).shape
    (1, 100, 70, 1)

    Reference:
        - Mnih and Hinton, "Learning to detect roads in high-resolution aerial images",
          2010: the patch and its centre.
        - Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical
          image segmentation", 2015, section 2: the form of the network, and windows
          with mirrored borders.

    Taught in: notebooks/week3_detection/06_roads.ipynb
    """

    def __init__(self, filters=FILTERS, weights=None, name="road_net"):
        filters = tuple(filters) if isinstance(filters, (list, tuple)) else ()
        if len(filters) != 4:
            raise ValueError("`filters` must be four ints, one a stage.")
        filters = tuple(_arguments.positive(f, "filters") for f in filters)
        file = _weights.find(weights, "RoadNet", (None, None, 3), 1, True, 1.0)

        x = inputs = keras.Input((None, None, 3), name="image")
        stages = {}
        for stage, size in enumerate((5, 3, 3, 3, 3), 1):
            count = filters[min(stage, 4) - 1]
            x = stages[stage] = conv_norm_relu(
                x, count, f"stage{stage}", size, padding="valid"
            )
            if stage < 4:
                x = layers.MaxPooling2D(name=f"stage{stage}_pool")(x)
        for stage, cut in SKIPS:
            count = filters[stage - 1]
            x = layers.Conv2DTranspose(count, 2, strides=2, name=f"up{stage}")(x)
            skip = layers.Cropping2D(cut, name=f"skip{stage}")(stages[stage])
            x = layers.Concatenate(name=f"join{stage}")([x, skip])
            x = conv_norm_relu(x, count, f"mix{stage}", size=1)
        x = layers.Conv2D(1, 1, activation="sigmoid", name="roads")(x)
        super().__init__(keras.Model(inputs, x), x, name)
        self.filters = filters
        _weights.load(self, file)

    def get_config(self):
        """Return the arguments; weights are no part of them once they are there."""
        return {"name": self.name, "filters": self.filters}

    @classmethod
    def from_config(cls, config):
        """Build the model of a configuration that `get_config` gave."""
        return cls(**config)

    def default_loss(self):
        """Return the cross-entropy between map and probabilities, over all pixels."""
        return keras.losses.BinaryCrossentropy()

    def targets(self, roads):
        """Return the centres of maps: what the network should say of their patches.

        Args:
            roads: floats in [0, 1], `(n, height, width, 1)`, sides of 48 + 8k pixels.

        Returns:
            float32 array `(n, height - 48, width - 48, 1)`.

        Raises:
            ValueError: if the maps are not as above.
        """
        roads = check_images(roads, (None, None, 1))
        if any(side <= 2 * MARGIN or side % STEP for side in roads.shape[1:3]):
            raise ValueError(
                f"Maps must have sides of {2 * MARGIN} + {STEP}k pixels, such as 64. "
                f"Received: maps of shape {roads.shape}."
            )
        return roads[:, MARGIN:-MARGIN, MARGIN:-MARGIN]

    def patches(self, images, roads, n, size=64, seed=0):
        """Cut patches at random out of tiles, each turned and mirrored at random.

        Turns are by 0, 90, 180 or 270 degrees, so that no pixel is changed.

        Args:
            images: floats in [0, 1], `(tiles, height, width, 3)`.
            roads: their maps, `(tiles, height, width, 1)`.
            n: int, how many patches to cut.
            size: int, the side of a patch, 48 + 8k pixels. A large patch trains as many
                small ones do that lie side by side, in less time.
            seed: int of at least 0.

        Returns:
            float32 arrays `(n, size, size, 3)` and `(n, size - 48, size - 48, 1)`:
            patches, and the maps of their centres.

        Raises:
            ValueError: if the arrays do not fit together or an argument is not as
                above.
        """
        images = check_images(images, (None, None, 3))
        roads = check_images(roads, (None, None, 1))
        n = _arguments.positive(n, "n")
        size = _arguments.positive(size, "size")
        if images.shape[:3] != roads.shape[:3] or not len(images):
            raise ValueError(
                "`images` and `roads` must be of as many tiles, at least one, of one "
                f"size. Received: shapes {images.shape} and {roads.shape}."
            )
        if size > min(images.shape[1:3]):
            raise ValueError(
                "`size` must not be larger than a tile. "
                f"Received: size={size}, tiles of {images.shape[1]}×{images.shape[2]}."
            )
        rng = np.random.default_rng(seed)
        x = np.empty((n, size, size, 3), np.float32)
        y = np.empty((n, size, size, 1), np.float32)
        for i in range(n):
            tile = rng.integers(len(images))
            top, left = (rng.integers(side - size + 1) for side in images.shape[1:3])
            turns, mirrored = rng.integers(4), rng.integers(2)
            for source, result in ((images, x), (roads, y)):
                cut = source[tile, top : top + size, left : left + size]
                cut = np.rot90(cut, turns)
                result[i] = cut[:, ::-1] if mirrored else cut
        return x, self.targets(y)

    def road_map(self, images, batch_size=8):
        """Map the roads of whole tiles.

        The borders are mirrored outwards, and the tiles cut into windows that overlap
        by what is not mapped; as no layer pads, there are no seams.

        Args:
            images: floats in [0, 1], `(n, height, width, 3)` of any size.
            batch_size: int, how many windows of up to 304×304 pixels go through the
                network at once.

        Returns:
            float32 array `(n, height, width, 1)`: the probability of a road.

        Raises:
            ValueError: if the images are not as above.
        """
        images = check_images(images, (None, None, 3))
        n, height, width = images.shape[:3]
        if not images.size:
            return np.zeros((n, height, width, 1), np.float32)
        (rows, block_height), (columns, block_width) = _blocks(height), _blocks(width)
        spare = rows * block_height - height, columns * block_width - width
        around = [(0, 0), *((MARGIN, MARGIN + more) for more in spare), (0, 0)]
        padded = np.pad(images, around, mode="symmetric")
        windows = [
            image[
                top : top + block_height + 2 * MARGIN,
                left : left + block_width + 2 * MARGIN,
            ]
            for image in padded
            for top in range(0, rows * block_height, block_height)
            for left in range(0, columns * block_width, block_width)
        ]
        maps = self.predict(np.stack(windows), batch_size=batch_size, verbose=0)
        maps = maps.reshape(n, rows, columns, block_height, block_width)
        maps = maps.swapaxes(2, 3).reshape(n, rows * block_height, -1, 1)
        return maps[:, :height, :width]


def _blocks(side):
    """Return into how many parts a side is cut, and the length of each."""
    count = -(-side // BLOCK)
    return count, STEP * -(-side // (STEP * count))
