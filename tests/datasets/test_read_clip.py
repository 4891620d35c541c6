"""Clips from video files, on videos that the tests write."""

import builtins

import imageio.v3 as imageio
import numpy as np
import pytest
from PIL import Image

from cnnkit.datasets import photograph, read_clip

RNG = np.random.default_rng(0)


def video(frames=12, height=48, width=64):
    """Frames whose grey tells their number: 20, 36, 52, …"""
    levels = np.arange(20, 20 + 16 * frames, 16, dtype="uint8")
    return np.broadcast_to(levels[:, None, None, None], (frames, height, width, 3))


def numbers(clip):
    """Which frames of `video` a clip was made of."""
    return ((255 * clip.mean(axis=(1, 2, 3)) - 20) / 16).round().astype(int).tolist()


def write(path, frames, **options):
    frames = np.array(frames)
    frames[:, 0, 0] = np.arange(len(frames))[:, None]  # GIF drops repeated frames
    if path.suffix == ".gif":
        imageio.imwrite(path, frames, **options)
    else:
        pytest.importorskip("av")
        options = {"codec": "libx264", "fps": 12, **options}
        imageio.imwrite(path, frames, plugin="pyav", **options)
    return path


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.gif", {}),
        ("a.mp4", {}),
        ("a.avi", {"codec": "mpeg4"}),
        ("a.mkv", {}),  # its header does not tell how many frames there are
        ("a.webm", {"codec": "libvpx-vp9"}),
    ],
)
def test_four_real_clips(name, options, tmp_path):
    path = write(tmp_path / name, video(), **options)
    clip = read_clip(path, frames=12)
    assert clip.shape == (12, 48, 64, 3) and clip.dtype == np.float32
    assert numbers(clip) == list(range(12))
    assert numbers(read_clip(str(path), frames=4)) == [1, 4, 7, 10]
    assert numbers(read_clip(path, frames=1)) == [6]
    assert numbers(read_clip(path, frames=5)) == [1, 3, 6, 8, 10]
    with pytest.raises(ValueError, match=f"at most 12: there are no more in {name}"):
        read_clip(path, frames=13)


def test_frames_played_backwards_are_taken_in_the_same_places(tmp_path):
    path = write(tmp_path / "a.gif", video(12))
    back = write(tmp_path / "b.gif", video(12)[::-1])
    for frames in (1, 2, 3, 4, 6, 12):
        found = numbers(read_clip(back, frames))[::-1]
        if 12 // frames % 2:  # there is a middle frame in each part
            assert found == numbers(read_clip(path, frames))


def test_colours_and_places_survive(tmp_path):
    frames = np.zeros((3, 32, 48, 3), "uint8")
    frames[:, :16, :, 0] = 250
    frames[:, :, 24:, 2] = 120
    for name, codec in (("a.gif", None), ("a.mp4", "libx264")):
        path = write(tmp_path / name, frames, **({"codec": codec} if codec else {}))
        clip = read_clip(path, 3)
        assert np.abs(clip[:, 4:12, 4:20] - [250 / 255, 0, 0]).max() < 0.08
        assert np.abs(clip[:, 20:28, 28:44] - [0, 0, 120 / 255]).max() < 0.08


def test_the_middle_is_brought_to_size(tmp_path):
    frames = np.zeros((2, 40, 80, 3), "uint8")
    frames[:, :, 20:60] = 255  # what the square in the middle covers
    path = write(tmp_path / "a.gif", frames)
    assert read_clip(path, 2, size=20).min() > 0.85  # its border is blended
    assert read_clip(path, 2, size=(20, 40)).mean() == pytest.approx(0.5, abs=0.02)
    tall = read_clip(path, 2, size=(60, 30))
    assert tall.shape == (2, 60, 30, 3) and tall.min() > 0.99


@pytest.mark.parametrize("name", ["a.gif", "a.mp4"])
def test_shrinking_averages(name, tmp_path):
    fine = np.zeros((1, 64, 64, 3), "uint8")
    fine[:, ::2] = 255
    clip = read_clip(write(tmp_path / name, fine), 1, size=16)
    assert np.abs(clip[0, 1:-1] - 0.5).max() < 0.05


@pytest.mark.parametrize("pixels", ["yuv420p", "yuvj420p", "yuv444p"])
@pytest.mark.parametrize("size", [(24, 24), (40, 30), (30, 80), (96, 128), (7, 5)])
def test_videos_are_brought_to_size_as_pillow_would(pixels, size, tmp_path):
    pytest.importorskip("av")
    frames = np.stack(
        [
            (255 * photograph("chelsea")[i : i + 96, 90:218]).astype("uint8")
            for i in (60, 80, 100)
        ]
    )
    path = tmp_path / "a.mp4"
    imageio.imwrite(
        path, frames, plugin="pyav", codec="libx264", fps=12, out_pixel_format=pixels
    )
    scale = min(96 / size[0], 128 / size[1])
    top, left = (96 - scale * size[0]) / 2, (128 - scale * size[1]) / 2
    box = (left, top, 128 - left, 96 - top)
    due = [
        Image.fromarray((255 * frame).round().astype("uint8")).resize(
            size[::-1], Image.Resampling.BILINEAR, box
        )
        for frame in read_clip(path, 3)
    ]
    clip = read_clip(path, 3, size)
    assert clip.shape == (3, *size, 3)
    assert np.abs(clip - np.stack(due) / 255).mean() < 0.01


def test_one_frame_and_a_picture(tmp_path):
    imageio.imwrite(tmp_path / "a.png", video(1)[0])
    assert numbers(read_clip(tmp_path / "a.png", 1)) == [0]
    with pytest.raises(ValueError, match="`frames` must be at most 1"):
        read_clip(tmp_path / "a.png", 2)


def test_grey_with_transparency(tmp_path):
    imageio.imwrite(tmp_path / "a.png", video(1)[0, :, :, 0])
    assert read_clip(tmp_path / "a.png", 1).shape == (1, 48, 64, 3)


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.avi", "a.txt", "a.nfo"])
@pytest.mark.parametrize("content", [b"", b"\0" * 4000, b"no video at all\n" * 50])
def test_no_video(name, content, tmp_path):
    if name != "a.gif":
        pytest.importorskip("av")
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{name} is no video that can be read"):
        read_clip(path, 1)


@pytest.mark.parametrize("name", ["a.mp4", "a.avi", "a.gif"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_video_that_was_cut_off(name, share, tmp_path):
    frames = RNG.integers(0, 255, (12, 48, 64, 3), dtype="uint8")
    options = {"codec": "mpeg4"} if name == "a.avi" else {}
    path = write(tmp_path / name, frames, **options)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match="no video that can be read|at most"):
        read_clip(path, 12)


def test_sound_alone_is_no_video(tmp_path):
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "a.wav"), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = np.zeros((1, 800), "int16")
        frame = av.AudioFrame.from_ndarray(sound, format="s16", layout="mono")
        frame.sample_rate = 8000
        file.mux(stream.encode(frame))
    with pytest.raises(ValueError, match="a.wav is no video"):
        read_clip(tmp_path / "a.wav", 1)


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file .*nowhere.mp4"):
        read_clip(tmp_path / "nowhere.mp4")
    with pytest.raises(FileNotFoundError):
        read_clip(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"frames": 0}, "`frames` must be an integer of at least 1"),
        ({"frames": 2.5}, "`frames`"),
        ({"frames": True}, "`frames`"),
        ({"size": 0}, "`size`"),
        ({"size": (3, 4, 5)}, "`size`"),
        ({"size": "112"}, "`size`"),
    ],
)
def test_bad_arguments(arguments, message, tmp_path):
    path = write(tmp_path / "a.gif", video(3))
    with pytest.raises(ValueError, match=message):
        read_clip(path, **{"frames": 2, **arguments})


def test_without_pyav_it_says_what_to_install(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **options):
        if name == "av":
            raise ModuleNotFoundError("No module named 'av'")
        return real(name, *rest, **options)

    (tmp_path / "a.mp4").write_bytes(b"0")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r'pip install "cnnkit\[video\]"'):
        read_clip(tmp_path / "a.mp4")
    monkeypatch.undo()
