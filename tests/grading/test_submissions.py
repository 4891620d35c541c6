"""Whose notebook is it, and which of several counts."""

import os
import zipfile

import pytest

from cnnkit.grading.grade import FILE_LIMIT
from cnnkit.grading.submissions import find_submissions

NAMES = ["a1_convolution_in_numpy", "a1"]


def people(folder):
    return {x.person: x.label for x in find_submissions(folder, NAMES).newest}


def write(path, data=b"{}", when=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if when is not None:
        os.utime(path, (when, when))


@pytest.mark.parametrize(
    ("label", "person"),
    [
        ("ann.ipynb", "ann"),
        ("ann_a1.ipynb", "ann"),
        ("a1_ann.ipynb", "ann"),
        ("A1-Ann Lee.ipynb", "Ann Lee"),
        ("a1_convolution_in_numpy_ann.ipynb", "ann"),
        ("ann (1).ipynb", "ann"),
        ("ann a1 (12).ipynb", "ann"),
        ("ann_a1 - Copy.ipynb", "ann"),
        ("ann_a1_copy 2.ipynb", "ann"),
        ("a1.ipynb", "a1"),
        ("a1 (1).ipynb", "a1"),
        ("a12 bell.ipynb", "a12 bell"),
        ("student 1.ipynb", "student 1"),
        ("student 12.ipynb", "student 12"),
        ("ann/a1.ipynb", "ann"),
        ("ann/a1/deep/x (3).ipynb", "ann"),
        ("Ann Lee_123_assignsubmission_file_/a1.ipynb", "Ann Lee_123"),
        ("leeann_1234_56789_a1-2.ipynb", "leeann_1234"),
        ("leeann_LATE_1234_56789_a1.ipynb", "leeann_1234"),
        ("Ünïcødé 名前.ipynb", "Ünïcødé 名前"),
        ("=1+1.IPYNB", "=1+1"),
    ],
)
def test_names(tmp_path, label, person):
    write(tmp_path / label)
    assert people(tmp_path) == {person: label}


def test_the_newest_counts_and_this_is_said(tmp_path):
    write(tmp_path / "ann.ipynb", when=300)
    write(tmp_path / "ann (1).ipynb", when=200)
    write(tmp_path / "a1_ann.ipynb", when=100)
    found = find_submissions(tmp_path, NAMES)
    assert people(tmp_path) == {"ann": "ann.ipynb"}
    assert "ann.ipynb counts" in found.notes["ann"]
    assert "ann (1).ipynb" in found.notes["ann"]


def make_zip(path, *names):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"{}")


def test_a_zip_of_one_is_that_ones(tmp_path):
    make_zip(tmp_path / "ann_a1.zip", "a1.ipynb", "notes.txt")
    make_zip(tmp_path / "bob" / "work.zip", "x/a1.ipynb")
    assert people(tmp_path) == {
        "ann": "ann_a1.zip/a1.ipynb",
        "bob": "bob/work.zip/x/a1.ipynb",
    }


def test_a_zip_of_many_is_a_folder(tmp_path):
    make_zip(tmp_path / "class.zip", "ann/a1.ipynb", "bob_a1.ipynb", "__MACOSX/c.ipynb")
    assert sorted(people(tmp_path)) == ["ann", "bob"]


def test_paths_in_a_zip_lead_nowhere(tmp_path):
    folder = tmp_path / "in"
    make_zip(folder / "ann.zip", "../../../evil.ipynb", "/etc/evil.ipynb")
    found = find_submissions(folder, NAMES)
    assert all(x.read() == b"{}" for x in found.newest)
    assert not list(tmp_path.rglob("evil*"))


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "ann.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a1.ipynb", bytes(FILE_LIMIT + 10**7))
    (one,) = find_submissions(tmp_path, NAMES).newest
    with pytest.raises(ValueError, match="larger than 20 MB"):
        one.read()


def test_a_huge_file_is_not_read(tmp_path):
    with (tmp_path / "ann.ipynb").open("wb") as file:
        file.truncate(10**9)
    (one,) = find_submissions(tmp_path, NAMES).newest
    with pytest.raises(ValueError, match="larger than 20 MB"):
        one.read()


def test_odd_files_are_told_and_links_not_followed(tmp_path):
    write(tmp_path / "notes.pdf")
    write(tmp_path / "broken.zip", b"PK")
    make_zip(tmp_path / "empty.zip", "x.txt")
    (tmp_path / "link.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "away").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe.ipynb")
    write(tmp_path / ".ipynb_checkpoints" / "x.ipynb")
    write(tmp_path / ".DS_Store")
    found = find_submissions(tmp_path, NAMES)
    assert found.newest == []
    assert {label for label, _ in found.odd} == {
        "notes.pdf",
        "broken.zip",
        "empty.zip",
        "link.ipynb",
        "away",
        "pipe.ipynb",
    }


def test_encrypted_and_damaged_zips(tmp_path):
    make_zip(tmp_path / "ann.zip", "a1.ipynb")
    data = bytearray((tmp_path / "ann.zip").read_bytes())
    data[6] |= 1  # flag: encrypted
    data[data.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "ann.zip").write_bytes(data)
    (one,) = find_submissions(tmp_path, NAMES).newest
    with pytest.raises(ValueError, match="cannot be read"):
        one.read()


def test_no_folder(tmp_path):
    with pytest.raises(NotADirectoryError, match="no folder"):
        find_submissions(tmp_path / "x", NAMES)


def test_names_that_are_no_utf8(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff\xfe.ipynb"
    with open(path, "wb") as file:
        file.write(b"{}")
    (one,) = find_submissions(tmp_path, NAMES).newest
    assert one.read() == b"{}"
