"""The table that `describe` makes: rows, totals, and how they are shown."""

import csv
import html
import io
from collections.abc import Sequence
from typing import NamedTuple

HEADINGS = {
    "name": "layer",
    "kind": "kind",
    "output_shape": "output shape",
    "activation_size": "activation size",
    "parameters": "parameters",
    "multiply_adds": "multiply-adds",
    "receptive_field": "receptive field",
}
TEXT_COLUMNS = ("name", "kind")


class LayerRow(NamedTuple):
    """One call of one layer.

    Attributes:
        name: str, the layer's name, with its model's in front if that is nested.
        kind: str, the layer's class.
        output_shape: tuple, without the batch; `None` for a side that is not defined.
            A tuple of such tuples for a layer with several outputs.
        activation_size: int or `None`, how many numbers come out.
        parameters: int, those that no earlier row holds.
        multiply_adds: int or `None`, for one example.
        receptive_field: int, a tuple of ints where the axes differ, `"all"`, or `None`
            where it is not known or the layer has seen no image.
    """

    name: str
    kind: str
    output_shape: tuple
    activation_size: int | None
    parameters: int
    multiply_adds: int | None
    receptive_field: int | tuple | str | None


class Totals(NamedTuple):
    """The sums of a table's columns, `None` where one entry is not known.

    Attributes:
        activation_size: int or `None`, all numbers from the input to the output.
        parameters: int.
        multiply_adds: int or `None`.
    """

    activation_size: int | None
    parameters: int
    multiply_adds: int | None


class ModelTable(Sequence):
    """A table with one row for each layer of a model.

    `str` gives aligned text, Jupyter shows it as HTML. Indexing takes places, slices
    and layer names.

    Args:
        name: str, the model's name.
        rows: iterable of `LayerRow`.

    Attributes:
        name: str, the model's name.
        rows: list of `LayerRow`.

    Example:

    >>> row = LayerRow("conv1", "Conv2D", (28, 28, 6), 4704, 156, 117600, 5)
    >>> print(ModelTable("tiny", [row]))
    tiny
    layer  kind    output shape  activation size  parameters  multiply-adds  recept...
    conv1  Conv2D   28 × 28 × 6            4,704         156        117,600        ...
    total                                  4,704         156        117,600

    Taught in: notebooks/week1_foundations/07_lenet5.ipynb
    """

    def __init__(self, name, rows):
        self.name = name
        self.rows = list(rows)

    @property
    def totals(self):
        """The sums over all rows, as `Totals`."""
        return Totals(
            *(_sum([getattr(row, f) for row in self.rows]) for f in Totals._fields)
        )

    def to_csv(self):
        """Return the rows as CSV text with a line of headings and no totals.

        Numbers are plain, sides are joined by "x", and what is not known is empty.

        Returns:
            str.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(LayerRow._fields)
        writer.writerows([_plain(value) for value in row] for row in self.rows)
        return text.getvalue()

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, key):
        if not isinstance(key, str):
            return self.rows[key]
        for row in self.rows:
            if row.name == key:
                return row
        names = ", ".join(row.name for row in self.rows)
        raise KeyError(f"No layer is named {key!r}. There are: {names}.")

    def __repr__(self):
        return f"<ModelTable {self.name!r}, {len(self)} rows>"

    def __str__(self):
        lines = [list(HEADINGS.values()), *self._cells(), self._total_cells()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        texts = [
            "  ".join(
                cell.ljust(width) if field in TEXT_COLUMNS else cell.rjust(width)
                for field, cell, width in zip(HEADINGS, line, widths, strict=True)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.name, *texts])

    def _repr_html_(self):
        head = _html_row("th", HEADINGS.values())
        body = "".join(_html_row("td", cells) for cells in self._cells())
        foot = _html_row("th", self._total_cells())
        return (
            f"<table><caption>{html.escape(self.name)}</caption><thead>{head}</thead>"
            f"<tbody>{body}</tbody><tfoot>{foot}</tfoot></table>"
        )

    def _cells(self):
        return [
            [_shown(value, field) for field, value in row._asdict().items()]
            for row in self.rows
        ]

    def _total_cells(self):
        totals = {"name": "total", **self.totals._asdict()}
        return [_shown(totals[f], f) if f in totals else "" for f in HEADINGS]


def _sum(values):
    return None if None in values else sum(values)


def _shown(value, field):
    if value is None:
        return "?"
    if isinstance(value, int):
        return f"{value:,}"
    if field in TEXT_COLUMNS or isinstance(value, str):
        return value
    if value and isinstance(value[0], tuple):
        return ", ".join(f"({_shown(shape, field)})" for shape in value)
    return " × ".join("?" if side is None else str(side) for side in value)


def _plain(value):
    if value is None:
        return ""
    if not isinstance(value, tuple):
        return value
    if value and isinstance(value[0], tuple):
        return " ".join(_plain(shape) for shape in value)
    return "x".join("?" if side is None else str(side) for side in value)


def _html_row(tag, cells):
    styled = (
        f'<{tag} style="text-align: {"left" if f in TEXT_COLUMNS else "right"}">'
        f"{html.escape(cell)}</{tag}>"
        for f, cell in zip(HEADINGS, cells, strict=True)
    )
    return f"<tr>{''.join(styled)}</tr>"
