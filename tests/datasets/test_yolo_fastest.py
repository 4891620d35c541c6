import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnkit.datasets import DownloadError, _download, yolo_fastest
from cnnkit.datasets.yolo_fastest import sources

REAL = os.environ.get("CNNKIT_DATA", "")


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A folder with small files of the right names."""
    folder = tmp_path / "mirror" / "yolo_fastest"
    (folder / "data").mkdir(parents=True)
    for source in sources():
        path = tmp_path / "mirror" / source.accepts[0]
        if path.suffix == ".jpg":
            Image.new("RGB", (6, 4), (255, 0, 0)).save(path, quality=100)
        else:
            path.write_text("\n".join(map(str, range(80))) + "\n")
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path / "mirror"))
    return folder


def test_a_mirror(mirror):
    data = yolo_fastest()
    assert data.cfg == mirror / "yolo-fastest-1.1.cfg"
    assert data.weights == mirror / "yolo-fastest-1.1.weights"
    assert data.class_names[::79] == ("0", "79")
    assert list(data.photographs) == ["dog", "eagle", "giraffe", "horses", "person"]
    dog = data.photographs["dog"]
    assert dog.shape == (4, 6, 3) and dog.dtype == np.float32 and dog.max() > 0.98


@pytest.mark.parametrize(
    ("name", "words"),
    [("coco.names", "should hold 80 different names"), ("data/dog.jpg", "cannot be")],
)
def test_a_damaged_file_is_told(mirror, name, words):
    (mirror / name).write_text("person\nperson\n")
    with pytest.raises(ValueError, match=words):
        yolo_fastest()


def test_each_file_is_fetched_and_checked(server, monkeypatch):
    source = sources()[0]
    assert len({s.sha256 for s in sources()}) == len(sources()) == 8
    assert all(s.url == s.url.strip() and s.url.endswith(s.name) for s in sources())
    good = server.source()
    here = replace(source, url=good.url, sha256=good.sha256)
    path = _download.fetch(here)
    assert path.parent.name == "yolo_fastest" and path.name == source.name
    server.faults = ["altered"] * 3
    with (
        pytest.warns(UserWarning, match="not the official file"),
        pytest.raises(DownloadError),
    ):
        _download.fetch(replace(here, sha256=source.sha256, file="other"))


@pytest.mark.skipif(
    not Path(REAL, "pretrained/yolo_fastest").is_dir(),
    reason="needs pretrained/yolo_fastest in CNNKIT_DATA",
)
def test_the_real_files(monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", REAL)
    for source in sources():
        path = _download.local_file(source)
        assert path.stat().st_size == source.size_bytes
        with open(path, "rb") as file:
            assert _download.sha256(file) == source.sha256
    data = yolo_fastest()
    assert data.class_names[:3] == ("person", "bicycle", "car")
    assert data.photographs["dog"].shape == (576, 768, 3)
