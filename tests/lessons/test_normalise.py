import base64
import io

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cnnkit.lessons import front
from cnnkit.lessons.normalise import main, normalise, normalised_text

ADDRESS = "https://github.com/someone/course"
PATH = "notebooks/week1_foundations/01_a.ipynb"
LOG = (
    "2026-08-19 10:11:12.131415: I tensorflow/core/util/port.cc:153] oneDNN on.\n"
    "WARNING: All log messages before absl::InitializeLog() is called are written to "
    "STDERR\n"
    "I0000 00:00:1755600000.123456   42 gpu_device.cc:2020] Created device\n"
    "To enable the following instructions: AVX2 FMA, in other operations, rebuild "
    "TensorFlow with the appropriate compiler flags.\n"
)


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def result(data, count=1):
    return new_output("execute_result", data=data, execution_count=count)


def notebook(*cells, counts=None):
    """A notebook that has been run, one code cell for each list of outputs."""
    counts = counts or range(1, len(cells) + 1)
    codes = [
        new_code_cell(f"x = {i}", outputs=list(outputs), execution_count=count)
        for i, (outputs, count) in enumerate(zip(cells, counts, strict=True))
    ]
    return new_notebook(cells=[new_markdown_cell("# Title\n\nText."), *codes])


def clean(made):
    return normalise(made, address=ADDRESS, path=PATH)


def outputs_of(*outputs):
    made, problems = clean(notebook(outputs))
    assert problems == []
    return made.cells[2].outputs


def problems_of(*outputs):
    return clean(notebook(outputs))[1]


def test_front_matter_is_written():
    made, problems = clean(notebook([stream("1\n")]))
    assert problems == []
    assert made.cells[0].source == (
        "# Title\n\n[![Open in Colab](https://colab.research.google.com/assets/"
        "colab-badge.svg)](https://colab.research.google.com/github/someone/course/"
        f"blob/main/{PATH})\n\nText."
    )
    setup = made.cells[1]
    assert setup.metadata.tags == ["setup"]
    assert f'"cnnkit @ git+{ADDRESS}"' in setup.source
    assert [x.execution_count for x in made.cells[1:]] == [1, 2]
    nbformat.validate(made)


def test_it_is_idempotent():
    once, _ = clean(notebook([stream("1\n")], [result({"text/plain": "2"}, 2)]))
    twice, problems = clean(once)
    assert problems == [] and nbformat.writes(once) == nbformat.writes(twice)


def test_a_new_address_replaces_the_old_one():
    once, _ = clean(notebook([stream("1\n")]))
    moved, problems = normalise(
        once, address="https://github.com/else/where", path="notebooks/w/02_b.ipynb"
    )
    text = nbformat.writes(moved)
    assert problems == []
    assert "someone/course" not in text and "01_a" not in text
    assert text.count("else/where/blob/main/notebooks/w/02_b.ipynb") == 1
    assert [cell.cell_type for cell in moved.cells] == ["markdown", "code", "code"]


def test_setup_cell_goes_to_the_second_place():
    made, _ = clean(notebook([stream("1\n")]))
    made.cells.append(made.cells.pop(1))
    again, problems = clean(made)
    assert problems == [] and again.cells[1].metadata.tags == ["setup"]


def test_input_is_not_changed():
    made = notebook([stream("1\n")])
    before = nbformat.writes(made)
    clean(made)
    assert nbformat.writes(made) == before


def test_metadata_is_reduced():
    made = notebook([stream("1\n")])
    made.metadata = nbformat.from_dict(
        {
            "colab": {"provenance": []},
            "widgets": {"state": {}},
            "kernelspec": {"name": "my-env", "display_name": "Mine"},
            "language_info": {"name": "python", "version": "3.12.1"},
        }
    )
    made.cells[1].metadata = nbformat.from_dict(
        {
            "execution": {"iopub.status.busy": "2026-01-01T00:00:00Z"},
            "colab": {"base_uri": "https://localhost"},
            "collapsed": False,
            "tags": ["keep"],
        }
    )
    again, _ = clean(made)
    assert again.metadata == {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    assert again.cells[2].metadata == {"tags": ["keep"]}


def test_ids_follow_the_text_and_are_unique():
    made = notebook([stream("1\n")], [stream("1\n")])
    made.cells[2].source = made.cells[1].source
    first, _ = clean(made)
    for cell in made.cells:
        cell.id = "other" + cell.id
    second, _ = clean(made)
    ids = [cell.id for cell in first.cells]
    assert ids == [cell.id for cell in second.cells]
    assert len(set(ids)) == len(ids)


def test_empty_cells_go():
    made = notebook([stream("1\n")])
    made.cells += [new_code_cell(" \n"), new_markdown_cell("")]
    assert len(clean(made)[0].cells) == 3


def test_gaps_in_the_numbers_are_closed():
    made, problems = clean(notebook([], [], [], counts=[3, 5, 9]))
    assert problems == []
    assert [x.execution_count for x in made.cells[1:]] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "counts, problem",
    [
        ([1, None], "cell 3: it has not been run"),
        ([2, 1], "cell 3: it was run before the one above it"),
        ([4, 4], "cell 3: it was run before the one above it"),
    ],
)
def test_what_was_not_run_in_order_is_told(counts, problem):
    assert clean(notebook([], [], counts=counts))[1] == [problem]


def test_streams_are_joined():
    assert [x.text for x in outputs_of(stream("a\n"), stream("b\n"))] == ["a\nb\n"]


def test_tensorflow_log_goes_and_what_is_left_is_told():
    assert outputs_of(stream(LOG, "stderr"), stream("1\n")) == [stream("1\n")]
    told = problems_of(stream(LOG + "UserWarning: careful\n", "stderr"))
    assert told == ["cell 2: it writes to stderr: UserWarning: careful"]


def test_addresses_go():
    text = "<object object at 0x7f3a12bc>"
    assert outputs_of(stream(text))[0].text == "<object object>"
    assert outputs_of(result({"text/plain": text}))[0].data == {
        "text/plain": "<object object>"
    }


def test_colab_and_widget_data_go():
    kept = outputs_of(
        result(
            {
                "text/plain": "1",
                "application/vnd.google.colaboratory.intrinsic+json": {},
                "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
            }
        )
    )
    assert list(kept[0].data) == ["text/plain"]
    assert kept[0].execution_count == 2


@pytest.mark.parametrize(
    "output, problem",
    [
        (stream("saved in /home/me/x.png\n"), "an absolute path: /home/me/x.png"),
        (stream("C:\\Users\\me\n"), "an absolute path"),
        (stream("file:///x\n"), "an absolute path"),
        (result({"text/html": "<b>/tmp/x</b>"}), "an absolute path"),
        (stream("32/32 - 0s 3ms/step - loss: 1\n"), "a progress bar's time"),
        (stream("100%|###| 10/10 [00:01<00:00, 7.1it/s]"), "a progress bar's time"),
        (new_output("error", ename="ValueError", evalue="no"), "ValueError: no"),
        (new_output("display_data", data={"image/svg+xml": "<svg/>"}), "SVG"),
    ],
)
def test_what_may_not_be_saved_is_told(output, problem):
    told = problems_of(output)
    assert len(told) == 1 and told[0].startswith("cell 2: ") and problem in told[0]


@pytest.mark.parametrize("text", ["1/2 and 3/tmp", "https://x.org/home/a", "a/home/b"])
def test_what_is_no_path_is_left(text):
    assert outputs_of(stream(text))[0].text == text


def test_large_figures_get_smaller():
    from PIL import Image

    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (300, 300, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    data = base64.b64encode(buffer.getvalue()).decode()
    made = notebook([new_output("display_data", data={"image/png": data})])
    again, _ = clean(made)
    small = again.cells[2].outputs[0].data["image/png"]
    assert len(small) < len(data) / 2
    assert clean(again)[0] == again
    kept, _ = normalise(made, address=ADDRESS, path=PATH, shrink=False)
    assert kept.cells[2].outputs[0].data["image/png"] == data


def test_small_figures_are_left(png):
    figure = new_output("display_data", data={"image/png": png})
    assert outputs_of(figure)[0].data["image/png"] == png


@pytest.mark.parametrize("source", ["No title", "## Second level", "#Title"])
def test_first_cell_without_title_is_told(source):
    made = notebook([])
    made.cells[0].source = source
    assert "begins with `# Title`" in clean(made)[1][0]


def test_first_cell_of_code_is_told():
    made = notebook([])
    del made.cells[0]
    assert "must be markdown" in clean(made)[1][0]


def test_main_writes_once_and_check_writes_nothing(course, capsys):
    path = course.write("week1_foundations/01_a", notebook([stream("1\n")]))
    raw = path.read_text()
    assert main(["--check"]) == 1
    assert "not normalised" in capsys.readouterr().err
    assert path.read_text() == raw
    assert main([]) == 0
    written = path.stat().st_mtime_ns
    assert main([]) == 0 and main(["--check", str(path)]) == 0
    assert path.stat().st_mtime_ns == written
    assert normalised_text(path, course.root) == (path.read_text(), [])


def test_main_names_file_and_cell(course, capsys):
    course.write("week1_foundations/01_a", notebook([stream("x\n", "stderr")]))
    assert main([]) == 1
    assert "01_a.ipynb: cell 2: it writes to stderr" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense"])
def test_main_on_what_is_no_notebook(course, capsys, text):
    path = course.root / "notebooks" / "x.ipynb"
    path.write_text(text)
    assert main([str(path)]) == 1
    assert "holds no notebook" in capsys.readouterr().err
    assert path.read_text() == text


def test_main_on_a_missing_file(course, capsys):
    assert main([str(course.root / "notebooks" / "no.ipynb")]) == 1
    assert "no.ipynb" in capsys.readouterr().err


def test_address_of_the_project(course):
    assert front.repository(course.root) == ADDRESS
