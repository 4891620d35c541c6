"""Grade a folder of submissions: all cores, stopped and taken up again at will."""

import atexit
import concurrent.futures
import contextlib
import dataclasses
import functools
import itertools
import os
import queue

from cnnkit.grading.assignments import MODULES
from cnnkit.grading.grade import draw_paper, grade
from cnnkit.grading.results import Results, key_of, tests_hash
from cnnkit.grading.sandbox import MachineError, NoSandboxError, place
from cnnkit.grading.submissions import Found, digest, find_submissions


@dataclasses.dataclass
class Graded:
    """How one person's submission went.

    Attributes:
        submission: `Submission`.
        key: name of its record in the results, or `None` if there is none.
        status: that of the record, "odd" for a file that cannot be read, or "failed"
            where the machine was at fault: no mark, and tried again next time.
        reason: a sentence, where there is no record.
    """

    submission: object
    key: str | None
    status: str
    reason: str = ""


@dataclasses.dataclass
class Batch:
    """A folder of submissions and the results so far.

    Attributes:
        assignment: `Assignment`.
        found: `Found`.
        results: open `Results`.
        graded: list of `Graded`, one a person.
    """

    assignment: object
    found: Found
    results: Results
    graded: list


def grade_folder(
    assignment,
    submissions,
    results,
    *,
    salt=None,
    workers=None,
    trusted=False,
    dask=None,
    tell=lambda *_: None,
):
    """Grade all submissions that have no result yet.

    Args:
        assignment: `Assignment`.
        submissions: path of the folder.
        results: open `Results`.
        salt: string that hidden inputs follow from; by default one of the folder's own,
            drawn when it is first used.
        workers: how many notebooks are graded side by side, by default one a core.
        trusted: bool; `True` runs notebooks without any sandbox.
        dask: address of a Dask scheduler that hands the work out, or `None`.
        tell: function called with (done, all, person) as the work goes on.

    Returns:
        A `Batch`.

    Raises:
        NoSandboxError: if this machine has no sandbox.
        NotADirectoryError: if there is no such folder.
        ValueError: if there is nothing to grade.
    """
    found = find_submissions(submissions, _names(assignment), results.folder)
    if not found.newest:
        raise ValueError(f"There is no notebook in {submissions}.")
    salt = results.salt(salt)
    tests = tests_hash(assignment, salt)
    batch = Batch(assignment, found, results, [])
    waiting = _sort_out(batch, tests)
    done = len(found.newest) - sum(map(len, waiting.values()))
    tell(done, len(found.newest), "")
    hidden = (os.path.abspath(submissions), os.path.abspath(results.folder))
    work = Work(assignment, salt, hidden, trusted)
    if dask:
        graded = _on_dask(work, waiting, dask)
    else:
        graded = _here(work, waiting, workers or os.cpu_count())
    with contextlib.closing(graded) as runs:
        for key, record in runs:
            for one in waiting[key]:
                done += 1
                batch.graded.append(_keep(batch, one, key, record))
                tell(done, len(found.newest), one.person)
    batch.graded.sort(key=lambda x: x.submission.person)
    return batch


def _names(assignment):
    return [*filter(None, [MODULES.get(assignment.name)]), assignment.name]


@dataclasses.dataclass(frozen=True)
class Work:
    """What is the same for all notebooks of a batch; it can be sent elsewhere."""

    assignment: object
    salt: str
    hidden: tuple
    trusted: bool


def _sort_out(batch, tests):
    """Find what has a result, what has none, and what cannot be read."""
    waiting = {}
    for one in batch.found.newest:
        try:
            key = key_of(digest(one.read()), tests)
        except ValueError as error:
            batch.graded.append(Graded(one, None, "odd", str(error)))
            continue
        if key in batch.results:
            status = batch.results[key]["status"]
            batch.graded.append(Graded(one, key, status))
        else:
            waiting.setdefault(key, []).append(one)  # identical files are graded once
    return waiting


def _keep(batch, one, key, record):
    if "failed" in record:
        return Graded(one, None, "failed", record["failed"])
    if key not in batch.results:
        batch.results.add(key, record)
    return Graded(one, key, record["status"])


def _here(work, waiting, workers):
    """Grade with the cores of this machine: threads that each watch a sandbox."""
    paper = draw_paper(work.assignment, work.salt)
    slots = queue.SimpleQueue()
    for slot in range(workers):
        slots.put(slot)

    def one(submission, key):
        slot = slots.get()
        try:
            data = submission.read()
            if not key.startswith(digest(data)[:32]):
                return {"failed": "the file changed while it was graded"}
            return _record(paper, data, shared, slot)
        except (ValueError, OSError) as error:
            return {"failed": str(error)}
        finally:
            slots.put(slot)

    with _place(work) as shared:
        pool = concurrent.futures.ThreadPoolExecutor(workers)
        try:
            futures = {pool.submit(one, x[0], key): key for key, x in waiting.items()}
            for future in concurrent.futures.as_completed(futures):
                yield futures.pop(future), future.result()
        finally:
            shared.stop.set()
            pool.shutdown(cancel_futures=True)


def _place(work):
    assignment = work.assignment
    return place(
        assignment.uses,
        work.hidden,
        preload=assignment.preload,
        trusted=work.trusted,
    )


def _record(paper, data, shared, slot):
    try:
        return grade(paper, data, shared, slot)
    except MachineError as error:
        return {"failed": str(error)}
    except Exception as error:  # a fault of ours is nobody's zero, and stops nobody
        return {"failed": f"{type(error).__name__}: {error}"}


def _on_dask(work, waiting, address):
    """Hand the notebooks to a Dask cluster, each machine with a sandbox of its own."""
    from distributed import Client, as_completed

    with Client(address) as client:
        shared = client.scatter(work, broadcast=True)
        futures = {
            client.submit(_elsewhere, shared, x[0].read(), pure=False): key
            for key, x in waiting.items()
        }
        try:
            for future in as_completed(list(futures)):
                error = future.exception()
                record = {"failed": str(error)} if error else future.result()
                yield futures[future], record
        finally:
            client.cancel(list(futures))


def _elsewhere(work, data):
    try:
        paper, shared = _prepared(work)
    except NoSandboxError as error:
        return {"failed": str(error)}
    return _record(paper, data, shared, next(_slots) % 250)


@functools.lru_cache(maxsize=1)
def _prepared(work):
    """Prepare once on a machine what all notebooks of a batch are tried on."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return draw_paper(work.assignment, work.salt), stack.enter_context(_place(work))


_slots = itertools.count()
