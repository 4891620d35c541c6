"""Masters: notebooks with solutions and hidden tests, and what is made of them.

The markers are those of nbgrader, each a line of its own in a code cell:

    ### BEGIN SOLUTION ... ### END SOLUTION
    ### BEGIN HIDDEN TESTS ... ### END HIDDEN TESTS
"""

import ast
import contextlib
import copy
import json
import pathlib
import re
import symtable
import types

from cnnkit.grading import requests
from cnnkit.grading._worker import Notebook, read_cells
from cnnkit.grading.assignment import Assignment, Case, Question
from cnnkit.grading.assignments import MODULES, find_assignment

SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
NAMED = re.compile(r"""\b(?:check|hidden)\(\s*["'](\w+)(?:\.(\w+))?["']""")
POINTS = re.compile(r"### BEGIN HIDDEN TESTS \((\d+) points?\)")


class MasterError(ValueError):
    """Raised if a master is not of the form."""


def learners_notebook(master):
    """Make the learner's notebook of a master.

    Solutions give way to a line that says they are missing, hidden tests go, cells that
    held nothing else go with them, and so do outputs.

    Args:
        master: dict, the notebook as its file holds it; it is not changed.

    Returns:
        A dict.

    Raises:
        MasterError: if markers do not match, or there is no solution.
    """
    notebook = copy.deepcopy(master)
    cells, solutions = [], 0
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            solutions += SOLUTION[0] in source
            kept = _without(source, HIDDEN, lambda indent: [], number)
            kept = _without(kept, SOLUTION, _gap, number)
            if source.strip() and not kept.strip():
                continue
            cell.update(source=kept, outputs=[], execution_count=None)
        cells.append(cell)
    if not solutions:
        raise MasterError(f"it has no {SOLUTION[0]}: there is nothing to write")
    notebook["cells"] = cells
    return notebook


def _gap(indent):
    return [
        f"{indent}# Write your code here, in place of the next line.",
        f"{indent}raise NotImplementedError",
    ]


def _without(source, markers, instead, number):
    kept, inside = [], False
    for line in source.split("\n"):
        text = line.strip()
        if text.startswith(markers[0]) and not inside:
            inside = True
            kept += instead(line[: len(line) - len(line.lstrip())])
        elif text.startswith(markers[1]) and inside:
            inside = False
        elif text.startswith(markers):
            raise MasterError(f"cell {number}: {text} stands where it cannot")
        elif not inside:
            kept.append(line)
    if inside:
        raise MasterError(f"cell {number}: {markers[0]} has no {markers[1]}")
    return "\n".join(kept).strip("\n")


def read_assignment(path):
    """Read the assignment of a master.

    A master of the course names questions of the course. Hidden tests may also be
    written out, in plain Python with `assert`: they are run where the grader is, and
    the names that the solutions define stand for the learner's. Calling one sends its
    arguments to the sandbox. There are `rng`, a generator for fresh inputs, and
    `solution`, with the names as the master defines them.

    Args:
        path: path of the master.

    Returns:
        An `Assignment`.

    Raises:
        MasterError: if it is no master.
    """
    path = pathlib.Path(path)
    try:
        data = path.read_bytes()
        sources = read_cells(data)
        cells = json.loads(data)["cells"]
    except (OSError, ValueError, KeyError) as error:
        raise MasterError(f"{path}: {error}") from None
    names = [x[1] for source in sources for x in NAMED.finditer(source)]
    blocks = [x for cell in cells if (x := _Block.read(cell)) is not None]
    if not any(block.code for block in blocks):
        known = [name for name in names if name in MODULES]
        if not known:
            raise MasterError(f"{path} has no hidden tests.")
        return find_assignment(known[0])
    return _own(path, sources, blocks, names, data.decode())


class _Block:
    """The hidden tests of one cell."""

    def __init__(self, name, points, code, course):
        self.name, self.points, self.code, self.course = name, points, code, course

    @classmethod
    def read(cls, cell):
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or HIDDEN[0] not in source:
            return None
        inside, shown = [], []
        for part in re.split(r"(?m)^(?=### BEGIN HIDDEN TESTS)", source):
            text, _, rest = part.partition(HIDDEN[1])
            hidden = text.startswith(HIDDEN[0])
            (inside if hidden else shown).append(
                text.partition("\n")[2] if hidden else text
            )
            shown.append(rest)
        meta = cell.get("metadata", {}).get("nbgrader", {})
        named = NAMED.search(source)
        course = [
            x for x in NAMED.findall("\n".join(inside)) if x[0] in MODULES and x[1]
        ]
        code = "\n".join(x for x in "\n".join(inside).split("\n") if not _is_call(x))
        points = POINTS.search(source)
        return cls(
            meta.get("grade_id") or (named and named[2]) or None,
            int(points[1] if points else meta.get("points") or 0),
            "\n".join([*shown, code]) if code.strip() else "",
            course,
        )


def _is_call(line):
    text = line.strip()
    return bool(NAMED.match(text)) or text == "from cnnkit.grading import hidden"


def _own(path, sources, blocks, names, text):
    """Make an assignment of tests that are written out."""
    master = _Master(sources)
    questions = []
    for number, block in enumerate(blocks, 1):
        if block.code:
            name = block.name or f"question_{number}"
            questions.append(_own_question(master, name, block))
        for short, name in block.course if not block.code else []:
            questions.append(find_assignment(short).question(name))
    name = names[0] if names else path.stem
    return Assignment(
        name,
        path.stem.replace("_", " "),
        minutes=0,
        questions=tuple(questions),
        text=text,
        **{"preload": _imported(sources), **_limits(names)},
    )


def _imported(sources):
    """List the modules that the cells of a master import."""
    found = {"numpy"}
    for source in sources:
        with contextlib.suppress(SyntaxError):  # magics
            for node in ast.parse(source).body:
                if isinstance(node, ast.Import):
                    found |= {x.name for x in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found.add(node.module)
    return tuple(sorted(x for x in found if not x.startswith("cnnkit")))


def _limits(names):
    known = [find_assignment(x) for x in names if x in MODULES]
    fields = (
        "uses",
        "preload",
        "cell_seconds",
        "call_seconds",
        "total_seconds",
        "memory",
    )
    return {x: getattr(known[0], x) for x in fields} if known else {}


def _own_question(master, name, block):
    def hidden(rng):
        state = rng.bit_generator.state

        def script(ask):
            rng.bit_generator.state = state  # the same inputs for everybody
            master.run(block.code, ask, rng)

        return [Case("hidden tests", None, script=script)]

    return Question(name, block.points or 1, list, hidden)


class _Master:
    """A master that has been run, and the names that its solutions define."""

    def __init__(self, sources):
        notebook = Notebook()
        notebook.names |= {"check": _idle, "hidden": _idle}
        self.own = set()
        for source in sources:
            parts = _without(source, HIDDEN, lambda indent: [], "?")
            notebook.execute(parts, "<master>")
            notebook.names |= {"check": _idle, "hidden": _idle}
            if SOLUTION[0] in source:
                self.own |= _defined(parts)
        self.names = notebook.names

    def run(self, code, ask, rng):
        """Run hidden tests with the learner's names in place of the master's."""
        used = {x.id for x in ast.walk(ast.parse(code)) if isinstance(x, ast.Name)}
        names = {
            **self.names,
            "rng": rng,
            "solution": types.SimpleNamespace(**self.names),
        }
        for name in self.own & used - _defined(code):
            if callable(self.names.get(name)):
                names[name] = _stand_in(name, ask)
            else:
                names[name] = ask(requests.value(name))
        exec(compile(code, "<hidden tests>", "exec"), names)


def _idle(*_, **__):
    return None


def _defined(source):
    table = symtable.symtable(source, "<master>", "exec")
    return {x.get_name() for x in table.get_symbols() if x.is_assigned()}


def _stand_in(name, ask):
    def function(*args, **kwargs):
        return ask(requests.call(name, *args, **kwargs))

    return function
