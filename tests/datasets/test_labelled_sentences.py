"""Sets of sentences as others lay them out, and what could be misread."""

import numpy as np
import pytest

from cnnkit.datasets import from_text


def file(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_order_of_the_lines_stays(tmp_path):
    data = from_text(file(tmp_path, "a.txt", "b one\na two\nb three\na four\n"))
    assert data.sentences == ("one", "two", "three", "four")
    assert data.classes == ("a", "b") and data.labels.tolist() == [1, 0, 1, 0]
    assert data.labels.dtype == np.int64


@pytest.mark.parametrize(
    ("name", "content", "label"),
    [
        ("train.tsv", "sentence\tlabel\na joy\tgood\ndull , dull\tbad\n", "last"),
        ("train.tsv", "label\tsentence\ngood\ta joy\nbad\tdull , dull\n", "first"),
        ("a.csv", 'text,label\na joy,good\n"dull , dull",bad\n', "last"),
        ("a.csv", "Class,Text\r\ngood,a joy\r\nbad,dull , dull\r\n", "first"),
        ("a.txt", "Category sentence\ngood a joy\nbad dull , dull", "first"),
    ],
)
def test_a_first_line_that_names_columns(tmp_path, name, content, label):
    path = file(tmp_path, name, content)
    data = from_text(path, label=label, header=True)
    assert data.sentences == ("a joy", "dull , dull")
    assert data.classes == ("bad", "good")
    with pytest.raises(ValueError, match="name its columns.*header=True"):
        from_text(path, label=label)


@pytest.mark.parametrize(
    ("content", "label"),
    [
        ("sentence\tlabel\na joy\t1\nso dull\t0\n", "first"),
        ("label\tsentence\n1\ta joy\n0\tso dull\n", "last"),
        ("Index\tSentence\n1\ta joy\n2\tso dull\n", "first"),
    ],
)
@pytest.mark.parametrize("header", [False, True])
def test_the_wrong_column(tmp_path, content, label, header):
    path = file(tmp_path, "train.tsv", content)
    with pytest.raises(ValueError, match="name its columns|which is no label"):
        from_text(path, label=label, header=header)


def test_a_class_may_be_called_as_a_column(tmp_path):
    data = from_text(file(tmp_path, "a.txt", "text one\nspeech two\ntext three\n"))
    assert data.classes == ("speech", "text") and len(data) == 3


def test_a_header_in_each_file_of_a_class(tmp_path):
    for name in ("good", "bad"):
        file(tmp_path, f"{name}.csv", f"sentence\nit is {name}\n")
    assert from_text(tmp_path, header=True).sentences == ("it is bad", "it is good")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_parts_a_label_from_a_sentence(tmp_path, end):
    lines = {
        "tabs.txt": ["very good\thide it", "bad\tcontains wit"],
        "spaces.txt": ["good hide it", "bad contains wit"],
        "plain.csv": ["good,hide it", "bad,contains wit"],
        "quoted.csv": ['"very good","hide it"', '"bad","contains wit"'],
    }
    for name, rows in lines.items():
        data = from_text(file(tmp_path, name, end.join(rows)))
        assert data.sentences == ("hide it", "contains wit"), name
        assert data.classes[1] in ("very good", "good")


def test_marks_in_a_sentence(tmp_path):
    csv = '1,"A ""good"", long film"\n0,bad\n1,"Stop" it says\n0,so, so, so\n'
    data = from_text(file(tmp_path, "a.csv", csv))
    assert data.sentences == (
        'A "good", long film',
        "bad",
        '"Stop" it says',
        "so, so, so",
    )
    data = from_text(file(tmp_path, "b.csv", "so, so,0\nfine,1\n"), label="last")
    assert data.sentences == ("so, so", "fine")
    data = from_text(file(tmp_path, "c.tsv", "a\tb\tc\na\td\nb\te\n"))
    assert data.sentences == ("b\tc", "d", "e")
    kept = "good caf\u00e9\u2028bar\nbad x\x85y\n"
    data = from_text(file(tmp_path, "d.txt", kept))
    assert data.sentences == ("caf\u00e9\u2028bar", "x\x85y")
    data = from_text(file(tmp_path, "e.csv", 'a,"one\ntwo"\nb,three\n'))
    assert data.sentences == ("one\ntwo", "three")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "1,A title,a text\n2,A title,a text\n", "two columns.* has 3"),
        ("a.tsv", "1\t1\tgood\n2\t1\tbad\n", "two columns.* has 3"),
        ("a.csv", '1,good\n0,"bad\n', r"a\.csv: the row in line 2"),
        ("a.csv", f'1,good\n0,"{"x" * 200_000}"\n', r"a\.csv: the row in line 2"),
        ("a.csv", '"a, b",c, d\nb,c\n', "Line 1"),
        ("a.csv", "1,good\n\n0,\n", "Line 3"),
        ("a.tsv", "very good\tfine\nworse\n", "Line 2"),
        ("a.jsonl", '{"text":"good","label":1}\n', "Line 1"),
        ("a.csv", "1;good\n0;bad\n", "Line 1"),
    ],
)
def test_lines_that_cannot_be_told(tmp_path, name, content, message):
    with pytest.raises(ValueError, match=message):
        from_text(file(tmp_path, name, content))


def test_the_official_subjectivity_files(tmp_path):
    file(tmp_path, "quote.tok.gt9.5000", b"a caf\xe9 \x85 film\nfine\n")
    file(tmp_path, "plot.tok.gt9.5000", "he leaves\n")
    file(tmp_path, "subjdata.README.1.0", "what this is\n")
    data = from_text(tmp_path, encoding="latin-1")
    assert data.classes == ("plot.tok.gt9", "quote.tok.gt9")
    assert data.labels.tolist() == [0, 1, 1]


def test_files_about_the_others_are_left_out(tmp_path):
    for name in ("x.pos", "x.neg", "README", "readme.md", "LICENSE.txt", "License"):
        file(tmp_path, name, f"from {name}\n")
    assert from_text(tmp_path).sentences == ("from x.neg", "from x.pos")
    data = from_text({"a": tmp_path / "README", "b": tmp_path / "x.pos"})
    assert data.sentences == ("from README", "from x.pos")


def test_the_parts_of_a_split_are_no_classes(tmp_path):
    for name in ("train.tsv", "dev.tsv", "test.tsv"):
        file(tmp_path, name, "good\tfine\nbad\tpoor\n")
    with pytest.raises(ValueError, match="dev, test, train are the parts of a split"):
        from_text(tmp_path)
    assert len(from_text(tmp_path / "dev.tsv")) == 2


def test_several_files_of_a_class_in_a_dict(tmp_path):
    (tmp_path / "more").mkdir()
    file(tmp_path, "one", "1")
    file(tmp_path, "two", "2")
    file(tmp_path / "more", "three", "3")
    paths = [tmp_path / "two", str(tmp_path / "one"), tmp_path / "more"]
    data = from_text({"a": paths, "b": tmp_path / "one"})
    assert data.sentences == ("2", "1", "3", "1")
    assert data.labels.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("source", "arguments", "message"),
    [
        ({"a": 3}, {}, "`source`"),
        ([3], {}, "`source`"),
        (iter(["a"]), {}, "`source`"),
        ({"a": "x", "b": "x"}, {"encoding": None}, "`encoding`"),
        ("x", {"header": "yes"}, "`header`"),
        ("x", {"header": 1}, "`header`"),
    ],
)
def test_bad_arguments(tmp_path, monkeypatch, source, arguments, message):
    monkeypatch.chdir(tmp_path)
    file(tmp_path, "x", "a b\nc d\n")
    with pytest.raises(ValueError, match=message):
        from_text(source, **arguments)
