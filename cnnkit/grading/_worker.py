"""The process in the sandbox: runs a notebook's cells, then answers requests.

It is started as a script, with the limits as JSON in its arguments, in a place where
the grader, its tests and its answers are not. A frame is a nonce of 16 bytes, two
lengths, a JSON text and the bytes of its arrays. Each reply carries the nonce of its
request; who reads it takes anything else for tampering.
"""

import ast
import asyncio
import inspect
import json
import linecache
import os
import pathlib
import shutil
import signal
import struct
import sys
import types

HEADER = struct.Struct("<16sII")
KEEP_CELLS = 2_000
CELL_TEXT = 200_000  # characters


def serve(options):
    """Answer the requests that come in at the standard input, until they end.

    Args:
        options: dict with `limits` (names of resources and numbers), `path` (what comes
            first in `sys.path`), `fonts` and `folder`.
    """
    _limit(options["limits"])
    _prepare(options)
    # The two pipes are kept to ourselves; the notebook reads nothing and says nothing.
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    _close([0, 1, 2], nothing)
    if hasattr(os, "register_at_fork"):
        ours = [requests.fileno(), replies.fileno()]
        os.register_at_fork(after_in_child=lambda: _close(ours, nothing))
    signal.signal(signal.SIGALRM, _time_is_over)

    import _answers
    import _values

    notebook = Notebook()
    while header := requests.read(HEADER.size):
        nonce, *sizes = HEADER.unpack(header)
        message = _values.unpack(*(requests.read(size) for size in sizes))
        try:
            reply = {"ok": notebook.serve(message)}
            text, data = _values.pack(reply)
        except BaseException as error:  # noqa: B036  whatever a notebook throws
            signal.setitimer(signal.ITIMER_REAL, 0)
            text, data = _values.pack({"error": _answers.problem(error)})
        replies.write(HEADER.pack(nonce, len(text), len(data)) + text + data)
        replies.flush()


class Notebook:
    """The cells of a notebook and the names that they define."""

    def __init__(self):
        self.cells = []
        self.main = types.ModuleType("__main__")
        self.names = vars(self.main)
        self.shell = Shell(self)
        self.names["get_ipython"] = lambda: self.shell
        sys.modules["__main__"] = self.main

    def serve(self, message):
        """Do what one message says: open a notebook, run a cell, answer a request."""
        if message["do"] == "open":
            self.cells = read_cells(message["bytes"].tobytes())
            return self.cells
        signal.setitimer(signal.ITIMER_REAL, message["seconds"])
        try:
            if message["do"] == "run":
                return self.run(message["cell"])
            import _answers

            return _answers.answer(message["request"], self.names)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def run(self, number):
        """Run one cell; give the magics that were skipped."""
        self.shell.skipped = []
        self.execute(self.cells[number], f"<cell {number + 1}>")
        return self.shell.skipped

    def execute(self, source, name):
        """Run source code, magics included, in the notebook's names."""
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        lines = source.splitlines(keepends=True)
        linecache.cache[name] = (len(source), None, lines, name)  # for `inspect`
        try:
            code = compile(source, name, "exec", flags)
        except SyntaxError:
            code = compile(_without_magics(source), name, "exec", flags)
        if code.co_flags & inspect.CO_COROUTINE:
            function = types.FunctionType(code, self.names)
            asyncio.run(function())
        else:
            exec(code, self.names)


class Shell:
    """What a notebook's magics call in place of IPython.

    Magics that time or capture run the code that they are given. Others, and commands
    of the system, are skipped.
    """

    RUN = ("time", "timeit", "capture", "prun")

    def __init__(self, notebook):
        self.notebook = notebook
        self.skipped = []
        self.user_ns = notebook.names

    def run_cell_magic(self, name, line, body):
        """Run the body of a magic that only watches it; skip any other."""
        if name in self.RUN:
            self.notebook.execute(body, f"<cell %%{name}>")
        else:
            self.skipped.append(f"%%{name}"[:80])

    def run_line_magic(self, name, line, *_):
        """Run the line of a magic that only watches it; skip any other."""
        if name in self.RUN and line.strip():
            self.notebook.execute(line, f"<cell %{name}>")
        else:
            self.skipped.append(f"%{name}"[:80])

    def system(self, command):
        """Skip a command of the system."""
        self.skipped.append("!" + str(command).split(" ")[0][:80])

    def getoutput(self, command, *_, **__):
        """Skip a command of the system; it gives no lines."""
        self.system(command)
        return []

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


def _without_magics(source):
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def read_cells(data):
    """Read the code cells of a notebook, of whatever age and in whatever state.

    Args:
        data: the file's bytes.

    Returns:
        A list of strings, empty cells left out.

    Raises:
        ValueError: if it is no notebook.
    """
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        sheets = notebook.get("worksheets", [notebook])  # as they were until 2015
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        sources = [_source(x) for x in cells if x.get("cell_type") == "code"]
    except (RecursionError, TypeError, KeyError, AttributeError, ValueError):
        raise ValueError("the file holds no notebook") from None
    sources = [x for x in sources if x.strip()]
    if len(sources) > KEEP_CELLS or sum(map(len, sources)) > CELL_TEXT:
        raise ValueError("the notebook holds more code than any assignment asks for")
    return sources


def _source(cell):
    source = cell.get("source", cell.get("input", ""))
    return source if isinstance(source, str) else "".join(map(str, source))


def _limit(limits):
    try:
        import resource
    except ImportError:  # Windows, where only trusted notebooks are run
        return
    for name, value in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def _close(descriptors, nothing):
    for descriptor in descriptors:
        os.dup2(nothing, descriptor)


def _prepare(options):
    sys.path[:0] = options["path"]
    fonts = options.get("fonts")
    if fonts and os.path.isdir(fonts):
        shutil.copytree(fonts, os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
    os.chdir(options["folder"])


def _time_is_over(*_):
    import _answers

    raise _answers.TimeLimitError("its time is over")


if __name__ == "__main__":
    given = json.loads(sys.argv.pop())
    sys.argv[0] = pathlib.Path(sys.argv[0]).name
    serve(given)
