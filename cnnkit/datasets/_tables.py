"""Rows of text files: one line each, or more where a quoted field goes on."""

import csv
import re

# str.splitlines would also break at characters that occur inside of sentences.
END = re.compile(r"\r\n|\r|\n")


def rows(path, text, mark):
    r"""Return the rows of a text that are not empty, with their fields.

    Args:
        path: for the messages.
        text: str, what is in the file.
        mark: str, what stands between fields, or `None` for white space. Fields may be
            quoted, as `csv` has it, where it is a comma. A row whose quotation marks
            are part of the text, such as `a.jpg,"Stop" says the sign`, is split at its
            commas.

    Returns:
        A list of triples: the number of the row's first line, from 1 on; the row as it
        is written; a list of its fields, without white space at their ends.

    Raises:
        ValueError: if a quoted field does not end.

    Example:

    >>> for number, row, fields in rows("a.csv", 'good,"warm, wise"\nbad,dull\n', ","):
    ...     print(number, fields)
    1 ['good', 'warm, wise']
    2 ['bad', 'dull']
    """
    lines = END.split(text)
    found = _quoted(path, lines) if mark == "," else _plain(lines, mark)
    return [
        (number, line, [field.strip() for field in fields])
        for number, line, fields in found
        if line.strip()
    ]


def _plain(lines, mark):
    for number, line in enumerate(lines, 1):
        yield number, line, line.split(mark)


def _quoted(path, lines):
    reader = csv.reader((f"{line}\n" for line in lines), strict=True)
    while (start := reader.line_num) < len(lines):
        try:
            fields = next(reader)
        except csv.Error as error:
            quotes_in_text = "expected after" in str(error)
            if not quotes_in_text or reader.line_num > start + 1:
                raise ValueError(
                    f"{path}: the row in line {start + 1} cannot be read: {error}. Is "
                    "a quotation mark missing?"
                ) from error
            fields = lines[start].split(",")
        yield start + 1, "\n".join(lines[start : reader.line_num]), fields
