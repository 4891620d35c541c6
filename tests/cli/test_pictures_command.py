import numpy as np
import pytest
from PIL import Image

from cnnkit import datasets, synthesis


@pytest.fixture
def pictures(tmp_path):
    for name in ("chelsea", "coffee"):
        pixels = np.rint(255 * datasets.photograph(name, size=(48, 64)))
        Image.fromarray(pixels.astype("uint8")).save(tmp_path / f"{name}.png")
    return tmp_path


def test_style_writes_a_picture(invoke, pictures):
    out = pictures / "out.png"
    code, said, _ = invoke(
        "style", pictures / "chelsea.png", pictures / "coffee.png", "-o", out,
        "--steps", 3, "--size", 40, "--network", "cnnkit",
    )  # fmt: skip
    assert code == 0 and said.strip() == str(out)
    with Image.open(out) as picture:
        assert picture.size == (40, 30) and picture.mode == "RGB"
    assert len(list(pictures.iterdir())) == 3  # no draft is left


def test_dream_of_a_grey_picture_as_jpeg(invoke, pictures):
    with Image.open(pictures / "coffee.png") as colour:
        colour.convert("L").save(pictures / "grey.png")
    out = pictures / "out.jpg"
    code, _, _ = invoke(
        "dream", pictures / "grey.png", "-o", out, "--steps", 1, "--octaves", 2,
        "--network", "cnnkit", "--layer", "block2_conv1",
    )  # fmt: skip
    assert code == 0
    with Image.open(out) as picture:
        assert picture.size == (64, 48) and picture.format == "JPEG"


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("nowhere/out.png", "cannot be written"),
        ("out.gif", "must end in"),
        ("coffee.png", "is there already"),
    ],
)
def test_where_it_cannot_write_it_says_so_before_it_works(invoke, pictures, out, told):
    content, style = pictures / "chelsea.png", pictures / "coffee.png"
    before = style.read_bytes()
    code, _, err = invoke("style", content, style, "-o", pictures / out)
    assert code == 2 and told in err.replace("\n", " ")
    assert style.read_bytes() == before


def test_no_picture_and_no_layer(invoke, pictures):
    (pictures / "text.png").write_text("not a picture")
    code, _, err = invoke("dream", pictures / "text.png", "-o", pictures / "out.png")
    assert code == 2 and "no picture" in err
    code, _, err = invoke(
        "dream", pictures / "coffee.png", "-o", pictures / "out.png", "--network",
        "cnnkit", "--layer", "block9",
    )  # fmt: skip
    assert code == 2 and "no layer 'block9'" in err
    assert not (pictures / "out.png").exists()


def test_interrupted_it_keeps_the_best_so_far(invoke, pictures, monkeypatch):
    whole = synthesis.style_transfer

    def interrupted(*arguments, callback, **named):
        def watch(step, image, cost):
            callback(step, image, cost)
            if step == 2:
                raise KeyboardInterrupt

        return whole(*arguments, callback=watch, **named)

    monkeypatch.setattr(synthesis, "style_transfer", interrupted)
    out = pictures / "out.png"
    code, _, err = invoke(
        "style", pictures / "chelsea.png", pictures / "coffee.png", "-o", out,
        "--network", "cnnkit",
    )  # fmt: skip
    assert code == 130 and "Interrupted" in err
    assert out.is_file()
