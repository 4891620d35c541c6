"""The set-up cell in an imitation of Colab, and outside of it."""

import sys
import types

import pytest
from IPython.core.interactiveshell import InteractiveShell

from cnnkit.lessons.front import setup_source

ADDRESS = "https://github.com/someone/course"


@pytest.fixture
def shell(monkeypatch):
    made = InteractiveShell()
    made.installed = []
    made.register_magic_function(made.installed.append, magic_name="pip")
    yield made
    made.history_manager.end_session()


def run(shell):
    shell.run_cell(setup_source(ADDRESS)).raise_error()
    return shell.installed


def test_elsewhere_nothing_happens(shell, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    assert run(shell) == []
    assert capsys.readouterr() == ("", "")


def test_in_colab_cnnkit_is_installed(shell, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert run(shell) == [f'install --quiet "cnnkit @ git+{ADDRESS}"']
