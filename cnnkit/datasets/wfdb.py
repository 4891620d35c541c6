"""Recordings in PhysioNet's WFDB format, and one of the MIT-BIH database."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnkit.datasets import _files
from cnnkit.datasets._download import fetch
from cnnkit.datasets._sources import Source

MITDB = "https://physionet.org/files/mitdb/1.0.0/"
# Name, bytes, SHA-256.
FILES = (
    (
        "100.hea",
        143,
        "60ebc904c7bf3e04d142638d3fd5c903e8dc9f10f1ea3264e07926aa089ee75e",
    ),
    (
        "100.dat",
        1_950_000,
        "b2ea3c250e56e48f4b7b90697832b8ecd1afa1e0bb31f2dcfea4ed6e1075a639",
    ),
    (
        "100.atr",
        4_558,
        "8d8a5349fb16638ebbf649f1779d12e96d91b736b2aafe59db43719ae583d471",
    ),
)
# PhysioNet's letters for the codes of annotations that stand for a heartbeat.
BEATS = {**dict(enumerate("NLRaVFJASEj/Q", 1)), 25: "B", 30: "?", 34: "e", 35: "n"}
BEATS |= {38: "f", 41: "r"}
SKIP, NUMBER, CHANNEL, TEXT = 59, (60, 61), 62, 63
NO_SAMPLE = -2048  # a place without a measurement, in format 212
# What a header stands for that does not say it.
RATE, GAIN, UNIT = "250", 200, "mV"
SCALE = re.compile(r"(?P<gain>[^(/]+)(\((?P<zero>[-+]?\d+)\))?(/(?P<unit>\S+))?")
MILLIVOLTS = {
    "V": 1e3,
    "mV": 1,
    "uV": 1e-3,
    "\u00b5V": 1e-3,
    "\u03bcV": 1e-3,
    "nV": 1e-6,
}


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """A recorded electrocardiogram with its heartbeats.

    Attributes:
        signals: float32 array, `(samples, leads)`, in millivolts; NaN where nothing was
            measured.
        rate: float, samples in a second.
        leads: tuple of str, the name of each lead.
        beats: int64 array, the sample of each heartbeat that was annotated.
        kinds: array of one letter a beat, "N" for a normal one, "A" for an atrial
            premature one, "V" for a premature ventricular one; the others are
            [PhysioNet's](https://archive.physionet.org/physiobank/annotations.shtml).
    """

    signals: np.ndarray
    rate: float
    leads: tuple[str, ...]
    beats: np.ndarray
    kinds: np.ndarray

    def __repr__(self):
        minutes = len(self.signals) / self.rate / 60
        return (
            f"Recording({minutes:.0f} minutes, rate={self.rate:g}, leads={self.leads}, "
            f"{len(self.beats):,} beats)"
        )


def mit_bih():
    """Load record 100 of the MIT-BIH arrhythmia database; fetched once and kept (2 MB).

    Half an hour of the heart of a man of 69, two leads, 360 samples a second. Two
    cardiologists annotated each beat: 2,239 normal ones, 33 atrial premature ones, 1
    premature ventricular one.

    The folder that `CNNKIT_DATA` names is looked in first for `100.hea`, `100.dat` and
    `100.atr`, in the folder itself, in `ecg` or in `mitdb`; then the cache.

    Returns:
        A `Recording`.

    Raises:
        DownloadError: if a file is not at hand and cannot be fetched.
        ValueError: if one is damaged.

    Reference:
        - [Moody and Mark, "The impact of the MIT-BIH arrhythmia database",
          2001](https://doi.org/10.1109/51.932724), ODC-By.

    Taught in: notebooks/week1_foundations/10_heartbeats_real_data.ipynb
    """
    header, data, annotations = (fetch(source) for source in sources())
    return _recording(header, data, annotations)


def from_wfdb(path, annotator="atr"):
    """Load a recording in WFDB format, with its signals in format 212.

    As many samples are read as the header says, or all if it does not. Where the header
    is silent, WFDB's defaults hold: 250 samples a second, 200 units of the converter a
    millivolt. Volts and microvolts become millivolts.

    Args:
        path: the header, such as `100.hea`, or the name of the record, such as `100`.
            The other files stand beside it.
        annotator: str, the ending of the file of annotations.

    Returns:
        A `Recording`.

    Raises:
        FileNotFoundError: if one of the files is missing.
        ValueError: if a file is damaged, the signals are in another format, or one is
            no voltage.

    Reference:
        - [Moody, "WFDB applications guide", header(5), signal(5) and
          annot(5)](https://physionet.org/physiotools/wag/).

    Taught in: notebooks/week1_foundations/10_heartbeats_real_data.ipynb
    """
    path = Path(path)
    if path.suffix != ".hea":
        path = path.with_name(f"{path.name}.hea")
    return _recording(path, None, path.with_suffix(f".{annotator}"))


def sources():
    """Return the `Source` of each of the three files of `mit_bih`."""
    return [
        Source(
            name=f"mit_bih ({name})",
            url=MITDB + name,
            sha256=sha256,
            size_bytes=size,
            file=f"mitdb/{name}",
            accepts=(name, f"ecg/{name}", f"mitdb/{name}"),
        )
        for name, size, sha256 in FILES
    ]


def _recording(header, data, annotations):
    try:
        first, *lines = _fields(header)
        if "/" in first[0]:
            raise ValueError("it describes a record of several segments")
        count = int(first[1])
        rate = float((first[2] if len(first) > 2 else RATE).partition("/")[0])
        samples = int(first[3]) if len(first) > 3 else 0
        lines = lines[:count]
        if min(count - 1, samples, len(lines) - count) < 0 or not 0 < rate < np.inf:
            raise ValueError("it does not describe its signals")
        formats = {line[1].removesuffix("x1") for line in lines}
        if formats != {"212"} or len({line[0] for line in lines}) > 1:
            raise ValueError("its signals are not all in one file of format 212")
        gains, zeros = zip(*map(_scale, lines), strict=True)
        # Without a number of samples the sums have no meaning.
        sums = [int(line[6]) if samples and line[6:] else None for line in lines]
    except (IndexError, *_files.UNREADABLE) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"{header} is no header that can be read: {error}.") from error
    data = header.with_name(lines[0][0]) if data is None else data
    values = _read_212(data, count, samples)
    for column, stated in enumerate(sums):
        if stated is not None and (values[:, column].sum() - stated) % 2**16:
            reason = f"signal {column} has not the checksum that {header.name} states"
            raise ValueError(_files.refusal(data, reason))
    signals = ((values - np.array(zeros)) / np.array(gains)).astype(np.float32)
    signals[values == NO_SAMPLE] = np.nan
    names = tuple(" ".join(line[8:]) or f"lead {i}" for i, line in enumerate(lines))
    beats, kinds = _read_beats(annotations, len(signals))
    return Recording(signals, rate, names, beats, kinds)


def _bytes(path):
    if not path.is_file():
        raise FileNotFoundError(f"Record {path.stem} lacks its file {path}.")
    return path.read_bytes()


def _fields(header):
    lines = _bytes(header).decode("utf-8", "replace").splitlines()
    return [x.split() for x in lines if x.strip() and not x.lstrip().startswith("#")]


def _scale(line):
    """Return how many units a millivolt has, and which value stands for none.

    As in `200(1024)/mV`; where the zero is not given, it is the converter's.
    """
    stated = SCALE.fullmatch(line[2] if len(line) > 2 else str(GAIN))
    if stated is None:
        raise ValueError(f"a gain should be as 200(1024)/mV and is {line[2]}")
    gain, unit = float(stated["gain"]), stated["unit"] or UNIT
    if not 0 <= gain < np.inf:
        raise ValueError(f"a gain should not be below 0 and is {gain:g}")
    if unit not in MILLIVOLTS:
        raise ValueError(f"a signal should be in mV, V or uV and is in {unit}")
    zero = stated["zero"] or (line[4] if len(line) > 4 else "0")
    return (gain or GAIN) / MILLIVOLTS[unit], int(zero)


def _read_212(path, count, samples):
    """Read numbers of 12 bits, two in three bytes, as `(samples, count)`.

    Args:
        path: `Path`.
        count: int, how many signals there are.
        samples: int, how many samples of each to read; 0 for all. Of an odd number of
            values the last takes two bytes, or three of which it fills a half.
    """
    content = _bytes(path)
    there = len(content) * 2 // 3
    whole = there >= samples * count
    if not samples:
        samples = there // count
        whole = samples and len(content) % 3 != 1 and there % count < 2
    if not whole:
        raise ValueError(_files.refusal(path, "it breaks off"))
    used = samples * count
    triples = np.frombuffer(
        content[: (3 * used + 1) // 2] + b"\0" * (used % 2), np.uint8
    )
    low, middle, high = triples.reshape(-1, 3).T.astype(np.int32)
    pairs = np.stack([low + ((middle & 15) << 8), high + ((middle >> 4) << 8)], axis=1)
    pairs -= (pairs > 2047) * 4096
    return pairs.reshape(-1)[:used].reshape(samples, count)


def _read_beats(path, samples):
    """Read annotations of two bytes: a code of 6 bits and the samples since the last.

    Some codes say how many bytes follow, or that the time goes on further.
    """
    data = _bytes(path)
    words = np.frombuffer(data[: len(data) // 2 * 2], "<u2").tolist()
    words += [-1, -1]  # so that what breaks off is seen
    beats, kinds, time, i = [], [], 0, 0
    while words[i] > 0:
        code, step = words[i] >> 10, words[i] & 1023
        i += 1
        if code == SKIP:
            step = words[i] << 16 | words[i + 1]
            time += step - 2**32 * (step >= 2**31)
            i += 2
        elif code == TEXT:
            i += (step + 1) // 2
        elif code not in (*NUMBER, CHANNEL):
            time += step
            if code in BEATS:
                beats.append(time)
                kinds.append(BEATS[code])
        i = min(i, len(words) - 1)
    beats = np.array(beats, np.int64)
    astray = (np.diff(beats) < 0).any() or (beats < 0).any()
    if words[i] < 0 or astray or (beats >= samples).any():
        raise ValueError(_files.refusal(path, "its annotations break off or go astray"))
    return beats, np.array(kinds, "U1")
