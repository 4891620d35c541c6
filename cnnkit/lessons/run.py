"""Run lessons from top to bottom, each on a kernel of its own."""

import asyncio
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time

import ipykernel.kernelspec
import nbclient
import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from cnnkit.lessons.find import Lesson


@dataclasses.dataclass
class Run:
    """What became of one lesson.

    Attributes:
        lesson: the `Lesson`.
        notebook: the executed `nbformat` notebook, whole or up to where it failed.
        source: str, the text of the notebook's file as it was when the run began.
        seconds: float, how long it took, the start of the kernel included.
        error: what went wrong, in one line; empty where nothing did.
        cell: number of the code cell that failed, from 1, or `None`.
        traceback: the failing cell's traceback as Jupyter shows it, or empty.
    """

    lesson: Lesson
    notebook: nbformat.NotebookNode
    source: str = ""
    seconds: float = 0.0
    error: str = ""
    cell: int | None = None
    traceback: str = ""

    @property
    def passed(self):
        """Whether the lesson ran to its end."""
        return not self.error


class _ThisPython(KernelSpecManager):
    """Whatever kernel a notebook asks for, it gets the running interpreter."""

    def get_kernel_spec(self, kernel_name):
        return KernelSpec(
            resource_dir=ipykernel.kernelspec.RESOURCES,
            **ipykernel.kernelspec.get_kernel_dict(),
        )


def run_lessons(
    lessons, *, workers=1, timeout=900, on_start=None, on_cell=None, on_end=None
):
    """Run lessons; one that fails does not stop the others.

    Args:
        lessons: list of `Lesson`.
        workers: int, how many run at once.
        timeout: seconds that one cell may take.
        on_start: function of `(lesson, number of code cells)`, or `None`.
        on_cell: function of `(lesson)`, called after each code cell, or `None`.
        on_end: function of `(run)`, or `None`.

    Returns:
        A list of `Run` in the order of the lessons.

    Raises:
        KeyboardInterrupt: if interrupted; the kernels are stopped first.
    """
    if workers < 1:
        raise ValueError(f"`workers` must be at least 1. Received: workers={workers}.")
    hooks = _Hooks(on_start, on_cell, on_end)
    try:
        return asyncio.run(_run_all(lessons, workers, timeout, hooks))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


@dataclasses.dataclass
class _Hooks:
    start: object
    cell: object
    end: object

    def __call__(self, name, *arguments):
        if getattr(self, name) is not None:
            getattr(self, name)(*arguments)


async def _run_all(lessons, workers, timeout, hooks):
    interrupt = _Interrupt(asyncio.current_task())
    places = asyncio.Semaphore(workers)

    async def one(lesson):
        async with places:
            run = await _run_one(lesson, interrupt, workers, timeout, hooks)
            if interrupt.happened:  # nbclient takes a cancelled cell for a dead kernel
                raise asyncio.CancelledError
            hooks("end", run)
            return run

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(lesson)) for lesson in lessons]
    return [task.result() for task in tasks]


class _Interrupt:
    """Ctrl-C cancels everything; nbclient's own handler goes on with the next."""

    def __init__(self, task):
        self.task = task
        self.happened = False

    def listen(self):
        try:
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self.handle)
        except (NotImplementedError, RuntimeError):
            pass  # not the main thread, or Windows

    def handle(self):
        self.happened = True
        self.task.cancel()


async def _run_one(lesson, interrupt, workers, timeout, hooks):
    source = lesson.path.read_text(encoding="utf-8")
    notebook = nbformat.reads(source, as_version=4)
    run = Run(lesson, notebook, source)
    codes = [i for i, x in enumerate(notebook.cells) if x.cell_type == "code"]
    hooks("start", lesson, sum(bool(notebook.cells[i].source.strip()) for i in codes))

    def at_start(cell, cell_index):
        if cell.cell_type == "code":
            run.cell = codes.index(cell_index) + 1
            interrupt.listen()

    def at_end(cell, cell_index, execute_reply):
        hooks("cell", lesson)

    client = nbclient.NotebookClient(
        notebook,
        timeout=timeout,
        record_timing=False,
        km=AsyncKernelManager(kernel_spec_manager=_ThisPython()),
        on_cell_start=at_start,
        on_cell_executed=at_end,
    )
    began = time.perf_counter()
    try:
        await client.async_execute(
            cwd=str(lesson.path.parent),
            env=_environment(workers),
            stderr=subprocess.DEVNULL,  # what the kernel says, not what cells say
            cleanup_kc=True,
        )
        run.cell = None
    except CellExecutionError as error:
        run.error, run.traceback = f"{error.ename}: {error.evalue}", error.traceback
    except CellTimeoutError:
        run.error = f"it took longer than {timeout:g} s"
    except DeadKernelError:
        run.error = "the kernel died; was there too little memory?"
    except (RuntimeError, OSError) as error:  # the kernel did not start
        run.error = f"{type(error).__name__}: {error}"
    run.error = " ".join(run.error.split())
    run.seconds = time.perf_counter() - began
    return run


def _environment(workers):
    environment = dict(os.environ)
    environment.pop("MPLBACKEND", None)  # the kernel's own shows the figures
    environment["KERAS_BACKEND"] = "tensorflow"  # what the saved outputs belong to
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    environment["PYTHONHASHSEED"] = "0"
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        environment.setdefault(name, threads)
    folder = str(pathlib.Path(sys.executable).parent)
    environment["PATH"] = os.pathsep.join([folder, environment.get("PATH", "")])
    return environment
