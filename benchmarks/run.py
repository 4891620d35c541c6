"""Measure, and write the table of RESULTS.md.

Usage: python benchmarks/run.py [FILE ...], by default every bench_*.py.
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


def table(benchmarks):
    """Write the rows of the table.

    Args:
        benchmarks: the "benchmarks" of a pytest-benchmark report.

    Returns:
        A pair: markdown, and a list of groups that are no comparison.
    """
    lines = [
        "| what | ours | peer | ratio | asked |",
        "| --- | --: | --: | --: | --- |",
    ]
    odd = []
    groups = itertools.groupby(
        sorted(benchmarks, key=lambda x: str(x["group"])), key=lambda x: x["group"]
    )
    for group, rows in groups:
        roles = {row["extra_info"].get("role"): row for row in rows}
        if set(roles) != {"ours", "peer"}:
            odd.append(str(group))
            continue
        ours, peer = (roles[x]["stats"]["median"] for x in ("ours", "peer"))
        peer_name = roles["peer"]["extra_info"].get("name", "")
        asked = roles["ours"]["extra_info"].get("asked", "")
        label = f"{time(peer)} {peer_name}".strip()
        lines.append(
            f"| {group} | {time(ours)} | {label} | {ours / peer:.3g} | {asked} |"
        )
    return "\n".join(lines) + "\n", odd


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
    text, odd = table(benchmarks)
    (HERE / "RESULTS.md").write_text(HEAD + text + "\n" + machine(), encoding="utf-8")
    sys.stdout.write(text)
    for group in odd:
        sys.stderr.write(f"{group}: no pair of one `ours` and one `peer`; left out\n")
    return code or int(bool(odd))


if __name__ == "__main__":
    sys.exit(main())
