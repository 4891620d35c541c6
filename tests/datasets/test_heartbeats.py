"""WFDB recordings written here by hand, record 100 and ECG5000."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnkit.datasets import SOURCES, Recording, ecg5000, from_wfdb, mit_bih, wfdb
from tests.datasets.real import REAL, needs

VALUES = np.array([[0, -1], [2047, -2047], [-2048, 5], [1024, 300]])


def pack_212(values):
    """Write numbers of 12 bits two by two, by arithmetic."""
    flat, out = [int(v) % 4096 for v in np.ravel(values)], []
    for first, second in zip(flat[::2], flat[1::2], strict=True):
        out += [first % 256, first // 256 + 16 * (second // 256), second % 256]
    return bytes(out)


def annotate(*pairs):
    """Write annotations of (code, step); a long step as a SKIP."""
    words = []
    for code, step in pairs:
        if step > 1023:
            words += [59 << 10, step >> 16, step & 0xFFFF]
            step = 0
        words.append(code << 10 | step)
    return np.array([*words, 0], "<u2").tobytes()


def record(folder, values=VALUES, lines=None, beats=None, head=None):
    sums = [(int(total) + 2**15) % 2**16 - 2**15 for total in values.sum(axis=0)]
    lines = lines or [
        f"x.dat 212 200(10)/mV 11 1024 {values[0, 0]} {sums[0]} 0 MLII",
        f"x.dat 212 400 11 4 {values[0, 1]} {sums[1]} 0 V5 of chest",
    ]
    head = head or f"x {len(lines)} 360 {len(values)}"
    (folder / "x.hea").write_text("\n".join(["# said", head, *lines, "# 69 M", ""]))
    (folder / "x.dat").write_bytes(pack_212(values))
    default = annotate((28, 0), (1, 1), (8, 1), (5, 1)) if beats is None else beats
    (folder / "x.atr").write_bytes(default)
    return folder / "x.hea"


def test_units_leads_and_beats(tmp_path):
    found = from_wfdb(record(tmp_path))
    assert isinstance(found, Recording) and found.rate == 360
    assert found.leads == ("MLII", "V5 of chest")
    expected = (VALUES - [10, 4]) / [200, 400]
    expected[2, 0] = np.nan
    np.testing.assert_allclose(found.signals, expected, rtol=1e-6)
    assert found.signals.dtype == np.float32
    assert found.beats.tolist() == [1, 2, 3] and found.kinds.tolist() == list("NAV")
    assert "3 beats" in repr(found)


def test_annotations_with_text_and_long_steps(tmp_path):
    values = np.zeros((3000, 2), int)
    # Rhythm change with text "(N\0" of 3 bytes, padded to 4; number; channel; a long
    # step forward, and one back.
    text = np.array([63 << 10 | 3], "<u2").tobytes() + b"(N\0\0"
    beats = annotate((28, 5))[:-2] + text + annotate((60, 1), (62, 1), (1, 2000))
    assert from_wfdb(record(tmp_path, values, beats=beats)).beats.tolist() == [2005]
    back = np.array([59 << 10, 0xFFFF, 0xFFFE, 1 << 10, 0], "<u2").tobytes()
    beats = annotate((14, 7))[:-2] + back
    assert from_wfdb(record(tmp_path, values, beats=beats)).beats.tolist() == [5]
    none = from_wfdb(record(tmp_path, values, beats=b"\0\0"))
    assert none.beats.shape == (0,) and none.kinds.shape == (0,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"head": "x"}, "no header"),
        ({"head": "x two 360"}, "no header"),
        ({"head": "x 3 360"}, "does not describe"),
        ({"head": "x 2 0"}, "does not describe"),
        ({"lines": ["x.dat 16 200 11 0"]}, "format 212"),
        ({"lines": ["x.dat 212 -1 11 0"]}, "gain"),
        ({"lines": ["x.dat 212 200 11 0 0 1 0 a"]}, "has not the checksum"),
        ({"beats": b""}, "break off"),
        ({"beats": annotate((1, 1))[:-2]}, "break off"),
        ({"beats": annotate((1, 4))}, "astray"),
        ({"beats": np.array([59 << 10, 0], "<u2").tobytes()}, "break off"),
    ],
)
def test_bad_recordings(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        from_wfdb(record(tmp_path, **arguments))


@pytest.mark.parametrize("content", [b"", b"ab", b"abcd"])
def test_bad_signals(tmp_path, content):
    path = record(tmp_path)
    (tmp_path / "x.dat").write_bytes(content)
    with pytest.raises(ValueError, match="breaks off"):
        from_wfdb(path)


@pytest.mark.parametrize("name", ["x.hea", "x.dat", "x.atr"])
def test_missing_files(tmp_path, name):
    path = record(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        from_wfdb(path)


def table(n=500, label=3):
    rows = np.tile(np.linspace(-1, 1, 140), (n, 1))
    return np.column_stack([np.full(n, label), rows])


def as_file(rows, end="\n"):
    lines = ("   ".join(f"{number:.7e}" for number in row) for row in rows)
    return end.join([*lines, ""]).encode()


@pytest.fixture
def by_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_ecg5000(by_hand, end):
    (by_hand / "ecg").mkdir()
    (by_hand / "ecg" / "ECG5000_TRAIN.txt").write_bytes(as_file(table(), end))
    data = ecg5000()
    assert data.x_train.shape == (500, 140, 1) and data.x_train.dtype == np.float32
    assert data.x_test.shape == (0, 140, 1) and data.y_test.shape == (0,)
    assert set(data.y_train) == {2} and data.y_train.dtype == np.int64
    (by_hand / "ecg" / "ECG5000_TEST.txt").write_bytes(as_file(table(4500, 1)))
    assert ecg5000().x_test.shape == (4500, 140, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\xff", "damaged"),
        (as_file(table())[:-50], "damaged"),
        (as_file(table(499)), r"\(499, 141\)"),
        (as_file(table(label=6)), "labels should be from 1 to 5"),
        (as_file(table(label=0)), "labels should be from 1 to 5"),
        (as_file(table(label=1.5)), "no labels"),
        (as_file(table(label=np.nan)), "not finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
def test_bad_ecg5000(by_hand, content, message):
    (by_hand / "ECG5000_TRAIN.txt").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        ecg5000()


def test_from_a_server(server, monkeypatch):
    server.payload = as_file(table())
    source = replace(server.source(), file="ECG5000_TRAIN.txt")
    monkeypatch.setitem(SOURCES, "ecg5000", source)
    assert len(ecg5000().x_train) == 500


@needs("ecg/100.dat")
def test_the_real_recording(monkeypatch):
    """The header states the sum of each lead; PhysioNet the SHA-256 of each file."""
    monkeypatch.setenv("CNNKIT_DATA", REAL)
    found = mit_bih()
    assert found.signals.shape == (650_000, 2) and found.leads == ("MLII", "V5")
    np.testing.assert_allclose(found.signals[0], [-0.145, -0.065], rtol=1e-5)
    kinds, counts = np.unique(found.kinds, return_counts=True)
    counted = dict(zip(kinds.tolist(), counts.tolist(), strict=True))
    assert counted == {"N": 2239, "A": 33, "V": 1}
    # An annotation stands at the peak: higher than the line a tenth of a second away.
    inside = found.beats[1:-1]
    line = found.signals[:, 0]
    assert (
        line[inside] > np.maximum(line[inside - 36], line[inside + 36])
    ).mean() > 0.9
    for source in wfdb.sources()[1:]:
        content = Path(REAL, "ecg", source.file.rpartition("/")[2]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == source.sha256
        assert len(content) == source.size_bytes


@needs("ecg/100.dat")
def test_a_damaged_recording_is_found(by_hand):
    for source in wfdb.sources():
        name = source.file.rpartition("/")[2]
        shutil.copy(Path(REAL, "ecg", name), by_hand / name)
        (by_hand / name).chmod(0o644)
    content = bytearray((by_hand / "100.dat").read_bytes())
    content[1000] ^= 4
    (by_hand / "100.dat").write_bytes(content)
    with pytest.raises(ValueError, match="checksum"):
        mit_bih()


@needs("ecg/ECG5000_TRAIN.txt")
def test_the_real_heartbeats(monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", REAL)
    data = ecg5000()
    assert np.bincount(data.y_train).tolist() == [292, 177, 10, 19, 2]
    np.testing.assert_allclose(data.x_train.mean(axis=1), 0, atol=1e-4)
    np.testing.assert_allclose(data.x_train.std(axis=1, ddof=1), 1, atol=1e-4)
    lines = Path(REAL, "ecg", "ECG5000_TRAIN.txt").read_bytes().splitlines()
    official = b"".join(line + b"\r\n" for line in lines)
    assert hashlib.sha256(official).hexdigest() == SOURCES["ecg5000"].sha256
