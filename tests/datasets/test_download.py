"""Downloads that break, stop, meet each other or find no room."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnkit.datasets import DownloadError, _download, _paths, cache_folder, fetch

CLIENT = """
import ast, hashlib, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from cnnkit.datasets import Source, fetch
if sys.argv[2:]:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
path = fetch(Source(**ast.literal_eval(sys.argv[1])))
print(hashlib.sha256(path.read_bytes()).hexdigest())
"""


def start(source, *arguments):
    command = [sys.executable, "-c", CLIENT, repr(vars(source)), *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def files():
    return sorted(path.name for path in cache_folder().glob("*"))


def wait_for_part():
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for part in cache_folder().glob(".*.part"):
            if part.stat().st_size:
                return part
        time.sleep(0.01)
    raise TimeoutError("no download began")


def test_fetches_once(server):
    source = server.source()
    path = fetch(source)
    assert path.read_bytes() == server.payload
    assert fetch(source) == path
    assert server.requests == 1
    assert files() == ["thing.npz"]


def test_the_file_can_be_read_by_others(server):
    old = os.umask(0o022)
    try:
        assert fetch(server.source()).stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(old)


@pytest.mark.parametrize("fault", ["altered", "cut, length not told"])
def test_a_broken_download_is_told_and_tried_again(server, fault):
    server.faults = [fault]
    with pytest.warns(UserWarning, match="not the official file .* It was removed"):
        path = fetch(server.source())
    assert path.read_bytes() == server.payload
    assert files() == ["thing.npz"]


@pytest.mark.parametrize("fault", ["cut", 503])
def test_a_failed_request_is_tried_again(server, fault):
    server.faults = [fault]
    assert fetch(server.source()).read_bytes() == server.payload
    assert server.requests == 2


@pytest.mark.filterwarnings("ignore:.*It was removed")
@pytest.mark.parametrize(
    "fault, requests, message",
    [
        ("altered", 3, "not the official file"),
        ("cut", 3, "broke off"),
        ("cut, length not told", 3, "300000 bytes"),
        (500, 3, "answered 500"),
        (404, 1, "answered 404"),
    ],
)
def test_gives_up_and_leaves_nothing(server, fault, requests, message):
    server.faults = [fault] * 10
    with pytest.raises(DownloadError, match=message):
        fetch(server.source())
    assert server.requests == requests
    assert files() == []


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_an_altered_file_in_the_cache_is_never_used(server, damage):
    path = fetch(server.source())
    content = path.read_bytes()
    path.write_bytes(content[:-1] if damage is None else damage + content[1:] + damage)
    with pytest.warns(UserWarning, match="has been altered since it was fetched"):
        assert fetch(server.source()) == path
    assert path.read_bytes() == content


@pytest.mark.filterwarnings("ignore:.*has been altered")
def test_an_altered_file_is_removed_even_without_connection(server):
    path = fetch(server.source())
    path.write_bytes(b"half")
    server.faults = [404]
    with pytest.raises(DownloadError):
        fetch(server.source())
    assert files() == []


def test_offline_says_what_to_do(server, tmp_path, monkeypatch):
    source = server.source(url="http://127.0.0.1:9/thing.npz")
    with pytest.raises(DownloadError) as caught:
        fetch(source)
    for words in (source.url, "thing.npz into", "CNNKIT_DATA", "digits, docstring"):
        assert words in str(caught.value)
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DownloadError, match="nowhere, which is not a folder"):
        fetch(source)
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    with pytest.raises(DownloadError, match="which has none of them"):
        fetch(source)


def test_a_silent_server_is_given_up(server, monkeypatch):
    monkeypatch.setattr(_download, "TIMEOUT_SECONDS", 0.05)
    server.pause = 2
    with pytest.raises(DownloadError, match="broke off|in time"):
        fetch(server.source())


def test_a_killed_download_leaves_nothing_that_counts(server):
    server.pause = 0.2
    client = start(server.source())
    part = wait_for_part()
    client.kill()
    client.communicate()
    assert files() == [part.name]
    server.pause = 0
    fetch(server.source())
    assert part.exists()
    (cache_folder() / "thing.npz").unlink()
    old = time.time() - _paths.STALE_SECONDS - 1
    os.utime(part, (old, old))
    assert fetch(server.source()).read_bytes() == server.payload
    assert files() == ["thing.npz"]


def test_an_interrupted_download_leaves_nothing(server):
    server.pause = 0.2
    client = start(server.source())
    wait_for_part()
    client.send_signal(signal.SIGINT)
    _, errors = client.communicate()
    assert client.returncode
    assert "KeyboardInterrupt" in errors
    assert files() == []


def test_processes_that_fetch_at_once(server):
    server.pause = 0.02
    cache_folder().mkdir()
    (cache_folder() / "thing.npz").write_bytes(b"damaged")
    clients = [start(server.source()) for _ in range(3)]
    digests = {client.communicate()[0].strip() for client in clients}
    assert digests == {hashlib.sha256(server.payload).hexdigest()}
    assert files() == ["thing.npz"]


def test_no_room(server):
    client = start(server.source(), "100000")
    _, errors = client.communicate()
    assert "DownloadError: There is no room for 1 MB in" in errors
    assert "CNNKIT_CACHE" in errors
    assert files() == []


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_a_cache_that_cannot_be_written(server, tmp_path, monkeypatch, inside):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CNNKIT_CACHE", str(tmp_path / "file" / inside))
    with pytest.raises(DownloadError, match="No file can be written in .*CNNKIT_CACHE"):
        fetch(server.source())


def test_a_folder_where_the_file_should_be(server):
    (cache_folder() / "thing.npz").mkdir(parents=True)
    with pytest.raises(DownloadError, match="cannot be read: Is a directory"):
        fetch(server.source())


def test_the_local_folder_comes_first(server, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    (tmp_path / "b.tar").write_text("by hand")
    source = server.source(accepts=("a.npz", "b.tar"))
    assert fetch(source) == tmp_path / "b.tar"
    (tmp_path / "a.npz").write_text("better")
    assert fetch(source) == tmp_path / "a.npz"
    assert server.requests == 0


@pytest.mark.parametrize("name", ["MNIST", "minst", 3, None])
def test_unknown_source(name):
    with pytest.raises(ValueError, match="must be one of bccd, cifar10, ecg5000"):
        fetch(name)


def test_nearest_source():
    with pytest.raises(ValueError, match="Did you mean 'mnist'"):
        fetch("minst")


def test_progress_is_shown_on_a_terminal_only(server, monkeypatch, capsys):
    fetch(server.source())
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    fetch(server.source(file="other.npz"))
    assert "thing" in capsys.readouterr().err


def test_cache_folder(monkeypatch):
    monkeypatch.setenv("CNNKIT_CACHE", "/a")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    assert cache_folder() == Path("/a")
    monkeypatch.delenv("CNNKIT_CACHE")
    assert cache_folder() == Path("/b/cnnkit")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/c")
    assert cache_folder() == Path("/c/.cache/cnnkit")


def test_shipped_folder():
    assert (_paths.shipped_folder() / "README.md").is_file()
