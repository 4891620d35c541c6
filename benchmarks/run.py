"""Measure, and write the table of RESULTS.md.

Usage: python benchmarks/run.py [FILE ...], by default every bench_*.py. Given files,
the rows of the others stay as they are.
"""

import importlib.metadata
import itertools
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LIBRARIES = ("keras", "tensorflow", "tensorflow-cpu", "numpy", "scipy")
HEAD = """\
# Results

Written by `make bench`; see README.md for what is compared and how. Times depend on
the machine; the ratio (ours ÷ peer, medians of one run) much less.

"""


COLUMNS = """\
| what | ours | peer | ratio | asked |
| --- | --: | --: | --: | --- |
"""


def rows(benchmarks):
    """Write the rows of the table.

    Args:
        benchmarks: the "benchmarks" of a pytest-benchmark report.

    Returns:
        A pair: dict of markdown by group, and a list of groups that are no comparison.
    """
    lines, odd = {}, []
    groups = itertools.groupby(
        sorted(benchmarks, key=lambda x: str(x["group"])), key=lambda x: x["group"]
    )
    for group, members in groups:
        roles = {row["extra_info"].get("role"): row for row in members}
        if set(roles) != {"ours", "peer"}:
            odd.append(str(group))
            continue
        ours, peer = (roles[x]["stats"]["median"] for x in ("ours", "peer"))
        peer_name = roles["peer"]["extra_info"].get("name", "")
        asked = roles["ours"]["extra_info"].get("asked", "")
        label = f"{time(peer)} {peer_name}".strip()
        lines[group] = (
            f"| {group} | {time(ours)} | {label} | {ours / peer:.3g} | {asked} |"
        )
    return lines, odd


def written_before(path):
    """Return the rows of a table that was written before, by group."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if line.startswith("| ")][2:]
    return {line.split(" | ")[0].removeprefix("| "): line for line in found}


def time(seconds):
    """Write a duration for people.

    Args:
        seconds: float.

    Returns:
        str.
    """
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def machine():
    """Say what was measured on, without naming the machine."""
    versions = []
    for name in LIBRARIES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    cores = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    return f"{cores}; Python {platform.python_version()}, {', '.join(versions)}.\n"


def main():
    """Run the benchmarks and write the table."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.json")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            *(sys.argv[1:] or sorted(HERE.glob("bench_*.py"))),
        ]
        command += ["--benchmark-only", f"--benchmark-json={report}"]
        code = subprocess.call(command, cwd=HERE.parent)
        if not report.exists() or not report.stat().st_size:
            return code or 1
        benchmarks = json.loads(report.read_text(encoding="utf-8"))["benchmarks"]
    measured, odd = rows(benchmarks)
    results = HERE / "RESULTS.md"
    kept = written_before(results) if sys.argv[1:] else {}
    lines = dict(sorted({**kept, **measured}.items())).values()
    text = HEAD + COLUMNS + "\n".join(lines) + "\n\n" + machine()
    results.write_text(text, encoding="utf-8")
    sys.stdout.write("\n".join(measured.values()) + "\n")
    for group in odd:
        sys.stderr.write(f"{group}: no pair of one `ours` and one `peer`; left out\n")
    return code or int(bool(odd))


if __name__ == "__main__":
    sys.exit(main())
