"""Where the files of ImageNet weights are, most of them Keras Applications'."""

from typing import NamedTuple

BASE = "https://storage.googleapis.com/tensorflow/keras-applications/"
ENDINGS = {
    True: "_weights_tf_dim_ordering_tf_kernels.h5",
    False: "_weights_tf_dim_ordering_tf_kernels_notop.h5",
}
SIZE = (224, 224)


class Family(NamedTuple):
    """Where the two files of a network are, with and without the top."""

    folder: str
    stem: str
    md5: dict


class File(NamedTuple):
    """A single file, of a network without its top.

    Attributes:
        name: name of the file.
        url: its address.
        sha256: its checksum.
        width: the multiple of the published numbers of filters.
        also: other names under which it goes round.
    """

    name: str
    url: str
    sha256: str
    width: float
    also: tuple = ()


NETWORKS = {
    "VGG16": Family(
        "vgg16",
        "vgg16",
        {
            True: "64373286793e3c8b2b4e3219cbf3544b",
            False: "6d6bbae143d832006294945121d1f1fc",
        },
    ),
    "VGG19": Family(
        "vgg19",
        "vgg19",
        {
            True: "cbe5617147190e668d6c5d5026f83318",
            False: "253f8cb515780f3b799900260a226db6",
        },
    ),
    "ResNet50": Family(
        "resnet",
        "resnet50",
        {
            True: "2cb95161c43110f7111970584f804107",
            False: "4d473c1dd8becc155b73f8504c6f6626",
        },
    ),
    "ResNet101": Family(
        "resnet",
        "resnet101",
        {
            True: "f1aeb4b969a6efcfb50fad2f0c20cfc5",
            False: "88cf7a10940856eca736dc7b7e228a21",
        },
    ),
    "ResNet152": Family(
        "resnet",
        "resnet152",
        {
            True: "100835be76be38e30d865e96f2aaae62",
            False: "ee4c566cf9a93f14d82f913c2dc6dd0c",
        },
    ),
}


BASES = {
    "MobileNet": File(
        "mobilenet_2_5_224_tf_no_top.h5",
        f"{BASE}mobilenet/mobilenet_2_5_224_tf_no_top.h5",
        "dbdb03ee2a22fd895301636cd328b234bb3a9952358f436d82f46b81e0d5b0bf",
        0.25,
    ),
    "SqueezeNet": File(
        "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "https://github.com/rcmalli/keras-squeezenet/releases/download/v1.0/"
        "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "17154246284f555591549ac2c83e127abfbf4307dc4b0060fdaa2931d0fa38da",
        1.0,
        ("squeezenet_1.1_notop.h5",),
    ),
}


def address(network, include_top):
    """Return file name, URL and checksum (MD5 or SHA-256) of a network's weights."""
    if network in BASES:
        base = BASES[network]
        return base.name, base.url, base.sha256
    family = NETWORKS[network]
    file = family.stem + ENDINGS[include_top]
    return file, f"{BASE}{family.folder}/{file}", family.md5[include_top]


def check(network, include_top, input_shape, classes, width):
    """Raise a `ValueError` if the file would not fit the model that is asked for."""
    if network not in NETWORKS | BASES:
        known = ", ".join(NETWORKS | BASES)
        raise ValueError(
            f'`weights="imagenet"` is there for {known}. For {network} give the path '
            "of a file, or `None` for random weights."
        )
    if network in BASES:
        published = BASES[network].width
        if include_top or width != published:
            raise ValueError(
                f'`weights="imagenet"` is there for {network} with '
                f"`include_top=False` and `width={published}` alone. "
                f"Received: include_top={include_top}, width={width}."
            )
    if include_top and classes != 1000:
        raise ValueError(
            '`weights="imagenet"` with `include_top=True` tells 1000 classes apart. '
            "For classes of your own use `include_top=False` and put a new head on. "
            f"Received: classes={classes}."
        )
    if input_shape[-1] != 3:
        raise ValueError(
            '`weights="imagenet"` needs images of 3 channels, RGB. To use grey images '
            "repeat their channel: `np.repeat(images, 3, axis=-1)`. "
            f"Received: input_shape={input_shape}."
        )
    if network in NETWORKS and width != 1:
        raise ValueError(
            '`weights="imagenet"` is there for the published numbers of filters '
            f"alone. Received: width={width}."
        )
    if include_top and network.startswith("VGG") and input_shape[:2] != SIZE:
        raise ValueError(
            f'`weights="imagenet"` with `include_top=True` needs images of {SIZE}, '
            "for the dense layers of VGG have a weight for each place. Use "
            f"`include_top=False`. Received: input_shape={input_shape}."
        )


def fetch(network, include_top):
    """Return the path of the file, from `CNNKIT_DATA`, Keras's cache or the internet.

    `CNNKIT_DATA` is looked in first, itself and its folder `pretrained`; files there
    are taken as they are. Others are checked by their checksum.
    """
    import keras

    from cnnkit.datasets import DownloadError
    from cnnkit.datasets._paths import local_folder

    file, url, digest = address(network, include_top)
    names = (file, *BASES[network].also) if network in BASES else (file,)
    if folder := local_folder():
        for name in names:
            for path in (folder / "pretrained" / name, folder / name):
                if path.is_file():
                    return path
    try:
        return keras.utils.get_file(file, url, cache_subdir="models", file_hash=digest)
    except Exception as error:  # Keras raises a plain `Exception`
        raise DownloadError(
            f"Could not fetch the ImageNet weights of {network} from {url}: {error}. "
            f"Try again online, or put {file} into a folder `pretrained` by hand and "
            "set CNNKIT_DATA to the folder that holds it."
        ) from error
