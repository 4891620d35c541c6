"""Clips from video files."""

import contextlib
import itertools
import pathlib

import numpy as np

from cnnkit.datasets import _arguments

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
    # A header may not tell how many frames there are; then they have to be counted.
    count = _told(path) or _counted(path)
    if not count:
        raise _broken(path, "there is no frame in it")
    if frames > count:
        raise ValueError(
            f"`frames` must be at most {count}: there are no more in {path.name}. "
            f"Received: frames={frames}."
        )
    # In whole numbers: the middle of part i is (i + 1/2) · count / frames.
    wanted = (2 * np.arange(frames) + 1) * count // (2 * frames)
    pictures = [_resized(frame, size) for frame in _decoded(path, set(wanted.tolist()))]
    if len(pictures) < frames:
        raise _broken(path, f"it ends before its {count} frames do")
    if len({picture.shape for picture in pictures}) > 1:
        raise ValueError(
            f"The frames of {path.name} have different sizes; give `size`. "
            f"Received: size={size}."
        )
    clip = np.stack(pictures).astype(np.float32)
    clip /= 255
    return clip


def _resized(frame, size):
    """Shrink or enlarge the middle of a frame to `size`."""
    from PIL import Image

    if size is None or frame.shape[:2] == size:
        return frame
    height, width = frame.shape[:2]
    scale = min(height / size[0], width / size[1])
    tall, wide = scale * size[0], scale * size[1]
    left, top = (width - wide) / 2, (height - tall) / 2
    # Pillow averages over all pixels that go into one; so nothing flickers.
    picture = Image.fromarray(frame).resize(
        size[::-1], Image.Resampling.BILINEAR, (left, top, left + wide, top + tall)
    )
    return np.asarray(picture)


def _told(path):
    """Return how many frames the header tells of; 0 if it does not."""
    with _opened(path) as file:
        return getattr(file, "n_frames", 0) or file.streams.video[0].frames


def _counted(path):
    """Return how many frames can be decoded."""
    with _opened(path) as file:
        return sum(1 for _ in file.decode(video=0))


def _decoded(path, wanted):
    """Give the frames at the places `wanted` as uint8 arrays `(height, width, 3)`.

    All up to the last of them have to be decoded, for each is stored as what changes.
    """
    with _opened(path) as file:
        if path.suffix.lower() in PILLOW:
            for place in sorted(wanted):
                file.seek(place)
                yield np.asarray(file.convert("RGB"))
        else:
            frames = itertools.islice(file.decode(video=0), max(wanted) + 1)
            for place, frame in enumerate(frames):
                if place in wanted:
                    yield frame.to_ndarray(format="rgb24")


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
            yield file
    except ModuleNotFoundError as error:
        raise ImportError(
            f'Reading {path.name} needs pyav. Type: pip install "cnnkit[video]"'
        ) from error
    except Exception as error:  # each codec has kinds of its own
        raise _broken(path, error) from error


def _broken(path, reason):
    reason = str(reason).strip() or type(reason).__name__
    return ValueError(
        f"{path} is no video that can be read: it is broken, or of another format "
        f"({path.stat().st_size:,} bytes; {reason})."
    )
