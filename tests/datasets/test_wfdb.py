"""Headers of WFDB in all their forms; units and lengths as its guide has them.

The `wfdb` package of PhysioNet reads such records the same.
"""

import numpy as np
import pytest

from cnnkit.datasets import from_wfdb
from tests.datasets.test_heartbeats import annotate, pack_212, record

VALUES = np.array([[0], [-5], [2047], [-2047], [100]])


def write(folder, head="x 1 360 5", line="x.dat 212", values=VALUES, cut=0, more=b""):
    flat = np.append(values, [0] * (values.size % 2))
    content = pack_212(flat)
    (folder / "x.hea").write_text(f"{head}\n{line}\n", encoding="utf-8")
    (folder / "x.dat").write_bytes(content[: len(content) - cut] + more)
    (folder / "x.atr").write_bytes(annotate((1, 1)))
    return folder / "x.hea"


@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize("leads", [1, 3])
@pytest.mark.parametrize("said", ["", " 0", " 5"])
def test_an_odd_number_of_values(tmp_path, cut, leads, said):
    values = np.arange(5 * leads).reshape(5, leads) - 7
    lines = "\n".join(["x.dat 212 1"] * leads)
    path = write(tmp_path, f"x {leads} 360{said}", lines, values, cut)
    expected = values
    if leads == 1 and not cut and said != " 5":
        expected = np.append(values, [[0]], axis=0)  # what fills up the last bytes
    np.testing.assert_array_equal(from_wfdb(path).signals, expected)


def test_no_more_samples_than_the_header_says(tmp_path):
    sums = "x.dat 212 1 12 0 0 95 0 I"
    path = write(tmp_path, line=sums, more=pack_212([7, 8, 9, 10]))
    found = from_wfdb(path)
    np.testing.assert_array_equal(found.signals, VALUES)
    with pytest.raises(ValueError, match="breaks off"):
        from_wfdb(write(tmp_path, "x 1 360 7", sums))


def test_a_sum_counts_only_with_a_number_of_samples(tmp_path):
    line = "x.dat 212 1 12 0 0 1 0 I"
    assert len(from_wfdb(write(tmp_path, "x 1 360", line, cut=1)).signals) == 5
    with pytest.raises(ValueError, match="checksum"):
        from_wfdb(write(tmp_path, "x 1 360 5", line))


@pytest.mark.parametrize(
    ("line", "millivolts"),
    [
        ("x.dat 212", VALUES / 200),
        ("x.dat 212 0", VALUES / 200),
        ("x.dat 212x1 100", VALUES / 100),
        ("x.dat 212 100(7)", (VALUES - 7) / 100),
        ("x.dat 212 100(-7)/mV 12 3", (VALUES + 7) / 100),
        ("x.dat 212 1e2/mV 12 3", (VALUES - 3) / 100),
        ("x.dat 212 0.2/uV", VALUES / 200),
        ("x.dat 212 0.2/\u00b5V", VALUES / 200),
        ("x.dat 212 200000(7)/V", (VALUES - 7) / 200),
        ("x.dat 212 0/V", VALUES / 200 * 1000),
    ],
)
def test_units(tmp_path, line, millivolts):
    found = from_wfdb(write(tmp_path, line=line)).signals
    np.testing.assert_allclose(found, millivolts, rtol=1e-6)


@pytest.mark.parametrize(
    ("head", "rate"),
    [("x 1", 250), ("x 1 128", 128), ("x 1 3.6e2/72(5) 5", 360), (" # a\nx 1", 250)],
)
def test_rates(tmp_path, head, rate):
    assert from_wfdb(write(tmp_path, head)).rate == rate


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"line": "x.dat 212 100/mmHg"}, "in mmHg"),
        ({"line": "x.dat 212 -1"}, "below 0"),
        ({"line": "x.dat 212 nan"}, "below 0"),
        ({"line": "x.dat 212 1(/mV"}, r"as 200\(1024\)/mV"),
        ({"line": "x.dat 212 one"}, "no header"),
        ({"line": "x.dat 212 1 12 0 0 sum"}, "no header"),
        ({"line": "x.dat 212:3 1"}, "format 212"),
        ({"line": "x.dat 212+24 1"}, "format 212"),
        ({"line": "x.dat 212x2 1"}, "format 212"),
        ({"head": "x 0 360"}, "does not describe"),
        ({"head": "x 1 360 -5"}, "does not describe"),
        ({"head": "x 1 -360 5"}, "does not describe"),
        ({"head": "x/2 1 360 5"}, "several segments"),
        ({"head": "x 1 360", "cut": 2}, "breaks off"),
    ],
)
def test_bad_headers(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        from_wfdb(write(tmp_path, **arguments))


def test_the_name_of_a_record_will_do(tmp_path):
    assert from_wfdb(write(tmp_path).with_suffix("")).beats.tolist() == [1]


@pytest.mark.parametrize("name", ["x.hea", "x.dat", "x.atr"])
def test_a_missing_file_is_named(tmp_path, name):
    path = record(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"Record x lacks its file .*{name}"):
        from_wfdb(path)
