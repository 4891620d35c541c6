"""The pages of a batch: feedback for each person, and a summary of the class."""

import hashlib
import html
import os
import pathlib
import re
import statistics

WORDS = {
    "missing": "not found in the notebook",
    "blank": "not written yet",
    "raised": "raised an error",
    "time": "took too long",
    "ended": "ended the process",
    "differs": "gave another result than was due",
}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46em; margin: 2em auto;
  padding: 0 1em; color: #222 }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 1.8em }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .3em .8em .3em 0;
  border-bottom: 1px solid #ddd }
.number { text-align: right; font-variant-numeric: tabular-nums }
.good { color: #2e7d32 } .bad { color: #b3261e } .quiet { color: #666 }
pre { background: #f4f4f4; padding: .5em; white-space: pre-wrap }
.parts { table-layout: fixed } .parts td:nth-child(3) { width: 45% }
.histogram { display: flex; align-items: flex-end; gap: 4px; text-align: center }
.histogram > div { flex: 1 } .bar { background: #4878a8 }
"""


def page_name(person):
    """Make a file name of a person's name, one that no other person has.

    Args:
        person: string of any kind.

    Returns:
        A string of letters, digits, "-" and "_" that ends in ".html".
    """
    plain = re.sub(r"[^\w-]+", "_", person, flags=re.ASCII).strip("_")[:60]
    if plain == person:
        return f"{plain}.html"
    digest = hashlib.sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain or 'nobody'}-{digest}.html"


def write_feedback(batch, folder):
    """Write a page for each person.

    The pages hold our words, and of the learner's only what failed outside the hidden
    checks, escaped. They name no hidden input and no value due.

    Args:
        batch: `Batch`.
        folder: path, made if need be.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    for one in batch.graded:
        if one.key is not None:
            text = _feedback(batch, one, batch.results[one.key])
            _write(folder / page_name(one.submission.person), text)


def _feedback(batch, one, record):
    assignment = batch.assignment
    body = [
        f"<h1>{_escape(assignment.name)}: {_escape(assignment.title)}</h1>",
        f"<p>{_escape(one.submission.person)} · {_escape(one.submission.label)}</p>",
    ]
    if record["status"] == "unreadable":
        body.append("<p>The file holds no notebook that can be read.</p>")
        return _page(assignment.name, body)
    body.append(f"<p><b>{record['points']:g} of {assignment.points} points</b></p>")
    if record["status"] == "timeout":
        body.append("<p>The notebook ran out of time as a whole.</p>")
    if note := batch.found.notes.get(one.submission.person):
        body.append(f"<p class=quiet>{_escape(note)}.</p>")
    for question in assignment.questions:
        body += _question(question, record["questions"][question.name])
    body += _cells(record)
    return _page(assignment.name, body)


def _question(question, entry):
    points = f"{entry['points']:g} of {question.points}"
    yield f"<h2><code>{_escape(question.name)}</code>: {points}</h2>"
    kinds = {x.get("what") for x in entry["parts"].values()}
    if kinds in ({"missing"}, {"blank"}):
        yield f"<p class=bad>{WORDS[kinds.pop()]}</p>"
        return
    yield "<table class=parts>"
    for part, result in entry["parts"].items():
        if result["passed"]:
            yield f"<tr><td>{_prose(part)}<td class=good>passed<td></tr>"
        else:
            what = WORDS.get(result["what"], WORDS["differs"])
            hint = _prose(result["hint"])
            yield f"<tr><td>{_prose(part)}<td class=bad>{what}<td>{hint}</tr>"
    yield "</table>"


def _cells(record):
    if record["cells"]:
        yield "<h2>Cells that failed</h2>"
        yield "<p>Names that other cells define count all the same.</p>"
    for cell in record["cells"][:20]:
        said = f"{cell['type']}: {cell['message']}" if cell["type"] else cell["kind"]
        said = WORDS.get(said, said)
        yield f"<p>Code cell {cell['cell']}</p><pre>{_escape(said)}</pre>"
    if record["skipped"]:
        names = ", ".join(map(_escape, record["skipped"]))
        yield f"<p class=quiet>Skipped while grading: {names}.</p>"


def write_summary(batch, path):
    """Write a page on the whole class: marks, questions, and where people stumbled.

    Args:
        batch: `Batch`.
        path: path of the file.
    """
    assignment = batch.assignment
    marked = [x for x in batch.graded if x.key and x.status != "unreadable"]
    totals = [batch.results[x.key]["points"] for x in marked]
    states = {}
    for one in batch.graded:
        states[one.status] = states.get(one.status, 0) + 1
    counted = ", ".join(f"{count} {status}" for status, count in sorted(states.items()))
    body = [
        f"<h1>{_escape(assignment.name)}: {_escape(assignment.title)}</h1>",
        f"<p>{len(batch.graded)} people: {_escape(counted)}.</p>",
    ]
    if totals:
        body.append(
            f"<p>Median {statistics.median(totals):g} of {assignment.points} points, "
            f"from {min(totals):g} to {max(totals):g}.</p>"
        )
        body += _histogram("All questions", totals, assignment.points)
        body.append(
            "<p class=quiet>How many people have so many points, or up to a tenth "
            "more; full marks stand by themselves.</p>"
        )
        for question in assignment.questions:
            body += _summary_of(batch, question, marked)
    _write(path, _page(f"{assignment.name}, the class", body))


def _summary_of(batch, question, marked):
    entries = [batch.results[x.key]["questions"][question.name] for x in marked]
    title = f"<code>{_escape(question.name)}</code>"
    yield from _histogram(title, [x["points"] for x in entries], question.points)
    yield "<table><tr><th>part<th class=number>passed</tr>"
    for part in entries[0]["parts"]:
        passed = sum(x["parts"][part]["passed"] for x in entries)
        share = f"{passed} of {len(entries)}"
        yield f"<tr><td>{_prose(part)}<td class=number>{share}</tr>"
    yield "</table>"


def _histogram(title, points, best):
    counts = [0] * 11  # ten tenths, and full marks by themselves
    for x in points:
        counts[10 if x >= best else int(10 * x / best)] += 1
    yield f"<h2>{title}</h2><div class=histogram>"
    for tenth, count in enumerate(counts):
        height = 6 * count / max(counts)
        label = f"{best * tenth / 10:g}"
        bar = f'<div class=bar style="height: {height:.2f}em"></div>'
        yield f"<div>{count or ''}{bar}<span class=quiet>{label}</span></div>"
    yield "</div>"


def _page(title, body):
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="
        f'"width=device-width"><title>{_escape(title)}</title><style>{STYLE}</style>'
        + "\n".join(body)
        + "</html>\n"
    )


def _escape(text):
    text = str(text).encode("utf-8", "backslashreplace").decode()
    return html.escape(text)


def _prose(text):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _escape(text))


def _write(path, text):
    path = pathlib.Path(path)
    partial = path.with_name(f".{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
