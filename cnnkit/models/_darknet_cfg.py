"""Reads the .cfg files of Darknet: sections with options, one section a layer."""

import os
from dataclasses import dataclass
from pathlib import Path


class CfgError(ValueError):
    """A cfg says what cannot be built; the message names section and line."""


@dataclass(frozen=True)
class Section:
    """One section of a cfg.

    Attributes:
        name: str, what stands in the brackets.
        line: int, where, counted from 1.
        options: dict from the key to its text and its line.
        source: str, what errors call the cfg.
    """

    name: str
    line: int
    options: dict
    source: str

    def error(self, reason, key=None):
        """Return an error that names the section and the line."""
        line = self.options[key][1] if key in self.options else self.line
        return CfgError(f"{self.source}, line {line}, section [{self.name}]: {reason}.")

    def text(self, key, default=None):
        """Return an option as it stands there; without a default it must be there."""
        if key not in self.options and default is None:
            raise self.error(f"it needs an option {key!r}")
        return self.options[key][0] if key in self.options else default

    def numbers(self, key, default=None, kind=float):
        """Return an option as a list of numbers between commas."""
        text = self.text(key, default)
        try:
            return [kind(part) for part in text.split(",") if part.strip()]
        except ValueError:
            what = "whole numbers" if kind is int else "numbers"
            raise self.error(f"{key}={text} must be {what}", key) from None

    def whole(self, key, default=None, least=0):
        """Return an option as an int of at least `least`."""
        values = self.numbers(key, None if default is None else str(default), int)
        if len(values) != 1 or values[0] < least:
            raise self.error(
                f"{key}={self.text(key)} must be one whole number from {least}", key
            )
        return values[0]

    def number(self, key, default):
        """Return an option as a float."""
        values = self.numbers(key, str(default))
        if len(values) != 1:
            raise self.error(f"{key}={self.text(key)} must be one number", key)
        return values[0]

    def refuse(self, **meaningless):
        """Raise an error if an option has another value than the one that is built."""
        for key, value in meaningless.items():
            if key in self.options and self.number(key, value) != value:
                raise self.error(f"{key}={self.text(key)} is not supported", key)


def read(cfg):
    """Return the text of a cfg, and its sections.

    Args:
        cfg: path of a file, or the text itself.

    Raises:
        CfgError: if it does not consist of sections of options.
        FileNotFoundError: if there is no such file.
        ValueError: if `cfg` is neither, or the file is no text.
    """
    if not isinstance(cfg, (str, os.PathLike)) or not str(cfg).strip():
        raise ValueError(
            "`cfg` must be the path of a Darknet .cfg file, or its text. "
            f"Received: cfg={cfg!r}."
        )
    if isinstance(cfg, str) and ("\n" in cfg or cfg.lstrip().startswith("[")):
        text, source = cfg, "the cfg"
    else:
        source = str(cfg)
        try:
            text = Path(cfg).expanduser().read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"{source} is no text; is it the .weights file?") from None
    return text, _sections(text, source)


def _sections(text, source):
    sections = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line or line.startswith(";"):
            continue
        if line.startswith("[") and line.endswith("]"):
            sections.append(Section(line[1:-1].strip(), number, {}, source))
            continue
        key, equals, value = map(str.strip, line.partition("="))
        if not equals or not key or not value:
            raise CfgError(
                f"{source}, line {number}: {line!r} is neither a [section] nor an "
                "option=value."
            )
        if not sections:
            raise CfgError(f"{source}, line {number}: {line!r} is in no section.")
        sections[-1].options[key] = (value, number)
    if not sections or sections[0].name not in ("net", "network"):
        raise CfgError(f"{source} must begin with a section [net].")
    return sections
