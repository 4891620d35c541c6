"""`cnnkit style` and `cnnkit dream`: pictures from the command line."""

import pathlib
import tempfile
import warnings

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from cnnkit.cli._quiet import import_keras, quiet

NETWORKS = click.Choice(("vgg19", "cnnkit", "random"))
PREVIEW_WIDTH = 48
IMAGE = click.Path(exists=True, dir_okay=False, path_type=pathlib.Path)
OUT = click.Path(dir_okay=False, path_type=pathlib.Path)

out = click.option("-o", "--out", type=OUT, required=True, help="The picture to write.")
size = click.option(
    "--size",
    type=click.IntRange(16),
    default=384,
    show_default=True,
    help="Longest side, in pixels.",
)
network = click.option(
    "--network",
    type=NETWORKS,
    help="By default vgg19 if it can be had (80 MB, fetched once), otherwise cnnkit.",
)
force = click.option("--force", is_flag=True, help="Replace a file that is there.")


@click.command()
@click.argument("content", type=IMAGE)
@click.argument("style", type=IMAGE)
@out
@click.option("--steps", type=click.IntRange(1), default=200, show_default=True)
@click.option(
    "--style-weight",
    type=click.FloatRange(0),
    help="How much style counts; content counts 1. By default what suits the network.",
)
@size
@network
@force
def style(content, style, out, steps, style_weight, size, network, force):
    """Paint the picture CONTENT like the picture STYLE.

    Interrupted with Ctrl-C it writes the best picture so far.
    """
    _writable(out, force)
    content, style = _read(content, size), _read(style, size)
    synthesis, loaded = _load(network)
    with _progress() as bar:
        task = bar.add_task("painting", total=steps)

        def show(step, image, cost):
            bar.update(task, completed=step)

        with _told():
            found = synthesis.style_transfer(
                content,
                style,
                loaded,
                style_weight=style_weight,
                steps=steps,
                callback=show,
            )
    _write(found.image, out)
    if not found.finished:
        raise click.Abort


@click.command()
@click.argument("image", type=IMAGE)
@out
@click.option("--octaves", type=click.IntRange(1), default=4, show_default=True)
@click.option("--steps", type=click.IntRange(1), default=10, show_default=True)
@click.option("--layer", "layers", multiple=True, help="Layer to excite, repeatable.")
@size
@network
@force
def dream(image, out, octaves, steps, layers, size, network, force):
    """Put more of what a network sees in the picture IMAGE into it."""
    _writable(out, force)
    image = _read(image, size)
    synthesis, loaded = _load(network)
    with _progress() as bar:
        task = bar.add_task("dreaming", total=octaves * steps)
        with _told():
            dreamt = synthesis.dream(
                image,
                loaded,
                list(layers) or None,
                octaves=octaves,
                steps=steps,
                callback=lambda step, _: bar.update(task, completed=step),
            )
        bar.update(task, completed=octaves * steps)
    _write(dreamt, out)


def _writable(path, force):
    """See, before the work starts, that the result can be written after it."""
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise click.UsageError(f"{path} must end in .png, .jpg or .webp.")
    if path.exists() and not force:
        raise click.UsageError(f"{path} is there already. Add --force to replace it.")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise click.UsageError(f"{path} cannot be written: {reason}.") from error


def _read(path, size):
    import numpy as np
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file)
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise click.UsageError(f"{path} is no picture that can be read.") from error
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _load(network):
    import_keras()
    with quiet():
        from cnnkit import synthesis
        from cnnkit.datasets import DownloadError

        try:
            return synthesis, synthesis.backbone(network)
        except DownloadError as error:
            raise click.ClickException(str(error)) from error


def _progress():
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


class _told(warnings.catch_warnings):
    """Pass warnings on as messages, and bad values as errors of usage."""

    def __enter__(self):
        super().__enter__()
        warnings.showwarning = lambda message, *_: click.echo(message, err=True)
        warnings.simplefilter("always")

    def __exit__(self, kind, error, trace):
        super().__exit__(kind, error, trace)
        if isinstance(error, ValueError):
            raise click.UsageError(str(error)) from error


def _write(image, path):
    """Write a picture in one step, and show it small if somebody is looking."""
    import numpy as np
    from PIL import Image

    from cnnkit.datasets._paths import whole_file

    picture = Image.fromarray(np.rint(255 * image).astype(np.uint8))
    kind = Image.registered_extensions()[path.suffix.lower()]
    with whole_file(path) as file:
        picture.save(file, kind, quality=92)
    console = Console(stderr=True)
    if console.is_terminal:
        console.print(_preview(picture))
    click.echo(path)


def _preview(picture):
    """Draw a picture with half blocks: two pixels a character, one above the other."""
    import numpy as np

    height = max(2, round(PREVIEW_WIDTH * picture.height / picture.width / 2) * 2)
    pixels = np.asarray(picture.resize((PREVIEW_WIDTH, height)))
    text = Text()
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            colours = ("rgb({},{},{})".format(*colour) for colour in (above, below))
            text.append("▀", " on ".join(colours))
        text.append("\n")
    return text
