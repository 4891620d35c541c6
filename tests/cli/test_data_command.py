import pytest

from cnnkit.cli.data import size
from cnnkit.datasets import catalogue


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("CNNKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CNNKIT_DATA", raising=False)


def test_list_is_a_table_of_tabs(invoke):
    code, out, err = invoke("data", "list")
    rows = [line.split("\t") for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [row[0] for row in rows] == [entry.name for entry in catalogue()]
    assert {len(row) for row in rows} == {6}


def test_verify_all_passes_over_what_is_not_here(invoke):
    code, out, err = invoke("data", "verify")
    assert (code, err) == (0, "")
    assert "mnist: not here" in out and "digits: 1,797" in out


def test_verify_what_is_named_and_not_here(invoke):
    code, out, err = invoke("data", "verify", "mnist")
    assert (code, out) == (1, "") and "cnnkit data fetch mnist" in err


def test_verify_finds_damage(invoke, tmp_path):
    source = {entry.name: entry for entry in catalogue()}["mnist"].source
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / source.file).write_bytes(b"half")
    code, _, err = invoke("data", "verify")
    assert code == 1 and "damaged" in err


def test_fetch_of_what_is_built_in(invoke):
    assert invoke("data", "fetch", "digits")[:2] == (
        0,
        "digits: built in, nothing to fetch\n",
    )


def test_fetch_from_the_class_rooms_folder(invoke, monkeypatch, tmp_path):
    source = {entry.name: entry for entry in catalogue()}["mnist"].source
    (tmp_path / source.file).write_bytes(b"as it is")
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    assert invoke("data", "fetch", "mnist")[1] == f"mnist: {tmp_path / source.file}\n"


def test_fetch_that_fails(invoke, monkeypatch):
    def fail(entry):
        raise OSError("no network")

    monkeypatch.setattr(type(catalogue()[0]), "fetch", fail)
    code, out, err = invoke("data", "fetch", "mnist")
    assert (code, out) == (1, "") and "mnist: no network" in err


@pytest.mark.parametrize("command", ["fetch", "verify"])
def test_unknown_name(invoke, command):
    code, _, err = invoke("data", command, "mnits")
    assert code == 2 and "Did you mean mnist" in err


@pytest.mark.parametrize(
    "count, text",
    [(None, "-"), (0, "0 B"), (1500, "2 kB"), (11e6, "11 MB"), (2.5e9, "2.5 GB")],
)
def test_size(count, text):
    assert size(count) == text


def test_what_is_given_out_on_request(invoke, monkeypatch):
    code, out, err = invoke("data", "fetch", "flickr8k")
    assert (code, out) == (1, "") and "Ask its authors" in err
    monkeypatch.setattr("cnnkit.datasets._download.fetch", lambda source: source.file)
    code, out, err = invoke("data", "fetch", "all")
    assert (code, err) == (0, "") and "flickr8k" not in out
