"""Files of sentences about images, in the formats that captioned sets come in."""

import json
import re
from pathlib import Path

from cnnkit.datasets import _tables

IMAGE = re.compile(
    r".\.(avif|bmp|gif|jfif|jp2|jpe?g|jpe|p[bgpn]m|png|tiff?|webp)$", re.I
)
# Flickr8k and Flickr30k number sentences as a.jpg#0; one name of Flickr8k is a.jpg.1#0.
NUMBER = re.compile(r"(\.\d+)?#\d+$")
HEADING = re.compile(
    r"(image[ _])?(caption|comment|sentence|description|text)s?([ _-]?\d+)?"
    r"|[a-z]?[ _-]?\d+",
    re.I,
)
LIST = re.compile(r"\[\s*['\"].*\]", re.S)
NUMBERED = re.compile(r"(\d+)\s+(.+)")
QUOTED = re.compile(r'".*"', re.S)
IMAGE_KEYS = ("image", "file_name", "filename")
SENTENCE_KEYS = ("caption", "captions", "sentence", "sentences", "text")
WRONG = (KeyError, TypeError, ValueError, RecursionError)
FORMATS = (
    "`images` and `annotations` as in COCO, or `images` with their `sentences` as in "
    "Karpathy's splits"
)


def read_captions(path):
    """Read the file of sentences alone; see `from_captions`.

    Returns:
        A dict from the name of an image to a list of sentences.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not in one of the formats.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text in utf-8: {error}.") from error
    read = {".json": _of_json, ".jsonl": _of_json_lines}.get(
        path.suffix.lower(), _of_rows
    )
    found = {}
    for name, sentence in read(path, text):
        found.setdefault(name, [])
        if sentence.strip():
            found[name].append(sentence.strip())
    found = {name: sentences for name, sentences in found.items() if sentences}
    if not found:
        raise ValueError(f"{path} has no sentence about an image.")
    return found


def _of_rows(path, text):
    first = next((line for line in _tables.END.split(text) if line.strip()), "")
    mark = _mark(first)
    rows = _tables.rows(path, text, mark)
    if not rows:
        return []
    names = rows[0][2]
    has_header = len(names) > 1 and not any(map(_is_image, names))
    if has_header:
        rows, width = rows[1:], len(names)
        image, sentences = _columns(path, names, rows)
    else:
        # Where no header tells, a number after the image counts its sentences.
        width = 3 if len(names) > 2 and names[1].isdigit() else 2
        image, sentences = 0, [width - 1]
    pairs = []
    for number, line, fields in rows:
        whole = _fitted(line, fields, mark, width, sentences)
        # Several quoted sentences that no header tells apart.
        glued = not has_header and whole != fields and QUOTED.fullmatch(whole[-1])
        if len(whole) != width or glued or not _is_image(whole[image]):
            raise ValueError(
                f"{path} should have the name of an image and a sentence in each line, "
                "or a first line that names more columns. "
                f"Line {number} is {line[:60]!r}."
            )
        said = [whole[i] for i in sentences]
        if any(map(LIST.fullmatch, said)):
            raise ValueError(
                f"{path} has a list of sentences in line {number}: {line[:60]!r}. "
                "Write each sentence into a column or a line of its own."
            )
        pairs += [(NUMBER.sub("", whole[image]), sentence) for sentence in said]
    return pairs


def _mark(line):
    """Tell what stands between the columns of a line: a tab, a bar or a comma."""
    there = [mark for mark in "\t|," if mark in line]
    after_image = [m for m in there if _is_image(line.partition(m)[0].strip(' "'))]
    return (after_image or there or [","])[0]


def _is_image(field):
    return bool(IMAGE.search(NUMBER.sub("", field)))


def _columns(path, names, rows):
    """Return which column has the image, and which ones have sentences."""
    first = rows[0][2][: len(names)] if rows else []
    image = next((i for i, field in enumerate(first) if _is_image(field)), 0)
    others = [i for i in range(len(names)) if i != image]
    if len(others) > 1:
        others = [i for i in others if HEADING.fullmatch(names[i])]
    if not others:
        raise ValueError(
            f"{path} should say in its first line which columns are sentences, as "
            f"caption or caption_1, caption_2. It has {names}."
        )
    return image, others


def _fitted(line, fields, mark, width, sentences):
    """Mend a row where its last column, the one sentence of it, holds marks itself.

    Also Flickr30k's row `a.jpg| 4   A dog`, which lacks a bar.
    """
    if len(fields) > width and sentences == [width - 1]:
        return [field.strip() for field in line.split(mark, width - 1)]
    if mark == "|" and len(fields) == 2 < width == 3:
        if found := NUMBERED.fullmatch(fields[1]):
            return [fields[0], *found.groups()]
    return fields


def _of_json(path, text):
    try:
        content = json.loads(text)
        if "annotations" not in content:
            return [
                _pair(_in_folder(entry), sentence["raw"])
                for entry in content["images"]
                for sentence in entry["sentences"]
            ]
        names = {entry["id"]: entry["file_name"] for entry in content["images"]}
        return [
            _pair(names[entry["image_id"]], entry["caption"])
            for entry in content["annotations"]
        ]
    except WRONG as error:
        raise ValueError(
            f"{path} is no JSON file of captions, with {FORMATS}: {error!r}."
        ) from error


def _of_json_lines(path, text):
    pairs = []
    for number, line, _ in _tables.rows(path, text, None):
        try:
            entry = json.loads(line)
            name, said = _value(entry, IMAGE_KEYS), _value(entry, SENTENCE_KEYS)
            sentences = said if isinstance(said, list) else [said]
            pairs += [_pair(name, sentence) for sentence in sentences]
        except WRONG as error:
            raise ValueError(
                f'{path} should have an object such as {{"image": "a.jpg", "caption": '
                f'"A dog."}} in each line. Line {number} is {line[:60]!r}: {error}.'
            ) from error
    return pairs


def _value(entry, keys):
    found = [key for key in keys if key in entry]
    if len(found) != 1:
        raise ValueError(f"it should have one of {', '.join(keys)}")
    return entry[found[0]]


def _in_folder(entry):
    folder = entry.get("filepath")
    return f"{folder}/{entry['filename']}" if folder else entry["filename"]


def _pair(name, sentence):
    """Return a name and a sentence of a JSON file; `null` is an empty sentence."""
    sentence = "" if sentence is None else sentence
    if not isinstance(name, str) or not isinstance(sentence, str):
        raise TypeError(f"{name!r} and {sentence!r} are no name and sentence")
    return name, sentence
