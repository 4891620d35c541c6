"""Clips from video files."""

import contextlib
import itertools
import pathlib
from fractions import Fraction

import numpy as np

from cnnkit.datasets import _arguments

TEXT_ART = {"ansi", "bintext", "idf", "xbin"}  # what libav takes any text for
PILLOW = (".gif", ".png", ".apng", ".webp")  # moving pictures that need no codec


def read_clip(path, frames=16, size=None):
    """Read frames of a video file, evenly spread over its length.

    The video is thought of as `frames` parts of equal length, and the middle frame of
    each is taken. Videos need the extra: `pip install "cnnkit[video]"`. Moving GIF, PNG
    and WebP files are read without it (a GIF may hold equal frames only once).

    Args:
        path: str or path of the file.
        frames: int above 0, how many frames to take; at most as many as there are.
        size: `None` for frames as they are; or an int or a pair `(height, width)`. Of
            each frame the largest part in the middle with these proportions is shrunk,
            or enlarged, to it. So clips of files of different sizes get the same size.

    Returns:
        float32 array in [0, 1], `(frames, height, width, 3)`. Grey videos have three
        equal channels.

    Raises:
        FileNotFoundError: if there is no such file.
        ImportError: if the extra is needed and not there.
        ValueError: if the file is no video, is broken, or has fewer frames than asked
            for; or if an argument is not as above.

    Example:

    >>> import tempfile
    >>> from imageio.v3 import imwrite
    >>> noise = np.random.default_rng(0).integers(0, 255, (12, 40, 60, 3), "uint8")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     imwrite(f"{folder}/noise.gif", noise)
    ...     clip = read_clip(f"{folder}/noise.gif", frames=4, size=(24, 32))
    >>> clip.shape
    (4, 24, 32, 3)

    Taught in: notebooks/beyond_one_image/03_video.ipynb
    """
    frames = _arguments.integer(frames, "frames", least=1)
    size = None if size is None else _arguments.image_size(size)
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    with _opened(path) as file:
        # A header may not tell how many frames there are; then they are counted.
        count = _told(file) or _counted(path)
        wanted = _middles(frames, count) if frames <= count else []
        pictures = list(_chosen(file, wanted, size)) if wanted else []
    if not count:
        raise _broken(path, "there is no frame in it")
    if frames > count:
        raise ValueError(
            f"`frames` must be at most {count}: there are no more in {path.name}. "
            f"Received: frames={frames}."
        )
    if len(pictures) < frames:
        raise _broken(path, f"it ends before its {count} frames do")
    if len({picture.shape for picture in pictures}) > 1:
        raise ValueError(
            f"The frames of {path.name} have different sizes; give `size`. "
            f"Received: size={size}."
        )
    return np.divide(np.stack(pictures), 255, dtype=np.float32)


def _middles(parts, count):
    """List the middle frame of each part: (i + 1/2) · count / parts, rounded down."""
    return [(2 * i + 1) * count // (2 * parts) for i in range(parts)]


def _told(file):
    """Return how many frames the header tells of; 0 if it does not."""
    if not hasattr(file, "streams"):
        return getattr(file, "n_frames", 0)
    return file.streams.video[0].frames


def _counted(path):
    """Return how many frames can be decoded."""
    with _opened(path) as file:
        return sum(1 for _ in file.decode(video=0))


def _chosen(file, wanted, size):
    """Give the frames at the places `wanted` as uint8 arrays `(height, width, 3)`."""
    if not hasattr(file, "streams"):
        for place in wanted:
            file.seek(place)
            yield _resized_by_pillow(file.convert("RGB"), size)
        return
    # Readers run side by side; threads of each decoder would cost more than they save.
    file.streams.video[0].codec_context.thread_count = 1
    scalers = {}
    # All up to the last have to be decoded, for each is stored as what changes.
    frames = itertools.islice(file.decode(video=0), wanted[-1] + 1)
    for place, frame in enumerate(frames):
        if place in wanted:
            yield _resized_by_libav(frame, size, scalers)


def _resized_by_pillow(picture, size):
    """Shrink or enlarge the middle of a picture to `size`."""
    if size is None:
        return np.asarray(picture)
    from PIL import Image

    left, top, width, height = _middle(picture.width, picture.height, size)
    # Pillow averages over all pixels that go into one; so nothing flickers.
    box = (left, top, left + width, top + height)
    return np.asarray(picture.resize(size[::-1], Image.Resampling.BILINEAR, box))


def _resized_by_libav(frame, size, scalers):
    """Shrink or enlarge the middle of a frame to `size`, and turn it into RGB last.

    That takes a third of the time: a video stores colours at half the resolution.
    """
    if size is None:
        return frame.to_ndarray(format="rgb24")
    kind = (frame.width, frame.height, frame.format.name)
    if kind not in scalers:
        scalers[kind] = _scaler(frame, size)
    scalers[kind].push(frame)
    return scalers[kind].pull().to_ndarray()


def _scaler(frame, size):
    """Link the filters that bring frames like this one to `size`."""
    import av.filter

    left, top, width, height = map(round, _middle(frame.width, frame.height, size))
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base or Fraction(1, 1000),
    )
    crop = f"{max(width, 1)}:{max(height, 1)}:{left}:{top}:exact=1"
    filters = [
        source,
        graph.add("crop", crop),
        # Like Pillow it averages over all pixels that go into one.
        graph.add(
            "scale", f"{size[1]}:{size[0]}:flags=bilinear+accurate_rnd+full_chroma_int"
        ),
        graph.add("format", "rgb24"),
        graph.add("buffersink"),
    ]
    for one, following in itertools.pairwise(filters):
        one.link_to(following)
    graph.configure()
    return graph


def _middle(width, height, size):
    """Return left, top, width and height of the largest part with `size`'s shape."""
    scale = min(height / size[0], width / size[1])
    wide, tall = scale * size[1], scale * size[0]
    return (width - wide) / 2, (height - tall) / 2, wide, tall


@contextlib.contextmanager
def _opened(path):
    """Open a file, by Pillow or pyav; what goes wrong becomes a `ValueError`.

    pyav is used without imageio, whose plugin collects all garbage of the process
    whenever it closes a file, four times a clip: training beside it would stand still.
    """
    try:
        if path.suffix.lower() in PILLOW:
            from PIL import Image

            opened = Image.open(path)
        else:
            import av

            opened = av.open(str(path))
        with opened as file:
            if hasattr(file, "streams"):
                _refuse_text(file)
            yield file
    except ModuleNotFoundError as error:
        raise ImportError(
            f'Reading {path.name} needs pyav. Type: pip install "cnnkit[video]"'
        ) from error
    except Exception as error:  # each codec has kinds of its own
        raise _broken(path, error) from error


def _refuse_text(file):
    if file.streams.video[0].codec_context.name in TEXT_ART:
        raise ValueError("it is a text")


def _broken(path, reason):
    reason = str(reason).strip() or type(reason).__name__
    return ValueError(
        f"{path} is no video that can be read: it is broken, or of another format "
        f"({path.stat().st_size:,} bytes; {reason})."
    )
