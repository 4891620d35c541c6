import importlib.metadata
import subprocess
import types

import pytest

from cnnkit.cli.doctor import free_memory


@pytest.fixture
def healthy(monkeypatch):
    """A backend that answers, without the seconds that it takes to start."""
    answer = '{"backend": "tensorflow", "devices": ["cpu:0"]}\n'
    done = types.SimpleNamespace(returncode=0, stdout=answer, stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: done)
    monkeypatch.delenv("CNNKIT_DATA", raising=False)


def test_healthy(healthy, invoke):
    code, out, err = invoke("doctor")
    assert (code, err) == (0, ""), out
    for word in ("keras", "numpy", "tensorflow on cpu:0", "free", "digits", "lessons"):
        assert word in out


def test_old_package(healthy, invoke, monkeypatch):
    version = importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata,
        "version",
        lambda name: "3.0.0" if name == "keras" else version(name),
    )
    code, out, _ = invoke("doctor")
    assert code == 1 and 'pip install -U "keras>=' in out


def test_folder_that_is_not_there(healthy, invoke, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", "/nosuch")
    code, out, _ = invoke("doctor")
    assert code == 1 and "unset CNNKIT_DATA" in out


def test_broken_backend(cnnkit):
    ran = cnnkit("doctor", KERAS_BACKEND="nosuch")
    assert ran.returncode == 1
    assert "unset KERAS_BACKEND" in ran.stdout and "Traceback" not in ran.stderr


def test_free_memory():
    free = free_memory()
    assert free is None or free > 1e6
