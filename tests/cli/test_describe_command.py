import csv
import io

import pytest


def test_lenet5(invoke):
    code, out, err = invoke("describe", "lenet5")
    assert (code, err) == (0, "")
    assert "4,704" in out and out.splitlines()[-1].split()[2] == "61,706"
    assert "\x1b" not in out


def test_csv_is_plain(invoke):
    code, out, err = invoke("describe", "LeNet5", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, err) == (0, "")
    assert sum(int(row["parameters"]) for row in rows) == 61706
    sizes = [int(row["activation_size"]) for row in rows if row["name"][:4] == "conv"]
    assert sizes == [4704, 1600]


@pytest.mark.parametrize("shape", ["32x32x3", "32,32,3", "(32, 32, 3)"])
def test_input_shape_and_classes(invoke, shape):
    code, out, _ = invoke("describe", "LeNet5", "--input-shape", shape, "--classes", 7)
    assert code == 0 and "32 × 32 × 3" in out and "7" in out.splitlines()[-2]


def test_model_of_keras_applications(invoke):
    code, out, _ = invoke("describe", "mobilenet", "--csv")
    assert code == 0 and out.count("\n") > 80


def test_saved_model(invoke, tmp_path):
    from cnnkit.models import LeNet5Original

    path = tmp_path / "net.keras"
    LeNet5Original().save(path)
    code, out, err = invoke("describe", path)
    assert (code, err) == (0, "") and "total" in out


@pytest.mark.parametrize(
    "name, near", [("nosuch", "Nearest: "), ("lenet", "LeNet5"), ("VGG-16", "VGG16")]
)
def test_unknown_model_names_the_nearest(invoke, name, near):
    code, out, err = invoke("describe", name)
    assert (code, out) == (2, "") and near in err


@pytest.mark.parametrize(
    "arguments, code, told",
    [
        (["LeNet5", "--input-shape", "3x3x1"], 1, "at least 12"),
        (["LeNet5", "--input-shape", "wide"], 2, "not a shape"),
        (["LeNet5", "--input-shape", "0x28x1"], 2, "not a shape"),
        (["LeNet5", "--classes", "0"], 2, "0"),
        (["nosuch.keras"], 2, "no file"),
        (["nosuch.keras", "--classes", "3"], 2, "as it was saved"),
    ],
)
def test_wrong_arguments(invoke, arguments, code, told):
    got, out, err = invoke("describe", *arguments)
    assert (got, out) == (code, "") and told in err and "Traceback" not in err


def test_damaged_file(invoke, tmp_path):
    path = tmp_path / "net.keras"
    path.write_bytes(b"PK\x03\x04 nothing")
    code, out, err = invoke("describe", path)
    assert (code, out) == (1, "") and "cannot be loaded" in err


def test_broken_backend(cnnkit):
    ran = cnnkit("describe", "LeNet5", KERAS_BACKEND="nosuch")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "cnnkit doctor" in ran.stderr and "Traceback" not in ran.stderr
